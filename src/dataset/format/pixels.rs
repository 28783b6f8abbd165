//! From an encoded image to channel-major bytes.
//!
//! What 8 bits a channel cannot hold is refused and never dropped without a word: transparency, finer values, more than
//! one picture. An image that says that it is to be turned is turned, as every viewer does.

use super::headers;
use super::resize;
use crate::artifact::Geometry;
use image::codecs::png::PngDecoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use std::io::{Cursor, ErrorKind};
use std::panic::catch_unwind;

/// Pixels of the largest image that is decoded to be cut and resized.
const LARGEST_PIXELS: u64 = 1 << 25;

/// Decodes a JPEG, PNG or PNM to channel-major bytes of the given layout.
///
/// A grey image fills the channels of a colour data set; a colour image does not become grey unless its channels are
/// equal everywhere, since that would change the data without a word.
///
/// # Errors
/// What is wrong, in words.
pub fn decode(bytes: &[u8], geometry: Geometry) -> Result<Vec<u8>, String> {
    guarded(|| {
        let fits = |width: u32, height: u32| {
            let same = (width as usize, height as usize) == (geometry.width, geometry.height);
            let wrong = || {
                format!(
                    "{height} rows by {width} columns where the card says {} by {}",
                    geometry.height, geometry.width
                )
            };
            if same { Ok(()) } else { Err(wrong()) }
        };
        planes(load(bytes, &fits)?, geometry.channels)
    })
}

/// Decodes an image, cuts out its middle square and resizes that to the layout, which should be square too.
///
/// # Errors
/// What is wrong, in words.
pub fn decode_square(bytes: &[u8], geometry: Geometry) -> Result<Vec<u8>, String> {
    guarded(|| {
        let fits = |width: u32, height: u32| {
            let area = u64::from(width) * u64::from(height);
            let sound = (1..=LARGEST_PIXELS).contains(&area);
            if sound {
                Ok(())
            } else {
                Err(format!("{height} rows by {width} columns: at most {LARGEST_PIXELS} pixels"))
            }
        };
        let image = load(bytes, &fits)?;
        let side = image.width().min(image.height());
        let square = image.crop_imm((image.width() - side) / 2, (image.height() - side) / 2, side, side);
        let planes = planes(square, geometry.channels)?;
        let side = side as usize;
        let resized = |plane: &[u8]| resize::bilinear(plane, (side, side), (geometry.height, geometry.width));
        Ok(planes.chunks_exact(side * side).flat_map(resized).collect())
    })
}

/// Channels, rows and columns that an encoded image says it has, as it is to be seen; no pixel is decoded.
///
/// # Errors
/// What is wrong, in words.
pub fn geometry(bytes: &[u8]) -> Result<Geometry, String> {
    let format = image::guess_format(bytes).map_err(|_| "does not decode: neither JPEG, PNG nor PNM".to_owned())?;
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format).into_decoder().map_err(broken)?;
    let swapped = headers::swaps_sides(decoder.orientation().map_err(broken)?);
    let (width, height) = decoder.dimensions();
    let (width, height) = if swapped { (height, width) } else { (width, height) };
    let channels = if decoder.color_type().has_color() { 3 } else { 1 };
    Ok(Geometry { channels, height: height as usize, width: width as usize })
}

/// Decoders meet bytes that nobody foresaw: one that gives up with a panic costs the image, not the run.
fn guarded(decode: impl FnOnce() -> Result<Vec<u8>, String> + std::panic::UnwindSafe) -> Result<Vec<u8>, String> {
    catch_unwind(decode).unwrap_or_else(|_| Err("does not decode: the decoder gave up".to_owned()))
}

/// The image as it is to be seen, with 8 bits a channel and nothing transparent. `fits` is asked before it is decoded.
fn load(bytes: &[u8], fits: &dyn Fn(u32, u32) -> Result<(), String>) -> Result<DynamicImage, String> {
    let format = image::guess_format(bytes).map_err(|_| "does not decode: neither JPEG, PNG nor PNM".to_owned())?;
    match format {
        ImageFormat::Jpeg => headers::jpeg(bytes)?,
        ImageFormat::Pnm => headers::pnm(bytes)?,
        ImageFormat::Png if PngDecoder::new(Cursor::new(bytes)).and_then(|png| png.is_apng()).map_err(broken)? => {
            return Err("a moving picture: give each of its pictures a file".to_owned());
        }
        ImageFormat::Png => headers::png(bytes)?,
        other => return Err(format!("does not decode: {other:?}, and only JPEG, PNG and PNM are read")),
    }
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format).into_decoder().map_err(broken)?;
    let turn = decoder.orientation().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if headers::swaps_sides(turn) {
        fits(height, width)?
    } else {
        fits(width, height)?
    }
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(turn);
    plain(image)
}

/// What a decoder met, in words: its own speak of chunks and buffers.
fn broken(error: image::ImageError) -> String {
    let text = error.to_string();
    match &error {
        image::ImageError::IoError(e) if e.kind() == ErrorKind::UnexpectedEof => headers::CUT.to_owned(),
        _ if text.contains("enough data") => headers::CUT.to_owned(),
        _ if text.contains("deflate") => "does not decode: its compression is broken, get it again".to_owned(),
        _ if text.contains("CRC") => "does not decode: its checksum is wrong, get it again".to_owned(),
        _ => format!("does not decode: {text}"),
    }
}

/// The image as grey or colour of 8 bits, where nothing is lost by that.
fn plain(image: DynamicImage) -> Result<DynamicImage, String> {
    let (alpha, colour, fine) = {
        let kind = image.color();
        (kind.has_alpha(), kind.has_color(), kind.bytes_per_pixel() > kind.channel_count())
    };
    if alpha && image.to_rgba16().pixels().any(|pixel| pixel.0[3] < u16::MAX) {
        return Err("it has transparency (an alpha channel): lay it on a ground first".to_owned());
    }
    // a value of 8 bits in 16 is that byte twice
    if fine && image.to_rgba16().iter().any(|value| value % 257 != 0) {
        return Err("it has 16 bits a channel where 8 are read: bring it to 8 bits first".to_owned());
    }
    Ok(if colour { image.into_rgb8().into() } else { image.into_luma8().into() })
}

/// The channels of a plain image one after the other.
fn planes(image: DynamicImage, channels: usize) -> Result<Vec<u8>, String> {
    match (channels, image) {
        (1, image) => grey(&image),
        (_, image) => {
            let area = image.width() as usize * image.height() as usize;
            Ok(planar(&image.into_rgb8(), area))
        }
    }
}

fn grey(image: &DynamicImage) -> Result<Vec<u8>, String> {
    let Some(colours) = image.as_rgb8() else { return Ok(image.to_luma8().into_raw()) };
    let one = |[red, green, blue]: [u8; 3]| (red == green && green == blue).then_some(red);
    let values: Option<Vec<u8>> = colours.pixels().map(|pixel| one(pixel.0)).collect();
    values.ok_or_else(|| "a colour image where the card says one channel".to_owned())
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
    use image::RgbaImage;

    const COLOUR: Geometry = Geometry { channels: 3, height: 2, width: 2 };
    const GREY: Geometry = Geometry { channels: 1, height: 2, width: 2 };

    fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn transparency_is_refused_and_full_alpha_dropped() {
        let with = |alpha: u8| png(RgbaImage::from_pixel(2, 2, image::Rgba([9, 8, 7, alpha])));
        assert_eq!(decode(&with(255), COLOUR).unwrap(), [9, 9, 9, 9, 8, 8, 8, 8, 7, 7, 7, 7]);
        for alpha in [254, 0] {
            assert!(decode(&with(alpha), COLOUR).unwrap_err().contains("transparency"));
        }
        let grey = |alpha: u8| png(image::GrayAlphaImage::from_pixel(2, 2, image::LumaA([9, alpha])));
        assert_eq!(decode(&grey(255), GREY).unwrap(), [9; 4]);
        assert!(decode(&grey(128), GREY).unwrap_err().contains("transparency"));
    }

    #[test]
    fn finer_values_are_refused_unless_they_are_bytes() {
        let with = |value: u16| png(image::ImageBuffer::from_pixel(2, 2, image::Luma([value])));
        assert_eq!(decode(&with(257 * 200), GREY).unwrap(), [200; 4]);
        assert!(decode(&with(257 * 200 + 1), GREY).unwrap_err().contains("16 bits"));
        let pgm = [b"P5 2 2 15\n".to_vec(), vec![3; 4]].concat();
        assert!(decode(&pgm, GREY).unwrap_err().contains("values up to 15"));
        let pgm = [b"P5\n# made up\n2 2\n255\n".to_vec(), vec![3; 4]].concat();
        assert_eq!(decode(&pgm, GREY).unwrap(), [3; 4]);
    }

    /// A JPEG of 24 rows and 16 columns that darkens downwards, with an orientation.
    fn jpeg(orientation: u8) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let image = image::GrayImage::from_fn(16, 24, |_, row| image::Luma([250 - 10 * u8::try_from(row).unwrap()]));
        image.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        let exif = [&b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..], &[orientation]];
        let bytes = bytes.into_inner();
        [&bytes[..2], exif[0], exif[1], &[0, 0, 0, 0, 0, 0], &bytes[2..]].concat()
    }

    #[test]
    fn an_image_that_says_so_is_turned() {
        let (upright, lying) = ((24, 16), (16, 24));
        let geometry = |(height, width)| Geometry { channels: 1, height, width };
        let plain = decode(&jpeg(1), geometry(upright)).unwrap();
        // orientation 6: the first row is the right-hand side
        let turned = decode(&jpeg(6), geometry(lying)).unwrap();
        assert_eq!((turned[23], turned[0]), (plain[0], plain[23 * 16]));
        assert!(decode(&jpeg(6), geometry(upright)).unwrap_err().contains("16 rows by 24 columns"));
    }

    #[test]
    fn cut_and_four_coloured_jpegs_are_refused() {
        let geometry = Geometry { channels: 1, height: 24, width: 16 };
        let whole = jpeg(1);
        let error = decode(&whole[..whole.len() - 2], geometry).unwrap_err();
        assert!(error.contains("it ends early"), "{error}");
        let frame = whole.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        let mut four = whole.clone();
        four[frame + 9] = 4;
        assert!(decode(&four, geometry).unwrap_err().contains("four colours"));
    }

    #[test]
    fn what_stands_behind_an_image_is_refused() {
        let geometry = Geometry { channels: 1, height: 24, width: 16 };
        let ascii = b"P2 2 2 255 1 2 3 4".to_vec();
        let binary = [b"P5\n2 2\n255\n".to_vec(), vec![1, 2, 3, 4]].concat();
        let bits = [b"P4\n2 2\n".to_vec(), vec![0x80, 0x40]].concat();
        let whole = [(jpeg(1), geometry), (png_grey(2, 2, &[0; 4]), GREY), (binary, GREY), (ascii, GREY), (bits, GREY)];
        for (bytes, geometry) in whole {
            let with = |behind: &[u8]| decode(&[&bytes, behind].concat(), geometry);
            assert_eq!(with(b"\n\0\0").unwrap(), decode(&bytes, geometry).unwrap());
            for behind in [&b" 7"[..], &bytes] {
                assert!(with(behind).unwrap_err().contains("surplus bytes behind its end"), "{:?}", &bytes[..4]);
            }
        }
    }

    #[test]
    fn damage_is_told_without_the_words_of_the_decoder() {
        let whole = png_grey(2, 2, &[1, 2, 3, 4]);
        let mut flipped = whole.clone();
        flipped[45] ^= 4;
        let error = decode(&flipped, GREY).unwrap_err();
        assert_eq!(error, "does not decode: its compression is broken, get it again");
        for cut in [whole[..whole.len() - 16].to_vec(), b"P5 2 2 255 a".to_vec()] {
            assert_eq!(decode(&cut, GREY).unwrap_err(), headers::CUT);
        }
    }

    #[test]
    fn a_bomb_is_refused_by_its_header() {
        let mut png = png_grey(2, 2, &[0; 4]);
        png[16..20].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
        assert!(decode(&png, COLOUR).is_err() && decode_square(&png, COLOUR).is_err());
        let pgm = b"P5 100000 100000 255\n\0".to_vec();
        assert!(decode_square(&pgm, GREY).unwrap_err().contains("at most"));
    }

    #[test]
    fn channels_come_one_after_the_other() {
        let png = png_rgb(2, 2, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        assert_eq!(decode(&png, COLOUR).unwrap(), [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
    }

    #[test]
    fn grey_fills_colour_but_not_the_other_way_round() {
        assert_eq!(decode(&png_grey(2, 2, &[1, 2, 3, 4]), COLOUR).unwrap(), [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
        let error = decode(&png_rgb(2, 2, &[1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]), GREY).unwrap_err();
        assert!(error.contains("a colour image"), "{error}");
        assert_eq!(decode(&png_rgb(2, 2, &[5, 5, 5, 6, 6, 6, 0, 0, 0, 9, 9, 9]), GREY).unwrap(), [5, 6, 0, 9]);
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
