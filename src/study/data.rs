//! Which data set a study, or one of its steps, reads.

use super::builder::Builder;
use super::environment::{Environment, Unresolved};
use super::nodes::set;
use super::template::Template;
use crate::step::DataRef;
use crate::study::read::raw::{DataChoice, Item, RawStudy};
use crate::study::read::scope::Scoped;
use crate::yaml::{Fault, Node as YamlNode, Tree};
use serde_json::json;

/// The first data set of a study that this machine has.
pub(super) fn resolve_data(
    raw: &RawStudy,
    scoped: &Scoped,
    environment: Environment<'_>,
) -> Result<Option<DataRef>, Vec<Fault>> {
    let Some(item) = &scoped.data else { return Ok(None) };
    let choices = choices(item, &item.node)?;
    let found = environment.data.resolve(&choices, raw.head.paper.data.as_deref());
    found.map(Some).map_err(|why| vec![fault(item, &item.node, why)])
}

fn fault(item: &Item, node: &YamlNode, Unresolved { message, help, cause }: Unresolved) -> Fault {
    item.at(node, message).help(help).because(cause)
}

/// Card names, or `{card, task}`, one or a list.
pub(super) fn choices(item: &Item, node: &YamlNode) -> Result<Vec<DataChoice>, Vec<Fault>> {
    let one = |node: &YamlNode| match &node.tree {
        Tree::Text(card) => Ok(DataChoice { card: card.clone(), task: None }),
        _ => node.typed::<DataChoice>(&item.source),
    };
    match &node.tree {
        Tree::List(items) if !items.is_empty() => items.iter().map(one).collect(),
        Tree::List(_) => Err(vec![item.at(node, "`data` names no card")]),
        _ => Ok(vec![one(node)?]),
    }
}

/// Puts the resolved data set into the parameters of a step that reads one.
pub(super) fn inject_data(builder: &mut Builder<'_>, template: &Template, params: &mut YamlNode) -> Option<()> {
    let takes_data = template.kind.schema().pointer("/properties/data").is_some();
    if !takes_data {
        return Some(());
    }
    let own = params.get("data").cloned();
    let resolved = match (&own, builder.data) {
        (None, Some(data)) => Ok(data.clone()),
        (None, None) => Err(vec![
            template
                .item
                .fault(
                    template.item.mark,
                    format!("step `{}` reads a data set, but the study names none", template.item.name),
                )
                .help("add `data: [card, ...]`; `lofi data list` shows the cards"),
        ]),
        (Some(node), _) => choices(&template.item, node).and_then(|choices| {
            let found = builder.environment.data.resolve(&choices, None);
            found.map_err(|why| vec![fault(&template.item, node, why)])
        }),
    };
    match resolved {
        Ok(data) => {
            set(params, "data", &json!(data), template.item.mark);
            Some(())
        }
        Err(faults) => {
            builder.faults.extend(faults);
            None
        }
    }
}
