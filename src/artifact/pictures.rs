//! Small images to look at: filters, activations, maximisers, importance maps.

use super::representation::Origin;
use crate::math::image::maps::Geometry;
use serde::{Deserialize, Serialize};

/// What the numbers of a picture mean, hence how they are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PictureScale {
    /// Signed, zero is the middle: a diverging map, symmetric about zero.
    Signed,
    /// From zero or a smallest value upwards: a sequential map.
    Magnitude,
    /// Brightness: grey for one channel, red, green and blue for three, stretched from the least to the largest number.
    Brightness,
}

/// One image with its place in a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Heading of its row: "λ₁", "green".
    pub row: String,
    /// Heading of its column: "layer 2".
    pub column: String,
    /// A short text under it: "λ = −0.031"; may be empty.
    pub note: String,
    /// What the numbers mean.
    pub scale: PictureScale,
    /// Layout of the numbers.
    pub geometry: Geometry,
    /// C·H·W numbers, channel-major.
    pub values: Vec<f64>,
}

/// Images in reading order; rows and columns of the grid come in the order in which they first appear.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pictures {
    /// The images.
    pub pictures: Vec<Picture>,
    /// Where the samples come from.
    pub origin: Origin,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PictureHead {
    pub row: String,
    pub column: String,
    pub note: String,
    pub scale: PictureScale,
    pub geometry: Geometry,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PicturesHead {
    pub pictures: Vec<PictureHead>,
    pub origin: Origin,
}

impl Pictures {
    pub(super) fn head(&self) -> PicturesHead {
        let head = |p: &Picture| PictureHead {
            row: p.row.clone(),
            column: p.column.clone(),
            note: p.note.clone(),
            scale: p.scale,
            geometry: p.geometry,
        };
        PicturesHead { pictures: self.pictures.iter().map(head).collect(), origin: self.origin.clone() }
    }

    /// The pictures of a head whose numbers stand one after the other; nothing where there are too few or too many.
    pub(super) fn from_head(head: PicturesHead, values: &[f64]) -> Option<Self> {
        let mut rest = values;
        let mut pictures = Vec::with_capacity(head.pictures.len());
        for PictureHead { row, column, note, scale, geometry } in head.pictures {
            let (own, after) = rest.split_at_checked(geometry.dim())?;
            rest = after;
            pictures.push(Picture { row, column, note, scale, geometry, values: own.to_vec() });
        }
        rest.is_empty().then_some(Self { pictures, origin: head.origin })
    }

    pub(super) fn memory_bytes(&self) -> u64 {
        8 * self.pictures.iter().map(|p| p.values.len() as u64).sum::<u64>()
    }

    pub(super) fn first_non_finite(&self) -> Option<String> {
        self.pictures.iter().find_map(|p| {
            let at = p.values.iter().position(|v| !v.is_finite())?;
            Some(format!("{} at number {at} of picture `{}`, `{}`", p.values[at], p.row, p.column))
        })
    }
}
