//! The layouts that records are read from, one file each.

mod catalog;
mod celeba;
mod cifar_binary;
mod class_folders;
mod headers;
mod idx;
mod image_folder;
mod layout;
mod listed;
mod named_folders;
mod npy;
mod parquet_images;
mod pixels;
mod resize;
pub(super) mod stream;
pub(super) mod survey;
pub use catalog::FileFormat;
pub use layout::{Description, Each, Format, FormatError, Needs, Opened, Sink};
