//! Which pictures are shown, and with which sign.

use crate::artifact::{Picture, Pictures};

/// The pictures to show: without blank ones, which say nothing, unless all are blank; with signs that do not jump along a
/// row where that is asked for.
#[must_use]
pub fn to_show(pictures: &Pictures, align_signs: bool) -> Pictures {
    let mut shown = pictures.clone();
    if shown.pictures.iter().any(|picture| !is_blank(picture)) {
        shown.pictures.retain(|picture| !is_blank(picture));
    }
    if align_signs {
        align(&mut shown.pictures);
    }
    shown
}

fn is_blank(picture: &Picture) -> bool {
    picture.values.windows(2).all(|pair| pair[0].total_cmp(&pair[1]).is_eq())
}

/// Turns the sign of each picture that is the opposite of the one before it in its row.
fn align(pictures: &mut [Picture]) {
    for index in 1..pictures.len() {
        let (before, rest) = pictures.split_at_mut(index);
        let Some(picture) = rest.first_mut() else { continue };
        let alike = |other: &&Picture| other.row == picture.row && other.geometry == picture.geometry;
        let Some(last) = before.iter().rev().find(alike) else { continue };
        if overlap(&last.values, &picture.values) < 0.0 {
            picture.values.iter_mut().for_each(|value| *value = -*value);
        }
    }
}

/// The inner product of two pictures about their means.
#[expect(clippy::cast_precision_loss, reason = "pictures are small")]
fn overlap(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (at, bt) = (mean(a), mean(b));
    a.iter().zip(b).map(|(x, y)| (x - at) * (y - bt)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Geometry, Origin, PictureScale};

    fn picture(row: &str, column: &str, values: &[f64]) -> Picture {
        let geometry = Geometry { channels: 1, height: 1, width: values.len() };
        let (row, column, note) = (row.to_owned(), column.to_owned(), String::new());
        Picture { row, column, note, scale: PictureScale::Signed, geometry, values: values.to_vec() }
    }

    #[test]
    fn signs_do_not_jump_along_a_row_and_blank_pictures_go() {
        let pictures = vec![
            picture("1", "input", &[1.0, -1.0, 0.0]),
            picture("2", "input", &[1.0, -1.0, 0.0]),
            picture("1", "layer 1", &[-2.0, 1.0, 0.5]),
            picture("1", "layer 2", &[0.0, 0.0, 0.0]),
            picture("1", "layer 3", &[-1.0, 1.0, 0.0]),
        ];
        let all = Pictures { pictures, origin: Origin::default() };
        let shown = to_show(&all, true).pictures;
        let columns: Vec<&str> = shown.iter().map(|p| p.column.as_str()).collect();
        assert_eq!(columns, ["input", "input", "layer 1", "layer 3"]);
        assert_eq!(shown[2].values, [2.0, -1.0, -0.5]);
        assert_eq!(shown[3].values, [1.0, -1.0, 0.0]);
        assert_eq!(to_show(&all, false).pictures[2].values, [-2.0, 1.0, 0.5]);
    }
}
