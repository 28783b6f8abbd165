use super::*;
use crate::artifact;
use crate::artifact::Cell;
use crate::plot::testing::{asked, pieces, says, show, written};
use crate::step::roles::{Drawn, Headed};
use serde_json::json;

/// Test error over two ranks at three sample sizes, smallest at k1 = 63, k2 = 550 for the largest.
fn sample(k1s: &[i64], k2s: &[i64]) -> Table {
    let mut rows = Vec::new();
    for n in [500, 5000, 50_000] {
        for &k1 in k1s {
            for &k2 in k2s {
                let away = (k1 as f64 / 63.0).log2().powi(2) * 0.012 + (k2 as f64 / 550.0).log2().powi(2) * 0.006;
                let error = 0.42 / (n as f64).powf(0.12) - 0.02 + away;
                rows.push(vec![
                    "LoFi".into(),
                    Cell::Int(n),
                    Cell::Int(k1),
                    Cell::Int(k2),
                    Cell::Float(error),
                    Cell::Int(3),
                ]);
            }
        }
        rows.push(vec!["Ridge".into(), Cell::Int(n), Cell::Null, Cell::Null, Cell::Float(0.3), Cell::Int(3)]);
    }
    Table::from_rows(&["model", "n_train", "k1", "k2", "test_error", "samples"], &rows).unwrap()
}

const K1: [i64; 5] = [16, 32, 63, 126, 252];
const K2: [i64; 6] = [137, 275, 550, 1100, 2200, 4400];

fn figure(params: &Headed<Drawn<Heatmap>>, table: &Table) -> Result<artifact::Figure, StepError> {
    Drawn::figure(params, table)
}

fn params(extra: serde_json::Value) -> Headed<Drawn<Heatmap>> {
    let mut tree = json!({
        "title": "Test error over the two kept ranks", "x": "k1", "y": "k2", "facets": {"across": "n_train"}, "mark": "min",
        "value": {"column": "test_error", "unit": "%", "scale": 100}, "where": {"model": "LoFi"}, "samples": "samples",
        "baseline": {"label": "Ridge", "where": {"model": "Ridge"}},
        "data_note": {"title": "Fashion-MNIST", "stands_in_for": "CIFAR-10"}
    });
    for (key, value) in extra.as_object().unwrap() {
        tree[key] = value.clone();
    }
    asked(&tree)
}

#[test]
fn three_panels_share_a_scale() {
    let figure = figure(&params(json!({})), &sample(&K1, &K2)).unwrap();
    show("heatmap-facets.svg", &figure);
    for text in ["k₁", "k₂", "Test error (%)", "n\u{a0}=\u{a0}500", "Ridge: 30\u{a0}%", "4400"] {
        assert!(says(&figure.svg, text), "{text}");
    }
    assert!(figure.svg.contains("Fashion-MNIST stands in for CIFAR-10"));
    assert_eq!(written(&figure.svg, "Test error (%)"), 1);
    assert!(figure.alt.contains("500: from") && figure.alt.contains("at (63,\u{a0}550)"), "{}", figure.alt);
    assert!(figure.caption.contains("Cells: mean of 3 runs. Framed: the smallest value. Shown: model = LoFi."));
}

#[test]
fn one_panel_prints_its_values() {
    let one = json!({"facets": {}, "where": {"model": "LoFi", "n_train": 5000}, "baseline": null});
    let one = figure(&params(one), &sample(&K1, &K2)).unwrap();
    show("heatmap.svg", &one);
    assert!(says(&one.svg, "13.1"), "the smallest value, in its cell");
    let own = figure(&params(json!({"shared_scale": false, "mark": "max"})), &sample(&K1[..3], &K2[..2])).unwrap();
    show("heatmap-own.svg", &own);
    assert!(own.alt.contains("max "));
    let many: Vec<i64> = (1..=40).map(|i| 25 * i).collect();
    let dense = json!({"facets": {}, "where": {"model": "LoFi", "n_train": 500}, "baseline": null, "data_note": {"title": "CIFAR-10"}});
    show("heatmap-dense.svg", &figure(&params(dense), &sample(&many, &many)).unwrap());
}

#[test]
fn the_same_table_gives_the_same_bytes() {
    let draw = || figure(&params(json!({})), &sample(&K1, &K2)).unwrap().svg;
    assert_eq!(draw(), draw());
}

#[test]
fn nothing_to_draw_and_single_cells_do_not_fail() {
    let header = ["model", "n_train", "k1", "k2", "test_error"];
    let empty = Table::from_rows(&header, &[]).unwrap();
    let drawn = figure(&params(json!({})), &empty).unwrap();
    assert!(drawn.svg.contains(NOTHING) && drawn.alt.contains(NOTHING));
    let nulls = vec!["LoFi".into(), Cell::Int(1), Cell::Int(1), Cell::Int(1), Cell::Null];
    let nulls = Table::from_rows(&header, &[nulls]).unwrap();
    assert!(figure(&params(json!({})), &nulls).unwrap().alt.contains("no values"));
    let single = figure(&params(json!({})), &sample(&[63], &[550])).unwrap();
    assert!(!single.svg.contains("NaN"));
}

#[test]
fn text_axes_with_long_labels_are_drawn() {
    let label = |i: i64| Cell::from(format!("activation with a name that is long, number {i}"));
    let rows: Vec<Vec<Cell>> = (0..9).map(|i| vec![label(i / 3), label(i % 3), Cell::Float(i as f64)]).collect();
    let table = Table::from_rows(&["a", "b", "v"], &rows).unwrap();
    let tree = json!({"x": "a", "y": "b", "value": "v"});
    let drawn = figure(&asked(&tree), &table).unwrap();
    show("heatmap-text.svg", &drawn);
    assert!(drawn.svg.contains('…'));
}

#[test]
fn faults_are_explained() {
    let missing = figure(&params(json!({"x": "k3"})), &sample(&K1, &K2)).unwrap_err().to_string();
    assert!(missing.contains("no column `k3`"), "{missing}");
    let several = figure(&params(json!({"facets": {}, "baseline": null})), &sample(&K1, &K2)).unwrap_err().to_string();
    assert!(several.contains("several rows at k1 = 16"), "{several}");
    let baseline = json!({"facets": {}, "where": {"n_train": 500}, "baseline": {"label": "all", "where": {}}});
    let many = figure(&params(baseline), &sample(&K1, &K2)).unwrap_err().to_string();
    assert!(many.contains("baseline `all` has") && many.contains("narrow"), "{many}");
}

#[test]
fn the_papers_optimum_is_a_hollow_disc_between_cells_too() {
    let published = json!({"source": "paper, figure 3", "rows": [
        {"model": "LoFi", "n_train": 500, "k1": 63, "k2": 550}, {"model": "LoFi", "n_train": 5000, "k1": 45, "k2": 137},
        {"model": "LoFi", "n_train": 50000, "k1": 9000, "k2": 137}, {"model": "Ridge", "n_train": 500, "k1": 63, "k2": 550}
    ]});
    let params = params(json!({"published": published}));
    let drawn = figure(&params, &sample(&K1, &K2)).unwrap();
    show("heatmap-published.svg", &drawn);
    // two lie on cells, one beyond the last; and the sample in the legend
    let wide = format!("stroke-width=\"{:.2}\"", 2.0 * (1.3 * 4.2 + 0.75));
    assert_eq!(pieces(&drawn.svg, &wide), 2, "{wide}");
    assert!(says(&drawn.svg, "paper, figure 3") && drawn.caption.contains("Hollow discs: paper, figure 3."));
}
