//! A folder of PNG, JPEG or PNM images with a CSV list `file,label`; a label is a class name or a class number.
//!
//! Where a class is named by the number of another one, labels are names only: a number would mean two classes.

use super::layout::{Each, Format, FormatError, Opened, decode_all, labels_of};
use super::{listed, pixels, stream};

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
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(stream::plain(path)?.0);
    reader.deserialize().collect::<Result<_, _>>().map_err(failed)
}

/// The class that a label means: the place of the name, else the number as it stands where no name is the number of
/// another class.
fn class(part: &Opened, label: &str) -> Result<u32, String> {
    let mut names = (0_u32..).zip(&part.classes);
    if let Some((class, _)) = names.clone().find(|(_, name)| *name == label) {
        return Ok(class);
    }
    let number = label.parse::<u32>();
    match (number, names.find(|(class, name)| name.parse::<u32>().is_ok_and(|number| number != *class))) {
        (Ok(_), Some((class, name))) => Err(format!(
            "label `{label}` is no class name, and no number either where class {class} is named `{name}`: write the \
             names {}",
            part.classes.join(", ")
        )),
        (Ok(number), None) if (number as usize) < part.classes.len() => Ok(number),
        _ => Err(format!("label `{label}` is neither a class number nor one of {}", part.classes.join(", "))),
    }
}

impl Format for ImageFolder {
    fn count(&self, part: &Opened) -> Result<usize, FormatError> {
        Ok(lines(part)?.len())
    }

    fn classes(&self, part: &Opened) -> Result<Vec<u32>, FormatError> {
        let path = labels_of(part)?;
        let one = |(record, line): (usize, Line)| {
            class(part, &line.label).map_err(|reason| FormatError::record(path, record, reason))
        };
        lines(part)?.into_iter().enumerate().map(one).collect()
    }

    fn faults(&self, part: &Opened) -> Vec<FormatError> {
        let (list, lines) = match (labels_of(part), lines(part)) {
            (Ok(list), Ok(lines)) => (list, lines),
            (Err(error), _) | (_, Err(error)) => return vec![error],
        };
        let labels = lines.iter().enumerate();
        let labels = labels.filter_map(|(record, line)| Some((record, class(part, &line.label).err()?)));
        let mut found: Vec<_> = labels.map(|(record, reason)| FormatError::record(list, record, reason)).collect();
        found.extend(listed::faults(&part.file, list, lines.iter().map(|line| line.file.as_str())));
        found
    }

    fn each(&self, part: &Opened, wanted: &[usize], each: &mut Each<'_>) -> Result<(), FormatError> {
        let (list, lines) = (labels_of(part)?, lines(part)?);
        let one = |record: usize| {
            let ends = || FormatError::record(&part.file, record, "the list ends before");
            let name = &lines.get(record).ok_or_else(ends)?.file;
            let (path, bytes) = listed::read(&part.file, (list, record), name)?;
            pixels::decode(&bytes, part.geometry).map_err(|reason| FormatError::record(&path, record, reason))
        };
        decode_all(part.geometry, wanted, one, each);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{collect, opened, png_rgb};
    use super::*;
    use std::fs;
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
    fn a_name_that_is_a_number_means_the_class_of_that_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = write(folder.path(), "file,label\na.png,1\na.png,0\n");
        let mut classes = |names: &[&str]| {
            part.classes = names.iter().map(|name| (*name).to_owned()).collect();
            ImageFolder.classes(&part).map_err(|e| e.to_string())
        };
        assert_eq!(classes(&["0", "1"]).unwrap(), [1, 0]);
        assert_eq!(classes(&["1", "0"]).unwrap(), [0, 1]);
        assert_eq!(classes(&["cat", "dog"]).unwrap(), [1, 0]);
        // 0 may be the first class by number and is no name, where 1 is the first class by name
        let error = classes(&["1", "cat"]).unwrap_err();
        assert!(
            error.contains("record 1: label `0` is no class name") && error.contains("class 0 is named `1`"),
            "{error}"
        );
        assert!(classes(&["cat"]).unwrap_err().contains("label `1` is neither"));
    }

    #[test]
    fn all_that_is_wrong_with_the_list_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let part = write(folder.path(), "file,label\na.png,0\nnone.png,whale\n../list.csv,1\nsub,1\n");
        let found: Vec<String> = ImageFolder.faults(&part).iter().map(ToString::to_string).collect();
        let expected = ["label `whale`", "none.png is not there", "leads out of the folder", "sub is not there"];
        assert!(found.len() == 4 && found.iter().zip(expected).all(|(f, part)| f.contains(part)), "{found:?}");
        assert!(collect(&ImageFolder, &part, &[2]).unwrap_err().to_string().contains("leads out"));
    }

    #[test]
    fn an_image_that_is_listed_twice_is_named_with_both_records() {
        let folder = tempfile::tempdir().unwrap();
        let part = write(folder.path(), "file,label\na.png,0\nsub/b.png,1\n./sub//b.png,2\n");
        let found: Vec<String> = ImageFolder.faults(&part).iter().map(ToString::to_string).collect();
        let wanted = "record 2: `./sub//b.png` is listed twice, by record 1 too";
        assert!(found.len() == 1 && found[0].contains(wanted), "{found:?}");
    }

    #[test]
    fn a_list_that_is_no_plain_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = write(folder.path(), "file,label\na.png,0\n");
        part.labels = Some("/dev/zero".into());
        let found: Vec<String> = ImageFolder.faults(&part).iter().map(ToString::to_string).collect();
        assert!(found.len() == 1 && found[0].contains("not a plain file"), "{found:?}");
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
