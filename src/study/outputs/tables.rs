//! Tables, figures and claims as steps: the engine sees one graph.

use super::clauses::{Rows, fill, intervals, lacking, shaped, summarised, table_node};
use super::comparisons::{gaps, named, unexplained};
use super::figure_values::FigureValues;
use super::only::made;
use super::published_columns;
use super::registered::{claimed, definition};
use super::scale::{beyond, claimant};
use super::stacks::stack;
use super::table_spec::TableSpec;
use crate::step::roles::{DataNote, FigureRole, Form, GivenClaim, GivenFigure, Role, SEED};
use crate::step::{DataRef, Family, Header};
use crate::study::builder::Builder;
use crate::study::grid::StepGrid;
use crate::study::model::{Output, OutputKind, Sweep, Wire};
use crate::study::nodes::{give, node_of, remove, set};
use crate::study::read::raw::{Item, RawStudy};
use crate::study::read::scope::{Scope, applied};
use crate::study::template::{kind_of, known_kinds};
use crate::yaml::{Fault, Mark, Node, known_names};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// A table in the graph: one row a seed, and the summary.
#[derive(Debug, Clone)]
struct Built {
    rows: Rows,
    summary: Rows,
    /// How the study defines it, hashed.
    definition: String,
}

impl Built {
    fn part(self, rows: bool) -> Rows {
        if rows { self.rows } else { self.summary }
    }
}

/// Turns a study's tables, figures and claims into nodes; what a reader should know of them comes with the outputs.
pub(in crate::study) fn outputs(
    builder: &mut Builder<'_>,
    raw: &RawStudy,
    (grid, path): (&StepGrid<'_>, &Path),
    sweep: &Sweep,
) -> (Vec<Output>, Vec<String>) {
    let (outputs, remarks, compared) = (Vec::new(), Vec::new(), Vec::new());
    let set = !applied(raw, builder.environment.settings).is_empty();
    let mut maker = Maker { set, raw, grid, path, sweep, tables: BTreeMap::new(), outputs, remarks, compared };
    for item in &raw.tables {
        let made = maker.table(builder, item);
        collect(builder, made);
    }
    for item in &raw.figures {
        let made = made(item, raw, builder.environment.profile);
        let made = made.and_then(|item| item.map_or(Ok(()), |item| maker.figure(builder, &item)));
        collect(builder, made);
    }
    for item in &raw.claims {
        let made = made(item, raw, builder.environment.profile);
        let made = made.and_then(|item| item.map_or(Ok(()), |item| maker.claim(builder, &item)));
        collect(builder, made);
    }
    builder.faults.extend(published_columns::faults(raw, &maker.compared));
    (maker.outputs, maker.remarks)
}

fn collect(builder: &mut Builder<'_>, made: Result<(), Vec<Fault>>) {
    if let Err(faults) = made {
        builder.faults.extend(faults);
    }
}

struct Maker<'a> {
    /// Whether `--set` replaced something.
    set: bool,
    raw: &'a RawStudy,
    grid: &'a StepGrid<'a>,
    path: &'a Path,
    /// The sweep without added seeds.
    sweep: &'a Sweep,
    tables: BTreeMap<String, Built>,
    outputs: Vec<Output>,
    remarks: Vec<String>,
    /// Published numbers, and the columns of the tables that they are laid beside.
    compared: Vec<(String, Option<Header>)>,
}

impl Maker<'_> {
    fn table(&mut self, builder: &mut Builder<'_>, item: &Item) -> Result<(), Vec<Fault>> {
        let scope = Scope { constants: &builder.scoped.constants, axes: &[] };
        let node = scope.resolve(&item.node, &item.source)?;
        let spec = TableSpec::read(item, &node, builder.environment)?;
        let rows = self.stacked(builder, item, &spec)?;
        let rows = shaped(builder, item, &spec, rows)?;
        let summary = summarised(builder, item, &spec, &rows)?;
        self.output(&item.name, OutputKind::Table, (summary.wire, summary.keys.clone()));
        if let Some(last) = self.outputs.last_mut() {
            spec.title.clone_into(&mut last.title);
        }
        // what a histogram counts may be a hundred thousand values; the histogram is the result
        if rows.wire != summary.wire && spec.shows_rows() {
            self.output(&item.name, OutputKind::Rows, (rows.wire, rows.keys.clone()));
        }
        self.comparisons(builder, item, (&spec, &rows, &summary))?;
        let from = spec.from.and_then(|name| self.tables.get(name.split('.').next().unwrap_or(name)));
        let definition = definition(&node, from.map(|built| built.definition.as_str()));
        self.tables.insert(item.name.clone(), Built { rows, summary, definition });
        Ok(())
    }

    fn output(&mut self, name: &str, kind: OutputKind, (wire, keys): (Wire, Vec<String>)) {
        let (title, claimed) = (String::new(), String::new());
        let shown_by = Vec::new();
        self.outputs.push(Output { name: name.to_owned(), kind, wire, keys, title, claimed, shown_by });
    }

    fn stacked(&self, builder: &mut Builder<'_>, item: &Item, spec: &TableSpec<'_>) -> Result<Rows, Vec<Fault>> {
        match (spec.from, spec.stacked().is_empty()) {
            (Some(name), true) => {
                let mark = spec.node.get("from").map_or(item.mark, |n| n.mark);
                let (built, rows) = self.named(item, name, (mark, true))?;
                let rows = built.part(rows);
                Ok(Rows { keys: rows.all_keys(), made: Vec::new(), ..rows })
            }
            (None, false) => stack(builder, item, spec, (self.raw, self.grid)),
            _ => Err(vec![item.fault(item.mark, format!("table `{}` needs either `stack` or `from`", item.name))
                .help("`stack: {LABEL: STEP, ...}` puts the tables of steps under each other; `from: TABLE` takes another table")]),
        }
    }

    /// The table of a name: `t` is the summary for figures and the rows for claims; `t.rows` is always the rows.
    fn named(&self, item: &Item, text: &str, (mark, rows): (Mark, bool)) -> Result<(Built, bool), Vec<Fault>> {
        let (name, part) = text.split_once('.').map_or((text, ""), |(name, part)| (name, part));
        let built = self.tables.get(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.raw.tables.iter().map(|t| t.name.as_str()).collect();
            let place = |name: &str| known.iter().position(|known| *known == name);
            match (place(name), place(&item.name).filter(|_| self.is_in_tables(item))) {
                (Some(there), Some(here)) if there >= here => {
                    let fault = item.fault(mark, format!("table `{name}` is made after table `{}`", item.name));
                    vec![fault.help("a table stands below the one that it is made from")]
                }
                // It could not be made; its own faults say why.
                (Some(_), _) => Vec::new(),
                (None, _) => {
                    let fault = item.fault(mark, format!("there is no table `{name}`"));
                    vec![fault.help(known_names(name, &known).unwrap_or_else(|| "this study has no tables".to_owned()))]
                }
            }
        })?;
        match part {
            "" => Ok((built, rows)),
            "rows" => Ok((built, true)),
            "summary" => Ok((built, false)),
            _ => Err(vec![
                item.fault(mark, format!("a table has no part `{part}`"))
                    .help("known here: `rows` (one a seed), `summary` (averaged)"),
            ]),
        }
    }

    fn is_in_tables(&self, item: &Item) -> bool {
        self.raw.tables.iter().any(|table| table.mark == item.mark && table.name == item.name)
    }

    /// The table beside published numbers, where it asks for that: its rows, of which the comparison takes the means, or a
    /// summary that stands in their place.
    fn comparisons(
        &mut self,
        builder: &mut Builder<'_>,
        item: &Item,
        (spec, rows, summary): (&TableSpec<'_>, &Rows, &Rows),
    ) -> Result<(), Vec<Fault>> {
        let keys = summary.all_keys();
        let beside = if spec.shows_rows() { rows } else { summary };
        let averaged: Vec<String> = beside.all_keys().into_iter().filter(|key| !keys.contains(key)).collect();
        for operation in spec.written(|clause| clause.form == Form::Numbers) {
            let (mut params, mark) = spec.parameters(&operation.clause);
            let Some(written) = spec.node.get(operation.clause.name) else { continue };
            let name = written.text().unwrap_or_default();
            let numbers = named(self.raw, (builder.environment.profile, self.path), (item, written))?;
            self.compared.push((name.to_owned(), summary.wire.header(&builder.nodes).cloned()));
            if !comparable(builder) {
                continue;
            }
            let apart = numbers.compared.apart.iter();
            let told: Vec<String> = keys.iter().chain(apart).cloned().collect();
            self.remarks.extend(gaps(name, &numbers, &told));
            let open = unexplained(self.raw, (&numbers, &summary.places), (&item.name, name), &keys);
            open.map_or(Ok(()), |fault| self.left_open(fault))?;
            set(&mut params, operation.clause.name, &json!(numbers.compared), mark);
            fill(&mut params, (&operation, beside, &averaged), item)?;
            let wire = table_node(builder, item, (&operation, &params), beside.wire)?;
            let keys = told.into_iter().chain(["column".to_owned()]).collect();
            self.output(&item.name, OutputKind::Comparison, (wire, keys));
        }
        Ok(())
    }

    /// Published rows without ours: with `--set` they are only told, as the study as written may have them.
    fn left_open(&mut self, fault: Fault) -> Result<(), Vec<Fault>> {
        if !self.set {
            return Err(vec![fault]);
        }
        self.remarks.push(format!("with `--set`, {}", fault.message));
        Ok(())
    }

    fn figure(&mut self, builder: &mut Builder<'_>, item: &Item) -> Result<(), Vec<Fault>> {
        let kind = kind_of(item, &[Family::Plot], builder.environment).map_err(|fault| vec![fault])?;
        let Role::Figure(role) = kind.role() else {
            return Err(vec![item.fault(item.mark, format!("kind `{}` is no figure", kind.name()))]);
        };
        let scope = Scope { constants: &builder.scoped.constants, axes: &[] };
        let mut params = scope.resolve(&item.node, &item.source)?;
        let mut given = GivenFigure { data_note: builder.data.map(note), ..GivenFigure::default() };
        let inputs = self.drawn(item, role, (&mut params, &mut given));
        remove(&mut params, "kind");
        if let Some(name) = remove(&mut params, "published") {
            let text = name.text().unwrap_or_default();
            let numbers = named(self.raw, (builder.environment.profile, self.path), (item, &name))?;
            let wired = inputs.iter().flatten().flat_map(|(_, wires)| wires);
            self.compared.extend(wired.map(|wire| (text.to_owned(), wire.header(&builder.nodes).cloned())));
            if comparable(builder) {
                set(&mut params, "published", &numbers.drawn(), name.mark);
            }
        }
        if let Some(wire) = inputs.as_ref().ok().and_then(|inputs| inputs.first()?.1.first()) {
            let named = kind.named_columns(&params.to_json());
            given.intervals = intervals(builder, *wire).only(|column| named.iter().any(|one| one.name == column));
            given.samples = wire.header(&builder.nodes).and_then(Header::samples).unwrap_or_default().to_owned();
        }
        for (key, value) in role.given(&given) {
            if params.get(key).is_none() {
                set(&mut params, key, &value, item.mark);
            }
        }
        let inputs = inputs.inspect_err(|_| builder.check(kind, &params, item))?;
        let wire = node_of(builder, item, kind, (&params, inputs))?;
        self.output(&item.name, OutputKind::Figure, (wire, Vec::new()));
        Ok(())
    }

    /// What is wrong with a figure or claim that has no row: with `--set` it is only left out, as the study as written may
    /// have such rows.
    fn left_out(&mut self, item: &Item, faults: Vec<Fault>) -> Vec<Fault> {
        if !self.set {
            return faults;
        }
        let why: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
        self.remarks.push(format!("with `--set`, `{}` is left out: {}", item.name, why.join("; ")));
        Vec::new()
    }

    /// The slots of a figure with what is wired to them: values of steps, whose headings are then known, or a table, and
    /// beside its means the rows that they are of.
    fn drawn(
        &mut self,
        item: &Item,
        role: &dyn FigureRole,
        (params, given): (&mut Node, &mut GivenFigure),
    ) -> Result<Vec<(String, Vec<Wire>)>, Vec<Fault>> {
        if let Some(slot) = role.wired() {
            let (wires, headings) =
                FigureValues { item, slot, steps: &self.raw.steps, grid: self.grid }.take(params)?;
            given.headings = headings;
            return Ok(vec![(slot.name.to_owned(), wires)]);
        }
        let (built, rows) = self.taken(item, params, false)?;
        let runs = built.rows.wire;
        let Rows { wire, places, .. } = built.part(rows);
        places.kept(item, params.get("where")).map_err(|faults| self.left_out(item, faults))?;
        let runs = role.runs().filter(|_| runs != wire).map(|slot| (slot.name.to_owned(), vec![runs]));
        Ok(std::iter::once(("table".to_owned(), vec![wire])).chain(runs).collect())
    }

    fn claim(&mut self, builder: &mut Builder<'_>, item: &Item) -> Result<(), Vec<Fault>> {
        let scope = Scope { constants: &builder.scoped.constants, axes: &[] };
        let mut node = scope.resolve(&item.node, &item.source)?;
        let Some(says) = remove(&mut node, "says") else {
            let fault = item.fault(item.mark, format!("claim `{}` does not say what it claims", item.name));
            return Err(vec![fault.help("add `says:` with one sentence")]);
        };
        let by = remove(&mut node, "by").map(|by| claimant(item, &by)).transpose()?;
        let (not_at_this_scale, shown_by) = beyond((item, &mut node), self.raw, builder.environment.profile)?;
        let [entry] = node.entries() else {
            let fault = item.fault(item.mark, format!("claim `{}` needs exactly one test beside `says`", item.name));
            let tests = known_kinds("", &[Family::Claim], builder.environment);
            return Err(vec![fault.help(format!("for example `KIND: {{table: ...}}`; {tests}"))]);
        };
        let kind = builder.environment.kind(&entry.key);
        let role = kind.and_then(|kind| if let Role::Claim(role) = kind.role() { Some((kind, role)) } else { None });
        let Some((kind, role)) = role else {
            let fault = item.fault(entry.mark, format!("unknown kind of claim `{}`", entry.key));
            return Err(vec![fault.help(known_kinds(&entry.key, &[Family::Claim], builder.environment))]);
        };
        let mut params = entry.node.clone();
        let taken = self.taken(item, &mut params, true);
        let keys = taken.as_ref().map_or_else(|_| Vec::new(), |(built, rows)| built.clone().part(*rows).all_keys());
        let record = builder.environment.record;
        let planned = record.map_or(&self.sweep.looks, |record| &record.looks);
        let looks = if keys.iter().any(|key| key == SEED) { planned.as_slice() } else { &[] };
        let mut given = GivenClaim { says: says.to_json(), by, keys: &keys, looks, not_at_this_scale, seeds: None };
        let mut told = params.clone();
        give(&mut told, role.given(&given), item)?;
        let (built, rows) = taken.inspect_err(|_| builder.check(kind, &told, item))?;
        let claimed = builder.ready(kind, &told, item).map_or_else(String::new, |(canonical, _)| {
            claimed(kind.name(), (&canonical, &role.filled()), (&built.definition, rows))
        });
        if let (Some(record), Some(last)) = (record, self.sweep.seeds.last()) {
            given.seeds = record.given((&item.name, &claimed), *last, &keys);
            self.remarks.extend(record.unregistered((&item.name, &claimed), &keys));
        }
        give(&mut params, role.given(&given), item)?;
        let Rows { wire, places, .. } = built.part(rows);
        let places = places.kept(item, params.get("where")).map_err(|faults| self.left_out(item, faults))?;
        let wire = node_of(builder, item, kind, (&params, vec![("table".to_owned(), vec![wire])]))?;
        let needs = builder.nodes[wire.node].step.needs();
        lacking(item, &params, (&needs, &places)).map_err(|faults| self.left_out(item, faults))?;
        let (name, keys, title) = (item.name.clone(), Vec::new(), String::new());
        self.outputs.push(Output { name, kind: OutputKind::Claim, wire, keys, title, claimed, shown_by });
        Ok(())
    }

    /// Takes the `table:` key out of some parameters and finds the table.
    fn taken(&self, item: &Item, params: &mut Node, rows: bool) -> Result<(Built, bool), Vec<Fault>> {
        let Some(table) = remove(params, "table") else {
            let known: Vec<&str> = self.raw.tables.iter().map(|t| t.name.as_str()).collect();
            let fault = item.fault(item.mark, format!("`{}` names no `table`", item.name));
            return Err(vec![fault.help(format!("add `table: NAME`; the tables are {}", known.join(", ")))]);
        };
        let text = table.text().unwrap_or_default();
        self.named(item, text, (table.mark, rows))
    }
}

/// What figures say of the data set.
fn note(data: &DataRef) -> DataNote {
    DataNote { title: data.title.clone(), stands_in_for: data.stands_in_for.clone(), caveat: data.caveat.clone() }
}

/// Published numbers are laid beside ours only where the data set is the paper's.
fn comparable(builder: &Builder<'_>) -> bool {
    builder.data.is_none_or(|data| data.stands_in_for.is_empty())
}
