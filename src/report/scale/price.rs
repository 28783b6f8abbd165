//! What it would take to see more, in words.

use super::told::{Needs, Outlook, Scales};
use crate::artifact::number;
use crate::engine::human_bytes;
use crate::study::DEFAULT_PROFILE;

const HOUR_S: f64 = 3600.0;

/// "18.9 h", on all cores of the machine.
#[expect(clippy::cast_precision_loss, reason = "a number of cores")]
pub(in crate::report) fn time(core_s: f64, cores: usize) -> String {
    number::about(core_s / cores.max(1) as f64)
}

/// "2 cores".
pub(in crate::report) fn cores(cores: usize) -> String {
    format!("{cores} {}", if cores == 1 { "core" } else { "cores" })
}

/// Hours of one core.
pub(in crate::report) fn core_hours(core_s: f64) -> String {
    let hours = core_s / HOUR_S;
    if hours < 0.01 { "< 0.01".to_owned() } else { number::short(hours) }
}

/// The command that runs a profile of a study.
pub(in crate::report) fn command(study: &str, profile: &str) -> String {
    let profile = if profile == DEFAULT_PROFILE { String::new() } else { format!(" --profile {profile}") };
    format!("lofi run {study}{profile}")
}

/// What decides a claim that the scale of its page cannot show: "`lofi run lofi/emergence --profile paper` would test it:
/// about 18.9 h on 2 cores, 3.6 GiB." Of several profiles the one that takes least; empty where nothing is known of any.
pub(in crate::report) fn price(scales: &Scales, study: &str, profiles: &[String]) -> String {
    let known = || profiles.iter().filter_map(|profile| Some((profile.as_str(), scales.outlook(study, profile)?)));
    if let Some((profile, _)) = known().find(|(_, outlook)| **outlook == Outlook::Run) {
        return format!("The page of the profile `{profile}` tests it.");
    }
    let takes = known().filter_map(|(profile, outlook)| match outlook {
        Outlook::Takes(needs) => Some((profile, needs, scales.core_s([needs]))),
        _ => None,
    });
    if let Some((profile, needs, core_s)) = takes.min_by(|(.., a), (.., b)| a.total_cmp(b)) {
        let takes = takes_in_words(scales, needs, core_s);
        return format!("`{}` would test it: {takes}.", command(study, profile));
    }
    let unknown = known().find_map(|(profile, outlook)| match outlook {
        Outlook::Unknown(why) => Some((profile, why.as_str())),
        Outlook::Takes(_) | Outlook::Run => None,
    });
    unknown.map_or_else(String::new, |(profile, why)| {
        format!("`{}` would test it; what that takes is not known here: {why}.", command(study, profile))
    })
}

/// "about 18.9 h on 2 cores, 3.6 GiB".
fn takes_in_words(scales: &Scales, needs: &Needs, core_s: f64) -> String {
    let (time, cores) = (time(core_s, scales.cores), cores(scales.cores));
    format!("about {time} on {cores}, {}", human_bytes(needs.largest_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::scale::told::StudyScales;

    fn needs(steps: &[usize]) -> Outlook {
        Outlook::Takes(Needs { steps: steps.to_vec(), largest_bytes: 3 << 30, ..Needs::default() })
    }

    fn scales(outlooks: &[(&str, Outlook)]) -> Scales {
        let outlooks = outlooks.iter().map(|(profile, outlook)| ((*profile).to_owned(), outlook.clone())).collect();
        let study = StudyScales { outlooks, ..StudyScales::default() };
        let studies = [("a/b".to_owned(), study)].into_iter().collect();
        Scales { cores: 2, memory_bytes: 8 << 30, step_s: vec![3600.0, 72_000.0, 100.0], studies }
    }

    fn said(outlooks: &[(&str, Outlook)]) -> String {
        price(&scales(outlooks), "a/b", &["paper", "large"].map(str::to_owned))
    }

    #[test]
    fn the_profile_that_takes_least_is_named_with_its_hours_and_memory() {
        let takes = [("paper", needs(&[0, 1])), ("large", needs(&[0, 2]))];
        assert_eq!(
            said(&takes[..1]),
            "`lofi run a/b --profile paper` would test it: about 10.5 h on 2 cores, 3.0 GiB."
        );
        assert_eq!(said(&takes), "`lofi run a/b --profile large` would test it: about 31 min on 2 cores, 3.0 GiB.");
        let run = [("paper", needs(&[0])), ("large", Outlook::Run)];
        assert_eq!(said(&run), "The page of the profile `large` tests it.");
    }

    #[test]
    fn what_cannot_be_planned_says_why_and_what_nobody_planned_says_nothing() {
        let unknown = Outlook::Unknown("no data set of `x` is on this machine".to_owned());
        let expected = "`lofi run a/b --profile paper` would test it; what that takes is not known here: no data set of `x` is on \
                        this machine.";
        assert_eq!(said(&[("paper", unknown)]), expected);
        assert_eq!(said(&[("jpeg", needs(&[0]))]), "");
    }

    #[test]
    fn shared_steps_count_once() {
        let scales = scales(&[]);
        let [a, b] = [[0, 1], [1, 2]].map(|steps| Needs { steps: steps.to_vec(), ..Needs::default() });
        assert_eq!((scales.core_s([&a, &b]), scales.core_s([&b])), (75_700.0, 72_100.0));
        assert_eq!([core_hours(75_600.0), core_hours(3.0)], ["21", "< 0.01"]);
    }
}
