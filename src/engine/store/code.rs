//! The code behind results, piece by piece: `STORE/code/ab/<code fingerprint>`, so that later programs can say which
//! function is another one. SHA-256 of what follows, then lines of file, name and hash, deflated.

use super::disk::{self, Durable, Found};
use super::entries::Store;
use super::error::StoreError;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};
use std::io::{Read as _, Write as _};

/// More than the pieces of any kind take, deflated and not.
const MOST_BYTES: u64 = 1 << 26;
const DIGEST_BYTES: usize = 32;

/// One function, type or constant that a kind's results can depend on; or another crate, or the compiler.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodePiece {
    /// The file below `src/`; empty for what is none of this program.
    pub file: String,
    /// Its name, with the type of which it is a method.
    pub name: String,
    /// Hash of its tokens.
    pub hash: String,
}

impl Store {
    /// Remembers the pieces of a code fingerprint, once.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn remember_code(&self, code: &str, pieces: &dyn Fn() -> Vec<CodePiece>) -> Result<(), StoreError> {
        let path = self.place("code", code);
        if code.is_empty() || matches!(disk::look(&path), Ok(Some(_))) {
            return Ok(());
        }
        let line = |piece: CodePiece| format!("{}\t{}\t{}\n", piece.file, piece.name, piece.hash);
        let text: String = pieces().into_iter().map(line).collect();
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        // Writing to memory cannot fail.
        let _ = packed.write_all(text.as_bytes());
        let packed = packed.finish().unwrap_or_default();
        self.replace(&path, &[Sha256::digest(&packed).as_slice(), &packed], Durable::Later)
    }

    /// The pieces of a code fingerprint; nothing where they were not remembered.
    ///
    /// # Errors
    /// Where they are damaged or cannot be read.
    pub fn code(&self, code: &str) -> Result<Option<Vec<CodePiece>>, StoreError> {
        let path = self.place("code", code);
        let damaged = |reason: &str| StoreError::Damaged { path: path.clone(), reason: reason.to_owned() };
        let bytes = match disk::read(self.root(), &path, MOST_BYTES)? {
            Found::File(bytes) => bytes,
            Found::Nothing => return Ok(None),
            Found::Odd(reason) => return Err(damaged(&format!("it {reason}"))),
        };
        let (digest, packed) = bytes.split_at_checked(DIGEST_BYTES).ok_or_else(|| damaged("it is cut short"))?;
        if Sha256::digest(packed).as_slice() != digest {
            return Err(damaged("it has changed"));
        }
        let mut text = String::new();
        let read = DeflateDecoder::new(packed).take(MOST_BYTES).read_to_string(&mut text);
        read.map_err(|error| damaged(&error.to_string()))?;
        let piece = |line: &str| {
            let mut parts = line.split('\t').map(str::to_owned);
            Some(CodePiece { file: parts.next()?, name: parts.next()?, hash: parts.next()? })
        };
        text.lines().map(piece).collect::<Option<_>>().map(Some).ok_or_else(|| damaged("a line is no piece of code"))
    }
}

/// Digits of a code fingerprint.
pub(super) fn is_code(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(name: &str) -> CodePiece {
        CodePiece { file: "math/ridge.rs".to_owned(), name: name.to_owned(), hash: "0123456789".to_owned() }
    }

    #[test]
    fn pieces_come_back_as_they_were_and_damage_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let code = "0a".repeat(16);
        assert_eq!(store.code(&code).unwrap(), None);
        let pieces = vec![piece("Solver::solve"), piece("solve")];
        store.remember_code(&code, &|| pieces.clone()).unwrap();
        store.remember_code(&code, &|| panic!("they are there")).unwrap();
        assert_eq!(store.code(&code).unwrap(), Some(pieces));
        let path = store.place("code", &code);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[DIGEST_BYTES + 3] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(store.code(&code), Err(StoreError::Damaged { .. })));
    }
}
