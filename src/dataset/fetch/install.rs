//! Brings the files of a card to this machine.

use super::download::{self, Progress, Report};
use super::unpack;
use crate::dataset::cards::card::{Archive, Card, Download};
use crate::dataset::cards::load::Loaded;
use crate::dataset::cards::locate;
use crate::dataset::cards::missing::Missing;
use crate::dataset::error::DatasetError;
use crate::dataset::files::library::Library;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// The ending of what is not complete.
const PART: &str = ".part";
/// What is said in place of a file's name while another process fetches the same card.
const WAITING: &str = "waiting for another fetch of the same data";
/// The wait between two looks whether it has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What a fetch came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where the files are.
    pub folder: PathBuf,
    /// Whether they were there before, so that nothing was downloaded.
    pub already_here: bool,
}

impl Library {
    /// Downloads, checks and unpacks the files of a card into the cache, where [`Library::resolve`] finds them. Files
    /// that are here and whole are left alone; a download that was cut before is continued.
    ///
    /// # Errors
    /// An unknown card, one without addresses, a failed download, a wrong checksum, or a stop by `report`.
    pub fn fetch(&self, name: &str, report: &mut Report<'_>) -> Result<Fetched, DatasetError> {
        let loaded = self.loaded(name)?;
        let card = &loaded.card;
        let target = self.places.downloaded(card);
        if let Some(folder) = self.whole(loaded) {
            self.clean();
            return Ok(Fetched { folder, already_here: true });
        }
        let held = Held::wait(&self.places.cache, name, report)?;
        let fetched = self.fetch_held(loaded, &target, report)?;
        drop(held);
        self.clean();
        Ok(fetched)
    }

    /// Where the files of a card are, if they are here and have their checksums.
    fn whole(&self, loaded: &Loaded) -> Option<PathBuf> {
        let found = self.places.locate(loaded).ok()?;
        self.identity(loaded, &found).ok().map(|_| found.folder)
    }

    /// The same, by the only process that fetches this card.
    fn fetch_held(&self, loaded: &Loaded, target: &Path, report: &mut Report<'_>) -> Result<Fetched, DatasetError> {
        let card = &loaded.card;
        match self.places.locate(loaded) {
            Ok(found) => match self.identity(loaded, &found) {
                Ok(_) => return Ok(Fetched { folder: found.folder, already_here: true }),
                Err(error) if found.folder != target => return Err(error),
                Err(_) => fs::remove_dir_all(target).map_err(DatasetError::io("remove", target))?,
            },
            Err(hints) if card.downloads().next().is_none() => {
                let help = Missing::one(&loaded.card, hints).to_string();
                return Err(DatasetError::NoDownload { card: card.name.clone(), help });
            }
            Err(_) => {}
        }
        self.fetch_from_any(card, target, report)?;
        let found = self.places.locate(loaded).map_err(|hints| Missing::one(&loaded.card, hints))?;
        self.identity(loaded, &found)?;
        Ok(Fetched { folder: found.folder, already_here: false })
    }

    /// Removes what fetches that were stopped have left of data sets that are here now, or that no card describes any more.
    /// What cannot be removed stays and does no harm.
    fn clean(&self) {
        for entry in fs::read_dir(&self.places.cache).into_iter().flatten().flatten() {
            let left = entry.file_name().to_str().and_then(|name| Some(name.strip_suffix(PART)?.to_owned()));
            let Some(name) = left else { continue };
            let wanted = self.cards.good.get(&name).is_some_and(|loaded| self.places.locate(loaded).is_err());
            if !wanted && !self.cards.broken.contains_key(&name) && Held::now(&self.places.cache, &name).is_some() {
                let _ = fs::remove_dir_all(entry.path());
                let _ = fs::remove_file(lock_of(&self.places.cache, &name));
            }
        }
    }

    /// Tries the `https` sources in order; the last fault counts.
    fn fetch_from_any(&self, card: &Card, target: &Path, report: &mut Report<'_>) -> Result<(), DatasetError> {
        let mut result = Ok(());
        for files in card.downloads() {
            result = self.fetch_from(card, files, target, report);
            if matches!(result, Ok(()) | Err(DatasetError::Stopped)) {
                return result;
            }
        }
        result
    }

    /// Fills a staging folder, which gets its name only when all files are in it.
    fn fetch_from(
        &self,
        card: &Card,
        files: &[Download],
        target: &Path,
        report: &mut Report<'_>,
    ) -> Result<(), DatasetError> {
        let staging = self.places.cache.join(format!("{}{PART}", card.name));
        fs::create_dir_all(&staging).map_err(DatasetError::io("create", &staging))?;
        for file in files {
            let path = staging.join(file.file_name());
            download::download(file, &path, &self.retry, report)?;
            unpack_in_place(file, &path, &staging)?;
        }
        if let Err(lacks) = locate::in_folder(card, &staging) {
            let archive = staging.join(files.last().map_or("", Download::file_name));
            return Err(DatasetError::Archive { archive, reason: format!("does not hold {}", lacks.join(", ")) });
        }
        remove_parts(&staging)?;
        if target.exists() {
            fs::remove_dir_all(target).map_err(DatasetError::io("remove", target))?;
        }
        fs::rename(&staging, target).map_err(DatasetError::io("rename", &staging))
    }
}

/// Removes parts of files that the card does not name any more.
fn remove_parts(staging: &Path) -> Result<(), DatasetError> {
    for entry in fs::read_dir(staging).map_err(DatasetError::io("read", staging))?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "part") && path.is_file() {
            fs::remove_file(&path).map_err(DatasetError::io("remove", &path))?;
        }
    }
    Ok(())
}

fn lock_of(cache: &Path, card: &str) -> PathBuf {
    cache.join(format!("{card}.lock"))
}

/// The right to fetch a card, which one process has at a time; the system gives it back when the process ends.
struct Held(#[expect(dead_code, reason = "open for as long as the right is held")] Option<File>);

impl Held {
    /// Waits until no other process fetches the card; `report` may break off the wait.
    fn wait(cache: &Path, card: &str, report: &mut Report<'_>) -> Result<Self, DatasetError> {
        fs::create_dir_all(cache).map_err(DatasetError::io("create", cache))?;
        loop {
            if let Some(held) = Self::now(cache, card) {
                return Ok(held);
            }
            let waiting = Progress { file: WAITING, done_bytes: 0, total_bytes: None, attempt: 1 };
            if report(waiting).is_break() {
                return Err(DatasetError::Stopped);
            }
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// The right where nobody has it. Where the file system knows no locks, everybody has it: the checks of what was
    /// downloaded hold all the same.
    fn now(cache: &Path, card: &str) -> Option<Self> {
        let file = File::options().create(true).append(true).open(lock_of(cache, card)).ok();
        let taken = file.as_ref().is_some_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
        if taken { None } else { Some(Self(file)) }
    }
}

/// Unpacks a downloaded archive beside itself and removes it; leaves any other file alone.
fn unpack_in_place(file: &Download, path: &Path, into: &Path) -> Result<(), DatasetError> {
    match file.unpack {
        None => Ok(()),
        Some(how) => {
            let Archive::TarGz = how.format;
            unpack::tar_gz(path, how.strip, into)?;
            fs::remove_file(path).map_err(DatasetError::io("remove", path))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::cards::card::{Checksum, Of, Source, Unpack};
    use crate::dataset::files::resolve::Choice;
    use crate::dataset::testing::{FAST, Reply, Server, gzip, md5, tar_files, tiny_card, tiny_files, write_card};
    use std::ops::ControlFlow;

    /// A library whose only card `tiny` is downloaded as an archive.
    fn library(folder: &Path, server: &Server, archive: &[u8]) -> Library {
        let mut card = tiny_card("tiny");
        let checksum = Some(Checksum { md5: Some(md5(archive)), sha256: None, of: Of::File });
        let unpack = Some(Unpack { format: Archive::TarGz, strip: 1 });
        let file = Download { address: server.address("tiny.tar.gz"), size: None, checksum, unpack };
        card.sources = vec![Source::Https(vec![file])];
        write_card(&folder.join("cards"), &card);
        Library::open(&[folder.join("cards")], &[], &folder.join("cache")).unwrap().with_retry(FAST)
    }

    fn go(library: &Library) -> Result<Fetched, DatasetError> {
        library.fetch("tiny", &mut |_| ControlFlow::Continue(()))
    }

    #[test]
    fn an_archive_is_fetched_unpacked_and_found() {
        let folder = tempfile::tempdir().unwrap();
        let archive = gzip(&tar_files("top", &tiny_files()));
        let body = archive.clone();
        let server = Server::start(move |n, range| match n {
            0 => Reply::whole(&body).cut(body.len() / 2),
            _ => Reply::rest(&body, range.unwrap_or(0)),
        });
        let library = library(folder.path(), &server, &archive);
        let choice = [Choice { card: "tiny".into(), task: None }];
        let error = library.resolve(&choice, None).unwrap_err().to_string();
        assert!(error.contains("not downloaded: lofi data fetch tiny"), "{error}");

        let fetched = go(&library).unwrap();
        assert_eq!(fetched, Fetched { folder: folder.path().join("cache/tiny"), already_here: false });
        assert_eq!(library.resolve(&choice, None).unwrap().train, 6);
        assert!(go(&library).unwrap().already_here);
        assert_eq!(server.ranges().len(), 2);
        let left: Vec<_> = fs::read_dir(&fetched.folder).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }

    #[test]
    fn two_fetches_at_once_share_no_part_and_what_is_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let archive = gzip(&tar_files("top", &tiny_files()));
        let body = archive.clone();
        let server = Server::start(move |_, _| {
            std::thread::sleep(std::time::Duration::from_millis(300));
            Reply::whole(&body)
        });
        let libraries = [(); 2].map(|()| library(folder.path(), &server, &archive));
        let cache = folder.path().join("cache");
        for left in ["tiny.part/old.gz.part", "gone.part/x.gz.part"] {
            fs::create_dir_all(cache.join(left).parent().unwrap()).unwrap();
            fs::write(cache.join(left), "left").unwrap();
        }
        let ends: Vec<bool> = std::thread::scope(|scope| {
            let running: Vec<_> = libraries.iter().map(|library| scope.spawn(|| go(library).unwrap())).collect();
            running.into_iter().map(|one| one.join().unwrap().already_here).collect()
        });
        assert_eq!(ends.iter().filter(|&&here| here).count(), 1);
        assert_eq!(server.ranges().len(), 1);
        assert!(!cache.join("tiny.part").exists() && !cache.join("gone.part").exists());
        assert!(!cache.join("tiny/old.gz.part").exists());
    }

    #[test]
    fn an_archive_without_the_files_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let archive = gzip(&tar_files("top", &tiny_files()[..1]));
        let body = archive.clone();
        let server = Server::start(move |_, _| Reply::whole(&body));
        let error = go(&library(folder.path(), &server, &archive)).unwrap_err().to_string();
        assert!(error.contains("tiny.tar.gz: does not hold test.bin"), "{error}");
        assert!(!folder.path().join("cache/tiny").exists());
    }

    #[test]
    fn a_card_without_addresses_says_how_to_get_the_files() {
        let folder = tempfile::tempdir().unwrap();
        write_card(folder.path(), &tiny_card("tiny"));
        let library = Library::open(&[folder.path().to_owned()], &[], &folder.path().join("cache")).unwrap();
        let error = go(&library).unwrap_err().to_string();
        assert!(error.contains("`tiny` cannot be downloaded"), "{error}");
        assert!(error.contains("put train.bin, test.bin in DIR/tiny and name DIR with --data DIR"), "{error}");
    }
}
