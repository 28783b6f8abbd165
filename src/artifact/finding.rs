//! What a claim's test found, apart from the words for it: reports make the sentence.

use serde::{Deserialize, Serialize};
use std::fmt::{Display, Formatter, Result};

/// What a claim is about, by the names of columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case")]
pub enum Statistic {
    /// The mean of a column.
    Mean {
        /// The column.
        column: String,
    },
    /// The mean of a column where `by` is one thing less that where it is another.
    Difference {
        /// The column.
        column: String,
        /// The column that names the sides.
        by: String,
        /// The side that is claimed to have less.
        less: String,
        /// The other side.
        than: String,
    },
    /// From one value of an axis to the next.
    Step {
        /// The column.
        column: String,
        /// The axis, or the axes of a grid.
        along: String,
    },
    /// The growth of y with x, each perhaps under a logarithm to base 10.
    Slope {
        /// On the horizontal axis.
        x: String,
        /// On the vertical axis.
        y: String,
        /// Whether the logarithm of x is taken.
        log_x: bool,
        /// Whether the logarithm of y is taken.
        log_y: bool,
    },
    /// The share of runs in which something is so, which `what` says.
    Share {
        /// The quantity, or what is so in a run, over names of columns.
        what: String,
    },
    /// The sum of one column over that of another.
    Ratio {
        /// The column above.
        of: String,
        /// The column below.
        over: String,
    },
    /// Spearman's rank correlation.
    RankCorrelation {
        /// On the horizontal axis.
        x: String,
        /// On the vertical axis.
        y: String,
    },
    /// Where on an axis a column reaches a level.
    Place {
        /// The column.
        column: String,
        /// The axis, or the axes of a grid.
        along: String,
        /// Whether it is reached from below.
        rises: bool,
        /// The level, in letters.
        level: String,
    },
    /// The best point inside of a grid less the best of others, which `other` names: `border` or a filter.
    Optimum {
        /// The column.
        column: String,
        /// The axis, or the axes of a grid.
        along: Vec<String>,
        /// `border`, or a filter.
        other: String,
        /// Whether the largest is best.
        maximise: bool,
    },
    /// The relative spread between curves.
    Collapse {
        /// On the horizontal axis.
        x: String,
        /// On the vertical axis.
        y: String,
        /// The columns that tell curves apart.
        curves: Vec<String>,
    },
    /// How many values lie beyond their edge, less a number that a column gives.
    Outliers {
        /// The column.
        column: String,
        /// The column of edges.
        edge: String,
        /// A column that is taken from the count.
        less: Option<String>,
    },
    /// Another one, in words.
    Worded {
        /// The quantity, or what is so in a run, over names of columns.
        what: String,
    },
}

/// Where a statistic is claimed to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bar {
    /// Statistic < threshold.
    Below(f64),
    /// Statistic > threshold.
    Above(f64),
    /// Statistic ≤ threshold.
    AtMost(f64),
    /// Statistic ≥ threshold.
    AtLeast(f64),
    /// From one value to another, both included: an equivalence (two one-sided tests).
    Within(f64, f64),
}

/// What the samples of a condition are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// One number a seed.
    Seeds,
    /// One number for each value of other columns that make replicates.
    Runs,
    /// Rows or pairs, where no column makes replicates.
    Rows,
    /// The points of one regression.
    Points,
    /// Nothing random went in.
    Nothing,
}

/// Why a claim is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// There is no row where it speaks.
    NoRows,
    /// Too few samples for an interval, or all alike.
    NoInterval,
    /// The interval has the bar in it.
    Spans,
    /// The interval is clear of the bar, and some numbers are missing or bounds.
    Missing,
    /// A condition without any sample.
    EmptyCondition,
    /// A condition is on the other side as one of so many would be by chance.
    Chance,
}

/// What was found, with the row of the evidence that decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What the claim is about.
    pub statistic: Statistic,
    /// Where it should be.
    pub bar: Bar,
    /// Level of the interval.
    pub level: f64,
    /// The columns of the evidence that name a condition.
    pub place: Vec<String>,
    /// The row of the evidence that is farthest from what is claimed; nothing without a row.
    pub weakest: Option<usize>,
    /// What its samples are.
    pub counted: Counted,
    /// Why it is open, where it is.
    pub open: Option<Reason>,
    /// How many samples in all would decide it, where its spread tells.
    pub needed: Option<usize>,
    /// What was left out, in words; empty where nothing was.
    pub remark: String,
    /// Why this profile cannot show it, where it cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_at_this_scale: Option<String>,
    /// What its seeds were when it was made, where others had been seen before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_later: Option<String>,
}

impl Display for Bar {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Below(bar) => write!(f, "< {bar}"),
            Self::Above(bar) => write!(f, "> {bar}"),
            Self::AtMost(bar) => write!(f, "≤ {bar}"),
            Self::AtLeast(bar) => write!(f, "≥ {bar}"),
            Self::Within(from, to) => write!(f, "in [{from}, {to}]"),
        }
    }
}

/// The statistic as a formula over columns, for messages that programs compare.
impl Display for Statistic {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let log = |column: &str, log: bool| if log { format!("log₁₀ {column}") } else { column.to_owned() };
        match self {
            Self::Mean { column: what } | Self::Worded { what } => write!(f, "{what}"),
            Self::Difference { column, less, than, .. } => write!(f, "{column}, {less} − {than}"),
            Self::Step { column, .. } => write!(f, "step of {column}"),
            Self::Slope { x, y, log_x, log_y } => write!(f, "slope of {} against {}", log(y, *log_y), log(x, *log_x)),
            Self::Share { what } => write!(f, "share of runs with {what}"),
            Self::Ratio { of, over } => write!(f, "Σ {of} / Σ {over}"),
            Self::RankCorrelation { x, y } => write!(f, "rank correlation of {x} and {y}"),
            Self::Place { column, along, rises, level } => {
                write!(f, "{along} where {column} {} {level}", if *rises { "rises to" } else { "falls to" })
            }
            Self::Optimum { column, other, maximise, .. } => {
                write!(f, "{}{column}, best interior − best of {other}", if *maximise { "−" } else { "" })
            }
            Self::Collapse { x, y, curves } => {
                write!(f, "relative spread of {y} over {x} between curves of {}", curves.join(", "))
            }
            Self::Outliers { column, edge, less } => {
                let less = less.as_ref().map_or_else(String::new, |name| format!(", less {name}"));
                write!(f, "count of |{column}| > {edge}{less}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_formulas_and_are_stored_by_their_form() {
        let slope = Statistic::Slope { x: "n".into(), y: "e".into(), log_x: true, log_y: false };
        assert_eq!(slope.to_string(), "slope of e against log₁₀ n");
        let json = serde_json::to_value(&slope).unwrap();
        assert_eq!(json["form"], "slope");
        assert_eq!(serde_json::from_value::<Statistic>(json).unwrap(), slope);
        assert_eq!(Bar::Within(2.3, 2.7).to_string(), "in [2.3, 2.7]");
    }
}
