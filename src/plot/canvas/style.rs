//! How every figure looks: colours, markers, dashes and sizes.

pub use super::colour::Colour;

/// Text and axes.
pub const INK: Colour = Colour::themed(["k", "ink"], (0x1D, 0x21, 0x25), (0xE6, 0xE8, 0xEA));
/// Secondary text.
pub const FAINT: Colour = Colour::themed(["f", "faint"], (0x59, 0x62, 0x6B), (0xA4, 0xAD, 0xB5));
/// Grid lines.
pub const GRID: Colour = Colour::themed(["g", "grid"], (0xE3, 0xE3, 0xE3), (0x30, 0x35, 0x3A));
/// Cells without a value.
pub const MISSING: Colour = Colour::themed(["m", "panel"], (0xEE, 0xEE, 0xEE), (0x2A, 0x2F, 0x34));
/// Text that a reader must not miss: contrast 5.6 to 1 on [`NOTICE_GROUND`].
pub const NOTICE: Colour = Colour::themed(["n", "contradicted"], (0xA8, 0x32, 0x00), (0xFF, 0xB9, 0x8C));
/// The ground under such text.
pub const NOTICE_GROUND: Colour = Colour::themed(["o", "contradicted-ground"], (0xFF, 0xF0, 0xE0), (0x3A, 0x20, 0x13));
/// The page.
pub const PAPER: Colour = Colour::themed(["p", "page"], (0xFF, 0xFF, 0xFF), (0x16, 0x19, 0x1C));

/// Eight colours for names, safe for colour-blind readers on a light ground and on a dark one.
///
/// Source: Okabe & Ito (2008), "Color Universal Design", without yellow, which vanishes on white, and with wine of Tol
/// (2021), "Colour schemes", in its place; on a dark ground the dark ones of them are lighter.
pub const COLOURS: [Colour; 8] = [
    Colour::themed(["c1", "series-1"], (0x00, 0x72, 0xB2), (0x3D, 0x9F, 0xE0)),
    Colour::themed(["c2", "series-2"], (0xD5, 0x5E, 0x00), (0xF2, 0x83, 0x2E)),
    Colour::themed(["c3", "series-3"], (0x00, 0x9E, 0x73), (0x1F, 0xC0, 0x92)),
    Colour::themed(["c4", "series-4"], (0xCC, 0x79, 0xA7), (0xDD, 0x92, 0xBC)),
    Colour::themed(["c5", "series-5"], (0xC9, 0x8A, 0x00), (0xF0, 0xC8, 0x3C)),
    Colour::themed(["c6", "series-6"], (0x3F, 0xA3, 0xD8), (0x8A, 0xD0, 0xF5)),
    Colour::themed(["c7", "series-7"], (0x1D, 0x21, 0x25), (0xE6, 0xE8, 0xEA)),
    Colour::themed(["c8", "series-8"], (0x88, 0x22, 0x55), (0xC7, 0x5C, 0x90)),
];

/// Twelve colours in order, for quantities: plasma from dark to 0.7 on a light ground, from 0.42 on on a dark one.
///
/// Source: van der Walt and Smith (2015), matplotlib `_cm_listed.py`, public domain (CC0).
pub const RAMP: [Colour; 12] = [
    Colour::themed(["r1", "ramp-1"], (13, 8, 135), (184, 50, 137)),
    Colour::themed(["r2", "ramp-2"], (45, 5, 148), (195, 61, 128)),
    Colour::themed(["r3", "ramp-3"], (70, 3, 159), (206, 75, 117)),
    Colour::themed(["r4", "ramp-4"], (95, 2, 164), (216, 89, 108)),
    Colour::themed(["r5", "ramp-5"], (119, 2, 168), (226, 102, 97)),
    Colour::themed(["r6", "ramp-6"], (141, 15, 160), (234, 116, 87)),
    Colour::themed(["r7", "ramp-7"], (163, 29, 152), (241, 131, 76)),
    Colour::themed(["r8", "ramp-8"], (180, 46, 140), (247, 147, 66)),
    Colour::themed(["r9", "ramp-9"], (196, 63, 127), (251, 165, 55)),
    Colour::themed(["r10", "ramp-10"], (210, 80, 115), (253, 185, 45)),
    Colour::themed(["r11", "ramp-11"], (222, 97, 101), (250, 210, 37)),
    Colour::themed(["r12", "ramp-12"], (234, 116, 87), (240, 249, 33)),
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
    /// ✚
    Cross,
    /// ⬆: a value that lies beyond.
    Arrow,
}

const MARKERS: [Marker; 8] = [
    Marker::Disc,
    Marker::Square,
    Marker::Triangle,
    Marker::Diamond,
    Marker::Wedge,
    Marker::Pentagon,
    Marker::Star,
    Marker::Cross,
];

// dots are kept for published curves
const DASHES: [&[f64]; 5] = [&[], &[9.0, 4.0], &[9.0, 3.0, 2.5, 3.0], &[16.0, 4.0], &[4.5, 3.5]];

/// Dots, for published curves.
pub const DOTS: &[f64] = &[1.6, 3.2];

/// How one series looks: never told apart by colour alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Colour of line, band and markers.
    pub colour: Colour,
    /// Shape at each point.
    pub marker: Marker,
    /// Lengths of strokes and gaps in pixels; empty for a solid line.
    pub dash: &'static [f64],
}

/// Curves that one panel can tell apart: more become panels.
pub const MOST_CURVES: usize = 8;

/// The look of the `index`-th of some names.
#[must_use]
pub const fn look(index: usize) -> Look {
    Look {
        colour: COLOURS[index % COLOURS.len()],
        marker: MARKERS[index % MARKERS.len()],
        dash: DASHES[index % DASHES.len()],
    }
}

/// The look of the `index`-th of `count` values of a quantity: a step of the ramp, solid.
#[must_use]
pub fn step_look(index: usize, count: usize) -> Look {
    let last = RAMP.len() - 1;
    let place = if count > 1 { (index.min(count - 1) * last + (count - 1) / 2) / (count - 1) } else { 0 };
    Look { colour: RAMP[place.min(last)], marker: MARKERS[index % MARKERS.len()], dash: &[] }
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
    use crate::plot::canvas::colour::{Rgb, contrast, luminance};

    #[test]
    fn no_two_curves_of_a_panel_look_alike() {
        for count in 1..=MOST_CURVES {
            let names: Vec<Look> = (0..count).map(look).collect();
            let steps: Vec<Look> = (0..count).map(|i| step_look(i, count)).collect();
            for looks in [names, steps] {
                for (i, a) in looks.iter().enumerate() {
                    assert!(looks[..i].iter().all(|b| a.colour != b.colour && a.marker != b.marker), "{a:?}");
                    assert!(a.dash != DOTS, "dots are the paper's");
                }
            }
        }
    }

    #[test]
    fn every_colour_of_a_curve_stands_out_on_both_grounds() {
        for colour in COLOURS.iter().chain(&RAMP) {
            assert!(contrast(colour.light(), PAPER.light()) > 2.7, "{colour:?}");
            assert!(contrast(colour.dark(), PAPER.dark()) > 3.0, "{colour:?}");
        }
        for text in [INK, FAINT] {
            assert!(contrast(text.light(), PAPER.light()) > 4.5 && contrast(text.dark(), PAPER.dark()) > 4.5);
        }
        assert!(contrast(NOTICE.light(), NOTICE_GROUND.light()) > 4.5);
        assert!(contrast(NOTICE.dark(), NOTICE_GROUND.dark()) > 4.5);
    }

    #[test]
    fn a_ramp_gets_lighter_all_the_way() {
        let rises = |pick: fn(Colour) -> Rgb| RAMP.windows(2).all(|w| luminance(pick(w[0])) < luminance(pick(w[1])));
        assert!(rises(Colour::light) && rises(Colour::dark));
        let ends = [step_look(0, 5).colour, step_look(4, 5).colour, step_look(0, 1).colour];
        assert_eq!(ends, [RAMP[0], RAMP[11], RAMP[0]]);
    }
}
