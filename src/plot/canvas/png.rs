//! Small images as PNG files inside a drawing.

use super::style::Rgb;
use crate::step::StepError;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A PNG file of H rows of W pixels.
///
/// # Errors
/// Where the encoder refuses, which it does for an image without pixels.
pub fn encode(pixels: &[Rgb], (height, width): (usize, usize)) -> Result<Vec<u8>, StepError> {
    let side = |n: usize| u32::try_from(n).map_err(|_| StepError::Bug(format!("an image {n} pixels long")));
    let grey = pixels.iter().all(|p| p.0 == p.1 && p.1 == p.2);
    let bytes: Vec<u8> =
        if grey { pixels.iter().map(|p| p.0).collect() } else { pixels.iter().flat_map(|p| [p.0, p.1, p.2]).collect() };
    let colour = if grey { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 };
    let mut file = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut file, CompressionType::Best, FilterType::Adaptive);
    let done = encoder.write_image(&bytes, side(width)?, side(height)?, colour);
    done.map_err(|e| StepError::Bug(format!("an image of {height} × {width} pixels: {e}")))?;
    Ok(file)
}

/// Bytes as text. Source: RFC 4648, section 4.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let index = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or(0);
            text.push(if place > chunk.len() { '=' } else { char::from(LETTERS[index]) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_the_standard() {
        let cases =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (bytes, text) in cases {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
    }

    #[test]
    fn pixels_come_back() {
        let pixels = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (1, 2, 3), (4, 5, 6), (7, 8, 9)];
        let file = encode(&pixels, (2, 3)).unwrap();
        let read = image::load_from_memory(&file).unwrap().to_rgb8();
        assert_eq!(read.dimensions(), (3, 2));
        let back: Vec<Rgb> = read.pixels().map(|p| (p.0[0], p.0[1], p.0[2])).collect();
        assert_eq!(back, pixels);
        let grey = encode(&[(7, 7, 7); 4], (2, 2)).unwrap();
        assert!(grey.len() < file.len());
    }
}
