//! The outputs of a study, sorted into the sections of its page.

use super::alarms::alarms;
use super::beside::{Beside, beside};
use super::columns::spoken_of;
use super::comparison::{OfQuantity, by_quantity};
use super::download::csv;
use super::outputs::Outputs;
use super::tabulate::{Layout, layout};
use crate::artifact::{Cell, Claimant, Figure, Table, Value, Verdict, column_title};
use crate::engine::StoreError;
use crate::report::model::{Attachment, ClaimReport, FigureReport, Missing, TableReport};
use crate::report::names::file_name;
use crate::report::published::{Ended, column};
use crate::report::tally::ClaimState;
use crate::step::{ColumnRole, Header};
use crate::study::{Output, OutputKind, Study, Wire};
use serde_json::Value as Json;

/// What the page shows of them, and the files beside it.
pub(super) struct Collected {
    pub page: String,
    pub claims: Vec<ClaimReport>,
    pub alarms: Vec<String>,
    pub figures: Vec<FigureReport>,
    pub comparisons: Vec<TableReport>,
    pub tables: Vec<TableReport>,
    pub missing: Vec<Missing>,
    pub files: Vec<Attachment>,
}

impl Collected {
    /// Of the study with this page, nothing yet.
    pub fn new(page: String) -> Self {
        Self {
            page,
            claims: Vec::new(),
            alarms: Vec::new(),
            figures: Vec::new(),
            comparisons: Vec::new(),
            tables: Vec::new(),
            missing: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Puts an output where it belongs, or notes why it is not there.
    ///
    /// # Errors
    /// Where the system refuses to read the store.
    pub fn add(&mut self, outputs: &Outputs<'_>, output: &Output) -> Result<(), StoreError> {
        let value = outputs.value(output.wire)?;
        let node = outputs.node(output.wire);
        self.put(outputs.study, (output, node.map_or(&Json::Null, |node| &*node.params)), value);
        Ok(())
    }

    fn put(&mut self, study: &Study, (output, params): (&Output, &Json), value: Result<Value, String>) {
        let nothing = Header::default();
        let header = output.wire.header(&study.nodes).unwrap_or(&nothing);
        let why = match (output.kind, value) {
            (OutputKind::Claim, Ok(Value::Verdict(verdict))) => return self.claim(&output.name, verdict, header),
            (OutputKind::Figure, Ok(Value::Figure(figure))) => return self.figure(&output.name, figure),
            (OutputKind::Table, Ok(Value::Table(table))) => {
                if header.samples().is_none() {
                    self.alarms.extend(alarms(&table, header));
                }
                return self.table(study, &output.name, (&table, header, params));
            }
            (OutputKind::Rows, Ok(Value::Table(table))) => {
                self.alarms.extend(alarms(&table, header));
                return self.rows(&output.name, &table);
            }
            (OutputKind::Comparison, Ok(Value::Table(table))) => {
                let ours = compared(study, output.wire).unwrap_or(&nothing);
                return self.comparison(&output.name, by_quantity(&table, header, ours), (&table, params));
            }
            (_, Ok(other)) => format!("its step gave a {}", other.value_type().name()),
            (_, Err(why)) => why,
        };
        if output.kind == OutputKind::Claim {
            self.untested(&output.name, params, &why);
        }
        // A table without its rows is still a table.
        if output.kind != OutputKind::Rows {
            self.missing.push(Missing { what: what(output.kind), name: output.name.clone(), why });
        }
    }

    fn claim(&mut self, name: &str, verdict: Verdict, header: &Header) {
        let state = ClaimState::from(verdict.outcome);
        let evidence = layout(&verdict.evidence, header);
        let seeds =
            column(&verdict.evidence, header, ColumnRole::Samples).iter().filter_map(Cell::as_f64).fold(0.0, f64::max);
        let claim = claim(name, state, (verdict.says, verdict.because, &verdict.by), evidence);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of seeds")]
        self.claims.push(ClaimReport { seeds: seeds as u64, ..claim });
    }

    fn untested(&mut self, name: &str, params: &Json, why: &str) {
        let says = params.get("says").and_then(Json::as_str).unwrap_or(name).to_owned();
        let because = format!("Not tested: {why}.");
        let by = params.get("claimant").and_then(|by| serde_json::from_value(by.clone()).ok()).unwrap_or_default();
        self.claims.push(claim(name, ClaimState::Untested, (says, because, &by), Layout::default()));
    }

    fn figure(&mut self, name: &str, figure: Figure) {
        // What stands before the element (an XML declaration, a doctype) does not belong inside a page.
        let start = figure.svg.find("<svg").unwrap_or(0);
        self.figures.push(FigureReport {
            name: name.to_owned(),
            anchor: format!("figure-{}", file_name(name)),
            svg: figure.svg[start..].trim_end().to_owned(),
            alt: figure.alt,
            caption: figure.caption,
            href: String::new(),
            thumbnail: String::new(),
        });
        let href = self.attach(name, "svg", figure.svg);
        let thumbnail =
            if figure.thumbnail.is_empty() { String::new() } else { self.attach(name, "thumb.svg", figure.thumbnail) };
        if let Some(last) = self.figures.last_mut() {
            (last.href, last.thumbnail) = (href, thumbnail);
        }
    }

    fn table(&mut self, study: &Study, name: &str, (table, header, params): (&Table, &Header, &Json)) {
        let (shown, hidden_columns) = spoken_of(study, name, (table, header));
        let csv = self.attach(name, "csv", csv(table));
        self.tables.push(TableReport {
            name: name.to_owned(),
            title: column_title(name),
            anchor: format!("table-{}", file_name(name)),
            caption: average_note(params),
            layout: Layout { hidden_columns, ..layout(&shown, header) },
            csv,
            rows_csv: String::new(),
            published: Ended::default(),
        });
    }

    fn rows(&mut self, name: &str, table: &Table) {
        let href = self.attach(name, "rows.csv", csv(table));
        if let Some(table) = self.tables.iter_mut().find(|table| table.name == name) {
            table.rows_csv = href;
        }
    }

    fn comparison(&mut self, name: &str, quantities: Vec<OfQuantity>, (table, params): (&Table, &Json)) {
        let csv = self.attach(name, "published.csv", csv(table));
        for of in quantities {
            let Beside { table, header, caption, ended } = beside(&of, params);
            let quantity = of.name;
            // A dot stands in no name, so that what belongs to which is never in doubt.
            let of = if quantity.is_empty() { String::new() } else { format!(".{}", file_name(&quantity)) };
            self.comparisons.push(TableReport {
                name: name.to_owned(),
                title: column_title(if quantity.is_empty() { name } else { &quantity }),
                anchor: format!("published-{}{of}", file_name(name)),
                caption,
                layout: layout(&table, &header),
                csv: csv.clone(),
                rows_csv: String::new(),
                published: ended,
            });
        }
    }

    /// Puts a file beside the page; returns its path relative to the page.
    fn attach(&mut self, name: &str, ending: &str, content: String) -> String {
        let path = format!("{}/{}.{ending}", self.page, file_name(name));
        let folder = self.page.rfind('/').map_or(0, |at| at + 1);
        let href = path[folder..].to_owned();
        self.files.push(Attachment { path, content });
        href
    }
}

/// The header of the table that a comparison is of.
fn compared(study: &Study, comparison: Wire) -> Option<&Header> {
    let mut wires = study.nodes[comparison.node].inputs.iter().flat_map(|(_, wires)| wires);
    wires.find_map(|wire| wire.header(&study.nodes))
}

fn claim(
    name: &str,
    state: ClaimState,
    (says, because, by): (String, String, &Claimant),
    evidence: Layout,
) -> ClaimReport {
    let anchor = format!("claim-{}", file_name(name));
    let (word, symbol) = (state.word(), state.symbol());
    let of_paper = matches!(by, Claimant::Paper(_));
    let by = match by {
        Claimant::Us => "us".to_owned(),
        Claimant::Paper(place) => format!("the paper, {place}"),
    };
    ClaimReport { name: name.to_owned(), anchor, state, word, symbol, says, by, of_paper, seeds: 0, because, evidence }
}

const fn what(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Table | OutputKind::Rows => "table",
        OutputKind::Comparison => "comparison",
        OutputKind::Figure => "figure",
        OutputKind::Claim => "claim",
    }
}

/// "Averaged over seed; in brackets: 95 % interval (Student’s t).", as far as an averaging step's parameters say it.
fn average_note(params: &Json) -> String {
    let names = |list: &Vec<Json>| list.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" and ");
    let over = match params.get("over") {
        Some(Json::String(name)) => name.clone(),
        Some(Json::Array(list)) => names(list),
        _ => String::new(),
    };
    if over.is_empty() {
        return over;
    }
    let interval = params.get("interval").and_then(Json::as_object);
    let level = interval.and_then(|map| map.iter().find_map(|(method, level)| Some((method, level.as_f64()?))));
    let interval = level.filter(|(_, level)| (0.0..1.0).contains(level)).map(|(method, level)| {
        // 100 × 0.95 is not 95 in binary; one decimal is all that anyone writes.
        let per_cent = format!("{:.1}", 100.0 * level);
        let method = if method == "student" { "Student’s t" } else { method };
        format!("; in brackets: {} % interval ({method})", per_cent.trim_end_matches(".0"))
    });
    format!("Averaged over {over}{}.", interval.unwrap_or_default())
}
