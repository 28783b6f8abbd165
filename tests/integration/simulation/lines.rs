//! The lines of the table: every kind of claim on the data that it meets, with the truth at its bar.

use super::draws::{Draw, on_images};
use super::line::{Line, Path};
use super::lines_of_counts;
use lofi::artifact::Outcome;
use lofi::math::random::Stream;
use serde_json::json;

const SKEWED: &str = "t is not made for the mean of skewed numbers: compare pairs";
const CAPPED: &str = "runs that are all taken as the same bound look alike: from ten seeds on, or `share-of-runs`";
const ANEW: &str = "points are chosen anew at each look, which is no sequence: fix the number of seeds";
const CURVES: [Draw; 4] = [Draw::Normal, Draw::T3, Draw::Exponential, Draw::Poisson];

/// All lines whose false decisions are promised to be rare, and those that are not.
pub fn lines() -> Vec<Line> {
    [
        bounds(),
        forms_of_bound(),
        pairs(),
        steps(),
        slopes(),
        lines_of_counts::correlations(),
        places(),
        optima(),
        lines_of_counts::counts(),
        collapses(),
        lines_of_counts::shares(),
        ratios(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Lines for power: the truth is `effect` standard deviations of one seed's number on the claimed side.
pub fn mean_like(effect: f64) -> Vec<Line> {
    vec![
        bound(Draw::Normal, effect),
        bound(Draw::T3, effect),
        pair(Draw::Normal, effect * 2.0_f64.sqrt()),
        step(Draw::Normal, effect * 2.0_f64.sqrt()),
        slope(Draw::Normal, effect / 10.0_f64.sqrt()),
        place(Draw::Normal, effect),
        ratio(Draw::Normal, effect * 2.0_f64.sqrt()),
    ]
}

/// A path of seeds that are drawn alike.
pub fn seeds<R>(rows: R) -> impl Fn(&mut Stream, usize) -> Path
where
    R: Fn(&mut Stream) -> Vec<Vec<f64>>,
{
    move |stream, seeds| (0..seeds).map(|_| rows(stream)).collect()
}

fn bound(draw: Draw, effect: f64) -> Line {
    let rows = seeds(move |stream| vec![vec![draw.one(stream) - effect]]);
    Line::new("bound", (json!({"column": "v", "at_most": 0.0}), &["v"]), rows).of(draw)
}

fn bounds() -> Vec<Line> {
    let usual = [Draw::Normal, Draw::T3, Draw::Rounded, Draw::Binomial].map(|draw| bound(draw, 0.0));
    let censored = Line::new(
        "bound",
        (json!({"column": "v", "at_least": 0.0, "missing_at_least": 1.0}), &["v"]),
        seeds(|stream| vec![vec![Some(stream.normal()).filter(|v| *v < 1.0).unwrap_or(f64::NAN)]]),
    );
    let humps =
        seeds(|stream| vec![vec![f64::from(u8::from(stream.uniform() < 0.15)) - 0.15 + 0.01 * stream.normal()]]);
    let humps = Line::new("bound", (json!({"column": "v", "at_most": 0.0}), &["v"]), humps);
    let mut lines: Vec<Line> = usual.into();
    let censored = censored.on("censored (normal, above 1 sd)").form("missing_at_least").truth(None);
    lines.push(censored.outside(CAPPED));
    lines.push(bound(Draw::Poisson, 0.0).outside(SKEWED));
    lines.push(bound(Draw::Exponential, 0.0).outside(SKEWED));
    lines.push(humps.on("two humps (15 % of runs fail)").outside("say in how many runs: `share-of-runs`"));
    lines
}

fn forms_of_bound() -> Vec<Line> {
    let edge = |draw: Draw, params: serde_json::Value| {
        // the margin is 1, and the truth lies at its end
        let rows = seeds(move |stream| vec![vec![draw.one(stream) + 1.0]]);
        Line::new("bound", (params, &["v"]), rows).of(draw).truth(Some(1.0))
    };
    let equals = |draw| edge(draw, json!({"column": "v", "equals": 0.0, "smallest_effect": 1.0})).form("equals");
    let mut lines: Vec<Line> = [Draw::Normal, Draw::T3, Draw::Rounded].map(equals).into();
    let small = edge(Draw::Normal, json!({"column": "v", "at_most": 0.0, "smallest_effect": 1.0}));
    let small = small.wrong(&[Outcome::Held, Outcome::Negligible]);
    lines.push(small.form("smallest_effect (held or negligible)"));
    let places = seeds(|stream| (0..5).map(|i| vec![f64::from(i), stream.normal() - 9.0 * f64::from(4 - i)]).collect());
    let params = json!({"column": "v", "at_most": 0.0, "per": ["place"]});
    let per = Line::new("bound", (params, &["place", "v"]), places).on("normal").several();
    lines.push(per.form("per: five conditions, one at the bar"));
    let alike = seeds(|stream| (0..5).map(|i| vec![f64::from(i), stream.normal()]).collect());
    let params = json!({"column": "v", "at_most": 0.0, "per": ["place"]});
    let per = Line::new("bound", (params, &["place", "v"]), alike).on("normal").several();
    lines.push(per.form("per: five conditions, all at the bar"));
    lines
}

fn pair(draw: Draw, effect: f64) -> Line {
    let rows = seeds(move |stream| {
        let luck = 3.0 * stream.normal().round();
        vec![vec![0.0, draw.one(stream) + luck - effect], vec![1.0, draw.one(stream) + luck]]
    });
    paired(rows).of(draw)
}

fn paired<F: Fn(&mut Stream, usize) -> Path + Sync + Send + 'static>(rows: F) -> Line {
    let params = json!({"column": "v", "less": 0, "than": 1, "pair_on": ["seed"]});
    Line::new("paired-difference", (params, &["model", "v"]), rows)
}

fn pairs() -> Vec<Line> {
    let draws = [Draw::Normal, Draw::T3, Draw::Exponential, Draw::Poisson, Draw::Rounded, Draw::Binomial];
    let mut lines: Vec<Line> = draws.map(|draw| pair(draw, 0.0)).into();
    let images = |shared: bool| {
        paired(move |stream: &mut Stream, seeds: usize| {
            let errors = on_images(seeds, (shared, stream));
            errors.into_iter().map(|error| vec![vec![0.0, error], vec![1.0, 0.0]]).collect()
        })
    };
    lines.push(images(false).on("other test images for each seed (folds)"));
    let why = "seeds that share their test images do not speak of other images: leave `test: shared` out";
    lines.push(images(true).on("the same test images (`test: shared`)").outside(why));
    lines
}

fn step(draw: Draw, effect: f64) -> Line {
    let rows = seeds(move |stream| {
        let means = [20.0, 10.0, 10.0 - effect];
        (0..3).map(|i| vec![f64::from(i), means[i as usize] + draw.one(stream)]).collect()
    });
    let params = json!({"column": "v", "along": "n", "direction": "decreasing", "pair_on": ["seed"]});
    Line::new("monotone", (params, &["n", "v"]), rows).of(draw).several().form("one step of two is none")
}

fn steps() -> Vec<Line> {
    let mut lines: Vec<Line> = CURVES.map(|draw| step(draw, 0.0)).into();
    let flat = seeds(|stream| (0..4).map(|i| vec![f64::from(i), stream.normal()]).collect());
    let params = json!({"column": "v", "along": "n", "direction": "decreasing", "pair_on": ["seed"]});
    lines.push(
        Line::new("monotone", (params, &["n", "v"]), flat).on("normal").several().form("no step of three is one"),
    );
    lines
}

fn slope(draw: Draw, effect: f64) -> Line {
    let rows = seeds(move |stream| (1..6).map(|x| line_at(x, -effect, draw.one(stream))).collect());
    Line::new("slope", (json!({"x": "x", "y": "y", "at_most": 0.0}), &["x", "y"]), rows).of(draw)
}

fn line_at(x: i32, slope: f64, noise: f64) -> Vec<f64> {
    vec![f64::from(x), slope * f64::from(x) + noise]
}

fn slopes() -> Vec<Line> {
    let mut lines: Vec<Line> = CURVES.map(|draw| slope(draw, 0.0)).into();
    let params = json!({"x": "x", "y": "y", "equals": 0.0, "smallest_effect": 0.5});
    let rows = seeds(|stream| (1..6).map(|x| line_at(x, 0.5, stream.normal())).collect());
    lines.push(Line::new("slope", (params, &["x", "y"]), rows).on("normal").form("equals").truth(Some(0.5)));
    lines
}

/// Straight curves that rise to 0 at the place drawn: few points tell it as many would.
fn curve(params: serde_json::Value, (draw, shift, last): (Draw, f64, i32)) -> Line {
    let rows = seeds(move |stream| {
        let place = draw.one(stream) + shift;
        let points = [-60, -5, 0, last].map(f64::from);
        points.map(|x| vec![x, x - place]).into()
    });
    let mut params = params;
    for (key, value) in
        [("column", json!("y")), ("along", json!("x")), ("crosses", json!(0.0)), ("direction", json!("rising"))]
    {
        params[key] = value;
    }
    Line::new("threshold-location", (params, &["x", "y"]), rows).of(draw)
}

fn place(draw: Draw, effect: f64) -> Line {
    curve(json!({"at_most": 0.0}), (draw, -effect, 60))
}

fn places() -> Vec<Line> {
    let mut lines: Vec<Line> = [Draw::Normal, Draw::T3, Draw::Rounded].map(|draw| place(draw, 0.0)).into();
    let near = curve(json!({"near": 0.0, "within": 1.0}), (Draw::Normal, 1.0, 60));
    lines.push(near.form("near, within").truth(Some(1.0)));
    let censored = curve(json!({"at_most": 0.0}), (Draw::Normal, 0.0, 1)).on("censored (normal, above 1 sd)");
    lines.push(censored.truth(None));
    lines.push(place(Draw::Exponential, 0.0).outside(SKEWED));
    lines
}

fn optima() -> Vec<Line> {
    // all points of the grid are as good as each other
    let grid = |draw: Draw, chosen_by: bool| {
        let rows = seeds(move |stream| {
            let luck = stream.normal();
            (0..5).map(|k| vec![f64::from(k), luck + draw.one(stream), luck + draw.one(stream)]).collect()
        });
        let mut params = json!({"column": "v", "along": ["k"], "pair_on": ["seed"], "against": {"k": "max"}});
        if chosen_by {
            params["chosen_by"] = json!("validation");
        }
        let line = Line::new("interior-optimum", (params, &["k", "v", "validation"]), rows).of(draw);
        match (chosen_by, draw) {
            (true, Draw::Normal | Draw::Poisson) => line.form("chosen_by").outside(ANEW),
            (true, _) => line.form("chosen_by"),
            (false, _) => line,
        }
    };
    let crossed = [Draw::Normal, Draw::T3, Draw::Exponential].map(|draw| grid(draw, false));
    crossed.into_iter().chain(CURVES.map(|draw| grid(draw, true))).collect()
}

fn collapses() -> Vec<Line> {
    // curves y = x and y = x ± 0.1 from 0 to 1: a spread of 0.1, over a range of 1.2
    const TRUTH: f64 = 0.1 / 1.2;
    let curves = |draw: Draw, noise: f64| {
        let rows = seeds(move |stream| {
            let points = (0..3).flat_map(|d| (0..5).map(move |x| (f64::from(d), f64::from(x) / 4.0)));
            points.map(|(d, x)| vec![d, x, x + 0.1 * (d - 1.0) + noise * draw.one(stream)]).collect()
        });
        let params = json!({"x": "x", "y": "y", "curves": ["d"], "at_most": TRUTH});
        Line::new("collapse", (params, &["d", "x", "y"]), rows).of(draw).truth(Some(TRUTH))
    };
    let mut lines: Vec<Line> = [Draw::Normal, Draw::T3, Draw::Exponential].map(|draw| curves(draw, 0.05)).into();
    lines.push(curves(Draw::Poisson, 0.025));
    lines
}

fn ratio(draw: Draw, effect: f64) -> Line {
    let rows = seeds(move |stream| vec![vec![draw.one(stream) + 20.0 - effect, draw.one(stream) + 20.0]]);
    ratio_at_one(rows).of(draw)
}

fn ratio_at_one<F: Fn(&mut Stream, usize) -> Path + Sync + Send + 'static>(rows: F) -> Line {
    Line::new("ratio", (json!({"of": "a", "over": "b", "at_most": 1.0}), &["a", "b"]), rows).truth(Some(1.0))
}

fn ratios() -> Vec<Line> {
    let mut lines: Vec<Line> = CURVES.map(|draw| ratio(draw, 0.0)).into();
    // the denominator of a single seed comes near 0
    let small = seeds(|stream| vec![vec![super::draws::exponential(stream), super::draws::exponential(stream)]]);
    lines.push(ratio_at_one(small).on("exponential, from 0"));
    lines
}
