//! A verdict in a sentence or two.

use super::amount::Found;
use super::open::{noun, why};
use super::statement::{Statement, statement};
use super::vocabulary::{Vocabulary, raised};
use crate::artifact::{Cell, Counted, Finding, Outcome, Statistic, Table, Verdict};

/// What a claim found, e.g. "LoFi errs 1.6 points less than ridge at n = 1000 (95 % interval 0.7 to 2.4, 3 seeds), the
/// weakest of 3 conditions."; the technical reason of a verdict from a store of an earlier version.
#[must_use]
pub(crate) fn sentence(words: &Vocabulary<'_>, verdict: &Verdict) -> String {
    let Some(finding) = &verdict.finding else { return verdict.because.clone() };
    let evidence = Evidence { table: &verdict.evidence, row: finding.weakest.unwrap_or(0) };
    let samples = evidence.count("samples").unwrap_or(0);
    let core = found(words, verdict);
    let open = why(words, finding, (samples, evidence.number("spread").is_some()));
    let remark = if finding.remark.is_empty() { String::new() } else { format!("{}.", raised(&finding.remark)) };
    let parts = [core, open, remark];
    let said = parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ");
    match (&finding.not_at_this_scale, verdict.outcome) {
        (Some(why), Outcome::NotAtThisScale) => format!("{}. Here: {said}", raised(why)),
        _ => said,
    }
}

/// The same without reasons and remarks; empty where there is nothing to tell of.
#[must_use]
pub(crate) fn found(words: &Vocabulary<'_>, verdict: &Verdict) -> String {
    let Some((finding, row)) = verdict.finding.as_ref().and_then(|finding| Some((finding, finding.weakest?))) else {
        return String::new();
    };
    let evidence = Evidence { table: &verdict.evidence, row };
    let samples = evidence.count("samples").unwrap_or(0);
    evidence.found().map_or_else(String::new, |found| core(words, finding, (&evidence, found, samples)))
}

/// The row of the evidence that decides.
struct Evidence<'a> {
    table: &'a Table,
    row: usize,
}

impl Evidence<'_> {
    fn number(&self, column: &str) -> Option<f64> {
        self.table.numbers(column).ok()?.get(self.row).copied().flatten()
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of samples")]
    fn count(&self, column: &str) -> Option<usize> {
        self.number(column).filter(|count| *count >= 0.0).map(|count| count as usize)
    }

    fn cell(&self, column: &str) -> Option<Cell> {
        self.table.column(column).ok()?.get(self.row).cloned()
    }

    fn found(&self) -> Option<Found> {
        let interval = self.number("low").zip(self.number("high")).map(|(low, high)| [low, high]);
        Some(Found { estimate: self.number("estimate")?, interval })
    }

    /// How many conditions ended so.
    fn ended(&self, outcome: Outcome) -> usize {
        let outcomes = self.table.column("outcome").unwrap_or_default();
        outcomes.iter().filter(|cell| cell.as_str() == Some(outcome.word())).count()
    }
}

fn core(
    words: &Vocabulary<'_>,
    finding: &Finding,
    (evidence, found, samples): (&Evidence<'_>, Found, usize),
) -> String {
    let runs = evidence.count("runs").zip(Some(samples)).map(|(so, all)| [so, all]);
    let Statement { says, interval, claimed } = statement(words, &finding.statistic, (found, finding.bar), runs);
    let place = place(words, finding, evidence);
    let how = how(finding, interval.as_deref(), samples);
    let claimed = if claimed.is_empty() { String::new() } else { format!("; claimed: {claimed}") };
    format!("{says}{place} ({how}){}{claimed}.", among(evidence))
}

/// " at n = 1000 for ReLU".
fn place(words: &Vocabulary<'_>, finding: &Finding, evidence: &Evidence<'_>) -> String {
    if let Statistic::Step { along, .. } = &finding.statistic {
        let ends = ["from", "to"].map(|end| format!("{along}_{end}"));
        let own = finding.place.iter().filter(|name| !ends.contains(name));
        let [from, to] =
            ends.each_ref().map(|name| evidence.cell(name).map_or_else(String::new, |cell| cell.to_string()));
        let step = format!(" from {} = {from} to {to}", along.replace('_', " "));
        return step + &at(words, own, evidence);
    }
    at(words, finding.place.iter(), evidence)
}

fn at<'n>(words: &Vocabulary<'_>, names: impl Iterator<Item = &'n String>, evidence: &Evidence<'_>) -> String {
    let places = names.filter_map(|name| Some(words.place(name, &evidence.cell(name)?)));
    let (numbers, texts): (Vec<_>, Vec<_>) = places.partition(|(is_number, _)| *is_number);
    let list = |word: &str, places: Vec<(bool, String)>| {
        let places: Vec<String> = places.into_iter().map(|(_, place)| place).collect();
        if places.is_empty() { String::new() } else { format!(" {word} {}", places.join(", ")) }
    };
    list("at", numbers) + &list("for", texts)
}

/// "95 % interval 0.7 to 2.4, 3 seeds".
fn how(finding: &Finding, interval: Option<&str>, samples: usize) -> String {
    let counted = format!("{samples} {}", noun(finding.counted, samples));
    let percent = (finding.level * 1e4).round() / 1e2;
    match (finding.counted, interval) {
        (Counted::Nothing, _) => "exact: nothing random went in".to_owned(),
        (_, Some(ends)) => format!("{percent} % interval {ends}, {counted}"),
        (_, None) => format!("{counted}, no interval"),
    }
}

/// ", the weakest of 3 conditions, of which 2 hold".
fn among(evidence: &Evidence<'_>) -> String {
    let all = evidence.table.height();
    if all < 2 {
        return String::new();
    }
    let (held, against) = (evidence.ended(Outcome::Held), evidence.ended(Outcome::Contradicted));
    let hold = match held {
        0 => "none holds".to_owned(),
        1 => "1 holds".to_owned(),
        more => format!("{more} hold"),
    };
    let of_which = match against {
        _ if held == all => String::new(),
        0 => format!(", of which {hold}"),
        1 => format!(", of which {hold} and 1 says the opposite"),
        more => format!(", of which {hold} and {more} say the opposite"),
    };
    format!(", the weakest of {all} conditions{of_which}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Bar, Claimant, Reason};
    use crate::step::Header;

    /// Differences of test errors at three sizes, the last row of which is the weakest.
    fn verdict(outcome: Outcome, words: [&str; 3], open: Option<Reason>) -> Verdict {
        let header = ["n_train", "estimate", "low", "high", "spread", "samples", "excess", "e_value", "outcome"];
        let row = |(n, word): (i64, &str)| {
            let numbers = [-0.0157, -0.0242, -0.007_29, 0.003].map(Cell::from);
            [&[Cell::Int(n)], &numbers[..], &[Cell::Int(3), Cell::from(-0.0157), Cell::Null, word.into()]].concat()
        };
        let rows: Vec<Vec<Cell>> = [500, 2000, 1000].into_iter().zip(words).map(row).collect();
        let [column, by, less, than] = ["test_error", "model", "LoFi", "Random features"].map(str::to_owned);
        let finding = Finding {
            statistic: Statistic::Difference { column, by, less, than },
            bar: Bar::Below(0.0),
            level: 0.95,
            place: vec!["n_train".to_owned()],
            weakest: Some(2),
            counted: Counted::Seeds,
            open,
            needed: open.map(|_| 9),
            remark: String::new(),
            not_at_this_scale: None,
            added_later: None,
        };
        let evidence = Table::from_rows(&header, &rows).unwrap();
        let (says, because) = ("s".to_owned(), "technical".to_owned());
        Verdict { outcome, says, because, finding: Some(finding), by: Claimant::Us, evidence }
    }

    fn said(verdict: &Verdict) -> String {
        let header = Header::of(&["test_error"]).shares(&["test_error"]).less_is_better(&["test_error"]);
        sentence(&Vocabulary::plain(&header), verdict)
    }

    const FOUND: &str = "LoFi errs 1.6 points less than random features at n = 1000 (95 % interval 0.7 to 2.4, 3 seeds), the \
                         weakest of 3 conditions";

    #[test]
    fn a_verdict_is_said_as_a_person_would() {
        assert_eq!(said(&verdict(Outcome::Held, ["held"; 3], None)), format!("{FOUND}."));
        let mixed = verdict(Outcome::Contradicted, ["held", "undecided", "contradicted"], None);
        assert_eq!(said(&mixed), format!("{FOUND}, of which 1 holds and 1 says the opposite."));
    }

    #[test]
    fn an_open_claim_has_its_reason_and_its_price() {
        let spans = verdict(Outcome::Undecided, ["held", "held", "undecided"], Some(Reason::Spans));
        let why = "Undecided: the interval has both sides in it; about 6 more seeds would tell: `lofi decide a/b`.";
        assert_eq!(said(&spans), format!("{FOUND}, of which 2 hold. {why}"));
        let missing = verdict(Outcome::Undecided, ["held", "held", "undecided"], Some(Reason::Missing));
        assert!(said(&missing).ends_with("Undecided: what is missing, or known as a bound only, could turn it."));
    }

    #[test]
    fn scale_and_remarks_stand_around_it() {
        let mut elsewhere = verdict(Outcome::NotAtThisScale, ["held"; 3], None);
        let finding = elsewhere.finding.as_mut().unwrap();
        finding.not_at_this_scale = Some("the optimum is inside from n = 5000 on".to_owned());
        finding.remark = "1 row left out".to_owned();
        let expected = format!("The optimum is inside from n = 5000 on. Here: {FOUND}. 1 row left out.");
        assert_eq!(said(&elsewhere), expected);
    }

    #[test]
    fn a_store_of_an_earlier_version_has_the_technical_reason() {
        let old = Verdict { finding: None, ..verdict(Outcome::Held, ["held"; 3], None) };
        assert_eq!(said(&old), "technical");
        assert_eq!(found(&Vocabulary::default(), &old), "");
    }
}
