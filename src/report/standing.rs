//! How a study stands: what the index says of a page, and what it counts where a study has pages of several profiles.

use super::published::PointEnd;
use super::tally::{ClaimState, Tally};
use serde::{Deserialize, Serialize};

/// What a page says of a study, small enough to be kept for the index.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// Claims in the order of the study.
    pub claims: Vec<ClaimStanding>,
    /// Published numbers, a comparison each.
    pub points: Vec<Points>,
    /// Most seeds that any tested condition has.
    pub seeds: u64,
    /// Sum of the recorded seconds of the steps behind the page.
    pub cost_s: f64,
    /// The last run that computed something, where there is a record of it.
    pub run: Option<LastRun>,
}

/// A claim and its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimStanding {
    /// Its name in the study.
    pub name: String,
    /// The name as an anchor of the page.
    pub anchor: String,
    /// How it ended.
    pub state: ClaimState,
    /// Whether the paper claims it; else we do.
    pub of_paper: bool,
    /// The claim in words.
    pub says: String,
    /// The numbers that decided it; or why there are none.
    pub because: String,
    /// What would decide it at a scale that shows it; manifests of before do not say.
    #[serde(default)]
    pub price: String,
    /// The page that it is taken from; empty before pages are merged.
    #[serde(default)]
    pub page: String,
    /// The profile of that page; empty before pages are merged.
    #[serde(default)]
    pub profile: String,
    /// The profile of a larger page that tested the claim too and left it undecided; empty where there is none.
    #[serde(default)]
    pub undecided_in: String,
}

/// The published numbers of one comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Points {
    /// The comparison, as an anchor of the page.
    pub anchor: String,
    /// How each ended, a letter each: see [`PointEnd::letter`].
    pub each: String,
    /// The one that lies farthest off.
    pub worst: Option<Worst>,
}

/// A published number beside ours, in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worst {
    /// Ours less the published one, in half widths of the interval in which it is to be expected.
    pub times: f64,
    /// "Test error: 14.9 % published, 16.2 % here"
    pub words: String,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// Commit of the project.
    pub commit: String,
    /// When it ended.
    pub finished: String,
    /// Processor, cores, memory, system.
    pub machine: String,
}

/// How published numbers ended, each counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PointCount {
    /// Those that lie where they are to be expected.
    pub inside: usize,
    /// Those that lie beside one of ours.
    pub compared: usize,
    /// All.
    pub all: usize,
}

impl PointCount {
    /// Both counted together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { inside: self.inside + other.inside, compared: self.compared + other.compared, all: self.all + other.all }
    }
}

/// A page of a study, and how the study stands there.
#[derive(Debug, Clone, Copy)]
pub struct PageStanding<'a> {
    /// Its name, as links have it.
    pub page: &'a str,
    /// The profile that it is of.
    pub profile: &'a str,
    /// What it says.
    pub standing: &'a Standing,
}

impl Standing {
    /// A study by its pages of several profiles: every claim and every published number once.
    ///
    /// Of pages that both decided a claim, or both have a number of their own beside a published one, the one that computed
    /// more counts: it is of the larger scale. That a smaller one decided otherwise is said behind the numbers, and where only
    /// a smaller one decided it, [`ClaimStanding::undecided_in`] names the larger.
    #[must_use]
    pub fn of_pages(pages: &[PageStanding<'_>]) -> Self {
        let mut ordered = pages.to_vec();
        ordered.sort_by(|a, b| b.standing.cost_s.total_cmp(&a.standing.cost_s));
        let standings = || ordered.iter().map(|page| page.standing);
        let mut merged = Self { cost_s: standings().map(|page| page.cost_s).sum(), ..Self::default() };
        merged.seeds = standings().map(|page| page.seeds).max().unwrap_or(0);
        merged.run = standings().filter_map(|page| page.run.clone()).max_by(|a, b| a.finished.cmp(&b.finished));
        for &PageStanding { page, profile, standing } in &ordered {
            for claim in &standing.claims {
                match merged.claims.iter_mut().find(|known| known.name == claim.name) {
                    Some(known) if !known.state.is_decided() && claim.state.is_decided() => {
                        let larger = Some(&known.profile).filter(|_| known.state == ClaimState::Undecided);
                        *known = ClaimStanding {
                            undecided_in: larger.cloned().unwrap_or_default(),
                            ..claim.on(page, profile)
                        };
                    }
                    Some(known) => known.beside(claim, profile),
                    None => merged.claims.push(claim.on(page, profile)),
                }
            }
            for points in &standing.points {
                let same = |known: &&mut Points| known.anchor == points.anchor && known.each.len() == points.each.len();
                match merged.points.iter_mut().find(same) {
                    Some(known) => known.fill(points),
                    None => merged.points.push(points.clone()),
                }
            }
        }
        merged
    }

    /// How the claims ended that the paper makes, or those that we make.
    #[must_use]
    pub fn tally(&self, of_paper: bool) -> Tally {
        let states: Vec<ClaimState> =
            self.claims.iter().filter(|claim| claim.of_paper == of_paper).map(|claim| claim.state).collect();
        Tally::of(&states)
    }

    /// How many verdicts on claims of the paper, or on ours, are of a smaller page than one that left the claim undecided.
    #[must_use]
    pub fn of_smaller(&self, of_paper: bool) -> usize {
        self.claims.iter().filter(|claim| claim.of_paper == of_paper && !claim.undecided_in.is_empty()).count()
    }

    /// How the published numbers ended.
    #[must_use]
    pub fn point_count(&self) -> PointCount {
        let letters = || self.points.iter().flat_map(|points| points.each.chars());
        let count = |end: PointEnd| letters().filter(|letter| *letter == end.letter()).count();
        let inside = count(PointEnd::Inside);
        PointCount { inside, compared: inside + count(PointEnd::Outside), all: letters().count() }
    }

    /// The published number that lies farthest off.
    #[must_use]
    pub fn worst(&self) -> Option<&Worst> {
        self.points.iter().filter_map(|points| points.worst.as_ref()).max_by(|a, b| a.times.total_cmp(&b.times))
    }
}

impl ClaimStanding {
    fn on(&self, page: &str, profile: &str) -> Self {
        Self { page: page.to_owned(), profile: profile.to_owned(), ..self.clone() }
    }

    /// Says how a smaller page decided the claim, where this one decided otherwise.
    fn beside(&mut self, smaller: &Self, profile: &str) {
        if self.state.is_decided() && smaller.state.is_decided() && smaller.state != self.state {
            self.because = format!("{} In {profile}: {}.", self.because, smaller.state.word()).trim_start().to_owned();
        }
    }
}

impl Points {
    /// Takes from a smaller page what this one has no number for.
    fn fill(&mut self, smaller: &Self) {
        let not_here = PointEnd::NotHere.letter();
        let better = |(own, other): (char, char)| if own == not_here { other } else { own };
        let filled: String = self.each.chars().zip(smaller.each.chars()).map(better).collect();
        if self.worst.is_none() {
            self.worst.clone_from(&smaller.worst);
        }
        self.each = filled;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(name: &str, state: ClaimState) -> ClaimStanding {
        let text = |text: &str| text.to_owned();
        let of_paper = !name.starts_with("our");
        ClaimStanding {
            name: text(name),
            anchor: text(name),
            state,
            of_paper,
            says: text(""),
            because: text(""),
            price: text(""),
            page: text(""),
            profile: text(""),
            undecided_in: text(""),
        }
    }

    fn page(cost_s: f64, claims: &[(&str, ClaimState)], each: &str) -> Standing {
        let claims = claims.iter().map(|(name, state)| claim(name, *state)).collect();
        let points = Points { anchor: "published-a".to_owned(), each: each.to_owned(), worst: None };
        Standing { claims, points: vec![points], seeds: 3, cost_s, run: None }
    }

    fn merged(pages: &[(&str, &Standing)]) -> Standing {
        let page = |&(profile, standing)| PageStanding { page: profile, profile, standing };
        Standing::of_pages(&pages.iter().map(page).collect::<Vec<_>>())
    }

    #[test]
    fn profiles_count_a_claim_and_a_number_once() {
        use ClaimState::{Contradicted, Held, NotAtThisScale, Undecided};
        let quick =
            page(10.0, &[("a", Held), ("b", Held), ("our-c", Undecided), ("d", NotAtThisScale), ("e", Held)], "iionn");
        let claims = [("a", Contradicted), ("b", Undecided), ("our-c", Undecided), ("d", Held), ("e", NotAtThisScale)];
        let paper = page(1e4, &claims, "onino");
        let both = merged(&[("quick", &quick), ("paper", &paper)]);
        // a: the larger decided otherwise; b: only the smaller decided it; d, e: only one of them can show it
        assert_eq!(both.tally(true), Tally { held: 3, contradicted: 1, ..Tally::default() });
        assert_eq!(both.tally(false), Tally { undecided: 1, ..Tally::default() });
        let told = |claim: &ClaimStanding| {
            [&claim.page, &claim.profile, &claim.because, &claim.undecided_in].map(String::as_str).join("|")
        };
        let told: Vec<String> = both.claims.iter().map(told).collect();
        let differs = "paper|paper|In quick: held.|";
        assert_eq!(told, [differs, "quick|quick||paper", "paper|paper||", "paper|paper||", "quick|quick||"]);
        assert_eq!(both.of_smaller(true), 1);
        assert_eq!(both.points[0].each, "oiino");
        assert_eq!(both.point_count(), PointCount { inside: 2, compared: 4, all: 5 });
        assert_eq!((both.seeds, both.cost_s), (3, 10_010.0));
        assert_eq!(merged(&[("paper", &paper), ("quick", &quick)]), both, "whatever the order");
    }

    #[test]
    fn comparisons_of_other_numbers_are_counted_apart() {
        let (few, many) = (page(1.0, &[], "io"), page(2.0, &[], "iii"));
        assert_eq!(merged(&[("quick", &few), ("paper", &many)]).point_count().all, 5);
        assert_eq!(merged(&[]), Standing::default());
    }
}
