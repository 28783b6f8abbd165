//! What the decoders pass over in silence, read from the headers of images.

use image::ImageDecoder as _;
use image::codecs::pnm::PnmDecoder;
use image::metadata::Orientation;
use std::io::Cursor;

/// A JPEG whose end is there and nothing behind it, of 8 bits and of at most three colours. The decoder fills a file that
/// is cut with grey, and guesses what a printer's four colours look like.
///
/// # Errors
/// What is wrong, in words.
pub fn jpeg(bytes: &[u8]) -> Result<(), String> {
    let (mut at, mut scanned) = (2, false);
    loop {
        let (marker, rest) = match bytes.get(at..) {
            Some([0xff, marker, rest @ ..]) => (*marker, rest),
            // decoders pass over bytes that stand between two segments, and in a scan is the image
            Some([_, _, ..]) => (0xff, &bytes[..0]),
            _ => return Err(CUT.to_owned()),
        };
        let length = match (marker, rest) {
            (0xff, _) => 1,
            (0x00 | 0x01 | 0xd0..=0xd8, _) => 2,
            (0xd9, rest) if scanned => return surplus(rest),
            (0xd9, _) => return Err(CUT.to_owned()),
            (_, [high, low, ..]) => 2 + usize::from(u16::from_be_bytes([*high, *low])),
            _ => return Err(CUT.to_owned()),
        };
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            frame(rest)?;
        }
        scanned |= marker == 0xda;
        at += length;
    }
}

pub const CUT: &str = "does not decode: it ends early, get it again";

/// A PNG with nothing behind its end. What is wrong before that the decoder says.
///
/// # Errors
/// What is wrong, in words.
pub fn png(bytes: &[u8]) -> Result<(), String> {
    let mut at = 8;
    while let Some([a, b, c, d, name @ ..]) = bytes.get(at..) {
        // length, name, content, checksum
        at = at.saturating_add(12).saturating_add(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
        if name.starts_with(b"IEND") {
            return surplus(bytes.get(at..).unwrap_or_default());
        }
    }
    Ok(())
}

/// What stands behind an image is damage, or another picture that would be lost; blanks and zeros are padding.
fn surplus(behind: &[u8]) -> Result<(), String> {
    if behind.iter().all(|byte| *byte == 0 || byte.is_ascii_whitespace()) {
        return Ok(());
    }
    Err(format!("{} surplus bytes behind its end: get it again, or save it anew", behind.len()))
}

/// The frame's header: two bytes of length, the bits of a value, two times two bytes of size, the number of colours.
fn frame(header: &[u8]) -> Result<(), String> {
    match (header.get(2), header.get(7)) {
        (Some(8), Some(4)) => Err("a JPEG of four colours (CMYK): bring it to RGB first".to_owned()),
        (Some(8), Some(_)) => Ok(()),
        (Some(bits), Some(_)) => {
            Err(format!("a JPEG of {bits} bits a channel where 8 are read: bring it to 8 bits first"))
        }
        _ => Err(CUT.to_owned()),
    }
}

/// A PNM with nothing behind its end, whose values are bits, bytes or 16-bit numbers over their whole range: the decoder
/// takes other values as they are, so that an image of 15 grey levels would be almost black.
///
/// # Errors
/// What is wrong, in words.
pub fn pnm(bytes: &[u8]) -> Result<(), String> {
    let most = match bytes.get(1) {
        Some(b'1' | b'4') => return pnm_surplus(bytes),
        Some(b'7') => words(bytes).skip_while(|word| *word != b"MAXVAL").nth(1),
        _ => words(bytes).nth(3),
    };
    match most.and_then(|word| std::str::from_utf8(word).ok()?.parse::<u32>().ok()) {
        Some(255 | 65_535) => pnm_surplus(bytes),
        Some(1) if bytes.get(1) == Some(&b'7') => pnm_surplus(bytes),
        Some(most) => Err(format!("values up to {most} where 255 is white: bring it to 8 bits first")),
        None => Err("does not decode: no PNM header".to_owned()),
    }
}

/// Nothing behind the values that the header speaks of. What is wrong with the header the decoder says.
fn pnm_surplus(bytes: &[u8]) -> Result<(), String> {
    let Ok(decoder) = PnmDecoder::new(Cursor::new(bytes)) else { return Ok(()) };
    let (width, height) = decoder.dimensions();
    let values = decoder.total_bytes() / u64::from(decoder.color_type().bytes_per_pixel()).max(1)
        * u64::from(decoder.color_type().channel_count());
    let packed = match bytes.get(1) {
        Some(b'1') => return Ok(()),
        Some(b'2' | b'3') => {
            let start = usize::try_from(decoder.into_inner().0.position()).unwrap_or(usize::MAX);
            let behind =
                words(bytes.get(start..).unwrap_or_default()).skip(usize::try_from(values).unwrap_or(usize::MAX));
            return surplus(&behind.flatten().copied().collect::<Vec<u8>>());
        }
        Some(b'4') => u64::from(width.div_ceil(8)) * u64::from(height),
        _ => decoder.total_bytes(),
    };
    let end = decoder.into_inner().0.position().saturating_add(packed);
    surplus(usize::try_from(end).ok().and_then(|end| bytes.get(end..)).unwrap_or_default())
}

/// The words of a PNM header; from `#` to the end of the line is a comment.
fn words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = bytes.split(|&byte| byte == b'\n');
    let told = lines.map(|line| line.split(|&byte| byte == b'#').next().unwrap_or(line));
    told.flat_map(|line| line.split(u8::is_ascii_whitespace)).filter(|word| !word.is_empty())
}

/// Whether rows become columns.
pub const fn swaps_sides(turn: Orientation) -> bool {
    matches!(
        turn,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}
