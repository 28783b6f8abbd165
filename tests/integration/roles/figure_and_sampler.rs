//! A sampler and a figure of a few lines, and a plain kind between them.

use super::{loaded, ran};
use lofi::artifact::{Cell, Points, Representation, Shape, Table, Value, ValueType};
use lofi::math::{linalg::Matrix, random::Stream};
use lofi::step::roles::{Asked, Batch, Counts, Figure, Rows, SampleHead, SampleShape, Sampler, SplitDraw, Words, port};
use lofi::step::{
    About, Context, Family, Header, Headers, Inputs, Kind, Outputs, Plan, Port, Problem, Shapes, Slot, StepError,
};
use lofi::study::OutputKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// A sampler: coins that show heads (1) with one probability and tails (0) otherwise.
pub struct Coins;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoinParams {
    /// Probability of heads.
    #[schemars(range(min = 0.0, max = 1.0))]
    bias: f64,
}

impl Sampler for Coins {
    type Params = CoinParams;
    type Head = SampleHead;
    type Law = ();
    const NAME: &'static str = "coins";
    const ABOUT: Words = Words { summary: "Draws coins.", details: "", cites: &[] };
    const TAKES: &'static [&'static str] = SampleHead::ALL;
    const ORIGIN: [&'static str; 3] = ["coins", "Coins", "regression"];
    const PORTS: &'static [Port] = &[port("samples", "One coin a sample, and what it shows as its label.")];

    fn counts(_: &CoinParams, head: &SampleHead) -> Counts {
        head.counts()
    }

    fn shapes(_: &CoinParams) -> Vec<SampleShape> {
        vec![SampleShape::numbers(1)]
    }

    fn flops(_: &CoinParams) -> f64 {
        10.0
    }

    fn law(_: &CoinParams, _: u64) {}

    fn draw(params: &CoinParams, (): &(), part: SplitDraw) -> Batch {
        let mut stream = Stream::new(part.seed, "coins", part.number);
        let labels: Vec<f64> =
            (0..part.count).map(|_| if stream.uniform() < params.bias { 1.0 } else { 0.0 }).collect();
        let points = vec![Points::Real(Matrix::from_column_slice(part.count, 1, &labels))];
        Batch { points, labels }
    }
}

/// A plain kind: the share of heads of each split.
pub struct Heads;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

impl Kind for Heads {
    type Params = NoParams;
    const NAME: &'static str = "heads";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Share of heads.",
        details: "",
        cites: &[],
        inputs: &[Slot::one("x", &[ValueType::Representation]).doc("coins")],
        outputs: &[Port::new("table", ValueType::Table).doc("a row a split")],
    };

    fn plan(&self, _: &NoParams, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Ok(Plan::light(vec![Shape::Table]))
    }

    fn header(&self, _: &str, _: &NoParams, _: &Headers) -> Option<Header> {
        Some(Header::of(&["samples", "heads"]))
    }

    fn run(&self, _: &NoParams, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let coins: &Representation = inputs.one("x")?;
        let row = |labels: &Vec<f64>| {
            vec![Cell::from(labels.len()), Cell::Float(labels.iter().sum::<f64>() / labels.len() as f64)]
        };
        let rows: Vec<_> = [&coins.labels.train, &coins.labels.test].into_iter().map(row).collect();
        Ok(vec![Value::Table(Table::from_rows(&["samples", "heads"], &rows)?)])
    }
}

/// A figure: shares as dots on a line from 0 to 1.
pub struct Strip;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StripParams {
    /// The column of shares.
    #[schemars(extend("format" = "column"))]
    column: String,
    /// Width of the figure, px.
    #[schemars(range(min = 100, max = 1000))]
    width: usize,
}

impl Figure for Strip {
    type Params = StripParams;
    type Source = Rows;
    type Content = Vec<f64>;
    const NAME: &'static str = "strip";
    const ABOUT: Words = Words { summary: "Dots on a line.", details: "", cites: &[] };
    const SHOWS: &'static str = "A row for each dot.";

    fn content(asked: &Asked<'_, StripParams>, table: &Table) -> Result<Vec<f64>, StepError> {
        Ok(asked.head.filter.apply(table)?.numbers(&asked.column)?.into_iter().flatten().collect())
    }

    fn draw(asked: &Asked<'_, StripParams>, shares: &Vec<f64>, alt: &str) -> Result<String, StepError> {
        let mut svg =
            format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\"><title>{alt}</title>", asked.width);
        for share in shares {
            write!(svg, "<circle cx=\"{}\" cy=\"9\" r=\"3\"/>", share * asked.width as f64).unwrap();
        }
        Ok(svg + "</svg>")
    }

    fn alt(asked: &Asked<'_, StripParams>, shares: &Vec<f64>) -> String {
        format!("{} dots of {}", shares.len(), asked.column)
    }

    fn caption(asked: &Asked<'_, StripParams>, _: &Vec<f64>) -> Vec<String> {
        vec![format!("Each dot is one {}.", asked.column)]
    }
}

fn study(coins: &str, figure: &str) -> String {
    format!(
        "study: s\ntitle: t\nsteps:\n  drawn: {{kind: coins, params: {{n_train: 400, n_test: 100, seed: 3, {coins}}}}}\n  \
         share: {{kind: heads, inputs: {{x: drawn.samples}}}}\ntables:\n  t: {{stack: {{Coins: share}}}}\nfigures:\n  f: {{kind: strip, \
         table: t, {figure}}}\n"
    )
}

#[test]
fn a_sampler_and_a_figure_of_a_few_lines_go_from_a_study_to_results() {
    let of_train = "column: heads, width: 200, where: {samples: 400}, title: Coins";
    let values = ran(loaded(&study("bias: 0.3", of_train)).unwrap());
    let (OutputKind::Table, Value::Table(table)) = &values[0] else { panic!("{values:?}") };
    assert_eq!(table.numbers("samples").unwrap(), [400.0, 100.0].map(Some));
    let shares: Vec<f64> = table.numbers("heads").unwrap().into_iter().flatten().collect();
    // Four standard deviations of a share of 400 and of 100 coins.
    assert!((shares[0] - 0.3).abs() < 0.092 && (shares[1] - 0.3).abs() < 0.184, "{shares:?}");
    let (OutputKind::Figure, Value::Figure(figure)) = &values[1] else { panic!("{values:?}") };
    assert_eq!(figure.alt, "Coins: 1 dots of heads.");
    assert_eq!(figure.caption, "Each dot is one heads. Shown: samples = 400.");
    assert!(figure.svg.contains(&format!("cx=\"{}\"", shares[0] * 200.0)), "{}", figure.svg);
}

#[test]
fn fewer_coins_are_the_first_of_more() {
    let draw = |count| Coins::draw(&CoinParams { bias: 0.5 }, &(), SplitDraw { number: 0, count, seed: 7 }).labels;
    assert_eq!(draw(5), draw(9)[..5]);
}

#[test]
fn what_they_declare_is_checked_before_anything_runs() {
    let good = "column: heads, width: 200";
    for (coins, figure, wanted) in [
        ("bias: 1.5", good, "s.yaml:4:75: 1.5 is out of range: it must be at most 1"),
        ("bais: 0.5", good, "unknown key `bais` (did you mean `bias`?"),
        ("bias: 0.5, n_tests: 2", good, "unknown key `n_tests` (did you mean `n_test`?"),
        ("bias: 0.5", "column: haeds, width: 200", "no column `haeds` (did you mean `heads`?"),
        ("bias: 0.5", "column: heads, width: 5", "5 is out of range: it must be at least 100"),
        ("bias: 0.5", "column: heads, width: 200, colour: samples", "unknown key `colour`"),
    ] {
        let faults = loaded(&study(coins, figure)).map(|_| ()).unwrap_err();
        let said =
            format!("{}: {} ({})", faults[0].place, faults[0].message, faults[0].help.clone().unwrap_or_default());
        assert!(said.contains(wanted), "{coins}, {figure}: {said}");
    }
}
