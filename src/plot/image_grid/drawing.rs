//! Layout and drawing of image grids.

use super::images::{Block, Image};
use super::params::{Params, RangeOf};
use crate::plot::axes::colour_bar::{self, Bar};
use crate::plot::axes::number::short;
use crate::plot::canvas::shapes::{Pen, Rect};
use crate::plot::canvas::style::{FAINT, LEADING, MARGIN, SMALL_SIZE, TEXT_SIZE, WIDTH};
use crate::plot::canvas::surface::{self, Canvas, THUMBNAIL, THUMBNAIL_BYTES, Type, shortened, text_width, wrapped};
use crate::plot::layout::heading::Heading;
use crate::step::StepError;
use crate::step::roles::Asked;
use plotters::style::text_anchor::{HPos, VPos};

/// Said where there is nothing to draw.
pub const NOTHING: &str = "nothing to draw: there is no picture";

/// Between two pictures, pixels.
const BETWEEN: f64 = 8.0;
/// Between a picture and its colour bar, pixels.
const BEFORE_BAR: f64 = 12.0;
/// Most that the headings of rows may take, pixels.
const NAMES: f64 = 120.0;
/// Width of a picture that fills the figure at most, pixels.
const WIDEST: f64 = 120.0;
/// Bytes of a thumbnail without its pictures.
const THUMBNAIL_HEAD: usize = 500;
/// Least and greatest height of a colour bar, pixels.
const BAR: (f64, f64) = (64.0, 220.0);
/// Between two blocks, pixels.
const APART: f64 = 16.0;
/// Height of a line of small text, pixels.
const LINE: f64 = SMALL_SIZE * LEADING;

const SMALL: Type = Type { size: SMALL_SIZE, ..Type::PLAIN };
const NOTE: Type = Type { colour: FAINT, across: HPos::Center, along: VPos::Top, ..SMALL };
const COLUMN: Type = Type { across: HPos::Center, along: VPos::Bottom, ..SMALL };
const BLOCK: Type = Type { bold: true, ..Type::PLAIN };

/// Where a block's parts lie.
struct Place<'a> {
    block: &'a Block,
    /// Left edge of the first column.
    left: f64,
    /// Width of a picture.
    width: f64,
    /// Lines of the block's heading.
    heading: Vec<String>,
    /// Lines of each column's heading.
    columns: Vec<Vec<String>>,
    /// Upper edge and height of each row's pictures.
    rows: Vec<(f64, f64)>,
    /// Upper edge of everything.
    top: f64,
    /// Lower edge of everything.
    bottom: f64,
}

/// Draws the figure.
///
/// # Errors
/// Where the drawing fails.
pub fn draw(params: &Asked<'_, Params>, blocks: &[Block], alt: &str) -> Result<String, StepError> {
    let heading = Heading::new(&params.head.title, &params.head.data_note);
    let places = places(params, blocks, heading.height());
    let bottom = places.last().map_or(heading.height(), |place| place.bottom);
    let empty = blocks.iter().all(|block| block.images.is_empty());
    let bottom = if empty { bottom + 3.0 * LINE } else { bottom.max(heading.height() + bar_height(params, blocks)) };
    surface::draw((WIDTH, bottom + MARGIN), alt, |canvas| {
        heading.draw(canvas);
        for place in &places {
            draw_block(canvas, params, place);
        }
        if has_shared_bars(params) {
            draw_shared_bars(canvas, params, (blocks, &places));
        }
        if empty {
            let style = Type { colour: FAINT, across: HPos::Center, ..Type::PLAIN };
            canvas.text(NOTHING, (0.5 * WIDTH, heading.height() + LINE), &style);
        }
    })
}

/// The first pictures of the first block that has any, small and without words.
///
/// # Errors
/// Where the drawing fails.
pub fn thumbnail(blocks: &[Block]) -> Result<String, StepError> {
    let mut bytes = THUMBNAIL_BYTES - THUMBNAIL_HEAD;
    let fits = |image: &&Image| {
        // four bytes of base64 for three of the file
        let left = bytes.checked_sub(image.png.len() * 4 / 3 + 120);
        bytes = left.unwrap_or_default();
        left.is_some()
    };
    let images: Vec<&Image> = blocks.iter().flat_map(|block| &block.images).take(8).take_while(fits).collect();
    let (width, height) = THUMBNAIL;
    let columns = [1, 1, 2, 3, 2, 3, 3, 4, 4][images.len()];
    let rows = images.len().div_ceil(columns).max(1);
    let step = (width / count(columns), height / count(rows));
    surface::thumbnail(|canvas| {
        for (index, image) in images.iter().enumerate() {
            let at = (step.0 * count(index % columns), step.1 * count(index / columns));
            let ratio = ratio(image.size);
            let wide = (step.0 - BETWEEN).min((step.1 - BETWEEN) / ratio);
            let (left, top) = (at.0 + 0.5 * (step.0 - wide), at.1 + 0.5 * (step.1 - wide * ratio));
            canvas.image(&image.png, &Rect { left, top, width: wide, height: wide * ratio });
        }
    })
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(0))
}

/// What stands beside the bars; where pictures have ranges of their own, what their numbers are divided by.
fn bar_label(params: &Asked<'_, Params>) -> String {
    match (params.range, params.label.as_str()) {
        (RangeOf::Picture, "") => "of its largest".to_owned(),
        (RangeOf::Picture, label) => format!("{label} / largest"),
        (_, label) => label.to_owned(),
    }
}

/// Whether one bar stands for all pictures: with their numbers, or in units of the largest of each.
fn has_shared_bars(params: &Asked<'_, Params>) -> bool {
    matches!(params.range, RangeOf::All | RangeOf::Picture)
}

fn bar_height(params: &Asked<'_, Params>, blocks: &[Block]) -> f64 {
    if has_shared_bars(params) && blocks.iter().flat_map(|b| &b.images).any(|i| i.range.is_some()) {
        BAR.0
    } else {
        0.0
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few dozen columns")]
fn places<'a>(params: &Asked<'_, Params>, blocks: &'a [Block], top: f64) -> Vec<Place<'a>> {
    let names = blocks.iter().flat_map(|b| &b.rows).map(|name| text_width(name, &SMALL)).fold(0.0, f64::max);
    let names = if names > 0.0 { names.min(NAMES) + 10.0 } else { 0.0 };
    let columns = blocks.iter().map(|b| b.columns.len()).max().unwrap_or(1).max(1) as f64;
    let room = WIDTH - 2.0 * MARGIN - names - bar_room(params, blocks) - (columns - 1.0) * BETWEEN;
    let wanted = if params.size == 0 { WIDEST } else { f64::from(params.size) };
    let width = (room / columns).min(wanted);
    let mut places: Vec<Place<'a>> = Vec::new();
    let mut at = top + 2.0;
    for block in blocks {
        let place = place(params, block, (MARGIN + names, width, at));
        at = place.bottom + APART;
        places.push(place);
    }
    places
}

/// Room for colour bars to the right.
fn bar_room(params: &Asked<'_, Params>, blocks: &[Block]) -> f64 {
    let images = blocks.iter().flat_map(|b| &b.images);
    let scales = images
        .filter_map(|i| i.colour_scale(params.range))
        .map(|s| colour_bar::room(&s, BAR.1, !bar_label(params).is_empty()));
    let widest = scales.fold(0.0, f64::max);
    let shown = widest > 0.0 && params.range != RangeOf::Column;
    if shown { widest + BEFORE_BAR + 6.0 } else { 0.0 }
}

fn place<'a>(params: &Asked<'_, Params>, block: &'a Block, (left, width, top): (f64, f64, f64)) -> Place<'a> {
    let lines = |n: usize| count(n) * LINE;
    let heading = wrapped(&block.heading, WIDTH - 2.0 * MARGIN, &BLOCK);
    let columns: Vec<Vec<String>> = (0..block.columns.len()).map(|c| column_lines(params, block, (c, width))).collect();
    let over = columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut at = top + lines(heading.len()) * TEXT_SIZE / SMALL_SIZE + lines(over) + 6.0;
    let mut rows = Vec::new();
    for row in 0..block.rows.len() {
        let images = || block.images.iter().filter(|image| image.row == row);
        let height = images().map(|image| width * ratio(image.size)).fold(0.0, f64::max);
        // a row with a bar of its own is as high as the bar
        let bar = params.range == RangeOf::Row && images().any(|image| image.range.is_some());
        let height = if bar { height.max(BAR.0) } else { height };
        let notes = images().map(|image| wrapped(&image.note, width + BETWEEN - 2.0, &SMALL).len()).max().unwrap_or(0);
        rows.push((at, height));
        at += height + lines(notes) + if notes > 0 { 4.0 } else { 0.0 } + BETWEEN;
    }
    Place { block, left, width, heading, columns, rows, top, bottom: at }
}

#[expect(clippy::cast_precision_loss, reason = "images are small")]
fn ratio((height, width): (usize, usize)) -> f64 {
    height as f64 / width as f64
}

/// The heading of a column, with its range where it has one.
fn column_lines(params: &Asked<'_, Params>, block: &Block, (column, width): (usize, f64)) -> Vec<String> {
    let mut lines = wrapped(&block.columns[column], width + BETWEEN - 2.0, &SMALL);
    let first = block.images.iter().find(|image| image.column == column).and_then(|image| image.range);
    if let (RangeOf::Column, Some((low, high))) = (params.range, first) {
        let range =
            if low + high == 0.0 { format!("±{}", short(high)) } else { format!("{} to {}", short(low), short(high)) };
        lines.push(shortened(&range, width + BETWEEN - 2.0, &SMALL));
    }
    lines
}

fn draw_block(canvas: &mut Canvas, params: &Asked<'_, Params>, place: &Place<'_>) {
    let mut at = place.top;
    for line in &place.heading {
        canvas.text(line, (MARGIN, at + 0.5 * TEXT_SIZE * LEADING), &BLOCK);
        at += TEXT_SIZE * LEADING;
    }
    let first = place.rows.first().map_or(place.bottom, |row| row.0);
    for (column, lines) in place.columns.iter().enumerate() {
        let middle = place.rect(0, column).left + 0.5 * place.width;
        for (index, line) in lines.iter().rev().enumerate() {
            canvas.text(line, (middle, first - 4.0 - f64::from(u32::try_from(index).unwrap_or(0)) * LINE), &COLUMN);
        }
    }
    for (row, name) in place.block.rows.iter().enumerate() {
        draw_row_name(canvas, place, (row, name));
        if params.range == RangeOf::Row {
            draw_row_bar(canvas, params, (place, row));
        }
    }
    for image in &place.block.images {
        draw_image(canvas, place, image);
    }
}

impl Place<'_> {
    /// The square of a row and a column.
    fn rect(&self, row: usize, column: usize) -> Rect {
        let (top, height) = self.rows.get(row).copied().unwrap_or((self.bottom, 0.0));
        let column = f64::from(u32::try_from(column).unwrap_or(0));
        Rect { left: self.left + column * (self.width + BETWEEN), top, width: self.width, height }
    }

    fn right(&self) -> f64 {
        self.rect(0, self.block.columns.len().saturating_sub(1)).right()
    }
}

fn draw_row_name(canvas: &mut Canvas, place: &Place<'_>, (row, name): (usize, &str)) {
    let rect = place.rect(row, 0);
    let lines = wrapped(name, NAMES, &SMALL);
    let count = f64::from(u32::try_from(lines.len()).unwrap_or(0));
    let mut at = rect.top + 0.5 * rect.height - 0.5 * (count - 1.0) * LINE;
    for line in lines {
        canvas.text(&line, (place.left - 8.0, at), &Type { across: HPos::Right, ..SMALL });
        at += LINE;
    }
}

fn draw_row_bar(canvas: &mut Canvas, params: &Asked<'_, Params>, (place, row): (&Place<'_>, usize)) {
    let images = place.block.images.iter().filter(|image| image.row == row);
    let Some((image, scale)) = images.filter_map(|image| Some((image, image.colour_scale(params.range)?))).next()
    else {
        return;
    };
    let rect = place.rect(row, 0);
    let bar = Bar { scale: &scale, map: image.map(), label: &params.label };
    colour_bar::draw(canvas, &bar, (place.right() + BEFORE_BAR, rect.top, rect.height.min(BAR.1)));
}

fn draw_image(canvas: &mut Canvas, place: &Place<'_>, image: &Image) {
    let cell = place.rect(image.row, image.column);
    let height = place.width * ratio(image.size);
    let rect = Rect { top: cell.top + 0.5 * (cell.height - height), height, ..cell };
    let rim = Rect { left: rect.left - 0.5, top: rect.top - 0.5, width: rect.width + 1.0, height: rect.height + 1.0 };
    canvas.outline(&rim, &Pen::solid(FAINT, 1.0));
    canvas.image(&image.png, &rect);
    let mut at = cell.bottom() + 4.0;
    for line in wrapped(&image.note, place.width + BETWEEN - 2.0, &SMALL) {
        canvas.text(&line, (cell.left + 0.5 * cell.width, at), &NOTE);
        at += LINE;
    }
}

/// One bar for each meaning of numbers, one below another, to the right of the first block.
fn draw_shared_bars(canvas: &mut Canvas, params: &Asked<'_, Params>, (blocks, places): (&[Block], &[Place<'_>])) {
    let mut drawn: Vec<crate::artifact::PictureScale> = Vec::new();
    let right = places.iter().map(Place::right).fold(0.0, f64::max);
    let top = places.first().and_then(|place| place.rows.first()).map_or(0.0, |row| row.0);
    let bottom = places.last().map_or(top, |place| place.bottom - BETWEEN);
    let height = (bottom - top).clamp(BAR.0, BAR.1);
    let mut at = top;
    for image in blocks.iter().flat_map(|b| &b.images) {
        if drawn.contains(&image.scale) {
            continue;
        }
        let Some(scale) = image.colour_scale(params.range) else { continue };
        let bar = Bar { scale: &scale, map: image.map(), label: &bar_label(params) };
        colour_bar::draw(canvas, &bar, (right + BEFORE_BAR, at, height));
        at += height + APART;
        drawn.push(image.scale);
    }
}
