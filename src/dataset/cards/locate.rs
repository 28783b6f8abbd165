//! Looks for the files of a card on this machine, and says what can be done where they are not there.

use super::card::{Card, Of, Package, Source};
use super::load::Loaded;
use super::missing::Hint;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where files may lie beside the cards' own folders and packages.
#[derive(Debug, Clone)]
pub(in crate::dataset) struct Places {
    /// Folders that the user named, in order.
    pub data: Vec<PathBuf>,
    /// Where downloads go.
    pub cache: PathBuf,
}

/// The files of a card on this machine.
#[derive(Debug, Clone)]
pub(in crate::dataset) struct Found {
    pub folder: PathBuf,
    /// Card's name of the file → where it lies.
    pub files: BTreeMap<String, PathBuf>,
}

impl Found {
    /// Where a file lies.
    pub fn path<'a>(&'a self, name: &'a str) -> &'a Path {
        self.files.get(name).map_or(Path::new(name), PathBuf::as_path)
    }
}

impl Places {
    /// Where the downloads of a card end up.
    pub fn downloaded(&self, card: &Card) -> PathBuf {
        self.cache.join(&card.name)
    }

    /// The first source of a card that has all its files; else what could be done, source by source.
    pub fn locate(&self, loaded: &Loaded) -> Result<Found, Vec<Hint>> {
        let mut hints = Vec::new();
        for source in &loaded.card.sources {
            match self.look(loaded, source) {
                Ok(found) => return Ok(found),
                Err(hint) => hints.push(hint),
            }
        }
        Err(hints)
    }

    fn look(&self, loaded: &Loaded, source: &Source) -> Result<Found, Hint> {
        let card = &loaded.card;
        match source {
            Source::Folder(names) => self.look_in_data(card, names),
            Source::Https(files) => in_folder(card, &self.downloaded(card)).map_err(|_| {
                let bytes: Option<u64> = files.iter().map(|file| file.size).sum();
                let size =
                    bytes.map_or(String::new(), |bytes| format!(" (downloads {} MB)", bytes.div_ceil(1_000_000)));
                Hint { why: "not downloaded".to_owned(), mend: format!("lofi data fetch {}{size}", card.name) }
            }),
            Source::Package(package) => look_in_package(card, package),
            Source::Path(path) => in_folder(card, &loaded.home.join(path)).map_err(|lacks| {
                let folder = loaded.home.join(path);
                Hint { why: why_not(&folder, &lacks), mend: format!("put {} there", card.files().join(", ")) }
            }),
            Source::Repository(name) => in_folder(card, &loaded.home.join(name)).map_err(|lacks| {
                let why = why_not(&loaded.home.join(name), &lacks);
                let beside = loaded.home.join(name).display().to_string();
                let mend =
                    format!("it lies beside the card in lofi's repository: put it in {beside}, or restore it with git");
                Hint { why, mend }
            }),
        }
    }

    fn look_in_data(&self, card: &Card, names: &[String]) -> Result<Found, Hint> {
        let folders: Vec<PathBuf> = self.data.iter().flat_map(|d| names.iter().map(|name| d.join(name))).collect();
        let mut partial = None;
        for folder in &folders {
            match in_folder(card, folder) {
                Ok(found) => return Ok(found),
                Err(lacks) if folder.is_dir() => partial = partial.or(Some(why_not(folder, &lacks))),
                Err(_) => {}
            }
        }
        let looked = || folders.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(", ");
        let why = partial.unwrap_or_else(|| {
            if folders.is_empty() { "no data folder is named".to_owned() } else { format!("no folder {}", looked()) }
        });
        let name = names.first().map_or(card.name.as_str(), String::as_str);
        let files = card.files().join(", ");
        Err(Hint { why, mend: format!("put {files} in DIR/{name} and name DIR with --data DIR or LOFI_DATA") })
    }
}

fn look_in_package(card: &Card, package: &Package) -> Result<Found, Hint> {
    in_folder(card, Path::new(&package.path)).map_err(|lacks| {
        let why = if Path::new(&package.path).is_dir() {
            why_not(Path::new(&package.path), &lacks)
        } else {
            format!("Debian package {} is not installed", package.name)
        };
        Hint { why, mend: format!("sudo apt-get install {}", package.name) }
    })
}

/// All files of a card in one folder, or the names that are not there.
///
/// A gzipped file may lie there unpacked, unless its checksum is of the packed file.
pub(in crate::dataset) fn in_folder(card: &Card, folder: &Path) -> Result<Found, Vec<String>> {
    let mut files = BTreeMap::new();
    let mut lacks = Vec::new();
    for name in card.files() {
        let packed_only = card.checksums.get(name).is_some_and(|sum| sum.of == Of::File);
        let unpacked = name.strip_suffix(".gz").filter(|_| !packed_only);
        let candidates = std::iter::once(name).chain(unpacked).map(|name| folder.join(name));
        match candidates.into_iter().find(|path| path.exists()) {
            Some(path) => drop(files.insert(name.to_owned(), path)),
            None => lacks.push(name.to_owned()),
        }
    }
    if lacks.is_empty() { Ok(Found { folder: folder.to_owned(), files }) } else { Err(lacks) }
}

fn why_not(folder: &Path, lacks: &[String]) -> String {
    if folder.is_dir() {
        format!("{} lacks {}", folder.display(), lacks.join(", "))
    } else {
        format!("no folder {}", folder.display())
    }
}
