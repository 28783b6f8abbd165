//! The committed report says what the committed results say.

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn json(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).unwrap()
}

/// The claims of a page by name, and how they ended, as the report keeps them and as the results do.
fn both(line: &Json, root: &Path) -> [BTreeMap<String, String>; 2] {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let claims = line["standing"]["claims"].as_array().unwrap();
    let shown = claims.iter().map(|claim| (text(&claim["name"]), text(&claim["state"]))).collect();
    let folder = root.join("results").join(text(&line["name"])).join(text(&line["profile"]));
    let manifest = json(&folder.join("manifest.json"));
    let kept = manifest["claims"].as_object().unwrap().iter();
    // the report writes outcomes with hyphens, as names of styles
    let kept = kept.map(|(name, claim)| (name.clone(), text(&claim["outcome"]).replace(' ', "-"))).collect();
    [shown, kept]
}

#[test]
fn the_report_shows_the_verdicts_of_the_results() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = json(&root.join("reports/.lofi-manifest.json"));
    let pages = manifest["studies"].as_object().unwrap();
    assert!(pages.len() > 30, "{} pages", pages.len());
    for (page, files) in pages {
        let [shown, kept] = both(&files["line"], root);
        assert_eq!(shown, kept, "{page}: `make reproduce`, then `make bless`, or the other way round");
        assert!(files["line"]["standing"]["run"].is_object(), "{page}: nobody knows where its numbers come from");
        assert_eq!(files["line"]["missing"], 0, "{page}: outputs are missing");
    }
}

#[test]
fn the_bar_of_the_readme_is_that_of_the_report() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let (bar, index, readme) = (read("reports/verdicts.svg"), read("reports/index.md"), read("README.md"));
    let label = bar.split("aria-label=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let sentences: Vec<&str> = label.split(". ").filter(|sentence| !sentence.is_empty()).collect();
    assert!(sentences.len() >= 4, "{label}");
    for sentence in sentences {
        let (paper, words) = sentence.split_once(": ").unwrap();
        assert!(index.contains(&format!("- [{paper}](#")) && index.contains(words), "{sentence}");
    }
    assert!(readme.contains("(reports/verdicts.svg)"));
}
