//! The card of a data set: what it is, which tasks are asked of it and where its files may lie.

use crate::artifact::Geometry;
use crate::dataset::format::FileFormat;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A data set, as `datasets/*.yaml` describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The name that studies write: kebab-case, the name of the card's file.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// Under which terms the data may be used.
    pub licence: String,
    /// Key into `references.bib`; private data need none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub citation: String,
    /// Where people read about the data; private data need none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub homepage: String,
    /// Whether the data are the project's own, with no published source: reports say so in place of a citation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    /// The data set that papers mean by it, where that is another one: a recompressed or cut variant of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub represents: Option<String>,
    /// What a reader of a figure must know of the data; empty where nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub caveat: String,
    /// How the files are laid out.
    pub format: FileFormat,
    /// The size of one image.
    pub shape: ImageShape,
    /// Per-channel mean of v/255 over the training records.
    pub mean: Vec<f64>,
    /// Per-channel standard deviation of v/255 over the training records.
    pub std: Vec<f64>,
    /// Names of the classes, in the order of their numbers.
    pub classes: Vec<String>,
    /// Tasks; the first is the default.
    pub tasks: Vec<Task>,
    /// The files of each split.
    pub splits: Splits,
    /// Checksums of the files, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checksums: BTreeMap<String, Checksum>,
    /// Where the files may lie or come from, in the order in which they are tried.
    pub sources: Vec<Source>,
}

/// The size of one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageShape {
    /// Channels: 1 for grey, 3 for colour.
    pub channels: usize,
    /// Rows, pixels.
    pub height: usize,
    /// Columns, pixels.
    pub width: usize,
}

/// A task: which classes are −1 and which +1 (`negative` and `positive`), or which are numbered (`classes`). Records of
/// other classes are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The name that studies write, kebab-case.
    pub name: String,
    /// The task for people.
    pub title: String,
    /// Classes labelled −1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub negative: Vec<u32>,
    /// Classes labelled +1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub positive: Vec<u32>,
    /// Classes labelled 0, 1, 2, … in this order, in place of `negative` and `positive`; one alone where the images
    /// themselves are the task, as an autoencoder's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<u32>,
    /// For the formats whose records have attributes in place of a class: the attribute; its absence is class 0 and its
    /// presence class 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
}

/// The files of each split, read one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Splits {
    /// Training records.
    pub train: Vec<Part>,
    /// Test records.
    pub test: Vec<Part>,
}

/// One file of records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The file of images, or the folder of them for `image-folder`.
    pub file: String,
    /// The file of labels, for the formats that keep them apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<String>,
    /// For the formats with a list that assigns images to splits: that list, and the number of the split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<Partition>,
    /// Only the records `[from, to)`, counted from 0; all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<[usize; 2]>,
}

/// One split of a list that assigns images to splits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Partition {
    /// The list.
    pub file: String,
    /// The number of the split in it.
    pub number: u32,
}

impl Part {
    /// The names of all files that it reads.
    pub fn files(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.file).chain(&self.labels).chain(self.partition.as_ref().map(|p| &p.file))
    }
}

/// What a file must hash to: exactly one of `md5` and `sha256`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checksum {
    /// MD5, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    /// SHA-256, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Of the file as it lies there, or of what a gzipped file unpacks to.
    #[serde(default)]
    pub of: Of,
}

/// What a checksum is taken of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    /// The file as it lies there.
    #[default]
    File,
    /// What the file unpacks to, so that it holds for any compression of the same content, and for none.
    Uncompressed,
}

/// Where the files may lie or come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Names of subfolders, looked up in the data folders that the user names.
    Folder(Vec<String>),
    /// Files or archives to download.
    Https(Vec<Download>),
    /// A Debian package, read where it is installed.
    Package(Package),
    /// A folder beside the card.
    Repository(String),
    /// A folder of this machine: absolute, or from the card's own folder on, as in `../images`.
    Path(String),
}

/// One file to download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Download {
    /// The address; plain `http` only with a checksum.
    pub address: String,
    /// Bytes of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// What the downloaded file must hash to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<Checksum>,
    /// How it is unpacked, where it is an archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpack: Option<Unpack>,
}

/// How an archive is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unpack {
    /// The kind of archive.
    pub format: Archive,
    /// Leading folders that are dropped from the names inside.
    #[serde(default)]
    pub strip: usize,
}

/// The kind of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Archive {
    /// A gzipped tape archive.
    #[serde(rename = "tar.gz")]
    TarGz,
}

/// A Debian package with data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// The package's name.
    pub name: String,
    /// The folder that it installs the files into.
    pub path: String,
}

impl Card {
    /// The data set that papers mean by this card: its own name, unless it stands for another.
    #[must_use]
    pub fn represents(&self) -> &str {
        self.represents.as_deref().unwrap_or(&self.name)
    }

    /// The image layout.
    #[must_use]
    pub const fn geometry(&self) -> Geometry {
        Geometry { channels: self.shape.channels, height: self.shape.height, width: self.shape.width }
    }

    /// All parts with their split's name, training first.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, &Part)> {
        let train = self.splits.train.iter().map(|part| ("train", part));
        train.chain(self.splits.test.iter().map(|part| ("test", part)))
    }

    /// The names of all files, each once, in the card's order.
    #[must_use]
    pub fn files(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.parts().flat_map(|(_, part)| part.files()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// The downloads of each `https` source, in order.
    pub fn downloads(&self) -> impl Iterator<Item = &[Download]> {
        self.sources
            .iter()
            .filter_map(|source| if let Source::Https(files) = source { Some(files.as_slice()) } else { None })
    }
}

impl Task {
    /// Class → −1 or +1, or its place in the list of classes.
    #[must_use]
    pub fn labels(&self) -> BTreeMap<u32, i8> {
        let negative = self.negative.iter().map(|&class| (class, -1));
        let positive = self.positive.iter().map(|&class| (class, 1));
        let numbered = self.classes.iter().copied().zip(0_i8..=i8::MAX);
        negative.chain(positive).chain(numbered).collect()
    }
}

impl Checksum {
    /// The algorithm's name and the digest wanted; MD5 where (wrongly) both are given.
    #[must_use]
    pub fn wanted(&self) -> (&'static str, &str) {
        match (&self.md5, &self.sha256) {
            (Some(md5), _) => ("md5", md5),
            (None, sha256) => ("sha256", sha256.as_deref().unwrap_or("")),
        }
    }
}

impl Download {
    /// The last part of the address: the file's name.
    #[must_use]
    pub fn file_name(&self) -> &str {
        let path = self.address.split(['?', '#']).next().unwrap_or("");
        path.rsplit('/').next().unwrap_or("")
    }
}
