//! What identifies a step: everything that its result depends on, and nothing else.

use crate::step::{ErasedKind, hex};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

include!(concat!(env!("OUT_DIR"), "/fingerprints.rs"));

/// Version of the key's own make-up, and of what an entry says beside its values.
///
/// History: 1, first layout; 2, entries carry a checksum of themselves.
const KEY_FORMAT: u32 = 2;

/// The code fingerprint of a kind: a hash, made at build time (`build/`), over the code that its results can depend on,
/// item by item, the locked versions of the crates that this code uses, the compiler and its flags.
///
/// A kind that is not part of this crate (a fake of tests, by its name) has the empty fingerprint.
#[must_use]
pub fn fingerprint(kind: &dyn ErasedKind) -> &'static str {
    FINGERPRINTS.iter().find(|(name, _)| *name == kind.name()).map_or("", |(_, hash)| hash)
}

/// SHA-256 over kind, code, parameters, inputs and the key format, as hexadecimal digits.
///
/// `inputs` are (slot, [(what identifies the value, port)]): keys of other steps, or digests of their bytes.
#[must_use]
pub fn key_of(kind: &dyn ErasedKind, params: &Json, inputs: &[(String, Vec<(String, usize)>)]) -> String {
    key_with(kind, &params.to_string(), inputs)
}

/// [`key_of`] with the parameters as JSON text: thousands of steps share some that are long.
pub(super) fn key_with(kind: &dyn ErasedKind, params: &str, inputs: &[(String, Vec<(String, usize)>)]) -> String {
    key_from((kind.name(), fingerprint(kind)), params, inputs)
}

/// The key of what has this kind and code, as an entry names them.
pub(in crate::engine) fn key_from(
    (kind, code): (&str, &str),
    params: &str,
    inputs: &[(String, Vec<(String, usize)>)],
) -> String {
    let format = format();
    let (name, code) = (json!(kind).to_string(), json!(code).to_string());
    let inputs = json!(inputs).to_string();
    let before = format!(r#"{{"format":{format},"kind":{name},"code":{code},"params":"#);
    let mut hash = Sha256::new();
    for part in [&before, params, r#","inputs":"#, &inputs, "}"] {
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// Versions of the key and of the values, as JSON.
pub(in crate::engine) fn format() -> Json {
    json!([KEY_FORMAT, crate::artifact::FORMAT])
}
