//! From an encoded image to channel-major bytes.

use super::resize;
use crate::artifact::Geometry;
use image::DynamicImage;

/// Decodes a JPEG, PNG or PNM to channel-major bytes of the given layout.
///
/// A grey image fills the channels of a colour data set; a colour image does not become grey, since that would change
/// the data without a word.
///
/// # Errors
/// What is wrong, in words.
pub fn decode(bytes: &[u8], geometry: Geometry) -> Result<Vec<u8>, String> {
    let image = image::load_from_memory(bytes).map_err(|e| format!("does not decode: {e}"))?;
    let (width, height) = (image.width() as usize, image.height() as usize);
    if (width, height) != (geometry.width, geometry.height) {
        return Err(format!(
            "{height} rows by {width} columns where the card says {} by {}",
            geometry.height, geometry.width
        ));
    }
    if geometry.channels == 1 { grey(&image) } else { Ok(planar(&image.to_rgb8(), width * height)) }
}

/// Decodes an image, cuts out its middle square and resizes that to the layout, which should be square too.
///
/// # Errors
/// What is wrong, in words.
pub fn decode_square(bytes: &[u8], geometry: Geometry) -> Result<Vec<u8>, String> {
    let image = image::load_from_memory(bytes).map_err(|e| format!("does not decode: {e}"))?;
    let side = image.width().min(image.height());
    let square = image.crop_imm((image.width() - side) / 2, (image.height() - side) / 2, side, side);
    let area = (side * side) as usize;
    let planes = if geometry.channels == 1 { grey(&square)? } else { planar(&square.to_rgb8(), area) };
    let resized =
        |plane: &[u8]| resize::bilinear(plane, (side as usize, side as usize), (geometry.height, geometry.width));
    Ok(planes.chunks_exact(area.max(1)).flat_map(resized).collect())
}

fn grey(image: &DynamicImage) -> Result<Vec<u8>, String> {
    if image.color().has_color() {
        return Err("a colour image where the card says one channel".to_owned());
    }
    Ok(image.to_luma8().into_raw())
}

/// Interleaved colours, one plane after the other.
fn planar(interleaved: &[u8], area: usize) -> Vec<u8> {
    let mut planes = vec![0; 3 * area];
    for (pixel, colours) in interleaved.chunks_exact(3).enumerate() {
        for (channel, &value) in colours.iter().enumerate() {
            planes[channel * area + pixel] = value;
        }
    }
    planes
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{png_grey, png_rgb};
    use super::*;

    const COLOUR: Geometry = Geometry { channels: 3, height: 2, width: 2 };

    #[test]
    fn channels_come_one_after_the_other() {
        let png = png_rgb(2, 2, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        assert_eq!(decode(&png, COLOUR).unwrap(), [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
    }

    #[test]
    fn grey_fills_colour_but_not_the_other_way_round() {
        assert_eq!(decode(&png_grey(2, 2, &[1, 2, 3, 4]), COLOUR).unwrap(), [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
        let error = decode(&png_rgb(2, 2, &[0; 12]), Geometry { channels: 1, ..COLOUR }).unwrap_err();
        assert!(error.contains("a colour image"), "{error}");
    }

    // pixel (r, s) of channel k is (7 r² + 13 s + 3 r s + 61 k) mod 256; numbers by Pillow 13.0.0:
    // crop((0, 20, 178, 198)), resize((64, 64), BILINEAR)
    #[test]
    fn cropping_and_resizing_are_those_of_pillow() {
        let value = |r: usize, s: usize, k: usize| ((7 * r * r + 13 * s + 3 * r * s + 61 * k) % 256) as u8;
        let bytes: Vec<u8> = (0..218 * 178 * 3).map(|at| value(at / 534, at % 534 / 3, at % 3)).collect();
        let geometry = Geometry { channels: 3, height: 64, width: 64 };
        let found = decode_square(&png_rgb(178, 218, &bytes), geometry).unwrap();
        let expected = [
            ([121, 128, 125, 107], [121, 111, 137, 121], 524_063),
            ([122, 116, 124, 141], [119, 129, 120, 145], 519_361),
            ([135, 131, 126, 140], [134, 134, 115, 131], 522_415),
        ];
        for (plane, (first, inner, sum)) in found.chunks_exact(4096).zip(expected) {
            assert_eq!((&plane[..4], &plane[40 * 64 + 30..40 * 64 + 34]), (&first[..], &inner[..]));
            assert_eq!(plane.iter().map(|&v| u32::from(v)).sum::<u32>(), sum);
        }
    }

    #[test]
    fn wrong_sizes_and_broken_images_are_refused() {
        let error = decode(&png_grey(3, 2, &[0; 6]), COLOUR).unwrap_err();
        assert_eq!(error, "2 rows by 3 columns where the card says 2 by 2");
        assert!(decode(b"no image", COLOUR).unwrap_err().contains("does not decode"));
    }
}
