//! What stands in each panel of a histogram, and its drawing.

use super::params::Params;
use crate::artifact::{Cell, Table};
use crate::plot::axes::axis_scale::AxisScale;
use crate::plot::axes::frame::Frame;
use crate::plot::axes::scale::{Fit, Scale};
use crate::plot::canvas::shapes::{Pen, Point};
use crate::plot::canvas::style::{BAR_OPACITY, COLOURS, Colour, FAINT, Look, Marker};
use crate::plot::canvas::surface::Canvas;
use crate::plot::layout::facets::Split;
use crate::plot::layout::guides;
use crate::plot::layout::legend::{Entry, Legend, Sample};
use crate::plot::layout::looks::Looks;
use crate::plot::layout::series;
use crate::step::StepError;
use crate::step::roles::{Asked, Axis, AxisForm};

/// Half the size of the triangle of a marked value, pixels.
const TRIANGLE: f64 = 4.0;
/// Height of the line under it, pixels.
const STEM: f64 = 10.0;
/// Width of outlines, pixels.
const OUTLINE: f64 = 1.5;

/// One bin, in the units that the axes show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Count or density.
    pub height: f64,
}

/// One histogram of a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    /// The value of the colour column.
    pub key: Cell,
    /// Its bars from the left.
    pub bars: Vec<Bar>,
    /// Marked values from the left.
    pub marks: Vec<f64>,
    /// Edges from the left.
    pub edges: Vec<f64>,
    look: Look,
    /// The colour of marks: not that of the bars where all bars have one colour.
    mark: Colour,
}

impl Bins {
    /// Whether it has neither bars nor marks.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bars.is_empty() && self.marks.is_empty()
    }
}

/// What stands in one panel.
pub struct PanelBins {
    /// The histograms, one for each value of the colour column.
    pub bins: Vec<Bins>,
}

/// What stands in a figure.
pub struct Content {
    /// Which rows each panel shows.
    pub split: Split,
    /// The looks of the values of the colour column.
    looks: Looks,
    /// The panels.
    pub panels: Vec<PanelBins>,
}

impl Content {
    /// Reads a table of bins.
    ///
    /// # Errors
    /// Where a column is missing, two bins of one histogram overlap, or there are more panels than can be read.
    pub fn new(asked: &Asked<'_, Params>, table: &Table) -> Result<Self, StepError> {
        let split = asked.head.facets.split(table)?;
        let looks = looks(asked, table)?;
        let panels = split.panels.iter().map(|panel| PanelBins::new(asked, &looks, &table.take(&panel.rows)));
        Ok(Self { panels: panels.collect::<Result<_, _>>()?, looks, split })
    }
}

/// The looks of the values of the colour column.
///
/// # Errors
/// Where the column is missing.
fn looks(params: &Params, table: &Table) -> Result<Looks, StepError> {
    match &params.colour {
        Some(axis) => Ok(Looks::new(table.column(axis.column())?.iter())),
        None => Ok(Looks::new([Cell::Null].iter())),
    }
}

impl PanelBins {
    /// Reads the rows of a panel.
    ///
    /// # Errors
    /// Where a column is missing or two bins of one histogram overlap: the table has rows of several histograms.
    fn new(params: &Params, looks: &Looks, table: &Table) -> Result<Self, StepError> {
        let cells = series::cells(params.colour.as_ref(), table)?;
        let one = |key: &Cell| {
            let rows: Vec<usize> = (0..cells.len()).filter(|&r| cells[r].total_cmp(key).is_eq()).collect();
            let look = looks.of(key);
            let mark = if looks.keys().len() > 1 { look.colour } else { COLOURS[1] };
            let empty = Bins { key: key.clone(), bars: Vec::new(), marks: Vec::new(), edges: Vec::new(), look, mark };
            read(params, &table.take(&rows), empty)
        };
        Ok(Self { bins: looks.keys().iter().map(one).collect::<Result<_, _>>()? })
    }

    /// Whether there is nothing to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bins.iter().all(Bins::is_empty)
    }

    /// Everything that the axes must reach; no number where only one axis is meant.
    fn values(&self, params: &Params) -> Vec<(f64, f64)> {
        let bars = || self.bins.iter().flat_map(|bins| &bins.bars);
        // an empty bin has no height that a logarithmic axis could show
        let heights = bars().map(|bar| bar.height).filter(|h| params.y_scale != AxisScale::Log || *h > 0.0);
        let ends = bars().flat_map(|bar| [bar.low, bar.high]);
        let marks = self.bins.iter().flat_map(|bins| bins.marks.iter().chain(&bins.edges)).copied();
        let across = ends.chain(marks).map(|x| (x, f64::NAN));
        across.chain(heights.map(|y| (f64::NAN, y))).chain(guides::values(&params.lines)).collect()
    }
}

fn read(params: &Params, table: &Table, mut bins: Bins) -> Result<Bins, StepError> {
    let end = |column: &str| Axis(AxisForm { column: column.to_owned(), ..params.x.0.clone() }).numbers(table);
    let (lows, highs, heights) = (end("low")?, end("high")?, params.y.numbers(table)?);
    let marks = if table.has("mark") { table.column("mark")? } else { vec![Cell::Null; table.height()] };
    for row in 0..table.height() {
        let Some((low, high)) = lows[row].zip(highs[row]) else { continue };
        match (&marks[row], heights[row]) {
            (Cell::Bool(true), _) => bins.marks.push(low),
            (_, Some(height)) => bins.bars.push(Bar { low: low.min(high), high: low.max(high), height }),
            _ => {}
        }
    }
    bins.bars.sort_by(|a, b| a.low.total_cmp(&b.low));
    bins.marks.sort_by(f64::total_cmp);
    if let Some(edge) = &params.edge {
        bins.edges = guides::distinct(edge, table)?;
        // an edge of magnitudes has another one below zero where there are numbers below zero
        if bins.bars.first().is_some_and(|bar| bar.low < 0.0) {
            let below: Vec<f64> = bins.edges.iter().filter(|edge| **edge > 0.0).map(|edge| -edge).collect();
            bins.edges.splice(0..0, below.into_iter().rev());
            bins.edges.dedup();
        }
    }
    let overlaps = |pair: &&[Bar]| pair[0].high > pair[1].low + 1e-6 * (pair[0].high - pair[0].low);
    match bins.bars.windows(2).find(overlaps) {
        Some(pair) => Err(overlapping(pair[1].low)),
        None => Ok(bins),
    }
}

fn overlapping(at: f64) -> StepError {
    let reason = format!(
        "two bins of one histogram overlap at {at}: tell several histograms apart by `colour` or `facets`, or choose one by \
         `where`"
    );
    StepError::Input { slot: "table".to_owned(), reason }
}

/// The scales of all panels.
///
/// # Errors
/// Where a logarithmic axis meets a value that is not positive.
pub fn scales(params: &Asked<'_, Params>, panels: &[PanelBins]) -> Result<Vec<(Scale, Scale)>, StepError> {
    let values: Vec<Vec<(f64, f64)>> = panels.iter().map(|panel| panel.values(params)).collect();
    params.head.facets.scales(&values, (params.x_scale, Fit::Padded), (params.y_scale, Fit::FromZero))
}

/// One legend for all panels.
pub fn legend(params: &Params, content: &Content) -> Legend {
    let Content { looks, panels, .. } = content;
    let mut entries: Vec<Entry> = Vec::new();
    let has_marks = panels.iter().flat_map(|panel| &panel.bins).any(|bins| !bins.marks.is_empty());
    for (axis, key) in params.colour.iter().flat_map(|axis| looks.keys().iter().map(move |key| (axis, key))) {
        entries.push(Entry { label: axis.names(key), sample: Sample::Bar(looks.of(key)) });
    }
    if params.colour.is_none() && has_marks {
        entries.push(Entry { label: params.y.name(), sample: Sample::Bar(looks.of(&Cell::Null)) });
    }
    if has_marks {
        let colour = if looks.keys().len() > 1 { FAINT } else { COLOURS[1] };
        entries.push(Entry { label: params.marked.clone(), sample: Sample::Point(Marker::Wedge, colour) });
    }
    entries.extend(params.edge.iter().map(guides::mark_entry));
    entries.extend(guides::entries(&params.lines, &[]));
    Legend::new(entries)
}

/// Draws the content of a panel.
pub fn draw(canvas: &mut Canvas, frame: &Frame, (params, panel): (&Params, &PanelBins)) {
    for bins in &panel.bins {
        // neighbours share an outline; a gap between bins ends it
        for run in bins.bars.chunk_by(|a, b| b.low - a.high <= 1e-6 * (b.high - b.low)) {
            let outline = outline(frame, run);
            canvas.polygon(&outline, bins.look.colour, BAR_OPACITY);
            canvas.line(&outline, &Pen { colour: bins.look.colour, width: OUTLINE, dash: bins.look.dash });
        }
    }
    guides::draw(canvas, frame, &params.lines);
    for bins in &panel.bins {
        bins.edges.iter().for_each(|&x| {
            guides::draw_mark(canvas, frame, x, if panel.bins.len() > 1 { bins.look.colour } else { FAINT })
        });
        let bottom = frame.rect.bottom();
        let places: Vec<f64> = bins.marks.iter().map(|&value| frame.at(value, 0.0).0).collect();
        // stems over the rims of triangles, so that crowded values can still be told apart
        let heads: Vec<Point> = places.iter().map(|&x| (x, bottom - STEM)).collect();
        canvas.markers(Marker::Wedge, &heads, TRIANGLE, bins.mark);
        places.iter().for_each(|&x| canvas.line(&[(x, bottom), (x, bottom - STEM)], &Pen::solid(bins.mark, OUTLINE)));
    }
}

/// The outline of neighbouring bars, from the axis up and down to it again.
fn outline(frame: &Frame, run: &[Bar]) -> Vec<Point> {
    let bottom = frame.rect.bottom();
    let mut points = Vec::with_capacity(2 * run.len() + 2);
    points.extend(run.first().map(|bar| (frame.at(bar.low, 0.0).0, bottom)));
    for bar in run {
        points.extend([frame.at(bar.low, bar.height), frame.at(bar.high, bar.height)]);
    }
    points.extend(run.last().map(|bar| (frame.at(bar.high, 0.0).0, bottom)));
    points
}
