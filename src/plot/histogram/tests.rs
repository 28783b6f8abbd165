use super::*;
use crate::artifact;
use crate::artifact::Cell;
use crate::plot::testing::{asked, pieces, says, show};
use crate::step::roles::{Drawn, Headed};
use serde_json::json;

/// Spectra at several exponents: a bulk of 20 bins, and five marked values that leave it.
fn sample(alphas: &[f64]) -> Table {
    let mut rows = Vec::new();
    for &alpha in alphas {
        let edge: f64 = 0.4 / alpha;
        for i in 0..20 {
            let (low, high) = (edge * (f64::from(i) / 10.0 - 1.0), edge * (f64::from(i + 1) / 10.0 - 1.0));
            let middle = 0.5 * (low + high) / edge;
            let count = (400.0 * (1.0 - middle * middle)).round();
            rows.push(vec![
                alpha.into(),
                low.into(),
                high.into(),
                count.into(),
                (count / 5000.0).into(),
                Cell::Bool(false),
                edge.into(),
            ]);
        }
        for i in 0..5 {
            let v = 0.1 * alpha + 0.02 * f64::from(i);
            rows.push(vec![alpha.into(), v.into(), v.into(), Cell::Null, Cell::Null, Cell::Bool(true), edge.into()]);
        }
    }
    Table::from_rows(&["alpha", "low", "high", "count", "density", "mark", "bulk_edge"], &rows).unwrap()
}

fn figure(params: &Headed<Drawn<Histogram>>, table: &Table) -> Result<artifact::Figure, StepError> {
    Drawn::figure(params, table)
}

fn params(extra: serde_json::Value) -> Headed<Drawn<Histogram>> {
    let mut tree = json!({
        "title": "Spectrum of the moment operator", "x": {"column": "eigenvalue", "label": "Eigenvalue λ"}, "marked": "top 5",
        "edge": {"column": "bulk_edge", "label": "edge of the bulk"}, "data_note": {"title": "synthetic"}
    });
    for (key, value) in extra.as_object().unwrap() {
        tree[key] = value.clone();
    }
    asked(&tree)
}

#[test]
fn bars_marks_and_edge() {
    let figure = figure(&params(json!({})), &sample(&[2.0])).unwrap();
    show("histogram.svg", &figure);
    for text in ["Eigenvalue λ", "Count", "top 5", "edge of the bulk"] {
        assert!(says(&figure.svg, text), "{text}");
    }
    // the edge is one of magnitudes: there is one on each side, and the sample in the legend
    assert_eq!(pieces(&figure.svg, "stroke-dasharray=\"4 3\""), 3);
    // a triangle for each marked value and in the legend
    assert_eq!(pieces(&figure.svg, " fill=\"#d55e00\""), 6);
    assert!(
        figure.alt.contains("20 bins from −0.2 to 0.2, the highest 399 at −0.02 to 0, top 5 0.2, 0.22"),
        "{}",
        figure.alt
    );
    assert_eq!(figure.caption, "Triangles: top 5. Dashed: edge of the bulk. Data: synthetic.");
}

#[test]
fn panels_with_logarithmic_heights() {
    let many = json!({"facets": {"across": {"column": "alpha", "label": "α"}}, "y": "density", "y_scale": "log", "x_scale": {"symlog": 0.01}});
    let figure = figure(&params(many), &sample(&[1.5, 2.0, 2.5, 3.0, 3.5])).unwrap();
    show("histogram-facets.svg", &figure);
    assert!(says(&figure.svg, "α\u{a0}=\u{a0}3.5") && says(&figure.svg, "−10⁻¹"));
}

#[test]
fn several_histograms_have_colours() {
    let two = figure(&params(json!({"colour": {"column": "alpha", "label": "α"}})), &sample(&[1.5, 3.5])).unwrap();
    show("histogram-colours.svg", &two);
    assert!(two.alt.contains("α\u{a0}=\u{a0}1.5: 20 bins"), "{}", two.alt);
    assert!(["1.5", "3.5"].into_iter().all(|alpha| says(&two.svg, &format!("α\u{a0}=\u{a0}{alpha}"))));
}

#[test]
fn an_empty_bin_stands_on_the_axis_of_a_logarithmic_height() {
    let row = |i: i64, count: i64| vec![Cell::Int(i), Cell::Int(i + 1), Cell::Int(count)];
    let table = Table::from_rows(&["low", "high", "count"], &[row(0, 10), row(1, 0), row(2, 1)]).unwrap();
    let tree = json!({"x": "v", "y_scale": "log"});
    let figure = figure(&asked(&tree), &table).unwrap();
    show("histogram-empty-bin.svg", &figure);
    assert!(figure.alt.contains("3 bins from 0 to 3, the highest 10 at 0 to 1"));
}

#[test]
fn histograms_that_lie_over_one_another_unsaid_are_refused() {
    let error = figure(&params(json!({})), &sample(&[1.5, 3.5])).unwrap_err().to_string();
    assert!(error.contains("overlap") && error.contains("`colour` or `facets`"), "{error}");
    let missing = Table::from_rows(&["low", "count"], &[]).unwrap();
    let error = figure(&params(json!({"edge": null})), &missing).unwrap_err().to_string();
    assert!(error.contains("no column `high`"), "{error}");
}

#[test]
fn nothing_to_draw_is_said() {
    let none = figure(&params(json!({"where": {"alpha": 9}})), &sample(&[1.5])).unwrap();
    assert!(says(&none.svg, NOTHING) && none.alt.contains(NOTHING));
}
