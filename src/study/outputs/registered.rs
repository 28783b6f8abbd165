//! What a claim claims, hashed: what a registered claim is held to once seeds were seen.

use crate::step::hex;
use crate::yaml::Node;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// What the study layer fills in and the author wrote all the same.
const WRITTEN: [&str; 2] = ["says", "claimant"];

/// How a table is defined: what is written of it but its title, and of the table that it is made from.
pub(super) fn definition(written: &Node, from: Option<&str>) -> String {
    let mut written = written.to_json();
    if let Json::Object(map) = &mut written {
        // the order of the others is part of what is hashed
        map.retain(|key, _| key != "title");
    }
    hash(&json!([written, from]))
}

/// Kind and parameters of a claim, but for those that the study layer fills in, with the definition of its table.
pub(super) fn claimed(kind: &str, (params, filled): (&Json, &[&str]), (table, rows): (&str, bool)) -> String {
    let mut params = params.clone();
    if let Json::Object(map) = &mut params {
        map.retain(|name, _| !filled.contains(&name.as_str()) || WRITTEN.contains(&name.as_str()));
    }
    hash(&json!([kind, params, table, rows]))
}

fn hash(json: &Json) -> String {
    hex(&Sha256::digest(json.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Mark;

    #[test]
    fn words_bars_and_tables_are_claimed_and_looks_are_not() {
        let params = |says: &str, bar: f64, looks: &[usize]| json!({"says": says, "at_most": bar, "looks": looks});
        let of = |params: Json, table: &str| claimed("bound", (&params, &["says", "looks"]), (table, true));
        let plain = of(params("s", 0.5, &[3]), "t");
        assert_eq!(plain, of(params("s", 0.5, &[3, 5]), "t"));
        for other in [params("other", 0.5, &[3]), params("s", 0.6, &[3])] {
            assert_ne!(plain, of(other, "t"));
        }
        assert_ne!(plain, of(params("s", 0.5, &[3]), "u"));
        let table = |over: &str| Node::from_json(&json!({"over": over}), Mark::default());
        assert_ne!(definition(&table("seed"), None), definition(&table("n"), None));
        let written = |json: &str| Node::from_json(&serde_json::from_str(json).unwrap(), Mark::default());
        let titled = written(r#"{"title": "Errors", "stack": {"a": "b"}, "keys": "n", "over": "seed"}"#);
        let plain = written(r#"{"stack": {"a": "b"}, "keys": "n", "over": "seed"}"#);
        assert_eq!(definition(&titled, None), definition(&plain, None), "a title is no part of what is claimed");
        assert_ne!(definition(&table("seed"), None), definition(&table("seed"), Some("a")));
    }
}
