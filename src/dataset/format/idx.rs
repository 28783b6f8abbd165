//! MNIST's layout: images and labels in two files with big-endian headers, plain or gzipped.

use super::layout::{Description, Each, Format, FormatError, MOST_RECORDS, Needs, Opened, labels_of};
use super::stream;
use crate::artifact::Geometry;
use std::io::Read;
use std::path::Path;

/// Reader of `*-images-idx3-ubyte` with `*-labels-idx1-ubyte`.
pub struct Idx;

/// The type code of unsigned bytes in the header.
const UNSIGNED_BYTE: u8 = 8;

/// An idx file behind its header.
struct Body {
    reader: Box<dyn Read>,
    count: usize,
    item: Vec<usize>,
}

/// Reads the header: two zeros, the type, the number of sizes, then each size as four big-endian bytes.
fn open(path: &Path) -> Result<Body, FormatError> {
    let mut reader = stream::open(path)?;
    let broken = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            FormatError::file(path, "it ends within its idx header; get the file again")
        }
        _ => FormatError::reading(path, 0, &e),
    };
    let mut magic = [0; 4];
    reader.read_exact(&mut magic).map_err(broken)?;
    let [0, 0, UNSIGNED_BYTE, rank @ 1..=4] = magic else {
        let reason =
            format!("not an idx file of unsigned bytes: it begins with {magic:02x?}, expected [00, 00, 08, rank]");
        return Err(FormatError::file(path, reason));
    };
    let mut sizes = Vec::new();
    for _ in 0..rank {
        let mut size = [0; 4];
        reader.read_exact(&mut size).map_err(broken)?;
        sizes.push(u32::from_be_bytes(size) as usize);
    }
    if sizes[0] > MOST_RECORDS {
        let reason =
            format!("its header says {} records, at most {MOST_RECORDS} are read; get the file again", sizes[0]);
        return Err(FormatError::file(path, reason));
    }
    Ok(Body { reader, count: sizes[0], item: sizes[1..].to_vec() })
}

/// The sizes of the array in a file, records first.
///
/// # Errors
/// Where it is no such file.
pub(super) fn shape(path: &Path) -> Result<Vec<usize>, FormatError> {
    let body = open(path)?;
    Ok(std::iter::once(body.count).chain(body.item).collect())
}

/// The images file, checked against the geometry.
fn open_images(part: &Opened) -> Result<Body, FormatError> {
    let body = open(&part.file)?;
    let Geometry { channels, height, width } = part.geometry;
    let expected = if channels == 1 { vec![height, width] } else { vec![channels, height, width] };
    if body.item == expected {
        return Ok(body);
    }
    let reason = format!("images of {:?} where the card says {expected:?}", body.item);
    Err(FormatError::file(&part.file, reason))
}

/// The labels file, checked to hold single bytes.
fn open_labels(part: &Opened) -> Result<Body, FormatError> {
    let path = labels_of(part)?;
    let body = open(path)?;
    if body.item.is_empty() {
        return Ok(body);
    }
    Err(FormatError::file(path, format!("labels of {:?} where single numbers are expected", body.item)))
}

/// Reads a file to its end: it holds the records that its header says, and not a byte more.
fn read_through(path: &Path, mut body: Body) -> Result<(), FormatError> {
    let bytes = body.item.iter().product::<usize>() as u64;
    for record in 0..body.count {
        stream::skip(&mut *body.reader, bytes).map_err(|e| FormatError::reading(path, record, &e))?;
    }
    let surplus = std::io::copy(&mut body.reader, &mut std::io::sink());
    match surplus.map_err(|e| FormatError::reading(path, body.count, &e))? {
        0 => Ok(()),
        surplus => {
            let reason =
                format!("{surplus} surplus bytes behind the {} records of its header; get the file again", body.count);
            Err(FormatError::file(path, reason))
        }
    }
}

/// How the files are laid out.
const DOC: &str = "MNIST's: an images file and a labels file with big-endian headers, plain or gzipped.";

impl Format for Idx {
    fn description(&self) -> &'static Description {
        const { &Description::new("idx", DOC, &[Needs::Labels]) }
    }

    fn count(&self, part: &Opened) -> Result<usize, FormatError> {
        let (images, labels) = (open_images(part)?.count, open_labels(part)?.count);
        if images == labels {
            return Ok(images);
        }
        let reason = format!("{images} images for {labels} labels in {}", labels_of(part)?.display());
        Err(FormatError::file(&part.file, reason))
    }

    fn classes(&self, part: &Opened) -> Result<Vec<u32>, FormatError> {
        let count = self.count(part)?;
        let mut labels = Vec::new();
        let mut reader = open_labels(part)?.reader.take(count as u64);
        let read = reader.read_to_end(&mut labels);
        read.map_err(|e| FormatError::reading(labels_of(part).unwrap_or(&part.file), labels.len(), &e))?;
        if labels.len() < count {
            let error = std::io::ErrorKind::UnexpectedEof.into();
            return Err(FormatError::reading(labels_of(part)?, labels.len(), &error));
        }
        Ok(labels.into_iter().map(u32::from).collect())
    }

    fn faults(&self, part: &Opened) -> Vec<FormatError> {
        let images = open_images(part).and_then(|body| read_through(&part.file, body));
        let labels = open_labels(part).and_then(|body| read_through(labels_of(part)?, body));
        let apart = [images, labels].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        if apart.is_empty() { self.count(part).err().into_iter().collect() } else { apart }
    }

    fn each(&self, part: &Opened, wanted: &[usize], each: &mut Each<'_>) -> Result<(), FormatError> {
        let mut reader = open_images(part)?.reader;
        let mut pixels = vec![0; part.geometry.dim()];
        let mut next = 0;
        for (position, &record) in wanted.iter().enumerate() {
            let gap = ((record - next) * pixels.len()) as u64;
            let read = stream::skip(&mut *reader, gap).and_then(|()| reader.read_exact(&mut pixels));
            read.map_err(|e| FormatError::reading(&part.file, record, &e))?;
            if each(position, Ok(&pixels)).is_break() {
                break;
            }
            next = record + 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{collect, gzip, idx_file, opened};
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    /// Three grey 2 × 2 images of classes 1, 0, 2, gzipped or not.
    fn write(folder: &Path, pack: fn(&[u8]) -> Vec<u8>) -> Opened {
        let (images, labels) = (folder.join("i"), folder.join("l"));
        let pixels: Vec<u8> = (0..12).collect();
        fs::write(&images, pack(&idx_file(&[3, 2, 2], &pixels))).unwrap();
        fs::write(&labels, pack(&idx_file(&[3], &[1, 0, 2]))).unwrap();
        let mut part = opened(&images, Some(labels));
        part.geometry = Geometry { channels: 1, height: 2, width: 2 };
        part
    }

    #[test]
    fn plain_and_gzipped_files_read_the_same() {
        for pack in [|b: &[u8]| b.to_vec(), gzip] {
            let folder = tempfile::tempdir().unwrap();
            let part = write(folder.path(), pack);
            assert_eq!(Idx.count(&part).unwrap(), 3);
            assert_eq!(Idx.classes(&part).unwrap(), [1, 0, 2]);
            assert_eq!(collect(&Idx, &part, &[0, 2]).unwrap(), [[0, 1, 2, 3], [8, 9, 10, 11]]);
        }
    }

    fn error_of(change: impl FnOnce(&mut Opened, PathBuf)) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut part = write(folder.path(), gzip);
        change(&mut part, folder.path().to_owned());
        let classes = Idx.classes(&part).map(|_| ());
        classes.and_then(|()| collect(&Idx, &part, &[1, 2]).map(|_| ())).unwrap_err().to_string()
    }

    #[test]
    fn broken_files_are_named_with_the_record() {
        let cut = |part: &mut Opened, keep: usize| {
            let bytes = idx_file(&[3, 2, 2], &(0..12).collect::<Vec<u8>>());
            fs::write(&part.file, &bytes[..keep]).unwrap();
        };
        let error = error_of(|part, _| cut(part, 16 + 9));
        assert!(error.contains("i, record 2: the file ends here"), "{error}");
        let error = error_of(|part, _| cut(part, 6));
        assert!(error.contains("ends within its idx header"), "{error}");
        let error = error_of(|part, _| {
            let bytes = fs::read(&part.file).unwrap();
            fs::write(&part.file, &bytes[..bytes.len() - 16]).unwrap();
        });
        assert!(error.contains("i, record "), "{error}");
        let error = error_of(|part, _| fs::write(part.labels.clone().unwrap(), idx_file(&[3], &[1])).unwrap());
        assert!(error.contains("l, record 1: the file ends here"), "{error}");
    }

    #[test]
    fn bytes_too_few_or_too_many_are_found_without_a_record() {
        for pack in [|b: &[u8]| b.to_vec(), gzip] {
            let folder = tempfile::tempdir().unwrap();
            let part = write(folder.path(), pack);
            assert!(Idx.faults(&part).is_empty());
            let told = |path: &PathBuf, bytes: &[u8]| {
                fs::write(path, pack(bytes)).unwrap();
                let found: Vec<String> = Idx.faults(&part).iter().map(ToString::to_string).collect();
                found.join("; ")
            };
            let images = idx_file(&[3, 2, 2], &[7; 12]);
            assert!(told(&part.file, &images[..images.len() - 1]).contains("i, record 2: the file ends here"));
            let both = told(part.labels.as_ref().unwrap(), &idx_file(&[3], &[1, 0, 2, 9]));
            assert!(both.contains("i, record 2") && both.contains("l: 1 surplus bytes behind the 3 records"), "{both}");
            let huge = told(&part.file, &idx_file(&[u32::MAX, 2, 2], &[7; 12]));
            assert!(huge.contains("its header says 4294967295 records"), "{huge}");
        }
    }

    #[test]
    fn files_that_do_not_fit_are_refused() {
        let error = error_of(|part, _| part.geometry.height = 3);
        assert!(error.contains("images of [2, 2] where the card says [3, 2]"), "{error}");
        let error = error_of(|part, _| fs::write(part.labels.clone().unwrap(), idx_file(&[2], &[1, 0])).unwrap());
        assert!(error.contains("3 images for 2 labels"), "{error}");
        let error = error_of(|part, _| fs::write(&part.file, "P5 something else").unwrap());
        assert!(error.contains("not an idx file of unsigned bytes"), "{error}");
        let error = error_of(|part, folder| part.file = folder.join("none"));
        assert!(error.contains("cannot read"), "{error}");
    }
}
