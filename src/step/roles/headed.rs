//! Parameters in two parts: a kind's own, and a head that all kinds of its role share.

use crate::step::params::{ParamFault, Parameters};
use serde_json::{Error, Map, Value as Json};

/// The two parts of a kind's parameters.
pub trait Shares {
    /// What all kinds of the role share.
    type Head: Parameters;
    /// The kind's own: `deny_unknown_fields`, every field documented, every number with a range.
    type Own: Parameters;

    /// The parameters of the head that this kind takes; others mean nothing to it and are refused.
    fn shared() -> Vec<&'static str>;

    /// Of these, those that the study layer fills in and nobody writes there.
    fn filled() -> Vec<&'static str> {
        Vec::new()
    }
}

/// Parameters of a kind with a role. Studies write both parts into one mapping.
pub struct Headed<S: Shares> {
    /// What all kinds of the role share; parameters that the kind does not take have their defaults.
    pub head: S::Head,
    /// The kind's own.
    pub own: S::Own,
}

impl<S: Shares + 'static> Parameters for Headed<S> {
    fn read(tree: &Json) -> Result<Self, Vec<ParamFault>> {
        let Json::Object(map) = tree else {
            let fault = || ParamFault::whole("parameters are a mapping".to_owned());
            return Err(S::Head::read(tree).err().unwrap_or_else(|| vec![fault()]));
        };
        let shared = S::shared();
        let (head, own): (Map<_, _>, Map<_, _>) =
            map.clone().into_iter().partition(|(key, _)| shared.contains(&key.as_str()));
        let own = S::Own::read(&Json::Object(own)).map_err(|faults| faults.into_iter().map(all_names::<S>));
        match (own, S::Head::read(&Json::Object(head))) {
            (Ok(own), Ok(head)) => Ok(Self { head, own }),
            (own, head) => Err(own.err().into_iter().flatten().chain(head.err().into_iter().flatten()).collect()),
        }
    }

    fn written(&self) -> Result<Json, Error> {
        let (mut own, head) = (self.own.written()?, self.head.written()?);
        if let (Json::Object(own), Json::Object(head)) = (&mut own, head) {
            let shared = S::shared();
            own.extend(head.into_iter().filter(|(key, _)| shared.contains(&key.as_str())));
        }
        Ok(own)
    }

    fn schema() -> Json {
        let (mut own, head) = (S::Own::schema(), S::Head::schema());
        let shared = S::shared();
        let taken = |name: &str| shared.contains(&name);
        for part in ["properties", "$defs"] {
            let more = head[part].as_object().cloned().unwrap_or_default();
            let more: Map<_, _> = more.into_iter().filter(|(name, _)| part == "$defs" || taken(name)).collect();
            if let (Json::Object(own), false) = (&mut own, more.is_empty()) {
                let known = own.entry(part).or_insert_with(|| Json::Object(Map::new()));
                known.as_object_mut().into_iter().for_each(|known| known.extend(more.clone()));
            }
        }
        let required = |schema: &Json| schema["required"].as_array().cloned().unwrap_or_default();
        let of_head = required(&head).into_iter().filter(|name| name.as_str().is_some_and(taken));
        let all: Vec<Json> = required(&own).into_iter().chain(of_head).collect();
        if !all.is_empty() {
            own["required"] = Json::Array(all);
        }
        own
    }
}

/// A fault of a key that is in neither part, with the names of both that may be written.
fn all_names<S: Shares + 'static>(mut fault: ParamFault) -> ParamFault {
    if let (Some(key), true) = (&fault.unknown_key, fault.path.is_empty()) {
        let schema = Headed::<S>::schema();
        let names = schema["properties"].as_object().into_iter().flat_map(|map| map.keys());
        let filled = S::filled();
        let names: Vec<String> =
            names.filter(|name| !filled.contains(&name.as_str())).map(|name| format!("`{name}`")).collect();
        fault.message = format!("unknown field `{key}`, expected one of {}", names.join(", "));
    }
    fault
}
