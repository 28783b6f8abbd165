//! From pictures to coloured pixels and their places in a grid.

use super::params::{Params, RangeOf};
use super::shown::to_show;
use crate::artifact::{Picture, PictureScale, Pictures};
use crate::plot::axes::axis_scale::AxisScale;
use crate::plot::axes::scale::{Fit, Scale};
use crate::plot::canvas::colour::Rgb;
use crate::plot::canvas::colour_map::ColourMap;
use crate::plot::canvas::png;
use crate::step::StepError;
use crate::step::roles::Asked;

/// Images beside each other: more would be too small to read at 600 pixels.
const IN_A_ROW: usize = 24;
/// Images of a figure.
const MOST: usize = 600;

/// The images of one wired value.
pub struct Block {
    /// What stands over it; empty for nothing.
    pub heading: String,
    /// Headings of rows.
    pub rows: Vec<String>,
    /// Headings of columns.
    pub columns: Vec<String>,
    /// The images.
    pub images: Vec<Image>,
}

/// One image, ready to draw.
pub struct Image {
    /// Its row in the block.
    pub row: usize,
    /// Its column in the block.
    pub column: usize,
    /// What stands under it; may be empty.
    pub note: String,
    /// What its numbers mean.
    pub scale: PictureScale,
    /// The smallest and the largest number.
    pub extent: (f64, f64),
    /// The ends of its colours; nothing where they are not read as numbers.
    pub range: Option<(f64, f64)>,
    /// Rows and columns of pixels.
    pub size: (usize, usize),
    /// The PNG file.
    pub png: Vec<u8>,
}

impl Block {
    /// The heading of an image's row.
    #[must_use]
    pub fn row(&self, image: &Image) -> &str {
        &self.rows[image.row]
    }

    /// The heading of an image's column.
    #[must_use]
    pub fn column(&self, image: &Image) -> &str {
        &self.columns[image.column]
    }
}

impl Image {
    /// The colours of its numbers.
    #[must_use]
    pub const fn map(&self) -> ColourMap {
        map(self.scale)
    }

    /// The scale of its colours, where they are read as numbers; where each picture has a range of its own, in units of
    /// the largest number of each.
    #[must_use]
    pub fn colour_scale(&self, range: RangeOf) -> Option<Scale> {
        let (low, high) = self.range?;
        let own = if self.scale == PictureScale::Signed { (-1.0, 1.0) } else { (0.0, 1.0) };
        let (low, high) = if range == RangeOf::Picture { own } else { (low, high) };
        Scale::over(&[low, high], AxisScale::Linear, Fit::Tight).ok()
    }
}

const fn map(scale: PictureScale) -> ColourMap {
    match scale {
        PictureScale::Signed => ColourMap::Diverging,
        PictureScale::Magnitude => ColourMap::Sequential,
        PictureScale::Brightness => ColourMap::Grey,
    }
}

/// Lays out and colours all pictures.
///
/// # Errors
/// Where a picture has neither one nor three channels, two pictures claim one place, or there are too many to read.
pub fn blocks(params: &Asked<'_, Params>, found: &[&Pictures]) -> Result<Vec<Block>, StepError> {
    let total: usize = found.iter().map(|f| f.pictures.len()).sum();
    if total > MOST {
        return Err(refused(format!("{total} pictures; a figure shows at most {MOST}")));
    }
    let shown: Vec<Pictures> = found.iter().map(|pictures| to_show(pictures, params.align_signs)).collect();
    let found: Vec<&Pictures> = shown.iter().collect();
    let all: Vec<(usize, &Picture)> =
        found.iter().enumerate().flat_map(|(block, f)| f.pictures.iter().map(move |p| (block, p))).collect();
    let mut blocks = Vec::new();
    for (index, pictures) in found.iter().enumerate() {
        let heading = params.head.headings.get(index).cloned().unwrap_or_default();
        let rows = distinct(pictures.pictures.iter().map(|p| names(params, p).0));
        let columns = distinct(pictures.pictures.iter().map(|p| names(params, p).1));
        if columns.len() > IN_A_ROW {
            return Err(refused(format!("{} columns of pictures; at most {IN_A_ROW} can be read", columns.len())));
        }
        let mut block = Block { heading, rows, columns, images: Vec::new() };
        for picture in &pictures.pictures {
            let alike = |&(other, p): &(usize, &Picture)| match params.range {
                RangeOf::Picture => std::ptr::eq(p, picture),
                RangeOf::Row => other == index && names(params, p).0 == names(params, picture).0,
                RangeOf::Column => names(params, p).1 == names(params, picture).1,
                RangeOf::All => true,
            };
            let group = all.iter().copied().filter(alike).map(|(_, p)| p).filter(|p| p.scale == picture.scale);
            let image = image(&block, (picture, names(params, picture)), range(picture.scale, group))?;
            if block.images.iter().any(|other| (other.row, other.column) == (image.row, image.column)) {
                let (row, column) = (&picture.row, &picture.column);
                return Err(refused(format!("two pictures stand in row `{row}`, column `{column}`")));
            }
            block.images.push(image);
        }
        blocks.push(block);
    }
    Ok(blocks)
}

/// The headings of a picture's row and column as they are drawn.
const fn names<'a>(params: &Params, picture: &'a Picture) -> (&'a String, &'a String) {
    if params.transpose { (&picture.column, &picture.row) } else { (&picture.row, &picture.column) }
}

fn refused(reason: String) -> StepError {
    StepError::Input { slot: "pictures".to_owned(), reason }
}

fn distinct<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for name in names {
        if !seen.contains(name) {
            seen.push(name.clone());
        }
    }
    seen
}

/// The range of colours of some pictures: symmetric about zero for signed numbers, from zero for magnitudes where it is
/// near.
fn range<'a>(scale: PictureScale, group: impl Iterator<Item = &'a Picture>) -> (f64, f64) {
    let ends =
        group.flat_map(|p| &p.values).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    let (low, high) = if ends.0 <= ends.1 { ends } else { (0.0, 0.0) };
    let (low, high) = match scale {
        PictureScale::Signed => (-low.abs().max(high.abs()), low.abs().max(high.abs())),
        PictureScale::Magnitude if low >= 0.0 && low < 0.5 * (high - low) => (0.0, high),
        _ => (low, high),
    };
    // one number everywhere lies in the middle of some range
    if high > low { (low, high) } else { (low - 1.0, high + 1.0) }
}

fn image(
    block: &Block,
    (picture, (row, column)): (&Picture, (&String, &String)),
    (low, high): (f64, f64),
) -> Result<Image, StepError> {
    let geometry = picture.geometry;
    let area = geometry.height * geometry.width;
    if !matches!(geometry.channels, 1 | 3) || area == 0 || picture.values.len() != geometry.dim() {
        let found = format!("{} × {} × {}", geometry.channels, geometry.height, geometry.width);
        let reason = format!(
            "picture `{}`, `{}` is {found}; it must have 1 or 3 channels and some pixels",
            picture.row, picture.column
        );
        return Err(refused(reason));
    }
    let fraction = |v: f64| (v - low) / (high - low);
    let pixels: Vec<Rgb> = (0..area).map(|at| pixel(picture, at, fraction)).collect();
    let place = |names: &[String], name: &String| names.iter().position(|n| n == name).unwrap_or_default();
    let least = picture.values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = picture.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let numeric = geometry.channels == 1 && picture.scale != PictureScale::Brightness;
    Ok(Image {
        row: place(&block.rows, row),
        column: place(&block.columns, column),
        note: picture.note.clone(),
        scale: picture.scale,
        extent: (least, most),
        range: numeric.then_some((low, high)),
        size: (geometry.height, geometry.width),
        png: png::encode(&pixels, (geometry.height, geometry.width))?,
    })
}

/// One channel gets the colours of its map; of three each is its own brightness.
fn pixel(picture: &Picture, at: usize, fraction: impl Fn(f64) -> f64) -> Rgb {
    let area = picture.geometry.height * picture.geometry.width;
    let value = |channel: usize| fraction(picture.values[channel * area + at]);
    if picture.geometry.channels == 1 {
        return map(picture.scale).colour(value(0));
    }
    let [red, green, blue] = [0, 1, 2].map(|channel| ColourMap::Grey.colour(value(channel)).0);
    (red, green, blue)
}
