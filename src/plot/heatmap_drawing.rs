//! Layout and drawing of heat maps.

use super::canvas::{self, Canvas, Pen, Rect, Type, shortened, text_width, wrapped};
use super::cells::{Grid, Panel};
use super::colour_bar;
use super::colour_map::{colour, readable_on};
use super::frame::{self, Labels};
use super::heading::Heading;
use super::heatmap::{Params, mark_in_words, with_unit};
use super::scale::{Fit, Scale, decimal, short};
use super::style::{CELL_SIZE, FAINT, INK, LEADING, MARGIN, MISSING, PAPER, TEXT_SIZE, WIDTH};
use crate::step::StepError;
use plotters::style::text_anchor::{HPos, VPos};

/// Said where there is no cell at all.
pub const NOTHING: &str = "nothing to draw: no row has both axes";

/// Panels in a row: more would leave no room for cells.
const IN_A_ROW: usize = 3;
/// Between two panels, pixels.
const BETWEEN: f64 = 16.0;
/// Between a panel and its colour bar, pixels.
const BEFORE_BAR: f64 = 12.0;
/// Height of a line over a panel, pixels.
const LINE: f64 = TEXT_SIZE * LEADING;
/// Limits of a panel's height, pixels.
const HEIGHTS: (f64, f64) = (170.0, 340.0);

/// Where everything goes.
struct Layout {
    /// Panels in a row.
    across: usize,
    /// Left edge of the first panel.
    left: f64,
    /// Upper edge of the first panel.
    top: f64,
    /// Size of a panel.
    panel: (f64, f64),
    /// From one panel's left edge to the next one's, and from one row's top to the next one's.
    pitch: (f64, f64),
    /// Lines over a panel.
    lines: usize,
    /// Size of the figure.
    size: (f64, f64),
}

/// Draws the figure.
///
/// # Errors
/// Where a logarithmic colour scale meets a value that is not positive.
pub fn draw(params: &Params, grid: &Grid, alt: &str) -> Result<String, StepError> {
    let scales = scales(params, grid)?;
    let heading = Heading::new(&params.title, &params.data_note);
    let layout = layout(params, grid, &heading, &scales);
    canvas::draw(layout.size, alt, |canvas| {
        heading.draw(canvas);
        if grid.panels.is_empty() {
            let style = Type { colour: FAINT, across: HPos::Center, ..Type::PLAIN };
            canvas.text(NOTHING, (0.5 * WIDTH, layout.top + 0.5 * layout.panel.1), &style);
        }
        for (index, scale) in scales.iter().enumerate() {
            draw_panel(canvas, &Drawing { params, grid, layout: &layout, scale, index });
        }
    })
}

/// One colour scale for each panel, all the same where it is shared.
fn scales(params: &Params, grid: &Grid) -> Result<Vec<Scale>, StepError> {
    let values = |panel: &Panel| panel.cells.iter().map(|c| c.2).collect::<Vec<_>>();
    let all: Vec<f64> = grid.panels.iter().flat_map(values).collect();
    let shown = |panel: &Panel| if params.shared_scale { all.clone() } else { values(panel) };
    grid.panels.iter().map(|panel| Scale::over(&shown(panel), params.value.0.log, Fit::Tight)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a handful of panels")]
fn layout(params: &Params, grid: &Grid, heading: &Heading, scales: &[Scale]) -> Layout {
    let across = grid.panels.len().clamp(1, IN_A_ROW);
    let rows = grid.panels.len().div_ceil(across).max(1);
    let widest = grid.ys.iter().map(|v| text_width(&params.y.shown(v), &Type::PLAIN)).fold(0.0, f64::max);
    let left = MARGIN + 26.0 + widest.min(130.0) + 8.0;
    let bar =
        |labelled| scales.iter().map(|s| colour_bar::room(s, HEIGHTS.0, labelled)).fold(0.0, f64::max) + BEFORE_BAR;
    // with scales of their own every panel has a bar, and the last one the label
    let (inner, last) = if params.shared_scale { (0.0, bar(true)) } else { (bar(false), bar(true)) };
    let gaps = (across - 1) as f64 * (BETWEEN + inner);
    let width = (WIDTH - MARGIN - left - gaps - last) / across as f64;
    let height = (width * 0.9).clamp(HEIGHTS.0, HEIGHTS.1);
    let lines = (0..grid.panels.len()).map(|index| lines_over(params, grid, index, width).len()).max().unwrap_or(0);
    let over = lines as f64 * LINE + 6.0;
    let pitch = (width + BETWEEN + inner, height + over + frame::UNDER + 6.0);
    let top = heading.height() + over;
    let size = (WIDTH, heading.height() + rows as f64 * pitch.1 + MARGIN);
    Layout { across, left, top, panel: (width, height), pitch, lines, size }
}

/// A panel about to be drawn.
struct Drawing<'a> {
    params: &'a Params,
    grid: &'a Grid,
    layout: &'a Layout,
    scale: &'a Scale,
    index: usize,
}

impl Drawing<'_> {
    fn panel(&self) -> &Panel {
        &self.grid.panels[self.index]
    }

    #[expect(clippy::cast_precision_loss, reason = "a handful of panels")]
    fn rect(&self) -> Rect {
        let Layout { across, left, top, panel: (width, height), pitch, .. } = *self.layout;
        let (column, row) = ((self.index % across) as f64, (self.index / across) as f64);
        Rect { left: left + column * pitch.0, top: top + row * pitch.1, width, height }
    }

    /// The rectangle of a cell.
    #[expect(clippy::cast_precision_loss, reason = "axes have few values")]
    fn cell(&self, column: usize, row: usize) -> Rect {
        let rect = self.rect();
        let (width, height) = (rect.width / self.grid.xs.len() as f64, rect.height / self.grid.ys.len() as f64);
        let top = rect.bottom() - (row + 1) as f64 * height;
        Rect { left: rect.left + column as f64 * width, top, width, height }
    }

    fn is_first(&self) -> bool {
        self.index.is_multiple_of(self.layout.across)
    }

    fn is_last(&self) -> bool {
        (self.index + 1).is_multiple_of(self.layout.across) || self.index + 1 == self.grid.panels.len()
    }
}

fn draw_panel(canvas: &mut Canvas<'_>, drawing: &Drawing<'_>) {
    let rect = drawing.rect();
    draw_lines_over(canvas, drawing, &rect);
    draw_cells(canvas, drawing);
    canvas.outline(&rect, &Pen::solid(FAINT, 1.0));
    draw_mark(canvas, drawing);
    draw_axes(canvas, drawing, &rect);
    let bar = (rect.right() + BEFORE_BAR, rect.top, rect.height);
    if !drawing.params.shared_scale || drawing.is_last() {
        let label = if drawing.is_last() { drawing.params.value.label() } else { String::new() };
        colour_bar::draw(canvas, drawing.scale, bar, &label);
    }
}

/// What stands over a panel: the facet's name in heavy letters, the marked value, the baseline.
fn lines_over(params: &Params, grid: &Grid, index: usize, width: f64) -> Vec<(String, bool)> {
    let panel = &grid.panels[index];
    let facet = params.facet.as_ref().map(|facet| facet.names(&panel.facet));
    let baseline = params.baseline.as_ref().zip(panel.baseline);
    let baseline = baseline.map(|(known, value)| format!("{}: {}", known.label, with_unit(params, value)));
    let texts = [(facet, true), (mark_in_words(params, grid, index), false), (baseline, false)];
    let lines = |(text, bold): (Option<String>, bool)| {
        let style = Type { bold, ..Type::PLAIN };
        wrapped(&text.unwrap_or_default(), width, &style).into_iter().map(move |line| (line, bold))
    };
    texts.into_iter().flat_map(lines).collect()
}

/// Lines of all panels start at the same height.
fn draw_lines_over(canvas: &mut Canvas<'_>, drawing: &Drawing<'_>, rect: &Rect) {
    let lines = lines_over(drawing.params, drawing.grid, drawing.index, rect.width);
    let mut at = rect.top - 6.0 - LINE * f64::from(u32::try_from(drawing.layout.lines).unwrap_or(0)) + 0.5 * LINE;
    for (line, bold) in lines {
        canvas.text(&line, (rect.left, at), &Type { bold, ..Type::PLAIN });
        at += LINE;
    }
}

fn draw_cells(canvas: &mut Canvas<'_>, drawing: &Drawing<'_>) {
    canvas.rect(&drawing.rect(), MISSING);
    let cells = &drawing.panel().cells;
    let words = words(drawing);
    for (&(column, row, value), word) in cells.iter().zip(&words) {
        let rect = drawing.cell(column, row);
        let ground = colour(drawing.scale.fraction(value));
        canvas.rect(&overlapping(&rect, &drawing.rect()), ground);
        let middle = (rect.left + 0.5 * rect.width, rect.top + 0.5 * rect.height);
        canvas.text(word, middle, &Type { colour: readable_on(ground), ..IN_CELL });
    }
}

/// A cell half a pixel larger to the right and downwards, inside its panel: no seam shows between neighbours.
fn overlapping(cell: &Rect, panel: &Rect) -> Rect {
    let width = (cell.width + 0.5).min(panel.right() - cell.left);
    Rect { width, height: (cell.height + 0.5).min(panel.bottom() - cell.top), ..*cell }
}

const IN_CELL: Type = Type { size: CELL_SIZE, across: HPos::Center, ..Type::PLAIN };

/// The text of every cell: all with the same decimals, or all empty where one would not fit.
fn words(drawing: &Drawing<'_>) -> Vec<String> {
    let values: Vec<f64> = drawing.grid.panels.iter().flat_map(|p| &p.cells).map(|c| c.2).collect();
    let largest = values.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    let range =
        values.iter().fold(f64::NEG_INFINITY, |m, &v| m.max(v)) - values.iter().fold(f64::INFINITY, |m, &v| m.min(v));
    let plain = largest < 1e5 && range > 1e-4;
    // a hundredth of the range still shows
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 6")]
    let decimals = (2.0 - range.max(1e-4).log10().floor()).clamp(0.0, 6.0) as usize;
    let decimals = if values.iter().all(|v| v.fract() == 0.0) { 0 } else { decimals };
    let word = |v: f64| if plain { decimal(v, decimals) } else { short(v) };
    let room = drawing.cell(0, 0);
    let fits = |v: f64| text_width(&word(v), &IN_CELL) + 4.0 <= room.width;
    let print = room.height >= CELL_SIZE * 1.3 && values.iter().all(|&v| fits(v));
    drawing.panel().cells.iter().map(|c| if print { word(c.2) } else { String::new() }).collect()
}

/// A double frame, seen on dark and on light cells.
fn draw_mark(canvas: &mut Canvas<'_>, drawing: &Drawing<'_>) {
    let Some((column, row, _)) = drawing.panel().marked(drawing.params.mark) else { return };
    let cell = drawing.cell(column, row);
    canvas.outline(&cell, &Pen::solid(INK, 4.0));
    canvas.outline(&cell, &Pen::solid(PAPER, 1.6));
}

fn draw_axes(canvas: &mut Canvas<'_>, drawing: &Drawing<'_>, rect: &Rect) {
    let Drawing { params, grid, .. } = *drawing;
    let tick = Pen::solid(FAINT, 1.0);
    let under = Type { across: HPos::Center, along: VPos::Top, ..Type::PLAIN };
    let xs: Vec<String> = grid.xs.iter().map(|v| params.x.shown(v)).collect();
    let room = drawing.cell(0, 0);
    // names are cut off to the cell's width; of numbers some are left out
    let named = grid.xs.iter().all(|v| v.as_f64().is_none()) && room.width > 40.0;
    let most = if named { room.width - 6.0 } else { rect.width };
    let xs: Vec<String> = xs.iter().map(|t| shortened(t, most, &under)).collect();
    let widest = xs.iter().map(|t| text_width(t, &under)).fold(0.0, f64::max);
    for index in (0..xs.len()).step_by(stride(widest + 6.0, room.width)) {
        let cell = drawing.cell(index, 0);
        let x = cell.left + 0.5 * cell.width;
        canvas.line(&[(x, rect.bottom()), (x, rect.bottom() + 4.0)], &tick);
        canvas.text(&xs[index], (x, rect.bottom() + 8.0), &under);
    }
    let beside = Type { across: HPos::Right, ..Type::PLAIN };
    for index in (0..grid.ys.len()).step_by(stride(TEXT_SIZE * 1.3, room.height)) {
        let cell = drawing.cell(0, index);
        let y = cell.top + 0.5 * cell.height;
        canvas.line(&[(rect.left - 4.0, y), (rect.left, y)], &tick);
        if drawing.is_first() {
            let label = shortened(&params.y.shown(&grid.ys[index]), drawing.layout.left - MARGIN - 34.0, &beside);
            canvas.text(&label, (rect.left - 8.0, y), &beside);
        }
    }
    let y = if drawing.is_first() { params.y.label() } else { String::new() };
    frame::draw_labels(canvas, &Labels { x: params.x.label(), y }, rect, MARGIN + 24.0);
}

/// Every how many-th label is written, so that none touches the next.
fn stride(needed: f64, cell: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a ratio of pixels, at least 1")]
    let stride = (needed / cell.max(1e-3)).ceil().max(1.0) as usize;
    stride
}
