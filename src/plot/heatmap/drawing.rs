//! Layout and drawing of heat maps.

use super::cells::{Cells, PanelCells};
use super::params::{Mark, Params};
use crate::plot::axes::colour_bar::{self, Bar};
use crate::plot::axes::frame::TICK_LABELS;
use crate::plot::axes::number::{decimal, short};
use crate::plot::axes::scale::{Fit, Scale};
use crate::plot::canvas::colour_map::{ColourMap, colour, readable_on};
use crate::plot::canvas::shapes::{Pen, Rect};
use crate::plot::canvas::style::{
    CELL_SIZE, Colour, FAINT, INK, MARGIN, MARKER_RADIUS, MISSING, Marker, PAPER, TEXT_SIZE, WIDTH,
};
use crate::plot::canvas::surface::{self, Canvas, THUMBNAIL, Type, shortened, text_width, wrapped};
use crate::plot::layout::heading::Heading;
use crate::plot::layout::legend::{Entry, Legend, Sample};
use crate::plot::layout::panels::{BESIDE, LABEL, LINE, Panels, Room};
use crate::step::StepError;
use crate::step::roles::Asked;
use plotters::style::text_anchor::{HPos, VPos};

/// Said where there is no cell at all.
pub const NOTHING: &str = "nothing to draw: no row has both axes";

/// Between two panels, pixels.
const BETWEEN: f64 = 16.0;
/// Between a panel and its colour bar, pixels.
const BEFORE_BAR: f64 = 12.0;
/// Limits of a panel's height, pixels.
const HEIGHTS: (f64, f64) = (120.0, 340.0);
/// Most that the names beside a panel may take, pixels.
const NAMES: f64 = 130.0;

/// Draws the figure.
///
/// # Errors
/// Where a logarithmic colour scale meets a value that is not positive.
pub fn draw(params: &Asked<'_, Params>, grid: &Cells, alt: &str) -> Result<String, StepError> {
    let scales = scales(params, grid)?;
    let heading = Heading::new(&params.head.title, &params.head.data_note);
    let layout = layout(params, grid, heading.height(), &scales);
    let legend = legend(params, grid);
    surface::draw((WIDTH, layout.panels.bottom + legend.height() + MARGIN), alt, |canvas| {
        heading.draw(canvas);
        legend.draw(canvas, layout.panels.bottom);
        for (index, scale) in scales.iter().enumerate() {
            draw_panel(canvas, &Drawing { params, grid, layout: &layout, scale, index });
        }
        if params.head.facets.is_grid() {
            layout.panels.draw_names(canvas, &params.head.facets, &grid.split);
        }
        layout.panels.draw_labels(canvas, &params.x.label(), &params.y.label());
        if grid.is_empty() {
            let style = Type { colour: FAINT, across: HPos::Center, ..Type::PLAIN };
            let around = layout.panels.around();
            canvas.text(NOTHING, (0.5 * WIDTH, around.top + 0.5 * around.height), &style);
        }
    })
}

/// Most columns and rows of a thumbnail: more are not to be told apart in it.
const THUMBNAIL_CELLS: (usize, usize) = (16, 10);

/// The first panel with cells, small and without words.
///
/// # Errors
/// Where a logarithmic colour scale meets a value that is not positive.
pub fn thumbnail(params: &Asked<'_, Params>, grid: &Cells) -> Result<String, StepError> {
    let scales = scales(params, grid)?;
    let Some(index) = grid.panels.iter().position(|panel| !panel.cells.is_empty()) else {
        return surface::thumbnail(|_| ());
    };
    let grid = &Cells {
        panels: grid.panels.iter().map(|panel| panel.thinned(THUMBNAIL_CELLS)).collect(),
        split: grid.split.clone(),
    };
    let (width, height) = THUMBNAIL;
    let rect = Rect { left: 0.0, top: 0.0, width, height };
    let panels = Panels {
        rects: vec![rect; grid.panels.len()],
        columns: 1,
        bottom: height,
        blank: vec![false; grid.panels.len()],
    };
    let layout = Layout { panels, lines: 0, names: 0.0 };
    surface::thumbnail(|canvas| {
        let drawing = Drawing { params, grid, layout: &layout, scale: &scales[index], index };
        draw_cells(canvas, &drawing);
        draw_mark(canvas, &drawing);
        draw_published(canvas, &drawing);
    })
}

/// The marked cell in words: `min 9.8 % at (63, 550)`.
pub fn mark_in_words(params: &Asked<'_, Params>, grid: &Cells, panel: usize) -> Option<String> {
    let panel = grid.panels.get(panel)?;
    let (column, row, value) = panel.marked(params.mark)?;
    let word = if params.mark == Mark::Max { "max" } else { "min" };
    let at = format!("({},\u{a0}{})", params.x.shown(&panel.xs[column]), params.y.shown(&panel.ys[row]));
    Some(format!("{word} {} at {at}", with_unit(params, value)))
}

/// A value of the colour column as text: `9.8 %`.
fn with_unit(params: &Asked<'_, Params>, value: f64) -> String {
    let unit = &params.value.0.unit;
    if unit.is_empty() { short(value) } else { format!("{}\u{a0}{unit}", short(value)) }
}

/// One colour scale for each panel, all the same where it is shared.
fn scales(params: &Asked<'_, Params>, grid: &Cells) -> Result<Vec<Scale>, StepError> {
    let values = |panel: &PanelCells| panel.cells.iter().map(|c| c.2).collect::<Vec<_>>();
    let all: Vec<f64> = grid.panels.iter().flat_map(values).collect();
    let shown = |panel: &PanelCells| if params.shared_scale { all.clone() } else { values(panel) };
    grid.panels.iter().map(|panel| Scale::over(&shown(panel), params.value_scale, Fit::Tight)).collect()
}

/// Where everything goes.
struct Layout {
    panels: Panels,
    /// Most lines over a panel.
    lines: usize,
    /// Room of the names beside a panel.
    names: f64,
}

#[expect(clippy::cast_precision_loss, reason = "a few lines")]
fn layout(params: &Asked<'_, Params>, grid: &Cells, top: f64, scales: &[Scale]) -> Layout {
    let columns = grid.split.columns;
    let texts = grid.panels.iter().flat_map(|panel| &panel.ys).map(|v| text_width(&params.y.shown(v), &small(columns)));
    let names = texts.fold(0.0, f64::max).min(NAMES);
    // a taller bar has finer ticks, whose labels are wider
    let widest = |s: &Scale, labelled| {
        let room = |height| colour_bar::room(s, height, labelled);
        room(HEIGHTS.0).max(room(HEIGHTS.1))
    };
    let bar = |labelled| scales.iter().map(|s| widest(s, labelled)).fold(0.0, f64::max) + BEFORE_BAR;
    let share = params.head.facets.share;
    let beside = if params.head.facets.is_grid() { LINE + 6.0 } else { 0.0 };
    // with scales of their own every panel has a bar, and the last one the label
    let inner = if params.shared_scale { BETWEEN } else { bar(false) + BETWEEN };
    let room = |lines: usize| {
        let over = lines as f64 * LINE + 6.0;
        Room {
            left: (MARGIN + BESIDE + names + 10.0, if share.y() { 0.0 } else { names + 10.0 }),
            right: (bar(true) + MARGIN + beside, inner),
            over: (over + if params.head.facets.is_grid() { LINE } else { 0.0 }, over),
            under: (TICK_LABELS + LABEL, if share.x() { 10.0 } else { TICK_LABELS }),
        }
    };
    // cells of a small panel are at least as high as wide
    let height = |width: f64| (0.9 * width).clamp(HEIGHTS.0, HEIGHTS.1);
    let width = Panels::new(&grid.split, top, &room(0), height).rects.first().map_or(0.0, |rect| rect.width);
    let lines = (0..grid.panels.len()).map(|index| lines_over(params, grid, index, width).len()).max().unwrap_or(0);
    Layout { panels: Panels::new(&grid.split, top, &room(lines), height), lines, names }
}

fn small(columns: usize) -> Type {
    Type { size: Panels::text_size(columns), ..Type::PLAIN }
}

/// A panel about to be drawn.
struct Drawing<'a> {
    params: &'a Asked<'a, Params>,
    grid: &'a Cells,
    layout: &'a Layout,
    scale: &'a Scale,
    index: usize,
}

impl Drawing<'_> {
    fn panel(&self) -> &PanelCells {
        &self.grid.panels[self.index]
    }

    fn rect(&self) -> Rect {
        self.layout.panels.rects[self.index]
    }

    /// The rectangle of a cell.
    #[expect(clippy::cast_precision_loss, reason = "axes have few values")]
    fn cell(&self, column: usize, row: usize) -> Rect {
        let (rect, panel) = (self.rect(), self.panel());
        let (width, height) = (rect.width / panel.xs.len() as f64, rect.height / panel.ys.len() as f64);
        let top = rect.bottom() - (row + 1) as f64 * height;
        Rect { left: rect.left + column as f64 * width, top, width, height }
    }
}

fn draw_panel(canvas: &mut Canvas, drawing: &Drawing<'_>) {
    let rect = drawing.rect();
    draw_lines_over(canvas, drawing, &rect);
    draw_cells(canvas, drawing);
    canvas.outline(&rect, &Pen::solid(FAINT, 1.0));
    draw_mark(canvas, drawing);
    draw_published(canvas, drawing);
    draw_axes(canvas, drawing, &rect);
    let last = drawing.layout.panels.is_last(drawing.index);
    let beside = if last && drawing.params.head.facets.is_grid() { LINE + 6.0 } else { 0.0 };
    let bar = (rect.right() + BEFORE_BAR + beside, rect.top, rect.height);
    if !drawing.params.shared_scale || last {
        let label = if last { drawing.params.value.label() } else { String::new() };
        let drawn = Bar { scale: drawing.scale, map: ColourMap::Sequential, label: &label };
        colour_bar::draw(canvas, &drawn, bar);
    }
}

/// What stands over a panel: the facet's name in heavy letters, the marked value, the baseline.
fn lines_over(params: &Asked<'_, Params>, grid: &Cells, index: usize, width: f64) -> Vec<(String, bool)> {
    let panel = &grid.panels[index];
    // rows and columns of a grid have headings of their own
    let name =
        if params.head.facets.is_grid() { String::new() } else { params.head.facets.name(&grid.split.panels[index]) };
    let baseline = params.baseline.as_ref().zip(panel.baseline);
    let baseline = baseline.map(|(known, value)| format!("{}: {}", known.label, with_unit(params, value)));
    let marked = mark_in_words(params, grid, index).unwrap_or_default();
    let texts = [(name, true), (marked, false), (baseline.unwrap_or_default(), false)];
    let lines = |(text, bold): (String, bool)| {
        let style = Type { bold, ..small(grid.split.columns) };
        wrapped(&text, width, &style).into_iter().map(move |line| (line, bold))
    };
    texts.into_iter().flat_map(lines).collect()
}

/// Lines of all panels start at the same height.
fn draw_lines_over(canvas: &mut Canvas, drawing: &Drawing<'_>, rect: &Rect) {
    let lines = lines_over(drawing.params, drawing.grid, drawing.index, rect.width);
    let mut at = rect.top - 6.0 - LINE * f64::from(u32::try_from(drawing.layout.lines).unwrap_or(0)) + 0.5 * LINE;
    for (line, bold) in lines {
        canvas.text(&line, (rect.left, at), &Type { bold, ..small(drawing.grid.split.columns) });
        at += LINE;
    }
}

fn draw_cells(canvas: &mut Canvas, drawing: &Drawing<'_>) {
    canvas.rect(&drawing.rect(), MISSING);
    let cells = &drawing.panel().cells;
    let words = words(drawing);
    for (&(column, row, value), word) in cells.iter().zip(&words) {
        let rect = drawing.cell(column, row);
        let ground = colour(drawing.scale.fraction(value));
        canvas.rect(&overlapping(&rect, &drawing.rect()), Colour::fixed(ground));
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
fn draw_mark(canvas: &mut Canvas, drawing: &Drawing<'_>) {
    let Some((column, row, _)) = drawing.panel().marked(drawing.params.mark) else { return };
    let cell = drawing.cell(column, row);
    canvas.outline(&cell, &Pen::solid(INK, 4.0));
    canvas.outline(&cell, &Pen::solid(PAPER, 1.6));
}

/// The paper's numbers: hollow discs.
fn draw_published(canvas: &mut Canvas, drawing: &Drawing<'_>) {
    let first = drawing.cell(0, 0);
    for &(column, row) in &drawing.panel().published {
        let at = (first.left + (column + 0.5) * first.width, first.bottom() - (row + 0.5) * first.height);
        canvas.hollow(Marker::Disc, at, 1.3 * MARKER_RADIUS, INK);
    }
}

/// What the hollow discs are, over all panels.
pub fn source<'a>(params: &'a Asked<'_, Params>, grid: &Cells) -> Option<&'a str> {
    let drawn = grid.panels.iter().any(|panel| !panel.published.is_empty());
    params.head.published.as_ref().filter(|_| drawn).map(|published| published.source.as_str())
}

fn legend(params: &Asked<'_, Params>, grid: &Cells) -> Legend {
    let entry = |source: &str| Entry { label: source.to_owned(), sample: Sample::HollowPoint(Marker::Disc, INK) };
    Legend::new(source(params, grid).map(entry).into_iter().collect())
}

fn draw_axes(canvas: &mut Canvas, drawing: &Drawing<'_>, rect: &Rect) {
    let (share, panels) = (drawing.params.head.facets.share, &drawing.layout.panels);
    if !share.x() || panels.is_lowest(drawing.index) {
        draw_x_axis(canvas, drawing, rect);
    }
    draw_y_axis(canvas, drawing, (rect, !share.y() || panels.is_first(drawing.index)));
}

fn draw_x_axis(canvas: &mut Canvas, drawing: &Drawing<'_>, rect: &Rect) {
    let xs = &drawing.panel().xs;
    let under = Type { across: HPos::Center, along: VPos::Top, ..small(drawing.grid.split.columns) };
    let texts: Vec<String> = xs.iter().map(|v| drawing.params.x.shown(v)).collect();
    let room = drawing.cell(0, 0);
    // names are cut off to the cell's width; of numbers some are left out
    let named = xs.iter().all(|v| v.as_f64().is_none()) && room.width > 40.0;
    let most = if named { room.width - 6.0 } else { rect.width };
    let texts: Vec<String> = texts.iter().map(|t| shortened(t, most, &under)).collect();
    let widest = texts.iter().map(|t| text_width(t, &under)).fold(0.0, f64::max);
    for index in (0..texts.len()).step_by(stride(widest + 6.0, room.width)) {
        let cell = drawing.cell(index, 0);
        let x = cell.left + 0.5 * cell.width;
        canvas.line(&[(x, rect.bottom()), (x, rect.bottom() + 4.0)], &Pen::solid(FAINT, 1.0));
        canvas.text(&texts[index], (x, rect.bottom() + 8.0), &under);
    }
}

fn draw_y_axis(canvas: &mut Canvas, drawing: &Drawing<'_>, (rect, labelled): (&Rect, bool)) {
    let ys = &drawing.panel().ys;
    let beside = Type { across: HPos::Right, ..small(drawing.grid.split.columns) };
    let room = drawing.cell(0, 0);
    for index in (0..ys.len()).step_by(stride(TEXT_SIZE * 1.3, room.height)) {
        let cell = drawing.cell(0, index);
        let y = cell.top + 0.5 * cell.height;
        canvas.line(&[(rect.left - 4.0, y), (rect.left, y)], &Pen::solid(FAINT, 1.0));
        if labelled {
            let label = shortened(&drawing.params.y.shown(&ys[index]), drawing.layout.names, &beside);
            canvas.text(&label, (rect.left - 8.0, y), &beside);
        }
    }
}

/// Every how many-th label is written, so that none touches the next.
fn stride(needed: f64, cell: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a ratio of pixels, at least 1")]
    let stride = (needed / cell.max(1e-3)).ceil().max(1.0) as usize;
    stride
}
