//! Figures of values that are no tables: steps of the study, all their cells in order.

use crate::artifact::Cell;
use crate::step::{Arity, Filter, Slot};
use crate::study::grid::StepGrid;
use crate::study::model::Wire;
use crate::study::nodes::remove;
use crate::study::read::raw::Item;
use crate::study::template::{TemplateWire, fitting, reference_fault, resolve};
use crate::yaml::{Fault, Mark, Node, Tree, known_names};

/// Values that one figure takes: more are no figure.
const MOST: usize = 24;

/// A slot for values of steps, about to be wired.
pub(super) struct FigureValues<'a> {
    pub item: &'a Item,
    pub slot: &'a Slot,
    /// The steps as written.
    pub steps: &'a [Item],
    pub grid: &'a StepGrid<'a>,
}

/// A value that the figure shows.
struct Found {
    wire: Wire,
    label: String,
    place: Vec<(String, Cell)>,
}

impl FigureValues<'_> {
    /// Takes the slot's key and `where` out of a figure's parameters: what is wired, and a heading for each value.
    pub fn take(&self, params: &mut Node) -> Result<(Vec<Wire>, Vec<String>), Vec<Fault>> {
        let (written, filter) = (remove(params, self.slot.name), remove(params, "where"));
        self.wires(written, filter)
    }

    /// The wires in the order of the entries and then of the sweep, and a heading for each: its label and the axes in
    /// which the values differ.
    fn wires(&self, written: Option<Node>, filter: Option<Node>) -> Result<(Vec<Wire>, Vec<String>), Vec<Fault>> {
        let Some(written) = written else { return Err(vec![self.missing()]) };
        let filter = self.filter(filter)?;
        let mut found: Vec<Found> = Vec::new();
        for (label, node) in self.entries(&written)? {
            found.extend(self.cells(label, node, &filter)?);
        }
        let most = if self.slot.arity == Arity::Many { MOST } else { 1 };
        if found.len() > most {
            return Err(vec![self.too_many(written.mark, &found, most)]);
        }
        let headings = found.iter().map(|one| heading(one, &found)).collect();
        Ok((found.into_iter().map(|one| one.wire).collect(), headings))
    }

    fn missing(&self) -> Fault {
        let (item, name) = (self.item, self.slot.name);
        let fault = item.fault(item.mark, format!("`{}` names no `{name}`", item.name));
        let known = self.grid.templates.iter().filter_map(|template| fitting(template, self.slot.accepts));
        let known: Vec<String> = known.collect();
        let known = if known.is_empty() { "no step of this study makes them".to_owned() } else { known.join(", ") };
        fault.help(format!("add `{name}: STEP.OUTPUT`; {known}"))
    }

    /// Labels with the references that they stand for; one reference alone has no label.
    fn entries<'n>(&self, written: &'n Node) -> Result<Vec<(&'n str, &'n Node)>, Vec<Fault>> {
        match &written.tree {
            Tree::Map(entries) if !entries.is_empty() => {
                Ok(entries.iter().map(|entry| (entry.key.as_str(), &entry.node)).collect())
            }
            _ if written.text().is_some() => Ok(vec![("", written)]),
            _ => {
                let message =
                    format!("`{}` is `step.output` or label → `step.output`, found {}", self.slot.name, written.what());
                Err(vec![self.item.at(written, message)])
            }
        }
    }

    fn filter(&self, written: Option<Node>) -> Result<Filter, Vec<Fault>> {
        let Some(written) = written else { return Ok(Filter::default()) };
        let known: Vec<&str> = self.grid.axes.iter().map(String::as_str).collect();
        let unknown = written.entries().iter().find(|entry| !known.contains(&entry.key.as_str()));
        if let Some(entry) = unknown {
            let fault = self.item.fault(entry.mark, format!("`{}` is no sweep axis", entry.key));
            let help = known_names(&entry.key, &known).unwrap_or_else(|| "this study has no sweep".to_owned());
            return Err(vec![fault.help(help)]);
        }
        written.typed(&self.item.source)
    }

    /// The cells of one step that are meant.
    fn cells(&self, label: &str, node: &Node, filter: &Filter) -> Result<Vec<Found>, Vec<Fault>> {
        let Some(text) = node.text() else {
            return Err(vec![self.item.at(node, format!("expected `step.output`, found {}", node.what()))]);
        };
        let wire = resolve(text, self.grid.templates)
            .map_err(|reason| vec![reference_fault(self.item, text, node.mark, (self.steps, reason))])?;
        self.fits((text, node.mark), wire)?;
        let mut found = Vec::new();
        for cell in self.grid.distinct(wire.step) {
            let place = self.grid.place(wire.step, cell);
            // an axis that the step does not use is the same for all its cells
            let meant = place.iter().all(|(axis, value)| filter.0.get(axis).is_none_or(|c| c.accepts(value)));
            let at = self.grid.at(wire.step, cell).filter(|_| meant);
            found.extend(at.map(|node| Found { wire: Wire { node, port: wire.port }, label: label.to_owned(), place }));
        }
        // A step that could not be made has left its faults; "no cell" would only repeat them.
        let made = self.grid.cells.iter().any(|cell| self.grid.at(wire.step, cell).is_some());
        match (found.is_empty(), made) {
            (false, _) => Ok(found),
            (true, false) => Err(Vec::new()),
            (true, true) => {
                let fault = self.item.at(node, format!("no cell of `{text}` meets `where`: {filter}"));
                Err(vec![fault.help("`where` takes values that the sweep has in this profile")])
            }
        }
    }

    fn fits(&self, (text, mark): (&str, Mark), wire: TemplateWire) -> Result<(), Vec<Fault>> {
        let from = &self.grid.templates[wire.step];
        let port = &from.kind.about().outputs[wire.port];
        if self.slot.accepts.contains(&port.value_type) {
            return Ok(());
        }
        let wanted: Vec<&str> = self.slot.accepts.iter().map(|t| t.name()).collect();
        let (name, wanted, found) = (self.slot.name, wanted.join(" or "), port.value_type.name());
        let fault =
            self.item.fault(mark, format!("`{name}` takes a value of type {wanted}, but `{text}` is of type {found}"));
        let help = fitting(from, self.slot.accepts).unwrap_or_else(|| format!("{name}: {}", self.slot.doc));
        Err(vec![fault.help(help)])
    }

    fn too_many(&self, mark: Mark, found: &[Found], most: usize) -> Fault {
        let message = format!(
            "`{}` would take {} cells of the sweep, of which at most {most} can be shown",
            self.slot.name,
            found.len()
        );
        let mut varying: Vec<&str> = found.iter().flat_map(|one| &one.place).map(|(axis, _)| axis.as_str()).collect();
        varying.sort_unstable();
        varying.dedup();
        let help = varying.first().map_or_else(
            || "name fewer steps".to_owned(),
            |axis| format!("choose some by `where: {{{axis}: ...}}`; the axes are {}", varying.join(", ")),
        );
        self.item.fault(mark, message).help(help)
    }
}

/// The label of a value and the axes in which it differs from others of that label.
fn heading(one: &Found, all: &[Found]) -> String {
    let alike = || all.iter().filter(|other| other.label == one.label);
    let varies = |axis: &str, value: &Cell| {
        alike().any(|other| other.place.iter().any(|(name, v)| name == axis && !v.total_cmp(value).is_eq()))
    };
    let own = one.place.iter().filter(|(axis, value)| varies(axis, value));
    let names = own.map(|(axis, value)| format!("{} = {value}", crate::artifact::column_title(axis)));
    let parts: Vec<String> = std::iter::once(one.label.clone()).filter(|l| !l.is_empty()).chain(names).collect();
    parts.join(", ")
}

#[cfg(test)]
#[path = "figure_values_tests.rs"]
mod tests;
