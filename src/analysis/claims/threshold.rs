//! Where a statistic is claimed to be, and how an interval decides that.

pub use crate::artifact::Bar;
use crate::artifact::Outcome;
use crate::math::statistics::Interval;
use crate::step::Problem;

impl Bar {
    /// How an interval of the statistic decides. Ends that touch the threshold decide only where it is itself allowed.
    pub fn outcome(self, interval: Option<Interval>) -> Outcome {
        let Some(Interval { low, high }) = interval else { return Outcome::Undecided };
        let (held, failed) = match self {
            Self::Below(bar) => (high < bar, low > bar),
            Self::Above(bar) => (low > bar, high < bar),
            Self::AtMost(bar) => (high <= bar, low > bar),
            Self::AtLeast(bar) => (low >= bar, high < bar),
            Self::Within(from, to) => (low >= from && high <= to, low > to || high < from),
        };
        if held {
            Outcome::Held
        } else if failed {
            Outcome::Contradicted
        } else {
            Outcome::Undecided
        }
    }

    /// The number that it lies on one side of; nothing where there are two.
    pub const fn threshold(self) -> Option<f64> {
        match self {
            Self::Below(bar) | Self::Above(bar) | Self::AtMost(bar) | Self::AtLeast(bar) => Some(bar),
            Self::Within(..) => None,
        }
    }

    /// How far an estimate is on the wrong side; negative on the claimed one.
    pub fn excess(self, estimate: f64) -> f64 {
        match self {
            Self::Below(bar) | Self::AtMost(bar) => estimate - bar,
            Self::Above(bar) | Self::AtLeast(bar) => bar - estimate,
            Self::Within(from, to) => (from - estimate).max(estimate - to),
        }
    }
}

/// The bounds that a claim's parameters give, of which exactly one must be there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bounds {
    /// `at_most`.
    pub at_most: Option<f64>,
    /// `at_least`.
    pub at_least: Option<f64>,
    /// An interval, with the name of its parameter.
    pub within: Option<(&'static str, Option<[f64; 2]>)>,
    /// `equals`, where the claim has it, with the smallest effect that matters.
    pub equals: Option<(Option<f64>, Option<f64>)>,
}

impl Bounds {
    /// The bar.
    ///
    /// # Errors
    /// Where none or several are given, or the interval is empty.
    pub fn bar(self) -> Result<Bar, Problem> {
        let interval = self.within.and_then(|(_, ends)| ends);
        let equals = self.equals.and_then(|(value, _)| value);
        match (self.at_most, self.at_least, interval, equals) {
            (Some(most), None, None, None) => Ok(Bar::AtMost(most)),
            (None, Some(least), None, None) => Ok(Bar::AtLeast(least)),
            (None, None, None, Some(value)) => match self.equals.and_then(|(_, effect)| effect) {
                Some(effect) => Ok(Bar::Within(value - effect, value + effect)),
                None => Err(Problem::at(
                    "equals",
                    format!("nothing is exactly {value}: how far off still counts as equal?"),
                )
                .help(
                    "name it in the column's unit, for example `smallest_effect: 0.01`: then it is held where the \
                           whole interval lies that near",
                )),
            },
            (None, None, Some([from, to]), None) if from <= to => Ok(Bar::Within(from, to)),
            (None, None, Some([from, to]), None) => {
                let name = self.within.map_or("", |(name, _)| name);
                Err(Problem::at(name, format!("from {from} to {to} there is nothing; the smaller end comes first")))
            }
            _ => Err(Problem::at("at_most", self.needed())),
        }
    }

    fn needed(self) -> String {
        let more = [self.within.map(|(name, _)| name), self.equals.map(|_| "equals")];
        let mut names: Vec<&str> = ["at_most", "at_least"].into_iter().chain(more.into_iter().flatten()).collect();
        let last = names.pop().unwrap_or_default();
        format!("exactly one of `{}` and `{last}` is needed", names.join("`, `"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_equivalence_is_held_inside_failed_outside_and_open_across_an_end() {
        let at = |low, high| Bar::Within(2.3, 2.7).outcome(Some(Interval { low, high }));
        assert_eq!([at(2.3, 2.7), at(2.5, 2.5)], [Outcome::Held; 2]);
        assert_eq!([at(2.71, 2.8), at(1.0, 2.29)], [Outcome::Contradicted; 2]);
        assert_eq!([at(2.2, 2.8), at(2.6, 2.8), at(2.7, 2.9)], [Outcome::Undecided; 3]);
        assert_eq!(Bar::Within(2.3, 2.7).outcome(None), Outcome::Undecided);
        let excess = |v: f64| Bar::Within(2.0, 3.0).excess(v);
        assert_eq!([excess(1.5), excess(3.5), excess(2.25)], [0.5, 0.5, -0.25]);
        assert_eq!(Bar::Within(2.3, 2.7).to_string(), "in [2.3, 2.7]");
    }

    #[test]
    fn equality_is_equivalence_within_a_margin() {
        let bounds = |effect| Bounds { equals: Some((Some(3.0), effect)), ..Bounds::default() };
        assert_eq!(bounds(Some(0.5)).bar().unwrap(), Bar::Within(2.5, 3.5));
        let fault = bounds(None).bar().unwrap_err();
        assert!(fault.at.unwrap() == "equals" && fault.help.unwrap().contains("smallest_effect"));
    }

    #[test]
    fn exactly_one_bound_is_needed() {
        let two = Bounds { at_most: Some(1.0), at_least: Some(0.0), ..Bounds::default() };
        assert_eq!(two.bar().unwrap_err().message, "exactly one of `at_most` and `at_least` is needed");
        let none = Bounds { within: Some(("between", None)), ..Bounds::default() };
        assert!(none.bar().unwrap_err().message.contains("`between`"));
        let backwards = Bounds { within: Some(("between", Some([1.0, 0.0]))), ..Bounds::default() };
        assert_eq!(backwards.bar().unwrap_err().at.unwrap(), "between");
        assert_eq!(Bounds { at_least: Some(0.5), ..Bounds::default() }.bar().unwrap(), Bar::AtLeast(0.5));
        let equal =
            Bounds { equals: Some((Some(3.0), Some(1.0))), within: Some(("between", None)), ..Bounds::default() };
        assert_eq!(equal.bar().unwrap(), Bar::Within(2.0, 4.0));
        let both = Bounds { at_most: Some(1.0), ..equal }.bar().unwrap_err().message;
        assert_eq!(both, "exactly one of `at_most`, `at_least`, `between` and `equals` is needed");
    }
}
