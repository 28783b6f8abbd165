//! One file over HTTP(S): resumed where it was cut, tried again with growing waits, checked before it gets its name.

use crate::dataset::cards::card::{Checksum, Download};
use crate::dataset::error::DatasetError;
use crate::dataset::files::digest;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
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
    /// The stretch of time over which at least a kilobyte a second must arrive.
    pub window: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { tries: 5, first_wait: Duration::from_secs(1), longest_wait: Duration::from_secs(30), window: WINDOW }
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
const PATIENCE: Duration = Duration::from_secs(30);
/// A server that does not answer for longer than this is out of reach.
const REACH: Duration = Duration::from_secs(10);
/// Tries while the server is out of reach or hardly sends: who has no network, or no end, is told so soon.
const HOPELESS_TRIES: u32 = 2;
/// A connection is given time to get going.
const WINDOW: Duration = Duration::from_secs(20);
/// Less than this is no progress.
const SLOWEST_BYTES_PER_S: u64 = 1024;
/// Bytes that are taken where neither the card nor the server says how many there are.
const MOST_BYTES: u64 = 1 << 36;
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
    /// The server cannot be reached at all, or hardly sends; another try may succeed, many will not.
    Hopeless(String),
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
        let (mut last, mut hopeless) = (String::new(), 0);
        for attempt in 1..=self.retry.tries {
            match self.attempt(&agent, attempt) {
                Ok(()) => return Ok(()),
                Err(Trouble::Final(error)) => return Err(error),
                Err(Trouble::Passing(reason)) => last = reason,
                Err(Trouble::Hopeless(reason)) if hopeless + 1 >= HOPELESS_TRIES => {
                    return Err(self.failed(format!("{reason}; is this machine online?")));
                }
                Err(Trouble::Hopeless(reason)) => (last, hopeless) = (reason, hopeless + 1),
            }
            if attempt < self.retry.tries {
                thread::sleep(wait);
                wait = (wait * 2).min(self.retry.longest_wait);
            }
        }
        let kept = length(self.part);
        let reason =
            format!("{last} ({} tries); the {kept} bytes that are here are kept and continued", self.retry.tries);
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
        let response = request.call().map_err(|e| no_answer(&e))?;
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
                let reason =
                    format!("the server says {status}: the file has moved; look for it on the card's homepage");
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
        let mut pace = Pace { since: Instant::now(), from: start, window: self.retry.window };
        loop {
            let progress = Progress { file: self.file.file_name(), done_bytes: done, total_bytes: total, attempt };
            if (self.report)(progress).is_break() {
                return Err(Trouble::Final(DatasetError::Stopped));
            }
            let read = reader.read(&mut buffer).map_err(|e| Trouble::Passing(e.to_string()))?;
            if read == 0 {
                break;
            }
            done += read as u64;
            self.in_bounds(done, total)?;
            file.write_all(&buffer[..read]).map_err(|e| self.local(e))?;
            pace.check(done)?;
        }
        match total.filter(|&total| done < total) {
            Some(total) => Err(Trouble::Passing(format!("the connection ended after {done} of {total} bytes"))),
            None => Ok(()),
        }
    }

    /// Refuses a body that goes on behind its end; nothing of it is kept.
    fn in_bounds(&self, done: u64, total: Option<u64>) -> Result<(), Trouble> {
        let (most, who) = match (self.file.size, total) {
            (Some(size), _) => (size, "the card says"),
            (None, Some(total)) => (total, "the server says"),
            (None, None) => (MOST_BYTES, "are taken without a `size` in the card"),
        };
        if done <= most {
            return Ok(());
        }
        fs::remove_file(self.part).map_err(|e| self.local(e))?;
        let reason = format!("more than the {most} bytes that {who}; the file at this address is another one");
        Err(Trouble::Final(self.failed(reason)))
    }

    fn local(&self, error: std::io::Error) -> Trouble {
        Trouble::Final(DatasetError::io("write", self.part)(error))
    }
}

/// How fast bytes arrive.
struct Pace {
    since: Instant,
    from: u64,
    window: Duration,
}

impl Pace {
    /// Gives up a body that hardly arrives.
    fn check(&mut self, done: u64) -> Result<(), Trouble> {
        let elapsed = self.since.elapsed();
        if elapsed < self.window {
            return Ok(());
        }
        let (came, wanted) = (done - self.from, SLOWEST_BYTES_PER_S.saturating_mul(elapsed.as_secs()));
        (self.since, self.from) = (Instant::now(), done);
        let reason = || format!("the server sent {came} bytes in {} seconds, which has no end", elapsed.as_secs());
        if came >= wanted { Ok(()) } else { Err(Trouble::Hopeless(reason())) }
    }
}

/// The trouble of a request that got no answer.
fn no_answer(error: &ureq::Error) -> Trouble {
    use ureq::{Error, Timeout};
    match error {
        Error::HostNotFound | Error::ConnectionFailed | Error::ConnectProxyFailed(_) => {}
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => {}
        Error::Io(e) if e.kind() == std::io::ErrorKind::ConnectionRefused => {}
        other => return Trouble::Passing(other.to_string()),
    }
    Trouble::Hopeless(format!("the server is out of reach ({error})"))
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
        .timeout_resolve(Some(REACH))
        .timeout_connect(Some(REACH))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .user_agent(concat!("lofi/", env!("CARGO_PKG_VERSION")));
    if ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|here| address.starts_with(here)) {
        config = config.proxy(None);
    }
    config.build().into()
}

#[cfg(test)]
#[path = "download_tests.rs"]
mod tests;
