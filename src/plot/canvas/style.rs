//! How every figure looks: colours, markers, dashes and sizes.

/// A colour, 8 bits a channel.
pub type Rgb = (u8, u8, u8);

/// Text and axes.
pub const INK: Rgb = (0x22, 0x22, 0x22);
/// Secondary text.
pub const FAINT: Rgb = (0x59, 0x59, 0x59);
/// Grid lines.
pub const GRID: Rgb = (0xE3, 0xE3, 0xE3);
/// Cells without a value.
pub const MISSING: Rgb = (0xEE, 0xEE, 0xEE);
/// Text that a reader must not miss: contrast 5.6 to 1 on [`NOTICE_GROUND`].
pub const NOTICE: Rgb = (0xA8, 0x32, 0x00);
/// The ground under such text.
pub const NOTICE_GROUND: Rgb = (0xFF, 0xF0, 0xE0);
/// The page.
pub const PAPER: Rgb = (0xFF, 0xFF, 0xFF);

/// Okabe–Ito colours, safe for colour-blind readers. Yellow is left out: it vanishes on white.
///
/// Source: Okabe & Ito (2008), "Color Universal Design".
pub const COLOURS: [Rgb; 7] = [
    (0x00, 0x72, 0xB2),
    (0xD5, 0x5E, 0x00),
    (0x00, 0x9E, 0x73),
    (0xCC, 0x79, 0xA7),
    (0xE6, 0x9F, 0x00),
    (0x56, 0xB4, 0xE9),
    (0x00, 0x00, 0x00),
];

/// Closed shapes, so that each also has a hollow form for published points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// ●
    Disc,
    /// ■
    Square,
    /// ▲
    Triangle,
    /// ◆
    Diamond,
    /// ▼
    Wedge,
    /// ⬟
    Pentagon,
    /// ★
    Star,
}

const MARKERS: [Marker; 7] =
    [Marker::Disc, Marker::Square, Marker::Triangle, Marker::Diamond, Marker::Wedge, Marker::Pentagon, Marker::Star];

// dots are kept for published curves
const DASHES: [&[f64]; 5] = [&[], &[9.0, 4.0], &[9.0, 3.0, 2.5, 3.0], &[16.0, 4.0], &[4.5, 3.5]];

/// Dots, for published curves.
pub const DOTS: &[f64] = &[1.6, 3.2];

/// How one series looks: never told apart by colour alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Colour of line, band and markers.
    pub colour: Rgb,
    /// Shape at each point.
    pub marker: Marker,
    /// Lengths of strokes and gaps in pixels; empty for a solid line.
    pub dash: &'static [f64],
}

/// The look of the `index`-th series. The periods 7 and 5 have no common factor: 35 looks differ.
#[must_use]
pub const fn look(index: usize) -> Look {
    Look {
        colour: COLOURS[index % COLOURS.len()],
        marker: MARKERS[index % MARKERS.len()],
        dash: DASHES[index % DASHES.len()],
    }
}

/// The look of the `index`-th series where dashes say something else: solid.
#[must_use]
pub const fn solid_look(index: usize) -> Look {
    Look { dash: &[], ..look(index) }
}

/// The dashes of the `index`-th kind of line: solid first.
#[must_use]
pub const fn dashes(index: usize) -> &'static [f64] {
    DASHES[index % DASHES.len()]
}

/// The shape of the `index`-th kind of point.
#[must_use]
pub const fn shape(index: usize) -> Marker {
    MARKERS[index % MARKERS.len()]
}

/// Width of every figure, pixels. Shown 600 px wide, text shrinks by 6 %.
pub const WIDTH: f64 = 640.0;
/// Space around the drawing, pixels.
pub const MARGIN: f64 = 14.0;
/// Font sizes, pixels.
pub const TITLE_SIZE: f64 = 17.0;
/// Axis labels.
pub const LABEL_SIZE: f64 = 15.0;
/// Tick labels, legend, notes.
pub const TEXT_SIZE: f64 = 13.5;
/// Numbers of small panels: 11 pixels where the figure is shown 600 px wide.
pub const SMALL_SIZE: f64 = 12.0;
/// Numbers inside cells.
pub const CELL_SIZE: f64 = 12.0;
/// Height of a line of text in units of its font size.
pub const LEADING: f64 = 1.35;
/// Lines of series, pixels.
pub const STROKE: f64 = 2.0;
/// Opacity of the ground of bars: several histograms may lie over one another.
pub const BAR_OPACITY: f64 = 0.2;
/// Half the size of a marker, pixels.
pub const MARKER_RADIUS: f64 = 4.2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_differ_in_more_than_colour() {
        for a in 0..35 {
            for b in 0..a {
                let (a, b) = (look(a), look(b));
                assert!(a.marker != b.marker || a.dash != b.dash, "{a:?}");
            }
        }
    }
}
