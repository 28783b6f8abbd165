//! The legend: always under the drawing, so that it never covers data.

use crate::plot::canvas::shapes::{Pen, Point};
use crate::plot::canvas::style::{
    BAR_OPACITY, Colour, DOTS, FAINT, LEADING, Look, MARGIN, MARKER_RADIUS, Marker, STROKE, TEXT_SIZE, WIDTH,
};
use crate::plot::canvas::surface::{Canvas, Type, text_width, wrapped};

/// A line of the legend.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it stands for.
    pub label: String,
    /// How it is drawn.
    pub sample: Sample,
}

/// The sample beside a legend's text.
#[derive(Debug, Clone, Copy)]
pub enum Sample {
    /// A line with a filled marker.
    Ours(Look),
    /// A dotted line with a hollow marker, in a series' look.
    Published(Look),
    /// The same for all published curves whose colours are those of the series.
    AllPublished,
    /// A shaded band.
    Band,
    /// A line without marker.
    Line(Pen),
    /// A filled marker.
    Point(Marker, Colour),
    /// A hollow marker.
    HollowPoint(Marker, Colour),
    /// A filled bar under its outline.
    Bar(Look),
    /// Nothing: a remark.
    Remark,
}

/// Short entries laid out in columns of equal width, long ones in rows of their own under them.
#[derive(Debug, Clone)]
pub struct Legend {
    short: Vec<Entry>,
    long: Vec<(Sample, Vec<String>)>,
    columns: usize,
    column_width: f64,
}

/// The remark that some rows have nothing to draw; none where all have.
#[must_use]
pub fn left_out(rows: usize) -> Option<Entry> {
    let one = if rows == 1 { "1 row has" } else { &format!("{rows} rows have") };
    (rows > 0).then(|| Entry { label: format!("{one} no number here and cannot be drawn"), sample: Sample::Remark })
}

/// Width of a sample with the space after it, pixels.
const SAMPLE: f64 = 44.0;
/// Between two columns, pixels.
const BETWEEN: f64 = 22.0;
/// Height of a row, pixels.
const ROW: f64 = TEXT_SIZE * 1.6;
/// Height of a further line of a long entry, pixels.
const LINE: f64 = TEXT_SIZE * LEADING;
/// Room across the figure, pixels.
const ROOM: f64 = WIDTH - 2.0 * MARGIN;

impl Legend {
    /// Lays entries out across the figure.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        let width = |e: &Entry| SAMPLE + text_width(&e.label, &Type::PLAIN);
        let (short, long): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|e| width(e) <= 0.5 * ROOM);
        let column_width = short.iter().map(width).fold(0.0, f64::max) + BETWEEN;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of columns")]
        let fitting = ((ROOM + BETWEEN) / column_width).floor().max(1.0) as usize;
        // as few columns as the number of rows allows, so that the last row is not a lone entry
        let rows = short.len().div_ceil(fitting).max(1);
        let columns = short.len().div_ceil(rows).max(1);
        let lines = |e: Entry| (e.sample, wrapped(&e.label, ROOM - SAMPLE, &Type::PLAIN));
        Self { columns, column_width, long: long.into_iter().map(lines).collect(), short }
    }

    /// Its height, pixels.
    #[must_use]
    pub fn height(&self) -> f64 {
        place(self.short.len().div_ceil(self.columns)) * ROW + self.long.iter().map(long_height).sum::<f64>()
    }

    /// Draws it, centred, from this height down.
    pub fn draw(&self, canvas: &mut Canvas, top: f64) {
        let width = place(self.columns) * self.column_width - BETWEEN;
        let left = if self.long.is_empty() { (0.5 * (WIDTH - width)).max(MARGIN) } else { MARGIN };
        for (index, entry) in self.short.iter().enumerate() {
            let (row, column) = (place(index / self.columns), place(index % self.columns));
            let at = (left + column * self.column_width, top + (row + 0.5) * ROW);
            draw_sample(canvas, entry.sample, at);
            canvas.text(&entry.label, (at.0 + SAMPLE, at.1), &Type::PLAIN);
        }
        let mut at = (left, top + (place(self.short.len().div_ceil(self.columns)) + 0.5) * ROW);
        for entry in &self.long {
            draw_sample(canvas, entry.0, at);
            for (index, line) in entry.1.iter().enumerate() {
                canvas.text(line, (at.0 + SAMPLE, at.1 + place(index) * LINE), &Type::PLAIN);
            }
            at.1 += long_height(entry);
        }
    }
}

fn long_height((_, lines): &(Sample, Vec<String>)) -> f64 {
    ROW + place(lines.len().saturating_sub(1)) * LINE
}

fn place(index: usize) -> f64 {
    f64::from(u32::try_from(index).unwrap_or(0))
}

fn draw_sample(canvas: &mut Canvas, sample: Sample, at: Point) {
    let ends = [at, (at.0 + SAMPLE - 9.0, at.1)];
    let middle = (0.5 * (ends[0].0 + ends[1].0), at.1);
    match sample {
        Sample::Ours(look) => {
            canvas.line(&ends, &Pen { colour: look.colour, width: STROKE, dash: look.dash });
            canvas.marker(look.marker, middle, MARKER_RADIUS, look.colour);
        }
        Sample::Published(look) => {
            canvas.line(&ends, &Pen { colour: look.colour, width: STROKE, dash: DOTS });
            canvas.hollow(look.marker, middle, MARKER_RADIUS, look.colour);
        }
        Sample::AllPublished => {
            canvas.line(&ends, &Pen { colour: FAINT, width: STROKE, dash: DOTS });
            canvas.hollow(Marker::Disc, middle, MARKER_RADIUS, FAINT);
        }
        Sample::Band => {
            let (top, bottom) = (at.1 - 5.5, at.1 + 5.5);
            let corners = [(ends[0].0, top), (ends[1].0, top), (ends[1].0, bottom), (ends[0].0, bottom)];
            canvas.polygon(&corners, FAINT, 0.25);
        }
        Sample::Line(pen) => canvas.line(&ends, &pen),
        Sample::Remark => {}
        Sample::Point(marker, colour) => canvas.marker(marker, middle, MARKER_RADIUS, colour),
        Sample::HollowPoint(marker, colour) => canvas.hollow(marker, middle, MARKER_RADIUS, colour),
        Sample::Bar(look) => {
            let (top, bottom) = (at.1 - 5.5, at.1 + 5.5);
            let outline = [(ends[0].0, bottom), (ends[0].0, top), (ends[1].0, top), (ends[1].0, bottom)];
            canvas.polygon(&outline, look.colour, BAR_OPACITY);
            canvas.line(&outline, &Pen { colour: look.colour, width: STROKE, dash: look.dash });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::canvas::style::look;

    fn legend(labels: &[&str]) -> Legend {
        let entry = |(i, label): (usize, &&str)| Entry { label: (*label).to_owned(), sample: Sample::Ours(look(i)) };
        Legend::new(labels.iter().enumerate().map(entry).collect())
    }

    #[test]
    fn short_labels_share_a_row_and_long_ones_do_not() {
        assert_eq!(legend(&["LoFi", "Ridge", "Random"]).columns, 3);
        let long = "a label that goes on for more than half of the width of the whole figure, and then further, to a second line";
        let mixed = legend(&["LoFi", "Ridge", long]);
        assert_eq!((mixed.columns, mixed.long[0].1.len()), (2, 2));
        assert!((mixed.height() - 2.0 * ROW - LINE).abs() < 1e-9);
        assert_eq!(legend(&[]).height(), 0.0);
    }
}
