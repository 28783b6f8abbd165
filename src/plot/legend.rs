//! The legend: always under the drawing, so that it never covers data.

use super::canvas::{Canvas, Pen, Point, Type, shortened, text_width};
use super::style::{DOTS, FAINT, Look, MARGIN, MARKER_RADIUS, Marker, STROKE, TEXT_SIZE, WIDTH};

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
}

/// Entries laid out in columns of equal width.
#[derive(Debug, Clone)]
pub struct Legend {
    entries: Vec<Entry>,
    columns: usize,
    column_width: f64,
}

/// Width of a sample with the space after it, pixels.
const SAMPLE: f64 = 44.0;
/// Between two columns, pixels.
const BETWEEN: f64 = 22.0;
/// Height of a row, pixels.
const ROW: f64 = TEXT_SIZE * 1.6;

impl Legend {
    /// Lays entries out across the figure.
    #[must_use]
    pub fn new(mut entries: Vec<Entry>) -> Self {
        let room = WIDTH - 2.0 * MARGIN;
        for entry in &mut entries {
            entry.label = shortened(&entry.label, room - SAMPLE, &Type::PLAIN);
        }
        let widest = entries.iter().map(|e| text_width(&e.label, &Type::PLAIN)).fold(0.0, f64::max);
        let column_width = SAMPLE + widest + BETWEEN;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of columns")]
        let fitting = ((room + BETWEEN) / column_width).floor().max(1.0) as usize;
        // as few columns as the number of rows allows, so that the last row is not a lone entry
        let rows = entries.len().div_ceil(fitting).max(1);
        Self { columns: entries.len().div_ceil(rows).max(1), entries, column_width }
    }

    /// Its height, pixels.
    #[must_use]
    pub fn height(&self) -> f64 {
        let rows = u32::try_from(self.entries.len().div_ceil(self.columns)).unwrap_or(0);
        f64::from(rows) * ROW
    }

    /// Draws it, centred, from this height down.
    pub fn draw(&self, canvas: &mut Canvas<'_>, top: f64) {
        let columns = f64::from(u32::try_from(self.columns).unwrap_or(1));
        let left = (0.5 * (WIDTH - columns * self.column_width + BETWEEN)).max(MARGIN);
        for (index, entry) in self.entries.iter().enumerate() {
            let (row, column) = (index / self.columns, index % self.columns);
            let place = |i: usize| f64::from(u32::try_from(i).unwrap_or(0));
            let at = (left + place(column) * self.column_width, top + (place(row) + 0.5) * ROW);
            draw_sample(canvas, entry.sample, at);
            canvas.text(&entry.label, (at.0 + SAMPLE, at.1), &Type::PLAIN);
        }
    }
}

fn draw_sample(canvas: &mut Canvas<'_>, sample: Sample, at: Point) {
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::style::look;

    fn legend(labels: &[&str]) -> Legend {
        let entry = |(i, label): (usize, &&str)| Entry { label: (*label).to_owned(), sample: Sample::Ours(look(i)) };
        Legend::new(labels.iter().enumerate().map(entry).collect())
    }

    #[test]
    fn short_labels_share_a_row_and_long_ones_do_not() {
        assert_eq!(legend(&["LoFi", "Ridge", "Random"]).columns, 3);
        let long = "a label that goes on for more than half of the width of the whole figure, and further";
        assert_eq!(legend(&[long, long]).columns, 1);
        assert_eq!(legend(&[]).height(), 0.0);
    }
}
