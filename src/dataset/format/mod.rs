//! The layouts that records are read from, one file each.

mod celeba;
mod cifar10_binary;
mod class_folders;
mod headers;
mod idx;
mod image_folder;
mod layout;
mod listed;
mod parquet_images;
mod pixels;
mod reader;
mod resize;
pub(super) mod stream;
pub use layout::{Each, Format, FormatError, Opened, Sink};
pub use reader::reader;
