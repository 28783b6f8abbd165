//! Brings the files of a card to this machine.

use super::card::{Archive, Card, Download};
use super::download::{self, Report};
use super::error::DatasetError;
use super::library::Library;
use super::locate::{self, Missing};
use super::unpack;
use std::fs;
use std::path::{Path, PathBuf};

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
        match self.places.locate(loaded) {
            Ok(found) => match self.identity(loaded, &found) {
                Ok(_) => return Ok(Fetched { folder: found.folder, already_here: true }),
                Err(error) if found.folder != target => return Err(error),
                Err(_) => fs::remove_dir_all(&target).map_err(DatasetError::io("remove", &target))?,
            },
            Err(hints) if card.downloads().next().is_none() => {
                let help = Missing::one(loaded, hints).to_string();
                return Err(DatasetError::NoDownload { card: card.name.clone(), help });
            }
            Err(_) => {}
        }
        self.fetch_from_any(card, &target, report)?;
        let found = self.places.locate(loaded).map_err(|hints| Missing::one(loaded, hints))?;
        self.identity(loaded, &found)?;
        Ok(Fetched { folder: found.folder, already_here: false })
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
        let staging = self.places.cache.join(format!("{}.part", card.name));
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
        if target.exists() {
            fs::remove_dir_all(target).map_err(DatasetError::io("remove", target))?;
        }
        fs::rename(&staging, target).map_err(DatasetError::io("rename", &staging))
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
    use super::super::card::{Checksum, Of, Source, Unpack};
    use super::super::resolve::Choice;
    use super::super::testing::{FAST, Reply, Server, gzip, md5, tar_files, tiny_card, tiny_files, write_card};
    use super::*;
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
