//! The outputs of a study, sorted into the sections of its page.

use super::accepted::{AcceptedTables, with_accepted};
use super::alarms::alarms;
use super::beside::{Beside, beside};
use super::columns::spoken_of;
use super::comparison::{OfQuantity, by_quantity};
use super::download::{csv, drawing};
use super::headings::table_title;
use super::outputs::Outputs;
use super::tabulate::{Layout, Titles, layout_with, title_of};
use crate::artifact::{Cell, Claimant, Counted, Figure, Table, Value, Verdict};
use crate::engine::StoreError;
use crate::report::making::Making;
use crate::report::model::{Attachment, ClaimReport, FigureReport, Missing, PACKED, TableReport};
use crate::report::names::file_name;
use crate::report::published::{Ended, column};
use crate::report::seed_cost::seed_cost;
use crate::report::sentences::{Vocabulary, labels, sentence};
use crate::report::tally::ClaimState;
use crate::step::{ColumnRole, Header};
use crate::study::{Output, OutputKind, Study, Wire};
use serde_json::{Value as Json, json};

/// Tables of more bytes are packed.
const LARGE: usize = 4 << 10;

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

/// Titles that say of which columns the values are the paper's own: ours stand beside rows that differ in them.
fn with_their_own(mut titles: Titles, params: &Json) -> Titles {
    let apart = params.pointer("/published/apart").and_then(Json::as_array);
    for column in apart.into_iter().flatten().filter_map(Json::as_str) {
        let title = format!("{}, the paper's", title_of(&titles, column));
        titles.insert(column.to_owned(), title);
    }
    titles
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
    pub fn add(&mut self, outputs: &Outputs<'_>, output: &Output, accepted: &AcceptedTables) -> Result<(), StoreError> {
        let mut value = outputs.value(output.wire)?;
        if let (OutputKind::Figure, Ok(_)) = (output.kind, &value) {
            value = with_accepted(outputs, output, accepted)?.map_or(value, Ok);
        }
        let before = self.claims.len();
        let node = outputs.node(output.wire);
        let is_open = |verdict: &Verdict| verdict.finding.as_ref().is_some_and(|finding| finding.open.is_some());
        let seed_s = match &value {
            Ok(Value::Verdict(verdict)) if is_open(verdict) => {
                seed_cost(outputs.study, output, (outputs.graph, outputs.places, outputs.store))
            }
            _ => None,
        };
        self.put(outputs.study, (output, node.map_or(&Json::Null, |node| &*node.params), seed_s), value);
        for claim in &mut self.claims[before..] {
            claim.place = outputs.study.nodes[output.wire.node].place.to_string();
        }
        Ok(())
    }

    fn put(
        &mut self,
        study: &Study,
        (output, params, seed_s): (&Output, &Json, Option<f64>),
        value: Result<Value, String>,
    ) {
        let nothing = Header::default();
        let header = output.wire.header(&study.nodes).unwrap_or(&nothing);
        let why = match (output.kind, value) {
            (OutputKind::Claim, Ok(Value::Verdict(verdict))) => {
                return self.claim((study, output, seed_s), verdict, header);
            }
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
                let of = by_quantity(&table, header, ours);
                return self.comparison(&output.name, of, (&table, params, &with_their_own(labels(study), params)));
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

    fn claim(&mut self, (study, output, seed_s): (&Study, &Output, Option<f64>), verdict: Verdict, header: &Header) {
        let found = sentence(&Vocabulary::of(study, output).with_seed_cost(seed_s), &verdict);
        let added_later = verdict.finding.clone().and_then(|finding| finding.added_later).unwrap_or_default();
        let state = ClaimState::from(verdict.outcome);
        let mut titles = labels(study);
        let counted = verdict.finding.as_ref().map(|finding| finding.counted);
        titles.extend(header.samples().zip(counted).map(|(name, counted)| (name.to_owned(), many(counted).to_owned())));
        let evidence = layout_with(&verdict.evidence, header, &titles);
        let seeds =
            column(&verdict.evidence, header, ColumnRole::Samples).iter().filter_map(Cell::as_f64).fold(0.0, f64::max);
        let claim = claim(&output.name, state, (verdict.says, found, &verdict.by), evidence);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of seeds")]
        self.claims.push(ClaimReport { seeds: seeds as u64, test: verdict.because, added_later, ..claim });
    }

    pub(super) fn untested(&mut self, name: &str, params: &Json, why: &str) {
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
            leads: Vec::new(),
            caption: figure.caption,
            href: String::new(),
            notes: Vec::new(),
            thumbnail: String::new(),
            making: Making::default(),
        });
        let href = self.attach(name, "svg", drawing(&figure.svg));
        let thumbnail =
            if figure.thumbnail.is_empty() { String::new() } else { self.attach(name, "thumb.svg", figure.thumbnail) };
        if let Some(last) = self.figures.last_mut() {
            (last.href, last.thumbnail) = (href, thumbnail);
        }
    }

    fn table(&mut self, study: &Study, name: &str, (table, header, params): (&Table, &Header, &Json)) {
        let (shown, hidden_columns) = spoken_of(study, name, (table, header));
        let mut titles = labels(study);
        let seeds = params.get("over").is_some_and(|over| *over == json!("seed") || *over == json!(["seed"]));
        titles.extend(header.samples().filter(|_| seeds).map(|name| (name.to_owned(), "Seeds".to_owned())));
        let csv = self.attach_csv(name, "csv", csv(table));
        self.tables.push(TableReport {
            name: name.to_owned(),
            title: table_title(study, name, (&shown, header, &titles)),
            anchor: format!("table-{}", file_name(name)),
            caption: average_note(params),
            layout: Layout { hidden_columns, ..layout_with(&shown, header, &titles) },
            csv,
            rows_csv: String::new(),
            published: Ended::default(),
        });
    }

    fn rows(&mut self, name: &str, table: &Table) {
        let href = self.attach_csv(name, "rows.csv", csv(table));
        if let Some(table) = self.tables.iter_mut().find(|table| table.name == name) {
            table.rows_csv = href;
        }
    }

    fn comparison(
        &mut self,
        name: &str,
        quantities: Vec<OfQuantity>,
        (table, params, titles): (&Table, &Json, &Titles),
    ) {
        let csv = self.attach_csv(name, "published.csv", csv(table));
        for of in quantities {
            let Beside { table, header, caption, ended } = beside(&of, params);
            let quantity = of.name;
            // A dot stands in no name, so that what belongs to which is never in doubt.
            let of = if quantity.is_empty() { String::new() } else { format!(".{}", file_name(&quantity)) };
            self.comparisons.push(TableReport {
                name: name.to_owned(),
                title: title_of(titles, if quantity.is_empty() { name } else { &quantity }),
                anchor: format!("published-{}{of}", file_name(name)),
                caption,
                layout: layout_with(&table, &header, titles),
                csv: csv.clone(),
                rows_csv: String::new(),
                published: ended,
            });
        }
    }

    /// The CSV files of some tables, relative to the page.
    pub fn csv_of(&self, tables: &[&Output]) -> Vec<String> {
        let file = |output: &&Output| {
            let table = self.tables.iter().find(|table| table.name == output.name)?;
            match output.kind {
                OutputKind::Table => Some(&table.csv),
                OutputKind::Rows => Some(&table.rows_csv),
                _ => None,
            }
        };
        tables.iter().filter_map(file).filter(|file| !file.is_empty()).cloned().collect()
    }

    /// Puts a table beside the page, packed where it is large: most of a report would be tables that few open.
    fn attach_csv(&mut self, name: &str, ending: &str, csv: String) -> String {
        let packed = if csv.len() > LARGE { PACKED } else { "" };
        self.attach(name, &format!("{ending}{packed}"), csv)
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
    ClaimReport {
        name: name.to_owned(),
        anchor,
        state,
        word,
        symbol,
        says,
        by,
        of_paper,
        seeds: 0,
        place: String::new(),
        because,
        price: String::new(),
        test: String::new(),
        added_later: String::new(),
        evidence,
    }
}

/// What samples are called in the head of a column.
const fn many(counted: Counted) -> &'static str {
    match counted {
        Counted::Seeds => "Seeds",
        Counted::Runs => "Runs",
        Counted::Rows | Counted::Nothing => "Rows",
        Counted::Points => "Points",
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_tables_are_packed() {
        let mut page = Collected::new("lofi/accuracy".to_owned());
        assert_eq!(page.attach_csv("few", "csv", "1\n".repeat(LARGE / 2)), "accuracy/few.csv");
        assert_eq!(page.attach_csv("many", "rows.csv", "1\n".repeat(LARGE)), "accuracy/many.rows.csv.gz");
    }
}
