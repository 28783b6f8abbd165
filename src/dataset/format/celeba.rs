//! CelebA's layout: a folder of images, `list_attr_celeba.txt` and `list_eval_partition.txt`.
//!
//! The attribute list begins with the number of images and a line of attribute names; then, as in the partition list,
//! each line is a file's name and numbers, with any number of blanks between. An attribute is 1 or −1.

use super::layout::{Description, Each, Format, FormatError, Needs, Opened, decode_all, labels_of};
use super::{listed, pixels, stream};
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

/// Reader of CelebA.
pub struct Celeba;

fn read(path: &Path) -> Result<String, FormatError> {
    io::read_to_string(stream::plain(path)?.0).map_err(|source| FormatError::Io { path: path.to_owned(), source })
}

/// The images of a part's split, in the order of the list, which names each in one split only.
fn names(part: &Opened) -> Result<Vec<String>, FormatError> {
    let without = || FormatError::file(&part.file, "the card names no `partition` for it");
    let (path, number) = part.partition.as_ref().ok_or_else(without)?;
    let (mut names, mut told) = (Vec::new(), HashSet::new());
    for (record, line) in read(path)?.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = || FormatError::record(path, record, format!("expected `NAME SPLIT`, found `{line}`"));
        let (name, split) = line.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
        let split: u32 = split.trim().parse().map_err(|_| wrong())?;
        if !told.insert(name.to_owned()) {
            return Err(FormatError::record(path, record, format!("`{name}` is listed twice; remove one of the two")));
        }
        if split == *number {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// The list of attributes has as many lines as it says.
fn agrees(path: &Path) -> Result<(), FormatError> {
    let text = read(path)?;
    let said: Option<usize> = text.lines().next().and_then(|line| line.trim().parse().ok());
    let there = text.lines().skip(2).filter(|line| !line.trim().is_empty()).count();
    match said {
        Some(said) if said == there => Ok(()),
        Some(said) => Err(FormatError::file(path, format!("{there} lines where its first says {said}; get it again"))),
        None => Err(FormatError::file(path, "expected the number of images in the first line; get it again")),
    }
}

/// Class 1 for every image that has the part's attribute, 0 for those that have it not.
fn attribute(part: &Opened) -> Result<HashMap<String, u32>, FormatError> {
    let path = labels_of(part)?;
    let text = read(path)?;
    let mut lines = text.lines();
    let attributes: Vec<&str> = lines.nth(1).unwrap_or_default().split_whitespace().collect();
    let wanted = part.attribute.as_deref().unwrap_or_default();
    let column = attributes.iter().position(|name| *name == wanted).ok_or_else(|| {
        let reason = format!("no attribute `{wanted}`; the second line names {}", attributes.join(", "));
        FormatError::file(path, reason)
    })?;
    let class = |(record, line): (usize, &str)| {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default().to_owned();
        match words.nth(column) {
            Some("1") => Ok((name, 1)),
            Some("-1") => Ok((name, 0)),
            found => {
                let reason = format!("`{wanted}` is {}, expected 1 or -1", found.unwrap_or("missing"));
                Err(FormatError::record(path, record, reason))
            }
        }
    };
    let mut classes = HashMap::new();
    for (record, line) in lines.enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let (name, class) = class((record, line))?;
        if classes.insert(name.clone(), class).is_some() {
            return Err(FormatError::record(path, record, format!("`{name}` is listed twice; remove one of the two")));
        }
    }
    Ok(classes)
}

/// How the files are laid out.
const DOC: &str = "CelebA's: a folder of images, the list of their attributes and the list of their partition; images are \
    cut to their middle square and resized to the card's shape.";

impl Format for Celeba {
    fn description(&self) -> &'static Description {
        const { &Description::new("celeba", DOC, &[Needs::Labels, Needs::Partition, Needs::Attribute]).of_folders() }
    }

    fn count(&self, part: &Opened) -> Result<usize, FormatError> {
        Ok(names(part)?.len())
    }

    fn classes(&self, part: &Opened) -> Result<Vec<u32>, FormatError> {
        let (path, classes) = (labels_of(part)?, attribute(part)?);
        let class = |(record, name): (usize, String)| {
            let missing =
                || FormatError::record(path, record, format!("`{name}` of the partition is not in this list"));
            classes.get(&name).copied().ok_or_else(missing)
        };
        names(part)?.into_iter().enumerate().map(class).collect()
    }

    fn faults(&self, part: &Opened) -> Vec<FormatError> {
        let lists = labels_of(part).and_then(agrees).and_then(|()| self.classes(part));
        let (list, names) = match (&part.partition, names(part)) {
            (Some((list, _)), Ok(names)) => (list, names),
            (_, names) => return [lists.err(), names.err()].into_iter().flatten().collect(),
        };
        let mut looked = listed::Names::new(&part.file);
        names.iter().enumerate().for_each(|(record, name)| looked.look_at(record, name));
        lists.err().into_iter().chain(looked.faults.told(list)).collect()
    }

    fn each(&self, part: &Opened, wanted: &[usize], each: &mut Each<'_>) -> Result<(), FormatError> {
        let names = names(part)?;
        let list = part.partition.as_ref().map_or(part.file.as_path(), |(list, _)| list);
        let one = |record: usize| {
            let ends = || FormatError::record(&part.file, record, "the partition list ends before");
            let (path, bytes) = listed::read(&part.file, (list, record), names.get(record).ok_or_else(ends)?)?;
            pixels::decode_square(&bytes, part.geometry).map_err(|reason| FormatError::record(&path, record, reason))
        };
        decode_all(part.geometry, wanted, one, each);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{cards_dir, collect, opened, png_rgb};
    use super::*;
    use crate::dataset::Card;
    use crate::dataset::files::library::Library;
    use crate::dataset::files::resolve::Choice;
    use crate::step::{DataSource, Split};
    use image::{ImageFormat, RgbImage};
    use std::fs;

    /// Six images in the official layout, the last two as JPEG; the colour of image i is 40 i.
    fn write(folder: &Path) {
        let images = folder.join("img_align_celeba");
        fs::create_dir_all(&images).unwrap();
        let colour = |i: u8| [40 * i, 255 - 40 * i, 7];
        for i in 0..4_u8 {
            let bytes = colour(i).repeat(178 * 218);
            fs::write(images.join(format!("00000{}.jpg", i + 1)), png_rgb(178, 218, &bytes)).unwrap();
        }
        for i in 4..6_u8 {
            let image = RgbImage::from_pixel(178, 218, image::Rgb(colour(i)));
            image.save_with_format(images.join(format!("00000{}.jpg", i + 1)), ImageFormat::Jpeg).unwrap();
        }
        let attributes = "6\nBlack_Hair Male Smiling \n000001.jpg  1 -1  1\n000002.jpg -1  1 -1\n000003.jpg -1 -1  1\n\
                          000004.jpg  1  1  1\n000005.jpg  1 -1 -1\n000006.jpg -1  1 -1\n";
        fs::write(folder.join("list_attr_celeba.txt"), attributes).unwrap();
        let partition = "000001.jpg 0\n000002.jpg 0\n000003.jpg 0\n000004.jpg 1\n000005.jpg 2\n000006.jpg 2\n";
        fs::write(folder.join("list_eval_partition.txt"), partition).unwrap();
    }

    fn part(folder: &Path, split: u32, attribute: &str) -> Opened {
        let mut part = opened(&folder.join("img_align_celeba"), Some(folder.join("list_attr_celeba.txt")));
        part.partition = Some((folder.join("list_eval_partition.txt"), split));
        part.attribute = Some(attribute.to_owned());
        part
    }

    #[test]
    fn splits_and_attributes_come_from_the_lists() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let classes = |split, attribute| Celeba.classes(&part(folder.path(), split, attribute)).unwrap();
        assert_eq!(classes(0, "Male"), [0, 1, 0]);
        assert_eq!(classes(0, "Smiling"), [1, 0, 1]);
        assert_eq!((classes(1, "Male"), classes(2, "Black_Hair")), (vec![1], vec![1, 0]));
        assert_eq!(Celeba.count(&part(folder.path(), 2, "Male")).unwrap(), 2);
        let images = collect(&Celeba, &part(folder.path(), 0, "Male"), &[0, 2]).unwrap();
        let flat = |i: u8| [[40 * i; 4], [255 - 40 * i; 4], [7; 4]].concat();
        assert_eq!(images, [flat(0), flat(2)]);
    }

    #[test]
    fn faults_name_the_file_and_what_was_expected() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let error = Celeba.classes(&part(folder.path(), 0, "Mael")).unwrap_err().to_string();
        assert!(error.contains("no attribute `Mael`; the second line names Black_Hair, Male, Smiling"), "{error}");
        let attributes = fs::read_to_string(folder.path().join("list_attr_celeba.txt")).unwrap();
        fs::write(
            folder.path().join("list_attr_celeba.txt"),
            attributes.replace("000002.jpg -1  1", "000002.jpg -1  0"),
        )
        .unwrap();
        let error = Celeba.classes(&part(folder.path(), 0, "Male")).unwrap_err().to_string();
        assert!(error.contains("record 1: `Male` is 0, expected 1 or -1"), "{error}");
        fs::write(folder.path().join("list_eval_partition.txt"), "000001.jpg\n").unwrap();
        assert!(
            Celeba.count(&part(folder.path(), 0, "Male")).unwrap_err().to_string().contains("expected `NAME SPLIT`")
        );
        fs::write(folder.path().join("list_eval_partition.txt"), "000009.jpg 0\n").unwrap();
        assert!(
            Celeba.classes(&part(folder.path(), 0, "Smiling")).unwrap_err().to_string().contains("not in this list")
        );
        let error = collect(&Celeba, &part(folder.path(), 0, "Male"), &[0]).unwrap_err().to_string();
        assert!(error.contains("cannot read") && error.contains("000009.jpg"), "{error}");
        let list = folder.path().join("list_attr_celeba.txt");
        fs::write(&list, fs::read_to_string(&list).unwrap().replacen('6', "7", 1)).unwrap();
        let found: Vec<String> =
            Celeba.faults(&part(folder.path(), 0, "Smiling")).iter().map(ToString::to_string).collect();
        assert!(
            found[0].contains("6 lines where its first says 7") && found[1].contains("000009.jpg is not there"),
            "{found:?}"
        );
    }

    #[test]
    fn an_image_is_in_one_split_and_listed_once() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        for (list, line) in
            [("list_eval_partition.txt", "000001.jpg 2\n"), ("list_attr_celeba.txt", "000001.jpg 1 1 1\n")]
        {
            let path = folder.path().join(list);
            let whole = fs::read_to_string(&path).unwrap();
            fs::write(&path, format!("{whole}{line}")).unwrap();
            let error = Celeba.classes(&part(folder.path(), 0, "Male")).unwrap_err().to_string();
            assert!(error.contains("record 6: `000001.jpg` is listed twice"), "{error}");
            fs::write(&path, whole).unwrap();
        }
    }

    /// The card that comes with the program, on the made folder, whose lists have other checksums.
    #[test]
    fn the_card_reads_a_made_folder() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("data/celeba"));
        let text = fs::read_to_string(cards_dir().join("celeba.yaml")).unwrap();
        let source = crate::yaml::Source::new("card.yaml", &text);
        let mut card: Card = crate::yaml::parse(&source).unwrap().typed(&source).unwrap();
        assert_eq!(card.tasks.len(), 10);
        card.checksums.clear();
        super::super::super::testing::write_card(&folder.path().join("cards"), &card);
        let (cards, data) = ([folder.path().join("cards")], [folder.path().join("data")]);
        let library = Library::open(&cards, &data, &folder.path().join("cache")).unwrap();
        let resolve = |task: &str| {
            library.resolve(&[Choice { card: "celeba".into(), task: Some(task.into()) }], Some("celeba")).unwrap()
        };
        let (male, smiling) = (resolve("male-female"), resolve("smiling"));
        assert_ne!(male.digest, smiling.digest);
        assert_eq!((male.train, male.test, male.stands_in_for.as_str()), (3, 2, ""));
        let records = library.open(&male).unwrap();
        assert_eq!(records.classes(Split::Train).unwrap(), [0, 1, 0]);
        assert_eq!(library.open(&smiling).unwrap().classes(Split::Train).unwrap(), [1, 0, 1]);
        assert_eq!(records.classes(Split::Test).unwrap(), [0, 1]);
        let image = records.images(Split::Test, &[1]).unwrap();
        // JPEG keeps a flat colour to within a few levels
        let close = |value: u8, wanted: u8| value.abs_diff(wanted) <= 3;
        assert!(image.len() == 3 * 64 * 64 && close(image[0], 200) && close(image[4096], 55) && close(image[8192], 7));
    }

    #[test]
    fn without_the_folder_it_is_said_what_to_put_where() {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::open(&[cards_dir()], &[folder.path().to_owned()], &folder.path().join("cache")).unwrap();
        let error = library.resolve(&[Choice { card: "celeba".into(), task: None }], None).unwrap_err().to_string();
        assert!(
            error.contains("put img_align_celeba, list_attr_celeba.txt, list_eval_partition.txt in DIR/celeba"),
            "{error}"
        );
    }
}
