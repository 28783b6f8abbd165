//! A subfolder for each class, `s1`, `s2`, …, with images that are named by numbers: the layout of the ORL faces.
//!
//! Anything else in the folder is passed over. Records are ordered by the images' numbers first and by class second, so
//! that the first so many of every class are a range of records.

use super::layout::{Description, Each, Format, FormatError, Opened, decode_all};
use super::{listed, pixels};
use crate::yaml::is_passed_over;
use std::fs;
use std::path::{Path, PathBuf};

/// Reader of class folders.
pub struct ClassFolders;

/// One image: its number, its class, and where it lies.
type Record = (u32, u32, PathBuf);

fn records(part: &Opened) -> Result<Vec<Record>, FormatError> {
    let mut records = Vec::new();
    for class in 1..=u32::try_from(part.classes.len()).unwrap_or(u32::MAX) {
        let folder = part.file.join(format!("s{class}"));
        let found = images(&folder)?;
        if found.is_empty() {
            return Err(FormatError::file(&folder, "expected images named 1.pgm, 2.pgm, …; there is none"));
        }
        records.extend(found.into_iter().map(|(number, path)| (number, class - 1, path)));
    }
    records.sort();
    if let Some(twice) = records.windows(2).find(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1)) {
        return Err(FormatError::file(&twice[1].2, "a second image of this number; remove one of the two"));
    }
    Ok(records)
}

/// The images of a folder that are named by a number.
fn images(folder: &Path) -> Result<Vec<(u32, PathBuf)>, FormatError> {
    let failed = |source| FormatError::Io { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.file_name().is_none_or(|name| is_passed_over(&name.to_string_lossy())) {
            continue;
        }
        let number = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        found.extend(number.map(|number| (number, path)));
    }
    Ok(found)
}

/// A folder of a class that the card does not name.
fn surplus(part: &Opened) -> Option<FormatError> {
    let folder = part.file.join(format!("s{}", part.classes.len() + 1));
    let reason = || format!("a folder of one class more than the {} of the card", part.classes.len());
    folder.is_dir().then(|| FormatError::file(&folder, reason()))
}

/// How the files are laid out.
const DOC: &str = "A folder with a subfolder for each class, `s1`, `s2`, …, with images named by numbers. Records are all \
    images numbered 1, class after class, then all numbered 2, and so on.";

impl Format for ClassFolders {
    fn description(&self) -> &'static Description {
        const { &Description::new("class-folders", DOC, &[]).of_folders().by_names() }
    }

    fn count(&self, part: &Opened) -> Result<usize, FormatError> {
        Ok(records(part)?.len())
    }

    fn classes(&self, part: &Opened) -> Result<Vec<u32>, FormatError> {
        Ok(records(part)?.into_iter().map(|(_, class, _)| class).collect())
    }

    fn faults(&self, part: &Opened) -> Vec<FormatError> {
        records(part).err().into_iter().chain(surplus(part)).collect()
    }

    fn each(&self, part: &Opened, wanted: &[usize], each: &mut Each<'_>) -> Result<(), FormatError> {
        let records = records(part)?;
        let one = |record: usize| {
            let ends = || FormatError::record(&part.file, record, "there are fewer images");
            let (_, _, path) = records.get(record).ok_or_else(ends)?;
            let bytes = listed::content(path)?;
            pixels::decode(&bytes, part.geometry).map_err(|reason| FormatError::record(path, record, reason))
        };
        decode_all(part.geometry, wanted, one, each);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{cards_dir, collect, opened};
    use super::*;
    use crate::dataset::cards::card::Card;
    use crate::dataset::files::library::Library;
    use crate::dataset::files::resolve::Choice;
    use crate::step::{DataSource, Split};

    /// A grey PGM of one value.
    fn pgm(width: usize, height: usize, value: u8) -> Vec<u8> {
        [format!("P5\n{width} {height}\n255\n").into_bytes(), vec![value; width * height]].concat()
    }

    /// Image i of class c has the value 10 c + i.
    fn write(folder: &Path, (classes, images): (u8, u8), size: (usize, usize)) {
        for class in 1..=classes {
            let own = folder.join(format!("s{class}"));
            fs::create_dir_all(&own).unwrap();
            for image in 1..=images {
                fs::write(own.join(format!("{image}.pgm")), pgm(size.0, size.1, class.wrapping_mul(10) + image))
                    .unwrap();
            }
        }
        fs::write(folder.join("README"), "no image").unwrap();
        fs::write(folder.join("s1/target.jpg"), "no image").unwrap();
    }

    fn part(folder: &Path) -> Opened {
        let mut part = opened(folder, None);
        part.geometry.channels = 1;
        part
    }

    #[test]
    fn records_go_by_number_then_by_class() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), (3, 11), (2, 2));
        let part = part(folder.path());
        assert_eq!(ClassFolders.count(&part).unwrap(), 33);
        assert_eq!(ClassFolders.classes(&part).unwrap()[..5], [0, 1, 2, 0, 1]);
        // number 10 comes after number 9
        let images = collect(&ClassFolders, &part, &[0, 4, 27]).unwrap();
        assert_eq!(images, [[11; 4], [22; 4], [20; 4]]);
    }

    #[test]
    fn what_is_missing_or_twice_is_named() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), (2, 2), (2, 2));
        let error = ClassFolders.count(&part(folder.path())).unwrap_err().to_string();
        assert!(error.contains("cannot read") && error.contains("s3"), "{error}");
        fs::create_dir(folder.path().join("s3")).unwrap();
        let error = ClassFolders.count(&part(folder.path())).unwrap_err().to_string();
        assert!(error.contains("expected images named 1.pgm"), "{error}");
        fs::write(folder.path().join("s3/1.pgm"), pgm(2, 2, 0)).unwrap();
        fs::write(folder.path().join("s3/1.png"), "").unwrap();
        assert!(ClassFolders.count(&part(folder.path())).unwrap_err().to_string().contains("a second image"));
    }

    #[test]
    fn the_card_reads_a_made_folder_of_full_size() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("orl-faces/ORL_faces"), (40, 10), (92, 112));
        let library = Library::open(&[cards_dir()], &[folder.path().to_owned()], &folder.path().join("cache")).unwrap();
        let data = library.resolve(&[Choice { card: "orl-faces".into(), task: None }], None).unwrap();
        assert_eq!((data.train, data.test, data.height, data.width), (320, 80, 112, 92));
        let records = library.open(&data).unwrap();
        // the last two images of each of the 40 people
        assert_eq!(records.classes(Split::Test).unwrap()[38..42], [38, 39, 0, 1]);
        let image = records.images(Split::Test, &[0]).unwrap();
        assert_eq!((image.len(), image[0]), (112 * 92, 19));
        let text = fs::read_to_string(cards_dir().join("orl-faces.yaml")).unwrap();
        let source = crate::yaml::Source::new("card.yaml", &text);
        let card: Card = crate::yaml::parse(&source).unwrap().typed(&source).unwrap();
        assert_eq!(card.tasks[0].negative.len() + card.tasks[0].positive.len(), 40);
    }
}
