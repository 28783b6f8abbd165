//! Small images as PNG files inside a drawing.

use super::colour::Rgb;
use crate::step::StepError;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

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

#[cfg(test)]
mod tests {
    use super::*;

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
