use super::*;
use crate::artifact;
use crate::artifact::Cell;
use crate::plot::testing::{asked, pieces, says, show, written};
use crate::step::roles::{Drawn, Headed};
use serde_json::json;

/// Predicted and measured thresholds of six features of two networks, with errors of the measured ones.
fn sample() -> Table {
    let rows = [("FCN", 1.0), ("CNN", 0.6)].into_iter().flat_map(|(model, factor)| {
        [29.6, 28.5, 96.0, 155.0, 226.0, 215.0].into_iter().enumerate().map(move |(i, n)| {
            let measured = factor * n * (1.0 + 3.0 * i as f64);
            let ends = [0.8 * measured, 1.3 * measured];
            vec![model.into(), Cell::Int(i as i64 + 1), n.into(), measured.into(), ends[0].into(), ends[1].into()]
        })
    });
    let header = ["model", "i", "predicted", "measured", "measured_low", "measured_high"];
    Table::from_rows(&header, &rows.collect::<Vec<_>>()).unwrap()
}

fn figure(params: &Headed<Drawn<Scatter>>, table: &Table) -> Result<artifact::Figure, StepError> {
    Drawn::figure(params, table)
}

fn params(extra: serde_json::Value) -> Headed<Drawn<Scatter>> {
    let mut tree = json!({
        "title": "Predicted and measured thresholds", "x": "predicted", "y": "measured", "colour": "model", "label": "i",
        "x_scale": "log", "y_scale": "log", "diagonal": true,
        "intervals": {"measured": ["measured_low", "measured_high"]}, "data_note": {"title": "CIFAR-10"},
        "published": {"source": "paper, figure 5", "rows": [{"model": "FCN", "predicted": 31, "measured": 200}]}
    });
    for (key, value) in extra.as_object().unwrap() {
        tree[key] = value.clone();
    }
    asked(&tree)
}

#[test]
fn the_figure_has_all_its_parts() {
    let figure = figure(&params(json!({})), &sample()).unwrap();
    show("scatter.svg", &figure);
    for text in ["FCN", "CNN", "y = x", "Measured", "Predicted", "paper, figure 5", "6"] {
        assert!(says(&figure.svg, text), "{text}");
    }
    // six points and one in the legend
    assert_eq!(pieces(&figure.svg, " fill=\"#d55e00\""), 7);
    assert!(figure.alt.contains("1 (29.6, 29.6)"), "{}", figure.alt);
    assert!(figure.caption.contains("Bars: 95 % interval. Hollow points: paper, figure 5."), "{}", figure.caption);
}

#[test]
fn the_diagonal_goes_from_corner_to_corner_because_both_axes_have_one_range() {
    let params = params(json!({}));
    let asked = Asked::of(&params);
    let content = Content::new(&asked, &sample()).unwrap();
    let (x, y) = drawing::scales(&asked, &[content.panels[0].values(&asked)]).unwrap()[0];
    for value in [20.0, 100.0, 5000.0] {
        assert_eq!(x.fraction(value), y.fraction(value));
    }
}

#[test]
fn shapes_have_a_legend_of_their_own_and_panels_share_a_range() {
    let one = json!({"shape": "model", "colour": null, "facets": {"across": "i", "per_row": 4}, "published": null, "label": "",
        "lines": [{"y": 500.0, "label": "all data"}]});
    let figure = figure(&params(one), &sample()).unwrap();
    show("scatter-facets.svg", &figure);
    assert!(says(&figure.svg, "FCN") && says(&figure.svg, "i\u{a0}=\u{a0}6") && says(&figure.svg, "all data"));
    // one label for each axis whatever the number of panels
    assert_eq!(written(&figure.svg, "Measured"), 1);
    assert!(figure.alt.contains("a panel for each i"));
}

#[test]
fn symlog_shows_negative_numbers() {
    let value = |i: i32| 0.1_f64.powi(5 - i.abs()) * f64::from(i);
    let rows: Vec<Vec<Cell>> = (-4..=4).map(|i| vec![Cell::Int(i64::from(i)), value(i).into()]).collect();
    let table = Table::from_rows(&["k", "v"], &rows).unwrap();
    let tree = json!({"x": "k", "y": "v", "y_scale": {"symlog": 1e-3}});
    let figure = figure(&asked(&tree), &table).unwrap();
    show("scatter-symlog.svg", &figure);
    for text in ["−10⁻¹", "0", "10⁻³", "−4"] {
        assert!(says(&figure.svg, text), "{text}");
    }
}

#[test]
fn faults_are_explained() {
    use crate::step::{ErasedKind, Shapes};
    let missing = figure(&params(json!({"label": "name"})), &sample()).unwrap_err().to_string();
    assert!(missing.contains("no column `name`") && missing.contains("predicted"), "{missing}");
    let apart = json!({"x": "a", "y": "b", "diagonal": true, "y_scale": "log"});
    let problems =
        ErasedKind::plan(&Drawn(Scatter), &Drawn(Scatter).canonical(&apart).unwrap(), &Shapes::default()).unwrap_err();
    assert_eq!(problems[0].at.as_deref(), Some("diagonal"));
}

#[test]
fn nothing_to_draw_is_said() {
    let none = figure(&params(json!({"where": {"model": "none"}, "published": null})), &sample()).unwrap();
    assert!(says(&none.svg, NOTHING) && none.alt.contains(NOTHING));
}
