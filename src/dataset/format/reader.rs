//! The reader of each format.

use super::layout::Format;
use super::{celeba, cifar10_binary, class_folders, idx, image_folder, parquet_images};
use crate::dataset::cards::card::FileFormat;

/// The reader of a format.
#[must_use]
pub const fn reader(format: FileFormat) -> &'static dyn Format {
    match format {
        FileFormat::Cifar10Binary => &cifar10_binary::Cifar10Binary,
        FileFormat::ParquetImages => &parquet_images::ParquetImages,
        FileFormat::Idx => &idx::Idx,
        FileFormat::ImageFolder => &image_folder::ImageFolder,
        FileFormat::Celeba => &celeba::Celeba,
        FileFormat::ClassFolders => &class_folders::ClassFolders,
    }
}
