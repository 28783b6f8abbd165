use super::tests::{figure, params, sample};
use super::*;
use crate::artifact::Cell;
use crate::plot::testing::{asked, pieces, says, show};
use crate::step::roles::{Drawn, Headed};
use serde_json::json;

/// Steps to recovery of two models over sizes, as logarithms; runs of the second end before they recover.
fn steps() -> Table {
    let mut rows = Vec::new();
    for (alpha, exponent, last) in [(0.0, 3.0, 1.0), (1.0, 2.0, 0.25)] {
        for (place, size) in [16_i64, 32, 64, 128].into_iter().enumerate() {
            let reached = if place == 3 { last } else { 1.0 };
            let log = exponent * (size as f64).log10();
            let ends = [log - 0.1, log + 0.1].map(Cell::Float);
            let keys = vec![Cell::Float(alpha), Cell::Int(size), Cell::Float(log)];
            rows.push([keys, ends.to_vec(), vec![Cell::Float(reached), Cell::Int(12)]].concat());
        }
    }
    let header = ["alpha", "N", "log10_steps", "least", "most", "recovered", "samples"];
    Table::from_rows(&header, &rows).unwrap()
}

fn steps_params(extra: serde_json::Value) -> Headed<Drawn<LineBand>> {
    let mut tree = json!({
        "x": "N", "y": {"column": "log10_steps", "label": "Steps", "log10": true}, "x_scale": "log", "y_scale": "log",
        "colour": {"column": "alpha", "label": "α"}, "samples": "samples", "band_low": "least", "band_high": "most"
    });
    for (key, value) in extra.as_object().unwrap() {
        tree[key] = value.clone();
    }
    asked(&tree)
}

#[test]
fn runs_that_ended_before_are_a_hollow_arrow_with_the_count_of_those_that_came() {
    let drawn = figure(&steps_params(json!({"reached": "recovered"})), &steps()).unwrap();
    show("line-band-censored.svg", &drawn);
    assert!(says(&drawn.svg, "3/12") && drawn.svg.contains("not all runs came there"), "{}", drawn.svg);
    // logarithms stand as numbers on a logarithmic axis
    assert!(says(&drawn.svg, "10⁶") || says(&drawn.svg, "100\u{2009}000"), "{}", drawn.svg);
    let plain = figure(&steps_params(json!({})), &steps()).unwrap();
    assert!(!plain.svg.contains("3/12") && plain.svg != drawn.svg);
}

#[test]
fn a_claimed_slope_is_drawn_through_the_curve_that_it_is_of() {
    let lines = json!([{"slope": 3.0, "of": 0.0, "label": "claimed N³"}, {"slope": 2.0, "label": "N²"}]);
    let with = figure(&steps_params(json!({"lines": lines})), &steps()).unwrap();
    show("line-band-slopes.svg", &with);
    assert!(says(&with.svg, "claimed N³") && says(&with.svg, "N²"));
    let without = figure(&steps_params(json!({})), &steps()).unwrap();
    let dashed = |svg: &str| pieces(svg, "stroke=\"#1d2125\"");
    // both in the panel and in the legend
    assert_eq!(dashed(&with.svg), dashed(&without.svg) + 4);
}

#[test]
fn a_line_of_a_curve_that_is_not_there_is_not_in_the_legend() {
    let lines =
        json!([{"fitted": true, "of": 0.0, "label": "fitted"}, {"fitted": true, "of": 99.0, "label": "of nothing"}]);
    let drawn = figure(&steps_params(json!({"lines": lines})), &steps()).unwrap();
    assert!(says(&drawn.svg, "fitted") && !drawn.svg.contains("of nothing"), "{}", drawn.svg);
}

#[test]
fn counts_of_one_place_stand_apart_in_their_order_and_within_the_panel() {
    let placed = drawing::pushed_apart(&[10.0, 12.0, 13.0, 99.0], 10.0, (0.0, 100.0));
    assert_eq!(placed, [10.0, 20.0, 30.0, 95.0]);
    assert_eq!(drawing::pushed_apart(&[96.0, 97.0], 10.0, (0.0, 100.0)), [85.0, 95.0]);
}

#[test]
fn seeds_that_differ_in_kind_have_a_curve_each() {
    let value = |seed: i64, step: i64| if seed == 0 { 0.9_f64.powi(step as i32) } else { 1.0 - 0.01 * seed as f64 };
    let rows: Vec<Vec<Cell>> = (0..3)
        .flat_map(|seed| (0..10).map(move |step| vec![seed.into(), step.into(), Cell::Float(value(seed, step))]))
        .collect();
    let table = Table::from_rows(&["seed", "step", "loss"], &rows).unwrap();
    let drawn = figure(&asked(&json!({"x": "step", "y": "loss", "each": "seed"})), &table).unwrap();
    show("line-band-each.svg", &drawn);
    assert!(drawn.caption.starts_with("A curve for each seed."), "{}", drawn.caption);
    assert_eq!(pieces(&drawn.svg, "stroke-width=\"1.2\" style=\"stroke:var(--c1)\""), 3);
    assert!(figure(&asked(&json!({"x": "step", "y": "loss"})), &table).is_err(), "seeds are rows of one curve");
}

#[test]
fn curves_that_end_apart_are_named_there_and_others_in_the_legend() {
    let mut params = params(json!({}));
    let direct = figure(&params, &sample()).unwrap();
    let legend = figure(&steps_params(json!({})), &steps()).unwrap();
    // a name at the end has no sample: there are the band and the markers of five points alone
    assert_eq!(pieces(&direct.svg, " fill=\"#009e73\""), 6);
    assert!(says(&direct.svg, "Ridge") && says(&legend.svg, "α\u{a0}=\u{a0}0"));
    params.head.facets = serde_json::from_value(json!({"across": "model"})).unwrap();
    let panels = figure(&params, &sample()).unwrap();
    assert_eq!(pieces(&panels.svg, " fill=\"#009e73\""), 7, "with panels a legend");
}

#[test]
fn more_than_eight_curves_become_panels() {
    let rows: Vec<Vec<Cell>> =
        (0..18).map(|i| vec![Cell::Int(i / 2), Cell::Int(i % 2), Cell::Float(0.1 * i as f64)]).collect();
    let table = Table::from_rows(&["layer", "step", "share"], &rows).unwrap();
    let drawn = figure(&asked(&json!({"x": "step", "y": "share", "colour": "layer"})), &table).unwrap();
    show("line-band-many.svg", &drawn);
    assert!(drawn.alt.contains("a panel for each layer"), "{}", drawn.alt);
    let taken = json!({"x": "step", "y": "share", "colour": "model", "facets": {"across": "step", "down": "layer"}});
    let named: Vec<Vec<Cell>> =
        (0..9).map(|i| vec![format!("m{i}").into(), Cell::Int(0), Cell::Int(0), Cell::Float(0.5)]).collect();
    let table = Table::from_rows(&["model", "layer", "step", "share"], &named).unwrap();
    let error = figure(&asked(&taken), &table).unwrap_err().to_string();
    assert!(error.contains("9 values of `model`") && error.contains("`where`"), "{error}");
}

#[test]
fn rows_without_a_number_are_counted_on_the_figure() {
    let mut rows: Vec<Vec<Cell>> = (0..4).map(|i| vec![Cell::Int(i), Cell::Float(i as f64)]).collect();
    rows.extend([vec![Cell::Int(5), Cell::Null], vec![Cell::Int(6), Cell::Null]]);
    let table = Table::from_rows(&["n", "e"], &rows).unwrap();
    let drawn = figure(&asked(&json!({"x": "n", "y": "e"})), &table).unwrap();
    assert!(drawn.svg.contains("2 rows have no number here"));
}
