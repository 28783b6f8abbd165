//! A table as a study writes it: keys that every table may have, and the clauses of the catalog.

use crate::step::ErasedKind;
use crate::step::roles::{Clause, Form, Makes, Role, TableRole};
use crate::study::environment::Environment;
use crate::study::read::raw::Item;
use crate::yaml::{Fault, Mark, Node, Tree, known_names};

/// A table operation of the catalog.
#[derive(Clone, Copy)]
pub(in crate::study) struct Clausal {
    pub kind: &'static dyn ErasedKind,
    pub role: &'static dyn TableRole,
    pub clause: Clause,
}

/// The table operations of a catalog, in the order in which their clauses act.
pub(in crate::study) fn operations(kinds: &[&'static dyn ErasedKind]) -> Vec<Clausal> {
    let operation = |kind: &&'static dyn ErasedKind| match kind.role() {
        Role::Table(role) => Some(Clausal { kind: *kind, role, clause: role.clause() }),
        _ => None,
    };
    kinds.iter().filter_map(operation).collect()
}

/// The kind that makes the rows of tables, and the key under which a table names labels and steps.
pub(in crate::study) fn source(kinds: &[&'static dyn ErasedKind]) -> Option<(&'static dyn ErasedKind, &'static str)> {
    let source = |kind: &&'static dyn ErasedKind| match kind.role() {
        Role::Source(key) => Some((*kind, key)),
        _ => None,
    };
    kinds.iter().find_map(source)
}

/// The column of labels where a table does not name it.
const LABELS: &str = "model";

/// A table as written.
pub(super) struct TableSpec<'a> {
    item: &'a Item,
    pub node: &'a Node,
    operations: Vec<Clausal>,
    /// The key of labels and steps, with the kind behind it.
    pub source: Option<(&'static dyn ErasedKind, &'static str)>,
    /// Another table of this study, instead.
    pub from: Option<&'a str>,
    /// The column that holds the labels.
    pub labels: &'a str,
    /// What stands over it in reports; empty for what its name and columns say.
    pub title: &'a str,
}

impl<'a> TableSpec<'a> {
    /// Reads a table and checks that its clauses fit.
    pub fn read(item: &'a Item, node: &'a Node, environment: Environment<'_>) -> Result<Self, Vec<Fault>> {
        let text = |key: &str| match node.get(key) {
            Some(written) => match written.text() {
                Some(text) => Ok(Some(text)),
                None => Err(vec![item.at(written, format!("expected a text, found {}", written.what()))]),
            },
            None => Ok(None),
        };
        let (operations, source) = (operations(environment.kinds), source(environment.kinds));
        let (from, labels, title) = (text("from")?, text("as")?.unwrap_or(LABELS), text("title")?.unwrap_or_default());
        let spec = Self { item, node, operations, source, from, labels, title };
        spec.known_keys()?;
        spec.fitting()?;
        for operation in spec.written(|clause| clause.form == Form::Numbers) {
            text(operation.clause.name)?;
        }
        Ok(spec)
    }

    /// The operations that the table asks for, in the order in which they act.
    pub fn written(&self, which: impl Fn(&Clause) -> bool) -> Vec<Clausal> {
        let asked = |operation: &&Clausal| self.node.get(operation.clause.name).is_some();
        self.operations.iter().filter(asked).filter(|operation| which(&operation.clause)).copied().collect()
    }

    /// Labels with the steps that they stand for.
    pub fn stacked(&self) -> &'a [crate::yaml::Entry] {
        let written = self.source.and_then(|(_, key)| self.node.get(key));
        written.map(Node::entries).unwrap_or_default()
    }

    /// Whether the rows that come out are the table's result, or too many for that.
    pub fn shows_rows(&self) -> bool {
        self.written(|clause| matches!(clause.makes, Makes::Instead { .. })).is_empty()
    }

    /// The parameters of an operation as they are written, and where.
    pub fn parameters(&self, clause: &Clause) -> (Node, Mark) {
        let written = self.node.get(clause.name);
        match clause.form {
            Form::Mapping => written.map_or_else(|| (self.empty(), self.item.mark), |node| (node.clone(), node.mark)),
            Form::Numbers => (self.empty(), written.map_or(self.item.mark, |node| node.mark)),
            Form::Beside { .. } => {
                let own = |key: &str| keys(clause).contains(&key);
                let entries = self.node.entries().iter().filter(|entry| own(&entry.key)).cloned();
                (Node::new(self.item.mark, Tree::Map(entries.collect())), self.item.mark)
            }
        }
    }

    fn empty(&self) -> Node {
        Node::new(self.item.mark, Tree::Map(Vec::new()))
    }

    fn known_keys(&self) -> Result<(), Vec<Fault>> {
        let Tree::Map(entries) = &self.node.tree else {
            let found = self.node.what();
            return Err(vec![self.item.at(self.node, format!("expected a mapping, found {found}"))]);
        };
        let source = self.source.map(|(_, key)| key);
        let clauses = self.operations.iter().flat_map(|operation| keys(&operation.clause));
        let known: Vec<&str> = source.into_iter().chain(["title", "from", "as", "keys"]).chain(clauses).collect();
        let unknown = entries.iter().filter(|entry| !known.contains(&entry.key.as_str()));
        let fault = |entry: &crate::yaml::Entry| {
            let fault = self.item.fault(entry.mark, format!("unknown key `{}`", entry.key));
            fault.help(known_names(&entry.key, &known).unwrap_or_default())
        };
        let faults: Vec<Fault> = unknown.map(fault).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Clauses that say how without what, and summaries that exclude each other.
    fn fitting(&self) -> Result<(), Vec<Fault>> {
        let sums_up = |clause: &Clause| matches!(clause.makes, Makes::Summary | Makes::Instead { .. });
        let has = |key: &&str| self.node.get(key).is_some();
        for operation in self.operations.iter().filter(|operation| sums_up(&operation.clause)) {
            let Makes::Instead { why, help } = operation.clause.makes else { continue };
            let others = self.operations.iter().filter(|other| other.clause != operation.clause);
            let others = others.filter(|other| sums_up(&other.clause)).flat_map(|other| keys(&other.clause));
            if let (Some(other), true) = (others.into_iter().find(has), has(&operation.clause.name)) {
                let message = format!("`{other}` does not apply to a table of `{}`: {why}", operation.clause.name);
                return Err(vec![self.fault(other, message).help(help)]);
            }
        }
        for Clausal { clause, .. } in &self.operations {
            let Form::Beside { how, alone } = clause.form else { continue };
            if let (Some(how), false) = (how.iter().find(|key| has(key)), has(&clause.name)) {
                let message = format!("`{how}` without `{}`: {alone}", clause.name);
                return Err(vec![
                    self.fault(how, message)
                        .help(format!("add `{}: {}`, or take `{how}` away", clause.name, clause.example)),
                ]);
            }
        }
        self.mappings()
    }

    fn mappings(&self) -> Result<(), Vec<Fault>> {
        for Clausal { clause, .. } in self.written(|clause| clause.form == Form::Mapping) {
            let Some(node) = self.node.get(clause.name) else { continue };
            if !matches!(node.tree, Tree::Map(_)) {
                let message = format!("`{}` is a mapping of settings, found {}", clause.name, node.what());
                let fault = self.item.at(node, message);
                return Err(vec![fault.help(format!("for example `{}: {}`", clause.name, clause.example))]);
            }
        }
        Ok(())
    }

    fn fault(&self, key: &str, message: String) -> Fault {
        self.item.fault(self.node.get(key).map_or(self.item.mark, |node| node.mark), message)
    }
}

/// The keys of a table that are a clause's.
pub(in crate::study) fn keys(clause: &Clause) -> Vec<&'static str> {
    let more = if let Form::Beside { how, .. } = clause.form { how } else { &[] };
    std::iter::once(clause.name).chain(more.iter().copied()).collect()
}
