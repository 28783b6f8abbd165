//! SARIF 2.1.0, which code hosts show as annotations of a study's file: contradicted and undecided claims, failed steps.

use crate::report::model::{ClaimReport, Report, StudyReport};
use crate::report::tally::ClaimState;
use serde_json::{Value as Json, json};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const CLAIM: &str = "claim";
const STEP: &str = "step";

impl Report {
    /// The report as SARIF.
    ///
    /// # Errors
    /// As [`Report::to_json`].
    pub fn to_sarif(&self) -> Result<String, serde_json::Error> {
        let results: Vec<Json> = self.studies.iter().flat_map(of_study).collect();
        let rule = |id: &str, text: &str| json!({"id": id, "shortDescription": {"text": text}});
        let rules = [rule(CLAIM, "A claim that did not end held"), rule(STEP, "A step that failed")];
        let driver = json!({"name": "lofi", "version": env!("CARGO_PKG_VERSION"), "rules": rules});
        let run = json!({"tool": {"driver": driver}, "results": results});
        serde_json::to_string_pretty(&json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}))
            .map(|text| text + "\n")
    }
}

fn of_study(study: &StudyReport) -> Vec<Json> {
    let claims = study.claims.iter().filter_map(|claim| Some(of_claim(claim, level(claim.state)?)));
    let steps = study.failed_steps.iter();
    let steps = steps.map(|step| result(STEP, "error", (format!("{} failed: {}", step.name, step.error), &step.place)));
    claims.chain(steps).collect()
}

fn of_claim(claim: &ClaimReport, level: &str) -> Json {
    result(CLAIM, level, (format!("{}: {} {}", claim.word, claim.says, claim.because), &claim.place))
}

/// A contradicted claim is a result and no error; what is held is none at all.
const fn level(state: ClaimState) -> Option<&'static str> {
    match state {
        ClaimState::Held => None,
        ClaimState::Contradicted => Some("warning"),
        _ => Some("note"),
    }
}

fn result(rule: &str, level: &str, (text, place): (String, &str)) -> Json {
    let mut parts = place.rsplitn(3, ':');
    let (column, line, file) = (parts.next(), parts.next(), parts.next());
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u32>().ok()).filter(|number| *number > 0);
    let region = number(line).map(|line| json!({"startLine": line, "startColumn": number(column).unwrap_or(1)}));
    let mut physical = json!({"artifactLocation": {"uri": file.unwrap_or(place)}});
    if let Some(region) = region {
        physical["region"] = region;
    }
    json!({
        "ruleId": rule, "level": level, "message": {"text": text}, "locations": [{"physicalLocation": physical}],
    })
}
