//! Names as parts of file names and anchors: two names never give one file, not even where a disk ignores capitals.

use crate::study::{DEFAULT_PROFILE, Study};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Longest name that stands for itself; file systems allow 255 bytes with the endings.
const LONGEST: usize = 100;
/// Letters kept of a name that does not stand for itself.
const KEPT: usize = 40;
/// Bytes of its hash that tell it from others.
const HASHED: usize = 5;
/// Profiles whose pages would be called like a file of the page without profile.
const ENDINGS: [&str; 4] = ["html", "md", "csv", "svg"];
/// The pages over all studies: the index and that of scales.
const OVER: [&str; 2] = ["index", SCALE];
/// The page of scales.
pub(super) const SCALE: &str = "scale";

/// A name of small letters, digits, `-` and `_` stands for itself; any other is followed by `~` and a hash of it.
#[must_use]
pub(super) fn file_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if !name.is_empty() && name.len() <= LONGEST && name.chars().all(plain) { name.to_owned() } else { hashed(name) }
}

/// The name with its hash, whatever it consists of.
fn hashed(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' };
    let kept: String = name.chars().take(KEPT).map(letter).collect();
    let digest = Sha256::digest(name.as_bytes());
    let hash: String = digest.iter().take(HASHED).map(|byte| format!("{byte:02x}")).collect();
    format!("{}~{hash}", kept.trim_matches('-'))
}

/// The same, where some names are taken by something else.
#[must_use]
pub(super) fn file_name_beside(name: &str, taken: &[&str]) -> String {
    if taken.contains(&name) { hashed(name) } else { file_name(name) }
}

/// Where the page of a study is: under its name, with the profile after it unless that is the default, and with a hash
/// of the settings where `--set` replaced something.
///
/// `there` are the pages of a folder that was asked for, with their settings: a page with settings bears the ordinary
/// name in it, unless another page has it.
#[must_use]
pub(super) fn page(study: &Study, there: Option<&BTreeMap<String, String>>) -> String {
    let ordinary = page_of(&study.head.study, &study.profile, None);
    let settings = study.settings_in_words();
    let is_free = |pages: &BTreeMap<String, String>| pages.get(&ordinary).is_none_or(|other| other == settings.trim());
    if there.is_some_and(is_free) {
        return ordinary;
    }
    page_of(&study.head.study, &study.profile, study.settings_hash().as_deref())
}

/// The name of the page of a study with a profile, and a hash of its settings where there are any.
pub(super) fn page_of(study: &str, profile: &str, settings: Option<&str>) -> String {
    let mut page = if study.contains('/') {
        study.split('/').map(file_name).collect::<Vec<_>>().join("/")
    } else {
        file_name_beside(study, &OVER)
    };
    if profile != DEFAULT_PROFILE {
        let layers: Vec<String> = profile.split('+').map(|layer| file_name_beside(layer, &ENDINGS)).collect();
        page = format!("{page}.{}", layers.join("+"));
    }
    settings.map_or(page.clone(), |hash| format!("{page}.set~{hash}"))
}

/// Where a study stands on the page of scales: parts of names hold no dots, so no two have one anchor.
pub(super) fn scale_anchor(study: &str) -> String {
    format!("study-{}", page_of(study, DEFAULT_PROFILE, None).replace('/', "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_stand_for_themselves() {
        for name in ["error-vs-n", "test_error", "0", "width-1000"] {
            assert_eq!(file_name(name), name);
        }
        let page = |study, profile| page_of(study, profile, None);
        assert_eq!(page("lofi/accuracy", "quick"), "lofi/accuracy");
        assert_eq!(page("lofi/accuracy", "jpeg"), "lofi/accuracy.jpeg");
        assert_eq!(page("lofi/index", "quick"), "lofi/index");
        assert_eq!(page("accuracy", "quick+as-published"), "accuracy.quick+as-published");
    }

    #[test]
    fn no_two_names_give_one_file_and_none_is_hidden_or_leads_elsewhere() {
        let long = "x".repeat(300);
        let names = [
            "é",
            "e\u{301}",
            "ü",
            "",
            "a b",
            "a-b",
            "a_b",
            "a.b",
            "A-b",
            "a-B",
            "a/b",
            "..",
            ".git",
            "-",
            "con.",
            "a\nb",
            "=1",
            "a-b~0000000000",
            &long,
            &long[1..],
            "a%20b",
            "index",
            "a+b",
        ];
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for name in names {
            let file = file_name(name);
            assert!(file.len() <= LONGEST && !file.starts_with('.') && !file.contains(['/', '.']), "{file}");
            // as a disk that ignores capitals sees it
            assert_eq!(seen.insert(file.to_ascii_lowercase(), name), None, "{name} and another are {file}");
        }
    }

    #[test]
    fn no_two_pages_are_one() {
        let mut seen = BTreeMap::new();
        for study in
            ["t", "t.jpeg", "t-jpeg", "T", "t/jpeg", "t.set~0011223344", "index", "scale", "study-index", "t.quick"]
        {
            for profile in ["quick", "jpeg", "html", "md", "Jpeg", "quick+jpeg", "quick-jpeg"] {
                for settings in [None, Some("0011223344")] {
                    let page = page_of(study, profile, settings);
                    assert!(!OVER.contains(&page.as_str()) && !page.ends_with(".html"), "{page}");
                    let same = seen.insert(page.to_ascii_lowercase(), (study, profile, settings));
                    assert_eq!(same, None, "{study} {profile} {settings:?}: {page}");
                }
            }
        }
    }
}
