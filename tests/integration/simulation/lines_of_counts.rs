//! The lines of claims about counts, shares and ranks.

use super::draws::{Draw, poisson, successes};
use super::line::Line;
use super::lines::seeds;
use lofi::math::random::Stream;
use serde_json::json;

/// Ranks of eight points a seed.
pub fn correlations() -> Vec<Line> {
    let points = |draw: Draw, together: f64| {
        seeds(move |stream| {
            let point = |stream: &mut Stream| {
                let x = draw.one(stream);
                vec![x, together * x + (1.0 - together * together).sqrt() * draw.one(stream)]
            };
            (0..8).map(|_| point(stream)).collect()
        })
    };
    let claim = |at: f64, censored: bool| json!({"x": "x", "y": "y", "at_least": at, "missing_is_largest": censored});
    let draws = [Draw::Normal, Draw::T3, Draw::Exponential, Draw::Poisson];
    let unrelated = |draw| Line::new("rank-correlation", (claim(0.0, false), &["x", "y"]), points(draw, 0.0)).of(draw);
    let mut lines: Vec<Line> = draws.map(unrelated).into();
    // what the mean of Fisher's z tends to
    let of = |at| Line::new("rank-correlation", (claim(at, false), &["x", "y"]), points(Draw::Normal, 0.6));
    let limit = of(0.0).on("normal, related").limit(40_000);
    lines.push(of(limit).on("normal, correlated by 0.6").truth(Some(limit)));
    let censored = seeds(|stream| {
        let beyond = |y: f64| if y < 0.5 { y } else { f64::NAN };
        (0..8).map(|_| vec![stream.normal(), beyond(stream.normal())]).collect()
    });
    let censored = Line::new("rank-correlation", (claim(0.0, true), &["x", "y"]), censored);
    lines.push(censored.on("censored (normal, above 0.5 sd)").form("missing_is_largest"));
    lines
}

/// A seed's rows, of which so many lie outside of the edge.
fn outside(count: f64) -> Vec<Vec<f64>> {
    (0..18).map(|row| vec![if f64::from(row) < count { 2.0 } else { 0.5 }, 1.0]).collect()
}

/// Mean counts at the end of what counts as the number: 3.5 for 3.
pub fn counts() -> Vec<Line> {
    const END: f64 = 3.5;
    let most = json!({"column": "v", "edge": "e", "at_most": 3});
    let exactly = json!({"column": "v", "edge": "e", "exactly": 3});
    let of = |params: &serde_json::Value, draw: fn(&mut Stream) -> f64| {
        let rows = seeds(move |stream| outside(draw(stream)));
        Line::new("outlier-count", (params.clone(), &["v", "e"]), rows).truth(Some(END))
    };
    let coin: fn(&mut Stream) -> f64 = |stream| if stream.uniform() < 0.5 { 3.0 } else { 4.0 };
    vec![
        of(&most, coin).on("lattice (3 or 4, as a coin falls)"),
        of(&exactly, coin).on("lattice (3 or 4, as a coin falls)").form("exactly"),
        of(&most, |stream| (3.5 + 0.7 * stream.normal()).round().max(0.0)).on("lattice (rounded normal)"),
        of(&most, |stream| successes(20, 0.175, stream)).on("binomial (20 directions)"),
        of(&most, |stream| poisson(END, stream)).on("lattice (Poisson, mean 3.5)"),
    ]
}

/// Runs in which something is so.
pub fn shares() -> Vec<Line> {
    [0.2, 0.5, 0.9]
        .map(|share| {
            let rows = seeds(move |stream| vec![vec![f64::from(u8::from(stream.uniform() < share))]]);
            let params = json!({"column": "v", "at_least": 1.0, "runs_at_least": share});
            Line::new("share-of-runs", (params, &["v"]), rows).on(&format!("binomial ({share})")).truth(Some(share))
        })
        .into()
}
