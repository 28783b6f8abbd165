//! Where the panels of a figure lie.

use super::facets::Split;
use crate::plot::canvas::shapes::Rect;
use crate::plot::canvas::style::{LABEL_SIZE, LEADING, MARGIN, SMALL_SIZE, TEXT_SIZE, WIDTH};
use crate::plot::canvas::surface::{Canvas, Type, shortened};
use crate::step::roles::Facets;
use plotters::style::text_anchor::{HPos, VPos};

/// Space around panels, pixels: of those at the edge of the figure, and of the others.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Left of the first panel of a row, and of the others.
    pub left: (f64, f64),
    /// Right of the last panel of a row, and of the others.
    pub right: (f64, f64),
    /// Over the first row of panels, and over the others.
    pub over: (f64, f64),
    /// Under the last row of panels, and under the others.
    pub under: (f64, f64),
}

/// Panels laid out on a figure.
#[derive(Debug, Clone)]
pub struct Panels {
    /// Where each lies, in reading order.
    pub rects: Vec<Rect>,
    /// Panels in a row.
    pub columns: usize,
    /// The lower end of everything.
    pub bottom: f64,
    /// Which are left blank, as there is nothing of their two values.
    pub blank: Vec<bool>,
}

/// Width of a label beside an axis, pixels.
pub const BESIDE: f64 = 26.0;
/// Height of a label under an axis, pixels.
pub const LABEL: f64 = 27.0;
/// Height of a line over a panel, pixels.
pub const LINE: f64 = TEXT_SIZE * LEADING;

impl Panels {
    /// Lays panels out from this height down; `height` is that of a panel of some width.
    #[must_use]
    pub fn new(split: &Split, top: f64, room: &Room, height: impl Fn(f64) -> f64) -> Self {
        let columns = split.columns.max(1);
        let gap = room.right.1 + room.left.1;
        let across = WIDTH - room.left.0 - room.right.0 - count(columns - 1) * gap;
        let width = across / count(columns);
        let height = height(width);
        let pitch = (width + gap, height + room.under.1 + room.over.1);
        let rect = |index: usize| {
            let (column, row) = (count(index % columns), count(index / columns));
            Rect { left: room.left.0 + column * pitch.0, top: top + room.over.0 + row * pitch.1, width, height }
        };
        let rects: Vec<Rect> = (0..split.panels.len()).map(rect).collect();
        let bottom = rects.last().map_or(top, Rect::bottom) + room.under.0;
        Self { blank: vec![false; rects.len()], rects, columns, bottom }
    }

    /// The same with some panels left blank; none, where that would leave nothing.
    #[must_use]
    pub fn without(self, blank: &[bool]) -> Self {
        if blank.len() != self.rects.len() || blank.iter().all(|&one| one) {
            self
        } else {
            Self { blank: blank.to_vec(), ..self }
        }
    }

    /// Whether nothing is drawn at a place.
    #[must_use]
    pub fn is_blank(&self, index: usize) -> bool {
        self.blank[index]
    }

    /// Whether a panel is the first of its row.
    #[must_use]
    pub fn is_first(&self, index: usize) -> bool {
        (index - index % self.columns..index).all(|before| self.blank[before])
    }

    /// Whether a panel is the last of its row.
    #[must_use]
    pub const fn is_last(&self, index: usize) -> bool {
        (index + 1).is_multiple_of(self.columns) || index + 1 == self.rects.len()
    }

    /// Whether no panel lies over a panel.
    #[must_use]
    pub fn is_highest(&self, index: usize) -> bool {
        (index % self.columns..index).step_by(self.columns).all(|over| self.blank[over])
    }

    /// Whether no panel lies under a panel.
    #[must_use]
    pub fn is_lowest(&self, index: usize) -> bool {
        (index + self.columns..self.rects.len()).step_by(self.columns).all(|under| self.blank[under])
    }

    /// The rectangle around all panels.
    #[must_use]
    pub fn around(&self) -> Rect {
        let first = self.rects.first().copied().unwrap_or(Rect { left: MARGIN, top: 0.0, width: 0.0, height: 0.0 });
        let right = self.rects.iter().map(Rect::right).fold(first.right(), f64::max);
        let bottom = self.rects.last().map_or(first.bottom(), Rect::bottom);
        Rect { width: right - first.left, height: bottom - first.top, ..first }
    }

    /// Size of the text in panels: smaller where three or more share a row.
    #[must_use]
    pub const fn text_size(columns: usize) -> f64 {
        if columns < 3 { TEXT_SIZE } else { SMALL_SIZE }
    }

    /// Writes both axis labels, once for all panels: under the figure's panels and left of them.
    pub fn draw_labels(&self, canvas: &mut Canvas, x: &str, y: &str) {
        let around = self.around();
        let style = Type { size: LABEL_SIZE, across: HPos::Center, ..Type::PLAIN };
        let x_at = (around.left + 0.5 * around.width, self.bottom - 0.5 * LABEL + 2.0);
        let room = WIDTH - 2.0 * MARGIN;
        let middle = x_at.0.clamp(MARGIN, WIDTH - MARGIN);
        let reach = 2.0 * (middle - MARGIN).min(WIDTH - MARGIN - middle);
        canvas.text(&shortened(x, reach.min(room), &style), x_at, &style);
        let upwards = Type { upwards: true, along: VPos::Bottom, ..style };
        let y_at = (MARGIN + BESIDE - 5.0, around.top + 0.5 * around.height);
        canvas.text(&shortened(y, around.height.max(200.0), &style), y_at, &upwards);
    }

    /// Writes the names of panels: over each one, or over columns and beside rows where both have a column.
    pub fn draw_names(&self, canvas: &mut Canvas, facets: &Facets, split: &Split) {
        for (index, (rect, panel)) in self.rects.iter().zip(&split.panels).enumerate() {
            let style = Type { bold: true, size: Self::text_size(self.columns), along: VPos::Bottom, ..Type::PLAIN };
            let centred = Type { across: HPos::Center, ..style };
            let over = (rect.left + 0.5 * rect.width, rect.top - 5.0);
            if !facets.is_grid() {
                let name = shortened(&facets.name(panel), rect.width, &style);
                canvas.text(&name, over, &centred);
                continue;
            }
            if let Some(axis) = facets.across.as_ref().filter(|_| self.is_highest(index) && !self.is_blank(index)) {
                canvas.text(&shortened(&axis.names(&panel.across), rect.width, &style), over, &centred);
            }
            if let Some(axis) = facets.down.as_ref().filter(|_| self.is_last(index)) {
                let name = shortened(&axis.names(&panel.down), rect.height, &style);
                let at = (rect.right() + LINE, rect.top + 0.5 * rect.height);
                canvas.text(&name, at, &Type { upwards: true, ..centred });
            }
        }
    }
}

/// A small number of panels as a factor.
fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Cell, Table};
    use serde_json::json;

    fn panels(n: i64, facets: serde_json::Value) -> Panels {
        let rows: Vec<Vec<Cell>> = (0..n).map(|i| vec![Cell::Int(i)]).collect();
        let facets: Facets = serde_json::from_value(facets).unwrap();
        let split = facets.split(&Table::from_rows(&["n"], &rows).unwrap()).unwrap();
        let room = Room { left: (60.0, 20.0), right: (30.0, 4.0), over: (20.0, 20.0), under: (50.0, 20.0) };
        Panels::new(&split, 40.0, &room, |width| 0.7 * width)
    }

    #[test]
    fn panels_fill_the_width_and_do_not_touch() {
        let found = panels(5, json!({"across": "n"}));
        assert_eq!(found.columns, 3);
        assert!((found.around().right() - (WIDTH - 30.0)).abs() < 1e-9 && found.around().left == 60.0);
        for (i, a) in found.rects.iter().enumerate() {
            for b in &found.rects[..i] {
                assert!(a.left >= b.right() || b.left >= a.right() || a.top >= b.bottom());
            }
        }
        assert!((found.bottom - found.rects[4].bottom() - 50.0).abs() < 1e-9);
    }

    #[test]
    fn blank_panels_leave_names_and_numbers_to_their_neighbours() {
        let found = panels(4, json!({"across": "n"})).without(&[true, false, false, false]);
        let where_true = |f: &dyn Fn(usize) -> bool| (0..4).filter(|&i| f(i)).collect::<Vec<_>>();
        assert_eq!(where_true(&|i| found.is_blank(i)), [0]);
        assert_eq!(where_true(&|i| found.is_first(i)), [0, 1, 2]);
        assert_eq!(where_true(&|i| found.is_highest(i)), [0, 1, 2]);
        assert_eq!(where_true(&|i| found.is_lowest(i)), [2, 3]);
        let none = panels(4, json!({"across": "n"})).without(&[true; 4]);
        assert!(!none.is_blank(0), "a figure without anything still has its frames");
    }

    #[test]
    fn edges_of_an_unfilled_last_row() {
        let found = panels(5, json!({"across": "n"}));
        let where_true = |f: &dyn Fn(usize) -> bool| (0..5).filter(|&i| f(i)).collect::<Vec<_>>();
        assert_eq!(where_true(&|i| found.is_first(i)), [0, 3]);
        assert_eq!(where_true(&|i| found.is_last(i)), [2, 4]);
        assert_eq!(where_true(&|i| found.is_lowest(i)), [2, 3, 4]);
    }
}
