//! What files turned out to be.

use super::super::catalog::FileFormat;
use super::super::layout::Opened;
use super::listing::Piece;
use crate::artifact::Geometry;
use std::path::PathBuf;

/// What files turned out to be.
#[derive(Debug)]
pub(in crate::dataset) struct Survey {
    /// The folder that names of files are in.
    pub base: PathBuf,
    pub format: FileFormat,
    pub geometry: Geometry,
    pub classes: Vec<String>,
    pub train: Vec<Piece>,
    /// None where no file is for testing.
    pub test: Vec<Piece>,
}

impl Survey {
    /// A piece for the reader of the format.
    pub fn open(&self, piece: &Piece) -> Opened {
        piece.opened(&self.base, (self.geometry, &self.classes))
    }
}
