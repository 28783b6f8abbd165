//! What the decoders pass over in silence, read from the headers of images.

use image::metadata::Orientation;

/// A JPEG whose end is there, of 8 bits and of at most three colours. The decoder fills a file that is cut with grey, and
/// guesses what a printer's four colours look like.
///
/// # Errors
/// What is wrong, in words.
pub fn jpeg(bytes: &[u8]) -> Result<(), String> {
    let mut at = 2;
    loop {
        let (marker, rest) = match bytes.get(at..) {
            Some([0xff, marker, rest @ ..]) => (*marker, rest),
            // decoders pass over bytes that stand between two segments
            Some([_, _, ..]) => (0xff, &bytes[..0]),
            _ => return Err(CUT.to_owned()),
        };
        let length = match (marker, rest) {
            (0xff, _) => 1,
            (0x01 | 0xd0..=0xd8, _) => 2,
            (0xd9, _) => return Err(CUT.to_owned()),
            (_, [high, low, ..]) => 2 + usize::from(u16::from_be_bytes([*high, *low])),
            _ => return Err(CUT.to_owned()),
        };
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            frame(rest)?;
        }
        at += length;
        if marker == 0xda {
            let ended = bytes.get(at..).is_some_and(|scan| scan.windows(2).any(|pair| pair == [0xff, 0xd9]));
            return if ended { Ok(()) } else { Err(CUT.to_owned()) };
        }
    }
}

const CUT: &str = "does not decode: it ends early, get it again";

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

/// A PNM whose values are bits, bytes or 16-bit numbers over their whole range: the decoder takes other values as they
/// are, so that an image of 15 grey levels would be almost black.
///
/// # Errors
/// What is wrong, in words.
pub fn pnm(bytes: &[u8]) -> Result<(), String> {
    let most = match bytes.get(1) {
        Some(b'1' | b'4') => return Ok(()),
        Some(b'7') => words(bytes).skip_while(|word| *word != b"MAXVAL").nth(1),
        _ => words(bytes).nth(3),
    };
    match most.and_then(|word| std::str::from_utf8(word).ok()?.parse::<u32>().ok()) {
        Some(255 | 65_535) => Ok(()),
        Some(1) if bytes.get(1) == Some(&b'7') => Ok(()),
        Some(most) => Err(format!("values up to {most} where 255 is white: bring it to 8 bits first")),
        None => Err("does not decode: no PNM header".to_owned()),
    }
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
