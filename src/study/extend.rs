//! `extend`: a study laid over the fragments that it names.

use super::raw::{Item, RawStudy};
use crate::yaml::{Fault, Node, Source, Tree, parse};
use std::path::Path;
use std::sync::Arc;

/// How deep fragments may extend fragments.
const MAX_DEPTH: usize = 8;

/// Reads a study with everything that it extends; an entry of the study replaces the fragment's entry of that name.
pub(super) fn read(source: &Source, path: &Path, root: &Path) -> Result<RawStudy, Vec<Fault>> {
    read_at(&Arc::new(source.clone()), path, (root, 0))
}

fn read_at(source: &Arc<Source>, path: &Path, (root, depth): (&Path, usize)) -> Result<RawStudy, Vec<Fault>> {
    let tree = parse(source).map_err(|fault| vec![fault])?;
    let mut study = RawStudy::split(source, &tree, depth > 0)?;
    for (name, node) in fragments(source, &tree)? {
        let at = |message: String| vec![source.fault(node.mark, message)];
        if depth >= MAX_DEPTH {
            return Err(at(format!("`{name}` is extended {MAX_DEPTH} levels deep: is there a circle?")));
        }
        let file = path.parent().unwrap_or(root).join(&name);
        let text =
            std::fs::read_to_string(&file).map_err(|e| at(format!("cannot read the fragment `{name}`: {e}")))?;
        let shown = file.strip_prefix(root).unwrap_or(&file).display().to_string();
        let fragment = read_at(&Arc::new(Source::new(shown, &text)), &file, (root, depth + 1))?;
        lay_under(&mut study, fragment);
    }
    Ok(study)
}

fn fragments<'a>(source: &Source, tree: &'a Node) -> Result<Vec<(String, &'a Node)>, Vec<Fault>> {
    let Some(node) = tree.get("extend") else { return Ok(Vec::new()) };
    let items = if let Tree::List(items) = &node.tree { items.iter().collect() } else { vec![node] };
    let name = |item: &'a Node| match item.text() {
        Some(text) => Ok((text.to_owned(), item)),
        None => Err(vec![source.fault(item.mark, format!("expected the path of a fragment, found {}", item.what()))]),
    };
    items.into_iter().map(name).collect()
}

fn lay_under(study: &mut RawStudy, fragment: RawStudy) {
    let merge = |own: &mut Vec<Item>, base: Vec<Item>| {
        let mut merged: Vec<Item> = base.into_iter().filter(|b| own.iter().all(|o| o.name != b.name)).collect();
        merged.append(own);
        *own = merged;
    };
    merge(&mut study.constants, fragment.constants);
    merge(&mut study.profiles, fragment.profiles);
    merge(&mut study.sweep, fragment.sweep);
    merge(&mut study.steps, fragment.steps);
    merge(&mut study.tables, fragment.tables);
    merge(&mut study.figures, fragment.figures);
    merge(&mut study.claims, fragment.claims);
    merge(&mut study.published, fragment.published);
    study.data = study.data.take().or(fragment.data);
}
