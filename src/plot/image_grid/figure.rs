//! `image-grid`: small images in rows and columns: filters, activations, importance maps.

use super::drawing::{self, NOTHING};
use super::images::{Block, blocks};
use super::params::{Params, RangeOf};
use crate::artifact::{PictureScale, Pictures};
use crate::plot::axes::number::short;
use crate::step::StepError;
use crate::step::roles::{Asked, Figure, Images, Words};

/// Images in rows and columns.
pub struct ImageGrid;

impl Figure for ImageGrid {
    type Params = Params;
    type Source = Images;
    type Content = Vec<Block>;
    const NAME: &'static str = "image-grid";
    const ABOUT: Words = Words {
        summary: "Small images in rows and columns: filters, activations, importance maps.",
        details: "Signed numbers are blue below and red above zero, which is white; magnitudes are viridis; brightness is grey, or \
                  red, green and blue. Rows and columns come in the order in which they first appear, further values below \
                  the earlier. Every number is one square of the picture. Nothing is computed here but colours.",
        cites: &[],
    };
    const SHOWS: &'static str = "Pictures with the headings of their rows and columns.";

    fn content(asked: &Asked<'_, Params>, pictures: Vec<&Pictures>) -> Result<Vec<Block>, StepError> {
        blocks(asked, &pictures)
    }

    fn draw(asked: &Asked<'_, Params>, blocks: &Vec<Block>, alt: &str) -> Result<String, StepError> {
        drawing::draw(asked, blocks, alt)
    }

    fn thumbnail(_: &Asked<'_, Params>, blocks: &Vec<Block>) -> Result<String, StepError> {
        drawing::thumbnail(blocks)
    }

    fn alt(_: &Asked<'_, Params>, blocks: &Vec<Block>) -> String {
        let what: Vec<String> = blocks.iter().filter(|b| !b.images.is_empty()).map(in_words).collect();
        let what = if what.is_empty() { NOTHING.to_owned() } else { what.join(". ") };
        format!("images in rows and columns. {what}")
    }

    fn caption(asked: &Asked<'_, Params>, blocks: &Vec<Block>) -> Vec<String> {
        let has = |scale: PictureScale| blocks.iter().flat_map(|b| &b.images).any(|image| image.scale == scale);
        let colours = [
            (PictureScale::Signed, "Blue: negative, white: zero, red: positive."),
            (PictureScale::Magnitude, "Dark: small, light: large."),
        ];
        let range = match asked.range {
            RangeOf::Picture => "Each picture has its own range of values.",
            RangeOf::Row => "The pictures of a row share one range of values.",
            RangeOf::Column => "The pictures of a column share one range of values.",
            RangeOf::All => "All pictures share one range of values.",
        };
        let colours = colours.into_iter().filter(|(scale, _)| has(*scale)).map(|(_, words)| words);
        colours.chain([range]).map(ToOwned::to_owned).collect()
    }
}

/// Rows, columns and the notes under pictures.
fn in_words(block: &Block) -> String {
    let heading = if block.heading.is_empty() { String::new() } else { format!("{}: ", block.heading) };
    let images = block.images.iter().map(|image| {
        let names = [block.row(image), block.column(image), image.note.as_str()];
        let name = names.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", ");
        format!("{name} from {} to {}", short(image.extent.0), short(image.extent.1))
    });
    format!("{heading}{}", images.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
