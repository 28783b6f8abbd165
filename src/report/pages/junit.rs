//! JUnit XML, for continuous integration.
//!
//! A study is a suite. A claim is a test case with its outcome as a property: a failed claim is a result, so it fails no
//! build. Failures are steps that failed; a claim that could not be tested is skipped.

use super::escape::html as escape;
use crate::report::model::{ClaimReport, FailedStep, Report, StudyReport};
use crate::report::tally::ClaimState;
use std::fmt::Write;

impl Report {
    /// The report as JUnit XML.
    #[must_use]
    pub fn to_junit(&self) -> String {
        let suites: String = self.studies.iter().map(suite).collect();
        let title = escape(&self.title);
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{title}\">\n{suites}</testsuites>\n")
    }
}

fn suite(study: &StudyReport) -> String {
    let name = escape(&study.name);
    let tests = study.claims.len() + study.failed_steps.len();
    let mut out = format!(
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3}\">\n",
        study.failed_steps.len(),
        study.tally.untested,
        study.provenance.as_ref().map_or(0.0, |p| p.cost_s),
    );
    for claim in &study.claims {
        out.push_str(&claim_case(&name, claim));
    }
    for step in &study.failed_steps {
        out.push_str(&step_case(&name, step));
    }
    out.push_str("  </testsuite>\n");
    out
}

fn claim_case(study: &str, claim: &ClaimReport) -> String {
    let mut out = format!("    <testcase classname=\"{study}\" name=\"claim: {}\" time=\"0\">\n", escape(&claim.name));
    let because = escape(&claim.because);
    let _ = writeln!(
        out,
        "      <properties>\n        <property name=\"outcome\" value=\"{}\"/>\n        <property name=\"says\" value=\"{}\"/>\n      \
         </properties>",
        claim.word,
        escape(&claim.says)
    );
    let _ = match claim.state {
        ClaimState::Untested => writeln!(out, "      <skipped message=\"{because}\"/>"),
        _ => writeln!(out, "      <system-out>{because}</system-out>"),
    };
    out.push_str("    </testcase>\n");
    out
}

fn step_case(study: &str, step: &FailedStep) -> String {
    let (name, error, place) = (escape(&step.name), escape(&step.error), escape(&step.place));
    format!(
        "    <testcase classname=\"{study}\" name=\"step: {name}\" time=\"0\">\n      <failure message=\"{error}\">{place}: \
         {error}</failure>\n    </testcase>\n"
    )
}
