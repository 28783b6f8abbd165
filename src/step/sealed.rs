//! Small files of JSON that carry a checksum of themselves, so that one flipped bit is seen.
//!
//! A sealed file is a JSON object whose last member, `sha256`, is the SHA-256 of every byte before that member. It is
//! checked over the bytes as they are, before anything is parsed.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

const BEFORE: &[u8] = b",\n  \"sha256\": \"";
const AFTER: &[u8] = b"\"\n}\n";
const DIGITS: usize = 64;

/// Why a sealed file is not taken for what it says.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It ends in no checksum: cut short, or never sealed.
    #[error("it has no checksum of itself")]
    Missing,
    /// Its bytes are not those that were sealed.
    #[error("it is not as it was written: its checksum differs")]
    Changed,
    /// It is whole but says something else than expected, as files of another version do.
    #[error("{0}")]
    Content(#[from] serde_json::Error),
}

/// A value as JSON with its checksum; the value must be a struct or a map.
///
/// # Errors
/// Where it cannot be written as a JSON object.
pub fn seal<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = serde_json::to_vec_pretty(value)?;
    let is_object = text.pop() == Some(b'}');
    text.truncate(text.trim_ascii_end().len());
    if !is_object || text.len() < 2 {
        return Err(serde::ser::Error::custom("only an object with members can be sealed"));
    }
    let digest = hex(&Sha256::digest(&text));
    text.extend([BEFORE, digest.as_bytes(), AFTER].concat());
    Ok(text)
}

/// Whether a sealed file is as it was written.
///
/// # Errors
/// Where it is not.
pub fn check_seal(bytes: &[u8]) -> Result<(), SealError> {
    let content = bytes.len().checked_sub(BEFORE.len() + DIGITS + AFTER.len()).ok_or(SealError::Missing)?;
    let (content, seal) = bytes.split_at(content);
    let digest = seal.strip_prefix(BEFORE).and_then(|rest| rest.strip_suffix(AFTER)).ok_or(SealError::Missing)?;
    if digest == hex(&Sha256::digest(content)).as_bytes() { Ok(()) } else { Err(SealError::Changed) }
}

/// The value of a sealed file.
///
/// # Errors
/// Where the file is not as it was written, or holds another kind of value.
pub fn unseal<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, SealError> {
    check_seal(bytes)?;
    Ok(serde_json::from_slice(bytes)?)
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn what_is_sealed_is_json_and_comes_back() {
        let value = BTreeMap::from([("a", vec![0.1, -0.0]), ("ü\n", Vec::new())]);
        let text = seal(&value).unwrap();
        let plain: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(plain["a"], serde_json::json!([0.1, -0.0]));
        #[derive(serde::Deserialize)]
        struct Read {
            a: Vec<f64>,
        }
        assert_eq!(unseal::<Read>(&text).unwrap().a, [0.1, -0.0]);
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_seen() {
        let text = seal(&BTreeMap::from([("name", "  with blanks  "), ("other", "1")])).unwrap();
        check_seal(&text).unwrap();
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut flipped = text.clone();
                flipped[at] ^= 1 << bit;
                assert!(check_seal(&flipped).is_err(), "byte {at}, bit {bit}");
            }
            assert!(check_seal(&text[..at]).is_err(), "cut at {at}");
        }
        assert!(check_seal(&[&text[..], b"\n"].concat()).is_err());
    }

    #[test]
    fn what_is_no_object_cannot_be_sealed() {
        assert!(seal(&[1, 2]).is_err());
        assert!(seal(&BTreeMap::<u8, u8>::new()).is_err());
        assert!(matches!(check_seal(b"{}"), Err(SealError::Missing)));
    }
}
