use super::*;
use crate::artifact::Cell;
use crate::plot::testing::show;
use serde_json::json;

const MODELS: [(&str, [f64; 5]); 3] = [
    ("LoFi", [0.262, 0.188, 0.149, 0.121, 0.098]),
    ("Random features", [0.301, 0.236, 0.205, 0.181, 0.160]),
    ("Ridge", [0.317, 0.291, 0.276, 0.268, 0.262]),
];

fn sample() -> Table {
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

fn params(extra: serde_json::Value) -> Params {
    let mut tree = json!({
        "title": "LoFi against random features and plain ridge", "x": "n_train", "x_scale": "log", "colour": "model",
        "y": {"column": "test_error", "unit": "%", "scale": 100},
        "data_note": {"title": "Fashion-MNIST", "stands_in_for": "CIFAR-10", "caveat": "Grey images"},
        "published": {"source": "paper, digitised from figure 3", "rows": [
            {"model": "LoFi", "n_train": 500, "test_error": 0.24}, {"model": "LoFi", "n_train": 5000, "test_error": 0.13},
            {"model": "LoFi", "n_train": 50000, "test_error": 0.085}
        ]}
    });
    for (key, value) in extra.as_object().unwrap() {
        tree[key] = value.clone();
    }
    serde_json::from_value(tree).unwrap()
}

#[test]
fn the_figure_has_all_its_parts() {
    let figure = figure(&params(json!({})), &sample()).unwrap();
    show("line-band.svg", &figure);
    for text in
        ["LoFi", "Random features", "Ridge", "Test error (%)", "Training samples n", "500", "1000", "10⁴", "5×10⁴"]
    {
        assert!(figure.svg.contains(&format!(">\n{text}\n")), "{text}");
    }
    assert!(figure.svg.contains("Fashion-MNIST stands in for CIFAR-10"));
    assert!(figure.svg.contains("paper, digitised from figure 3"));
    // three bands, and the marker of a series is a polygon of its colour at each of five points and in the legend
    assert_eq!(figure.svg.matches("opacity=\"0.16\"").count(), 3);
    assert_eq!(figure.svg.matches("<polygon opacity=\"1\" fill=\"#009E73\"").count(), 6);
    assert!(figure.alt.contains("LoFi: 26.2 at 500, 9.8 at 50\u{2009}000"), "{}", figure.alt);
    assert_eq!(
        figure.caption,
        "Test error (%) against training samples n by model. Points: mean, 5 samples each; bands: 95 % interval. Hollow \
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
        assert!(figure(&params(json!({"published": null})), &table).unwrap().svg.contains(NOTHING));
    }
}

#[test]
fn faults_are_explained() {
    let missing = figure(&params(json!({"x": "width"})), &sample()).unwrap_err().to_string();
    assert!(missing.contains("no column `width`") && missing.contains("n_train"), "{missing}");
    let several = figure(&params(json!({"colour": null})), &sample()).unwrap_err().to_string();
    assert!(several.contains("several rows"), "{several}");
    let zero = Table::from_rows(&["n_train", "test_error"], &[vec![Cell::Int(0), Cell::Float(0.1)]]).unwrap();
    let log = figure(&params(json!({"colour": null, "published": null})), &zero).unwrap_err().to_string();
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
    let figure = figure(&serde_json::from_value(tree).unwrap(), &table).unwrap();
    show("line-band-long.svg", &figure);
    assert!(figure.svg.contains("another (published)"));
}

#[test]
fn the_kind_checks_its_parameters() {
    use crate::step::ErasedKind;
    let canonical = LineBand.canonical(&json!({"x": "n", "y": "e"})).unwrap();
    assert_eq!(canonical["x"]["column"], "n");
    assert_eq!(canonical, LineBand.canonical(&canonical).unwrap());
    assert!(LineBand.canonical(&json!({"x": "n", "y": "e", "color": "m"})).is_err());
    let zero = json!({"x": {"column": "n", "scale": 0}, "y": "e"});
    let canonical = LineBand.canonical(&zero).unwrap();
    assert!(ErasedKind::plan(&LineBand, &canonical, &Shapes::default()).is_err());
}
