//! One template for each form of a statistic: what was found in one condition, its interval, and what is claimed.

use super::amount::{Change, Found, Scale, difference, level};
use super::vocabulary::{Vocabulary, is_plural, lowered, raised};
use crate::artifact::{Bar, Statistic, number};

/// What was found, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    /// "LoFi errs 1.6 points less than ridge".
    pub says: String,
    /// "0.7 to 2.4", in the unit and direction of what is said.
    pub interval: Option<String>,
    /// "at least 90 %"; empty where what is said tells it.
    pub claimed: String,
}

/// The sentence's core over one condition; `runs` is how many of how many runs, of a share.
#[must_use]
pub(super) fn statement(
    words: &Vocabulary<'_>,
    statistic: &Statistic,
    (found, bar): (Found, Bar),
    runs: Option<[usize; 2]>,
) -> Statement {
    match statistic {
        Statistic::Mean { column } => {
            let label = words.label(column);
            let verb = match (found.interval.is_some_and(|[low, high]| low < high), is_plural(&label)) {
                (true, true) => "average",
                (true, false) => "averages",
                (false, true) => "are",
                (false, false) => "is",
            };
            of_level((label, verb), (found, bar), words.scale(column))
        }
        Statistic::Worded { what } => of_level((raised(what), "is"), (found, bar), Scale::Plain),
        Statistic::Difference { column, by, less, than } => {
            let change = found.change(words.scale(column));
            let says = compared(words, column, &change, (by, [less, than]));
            Statement { says, interval: change.interval, claimed: change_claimed(bar, words.scale(column)) }
        }
        Statistic::Step { column, .. } => {
            let change = found.change(words.scale(column));
            let label = words.label(column);
            let verb = one_or_more(&label, if change.is_less { ["falls", "fall"] } else { ["rises", "rise"] });
            let says = format!("{label} {verb} by {}", change.amount);
            Statement { says, interval: change.interval, claimed: change_claimed(bar, words.scale(column)) }
        }
        Statistic::Slope { .. } => slope(words, statistic, (found, bar)),
        Statistic::Share { what } => {
            let (share, interval) = found.level(Scale::Share);
            let what = symbols(words, what);
            let says = match runs {
                Some([so, all]) => format!("{so} of {all} runs have {what}"),
                None => format!("{share} of runs have {what}"),
            };
            Statement { says, interval: interval.map(|ends| format!("{ends} %")), claimed: claimed(bar, Scale::Share) }
        }
        Statistic::Ratio { of, over } => {
            let (value, interval) = found.level(Scale::Plain);
            let says = format!("{} is {value} times {}", words.label(of), words.name(over));
            Statement { says, interval, claimed: claimed(bar, Scale::Plain) }
        }
        Statistic::RankCorrelation { x, y } => {
            let what = format!("The rank correlation of {} and {}", words.name(x), words.name(y));
            of_level((what, "is"), (found, bar), Scale::Plain)
        }
        Statistic::Place { column, along, rises, level } => {
            let (value, interval) = found.level(Scale::Plain);
            let verb = if *rises { "rises to" } else { "falls to" };
            let says = format!("{} {verb} {level} at {} = {value}", words.label(column), words.name(along));
            Statement { says, interval, claimed: claimed(bar, Scale::Plain) }
        }
        Statistic::Optimum { column, other, maximise, .. } => {
            let sign = if *maximise { -1.0 } else { 1.0 };
            let turned = Found {
                estimate: sign * found.estimate,
                interval: found.interval.map(|[low, high]| if *maximise { [-high, -low] } else { [low, high] }),
            };
            let change = turned.change(words.scale(column));
            let other = if other == "border" {
                "on its border".to_owned()
            } else {
                format!("with {}", other.replace('_', " "))
            };
            let says = best(words, column, &change, &other);
            Statement { says, interval: change.interval, claimed: String::new() }
        }
        Statistic::Collapse { x, y, curves } => {
            let (value, interval) = found.level(Scale::Share);
            let curves: Vec<String> = curves.iter().map(|name| words.name(name)).collect();
            let says = format!(
                "Curves of {} over {} for different {} lie {value} of their range apart",
                words.name(y),
                words.name(x),
                curves.join(" and ")
            );
            Statement { says, interval: interval.map(|ends| format!("{ends} %")), claimed: claimed(bar, Scale::Share) }
        }
        Statistic::Outliers { column, edge, less } => {
            let (column, edge) = (words.name(column), words.name(edge));
            let Some(less) = less else {
                let (value, interval) = found.level(Scale::Plain);
                let says = format!("{value} values of {column} lie beyond {edge}");
                return Statement { says, interval, claimed: claimed(bar, Scale::Plain) };
            };
            let change = found.change(Scale::Plain);
            let than = if change.is_less { "fewer" } else { "more" };
            let says =
                format!("{} {than} values of {column} than {} lie beyond {edge}", change.amount, words.name(less));
            Statement { says, interval: change.interval, claimed: change_claimed(bar, Scale::Plain) }
        }
    }
}

fn of_level((what, verb): (String, &str), (found, bar): (Found, Bar), scale: Scale) -> Statement {
    let (value, interval) = found.level(scale);
    let unit = if scale == Scale::Share { " %" } else { "" };
    let interval = interval.map(|ends| format!("{ends}{unit}"));
    Statement { says: format!("{what} {verb} {value}"), interval, claimed: claimed(bar, scale) }
}

/// Whether a side is of several things: "random features", and not "ridge on pixels".
fn are_several(side: &str) -> bool {
    let head =
        [" on ", " of ", " with ", " by "].iter().fold(side, |head, word| head.split(word).next().unwrap_or(head));
    head.split(' ').next_back().is_some_and(is_plural)
}

/// One side against the other.
fn compared(words: &Vocabulary<'_>, column: &str, change: &Change, (by, [less, than]): (&str, [&str; 2])) -> String {
    let names = [less, than].iter().all(|side| side.parse::<f64>().is_err());
    let amount = &change.amount;
    let is_times = words.scale(column) == Scale::Logarithm;
    if names && words.is_error(column) {
        let way = if change.is_less { "less" } else { "more" };
        let errs = if are_several(less) { "err" } else { "errs" };
        return format!("{} {errs} {amount} {way} than {}", raised(less), lowered(than));
    }
    if names && is_times {
        let fewer = if change.is_less { "fewer" } else { "more" };
        let takes = if are_several(less) { "take" } else { "takes" };
        return format!("{} {takes} {amount} {fewer} {} than {}", raised(less), words.name(column), lowered(than));
    }
    let lower = match (is_times, change.is_less) {
        (false, true) => "lower",
        (false, false) => "higher",
        (true, true) => "smaller",
        (true, false) => "larger",
    };
    let [less, than] = [less, than].map(|side| words.side(by, side));
    format!("{} is {amount} {lower} {less} than {than}", words.label(column))
}

fn best(words: &Vocabulary<'_>, column: &str, change: &Change, other: &str) -> String {
    let amount = &change.amount;
    if words.is_error(column) {
        let less = if change.is_less { "less" } else { "more" };
        return format!("The best point inside the grid errs {amount} {less} than the best {other}");
    }
    let lower = if change.is_less { "lower" } else { "higher" };
    format!("At the best point inside the grid {} is {amount} {lower} than at the best {other}", words.name(column))
}

fn slope(words: &Vocabulary<'_>, statistic: &Statistic, (found, bar): (Found, Bar)) -> Statement {
    let Statistic::Slope { x, y, log_x, log_y } = statistic else {
        return Statement { says: statistic.to_string(), interval: None, claimed: String::new() };
    };
    if *log_x && *log_y {
        let (value, interval) = found.level(Scale::Plain);
        let label = words.label(y);
        let verb = one_or_more(&label, ["goes", "go"]);
        let says = format!("{label} {verb} as {} to the power {value}", words.symbol_or_name(x));
        return Statement { says, interval, claimed: claimed(bar, Scale::Plain) };
    }
    let scale = if *log_y { Scale::Logarithm } else { words.scale(y) };
    let change = found.change(scale);
    let label = words.label(y);
    let verb = match (scale, change.is_less) {
        (Scale::Logarithm, true) => one_or_more(&label, ["falls", "fall"]),
        (Scale::Logarithm, false) => one_or_more(&label, ["grows", "grow"]),
        (_, true) => one_or_more(&label, ["falls by", "fall by"]),
        (_, false) => one_or_more(&label, ["rises by", "rise by"]),
    };
    let x = words.symbol_or_name(x);
    let per = if *log_x { format!("tenfold {x}") } else { format!("unit of {x}") };
    let says = format!("{label} {verb} {} for each {per}", change.amount);
    Statement { says, interval: change.interval, claimed: change_claimed(bar, scale) }
}

fn one_or_more<'a>(label: &str, [one, more]: [&'a str; 2]) -> &'a str {
    if is_plural(label) { more } else { one }
}

/// Columns of a condition in words and in signs, `singular_value ≥ 0.5`.
fn symbols(words: &Vocabulary<'_>, what: &str) -> String {
    let is_name = |word: &str| word.contains('_') || word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    let linking = ["at", "and", "one", "of", "or", "with"];
    let word = |word: &str| match word.strip_suffix(',') {
        Some(base) if is_name(base) && !linking.contains(&base) => format!("{},", words.short(base)),
        None if is_name(word) && !linking.contains(&word) => words.short(word),
        _ => word.to_owned(),
    };
    what.split(' ').map(word).collect::<Vec<_>>().join(" ").replace('-', "−")
}

/// Where a level should be.
fn claimed(bar: Bar, scale: Scale) -> String {
    let of = |value| level(value, scale);
    match bar {
        Bar::Below(at) => format!("below {}", of(at)),
        Bar::Above(at) => format!("above {}", of(at)),
        Bar::AtMost(at) => format!("at most {}", of(at)),
        Bar::AtLeast(at) => format!("at least {}", of(at)),
        Bar::Within(from, to) => format!("{} to {}", level(from, scale), of(to)),
    }
}

/// Where a difference should be; nothing where only its direction is claimed.
fn change_claimed(bar: Bar, scale: Scale) -> String {
    let (at, lower) = match bar {
        Bar::Below(at) | Bar::AtMost(at) => (at, true),
        Bar::Above(at) | Bar::AtLeast(at) => (at, false),
        Bar::Within(from, to) => {
            let sign = |v: f64| if v < 0.0 { "−" } else { "" };
            let [from, to] = [from, to].map(|v| match scale {
                Scale::Logarithm => number::short(10.0_f64.powf(v)),
                _ => format!("{}{}", sign(v), difference(v, scale)),
            });
            return format!("{from} to {to}");
        }
    };
    if at == 0.0 {
        return String::new();
    }
    let (than, way) = match (lower, at < 0.0) {
        (true, true) => ("at least", "less"),
        (true, false) => ("at most", "more"),
        (false, true) => ("at most", "less"),
        (false, false) => ("at least", "more"),
    };
    format!("{than} {} {way}", difference(at, scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Header;

    fn say(statistic: &Statistic, (estimate, low, high): (f64, f64, f64), bar: Bar) -> String {
        let header = Header::of(&["test_error", "share", "share_difference"])
            .shares(&["test_error", "share", "share_difference"])
            .less_is_better(&["test_error"]);
        let found = Found { estimate, interval: Some([low, high]) };
        let Statement { says, interval, claimed } =
            statement(&Vocabulary::plain(&header), statistic, (found, bar), Some([11, 12]));
        format!("{says} | {} | {claimed}", interval.unwrap_or_default())
    }

    fn difference_of(column: &str, by: &str, [less, than]: [&str; 2]) -> Statistic {
        let [column, by, less, than] = [column, by, less, than].map(str::to_owned);
        Statistic::Difference { column, by, less, than }
    }

    #[test]
    fn two_sides_are_compared_in_the_words_of_their_column() {
        let errs = difference_of("test_error", "model", ["LoFi", "ridge"]);
        let found = (-0.0157, -0.0242, -0.007_29);
        assert_eq!(say(&errs, found, Bar::Below(0.0)), "LoFi errs 1.6 points less than ridge | 0.7 to 2.4 | ");
        let margin = say(&errs, found, Bar::Below(0.005));
        assert!(margin.ends_with("| at most 0.5 points more"), "{margin}");
        let steps = difference_of("log10_steps", "images", ["Natural", "Whitened"]);
        let said = say(&steps, (-1.83, -2.1, -1.5), Bar::Below(-1.0));
        assert_eq!(said, "Natural takes 68 times fewer steps than whitened | 32 to 126 | at least 10 times less");
        let numbers = difference_of("share", "pooling", ["0.5", "0"]);
        let said = say(&numbers, (0.1, 0.05, 0.15), Bar::Below(0.0));
        assert_eq!(said, "Share is 10 points higher at pooling = 0.5 than at pooling = 0 | 5 to 15 | ");
    }

    #[test]
    fn levels_shares_and_places() {
        let mean = Statistic::Mean { column: "share_difference".into() };
        let said = say(&mean, (-0.048, -0.09, -0.005), Bar::Within(-0.03, 0.03));
        assert_eq!(said, "Share difference averages −4.8 points | −9.0 to −0.5 | −3 points to 3 points");
        let runs = Statistic::Share { what: "singular_value ≥ 0.5 at degree = 10".into() };
        let said = say(&runs, (0.917, 0.615, 0.998), Bar::AtLeast(0.5));
        assert_eq!(said, "11 of 12 runs have singular value ≥ 0.5 at degree = 10 | 62 to 100 % | at least 50 %");
        let (column, along) = ("overlap".to_owned(), "alpha".to_owned());
        let place = Statistic::Place { column, along, rises: true, level: "0.2".into() };
        let said = say(&place, (2.55, 2.44, 2.67), Bar::Within(2.3, 2.7));
        assert_eq!(said, "Overlap rises to 0.2 at alpha = 2.55 | 2.44 to 2.67 | 2.3 to 2.7");
    }

    #[test]
    fn slopes_are_powers_changes_or_factors() {
        let slope = |y: &str, log_x, log_y| Statistic::Slope { x: "n_train".into(), y: y.into(), log_x, log_y };
        let said = say(&slope("steps", true, true), (3.06, 2.89, 3.24), Bar::Within(2.5, 3.5));
        assert_eq!(said, "Steps go as n to the power 3.06 | 2.89 to 3.24 | 2.5 to 3.5");
        let said = say(&slope("test_error", true, false), (-0.052, -0.0807, -0.0232), Bar::AtMost(0.0));
        assert_eq!(said, "Test error falls by 5.2 points for each tenfold n | 2.3 to 8.1 | ");
        let said = say(&slope("log10_steps", false, false), (-0.682, -0.781, -0.584), Bar::AtMost(0.0));
        assert_eq!(said, "Steps fall 4.8 times for each unit of n | 3.8 to 6.0 | ");
    }

    #[test]
    fn the_best_of_a_grid_is_set_against_its_border() {
        let (column, other) = ("test_error".to_owned(), "border".to_owned());
        let optimum = Statistic::Optimum { column, along: vec!["k".into()], other, maximise: false };
        let said = say(&optimum, (-0.0164, -0.028, -0.004_82), Bar::Below(0.0));
        assert_eq!(
            said,
            "The best point inside the grid errs 1.6 points less than the best on its border | 0.5 to 2.8 | "
        );
    }
}
