//! The report in other forms than pages.

use super::example::{accuracy, beyond, contains, emergence, project};
use super::fixture::{add, data, info, run};
use super::model::Report;
use super::pages::Export;
use crate::engine::{Keep, Store};
use crate::step::DataRef;
use crate::study::{OutputKind, Study};
use serde_json::{Value as Json, json};
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

#[test]
fn own_scripts_are_short() {
    let project = project(&[accuracy()]);
    project.write();
    let inline = project.read("index.html").split("<script>").nth(1).map_or(0, |rest| rest.find("</script>").unwrap());
    let shared = project.read("report.js").len();
    assert!(inline > 0 && shared > 0 && inline + shared < 15_000, "{inline} + {shared} bytes");
}

#[test]
fn what_a_study_cost_stays_known_when_its_results_are_taken_out() {
    let (studies, folder) = ([accuracy()], tempfile::tempdir().unwrap());
    let (graph, store, _) = run(&studies, folder.path());
    let told = |store: &Store| {
        let report = Report::build(&studies, &graph, store, &info(Vec::new())).unwrap();
        report.studies[0].provenance.as_ref().map(|run| (run.steps, run.cost_s)).unwrap()
    };
    let (before, places) = (told(&store), graph.places[0].iter().collect::<BTreeSet<_>>().len());
    assert!(before.0 == places && before.1 > 0.0, "{before:?}");
    // what a living run has made stays: its end is when the last that has its store lets go
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    let collected = store.collect(&BTreeSet::new(), Keep::default()).unwrap();
    assert_eq!(collected.dropped.len(), places);
    // the sum is over the same numbers in the same order
    assert_eq!(told(&store), before);
}

#[test]
fn a_figure_tells_how_it_came_about() {
    let project = project(&[accuracy()]);
    project.write();
    let making = &project.report.studies[0].figures[0].making;
    assert_eq!((making.steps, making.timed, making.code.len()), (1, 1, 1));
    assert_eq!(making.key.len(), 64);
    let [html, text] = ["lofi/accuracy.html", "lofi/accuracy.md"].map(|page| project.read(page));
    contains(
        &html,
        &[
            "<summary>Download, rebuild, origin</summary>",
            "<a href=\"accuracy/error-vs-n.svg\">SVG</a>",
            "<code class=\"long\">lofi run lofi/accuracy --only error-vs-n</code>",
            "<code class=\"long\">lofi export lofi/accuracy error-vs-n --to FILE</code>",
            "the sum over 1 step</dd>",
            "<a class=\"address\" href=\"#figure-error-vs-n\" aria-label=\"Address of the figure error-vs-n\">#</a>",
        ],
    );
    contains(
        &text,
        &[
            "\n- Download: [SVG](accuracy/error-vs-n.svg)\n",
            "\n- Rebuild: `lofi run lofi/accuracy --only error-vs-n`\n",
            "\n- Cost: ",
        ],
    );
    assert!(!text.contains("\n\n\n"), "{text}");
}

#[test]
fn data_sets_are_references_where_the_study_uses_them() {
    let mut study = emergence();
    let used = |study: &Study| {
        let report = project(std::slice::from_ref(study)).report;
        report.studies[0].references.iter().any(|reference| reference.work.key == "cifar10")
    };
    add(&mut study, "read", OutputKind::Rows, json!({"csv": "a\n1", "data": data("Fashion-MNIST", "CIFAR-10")}));
    assert!(!used(&study), "the kind reads any data set, this study another one");
    let cifar = DataRef { digest: "c1".repeat(32), ..data("CIFAR10", "") };
    add(&mut study, "made", OutputKind::Rows, json!({"csv": "a\n2", "data": cifar}));
    assert!(used(&study));
}

#[test]
fn junit_fails_for_failed_steps_only() {
    let xml = project(&[accuracy(), emergence()]).report.to_junit();
    contains(
        &xml,
        &[
            "<testsuite name=\"lofi/accuracy\" tests=\"3\" failures=\"0\" errors=\"0\" skipped=\"0\" time=\"0.000\">",
            "<testsuite name=\"lofi/emergence\" tests=\"3\" failures=\"2\" errors=\"0\" skipped=\"1\"",
            "<property name=\"outcome\" value=\"contradicted\"/>",
            "<failure message=\"the residual covariance of &lt;layer 2&gt; is singular\">",
            "<skipped message=\"Not tested: the step",
        ],
    );
}
