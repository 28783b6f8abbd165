use super::*;
use crate::artifact;
use crate::artifact::Cell;
use crate::plot::testing::{asked, pieces, says, show, written};
use crate::step::roles::{Drawn, Headed};
use serde_json::json;

const MODELS: [(&str, [f64; 5]); 3] = [
    ("LoFi", [0.262, 0.188, 0.149, 0.121, 0.098]),
    ("Random features", [0.301, 0.236, 0.205, 0.181, 0.160]),
    ("Ridge", [0.317, 0.291, 0.276, 0.268, 0.262]),
];

pub(super) fn sample() -> Table {
    let ns = [500, 1000, 5000, 10_000, 50_000];
    let rows = MODELS.iter().flat_map(|(model, errors)| {
        errors.iter().zip(ns).map(|(&e, n)| {
            let cells = [e, e - 0.012, e + 0.01].map(Cell::Float);
            [vec![(*model).into(), Cell::Int(n)], cells.to_vec(), vec![Cell::Int(5)]].concat()
        })
    });
    let header = ["model", "n_train", "test_error", "test_error_low", "test_error_high", "samples"];
    Table::from_rows(&header, &rows.collect::<Vec<_>>()).unwrap()
}

pub(super) fn figure(params: &Headed<Drawn<LineBand>>, table: &Table) -> Result<artifact::Figure, StepError> {
    Drawn::figure(params, table)
}

pub(super) fn params(extra: serde_json::Value) -> Headed<Drawn<LineBand>> {
    let mut tree = json!({
        "title": "LoFi against random features and plain ridge", "x": "n_train", "x_scale": "log", "colour": "model",
        "y": {"column": "test_error", "unit": "%", "scale": 100}, "samples": "samples",
        "intervals": {"test_error": ["test_error_low", "test_error_high"]},
        "data_note": {"title": "Fashion-MNIST", "stands_in_for": "CIFAR-10", "caveat": "Grey images"},
        "published": {"source": "paper, digitised from figure 3", "rows": [
            {"model": "LoFi", "n_train": 500, "test_error": 0.24}, {"model": "LoFi", "n_train": 5000, "test_error": 0.13},
            {"model": "LoFi", "n_train": 50000, "test_error": 0.085}
        ]}
    });
    for (key, value) in extra.as_object().unwrap() {
        tree[key] = value.clone();
    }
    asked(&tree)
}

#[test]
fn the_figure_has_all_its_parts() {
    let figure = figure(&params(json!({})), &sample()).unwrap();
    show("line-band.svg", &figure);
    for text in [
        "LoFi",
        "Random features",
        "Ridge",
        "Test error (%)",
        "Training samples n",
        "500",
        "1000",
        "10\u{2009}000",
        "50\u{2009}000",
    ] {
        assert!(says(&figure.svg, text), "{text}");
    }
    assert!(figure.svg.contains("Fashion-MNIST stands in for CIFAR-10"));
    assert!(figure.svg.contains("paper, digitised from figure 3"));
    // three bands, and of a series its band and a marker at each of five points: no sample, as its name is at its end
    assert_eq!(pieces(&figure.svg, "fill-opacity=\".16\""), 3);
    assert_eq!(pieces(&figure.svg, " fill=\"#009e73\""), 6);
    assert!(figure.alt.contains("LoFi: 26.2 at 500, 9.8 at 50\u{2009}000"), "{}", figure.alt);
    assert_eq!(
        figure.caption,
        "Points: mean of 5 runs; bands: 95 % interval. Hollow \
         points: paper, digitised from figure 3. Data: Fashion-MNIST stands in for CIFAR-10. Grey images."
    );
}

#[test]
fn the_same_table_gives_the_same_bytes() {
    let draw = || figure(&params(json!({})), &sample()).unwrap().svg;
    assert_eq!(draw(), draw());
}

#[test]
fn nothing_to_draw_is_said_and_does_not_fail() {
    for filter in [json!({"model": "none"}), json!({"n_train": 500})] {
        let figure = figure(&params(json!({"where": filter, "published": null})), &sample()).unwrap();
        assert_eq!(figure.svg.contains(NOTHING), filter["model"] == "none");
        assert!(!figure.svg.contains("NaN"));
    }
    let header = ["model", "n_train", "test_error"];
    let empty = Table::from_rows(&header, &[]).unwrap();
    let nulls = Table::from_rows(&header, &[vec!["a".into(), Cell::Int(1), Cell::Null]]).unwrap();
    for table in [empty, nulls] {
        assert!(figure(&params(json!({"published": null, "intervals": {}})), &table).unwrap().svg.contains(NOTHING));
    }
}

#[test]
fn faults_are_explained() {
    let missing = figure(&params(json!({"x": "width"})), &sample()).unwrap_err().to_string();
    assert!(missing.contains("no column `width`") && missing.contains("n_train"), "{missing}");
    let several = figure(&params(json!({"colour": null})), &sample()).unwrap_err().to_string();
    assert!(several.contains("several rows"), "{several}");
    let zero = Table::from_rows(&["n_train", "test_error"], &[vec![Cell::Int(0), Cell::Float(0.1)]]).unwrap();
    let log =
        figure(&params(json!({"colour": null, "published": null, "intervals": {}})), &zero).unwrap_err().to_string();
    assert!(log.contains("logarithmic"), "{log}");
}

#[test]
fn long_labels_and_many_series_stay_on_the_canvas() {
    let rows: Vec<Vec<Cell>> = (0..24)
        .map(|i| {
            vec![
                format!("a network with a rather long description, number {}", i / 3).into(),
                Cell::Int(i % 3),
                Cell::Float(0.01 * i as f64),
            ]
        })
        .collect();
    let table = Table::from_rows(&["model", "depth", "train_error"], &rows).unwrap();
    let tree = json!({
        "x": "depth", "y": "train_error", "colour": "model", "title": "a title that needs more than one line ".repeat(4),
        "published": {"source": "arXiv 2605.13612, figure 3 left, width 5000, digitised to about ±0.05 percentage points", "rows": [
            {"model": "another", "depth": 0, "train_error": 0.2}, {"model": "another", "depth": 2, "train_error": 0.1}
        ]},
        "data_note": {"title": "CIFAR-10"}
    });
    let figure = figure(&asked(&tree), &table).unwrap();
    show("line-band-long.svg", &figure);
    assert!(figure.svg.contains("another (published)"));
}

#[test]
fn the_kind_checks_its_parameters() {
    use crate::step::{ErasedKind, Shapes};
    let canonical = Drawn(LineBand).canonical(&json!({"x": "n", "y": "e"})).unwrap();
    assert_eq!(canonical["x"]["column"], "n");
    assert_eq!(canonical, Drawn(LineBand).canonical(&canonical).unwrap());
    assert!(Drawn(LineBand).canonical(&json!({"x": "n", "y": "e", "color": "m"})).is_err());
    let zero = json!({"x": {"column": "n", "scale": 0}, "y": "e"});
    let canonical = Drawn(LineBand).canonical(&zero).unwrap();
    assert!(ErasedKind::plan(&Drawn(LineBand), &canonical, &Shapes::default()).is_err());
}

/// Errors of a network over its width, and of its kernel, which has none, at two penalties and three sample sizes.
fn limits() -> Table {
    let mut rows = Vec::new();
    for (k, lambda) in [(50, 0.01), (50, 1.0), (200, 0.01), (200, 1.0)] {
        for n in [500, 1000, 2000] {
            let limit = 20.0 / f64::from(n as i32).sqrt() * 0.3 + 0.02 * lambda;
            let predicted: Cell = Cell::Float(3.0 * n as f64);
            let row = |model: &str, width: Cell, e: f64| {
                let ends = [0.95 * e, 1.05 * e].map(Cell::Float);
                let keys = vec![Cell::Int(k), Cell::Float(lambda), Cell::Int(n), model.into(), width];
                [keys, vec![Cell::Float(e)], ends.to_vec(), vec![predicted.clone()]].concat()
            };
            for width in [100, 1000, 10_000, 100_000] {
                rows.push(row("finite", Cell::Int(width), limit * (1.0 + 20.0 / (width as f64).sqrt())));
            }
            rows.push(row("kernel", Cell::Null, limit));
        }
    }
    let header = ["k", "lambda", "n", "model", "width", "mse", "least", "most", "predicted"];
    Table::from_rows(&header, &rows).unwrap()
}

fn limit_params(extra: serde_json::Value) -> Headed<Drawn<LineBand>> {
    let mut tree = json!({
        "title": "Finite width against the kernel limit", "x": "width", "y": {"column": "mse", "label": "Test error"},
        "x_scale": "log", "y_scale": "log", "colour": "n", "dash": "model", "band_low": "least", "band_high": "most",
        "facets": {"across": "lambda", "down": "k"}, "lines": [{"y": 0.1, "label": "a tenth"}]
    });
    for (key, value) in extra.as_object().unwrap() {
        tree[key] = value.clone();
    }
    asked(&tree)
}

#[test]
fn a_grid_of_panels_with_levels_marks_and_lines() {
    let drawn = figure(&limit_params(json!({"marks": {"column": "predicted", "label": "predicted width"}})), &limits())
        .unwrap();
    show("line-band-grid.svg", &drawn);
    for text in ["n\u{a0}=\u{a0}500", "finite", "kernel", "a tenth", "predicted width", "95 % interval"] {
        assert!(says(&drawn.svg, text), "{text}");
    }
    // headings stand once over columns and once beside rows; each axis has one label
    for once in ["k\u{a0}=\u{a0}50", "k\u{a0}=\u{a0}200", "Test error", "Width"] {
        assert_eq!(written(&drawn.svg, once), 1, "{once}");
    }
    // four panels of three curves and three levels, each with a band
    assert_eq!(pieces(&drawn.svg, "fill-opacity=\".16\""), 24);
    assert!(drawn.alt.contains("k\u{a0}=\u{a0}50") && drawn.alt.contains("kernel: 0.269 throughout"), "{}", drawn.alt);
}

#[test]
fn listed_curves_are_dashed_and_all_others_solid() {
    let only = json!({"where": {"n": 500, "k": 50, "lambda": 1.0}, "facets": {}, "colour": "model", "dash": null,
        "dashed": ["kernel"], "lines": []});
    let drawn = figure(&limit_params(only.clone()), &limits()).unwrap();
    show("line-band-dashed.svg", &drawn);
    assert!(drawn.alt.contains("kernel: 0.288 throughout"), "{}", drawn.alt);
    // a level is drawn only where the curve is said to be dashed
    let mut plain = only;
    plain["dashed"] = json!([]);
    let drawn = figure(&limit_params(plain), &limits()).unwrap();
    assert!(!drawn.alt.contains("throughout"));
}

#[test]
fn wrapped_panels_and_published_points_in_theirs() {
    let extra = json!({"x": "n_train", "colour": null, "facets": {"across": "model"}, "where": {}});
    let mut params = params(extra);
    params.head.published.as_mut().unwrap().rows.truncate(2);
    let drawn = figure(&params, &sample()).unwrap();
    show("line-band-facets.svg", &drawn);
    // two published points in the panel of LoFi only, and the sample in the legend: rims are white
    assert_eq!(pieces(&drawn.svg, "stroke-width=\"6.9\""), 3);
}

#[test]
fn negative_numbers_on_a_symlog_axis() {
    let rows: Vec<Vec<Cell>> = (0..40)
        .map(|i| vec![Cell::Int(i), Cell::Float(0.5 * (0.7 * i as f64).cos() * (-0.2 * i as f64).exp())])
        .collect();
    let table = Table::from_rows(&["step", "overlap"], &rows).unwrap();
    let tree = json!({"x": "step", "y": "overlap", "y_scale": {"symlog": 1e-3}});
    let drawn = figure(&asked(&tree), &table).unwrap();
    show("line-band-symlog.svg", &drawn);
    for text in ["−10⁻¹", "−10⁻³", "0", "10⁻³", "10⁻¹"] {
        assert!(says(&drawn.svg, text), "{text}");
    }
}

#[test]
fn contradictions_are_refused_before_anything_runs() {
    use crate::step::{ErasedKind, Shapes};
    let problems = |extra: serde_json::Value| -> Vec<String> {
        let mut tree = json!({"x": "n", "y": "e"});
        for (key, value) in extra.as_object().unwrap() {
            tree[key] = value.clone();
        }
        let canonical = Drawn(LineBand).canonical(&tree).unwrap();
        let faults = ErasedKind::plan(&Drawn(LineBand), &canonical, &Shapes::default()).err().unwrap_or_default();
        faults.into_iter().filter_map(|fault| fault.at).collect()
    };
    assert!(problems(json!({})).is_empty());
    assert_eq!(problems(json!({"lines": [{"label": "nowhere"}]})), ["lines.0"]);
    let zero = Drawn(LineBand).canonical(&json!({"x": "n", "y": "e", "x_scale": {"symlog": 0}})).unwrap_err();
    assert_eq!(zero[0].path, ["x_scale", "symlog"]);
    assert_eq!(problems(json!({"dashed": ["a"]})), ["dashed"]);
    assert_eq!(problems(json!({"band_low": "a"})), ["band_low"]);
    assert_eq!(problems(json!({"facets": {"per_row": 2}})), ["facets.per_row"]);
}
