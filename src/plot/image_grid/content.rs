//! `image-grid`: small images in rows and columns: filters, activations, importance maps.

use super::drawing;
use super::images::{Block, blocks};
use crate::artifact::{Figure, PictureScale, Pictures};
use crate::plot::axes::number::short;
use crate::plot::layout::heading::DataNote;
use crate::step::{
    About, Arity, Context, Family, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Shape, Shapes, Slot, StepError,
    Value, ValueType,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Images in rows and columns.
pub struct ImageGrid;

/// Parameters of [`ImageGrid`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Title over the figure; empty for none.
    #[serde(default)]
    pub title: String,
    /// Which pictures share a range of values, so that they can be compared: those of a `picture`, a `row`, a `column` or
    /// `all`.
    #[serde(default)]
    pub range: RangeOf,
    /// Whether the rows of the pictures stand across and their columns downwards: for many rows and few columns.
    #[serde(default)]
    pub transpose: bool,
    /// What the numbers are, beside the colour bar; empty for none.
    #[serde(default)]
    pub label: String,
    /// Width of a picture, pixels of the figure; 0 lets them fill it, up to 120.
    #[serde(default)]
    #[schemars(range(max = 600))]
    pub size: u32,
    /// One heading over each wired value, empty for none; the study layer writes them.
    #[serde(default)]
    pub headings: Vec<String>,
    /// The data set that the pictures were computed on.
    #[serde(default)]
    pub data_note: DataNote,
}

/// Pictures with one range of values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RangeOf {
    /// Each picture has its own.
    #[default]
    Picture,
    /// Those of a row.
    Row,
    /// Those of a column.
    Column,
    /// All.
    All,
}

/// Said where there is nothing to draw.
pub const NOTHING: &str = "nothing to draw: there is no picture";

impl Kind for ImageGrid {
    type Params = Params;
    const NAME: &'static str = "image-grid";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Plot,
        summary: "Small images in rows and columns: filters, activations, importance maps.",
        details: "Signed numbers are blue below and red above zero, which is white; magnitudes are viridis; brightness is grey, or \
                  red, green and blue. Rows and columns come in the order in which they first appear, further values below \
                  the earlier. Every number is one square of the picture. Nothing is computed here but colours.",
        cites: &[],
        inputs: &[Slot {
            name: "pictures",
            accepts: &[ValueType::Pictures],
            arity: Arity::Many,
            doc: "Pictures with the headings of their rows and columns.",
        }],
        outputs: &[Port {
            name: "figure",
            value_type: ValueType::Figure,
            keep: Keep::Always,
            doc: "The figure with its description and caption.",
        }],
    };

    fn plan(&self, params: &Params, shapes: &Shapes) -> Result<Plan, Vec<Problem>> {
        let wired = shapes.all("pictures").len();
        if params.headings.len() > wired {
            let message = format!("{} headings for {wired} values", params.headings.len());
            return Err(vec![Problem::at("headings", message)]);
        }
        Ok(Plan::light(vec![Shape::Figure]))
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Ok(vec![Value::Figure(figure(params, &inputs.all_pictures("pictures")?)?)])
    }
}

fn figure(params: &Params, found: &[&Pictures]) -> Result<Figure, StepError> {
    let blocks = blocks(params, found)?;
    let alt = alt(params, &blocks);
    let svg = drawing::draw(params, &blocks, &alt)?;
    Ok(Figure { svg, alt, caption: caption(params, &blocks) })
}

/// What the figure shows, for those who do not see it: rows, columns and the notes under pictures.
fn alt(params: &Params, blocks: &[Block]) -> String {
    let block = |block: &Block| {
        let heading = if block.heading.is_empty() { String::new() } else { format!("{}: ", block.heading) };
        let images = block.images.iter().map(|image| {
            let names = [block.row(image), block.column(image), image.note.as_str()];
            let name = names.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", ");
            format!("{name} from {} to {}", short(image.extent.0), short(image.extent.1))
        });
        format!("{heading}{}", images.collect::<Vec<_>>().join("; "))
    };
    let title = if params.title.is_empty() { String::new() } else { format!("{}: ", params.title) };
    let what: Vec<String> = blocks.iter().filter(|b| !b.images.is_empty()).map(block).collect();
    let what = if what.is_empty() { NOTHING.to_owned() } else { what.join(". ") };
    format!("{title}images in rows and columns. {what}.")
}

fn caption(params: &Params, blocks: &[Block]) -> String {
    let has = |scale: PictureScale| blocks.iter().flat_map(|b| &b.images).any(|image| image.scale == scale);
    let colours = [
        (PictureScale::Signed, "Blue: negative, white: zero, red: positive."),
        (PictureScale::Magnitude, "Dark: small, light: large."),
    ];
    let colours = colours.into_iter().filter(|(scale, _)| has(*scale)).map(|(_, words)| words.to_owned());
    let range = match params.range {
        RangeOf::Picture => "Each picture has its own range of values.",
        RangeOf::Row => "The pictures of a row share one range of values.",
        RangeOf::Column => "The pictures of a column share one range of values.",
        RangeOf::All => "All pictures share one range of values.",
    };
    let parts = colours.chain([range.to_owned(), params.data_note.sentences()]);
    parts.filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
