//! Parameters: from a JSON tree to a type, with the place of every fault.

use super::given::Given;
use crate::artifact::number::exact;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Number, Value as Json};

/// A fault in a parameter tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamFault {
    /// Keys and indices from the root to the value at fault.
    pub path: Vec<String>,
    /// A key that should not be there, where that is the fault.
    pub unknown_key: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl ParamFault {
    /// A fault of the whole tree.
    #[must_use]
    pub fn whole(message: String) -> Self {
        Self { path: Vec::new(), unknown_key: None, message }
    }
}

/// What a kind's parameters come from and turn into. Types that serde reads and writes and schemars describes have it.
pub trait Parameters: Sized + Send + Sync + 'static {
    /// From a tree.
    ///
    /// # Errors
    /// Where a value has the wrong type or a key is unknown.
    fn read(tree: &Json) -> Result<Self, Vec<ParamFault>>;

    /// With defaults filled in and in the order of the type.
    ///
    /// # Errors
    /// Where JSON cannot hold it.
    fn written(&self) -> Result<Json, serde_json::Error>;

    /// The JSON schema.
    fn schema() -> Json;
}

impl<T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static> Parameters for T {
    fn read(tree: &Json) -> Result<Self, Vec<ParamFault>> {
        typed(tree)
    }

    fn written(&self) -> Result<Json, serde_json::Error> {
        serde_json::to_value(self)
    }

    fn schema() -> Json {
        schemars::schema_for!(T).to_value()
    }
}

/// Reads a type from a tree; a fault carries the path to the value.
///
/// # Errors
/// The first fault (serde stops there).
pub fn typed<T: DeserializeOwned>(tree: &Json) -> Result<T, Vec<ParamFault>> {
    serde_path_to_error::deserialize(Given(tree)).map_err(|error| {
        use serde_path_to_error::Segment;
        let segment = |segment: &Segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { variant } => Some(variant.clone()),
            Segment::Unknown => None,
        };
        let mut path: Vec<String> = error.path().iter().filter_map(segment).collect();
        let message = error.into_inner().to_string();
        let unknown_key = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
        let unknown_key = unknown_key.map(ToOwned::to_owned);
        if unknown_key.is_some() && path.last() == unknown_key.as_ref() {
            path.pop();
        }
        vec![ParamFault { path, unknown_key, message }]
    })
}

/// Every number that lies outside the range its schema gives, all at once.
#[must_use]
pub fn out_of_range(schema: &Json, value: &Json) -> Vec<ParamFault> {
    let mut faults = Vec::new();
    visit(schema, schema, value, &mut Vec::new(), &mut faults);
    faults
}

fn visit(root: &Json, schema: &Json, value: &Json, path: &mut Vec<String>, faults: &mut Vec<ParamFault>) {
    if let Some(target) =
        schema.get("$ref").and_then(Json::as_str).and_then(|r| root.pointer(r.trim_start_matches('#')))
    {
        visit(root, target, value, path, faults);
    }
    if let Json::Number(number) = value {
        faults.extend(range_fault(schema, number).map(|message| ParamFault {
            path: path.clone(),
            unknown_key: None,
            message,
        }));
    }
    // the alternatives of an enum: each has a key of its own, so only the one that was written can be at fault
    for alternatives in ["oneOf", "anyOf"].iter().filter_map(|key| schema.get(key)?.as_array()) {
        alternatives.iter().for_each(|alternative| visit(root, alternative, value, path, faults));
    }
    let descend = |key: String, schema: &Json, value: &Json, path: &mut Vec<String>, faults: &mut Vec<ParamFault>| {
        path.push(key);
        visit(root, schema, value, path, faults);
        path.pop();
    };
    if let (Some(properties), Some(map)) = (schema.get("properties").and_then(Json::as_object), value.as_object()) {
        for (key, inner) in map {
            if let Some(inner_schema) = properties.get(key) {
                descend(key.clone(), inner_schema, inner, path, faults);
            }
        }
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (index, inner) in list.iter().enumerate() {
            descend(index.to_string(), items, inner, path, faults);
        }
    }
}

/// What a size may be where its range does not say: products of two of them still fit into a number.
pub const LARGEST_SIZE: f64 = 1e9;

fn range_fault(schema: &Json, given: &Number) -> Option<String> {
    let fault = outside(schema, given)?;
    // A share, such as a level, that was written in per cent.
    let number = given.as_f64()?;
    let share = Number::from_f64(number / 100.0)?;
    let of_shares = schema.get("minimum").and_then(Json::as_f64).is_some_and(|least| least >= 0.0)
        && schema.get("maximum").and_then(Json::as_f64).is_some_and(|most| most <= 1.0);
    let meant = of_shares && number > 1.0 && outside(schema, &share).is_none();
    Some(if meant { format!("{fault}; did you mean {share}?") } else { fault })
}

fn outside(schema: &Json, given: &Number) -> Option<String> {
    let number = given.as_f64()?;
    let bound = |name: &str| schema.get(name).and_then(Json::as_f64);
    let too = |relation: &str, limit: f64| {
        // a whole number keeps all of its digits
        let given = if given.is_f64() { exact(number) } else { given.to_string() };
        Some(format!("{given} is out of range: it must be {relation} {}", exact(limit)))
    };
    if let Some(limit) = bound("minimum").filter(|&limit| number < limit) {
        return too("at least", limit);
    }
    let most = bound("maximum").or_else(|| (schema.get("format")? == "uint").then_some(LARGEST_SIZE));
    if let Some(limit) = most.filter(|&limit| number > limit) {
        return too("at most", limit);
    }
    if let Some(limit) = bound("exclusiveMinimum").filter(|&limit| number <= limit) {
        return too("more than", limit);
    }
    bound("exclusiveMaximum").filter(|&limit| number >= limit).and_then(|limit| too("less than", limit))
}
