//! Colour maps in which equal steps in value look like equal steps, to colour-blind readers too.

use super::colour::{Colour, Rgb, contrast};

/// Viridis at 17 even steps; between them colours are interpolated, which is off by at most 2 of 255.
///
/// Source: van der Walt and Smith (2015), matplotlib `_cm_listed.py`, public domain (CC0).
const ANCHORS: [Rgb; 17] = [
    (68, 1, 84),
    (72, 24, 106),
    (71, 45, 123),
    (66, 64, 134),
    (59, 82, 139),
    (51, 99, 141),
    (44, 114, 142),
    (38, 130, 142),
    (33, 145, 140),
    (31, 159, 136),
    (39, 173, 129),
    (61, 188, 116),
    (92, 200, 99),
    (129, 211, 77),
    (170, 220, 50),
    (213, 226, 26),
    (253, 231, 37),
];

/// From blue over near-white to red, at 11 even steps: two hues that colour-blind readers tell apart.
///
/// Source: Brewer, ColorBrewer 2.0, "RdBu", 11 classes, reversed (Apache License 2.0).
const DIVERGING: [Rgb; 11] = [
    (5, 48, 97),
    (33, 102, 172),
    (67, 147, 195),
    (146, 197, 222),
    (209, 229, 240),
    (247, 247, 247),
    (253, 219, 199),
    (244, 165, 130),
    (214, 96, 77),
    (178, 24, 43),
    (103, 0, 31),
];

/// Which colours values get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColourMap {
    /// Viridis, dark to light.
    Sequential,
    /// Blue, white in the middle, red.
    Diverging,
    /// Black to white.
    Grey,
}

impl ColourMap {
    /// The colour at a fraction of the scale.
    #[must_use]
    pub fn colour(self, fraction: f64) -> Rgb {
        match self {
            Self::Sequential => between(&ANCHORS, fraction),
            Self::Diverging => between(&DIVERGING, fraction),
            Self::Grey => between(&[(0, 0, 0), (255, 255, 255)], fraction),
        }
    }
}

/// The viridis colour at a fraction of the scale.
#[must_use]
pub fn colour(fraction: f64) -> Rgb {
    ColourMap::Sequential.colour(fraction)
}

fn between(anchors: &[Rgb], fraction: f64) -> Rgb {
    let last = anchors.len() - 1;
    #[expect(clippy::cast_precision_loss, reason = "at most 16")]
    let place = fraction.clamp(0.0, 1.0) * last as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 16")]
    let below = (place.floor() as usize).min(last - 1);
    #[expect(clippy::cast_precision_loss, reason = "at most 15")]
    let part = place - below as f64;
    let (from, to) = (anchors[below], anchors[below + 1]);
    let mix = |a: u8, b: u8| {
        let mixed = f64::from(a) + part * (f64::from(b) - f64::from(a));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
        let byte = mixed.round() as u8;
        byte
    };
    (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// The text colour that reads better on a ground, whatever the page's.
#[must_use]
pub fn readable_on(ground: Rgb) -> Colour {
    let (light, dark) = (contrast(WHITE, ground), contrast(BLACK, ground));
    Colour::fixed(if light > dark { WHITE } else { BLACK })
}

const WHITE: Rgb = (0xFF, 0xFF, 0xFF);
const BLACK: Rgb = (0x1D, 0x21, 0x25);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::canvas::colour::luminance;

    #[test]
    fn ends_and_middle_are_viridis() {
        assert_eq!([colour(0.0), colour(0.5), colour(1.0)], [(68, 1, 84), (33, 145, 140), (253, 231, 37)]);
        assert_eq!([colour(-1.0), colour(2.0)], [colour(0.0), colour(1.0)]);
    }

    #[test]
    fn the_diverging_map_is_lightest_in_the_middle() {
        let light = |i: i32| luminance(ColourMap::Diverging.colour(f64::from(i) / 100.0));
        assert!((0..50).all(|i| light(i) < light(i + 1)) && (50..100).all(|i| light(i) > light(i + 1)));
        assert_eq!(ColourMap::Diverging.colour(0.5), (247, 247, 247));
        assert_eq!(ColourMap::Grey.colour(0.5), (128, 128, 128));
    }

    #[test]
    fn luminance_rises_all_the_way() {
        let steps: Vec<f64> = (0..=100).map(|i| luminance(colour(f64::from(i) / 100.0))).collect();
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn text_is_readable_on_every_colour() {
        for i in 0..=100 {
            let ground = colour(f64::from(i) / 100.0);
            assert!(contrast(readable_on(ground).light(), ground) > 3.9, "{ground:?}");
        }
    }
}
