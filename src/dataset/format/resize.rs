//! Resizing with antialiasing, to the byte as Pillow does it.

/// A plane of bytes at another size: the triangle filter, stretched where the image shrinks, over columns and then over
/// rows.
///
/// Weights are rounded to 22 bits and each pass to a byte, as in Pillow's `resize(size, BILINEAR)`, which the reference
/// implementation's `Resize` calls; so a resized image does not depend on which of the two made it.
/// Shapes: `from` and `to` are rows and columns. Source: Pillow, `src/libImaging/Resample.c`, described in its manual
/// under "Filters".
pub fn bilinear(plane: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
    let across = if from.1 == to.1 { plane.to_vec() } else { rows(plane, from.1, &weights(from.1, to.1)) };
    if from.0 == to.0 {
        return across;
    }
    let turned = rows(&transposed(&across, to.1), from.0, &weights(from.0, to.0));
    transposed(&turned, to.0)
}

/// Where a pixel takes its value from: the first pixel, and the weights of it and those after it.
struct Taps {
    first: usize,
    weights: Vec<i64>,
}

/// Bits of a weight behind the point: 8 bits of value and two guard bits fill the rest of 32.
const BITS: u32 = 32 - 8 - 2;

fn weights(from: usize, to: usize) -> Vec<Taps> {
    let scale = from as f64 / to as f64;
    let stretch = scale.max(1.0);
    let one = |at: usize| {
        let centre = (at as f64 + 0.5) * scale;
        // both ends are rounded to the nearest pixel border
        let first = whole(centre - stretch + 0.5).min(from);
        let end = whole(centre + stretch + 0.5).min(from);
        let triangle = |pixel: usize| (1.0 - ((pixel as f64 + 0.5 - centre) / stretch).abs()).max(0.0);
        let raw: Vec<f64> = (first..end).map(triangle).collect();
        let total: f64 = raw.iter().sum();
        Taps { first, weights: raw.iter().map(|w| fixed(w / total)).collect() }
    };
    (0..to).map(one).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounds down, and negative numbers to 0")]
fn whole(value: f64) -> usize {
    value.max(0.0) as usize
}

#[expect(clippy::cast_possible_truncation, reason = "a weight is at most 1, hence below 2^23 here")]
fn fixed(weight: f64) -> i64 {
    (weight * f64::from(1_u32 << BITS)).round() as i64
}

fn rows(plane: &[u8], width: usize, taps: &[Taps]) -> Vec<u8> {
    let pixel = |row: &[u8], taps: &Taps| {
        let sum: i64 = row[taps.first..].iter().zip(&taps.weights).map(|(&v, w)| i64::from(v) * w).sum();
        u8::try_from(((sum + (1 << (BITS - 1))) >> BITS).clamp(0, 255)).unwrap_or(u8::MAX)
    };
    plane.chunks_exact(width).flat_map(|row| taps.iter().map(move |taps| pixel(row, taps))).collect()
}

fn transposed(plane: &[u8], width: usize) -> Vec<u8> {
    (0..width).flat_map(|column| plane.iter().skip(column).step_by(width)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // (7 r² + 13 s + 3 r s) mod 256
    fn image(height: usize, width: usize) -> Vec<u8> {
        let value = |r: usize, s: usize| ((7 * r * r + 13 * s + 3 * r * s) % 256) as u8;
        (0..height * width).map(|at| value(at / width, at % width)).collect()
    }

    // numbers by Pillow 13.0.0, Image.fromarray(a).resize((columns, rows), Image.BILINEAR)
    #[test]
    fn shrinking_is_that_of_pillow() {
        let four = [34, 75, 120, 145, 116, 133, 131, 117, 133, 113, 125, 120, 129, 131, 135, 116];
        assert_eq!(bilinear(&image(11, 11), (11, 11), (4, 4)), four);
        let five = [
            21, 51, 85, 120, 150, 75, 117, 150, 150, 114, 155, 116, 112, 121, 124, 130, 123, 112, 135, 109, 137, 109,
            157, 129, 112,
        ];
        assert_eq!(bilinear(&image(11, 11), (11, 11), (5, 5)), five);
        let oblong = [20, 59, 98, 48, 98, 149, 104, 157, 154, 165, 106, 89];
        assert_eq!(bilinear(&image(6, 9), (6, 9), (4, 3)), oblong);
        let large = bilinear(&image(178, 178), (178, 178), (64, 64));
        assert_eq!(large[..8], [35, 76, 121, 149, 146, 146, 119, 100]);
        assert_eq!(large[31 * 64 + 20..31 * 64 + 28], [143, 107, 144, 113, 129, 143, 118, 130]);
        assert_eq!(large[63 * 64 + 56..], [123, 111, 131, 121, 128, 114, 131, 141]);
        assert_eq!(large.iter().map(|&v| u32::from(v)).sum::<u32>(), 524_188);
    }

    #[test]
    fn growing_is_that_of_pillow() {
        let found = bilinear(&image(6, 9), (6, 9), (8, 12));
        assert_eq!(found[..12], [0, 8, 18, 28, 37, 47, 57, 67, 76, 86, 96, 104]);
        assert_eq!(found[60..72], [94, 109, 126, 144, 162, 181, 198, 196, 94, 92, 109, 125]);
        assert_eq!(found[84..], [175, 193, 214, 203, 32, 21, 42, 63, 84, 105, 126, 143]);
    }

    #[test]
    fn a_flat_image_stays_flat_and_the_same_size_is_the_same_image() {
        for (from, to) in [((7, 5), (3, 4)), ((3, 4), (9, 2)), ((1, 1), (2, 3))] {
            let flat = bilinear(&vec![201; from.0 * from.1], from, to);
            assert_eq!(flat, vec![201; to.0 * to.1]);
        }
        assert_eq!(bilinear(&image(6, 9), (6, 9), (6, 9)), image(6, 9));
    }
}
