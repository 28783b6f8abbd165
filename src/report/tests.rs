use super::error::BuildError;
use super::example::{accuracy, beyond, contains, emergence, files, project};
use super::fixture::{BIB, add, add_miscited, info, run};
use super::model::Report;
use super::tally::Tally;
use crate::engine::{Graph, Store, StoreError};
use crate::study::{OutputKind, Study};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn a_page_shows_claims_tables_figures_and_where_they_are_from() {
    let project = project(&[accuracy()]);
    project.write();
    let html = project.read("lofi/accuracy.html");
    contains(
        &html,
        &[
            "<h1>LoFi &lt; random features, &amp; plain ridge</h1>",
            "3 claims: 1 held, 1 contradicted, 1 undecided",
            "figure 3, left of Dandi et al. 2026 <a href=\"#reference-1\">[1]</a>",
            "<span class=\"chip held\">✓ held</span>",
            "<span class=\"chip contradicted\">✗ contradicted</span>",
            "<span class=\"chip undecided\">? undecided</span>",
            "paired difference −5.6 points",
            "−0.0560 <small>[−0.0600, −0.0520]</small>",
            "<th scope=\"col\">Test error (%) [interval]</th>",
            "14.90 <small>[14.51, 15.32]</small>",
            "Averaged over seed; in brackets: 95 % interval (Student’s t).",
            "Published: digitised from figure 3",
            "4 published numbers: 3 compared (1 inside), 1 not here: scale 1.",
            "In brackets: where the mean of 10 runs like ours lies in 95 % of cases",
            "Not here: 1 scale (n is 5000 at most).",
            "Test error, ours − published (points)",
            ">+1.16</td>",
            "aria-label=\"Two falling curves; &quot;LoFi&quot; is lower.\"><svg xmlns",
            "<td>two cores; the <code>paper</code> profile has 5000</td>",
            "<p>Ridge is fitted on <code>raw</code> pixels. Nothing is whitened.</p>",
            "<code class=\"long\">11b89e8</code>",
            "<dt>Computing</dt><dd>0.0 s, the sum over",
            "Example CPU 9000, 2 cores, 8.0 GiB memory",
            "2026-05-13 09:21 UTC",
            "<cite>An Introduction to the Bootstrap</cite>. Chapman &amp; Hall.",
            "Cited by kind <code>fake-table</code>, kind <code>fake-claim</code>.",
            "href=\"../index.html\"",
            "href=\"accuracy/error.rows.csv\"",
        ],
    );
    assert!(!html.contains("<?xml") && !html.contains("class=\"banner\"") && !html.contains("class=\"problems\""));
    assert!(project.read("lofi/accuracy/error.csv").starts_with("model,n_train,test_error"));
    assert!(project.read("lofi/accuracy/error-vs-n.svg").starts_with("<?xml"));
}

#[test]
fn markdown_says_the_same() {
    let project = project(&[accuracy()]);
    project.write();
    let text = project.read("lofi/accuracy.md");
    contains(
        &text,
        &[
            "# LoFi &lt; random features, &amp; plain ridge\n",
            "\n**3 claims: 1 held, 1 contradicted, 1 undecided**\n",
            "\n**✗ contradicted**: Ridge stays above 25 % at every n. (claimed by us)\n\n24.1 %",
            "Twice the width changes nothing \\| at all.",
            "\n| Model | Training samples n | Test error (%) [interval] | Seeds |\n|---|---:|---:|---:|\n| LoFi | 500 | 26.20 [25.10, 27.20] | 10 |\n",
            "\n![Two falling curves; \"LoFi\" is lower.](accuracy/error-vs-n.svg)\n",
            "\n[All numbers (CSV)](accuracy/error.csv) · [before averaging (CSV)](accuracy/error.rows.csv)\n",
            "\n| width p | 5000 (the caption says 1000) | 2000 | two cores; the `paper` profile has 5000 |\n",
            "\n\\# A second paragraph.\n",
            "\n1. Y. Dandi, M. Vilucchio, L. Arnaboldi, H. Tabanelli, F. Krzakala (2026). *Neural LoFi*. <https://arxiv.org/abs/2605.13612> Cited by this study.\n",
        ],
    );
    assert!(!text.contains("\n\n\n"), "{text}");
    contains(
        &project.read("index.md"),
        &["| 3, left | [LoFi &lt; random features, &amp; plain ridge](lofi/accuracy.md) |"],
    );
}

#[test]
fn failures_and_stand_in_data_are_named_plainly() {
    let project = project(&[emergence()]);
    project.write();
    let html = project.read("lofi/emergence.html");
    contains(
        &html,
        &[
            "<strong>Fashion-MNIST stands in for CIFAR-10: the paper’s numbers are not compared.</strong>",
            "1 claim: 0 held, 0 contradicted, 0 undecided, 1 not tested",
            "<strong>This page is incomplete.</strong>",
            "(<code>studies/lofi/emergence.yaml:10:3</code>) failed: the residual covariance of &lt;layer 2&gt; is singular",
            "The figure <em>overlap-vs-n</em> is missing: the step <code>lofi/emergence: overlap-vs-n (fake-figure)</code> failed.",
            "<p>Features emerge in the predicted order. <span class=\"meta\">Claimed by us.</span></p>",
            "<span class=\"chip untested\">– not tested</span>",
        ],
    );
    let text = project.read("lofi/emergence.md");
    contains(&text, &["> **Fashion-MNIST stands in for CIFAR-10", "## This page is incomplete", "nothing to draw"]);
    assert!(!text.contains("\n\n\n"), "{text}");
}

#[test]
fn what_has_not_run_says_how_to_run_it() {
    let studies = [accuracy()];
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path()).unwrap();
    let graph = Graph::new(&studies);
    let report = Report::build(&studies, &graph, &store, &info(Vec::new())).unwrap();
    let study = &report.studies[0];
    assert_eq!(study.tally, Tally { untested: 3, ..Tally::default() });
    // The rows of a table are not counted apart.
    assert_eq!((study.missing.len(), study.failed_steps.len(), study.provenance.is_none()), (6, 0, true));
    assert_eq!(study.missing[0].why, "it has not been computed; `lofi run lofi/accuracy` computes it");
}

#[test]
fn a_damaged_result_is_missing_and_no_path_of_this_machine_is_shown() {
    let studies = [accuracy()];
    let root = tempfile::tempdir().unwrap();
    let (graph, store, _) = run(&studies, root.path());
    let key = &graph.nodes[graph.places[0][0]].key;
    std::fs::write(root.path().join("objects").join(&key[..2]).join(key).join("out/table.csv"), "x").unwrap();
    let report = Report::build(&studies, &graph, &store, &info(Vec::new())).unwrap();
    let why = &report.studies[0].missing[0].why;
    assert!(why.contains("is damaged") && !why.contains(&root.path().display().to_string()), "{why}");
}

// A page that says that something is missing would be believed.
#[test]
fn a_store_that_cannot_be_read_ends_the_report() {
    let root = tempfile::tempdir().unwrap();
    let mut studies = [accuracy()];
    let (graph, store, _) = run(&studies, root.path());
    let build = |studies: &[Study], graph: &Graph| Report::build(studies, graph, &store, &info(Vec::new()));
    // No system takes such a name, as none reads a file when too many are open.
    let mut unreadable = (*graph).clone();
    std::fs::create_dir_all(root.path().join("objects/aa")).unwrap();
    unreadable.nodes.iter_mut().for_each(|node| node.key = "a".repeat(300));
    let error = build(&studies, &unreadable).unwrap_err();
    assert!(matches!(&error, BuildError::Store(StoreError::Io { .. })), "{error}");
    assert!(error.to_string().starts_with("cannot read "), "{error}");
    studies[0].profile = "p".repeat(300);
    let error = build(&studies, &graph).unwrap_err();
    assert!(matches!(&error, BuildError::Store(StoreError::Io { .. })), "the record: {error}");
}

#[test]
fn an_unknown_citation_names_the_kind() {
    let mut study = accuracy();
    add_miscited(&mut study);
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path()).unwrap();
    let studies = [study];
    let graph = Graph::new(&studies);
    let error = Report::build(&studies, &graph, &store, &info(Vec::new())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "study `lofi/accuracy`: kind `miscited` cites `nowhere`, but references.bib has no such entry"
    );
}

#[test]
fn the_index_groups_by_paper_in_the_order_of_its_figures() {
    let mut tenth = accuracy();
    tenth.head.study = "lofi/tenth".to_owned();
    tenth.head.title = "Tenth".to_owned();
    tenth.head.paper.figure = "10".to_owned();
    let project = project(&[beyond(), tenth, emergence(), accuracy()]);
    project.write();
    let html = project.read("index.html");
    let places: Vec<usize> = [
        "<p><a href=\"#neural-lofi\"><em>Neural LoFi</em></a>: 2 of 7 claims reproduced, 2 contradicted, 2 need more seeds, \
         1 not tested; 2 of 6 comparable published points agree; 2 of 8 have no counterpart here.</p>",
        "<h2>Neural LoFi</h2>",
        "<code>lofi run lofi</code> runs these studies.",
        "LoFi &lt; random",
        ">Tenth<",
        "When features",
        "<h2>Beyond the papers</h2>",
        "pruned",
    ]
    .iter()
    .map(|part| html.find(part).unwrap_or_else(|| panic!("no {part}")))
    .collect();
    assert!(places.is_sorted(), "{places:?}");
    contains(
        &html,
        &[
            "<span class=\"part held\" style=\"flex-grow:2\">✓ 2</span><span class=\"part untested\"",
            "<img src=\"lofi/accuracy/error-vs-n.svg\" alt=\"\" loading=\"lazy\" width=\"96\" height=\"60\">",
            "<span class=\"chip contradicted\">✗ contradicted</span>",
            "! 2 missing",
            "<td class=\"number\">1 of 3<span class=\"interval\"> + 1</span></td>",
            "stand-in data",
            "href=\"ours/pruning.html\"",
            "<span class=\"chip untested\">– no claims</span>",
            "(<code>lofi/importance-maps</code>): no data set of <code>celeba</code> is on this machine",
        ],
    );
    let text = project.read("index.md");
    contains(
        &text,
        &[
            "\n- [Beyond the papers](#beyond): no claims yet.\n",
            "\n<a id=\"beyond\"></a>\n\n## Beyond the papers\n\n",
            "\n`lofi run lofi` runs these studies.\n",
            "\n`lofi run ours` runs this study.\n",
            "\n- **✗ contradicted** (ours), [3, left](lofi/accuracy.md): Ridge stays above 25 % at every n. 24.1 %",
        ],
    );
    assert!(!text.contains("\n\n\n"), "{text}");
}

#[test]
fn an_unchanged_report_rewrites_nothing_and_pages_are_the_same_bytes_twice() {
    let studies = [accuracy(), emergence(), beyond()];
    let (first, second) = (project(&studies), project(&studies));
    let written = first.write();
    second.write();
    assert_eq!(files(&first.folder()), files(&second.folder()));
    assert!(written.changed.len() > 8 && written.unchanged == 0);
    let again = first.write();
    assert_eq!((again.changed, again.unchanged), (Vec::new(), written.changed.len()));
    let leftover = files(&first.folder()).keys().any(|path| path.display().to_string().ends_with(".part"));
    assert!(!leftover);
}

#[test]
fn stale_pages_go_but_only_ours_and_other_studies_stay() {
    let project = project(&[accuracy(), emergence()]);
    project.write();
    std::fs::write(project.folder().join("lofi/mine.txt"), "keep").unwrap();
    let mut part = project.report.clone();
    part.studies.remove(1);
    let both = ["lofi/accuracy".to_owned(), "lofi/emergence".to_owned()];
    let kept = part.write(&project.folder(), &both).unwrap();
    assert_eq!((kept.changed, kept.removed), (Vec::new(), Vec::new()));
    contains(&project.read("index.html"), &["When features emerge"]);
    let removed = part.write(&project.folder(), &both[..1]).unwrap().removed;
    let expected = ["lofi/emergence.html", "lofi/emergence.md", "lofi/emergence/overlap.csv"];
    assert_eq!(removed, expected.map(PathBuf::from));
    assert!(!project.folder().join("lofi/emergence").exists());
    assert_eq!(project.read("lofi/mine.txt"), "keep");
    assert!(!project.read("index.html").contains("When features emerge"));
}

#[test]
fn every_profile_has_a_page_of_its_own() {
    let mut published = accuracy();
    published.profile = "quick+as-published".to_owned();
    let (usual, other) = (project(&[accuracy()]), project(&[published]));
    usual.write();
    let before = usual.read("lofi/accuracy.html");
    let written = other.report.write(&usual.folder(), &["lofi/accuracy".to_owned()]).unwrap();
    assert_eq!((written.removed, usual.read("lofi/accuracy.html")), (Vec::new(), before));
    let index = usual.read("index.html");
    let places = ["lofi/accuracy.html", "lofi/accuracy.quick+as-published.html"].map(|page| index.find(page));
    assert!(places[0].is_some() && places[0] < places[1], "{places:?}");
    let both: Vec<PathBuf> = other.report.write(&usual.folder(), &[]).unwrap().removed;
    assert!(both.contains(&PathBuf::from("lofi/accuracy.md")), "{both:?}");
}

#[test]
fn pages_load_nothing_from_elsewhere_and_their_links_lead_somewhere() {
    let project = project(&[accuracy(), emergence(), beyond()]);
    project.write();
    for (path, bytes) in
        files(&project.folder()).iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "html"))
    {
        let html = String::from_utf8(bytes.clone()).unwrap();
        // the index has a script in it, studies share one beside it; nobody needs either to read them
        let (scripts, is_index) = (html.matches("<script>").count(), path == Path::new("index.html"));
        let is_over = is_index || path == Path::new("scale.html");
        assert_eq!(scripts, usize::from(is_index), "{}", path.display());
        let shared = html.matches("<script src=\"../report.js\" defer></script>").count();
        assert_eq!((shared, html.matches("<script ").count()), [(1, 1), (0, 0)][usize::from(is_over)]);
        // all share one style beside the index
        let style = format!("<link rel=\"stylesheet\" href=\"{}style.css\">", if is_over { "" } else { "../" });
        assert_eq!((html.matches(&style).count(), html.matches("<link").count()), (1, 1), "{}", path.display());
        for forbidden in ["<style", "@import", "url(", "src=\"http"] {
            assert!(!html.contains(forbidden), "{forbidden} in {}", path.display());
        }
        let targets = ["href=\"", "src=\""]
            .iter()
            .flat_map(|key| html.split(key).skip(1))
            .filter_map(|rest| rest.split('"').next());
        for target in targets {
            match target.strip_prefix('#') {
                Some(anchor) => assert!(html.contains(&format!("id=\"{anchor}\"")), "{target}"),
                None if target.starts_with("https://") => {
                    assert!(BIB.contains(&target[target.len() - 7..]), "{target}")
                }
                None => {
                    let target = target.split('#').next().unwrap();
                    let file = project.folder().join(path).parent().unwrap().join(target);
                    assert!(file.is_file(), "{target} in {}", path.display());
                }
            }
        }
    }
}

#[test]
fn json_holds_the_model_without_the_files() {
    let json: serde_json::Value = serde_json::from_str(&project(&[accuracy()]).report.to_json().unwrap()).unwrap();
    let study = &json["studies"][0];
    assert_eq!(
        study["tally"],
        json!({"held": 1, "contradicted": 1, "negligible": 0, "undecided": 1, "not_at_this_scale": 0, "untested": 0})
    );
    assert_eq!(study["claims"][1]["state"], "contradicted");
    assert_eq!(study["provenance"]["outdated"], false);
    assert!(study.get("files").is_none());
}

/// Kept under `target/` for people to look at.
#[test]
fn an_example_is_written_to_look_at() {
    let project = project(&[accuracy(), emergence(), beyond()]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/example-report");
    project.report.write(&folder, &[]).unwrap();
    assert!(folder.join("index.html").is_file());
}

#[test]
fn cells_that_fail_alike_are_one_entry() {
    let mut study = emergence();
    for n in 1..=3 {
        add(&mut study, &format!("cell {n}"), OutputKind::Table, json!({"fails": "singular"}));
        study.nodes.last_mut().unwrap().place = "studies/lofi/emergence.yaml:30:3".into();
        // The same kind and parameters would be the same step.
        Arc::make_mut(&mut study.nodes.last_mut().unwrap().params)["caption"] = json!(n.to_string());
    }
    let project = project(&[study]);
    let alike = &project.report.studies[0].failed_steps[2];
    assert_eq!((alike.error.as_str(), alike.more), ("singular", 2));
    project.write();
    contains(&project.read("lofi/emergence.html"), &["failed: singular. So did 2 more cells of this step."]);
}
