//! A folder of PNG, JPEG or PNM images with a CSV list `file,label`; a label is a class name or a class number.
//!
//! Where a class is named by the number of another one, labels are names only: a number would mean two classes.

use super::layout::{Description, Each, Format, FormatError, Needs, Opened, decode_all, labels_of};
use super::listed::{self, Faults, Names};
use super::{pixels, stream};

/// Reader of image folders.
pub struct ImageFolder;

/// Hands on the file and the label of each line, with the record's number. A list of many millions is never held whole.
fn lines(part: &Opened, each: &mut dyn FnMut(usize, &str, &str)) -> Result<(), FormatError> {
    let path = labels_of(part)?;
    let failed = |e: csv::Error| FormatError::file(path, in_words(&e));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(stream::plain(path)?.0);
    let header: Vec<&str> = reader.headers().map_err(failed)?.iter().collect();
    let (file, label) = match header.as_slice() {
        ["file", "label"] => (0, 1),
        ["label", "file"] => (1, 0),
        _ => {
            let reason = format!("expected a CSV list with the header file,label, found {}", header.join(","));
            return Err(FormatError::file(path, reason));
        }
    };
    let (mut line, mut record) = (csv::StringRecord::new(), 0);
    while reader.read_record(&mut line).map_err(failed)? {
        each(record, &line[file], &line[label]);
        record += 1;
    }
    Ok(())
}

/// What is wrong with a list.
fn in_words(error: &csv::Error) -> String {
    let line = error.position().map_or(1, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { len, .. } => {
            format!("line {line}: expected a file and a label, found {len} cells")
        }
        csv::ErrorKind::Utf8 { .. } => format!("line {line} is not UTF-8; save the list as UTF-8"),
        csv::ErrorKind::Io(e) => format!("cannot be read: {e}"),
        _ => format!("line {line} cannot be read as CSV"),
    }
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

/// How the files are laid out.
const DOC: &str = "A folder of PNG, JPEG or PNM images and a CSV list `file,label`.";

impl Format for ImageFolder {
    fn description(&self) -> &'static Description {
        const { &Description::new("image-folder", DOC, &[Needs::Labels]).of_folders().by_names() }
    }

    fn count(&self, part: &Opened) -> Result<usize, FormatError> {
        let mut count = 0;
        lines(part, &mut |record, _, _| count = record + 1)?;
        Ok(count)
    }

    fn classes(&self, part: &Opened) -> Result<Vec<u32>, FormatError> {
        let (path, mut classes, mut wrong) = (labels_of(part)?, Vec::new(), None);
        lines(part, &mut |record, _, label| match class(part, label) {
            Ok(class) => classes.push(class),
            Err(reason) => _ = wrong.get_or_insert((record, reason)),
        })?;
        match wrong {
            None => Ok(classes),
            Some((record, reason)) => Err(FormatError::record(path, record, reason)),
        }
    }

    fn faults(&self, part: &Opened) -> Vec<FormatError> {
        let (mut labels, mut names) = (Faults::default(), Names::new(&part.file));
        let read = lines(part, &mut |record, file, label| {
            class(part, label).err().into_iter().for_each(|reason| labels.add(record, reason));
            names.look_at(record, file);
        });
        let told = labels_of(part).map(|list| labels.told(list).into_iter().chain(names.faults.told(list)).collect());
        match (told, read) {
            (Ok(told), Ok(())) => told,
            (Err(error), _) | (_, Err(error)) => vec![error],
        }
    }

    fn repeated(&self, part: &Opened) -> Vec<FormatError> {
        let mut names = Names::new(&part.file);
        let read = lines(part, &mut |record, file, _| names.look_at(record, file));
        // a list that cannot be read is a fault, which is told already
        read.and_then(|()| labels_of(part)).map_or_else(|_| Vec::new(), |list| names.repeated.told(list))
    }

    fn each(&self, part: &Opened, wanted: &[usize], each: &mut Each<'_>) -> Result<(), FormatError> {
        // all names in one text, and where each ends: a text of its own takes four times as much
        let (list, mut names, mut ends_at) = (labels_of(part)?, String::new(), Vec::with_capacity(wanted.len()));
        lines(part, &mut |record, file, _| {
            if wanted.get(ends_at.len()) == Some(&record) {
                names.push_str(file);
                ends_at.push(names.len());
            }
        })?;
        let one = |record: usize| {
            let ends = || FormatError::record(&part.file, record, "the list ends before");
            let at = wanted.partition_point(|&other| other < record);
            let end = *ends_at.get(at).ok_or_else(ends)?;
            let name = &names[at.checked_sub(1).map_or(0, |before| ends_at[before])..end];
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
        assert!(ImageFolder.faults(&part).is_empty());
        let found: Vec<String> = ImageFolder.repeated(&part).iter().map(ToString::to_string).collect();
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
    }

    #[test]
    fn a_list_that_is_no_list_is_told_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let told = |list: &[u8]| {
            let part = write(folder.path(), "");
            fs::write(folder.path().join("list.csv"), list).unwrap();
            let found: Vec<String> = ImageFolder.faults(&part).iter().map(ToString::to_string).collect();
            assert_eq!(found, [ImageFolder.classes(&part).unwrap_err().to_string()]);
            found[0].rsplit_once("list.csv: ").unwrap().1.to_owned()
        };
        assert_eq!(told(b"name,label\na.png,0\n"), "expected a CSV list with the header file,label, found name,label");
        assert_eq!(told(b""), "expected a CSV list with the header file,label, found ");
        assert_eq!(told(b"file,label\na.png\n"), "line 2: expected a file and a label, found 1 cells");
        assert_eq!(told(b"file,label\na.png,0\n\xe9.png,0\n"), "line 3 is not UTF-8; save the list as UTF-8");
    }

    #[test]
    fn columns_stand_in_either_order() {
        let folder = tempfile::tempdir().unwrap();
        let part = write(folder.path(), "label,file\n2,a.png\n");
        assert_eq!(ImageFolder.classes(&part).unwrap(), [2]);
        assert_eq!(collect(&ImageFolder, &part, &[0]).unwrap(), [[1; 12]]);
    }
}
