//! A figure with two numeric axes: heading, panels with their frames, labels and the legend.

use super::facets::Split;
use super::heading::Heading;
use super::legend::Legend;
use super::panels::{BESIDE, LABEL, LINE, Panels, Room};
use crate::plot::axes::frame::{Frame, TICK_LABELS, x_reach, y_room};
use crate::plot::axes::scale::Scale;
use crate::plot::canvas::shapes::Rect;
use crate::plot::canvas::style::{FAINT, MARGIN, SMALL_SIZE, TEXT_SIZE, WIDTH};
use crate::plot::canvas::surface::{self, Canvas, Part, THUMBNAIL, Type, text_width};
use crate::step::StepError;
use crate::step::roles::FigureHead;
use plotters::style::text_anchor::HPos;

/// Height of the frame of a lone panel, pixels.
const HEIGHT: f64 = 320.0;
/// Limits of the height of one panel of several, pixels.
const HEIGHTS: (f64, f64) = (120.0, 250.0);
/// Least space between panels, pixels.
const BETWEEN: f64 = 16.0;

/// The name of a curve beside its last point.
pub struct End {
    /// The name.
    pub label: String,
    /// The height of the last point, as a fraction of the panel's.
    pub at: f64,
}

/// Most curves that are named at their ends.
const MOST_ENDS: usize = 4;
/// Least distance of two names, pixels.
const ENDS_APART: f64 = 1.25 * TEXT_SIZE;
/// Widest name beside a panel, pixels.
const WIDEST_END: f64 = 150.0;
/// Between the last point and the name, pixels.
const BEFORE_END: f64 = 9.0;

/// Whether some names fit beside a lone panel without touching.
#[must_use]
pub fn are_apart(ends: &[End]) -> bool {
    let mut heights: Vec<f64> = ends.iter().map(|end| HEIGHT * end.at).collect();
    heights.sort_by(f64::total_cmp);
    (2..=MOST_ENDS).contains(&ends.len())
        && heights.windows(2).all(|pair| pair[1] - pair[0] >= ENDS_APART)
        && ends.iter().all(|end| text_width(&end.label, &Type::PLAIN) <= WIDEST_END)
}

/// Everything about a figure but its data.
pub struct Chart<'a> {
    /// Title, panels and data set.
    pub head: &'a FigureHead,
    /// The panels.
    pub split: &'a Split,
    /// The scales of each panel, across and up.
    pub scales: &'a [(Scale, Scale)],
    /// Labels of the axes, across and up.
    pub labels: (String, String),
    /// Under the panels.
    pub legend: Legend,
    /// Names of curves beside a lone panel, where they end.
    pub ends: Vec<End>,
    /// Said in the middle where there is nothing to draw.
    pub nothing: Option<&'a str>,
    /// Description for those who do not see it.
    pub alt: &'a str,
}

impl Chart<'_> {
    /// Draws the figure; `paint` draws the data of the panel with this number.
    ///
    /// # Errors
    /// Where the drawing fails.
    pub fn draw(&self, paint: impl Fn(&mut Canvas, &Frame, usize)) -> Result<String, StepError> {
        let heading = Heading::new(&self.head.title, &self.head.data_note);
        let panels = self.panels(heading.height());
        let legend_top = panels.bottom + 8.0;
        let size = (WIDTH, legend_top + self.legend.height() + MARGIN);
        surface::draw(size, self.alt, |canvas| {
            heading.draw(canvas);
            for (index, (rect, (x, y))) in panels.rects.iter().zip(self.scales).enumerate() {
                if panels.is_blank(index) {
                    continue;
                }
                let frame = self.frame(&panels, index, (*rect, *x, *y));
                frame.draw(canvas);
                canvas.axes(frame.told());
                paint(canvas, &frame, index);
                canvas.part(Part::Frame);
            }
            self.draw_ends(canvas, &panels);
            panels.draw_names(canvas, &self.head.facets, self.split);
            panels.draw_labels(canvas, &self.labels.0, &self.labels.1);
            self.draw_nothing(canvas, &panels);
            self.legend.draw(canvas, legend_top);
        })
    }

    /// The panel with this number without words, small.
    ///
    /// # Errors
    /// Where the drawing fails.
    pub fn thumbnail(&self, index: usize, paint: impl Fn(&mut Canvas, &Frame, usize)) -> Result<String, StepError> {
        let Some(&(x, y)) = self.scales.get(index) else { return surface::thumbnail(|_| ()) };
        let (width, height) = THUMBNAIL;
        let rect = Rect { left: 8.0, top: 8.0, width: width - 16.0, height: height - 16.0 };
        let frame = Frame { rect, x, y, x_labels: false, y_labels: false, text_size: SMALL_SIZE, reach: 0.0 };
        surface::thumbnail(|canvas| {
            frame.draw_axes(canvas);
            paint(canvas, &frame, index);
        })
    }

    fn frame(&self, panels: &Panels, index: usize, (rect, x, y): (Rect, Scale, Scale)) -> Frame {
        let share = self.head.facets.share;
        Frame {
            rect,
            x,
            y,
            x_labels: !share.x() || panels.is_lowest(index),
            y_labels: !share.y() || panels.is_first(index),
            text_size: Panels::text_size(panels.columns),
            // less than half of what lies between two panels, or the margin
            reach: if panels.columns > 1 { 0.5 * BETWEEN - 2.0 } else { 30.0 },
        }
    }

    fn panels(&self, top: f64) -> Panels {
        let share = self.head.facets.share;
        let columns = self.split.columns;
        let size = Panels::text_size(columns);
        let ticks = self.scales.iter().map(|(_, y)| y_room(y, HEIGHTS.0, size)).fold(0.0, f64::max);
        let lone = self.split.panels.len() == 1;
        let ticks =
            if lone { self.scales.iter().map(|(_, y)| y_room(y, HEIGHT, size)).fold(0.0, f64::max) } else { ticks };
        let reach = self.scales.iter().map(|(x, _)| x_reach(x, size)).fold(MARGIN, f64::max).min(34.0);
        let named = self.head.facets.across.is_some() || self.head.facets.down.is_some();
        let over = if named { LINE + 6.0 } else { 6.0 };
        let beside = if self.head.facets.is_grid() { LINE + 6.0 } else { 0.0 };
        let room = Room {
            left: (MARGIN + BESIDE + ticks, if share.y() { 0.0 } else { ticks }),
            right: (reach.max(MARGIN + beside).max(self.ends_room()), BETWEEN),
            over: (over, if self.head.facets.is_grid() { 8.0 } else { over }),
            under: (TICK_LABELS + LABEL, if share.x() { 8.0 } else { TICK_LABELS }),
        };
        let height = |width: f64| if lone { HEIGHT } else { (0.8 * width).clamp(HEIGHTS.0, HEIGHTS.1) };
        Panels::new(self.split, top, &room, height).without(&self.blank())
    }

    /// Panels of a grid that have neither rows nor published ones.
    fn blank(&self) -> Vec<bool> {
        let facets = &self.head.facets;
        let published = |panel| {
            let mut rows = self.head.published.iter().flat_map(|published| &published.rows);
            rows.any(|row| facets.accepts(panel, row))
        };
        let panels = self.split.panels.iter();
        panels.map(|panel| facets.is_grid() && panel.rows.is_empty() && !published(panel)).collect()
    }

    fn ends_room(&self) -> f64 {
        let widest = self.ends.iter().map(|end| text_width(&end.label, &Type::PLAIN)).fold(0.0, f64::max);
        if self.ends.is_empty() { 0.0 } else { BEFORE_END + widest + MARGIN }
    }

    fn draw_ends(&self, canvas: &mut Canvas, panels: &Panels) {
        let Some(rect) = panels.rects.first() else { return };
        for end in &self.ends {
            canvas.text(&end.label, (rect.right() + BEFORE_END, rect.bottom() - end.at * rect.height), &Type::PLAIN);
        }
    }

    fn draw_nothing(&self, canvas: &mut Canvas, panels: &Panels) {
        let around = panels.around();
        let middle = (around.left + 0.5 * around.width, around.top + 0.5 * around.height);
        canvas.text(
            self.nothing.unwrap_or_default(),
            middle,
            &Type { colour: FAINT, across: HPos::Center, ..Type::PLAIN },
        );
    }
}
