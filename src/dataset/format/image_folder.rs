//! A folder of PNG, JPEG or PNM images with a CSV list `file,label`; a label is a class number or a class name.

use super::{Format, FormatError, Opened, Sink, decode_all, labels_of, pixels};
use std::fs;

/// Reader of image folders.
pub struct ImageFolder;

/// One line of the list.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    file: String,
    label: String,
}

fn lines(part: &Opened) -> Result<Vec<Line>, FormatError> {
    let path = labels_of(part)?;
    let failed =
        |e: csv::Error| FormatError::file(path, format!("expected a CSV list with the header file,label: {e}"));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(failed)?;
    reader.deserialize().collect::<Result<_, _>>().map_err(failed)
}

/// The class that a label means: a number as it stands, else the place of the name.
fn class(part: &Opened, label: &str) -> Option<u32> {
    let by_name = || part.classes.iter().position(|name| name == label).and_then(|i| u32::try_from(i).ok());
    label.parse().ok().or_else(by_name)
}

fn decode(part: &Opened, record: usize, line: &Line) -> Result<Vec<u8>, FormatError> {
    let path = part.file.join(&line.file);
    let bytes = fs::read(&path).map_err(|source| FormatError::Io { path: path.clone(), source })?;
    pixels::decode(&bytes, part.geometry).map_err(|reason| FormatError::record(&path, record, reason))
}

impl Format for ImageFolder {
    fn count(&self, part: &Opened) -> Result<usize, FormatError> {
        Ok(lines(part)?.len())
    }

    fn classes(&self, part: &Opened) -> Result<Vec<u32>, FormatError> {
        let path = labels_of(part)?;
        let one = |(record, line): (usize, Line)| {
            let reason =
                || format!("label `{}` is neither a class number nor one of {}", line.label, part.classes.join(", "));
            class(part, &line.label).ok_or_else(|| FormatError::record(path, record, reason()))
        };
        lines(part)?.into_iter().enumerate().map(one).collect()
    }

    fn images(&self, part: &Opened, wanted: &[usize], sink: &mut Sink<'_>) -> Result<(), FormatError> {
        let lines = lines(part)?;
        let one = |record: usize| {
            let ends = || FormatError::record(&part.file, record, "the list ends before");
            decode(part, record, lines.get(record).ok_or_else(ends)?)
        };
        decode_all(wanted, one, sink)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{collect, opened, png_rgb};
    use super::*;
    use std::path::Path;

    fn write(folder: &Path, list: &str) -> Opened {
        fs::create_dir_all(folder.join("images/sub")).unwrap();
        fs::write(folder.join("images/a.png"), png_rgb(2, 2, &[1; 12])).unwrap();
        fs::write(folder.join("images/sub/b.png"), png_rgb(2, 2, &[2; 12])).unwrap();
        fs::write(folder.join("images/wide.png"), png_rgb(3, 2, &[2; 18])).unwrap();
        fs::write(folder.join("list.csv"), list).unwrap();
        opened(&folder.join("images"), Some(folder.join("list.csv")))
    }

    #[test]
    fn labels_are_numbers_or_names() {
        let folder = tempfile::tempdir().unwrap();
        let part = write(folder.path(), "file,label\na.png,2\nsub/b.png, fish\n");
        assert_eq!(ImageFolder.count(&part).unwrap(), 2);
        assert_eq!(ImageFolder.classes(&part).unwrap(), [2, 1]);
        assert_eq!(collect(&ImageFolder, &part, &[1]).unwrap(), [[2; 12]]);
    }

    #[test]
    fn faults_name_the_file_and_the_record() {
        let folder = tempfile::tempdir().unwrap();
        let part = write(folder.path(), "file,label\nwide.png,0\nnone.png,whale\n");
        let error = |records: &[usize]| collect(&ImageFolder, &part, records).unwrap_err().to_string();
        assert!(error(&[0]).contains("wide.png, record 0: 2 rows by 3 columns"), "{}", error(&[0]));
        assert!(error(&[1]).contains("cannot read") && error(&[1]).contains("none.png"), "{}", error(&[1]));
        assert!(error(&[2]).contains("record 2: the list ends before"), "{}", error(&[2]));
        let error = ImageFolder.classes(&part).unwrap_err().to_string();
        assert!(error.contains("list.csv, record 1: label `whale` is neither"), "{error}");
        let part = write(folder.path(), "name,label\na.png,0\n");
        let error = ImageFolder.classes(&part).unwrap_err().to_string();
        assert!(error.contains("header file,label"), "{error}");
    }
}
