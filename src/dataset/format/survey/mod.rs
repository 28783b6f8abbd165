//! What files are that nobody has described: which format reads them, how large an image is, which classes there are.

mod arrays;
mod found;
mod listing;
mod look;
mod pictures;
mod tables;

pub(in crate::dataset) use found::Survey;
pub(in crate::dataset) use listing::Piece;
pub(in crate::dataset) use look::{Asked, survey};
