//! A subfolder for each class, called by its name, with images of any names: how people keep pictures of their own.
//!
//! Records are ordered by the share of the images of its class that stand before an image, so that a range of records holds
//! the same share of each class. A data set of one class may lie in the folder itself.

use super::layout::{Description, Each, Format, FormatError, Opened, decode_all};
use super::{listed, pixels};
use crate::yaml::walk;
use std::path::{Path, PathBuf};

/// Reader of folders that are named by classes.
pub struct NamedFolders {
    square: bool,
}

/// Of images that have the card's size.
pub const FOLDERS: NamedFolders = NamedFolders { square: false };

/// Of images of any size.
pub const SQUARES: NamedFolders = NamedFolders { square: true };

/// How files end that are images.
const ENDINGS: [&str; 7] = ["png", "jpg", "jpeg", "pgm", "ppm", "pbm", "pnm"];

/// Whether a file is named like an image that is read.
pub fn is_image(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// The images below a folder, by their names.
///
/// # Errors
/// Where it cannot be read.
pub fn images(folder: &Path) -> Result<Vec<PathBuf>, FormatError> {
    let walked = walk(folder, &|_| true).map_err(|e| FormatError::Io { path: e.path, source: e.source })?;
    Ok(walked.files.into_iter().map(|file| file.path).filter(|path| is_image(path)).collect())
}

/// One image: the share of its class before its middle, its class, and where it lies.
type Record = (f64, u32, PathBuf);

fn records(part: &Opened) -> Result<Vec<Record>, FormatError> {
    let mut records = Vec::new();
    for (class, name) in (0_u32..).zip(&part.classes) {
        let own = part.file.join(name);
        let folder = if part.classes.len() == 1 && !own.is_dir() { part.file.clone() } else { own };
        let found = images(&folder)?;
        if found.is_empty() {
            return Err(FormatError::file(&folder, "expected PNG, JPEG or PNM images of a class; there is none"));
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of files are far below 2^53")]
        let share = |place: usize, count: usize| (place as f64 + 0.5) / count as f64;
        let count = found.len();
        records.extend(found.into_iter().enumerate().map(|(place, path)| (share(place, count), class, path)));
    }
    records.sort_by(|a: &Record, b| a.0.total_cmp(&b.0).then_with(|| (a.1, &a.2).cmp(&(b.1, &b.2))));
    Ok(records)
}

/// Folders with images that no class is named after.
fn surplus(part: &Opened) -> Vec<FormatError> {
    let Ok(entries) = std::fs::read_dir(&part.file) else { return Vec::new() };
    let is_class = |path: &Path| path.file_name().is_some_and(|name| part.classes.iter().any(|class| name == &**class));
    let folders = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir() && !is_class(path));
    let alone = part.classes.len() == 1 && !part.file.join(&part.classes[0]).is_dir();
    let with_images = folders.filter(|path| !alone && images(path).is_ok_and(|found| !found.is_empty()));
    with_images.map(|path| FormatError::file(&path, "a folder of images that is no class of the card")).collect()
}

const DOC: &str = "A folder with a subfolder for each class, called by the class's name, with PNG, JPEG or PNM images of the \
    card's size under any names; of one class the images may lie in the folder itself. Within a class records go by \
    the names of the files, and classes are mixed so that any range of records holds the same share of each.";
const SQUARE_DOC: &str = "As `labelled-folders`, with images of any sizes: their middle square is cut out and resized to the card's \
    size, bilinear and antialiased.";

impl Format for NamedFolders {
    fn description(&self) -> &'static Description {
        if self.square {
            const { &Description::new("labelled-folders-square", SQUARE_DOC, &[]).of_folders().by_names() }
        } else {
            const { &Description::new("labelled-folders", DOC, &[]).of_folders().by_names() }
        }
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
        let decode = if self.square { pixels::decode_square } else { pixels::decode };
        let one = |record: usize| {
            let ends = || FormatError::record(&part.file, record, "there are fewer images");
            let (_, _, path) = records.get(record).ok_or_else(ends)?;
            let bytes = listed::content(path)?;
            decode(&bytes, part.geometry).map_err(|reason| FormatError::record(path, record, reason))
        };
        decode_all(part.geometry, wanted, one, each);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{collect, opened, png_grey};
    use super::*;
    use std::fs;

    fn write(folder: &Path, name: &str, value: u8) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, png_grey(2, 2, &[value; 4])).unwrap();
    }

    fn part(folder: &Path, classes: &[&str]) -> Opened {
        let mut part = opened(folder, None);
        part.geometry.channels = 1;
        part.classes = classes.iter().map(|&name| name.to_owned()).collect();
        part
    }

    #[test]
    fn a_range_of_records_holds_the_same_share_of_each_class() {
        let folder = tempfile::tempdir().unwrap();
        for (name, value) in [("cat/b.png", 2), ("cat/a.png", 1), ("dog/deep/x.PNG", 3), ("cat/c.png", 4)] {
            write(folder.path(), name, value);
        }
        fs::write(folder.path().join("cat/notes.txt"), "no image").unwrap();
        let part = part(folder.path(), &["cat", "dog"]);
        assert_eq!(FOLDERS.classes(&part).unwrap(), [0, 0, 1, 0]);
        assert_eq!(collect(&FOLDERS, &part, &[0, 1, 2, 3]).unwrap(), [[1; 4], [2; 4], [3; 4], [4; 4]]);
        assert!(FOLDERS.faults(&part).is_empty());
        write(folder.path(), "bird/a.png", 0);
        let told = FOLDERS.faults(&part)[0].to_string();
        assert!(told.contains("bird: a folder of images that is no class"), "{told}");
    }

    #[test]
    fn one_class_may_lie_in_the_folder_itself() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a.png", 7);
        assert_eq!(FOLDERS.classes(&part(folder.path(), &["images"])).unwrap(), [0]);
        let error = FOLDERS.count(&part(folder.path(), &["cat", "dog"])).unwrap_err().to_string();
        assert!(error.contains("cannot read") && error.contains("cat"), "{error}");
    }

    #[test]
    fn squares_are_cut_out_and_resized() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.png"), png_grey(6, 4, &[9; 24])).unwrap();
        let part = part(folder.path(), &["images"]);
        assert_eq!(collect(&SQUARES, &part, &[0]).unwrap(), [[9; 4]]);
        let error = collect(&FOLDERS, &part, &[0]).unwrap_err().to_string();
        assert!(error.contains("4 rows by 6 columns where the card says 2 by 2"), "{error}");
    }
}
