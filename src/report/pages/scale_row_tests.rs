use super::*;
use crate::report::pages::scale_words::lead;
use crate::report::standing::{ClaimStanding, Points as Published};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

fn claim(name: &str, state: ClaimState) -> ClaimStanding {
    let text = |text: &str| text.to_owned();
    let (anchor, says, because, price) = (format!("claim-{name}"), text("s"), text(""), text(""));
    let (page, profile, undecided_in) = (text(""), text(""), text(""));
    let (name, of_paper) = (text(name), true);
    ClaimStanding { name, anchor, state, of_paper, says, because, price, page, profile, undecided_in }
}

/// A page of the study `lofi/a`.
fn page(profile: &str, claims: &[(&str, ClaimState)], each: &str) -> IndexLine {
    let claims = claims.iter().map(|(name, state)| claim(name, *state)).collect();
    let points = vec![Published { anchor: "published-a".to_owned(), each: each.to_owned(), worst: None }];
    IndexLine {
        name: "lofi/a".to_owned(),
        page: format!("lofi/a.{profile}"),
        title: "A".to_owned(),
        question: String::new(),
        paper: None,
        figure: "3".to_owned(),
        data: vec!["CIFAR-10".to_owned()],
        stands_in: false,
        profile: profile.to_owned(),
        settings: String::new(),
        standing: Standing { claims, points, ..Standing::default() },
        missing: 0,
        thumbnail: None,
    }
}

fn quick() -> IndexLine {
    use ClaimState::{Held, NotAtThisScale, Undecided};
    page("quick", &[("a", Held), ("b", NotAtThisScale), ("c", Undecided)], "iion")
}

fn settings_of(profiles: &[(&str, &[(&str, Given)])]) -> BTreeMap<String, crate::study::ProfileSettings> {
    let own = |given: &[(&str, Given)]| given.iter().map(|(name, given)| ((*name).to_owned(), given.clone())).collect();
    profiles.iter().map(|(profile, given)| ((*profile).to_owned(), own(given))).collect()
}

fn axis(values: Json) -> Given {
    Given::Axis(values.as_array().unwrap().clone())
}

fn scales(profiles: &[(&str, &[(&str, Given)])], outlook: Option<Outlook>) -> Scales {
    let outlooks = outlook.into_iter().map(|outlook| (PAPER.to_owned(), outlook)).collect();
    let study = StudyScales {
        settings: settings_of(profiles),
        outlooks,
        added_seeds: BTreeMap::from([("quick".to_owned(), 9)]),
        shown_by: BTreeMap::new(),
    };
    let studies = BTreeMap::from([("lofi/a".to_owned(), study)]);
    Scales { cores: 2, memory_bytes: 4 << 30, step_s: vec![36_000.0, 32_040.0], studies }
}

fn takes(claims: &[&str]) -> Outlook {
    let claims = claims.iter().map(|name| (*name).to_owned()).collect();
    let data = "CIFAR-10 (JPEG)".to_owned();
    Outlook::Takes(Needs { steps: vec![0, 1], largest_bytes: 5 << 30, data, claims })
}

fn row(pages: &[IndexLine], scales: &Scales) -> Row {
    Row::new(pages, &["quick", "large"].map(str::to_owned), scales)
}

#[test]
fn settings_that_differ_are_told_and_those_alike_are_not() {
    let own = |n: Json, seeds: Json| [("width", Given::Constant(json!(5))), ("n", axis(n)), ("seed", axis(seeds))];
    let (paper, quick_set) =
        (own(json!([500, 1000, 2000, 45_000]), json!([0, 1, 2])), own(json!([500]), json!([0, 1])));
    let profiles: [(&str, &[(&str, Given)]); 2] = [("paper", &paper), ("quick", &quick_set)];
    let found = row(&[quick()], &scales(&profiles, Some(takes(&[])))).settings.unwrap();
    assert_eq!(found.profiles, ["paper", "quick"]);
    let rows: Vec<(&str, Vec<&str>)> =
        found.rows.iter().map(|row| (row.name.as_str(), row.values.iter().map(String::as_str).collect())).collect();
    let expected = [
        ("n", vec!["500 … 45\u{2009}000 (4)", "500"]),
        ("seed", vec!["3", "2 + 9 added"]),
        ("data", vec!["CIFAR-10 (JPEG)", "CIFAR-10"]),
    ];
    assert_eq!(rows, expected);
    let same: [(&str, &[(&str, Given)]); 2] = [("paper", &paper), ("quick", &paper)];
    assert_eq!(row(&[quick()], &scales(&same, None)).settings, None);
}

#[test]
fn what_the_paper_ran_has_hours_memory_and_claims_where_nobody_ran_it() {
    let (paper, other) = ([("n", axis(json!([2])))], [("n", axis(json!([1])))]);
    let profiles: [(&str, &[(&str, Given)]); 2] = [("paper", &paper), ("quick", &other)];
    let told = scales(&profiles, Some(takes(&["b", "c", "only-there"])));
    let row = row(&[quick()], &told);
    let AtPaper { is_run, time, core_hours, memory, is_too_large, steps, .. } = &row.paper;
    assert_eq!((*is_run, *is_too_large, steps.as_str()), (false, true, "2"));
    assert_eq!([time, core_hours, memory], ["9.4 h", "18.9", "5.0 GiB"]);
    let open: Vec<&str> = row.open.iter().map(|open| open.claim.name.as_str()).collect();
    assert_eq!((open, row.more_claims), (vec!["b", "c"], 1));
    assert_eq!([row.points[0].words.as_str(), &row.points[0].share, &row.points[0].all], ["2 of 3", "67 %", "4"]);
    assert_eq!(row.points[1].words, "", "no page of that profile");
    let words = lead(&[&row], &told);
    assert_eq!(words[0], "0 of 1 study has results with the settings of the profile `paper`.");
    assert_eq!(
        words[1],
        "1 of 3 claims of the papers (33 %) cannot be seen at any scale that was run, 1 is undecided."
    );
    let expected = "What 1 study lacks of it would take about 9.4 h on 2 cores (18.9 core-hours) where nothing is stored; the largest \
                    step needs 5.0 GiB, and 1 study needs more than the 4.0 GiB of this machine.";
    assert_eq!(words[2], expected);
}

#[test]
fn a_profile_that_sets_the_same_counts_as_the_papers_unless_its_page_is_incomplete_or_its_data_stand_in() {
    let set = [("n", axis(json!([2])))];
    let profiles: [(&str, &[(&str, Given)]); 2] = [("paper", &set), ("large", &set)];
    let told = scales(&profiles, Some(takes(&[])));
    let large = page("large", &[], "");
    let found = row(&[quick(), large.clone()], &told);
    assert_eq!((found.paper.is_run, found.paper.words.as_str()), (true, "`large` sets the same"));
    assert!(found.paper.page == "lofi/a.large" && found.open.is_empty() && found.needs.is_none());
    let lacking = row(&[quick(), IndexLine { missing: 1, ..large.clone() }], &told);
    assert!(!lacking.paper.is_run && lacking.paper.page.is_empty() && lacking.needs.is_some());
    let stands_in = row(&[quick(), IndexLine { stands_in: true, ..large }], &told);
    let found = &stands_in.paper;
    assert_eq!((found.is_run, found.run.as_str()), (false, "run on stand-in data"));
    assert_eq!(found.page, "lofi/a.large");
    assert!(stands_in.needs.is_none() && stands_in.open.is_empty(), "no larger machine would add to it");
    let both = [quick(), page("large", &[], ""), page("paper", &[], "")];
    assert_eq!(row(&both, &told).paper.page, "lofi/a.paper");
}

#[test]
fn what_cannot_be_planned_says_why() {
    let set = [("n", axis(json!([2])))];
    let profiles: [(&str, &[(&str, Given)]); 1] = [("paper", &set)];
    let why = Outlook::Unknown("no data set of `x` is on this machine".to_owned());
    let (told, lacks) = (scales(&profiles, Some(why)), scales(&[], None));
    let unknown = row(&[quick()], &told);
    assert_eq!(unknown.paper.words, "not planned: no data set of `x` is on this machine");
    assert!(lead(&[&unknown], &told)[2].starts_with("What 1 study would take is not known here."));
    let without = row(&[quick()], &lacks);
    assert_eq!((without.paper.words.as_str(), without.open.len()), ("no profile `paper`", 0));
    assert_eq!(lead(&[&without], &lacks).len(), 1, "nothing is said of profiles that nobody has");
}
