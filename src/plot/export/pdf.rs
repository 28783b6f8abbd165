//! The PDF file of a figure.

use super::drawing::{Drawing, Mark, Rgb, Shape, Stroke};
use super::path_data::Piece;
use crate::step::StepError;
use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::types::LineJoinStyle;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};
use std::collections::BTreeMap;
use std::io::Write as _;

/// Points a pixel: a figure of 640 pixels is 17 cm wide.
const POINTS: f32 = 0.75;
const CATALOG: i32 = 1;
const PAGES: i32 = 2;
const PAGE: i32 = 3;
const CONTENT: i32 = 4;
const INFO: i32 = 5;
/// Images and opacities follow.
const FIRST: i32 = 6;

/// What stands beside the page's content.
#[derive(Default)]
struct Beside {
    images: Vec<Vec<u8>>,
    /// Opacities in thousandths, with their numbers.
    opacities: BTreeMap<u32, usize>,
}

/// The file.
pub(super) fn file(drawing: &Drawing, title: &str) -> Result<Vec<u8>, StepError> {
    let (width, height) = (POINTS * drawing.size.0, POINTS * drawing.size.1);
    let mut beside = Beside::default();
    let mut content = Content::new();
    // downwards, as pixels count
    content.transform([POINTS, 0.0, 0.0, -POINTS, 0.0, height]).set_line_join(LineJoinStyle::RoundJoin);
    for mark in &drawing.marks {
        match mark {
            Mark::Shape(one) => shape(&mut content, one, &mut beside),
            Mark::Image(file, [left, top, width, height]) => {
                let name = format!("I{}", beside.images.len());
                beside.images.push(file.clone());
                content.save_state().transform([*width, 0.0, 0.0, -height, *left, top + height]);
                content.x_object(Name(name.as_bytes())).restore_state();
            }
        }
    }
    let mut pdf = Pdf::new();
    pdf.catalog(Ref::new(CATALOG)).pages(Ref::new(PAGES));
    pdf.pages(Ref::new(PAGES)).kids([Ref::new(PAGE)]).count(1);
    let next = |index: usize| Ref::new(FIRST + i32::try_from(index).unwrap_or(0));
    let mut page = pdf.page(Ref::new(PAGE));
    page.parent(Ref::new(PAGES)).media_box(Rect::new(0.0, 0.0, width, height)).contents(Ref::new(CONTENT));
    let mut resources = page.resources();
    let mut names = resources.x_objects();
    for index in 0..beside.images.len() {
        names.pair(Name(format!("I{index}").as_bytes()), next(index));
    }
    names.finish();
    let mut names = resources.ext_g_states();
    for (index, thousandths) in beside.opacities.keys().enumerate() {
        names.pair(Name(format!("O{thousandths}").as_bytes()), next(beside.images.len() + index));
    }
    names.finish();
    resources.finish();
    page.finish();
    pdf.stream(Ref::new(CONTENT), &deflated(&content.finish())).filter(Filter::FlateDecode);
    pdf.document_info(Ref::new(INFO)).title(TextStr(title));
    for (index, file) in beside.images.iter().enumerate() {
        image(&mut pdf, next(index), file)?;
    }
    for (index, thousandths) in beside.opacities.keys().enumerate() {
        pdf.ext_graphics(next(beside.images.len() + index)).non_stroking_alpha(share(*thousandths));
    }
    Ok(pdf.finish())
}

fn image(pdf: &mut Pdf, id: Ref, file: &[u8]) -> Result<(), StepError> {
    let pixels =
        image::load_from_memory(file).map_err(|e| StepError::Bug(format!("an image of a figure: {e}")))?.to_rgb8();
    let side = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let packed = deflated(pixels.as_raw());
    let mut object = pdf.image_xobject(id, &packed);
    object.filter(Filter::FlateDecode);
    object.width(side(pixels.width())).height(side(pixels.height()));
    object.color_space().device_rgb();
    object.bits_per_component(8).interpolate(false);
    Ok(())
}

fn shape(content: &mut Content, shape: &Shape, beside: &mut Beside) {
    let stroke = |content: &mut Content| {
        if let Some(stroke) = &shape.stroke {
            outline(content, &shape.pieces);
            set(content, stroke);
            content.stroke();
        }
    };
    if shape.under {
        stroke(content);
    }
    if let Some((colour, opacity)) = shape.fill {
        content.save_state();
        if opacity < 1.0 {
            let thousandths = thousandths(opacity);
            let count = beside.opacities.len();
            beside.opacities.entry(thousandths).or_insert(count);
            content.set_parameters(Name(format!("O{thousandths}").as_bytes()));
        }
        let [red, green, blue] = parts(colour);
        outline(content, &shape.pieces);
        content.set_fill_rgb(red, green, blue).fill_nonzero().restore_state();
    }
    if !shape.under {
        stroke(content);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an opacity is from 0 to 1")]
fn thousandths(opacity: f32) -> u32 {
    (1000.0 * opacity).round() as u32
}

#[expect(clippy::cast_precision_loss, reason = "at most 1000")]
fn share(thousandths: u32) -> f32 {
    thousandths as f32 / 1000.0
}

fn set(content: &mut Content, stroke: &Stroke) {
    let [red, green, blue] = parts(stroke.colour);
    content.set_stroke_rgb(red, green, blue).set_line_width(stroke.width);
    content.set_dash_pattern(stroke.dash.iter().copied(), 0.0);
}

fn parts(colour: Rgb) -> [f32; 3] {
    colour.map(|part| f32::from(part) / 255.0)
}

fn outline(content: &mut Content, pieces: &[Piece]) {
    for piece in pieces {
        match *piece {
            Piece::Move((x, y)) => content.move_to(x, y),
            Piece::Line((x, y)) => content.line_to(x, y),
            Piece::Curve(a, b, (x, y)) => content.cubic_to(a.0, a.1, b.0, b.1, x, y),
            Piece::Close => content.close_path(),
        };
    }
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    // writing to memory cannot fail
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    let _ = packed.write_all(bytes);
    packed.finish().unwrap_or_default()
}
