//! Pictures as PNG.

use crate::artifact::{Geometry, Picture, PictureScale};
use image::{DynamicImage, ImageFormat};
use std::io::Cursor;

/// A picture as PNG of 8 bits: what is signed about zero as middle grey, all else from its least to its largest number.
///
/// # Errors
/// Where it has neither one nor three channels.
pub(in crate::external) fn written(picture: &Picture) -> Result<Vec<u8>, String> {
    let Geometry { channels, height, width } = picture.geometry;
    let largest = picture.values.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
    let (least, most) = match picture.scale {
        PictureScale::Signed => (-largest, largest),
        _ => picture.values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v))),
    };
    let span = if most > least { most - least } else { 1.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
    let byte = |value: &f64| (255.0 * (value - least) / span).round().clamp(0.0, 255.0) as u8;
    let area = height * width;
    let bytes = (0..area).flat_map(|pixel| (0..channels).map(move |channel| channel * area + pixel));
    let bytes: Vec<u8> = bytes.filter_map(|at| picture.values.get(at).map(byte)).collect();
    let side = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let image = match channels {
        1 => image::GrayImage::from_raw(side(width), side(height), bytes).map(DynamicImage::ImageLuma8),
        3 => image::RgbImage::from_raw(side(width), side(height), bytes).map(DynamicImage::ImageRgb8),
        _ => None,
    };
    let image = image.ok_or_else(|| format!("a picture of {channels} channels is no PNG; take the format npy"))?;
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, ImageFormat::Png).map_err(|e| e.to_string())?;
    Ok(out.into_inner())
}

/// The picture in a PNG file: grey or colour from 0 to 1.
///
/// # Errors
/// Where it is no PNG.
pub(in crate::external) fn read(bytes: &[u8], (row, column): (&str, &str)) -> Result<Picture, String> {
    let image =
        image::load_from_memory_with_format(bytes, ImageFormat::Png).map_err(|e| format!("it is no PNG: {e}"))?;
    let (width, height) = (image.width() as usize, image.height() as usize);
    let grey = matches!(image.color().channel_count(), 1 | 2);
    let (channels, bytes) = if grey { (1, image.into_luma8().into_raw()) } else { (3, image.into_rgb8().into_raw()) };
    let area = width * height;
    let at = (0..channels).flat_map(|channel| (0..area).map(move |pixel| pixel * channels + channel));
    Ok(Picture {
        row: row.to_owned(),
        column: column.to_owned(),
        note: String::new(),
        scale: PictureScale::Brightness,
        geometry: Geometry { channels, height, width },
        values: at.map(|at| f64::from(bytes[at]) / 255.0).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_back_where_they_stood() {
        let geometry = Geometry { channels: 3, height: 2, width: 2 };
        let values: Vec<f64> = (0..12).map(|i| f64::from(i * 255 / 11) / 255.0).collect();
        let (row, column, note) = ("a".to_owned(), "b".to_owned(), String::new());
        let picture = Picture { row, column, note, scale: PictureScale::Brightness, geometry, values };
        assert_eq!(read(&written(&picture).unwrap(), ("a", "b")).unwrap(), picture);
        assert!(read(b"no picture", ("", "")).unwrap_err().contains("no PNG"));
        let two = Picture { geometry: Geometry { channels: 2, height: 2, width: 3 }, ..picture };
        assert!(written(&two).unwrap_err().contains("npy"));
    }
}
