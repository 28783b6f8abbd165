//! `ro-crate-metadata.json`: what each file of the crate is, and what made it.

use super::contents::{CrateFile, Part, Run};
use crate::cli::project::Project;
use crate::report::{duration, utc};
use crate::step::hex;
use crate::study::Study;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// The file that a crate is known by.
pub(super) const METADATA: Descriptor = Descriptor("ro-crate-metadata.json");

/// The name of that file.
pub(super) struct Descriptor(&'static str);

impl Descriptor {
    /// The file with its text.
    pub fn file(&self, bytes: Vec<u8>) -> CrateFile {
        CrateFile { path: self.0.to_owned(), name: "Description of this crate".to_owned(), part: Part::Beside, bytes }
    }
}

const CRATE: &str = "https://w3id.org/ro/crate/1.1";
const WORKFLOW_CRATE: &str = "https://w3id.org/workflowhub/workflow-ro-crate/1.0";
/// Profiles that it conforms to, with their names and versions.
const PROFILES: [(&str, &str, &str); 3] = [
    ("https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5"),
    ("https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5"),
    (WORKFLOW_CRATE, "Workflow RO-Crate", "1.0"),
];
const PARAMETER: &str = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE";
const WORKFLOW: &str = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE";
/// Where the program is told of where its package names no place.
const HOME: &str = "https://arxiv.org/abs/2605.13612";

/// The text of the metadata file.
pub(super) fn metadata((study, project): (&Study, &Project), files: &[CrateFile], run: &Run) -> String {
    let cited = Citation::of(project);
    let mut graph = vec![
        json!({
            "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": id("./"),
            "conformsTo": [id(CRATE), id(WORKFLOW_CRATE)],
        }),
        root((study, &cited), files, run),
        action(study, files, run),
    ];
    graph
        .extend(PROFILES.map(
            |(url, name, version)| json!({"@id": url, "@type": "CreativeWork", "name": name, "version": version}),
        ));
    graph.extend(files.iter().map(|file| of_file(file, (study, files))));
    graph.extend(inputs(study));
    graph.extend(results(files).map(|file| parameter(&output_of(file), &file.name, "File")));
    graph.push(json!({"@id": PARAMETER, "@type": "CreativeWork", "name": "FormalParameter", "version": "1.0"}));
    graph.push(json!({"@id": WORKFLOW, "@type": "CreativeWork", "name": "ComputationalWorkflow", "version": "1.0"}));
    graph.push(json!({
        "@id": "#language", "@type": "ComputerLanguage", "name": "lofi study", "identifier": id(HOME), "url": id(HOME),
        "version": env!("CARGO_PKG_VERSION"),
    }));
    graph.push(json!({"@id": cited.license, "@type": "CreativeWork", "name": cited.license_name, "description": "The license of the crate", "identifier": cited.license}));
    graph.push(json!({"@id": "#authors", "@type": "Organization", "name": cited.authors, "url": HOME}));
    let context = json!([format!("{CRATE}/context"), "https://w3id.org/ro/terms/workflow-run/context"]);
    let text = json!({"@context": context, "@graph": graph});
    // What is made of JSON values can be written.
    serde_json::to_string_pretty(&text).unwrap_or_default() + "\n"
}

fn id(of: &str) -> Json {
    json!({"@id": of})
}

/// One reference, or a list of several: a list of one is none.
fn ids(of: &[String]) -> Json {
    match of {
        [one] => id(one),
        all => all.iter().map(|one| id(one)).collect(),
    }
}

fn results(files: &[CrateFile]) -> impl Iterator<Item = &CrateFile> {
    files.iter().filter(|file| file.part == Part::Result)
}

fn root((study, cited): (&Study, &Citation), files: &[CrateFile], run: &Run) -> Json {
    let head = &study.head;
    let parts: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    let profiles: Vec<String> = PROFILES.iter().map(|(url, ..)| (*url).to_owned()).collect();
    let question = if head.question.is_empty() { &head.title } else { &head.question };
    json!({
        "@id": "./", "@type": "Dataset", "name": head.title, "description": question, "datePublished": iso(run.last_unix_s),
        "license": id(&cited.license), "conformsTo": ids(&profiles), "mainEntity": id(&study.file), "mentions": id("#run"),
        "hasPart": ids(&parts), "author": id("#authors"), "identifier": format!("{}@{}", head.study, study.variant()),
        "publisher": id("#authors"),
    })
}

fn action(study: &Study, files: &[CrateFile], run: &Run) -> Json {
    let listed = |texts: &std::collections::BTreeSet<String>| texts.iter().cloned().collect::<Vec<_>>().join("; ");
    let made = results(files).map(|file| file.path.clone()).collect::<Vec<_>>();
    let set = study.settings_in_words();
    let description = format!(
        "lofi run {} --profile {}{set}; {} of computing, {} to {}; at commit {}; on {}",
        study.head.study,
        study.profile,
        duration(run.cost_s),
        utc(run.first_unix_s),
        utc(run.last_unix_s),
        listed(&run.commits),
        listed(&run.machines)
    );
    let taken: Vec<String> = inputs(study)
        .iter()
        .filter(|entity| entity["@type"] == "PropertyValue")
        .filter_map(|entity| entity["@id"].as_str().map(str::to_owned))
        .collect();
    json!({
        "@id": "#run", "@type": "CreateAction", "name": format!("Run of {} in the profile {}", study.head.study, study.profile),
        "description": description, "instrument": id(&study.file), "object": ids(&taken), "result": ids(&made),
        "startTime": iso(run.first_unix_s), "endTime": iso(run.last_unix_s), "agent": id("#authors"),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    })
}

/// The profile and the data set: what was chosen for this run, each with the parameter that it is a value of.
fn inputs(study: &Study) -> Vec<Json> {
    let mut values = vec![("profile", study.variant(), "Profile of the study".to_owned())];
    if let Some(data) = &study.data {
        values.push(("data", data.digest.clone(), format!("Digest of the data set {} ({})", data.title, data.card)));
    }
    let entities = values.into_iter().flat_map(|(name, value, text)| {
        let parameter_id = format!("#parameter-{name}");
        let value = json!({
            "@id": format!("#value-{name}"), "@type": "PropertyValue", "name": name, "value": value,
            "exampleOfWork": id(&parameter_id),
        });
        let mut parameter = parameter(&parameter_id, &text, "Text");
        parameter["workExample"] = id(&format!("#value-{name}"));
        [value, parameter]
    });
    entities.collect()
}

fn parameter(of: &str, name: &str, kind: &str) -> Json {
    json!({"@id": of, "@type": "FormalParameter", "additionalType": kind, "name": name, "conformsTo": id(PARAMETER)})
}

fn output_of(file: &CrateFile) -> String {
    format!("#output-{}", file.path.replace('/', "-"))
}

fn of_file(file: &CrateFile, (study, files): (&Study, &[CrateFile])) -> Json {
    let mut entity = json!({
        "@id": file.path, "@type": "File", "name": file.name, "encodingFormat": file.media(),
        "contentSize": file.bytes.len().to_string(), "sha256": hex(&Sha256::digest(&file.bytes)),
    });
    match file.part {
        Part::Workflow => {
            let parameters: Vec<String> = inputs(study)
                .iter()
                .filter(|entity| entity["@type"] == "FormalParameter")
                .filter_map(|entity| entity["@id"].as_str().map(str::to_owned))
                .collect();
            let outputs: Vec<String> = results(files).map(output_of).collect();
            entity["@type"] = json!(["File", "SoftwareSourceCode", "ComputationalWorkflow"]);
            entity["programmingLanguage"] = id("#language");
            // a study is another one where its text is
            entity["version"] = entity["sha256"].clone();
            entity["conformsTo"] = id(WORKFLOW);
            entity["input"] = ids(&parameters);
            entity["output"] = ids(&outputs);
        }
        Part::Result => entity["exampleOfWork"] = id(&output_of(file)),
        Part::Beside if file.path == "README.md" => entity["about"] = id("./"),
        Part::Beside => {}
    }
    entity
}

/// Seconds since 1970 as ISO 8601.
fn iso(unix_s: u64) -> String {
    // `2026-01-02 03:04 UTC`
    let text = utc(unix_s);
    let minutes = text.trim_end_matches(" UTC").replacen(' ', "T", 1);
    format!("{minutes}:{:02}+00:00", unix_s % 60)
}

/// What the project says of its authors and its license, in CITATION.cff.
struct Citation {
    authors: String,
    license: String,
    license_name: String,
}

impl Citation {
    fn of(project: &Project) -> Self {
        let text = std::fs::read_to_string(project.root.join("CITATION.cff")).unwrap_or_default();
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
            line.map(|value| value.trim().trim_matches('"').to_owned()).filter(|value| !value.is_empty())
        };
        let names = text.lines().skip_while(|line| !line.starts_with("authors:")).skip(1);
        let names = names.take_while(|line| line.starts_with([' ', '-']));
        let named = |line: &str| {
            let line = line.trim_start_matches([' ', '-']);
            let name = ["name:", "family-names:"].iter().find_map(|key| line.strip_prefix(key))?;
            Some(name.trim().trim_matches('"').to_owned())
        };
        let names: Vec<String> = names.filter_map(named).collect();
        let authors = if names.is_empty() { "The authors of the study".to_owned() } else { names.join(", ") };
        match value("license") {
            Some(name) => Self { authors, license: format!("https://spdx.org/licenses/{name}"), license_name: name },
            None => {
                let license_name = "no license is stated: ask the authors".to_owned();
                Self { authors, license: "#license".to_owned(), license_name }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_one_is_none_and_times_are_iso() {
        assert_eq!(ids(&["a".to_owned()]), json!({"@id": "a"}));
        assert_eq!(ids(&["a".to_owned(), "b".to_owned()]), json!([{"@id": "a"}, {"@id": "b"}]));
        let text = iso(1_700_000_000);
        assert_eq!(text, "2023-11-14T22:13:20+00:00");
    }
}
