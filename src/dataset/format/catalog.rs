//! The one list of formats, and a format as cards name it.

use super::celeba::Celeba;
use super::cifar_binary::{CIFAR10, CIFAR100, CIFAR100_COARSE};
use super::class_folders::ClassFolders;
use super::idx::Idx;
use super::image_folder::ImageFolder;
use super::layout::{Description, Format, Needs};
use super::named_folders::{FOLDERS, SQUARES};
use super::npy::Npy;
use super::parquet_images::ParquetImages;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value as Json, json};
use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

/// Every format, in the order of the documentation.
const FORMATS: &[&dyn Format] = &[
    &CIFAR10,
    &ParquetImages,
    &Idx,
    &ImageFolder,
    &Celeba,
    &ClassFolders,
    &CIFAR100,
    &CIFAR100_COARSE,
    &FOLDERS,
    &SQUARES,
    &Npy,
];

/// How the files of a data set are laid out: one of the formats, by its name.
#[derive(Clone, Copy)]
pub struct FileFormat(&'static dyn Format);

impl FileFormat {
    /// Every format, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(|format| Self(*format))
    }

    /// The format of a name; `None` where there is none such.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|format| format.description().name == name)
    }

    /// Its reader.
    #[must_use]
    pub const fn reader(self) -> &'static dyn Format {
        self.0
    }

    /// What cards know of it.
    #[must_use]
    pub fn description(self) -> &'static Description {
        self.0.description()
    }

    /// The word that stands for it in the digests of data, which committed results carry: its name with every part
    /// capitalised and nothing between.
    #[must_use]
    pub fn identity(self) -> String {
        let capitalised = |part: &str| part[..1].to_ascii_uppercase() + &part[1..];
        self.description().name.split('-').map(capitalised).collect()
    }

    /// Whether a card must say something for it.
    #[must_use]
    pub fn needs(self, what: Needs) -> bool {
        self.description().needs.contains(&what)
    }
}

impl fmt::Debug for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description().name)
    }
}

impl PartialEq for FileFormat {
    fn eq(&self, other: &Self) -> bool {
        self.description().name == other.description().name
    }
}

impl Eq for FileFormat {}

impl Serialize for FileFormat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.description().name)
    }
}

impl<'de> Deserialize<'de> for FileFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        static NAMES: LazyLock<Vec<&str>> =
            LazyLock::new(|| FileFormat::all().map(|format| format.description().name).collect());
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| D::Error::unknown_variant(&name, NAMES.as_slice()))
    }
}

impl JsonSchema for FileFormat {
    fn schema_name() -> Cow<'static, str> {
        "FileFormat".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let one =
            |Description { name, doc, .. }: &Description| json!({"type": "string", "const": name, "description": doc});
        let formats: Vec<Json> = Self::all().map(|format| one(format.description())).collect();
        json_schema!({"oneOf": formats, "description": "How the files of a data set are laid out."})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn formats_are_written_by_their_names() {
        for format in FileFormat::all() {
            let name = format.description().name;
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
            let read: FileFormat = serde_json::from_value(json!(name)).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), json!(name));
            assert_eq!(Some(read), FileFormat::named(name));
        }
        let names: BTreeSet<_> = FileFormat::all().map(|format| format.description().name).collect();
        assert_eq!(names.len(), FORMATS.len());
        let identities: Vec<String> = FileFormat::all().map(FileFormat::identity).collect();
        let known = ["Cifar10Binary", "ParquetImages", "Idx", "ImageFolder", "Celeba", "ClassFolders"];
        assert_eq!(identities[..known.len()], known, "else no committed result is of the data that are here");
        let error = serde_json::from_value::<FileFormat>(json!("idy")).unwrap_err().to_string();
        assert!(error.starts_with("unknown variant `idy`, expected one of `cifar10-binary`, "), "{error}");
    }
}
