//! One file over HTTP(S): resumed where it was cut, tried again with growing waits, checked before it gets its name.

use super::card::{Checksum, Download};
use super::digest;
use super::error::DatasetError;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;
use ureq::http::Response;
use ureq::{Agent, Body};

/// How often a download is tried, and how long to wait between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Tries in all.
    pub tries: u32,
    /// The wait after the first failure; each further wait is twice as long.
    pub first_wait: Duration,
    /// No wait is longer.
    pub longest_wait: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { tries: 5, first_wait: Duration::from_secs(1), longest_wait: Duration::from_secs(30) }
    }
}

/// Where a download stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The file's name.
    pub file: &'a str,
    /// Bytes that are here.
    pub done_bytes: u64,
    /// Bytes of the whole file, where known.
    pub total_bytes: Option<u64>,
    /// Which try this is, from 1.
    pub attempt: u32,
}

/// Receives progress; breaks off the download by returning [`ControlFlow::Break`].
pub type Report<'a> = dyn FnMut(Progress<'_>) -> ControlFlow<()> + 'a;

/// Silence for longer than this is a failed try.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes read at a time.
const CHUNK_BYTES: usize = 1 << 16;

/// Downloads a file to `target`. Until it is complete and checked it is called `target.part`; that file is kept after
/// a failure and continued the next time. A target that is there already and passes the check is left alone.
///
/// # Errors
/// Where all tries fail, the server refuses, the content is not what the card says (nothing is kept then), or the user
/// stops it.
pub(super) fn download(
    file: &Download,
    target: &Path,
    retry: &Retry,
    report: &mut Report<'_>,
) -> Result<(), DatasetError> {
    if target.is_file() && verify(file, target, target).is_ok() {
        return Ok(());
    }
    let part = part_of(target);
    let resumed = part.exists();
    let mut transfer = Transfer { file, part: &part, retry, report };
    transfer.run()?;
    let mut checked = verify(file, &part, target);
    if resumed && checked.is_err() {
        // what was there may be of an older version: once more from the start
        fs::remove_file(&part).map_err(DatasetError::io("remove", &part))?;
        transfer.run()?;
        checked = verify(file, &part, target);
    }
    if let Err(error) = checked {
        fs::remove_file(&part).map_err(DatasetError::io("remove", &part))?;
        return Err(error);
    }
    fs::rename(&part, target).map_err(DatasetError::io("rename", &part))
}

/// `a.gz` → `a.gz.part`
fn part_of(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// Checks size and checksum of `path`; faults speak of `target`.
fn verify(file: &Download, path: &Path, target: &Path) -> Result<(), DatasetError> {
    let size = length(path);
    if let Some(expected) = file.size.filter(|&expected| expected != size) {
        let reason = format!("{size} bytes where the card says {expected}; the file at this address is another one");
        return Err(DatasetError::Download { address: file.address.clone(), reason });
    }
    let check = |checksum: &Checksum| {
        digest::check(path, checksum, None, &format!("{} sends another file than the card describes", file.address))
    };
    file.checksum.as_ref().map_or(Ok(()), check).map_err(|error| match error {
        DatasetError::Checksum { algorithm, expected, found, help, .. } => {
            DatasetError::Checksum { path: target.to_owned(), algorithm, expected, found, help }
        }
        other => other,
    })
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |meta| meta.len())
}

/// Why one try failed.
enum Trouble {
    /// Another try may succeed.
    Passing(String),
    /// No other try can.
    Final(DatasetError),
}

struct Transfer<'a, 'r> {
    file: &'a Download,
    part: &'a Path,
    retry: &'a Retry,
    report: &'a mut Report<'r>,
}

impl Transfer<'_, '_> {
    /// Tries until the part is complete.
    fn run(&mut self) -> Result<(), DatasetError> {
        let agent = agent(&self.file.address);
        let mut wait = self.retry.first_wait;
        let mut last = String::new();
        for attempt in 1..=self.retry.tries {
            match self.attempt(&agent, attempt) {
                Ok(()) => return Ok(()),
                Err(Trouble::Final(error)) => return Err(error),
                Err(Trouble::Passing(reason)) => last = reason,
            }
            if attempt < self.retry.tries {
                thread::sleep(wait);
                wait = (wait * 2).min(self.retry.longest_wait);
            }
        }
        let kept = length(self.part);
        let reason = format!("{last} ({} tries); the {kept} bytes that are here are kept and continued", self.retry.tries);
        Err(self.failed(reason))
    }

    fn failed(&self, reason: String) -> DatasetError {
        DatasetError::Download { address: self.file.address.clone(), reason }
    }

    fn attempt(&mut self, agent: &Agent, attempt: u32) -> Result<(), Trouble> {
        let mut have = length(self.part);
        if self.file.size.is_some_and(|size| have > size) {
            fs::remove_file(self.part).map_err(|e| self.local(e))?;
            have = 0;
        }
        if have > 0 && self.file.size == Some(have) {
            return Ok(());
        }
        let mut request = agent.get(&self.file.address);
        if have > 0 {
            request = request.header("Range", format!("bytes={have}-"));
        }
        let response = request.call().map_err(|e| Trouble::Passing(e.to_string()))?;
        let start = self.start(&response, have)?;
        self.receive(response, start, attempt)
    }

    /// From which byte on the response continues the file.
    fn start(&self, response: &Response<Body>, have: u64) -> Result<u64, Trouble> {
        let status = response.status();
        match status.as_u16() {
            200 => Ok(0),
            206 if content_range_start(response) == Some(have) => Ok(have),
            206 | 416 => {
                // the server has another idea of the file than the part: from the start again
                fs::remove_file(self.part).map_err(|e| self.local(e))?;
                Err(Trouble::Passing("the server cannot continue the part that is here".to_owned()))
            }
            408 | 425 | 429 | 500..=599 => Err(Trouble::Passing(format!("the server says {status}"))),
            404 | 410 => {
                let reason = format!("the server says {status}: the file has moved; look for it on the card's homepage");
                Err(Trouble::Final(self.failed(reason)))
            }
            _ => Err(Trouble::Final(self.failed(format!("the server says {status}")))),
        }
    }

    fn receive(&mut self, response: Response<Body>, start: u64, attempt: u32) -> Result<(), Trouble> {
        let total = response.body().content_length().map(|rest| start + rest).or(self.file.size);
        let file = OpenOptions::new().create(true).append(start > 0).write(true).truncate(start == 0).open(self.part);
        let mut file: File = file.map_err(|e| self.local(e))?;
        let mut reader = response.into_body().into_reader();
        let (mut done, mut buffer) = (start, vec![0; CHUNK_BYTES]);
        loop {
            let progress = Progress { file: self.file.file_name(), done_bytes: done, total_bytes: total, attempt };
            if (self.report)(progress).is_break() {
                return Err(Trouble::Final(DatasetError::Stopped));
            }
            let read = reader.read(&mut buffer).map_err(|e| Trouble::Passing(e.to_string()))?;
            if read == 0 {
                break;
            }
            file.write_all(&buffer[..read]).map_err(|e| self.local(e))?;
            done += read as u64;
        }
        match total.filter(|&total| done < total) {
            Some(total) => Err(Trouble::Passing(format!("the connection ended after {done} of {total} bytes"))),
            None => Ok(()),
        }
    }

    fn local(&self, error: std::io::Error) -> Trouble {
        Trouble::Final(DatasetError::io("write", self.part)(error))
    }
}

/// N of `Content-Range: bytes N-…`
fn content_range_start(response: &Response<Body>) -> Option<u64> {
    let value = response.headers().get("content-range")?.to_str().ok()?;
    value.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}

/// A client that reports refusals as responses; the proxy of the environment is used, except for this machine.
fn agent(address: &str) -> Agent {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .user_agent(concat!("lofi/", env!("CARGO_PKG_VERSION")));
    if ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|here| address.starts_with(here)) {
        config = config.proxy(None);
    }
    config.build().into()
}

#[cfg(test)]
mod tests {
    use super::super::card::Of;
    use super::super::testing::{FAST, Reply, Server};
    use super::*;

    const BODY: &[u8] = b"the quick brown fox jumps over the lazy dog";
    const MD5: &str = "77add1d5f41223d5582fca736a5cb335";

    fn file(server: &Server) -> Download {
        let checksum = Checksum { md5: Some(MD5.into()), sha256: None, of: Of::File };
        let size = Some(BODY.len() as u64);
        Download { address: server.address("fox.txt"), size, checksum: Some(checksum), unpack: None }
    }

    fn get(file: &Download, folder: &Path) -> Result<Vec<u64>, DatasetError> {
        let mut seen = Vec::new();
        download(file, &folder.join("fox.txt"), &FAST, &mut |progress| {
            seen.push(progress.done_bytes);
            ControlFlow::Continue(())
        })?;
        assert_eq!(fs::read(folder.join("fox.txt")).unwrap(), BODY);
        assert_eq!(names(folder), ["fox.txt"]);
        Ok(seen)
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_whole_file_arrives_and_is_not_fetched_twice() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(|_, _| Reply::whole(BODY));
        let seen = get(&file(&server), folder.path()).unwrap();
        assert_eq!((seen[0], seen[seen.len() - 1]), (0, BODY.len() as u64));
        get(&file(&server), folder.path()).unwrap();
        assert_eq!(server.ranges(), [None]);
    }

    #[test]
    fn a_cut_download_is_continued() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(|n, range| match (n, range) {
            (0, _) => Reply::whole(BODY).cut(10),
            (1, _) => Reply::status(503),
            (_, Some(start)) => Reply::rest(BODY, start),
            (_, None) => Reply::whole(BODY),
        });
        get(&file(&server), folder.path()).unwrap();
        assert_eq!(server.ranges(), [None, Some(10), Some(10)]);
    }

    #[test]
    fn a_part_of_an_earlier_run_is_continued() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("fox.txt.part"), &BODY[..20]).unwrap();
        let server = Server::start(|_, range| Reply::rest(BODY, range.unwrap_or(0)));
        get(&file(&server), folder.path()).unwrap();
        assert_eq!(server.ranges(), [Some(20)]);
    }

    #[test]
    fn a_part_of_another_file_is_thrown_away() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("fox.txt.part"), "an older version").unwrap();
        let server = Server::start(|_, range| range.map_or(Reply::whole(BODY), |start| Reply::rest(BODY, start)));
        get(&file(&server), folder.path()).unwrap();
        assert_eq!(server.ranges(), [Some(16), None]);
    }

    #[test]
    fn a_server_without_ranges_starts_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("fox.txt.part"), &BODY[..20]).unwrap();
        let server = Server::start(|_, _| Reply::whole(BODY));
        get(&file(&server), folder.path()).unwrap();
        assert_eq!(server.ranges(), [Some(20)]);
    }

    #[test]
    fn a_download_that_is_always_cut_fails_and_keeps_its_part() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(|_, _| Reply::whole(BODY).cut(10));
        let error = get(&file(&server), folder.path()).unwrap_err().to_string();
        assert!(error.contains("(3 tries); the 10 bytes that are here are kept"), "{error}");
        assert_eq!(server.ranges().len(), 3);
        assert_eq!(names(folder.path()), ["fox.txt.part"]);
    }

    #[test]
    fn wrong_content_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(|_, _| Reply::whole(&[b'x'; BODY.len()]));
        let error = get(&file(&server), folder.path()).unwrap_err().to_string();
        assert!(error.contains("fox.txt: wrong md5: expected 77add1d5"), "{error}");
        assert!(names(folder.path()).is_empty());
        let server = Server::start(|_, _| Reply::whole(b"short"));
        let error = get(&file(&server), folder.path()).unwrap_err().to_string();
        assert!(error.contains("5 bytes where the card says 43"), "{error}");
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_refusal_is_not_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(|_, _| Reply::status(404));
        let error = get(&file(&server), folder.path()).unwrap_err().to_string();
        assert!(error.contains("404") && error.contains("look for it on the card's homepage"), "{error}");
        assert_eq!(server.ranges().len(), 1);
    }

    #[test]
    fn a_stopped_download_keeps_its_part() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(|_, _| Reply::whole(BODY));
        let stop = |progress: Progress<'_>| match progress.done_bytes {
            0 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        };
        let result = download(&file(&server), &folder.path().join("fox.txt"), &FAST, &mut { stop });
        assert!(matches!(result, Err(DatasetError::Stopped)));
        assert_eq!(names(folder.path()), ["fox.txt.part"]);
    }
}
