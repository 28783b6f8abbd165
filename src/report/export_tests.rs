//! The report in other forms than pages.

use super::example::{accuracy, beyond, contains, emergence, project};
use super::pages::Export;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// What stands between a prefix and the next quotation mark, wherever the prefix stands.
fn quoted<'a>(html: &'a str, prefix: &str) -> Vec<&'a str> {
    html.split(prefix).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn one_file_holds_all_pages_and_leads_nowhere_else() {
    let project = project(&[accuracy(), emergence(), beyond()]);
    let html = project.report.export(Export::Html).unwrap();
    contains(
        &html,
        &[
            "<em>Neural LoFi</em></a>: ",
            "href=\"#lofi-accuracy--claim-",
            "<div class=\"page\" id=\"lofi-accuracy--\">",
            "src=\"data:image/svg+xml;base64,",
            "<h1>LoFi &lt; random features, &amp; plain ridge</h1>",
        ],
    );
    let ids = quoted(&html, " id=\"");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len(), "an anchor stands twice");
    for link in quoted(&html, " href=\"") {
        let inside = link.strip_prefix('#').map(|anchor| anchor.is_empty() || unique.contains(anchor));
        assert!(inside.unwrap_or_else(|| link.starts_with("https://")), "{link} leads nowhere");
    }
    assert!(quoted(&html, " src=\"").iter().all(|source| source.starts_with("data:")));
    assert_eq!(html, project.report.export(Export::Html).unwrap());
}

#[test]
fn annotations_name_the_line_of_a_claim() {
    let project = project(&[accuracy(), emergence()]);
    let sarif: Json = serde_json::from_str(&project.report.export(Export::Sarif).unwrap()).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let of_level = |level: &str| results.iter().filter(|result| result["level"] == level).collect::<Vec<_>>();
    let contradicted = of_level("warning");
    assert_eq!((contradicted.len(), of_level("error").len()), (1, 2), "{sarif}");
    assert!(contradicted[0]["message"]["text"].as_str().unwrap().starts_with("contradicted: Ridge stays above 25 %"));
    let place = &of_level("error")[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "studies/lofi/emergence.yaml");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&10.into(), &3.into()));
}

#[test]
fn a_summary_is_short_enough_for_a_comment() {
    let summary = project(&[accuracy(), emergence()]).report.export(Export::Summary).unwrap();
    contains(
        &summary,
        &[
            "- **Neural LoFi**: 1 of 4 claims reproduced, 1 contradicted",
            "- lofi/accuracy: Ridge stays above 25 % at every n.",
        ],
    );
    assert!(summary.len() < 4000 && !summary.contains("\n\n\n"), "{summary}");
}

#[test]
fn json_and_junit_are_those_of_the_report() {
    let report = project(&[accuracy()]).report;
    assert_eq!(report.export(Export::Json).unwrap(), report.to_json().unwrap());
    assert_eq!(report.export(Export::Junit).unwrap(), report.to_junit());
}
