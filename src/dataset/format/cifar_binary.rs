//! CIFAR's binary layouts: one label byte (CIFAR-10) or two (CIFAR-100), then the image channel by channel, record after
//! record.

use super::layout::{Description, Each, Format, FormatError, Opened};
use super::stream;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

/// Reader of records whose image stands behind label bytes, one of which is the class.
pub struct CifarBinary {
    labels: usize,
    /// Which of the label bytes is the class, from 0.
    class: usize,
    description: Description,
}

/// Of `*_batch*.bin`.
pub const CIFAR10: CifarBinary = CifarBinary {
    labels: 1,
    class: 0,
    description: Description::new(
        "cifar10-binary",
        "One label byte, then the image channel by channel; record after record.",
        &[],
    ),
};

/// Of CIFAR-100's `train.bin` and `test.bin`.
pub const CIFAR100: CifarBinary = CifarBinary {
    labels: 2,
    class: 1,
    description: Description::new(
        "cifar100-binary",
        "Two label bytes, the coarse and the fine class, of which the fine one counts; then the image channel by channel; record \
         after record.",
        &[],
    ),
};

/// The same files by their coarse classes.
pub const CIFAR100_COARSE: CifarBinary = CifarBinary {
    labels: 2,
    class: 0,
    description: Description::new(
        "cifar100-binary-coarse",
        "The files of `cifar100-binary`, of whose two label bytes the first, the coarse class, counts.",
        &[],
    ),
};

impl CifarBinary {
    /// Bytes of one record: labels and image.
    const fn record_bytes(&self, part: &Opened) -> usize {
        self.labels + part.geometry.dim()
    }
}

fn open(part: &Opened) -> Result<File, FormatError> {
    stream::plain(&part.file).map(|(file, _)| file)
}

impl Format for CifarBinary {
    fn description(&self) -> &'static Description {
        match (self.labels, self.class) {
            (1, _) => const { &CIFAR10.description },
            (_, 0) => const { &CIFAR100_COARSE.description },
            _ => const { &CIFAR100.description },
        }
    }

    fn count(&self, part: &Opened) -> Result<usize, FormatError> {
        let length = open(part)?.metadata().map(|m| m.len());
        let length = length.map_err(|source| FormatError::Io { path: part.file.clone(), source })?;
        let record = self.record_bytes(part) as u64;
        if length == 0 || !length.is_multiple_of(record) {
            let reason = format!(
                "{length} bytes are no whole number of {record}-byte records; the file is truncated or of another \
                 format, get it again"
            );
            return Err(FormatError::file(&part.file, reason));
        }
        usize::try_from(length / record).map_err(|e| FormatError::file(&part.file, e.to_string()))
    }

    fn classes(&self, part: &Opened) -> Result<Vec<u32>, FormatError> {
        let mut reader = BufReader::new(open(part)?);
        let mut record = vec![0; self.record_bytes(part)];
        let read = |i| {
            reader.read_exact(&mut record).map_err(|e| FormatError::reading(&part.file, i, &e))?;
            Ok(u32::from(record[self.class]))
        };
        (0..self.count(part)?).map(read).collect()
    }

    fn faults(&self, part: &Opened) -> Vec<FormatError> {
        self.count(part).err().into_iter().collect()
    }

    fn each(&self, part: &Opened, wanted: &[usize], each: &mut Each<'_>) -> Result<(), FormatError> {
        let mut file = open(part)?;
        let mut pixels = vec![0; part.geometry.dim()];
        for (position, &record) in wanted.iter().enumerate() {
            let start = (record * self.record_bytes(part) + self.labels) as u64;
            let read = file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(&mut pixels));
            read.map_err(|e| FormatError::reading(&part.file, record, &e))?;
            if each(position, Ok(&pixels)).is_break() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{cifar_record, collect, opened, shared_data, skipped};
    use super::*;
    use std::fs;

    #[test]
    fn classes_and_chosen_records_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        fs::write(&path, [cifar_record(2, 7), cifar_record(0, 8), cifar_record(1, 9)].concat()).unwrap();
        let part = opened(&path, None);
        assert_eq!(CIFAR10.count(&part).unwrap(), 3);
        assert_eq!(CIFAR10.classes(&part).unwrap(), [2, 0, 1]);
        let images = collect(&CIFAR10, &part, &[0, 2]).unwrap();
        assert_eq!(images, [cifar_record(2, 7)[1..].to_vec(), cifar_record(1, 9)[1..].to_vec()]);
    }

    #[test]
    fn of_two_labels_the_fine_one_is_the_class() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("train.bin");
        let record = |coarse: u8, fine: u8, value: u8| [vec![coarse], cifar_record(fine, value)].concat();
        fs::write(&path, [record(11, 2, 7), record(12, 0, 8), record(13, 1, 9)].concat()).unwrap();
        let part = opened(&path, None);
        assert_eq!(CIFAR100.classes(&part).unwrap(), [2, 0, 1]);
        assert_eq!(CIFAR100_COARSE.classes(&part).unwrap(), [11, 12, 13]);
        let images = collect(&CIFAR100, &part, &[2, 0]).unwrap();
        assert_eq!(images, collect(&CIFAR100_COARSE, &part, &[2, 0]).unwrap());
        assert_eq!(images, [vec![9; 12], vec![7; 12]]);
        let error = CIFAR10.classes(&part).unwrap_err().to_string();
        assert!(error.contains("42 bytes are no whole number of 13-byte records"), "{error}");
    }

    #[test]
    fn a_truncated_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        fs::write(&path, &[cifar_record(2, 7), cifar_record(0, 8)].concat()[..20]).unwrap();
        let error = CIFAR10.classes(&opened(&path, None)).unwrap_err().to_string();
        assert!(error.contains("a.bin: 20 bytes are no whole number of 13-byte records"), "{error}");
        let error = collect(&CIFAR10, &opened(&path, None), &[1]).unwrap_err().to_string();
        assert!(error.contains("a.bin, record 1: the file ends here; it is truncated"), "{error}");
    }

    #[test]
    fn first_true_record() {
        let Some(folder) = shared_data("cifar10") else { return skipped("lossless CIFAR-10") };
        let mut part = opened(&folder.join("cifar10_train_first4000.bin"), None);
        part.geometry = crate::artifact::Geometry { channels: 3, height: 32, width: 32 };
        let classes = CIFAR10.classes(&part).unwrap();
        assert_eq!((classes.len(), &classes[..5]), (4000, &[6, 9, 9, 4, 1][..]));
        // the first training image is a frog whose first red values are 59 43 50 68 98
        let images = collect(&CIFAR10, &part, &[0]).unwrap();
        assert_eq!(images[0][..5], [59, 43, 50, 68, 98]);
    }
}
