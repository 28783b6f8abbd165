//! `extend`: a study laid over the fragments that it names.

use super::raw::{Item, RawStudy};
use super::repeat::unrolled;
use super::{names, profiles};
use crate::yaml::{Cause, Fault, Node, Source, Tree, bytes, parse};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Reads a study with everything that it extends; an entry of the study replaces the fragment's entry of that name.
pub(in crate::study) fn read(source: &Source, path: &Path, root: &Path) -> Result<RawStudy, Vec<Fault>> {
    let mut study = read_at(&Arc::new(source.clone()), (root, &mut vec![plain(path)]))?;
    study.steps = unrolled(&study.steps)?;
    let mut faults = names::faults(&study);
    faults.extend(profiles::faults(&study));
    if faults.is_empty() { Ok(study) } else { Err(faults) }
}

/// `trail` are the files that are being read, the innermost last.
fn read_at(source: &Arc<Source>, (root, trail): (&Path, &mut Vec<PathBuf>)) -> Result<RawStudy, Vec<Fault>> {
    let tree = parse(source).map_err(|fault| vec![fault])?;
    let mut study = RawStudy::split(source, &tree, trail.len() > 1)?;
    let shown = |file: &Path| file.strip_prefix(root).unwrap_or(file).display().to_string();
    for (name, node) in fragments(source, &tree)? {
        let folder = trail.last().and_then(|file| file.parent()).unwrap_or(root).to_owned();
        let file = plain(&folder.join(&name));
        if let Some(first) = trail.iter().position(|open| *open == file) {
            let circle: Vec<String> = trail[first..].iter().chain([&file]).map(|file| shown(file)).collect();
            let fault = source.fault(node.mark, format!("these files extend each other: {}", circle.join(" → ")));
            return Err(vec![fault.help("take one of these `extend`s out")]);
        }
        if !is_inside(root, &file) {
            let fault = source.fault(node.mark, format!("the fragment `{name}` lies outside of the project"));
            return Err(vec![
                fault.help("whoever gets the project would lack it: put it under the studies folder, in `shared`"),
            ]);
        }
        bytes(&file).map_err(|(cause, e)| {
            let cause = if file.exists() { cause } else { Cause::Mistake };
            let fault = source.fault(node.mark, format!("cannot read the fragment `{name}`: {e}")).because(cause);
            vec![fault.help(format!("the path is relative to this file; looked for {}", shown(&file)))]
        })?;
        trail.push(file.clone());
        let text = crate::yaml::read(&file, &shown(&file)).map_err(|fault| vec![fault])?;
        let fragment = read_at(&Arc::new(text), (root, trail))?;
        trail.pop();
        lay_under(&mut study, fragment);
    }
    Ok(study)
}

/// Whether a plain path stays below the project's folder.
pub(super) fn is_inside(root: &Path, file: &Path) -> bool {
    let root = plain(root);
    let below = file.strip_prefix(&root).ok().filter(|_| root != Path::new("") || file.is_relative());
    below.is_some_and(|below| below.components().all(|part| matches!(part, Component::Normal(_))))
}

/// The path without `.` and, where that leads back to a folder it names, without `..`.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
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
