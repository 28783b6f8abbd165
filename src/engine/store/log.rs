//! What was done with a store: `STORE/log.jsonl`, one JSON object a line, each with the hash of the line before it and of
//! itself. So no line can be changed, taken out or put in without a later line saying so; that the last ones are missing
//! shows only to who has noted the hash of a later one.

use super::entries::Store;
use super::error::{StoreError, io};
use super::owner::{Share, lock_within};
use crate::step::hex;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::time::Duration;

/// What stands before the first line.
const BEGIN: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const SEAL: &str = ",\"sha256\":\"";
/// The last line is looked for in this many bytes, then in more.
const TAIL_BYTES: u64 = 1 << 12;
/// A line is added in less.
const PATIENCE: Duration = Duration::from_secs(60);

/// A line of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// Its number, from 1.
    pub number: usize,
    /// What it says.
    pub record: Map<String, Json>,
}

/// A log that was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Logged {
    /// The lines, as far as they can be read.
    pub lines: Vec<LogLine>,
    /// The first line that is not as it was written, and what is wrong with it.
    pub fault: Option<(usize, String)>,
    /// The hash of the last line.
    pub head: String,
    /// Whether a writer was killed in the middle of a line after that.
    pub cut: bool,
}

impl Store {
    /// The file of the log.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        self.root().join("log.jsonl")
    }

    /// Adds a line, whoever else adds one at the same time.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn log(&self, record: Map<String, Json>) -> Result<(), StoreError> {
        let path = self.log_path();
        let refused = || io("write to the log at", &path);
        let mut file = File::options().read(true).append(true).create(true).open(&path).map_err(refused())?;
        lock_within(&file, Share::Alone, PATIENCE).map_err(refused())?;
        let before = last_seal(&mut file).map_err(refused())?;
        file.write_all(sealed(record, &before).as_bytes()).map_err(refused())?;
        file.sync_data().map_err(refused())
    }

    /// Reads the log and checks every line.
    ///
    /// # Errors
    /// Where the system refuses to read it.
    pub fn logged(&self) -> Result<Logged, StoreError> {
        let path = self.log_path();
        let mut bytes = Vec::new();
        match File::open(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            other => {
                let mut file = other.map_err(io("read", &path))?;
                // Nobody is in the middle of a line then.
                let _ = lock_within(&file, Share::Many, PATIENCE);
                file.read_to_end(&mut bytes).map_err(io("read", &path))?;
            }
        }
        Ok(checked(&bytes))
    }
}

/// A record as a line.
fn sealed(mut record: Map<String, Json>, before: &str) -> String {
    record.insert("before".to_owned(), before.into());
    let mut text = Json::Object(record).to_string();
    text.pop();
    let seal = hex(&Sha256::digest(&text));
    format!("{text}{SEAL}{seal}\"}}\n")
}

/// The hash that a line bears, where it is that of its content.
fn seal_of(line: &str) -> Option<&str> {
    let (content, rest) = line.rsplit_once(SEAL)?;
    let seal = rest.strip_suffix("\"}")?;
    (hex(&Sha256::digest(content)) == seal).then_some(seal)
}

fn checked(bytes: &[u8]) -> Logged {
    let mut logged = Logged { head: BEGIN.to_owned(), ..Logged::default() };
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    logged.cut = whole < bytes.len();
    for (at, line) in bytes[..whole].split_inclusive(|&byte| byte == b'\n').enumerate() {
        let line = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line));
        let number = at + 1;
        let record: Option<Map<String, Json>> = serde_json::from_str(&line).ok();
        let before = record.as_ref().and_then(|record| record.get("before")).and_then(Json::as_str);
        let fault = match seal_of(&line) {
            None => Some("it is not as it was written".to_owned()),
            Some(_) if before != Some(logged.head.as_str()) => {
                Some("it does not follow the line before it: one was changed, taken out or put in".to_owned())
            }
            Some(_) => None,
        };
        if let (None, Some(reason)) = (&logged.fault, fault) {
            logged.fault = Some((number, reason));
        }
        logged.head = seal_of(&line).unwrap_or_default().to_owned();
        logged.lines.extend(record.map(|record| LogLine { number, record }));
    }
    logged
}

/// The hash of the last line, after what a killed writer left of one is cut off.
fn last_seal(file: &mut File) -> std::io::Result<String> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut window = TAIL_BYTES;
    loop {
        let from = length.saturating_sub(window);
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        let whole = tail.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let begin = tail[..whole.saturating_sub(1)].iter().rposition(|&byte| byte == b'\n').map(|at| at + 1);
        if begin.is_none() && from > 0 {
            window *= 2;
            continue;
        }
        let line = &tail[begin.unwrap_or(0).min(whole)..whole];
        if whole < tail.len() {
            file.set_len(from + whole as u64)?;
        }
        if line.is_empty() {
            return Ok(BEGIN.to_owned());
        }
        let line = String::from_utf8_lossy(line);
        // A line that was changed stays one: what follows it says what it bears now, and the check names it.
        let borne = line.rsplit_once(SEAL).and_then(|(_, rest)| rest.trim_end().strip_suffix("\"}"));
        return Ok(borne.unwrap_or(BEGIN).to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(number: usize, text: &str) -> Map<String, Json> {
        let Json::Object(record) = json!({"what": "run", "number": number, "text": text}) else { panic!("an object") };
        record
    }

    fn store(folder: &std::path::Path, lines: usize) -> Store {
        let store = Store::open(folder).unwrap();
        (0..lines).for_each(|number| store.log(record(number, &"é\"\n".repeat(number * 900))).unwrap());
        store
    }

    #[test]
    fn every_changed_byte_and_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path(), 4);
        let logged = store.logged().unwrap();
        assert_eq!((logged.lines.len(), &logged.fault, logged.cut), (4, &None, false));
        let whole = std::fs::read_to_string(store.log_path()).unwrap();
        let lines: Vec<&str> = whole.split_inclusive('\n').collect();
        let named = |text: &[u8]| checked(text).fault.map(|(number, _)| number);
        let mut start = 0;
        for (number, line) in lines.iter().enumerate() {
            for at in (start..start + line.len() - 1).step_by(7) {
                let mut bytes = whole.clone().into_bytes();
                bytes[at] ^= 1;
                assert_eq!(named(&bytes), Some(number + 1), "byte {at}");
            }
            start += line.len();
        }
        assert_eq!(named(format!("{}{}{}", lines[0], lines[2], lines[3]).as_bytes()), Some(2), "one taken out");
        assert_eq!(named(format!("{}{}{}{}", lines[1], lines[0], lines[2], lines[3]).as_bytes()), Some(1), "exchanged");
        let forged = sealed(record(1, "another"), logged.lines[1].record["before"].as_str().unwrap());
        assert_eq!(named(format!("{}{forged}{}{}", lines[0], lines[2], lines[3]).as_bytes()), Some(3), "written anew");
    }

    #[test]
    fn a_writer_that_is_killed_leaves_a_log_that_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path(), 2);
        let mut file = File::options().append(true).open(store.log_path()).unwrap();
        file.write_all(b"{\"what\":\"ru").unwrap();
        let logged = store.logged().unwrap();
        assert_eq!((logged.lines.len(), logged.fault, logged.cut), (2, None, true));
        store.log(record(2, "")).unwrap();
        let logged = store.logged().unwrap();
        assert_eq!((logged.lines.len(), logged.fault, logged.cut), (3, None, false));
    }

    #[test]
    fn many_writers_make_one_chain() {
        let folder = tempfile::tempdir().unwrap();
        store(folder.path(), 0);
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let store = Store::open(folder.path()).unwrap();
                scope.spawn(move || (0..25).for_each(|n| store.log(record(100 * writer + n, "x")).unwrap()));
            }
        });
        let logged = Store::open(folder.path()).unwrap().logged().unwrap();
        assert_eq!((logged.lines.len(), logged.fault), (100, None));
    }
}
