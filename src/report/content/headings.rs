//! What tables are headed with: what they are about, where their name does not say it.

use super::columns::is_quantity;
use super::tabulate::{Titles, title_of};
use crate::artifact::{Table, column_title};
use crate::report::sentences::lowered;
use crate::step::Header;
use crate::study::{OutputKind, Study};
use serde_json::Value as Json;

/// Quantities that a heading names at most.
const MOST: usize = 2;

/// Steps that are walked back for what a table is a difference of.
const FAR: usize = 8;

/// The heading of a table of a study, of which some columns are shown.
#[must_use]
pub(super) fn table_title(study: &Study, name: &str, (shown, header, titles): (&Table, &Header, &Titles)) -> String {
    let given = study.outputs.iter().find(|output| output.name == name && !output.title.is_empty());
    if let Some(title) = given.map(|output| output.title.clone()).or_else(|| difference(study, name, titles)) {
        return title;
    }
    let plain = column_title(name);
    let quantities = shown.names().into_iter().filter(|column| is_quantity(header, column));
    let quantities: Vec<String> = quantities.map(|column| lowered(&title_of(titles, &column))).collect();
    let small = lowered(&plain);
    let is_told = quantities.iter().any(|quantity| quantity.contains(&small) || small.contains(quantity.as_str()));
    if quantities.is_empty() || quantities.len() > MOST || is_told {
        return plain;
    }
    format!("{plain}: {}", quantities.join(" and "))
}

/// "Test error, LoFi − Deep NNGP", of a table that is made of differences.
fn difference(study: &Study, name: &str, titles: &Titles) -> Option<String> {
    let output = study.outputs.iter().find(|output| output.name == name && output.kind == OutputKind::Table)?;
    let mut node = study.nodes.get(output.wire.node)?;
    for _ in 0..FAR {
        let text = |key: &str| node.params.get(key).and_then(Json::as_str);
        if let (Some(column), Some(of), Some(against)) = (text("column"), text("of"), text("against")) {
            return Some(format!("{}, {of} − {against}", title_of(titles, column)));
        }
        let wire = node.inputs.first().and_then(|(_, wires)| wires.first())?;
        node = study.nodes.get(wire.node)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Cell;
    use crate::report::fixture::{add, study};
    use crate::study::Wire;
    use serde_json::json;

    #[test]
    fn a_title_of_the_study_stands_as_it_is() {
        let mut study = study("a", "A", "");
        add(&mut study, "own", OutputKind::Table, json!({}));
        study.outputs[0].title = "The best ranks of each seed".to_owned();
        let table = Table::from_rows(&["error"], &[vec![Cell::Float(0.1)]]).unwrap();
        let title = table_title(&study, "own", (&table, &Header::of(&["error"]), &Titles::new()));
        assert_eq!(title, "The best ranks of each seed");
    }

    #[test]
    fn headings_say_what_a_table_is_about() {
        let mut study = study("a", "A", "");
        add(&mut study, "ahead", OutputKind::Table, json!({}));
        add(&mut study, "own", OutputKind::Table, json!({}));
        let header = Header::of(&["n", "test_error"]).keys(&["n"]);
        let table = Table::from_rows(&header.names(), &[vec![Cell::Int(1), Cell::Int(2)]]).unwrap();
        let titles = Titles::from([("test_error".to_owned(), "Misclassified".to_owned())]);
        let title = |study: &Study, name: &str| table_title(study, name, (&table, &header, &titles));
        assert_eq!(title(&study, "own"), "Own: misclassified");
        assert_eq!(title(&study, "test_error-misclassified"), "Test error misclassified");
        let params = json!({"column": "test_error", "of": "LoFi", "against": "Deep NNGP"});
        add(&mut study, "between", OutputKind::Rows, json!({}));
        study.nodes[2].params = std::sync::Arc::new(params);
        study.nodes[0].inputs = vec![("table", vec![Wire { node: 2, port: 0 }])];
        assert_eq!(title(&study, "ahead"), "Misclassified, LoFi − Deep NNGP");
    }
}
