//! NumPy's arrays: images as bytes, `(n, h, w)`, `(n, channels, h, w)` or `(n, h, w, channels)`, and whole numbers as labels.

use super::layout::{Description, Each, Format, FormatError, MOST_RECORDS, Needs, Opened, labels_of};
use super::stream;
use crate::artifact::Geometry;
use npyz::{DType, Endianness, NpyHeader, Order, TypeChar};
use std::io::Read;
use std::path::Path;

/// Reader of `.npy` files.
pub struct Npy;

/// An array behind its header.
pub(super) struct Body {
    reader: Box<dyn Read>,
    /// The sizes of the array, records first.
    pub(super) shape: Vec<usize>,
    element: (TypeChar, usize),
}

/// Reads the header.
///
/// # Errors
/// Where it is no `.npy`, holds no numbers, is in Fortran's order, or has far too many records.
pub(super) fn open(path: &Path) -> Result<Body, FormatError> {
    let mut reader = stream::open(path)?;
    let header = NpyHeader::from_reader(&mut reader)
        .map_err(|e| FormatError::file(path, format!("no .npy file ({e}); write it with numpy.save")))?;
    let wrong = |what: &str| FormatError::file(path, format!("{what}; write it with numpy.save of a C-ordered array"));
    let DType::Plain(element) = header.dtype() else { return Err(wrong("records with fields, not numbers")) };
    let bytes = element.num_bytes().filter(|bytes| (1..=8).contains(bytes)).ok_or_else(|| wrong("no numbers"))?;
    if element.endianness() == Endianness::Big && bytes > 1 {
        return Err(wrong("big-endian numbers"));
    }
    if header.order() == Order::Fortran && header.shape().len() > 1 {
        return Err(wrong("an array in Fortran's order"));
    }
    let shape: Vec<usize> = header.shape().iter().map(|&size| usize::try_from(size).unwrap_or(usize::MAX)).collect();
    if shape.first().is_none_or(|&records| records > MOST_RECORDS) {
        return Err(FormatError::file(path, format!("an array of {shape:?}: expected at most {MOST_RECORDS} records")));
    }
    Ok(Body { reader, shape, element: (element.type_char(), bytes) })
}

/// Whether channels stand before rows and columns, of an image of a geometry; `None` where the array has another one.
fn channels_first(item: &[usize], Geometry { channels, height, width }: Geometry) -> Option<bool> {
    match item {
        [h, w] if (*h, *w, channels) == (height, width, 1) => Some(true),
        [c, h, w] if (*c, *h, *w) == (channels, height, width) => Some(true),
        [h, w, c] if (*c, *h, *w) == (channels, height, width) => Some(false),
        _ => None,
    }
}

/// The images, checked against the geometry; whether channels come first.
fn open_images(part: &Opened) -> Result<(Body, bool), FormatError> {
    let body = open(&part.file)?;
    if body.element != (TypeChar::Uint, 1) {
        let reason =
            "images are read as bytes, and these are no uint8: save them as (255 * images).astype(numpy.uint8)";
        return Err(FormatError::file(&part.file, reason));
    }
    let wrong = || {
        let Geometry { channels, height, width } = part.geometry;
        let item = &body.shape[1..];
        FormatError::file(&part.file, format!("images of {item:?} where the card says {channels} x {height} x {width}"))
    };
    let first = channels_first(&body.shape[1..], part.geometry).ok_or_else(wrong)?;
    Ok((body, first))
}

/// The labels.
fn open_labels(part: &Opened) -> Result<Body, FormatError> {
    let path = labels_of(part)?;
    let body = open(path)?;
    let whole = matches!(body.element.0, TypeChar::Uint | TypeChar::Int | TypeChar::Bool);
    match (body.shape.as_slice(), whole) {
        ([_] | [_, 1], true) => Ok(body),
        (shape, _) => {
            let reason = format!("an array of {shape:?}: expected one whole number for each image");
            Err(FormatError::file(path, reason))
        }
    }
}

/// Whole numbers, little-endian.
fn labels(path: &Path, body: &mut Body) -> Result<Vec<u32>, FormatError> {
    let ((kind, bytes), count) = (body.element, body.shape[0]);
    let mut word = vec![0; bytes];
    let mut one = |record: usize| {
        body.reader.read_exact(&mut word).map_err(|e| FormatError::reading(path, record, &e))?;
        let negative = kind == TypeChar::Int && word[bytes - 1] & 0x80 != 0;
        let value = word.iter().rev().fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
        let class = u32::try_from(value).ok().filter(|_| !negative);
        class.ok_or_else(|| FormatError::record(path, record, "its label is no class number: they count from 0"))
    };
    (0..count).map(&mut one).collect()
}

fn at_its_end(path: &Path, mut body: Body) -> Result<(), FormatError> {
    let record = body.shape[1..].iter().product::<usize>() * body.element.1;
    for number in 0..body.shape[0] {
        stream::skip(&mut *body.reader, record as u64).map_err(|e| FormatError::reading(path, number, &e))?;
    }
    let surplus = std::io::copy(&mut body.reader, &mut std::io::sink());
    match surplus.map_err(|e| FormatError::reading(path, body.shape[0], &e))? {
        0 => Ok(()),
        surplus => {
            Err(FormatError::file(path, format!("{surplus} surplus bytes behind its array; get the file again")))
        }
    }
}

const DOC: &str = "NumPy's `.npy`: an array of bytes, (images, rows, columns), (images, channels, rows, columns) or (images, rows, \
    columns, channels), and one of whole numbers, the classes, in a second file.";

impl Format for Npy {
    fn description(&self) -> &'static Description {
        const { &Description::new("npy", DOC, &[Needs::Labels]) }
    }

    fn count(&self, part: &Opened) -> Result<usize, FormatError> {
        let (images, labels) = (open_images(part)?.0.shape[0], open_labels(part)?.shape[0]);
        if images == labels {
            return Ok(images);
        }
        let reason = format!("{images} images for {labels} labels in {}", labels_of(part)?.display());
        Err(FormatError::file(&part.file, reason))
    }

    fn classes(&self, part: &Opened) -> Result<Vec<u32>, FormatError> {
        self.count(part)?;
        labels(labels_of(part)?, &mut open_labels(part)?)
    }

    fn faults(&self, part: &Opened) -> Vec<FormatError> {
        let images = open_images(part).and_then(|(body, _)| at_its_end(&part.file, body));
        let labels = open_labels(part).and_then(|body| at_its_end(labels_of(part)?, body));
        let apart = [images, labels].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        if apart.is_empty() { self.count(part).err().into_iter().collect() } else { apart }
    }

    fn each(&self, part: &Opened, wanted: &[usize], each: &mut Each<'_>) -> Result<(), FormatError> {
        let (mut body, channels_first) = open_images(part)?;
        let Geometry { channels, .. } = part.geometry;
        let mut item = vec![0; part.geometry.dim()];
        let mut next = 0;
        for (position, &record) in wanted.iter().enumerate() {
            let gap = ((record - next) * item.len()) as u64;
            let read = stream::skip(&mut *body.reader, gap).and_then(|()| body.reader.read_exact(&mut item));
            read.map_err(|e| FormatError::reading(&part.file, record, &e))?;
            let goes_on = if channels_first {
                each(position, Ok(&item))
            } else {
                let planes = (0..channels).flat_map(|channel| item.iter().skip(channel).step_by(channels));
                each(position, Ok(&planes.copied().collect::<Vec<u8>>()))
            };
            if goes_on.is_break() {
                break;
            }
            next = record + 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{collect, npy_file, opened};
    use super::*;
    use std::fs;

    /// Two colour images of 2 × 2: red 0 to 3, green 10 to 13, blue 20 to 23, and the same from 100 on.
    fn part(folder: &Path, (shape, images): (&[usize], &[u8]), (kind, labels): (&str, &[u8])) -> Opened {
        let (x, y) = (folder.join("x.npy"), folder.join("y.npy"));
        fs::write(&x, npy_file("|u1", shape, images)).unwrap();
        let bytes: usize = kind[2..].parse().unwrap();
        fs::write(&y, npy_file(kind, &[labels.len() / bytes], labels)).unwrap();
        opened(&x, Some(y))
    }

    #[test]
    fn channels_may_come_first_or_last() {
        let folder = tempfile::tempdir().unwrap();
        let first: Vec<u8> = [0, 100].iter().flat_map(|&o| [0, 10, 20].map(|c| c + o)).flat_map(|c| c..c + 4).collect();
        let planes: Vec<Vec<u8>> = first.chunks(12).map(<[u8]>::to_vec).collect();
        let of_image =
            |image: &Vec<u8>| (0..4).flat_map(|i| [image[i], image[i + 4], image[i + 8]]).collect::<Vec<u8>>();
        let last: Vec<u8> = planes.iter().flat_map(of_image).collect();
        for (shape, images) in [([2, 3, 2, 2], &first), ([2, 2, 2, 3], &last)] {
            let part = part(folder.path(), (&shape, images), ("<i2", &[2, 0, 1, 0]));
            assert_eq!(Npy.classes(&part).unwrap(), [2, 1]);
            assert_eq!(collect(&Npy, &part, &[0, 1]).unwrap(), planes);
            assert!(Npy.faults(&part).is_empty());
        }
    }

    #[test]
    fn what_is_no_image_and_no_class_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let told = |part: &Opened| Npy.classes(part).unwrap_err().to_string();
        let images = (&[1, 3, 2, 2][..], &[0; 12][..]);
        let error = told(&part(folder.path(), images, ("|i1", &[255])));
        assert!(error.contains("y.npy, record 0: its label is no class number"), "{error}");
        let error = told(&part(folder.path(), images, ("|u1", &[0, 1])));
        assert!(error.contains("1 images for 2 labels"), "{error}");
        let error = told(&part(folder.path(), (&[1, 3, 2, 4], &[0; 24]), ("|u1", &[0])));
        assert!(error.contains("images of [3, 2, 4] where the card says 3 x 2 x 2"), "{error}");
        let good = part(folder.path(), images, ("|u1", &[0]));
        fs::write(&good.file, npy_file("<f4", &[1, 3, 2, 2], &[0; 48])).unwrap();
        assert!(told(&good).contains("no uint8: save them as"), "{}", told(&good));
        fs::write(&good.file, npy_file("|u1", &[1, 3, 2, 2], &[0; 11])).unwrap();
        let faults = Npy.faults(&good);
        assert!(faults[0].to_string().contains("record 0: the file ends here"), "{faults:?}");
        fs::write(&good.file, "P5").unwrap();
        assert!(told(&good).contains("no .npy file"), "{}", told(&good));
    }
}
