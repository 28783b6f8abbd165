//! The page of scales, and the price of what a page cannot show.

use super::example::{accuracy, beyond, contains, emergence, project, scales};
use super::fixture::{add, info, run};
use super::model::Report;
use super::pages::Export;
use crate::study::{OutputKind, Study};
use serde_json::json;

const PRICE: &str = " would test it: about 18.9 h on 2 cores, 20.0 GiB.";

/// A study with a claim that the scale of its page cannot show.
fn small(mut study: Study) -> Study {
    let params =
        json!({"outcome": "not-at-this-scale", "says": "Wide is better.", "because": "At width 2.", "csv": "n\n1"});
    add(&mut study, "wide", OutputKind::Claim, params);
    study
}

#[test]
fn the_page_of_scales_says_what_was_run_and_what_more_would_take() {
    let project = project(&[small(accuracy()), small(emergence()), beyond()]);
    project.write();
    let html = project.read("scale.html");
    contains(
        &html,
        &[
            "<p>0 of 2 studies have results with the settings of the profile <code>paper</code>.</p>",
            "cannot be seen at any scale that was run",
            "<p>What 1 study lacks of it would take about 18.9 h on 2 cores (37.8 core-hours) where nothing is stored; the largest step \
             needs 20.0 GiB, and 1 study needs more than the 8.0 GiB of this machine. What 1 study would take is not known here.</p>",
            "<tr><th scope=\"row\"><a href=\"#paper-neural-lofi\">Neural LoFi</a></th>\n<td class=\"number\">1 of 3 (33 %)<span \
             class=\"interval\">, of 4</span></td>",
            "<tr id=\"study-lofi.accuracy\">",
            "<td class=\"number\">18.9 h</td>\n<td class=\"number\">37.8</td>\n<td class=\"number\">20.0 GiB <span \
             class=\"interval\">(more than this machine has)</span></td>\n<td class=\"number\">2</td>",
            "<td colspan=\"4\">not planned: no data set of <code>celeba</code> is on this machine</td>",
            "<summary>1 claim and 1 that only this profile makes</summary>",
            "href=\"lofi/accuracy.html#claim-width\"",
            "<summary>Settings · 3, left · LoFi &lt; random features, &amp; plain ridge</summary>",
            "<tr><th scope=\"row\"><code>n_train</code></th><td>500 … 50\u{2009}000 (4)</td><td>500, 5000</td></tr>",
            "<td colspan=\"4\">no profile <code>paper</code></td>",
        ],
    );
    let text = project.read("scale.md");
    contains(
        &text,
        &[
            "\n| Paper | quick | together |\n|---|---:|---:|\n| [Neural LoFi](#paper-neural-lofi) | 1 of 3 (33 %), of 4 | 1 of 3 (33 %), of 4 |\n",
            "](lofi/accuracy.md) | 1 of 3, of 4 | 18.9 h | 37.8 | 20.0 GiB (more than this machine has) | 2 | 2 |\n",
            "\n| Setting | paper | quick |\n|---|---|---|\n| `n_train` | 500 … 50 000 (4) | 500, 5000 |\n",
        ],
    );
    assert!(!text.contains("\n\n\n"), "{text}");
    contains(
        &project.read("index.html"),
        &["<a href=\"scale.html\">At what scale, and what a larger one would take</a>"],
    );
    contains(&project.read("index.md"), &["[At what scale, and what a larger one would take](scale.md)."]);
}

#[test]
fn a_claim_that_its_page_cannot_show_has_its_price_wherever_it_stands() {
    let project = project(&[small(accuracy()), small(emergence())]);
    project.write();
    let command = "<code>lofi run lofi/accuracy --profile paper</code>";
    let page = project.read("lofi/accuracy.html");
    contains(&page, &[&format!("<p class=\"because\">At width 2. {command}{PRICE}</p>")]);
    contains(&page, &["· <a href=\"../scale.html#study-lofi.accuracy\">Scale</a></nav>"]);
    assert_eq!(page.matches(PRICE).count(), 1, "no other claim has one");
    contains(&project.read("index.html"), &[&format!("At width 2. {command}{PRICE}</span>")]);
    let command = "`lofi run lofi/accuracy --profile paper`";
    let [own, index] = ["lofi/accuracy.md", "index.md"].map(|path| project.read(path));
    contains(&own, &[&format!("\nAt width 2. {command}{PRICE}\n"), "· [Scale](../scale.md#study-lofi.accuracy)\n\n**"]);
    contains(&index, &[&format!("Wide is better. At width 2. {command}{PRICE}\n")]);
    assert!(!own.contains("\n\n\n") && !index.contains("\n\n\n"));
    contains(
        &project.read("lofi/emergence.html"),
        &["what that takes is not known here: no data set of <code>celeba</code> is on this machine.</p>"],
    );
}

#[test]
fn one_file_has_the_page_of_scales_as_well() {
    let html = project(&[small(accuracy())]).report.export(Export::Html).unwrap();
    contains(
        &html,
        &[
            "<div class=\"page\" id=\"scale--\">",
            "<a href=\"#scale--\">At what scale",
            "<a href=\"#scale--study-lofi.accuracy\">Scale</a>",
            "<tr id=\"scale--study-lofi.accuracy\">",
            "href=\"#lofi-accuracy--claim-width\"",
        ],
    );
}

#[test]
fn pages_of_a_report_that_is_told_of_no_scales_lead_to_none() {
    let studies = [accuracy()];
    let root = tempfile::tempdir().unwrap();
    let (graph, store, _) = run(&studies, &root.path().join("store"));
    let report = Report::build(&studies, &graph, &store, &info(Vec::new())).unwrap();
    let folder = root.path().join("reports");
    let names = ["lofi/accuracy".to_owned()];
    report.write(&folder, &names).unwrap();
    let read = |path: &str| std::fs::read_to_string(folder.join(path)).unwrap();
    assert!(!folder.join("scale.html").exists() && !folder.join("scale.md").exists());
    for page in ["index.html", "index.md", "lofi/accuracy.html", "lofi/accuracy.md"] {
        assert!(!read(page).contains("scale.html") && !read(page).contains("scale.md"), "{page}");
    }
    // and it goes where a report knows of none any more
    report.clone().with_scales(scales()).write(&folder, &names).unwrap();
    assert!(folder.join("scale.html").exists());
    report.write(&folder, &names).unwrap();
    assert!(!folder.join("scale.html").exists());
}
