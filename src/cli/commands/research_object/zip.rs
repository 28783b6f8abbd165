//! One file of many, as ZIP: deflated, no dates of this machine, so that the same files are the same bytes.
//!
//! By hand, as a crate is a few files far below 4 GiB: local headers, contents, then the directory (APPNOTE 6.3, sections 4.3.7,
//! 4.3.12 and 4.3.16).

use super::contents::CrateFile;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use std::io::Write as _;

/// The version that reads folders and deflated content.
const NEEDS: u16 = 20;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
const DEFLATED: u16 = 8;
/// 1 January 1980, the earliest date that there is.
const DATE: u16 = 1 << 5 | 1;

/// Packs files in order.
///
/// # Errors
/// Where they are too many or too large for this form.
pub(super) fn zip(files: &[CrateFile]) -> Result<Vec<u8>, String> {
    let too_large = |_| "the crate is too large for one file: write it to a folder".to_owned();
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let mut crc = Crc::new();
        crc.update(&file.bytes);
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        let packed = packed.write_all(&file.bytes).and_then(|()| packed.finish()).map_err(|e| e.to_string())?;
        let at = u32::try_from(out.len()).map_err(too_large)?;
        let (size, full) =
            (u32::try_from(packed.len()).map_err(too_large)?, u32::try_from(file.bytes.len()).map_err(too_large)?);
        let name = u16::try_from(file.path.len()).map_err(too_large)?;
        let mut shared = Vec::new();
        [NEEDS, UTF8, DEFLATED, 0, DATE].iter().for_each(|word| shared.extend(word.to_le_bytes()));
        [crc.sum(), size, full].iter().for_each(|word| shared.extend(word.to_le_bytes()));
        [name, 0].iter().for_each(|word| shared.extend(word.to_le_bytes()));
        out.extend(b"PK\x03\x04");
        out.extend(&shared);
        out.extend(file.path.as_bytes());
        out.extend(packed);
        directory.extend(b"PK\x01\x02");
        directory.extend(NEEDS.to_le_bytes());
        directory.extend(&shared);
        // no comment, first disk, no attributes
        directory.extend([0; 6]);
        directory.extend([0; 4]);
        directory.extend(at.to_le_bytes());
        directory.extend(file.path.as_bytes());
    }
    let (count, at) = (u16::try_from(files.len()).map_err(too_large)?, u32::try_from(out.len()).map_err(too_large)?);
    let size = u32::try_from(directory.len()).map_err(too_large)?;
    out.extend(directory);
    out.extend(b"PK\x05\x06");
    [0, 0, count, count].iter().for_each(|word| out.extend(word.to_le_bytes()));
    [size, at].iter().for_each(|word| out.extend(word.to_le_bytes()));
    out.extend(0_u16.to_le_bytes());
    Ok(out)
}
