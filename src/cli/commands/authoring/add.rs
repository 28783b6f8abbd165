//! `lofi data add`: a card of files that nobody has described.

use super::whole;
use crate::cli::code::Code;
use crate::cli::fail::Failure;
use crate::cli::output::{note, say};
use crate::cli::place::Place;
use crate::cli::project::Project;
use crate::dataset::{DatasetError, Described, Wanted, describe};
use std::path::{Path, PathBuf};

/// The files, and what is said of them.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Add {
    /// A folder of images (one folder for each class, or a CSV list `file,label` beside them), of NumPy's .npy, of idx files, of
    /// Parquet or of CIFAR's .bin; or one such file.
    #[arg(value_name = "DIR|FILE")]
    path: PathBuf,
    /// The name of the card: small letters, digits and `-`. Default: that of the folder or file.
    #[arg(long)]
    name: Option<String>,
    /// The name for people. Default: that of the card.
    #[arg(long)]
    title: Option<String>,
    /// For images of many sizes: their middle squares, resized to so many pixels a side.
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u16).range(1..=4096))]
    size: Option<u16>,
}

/// Looks at files and writes their card.
pub(in crate::cli) fn add(project: &Project, wanted: &Add) -> Result<Code, Failure> {
    // a card without studies beside it is found by nobody
    let root = Place::with_studies(&project.options)?.root;
    let name = match &wanted.name {
        Some(name) if is_name(name) => name.clone(),
        Some(name) => return Err(Failure::mistake(format!("--name {name}: {NAMES}"))),
        None => of_path(&wanted.path)?,
    };
    let home = root.join("datasets");
    for ending in ["yaml", "yml"] {
        let file = home.join(&name).with_extension(ending);
        if file.symlink_metadata().is_ok() {
            return Err(whole::stands(&file));
        }
    }
    let hides = project.library.cards().any(|card| card.name == name);
    let title = wanted.title.clone().unwrap_or_else(|| name.clone());
    let asked =
        Wanted { path: &wanted.path, name: &name, title: &title, size: wanted.size.map(usize::from), home: &home };
    let described = describe(&asked).map_err(unreadable)?;
    let file = home.join(format!("{name}.yaml"));
    whole::write(&[(file.clone(), described.text.clone())])?;
    if hides {
        note!("a card `{name}` comes with the program: in this project the new one counts");
    }
    tell(&file, &described);
    Ok(Code::Well)
}

fn tell(file: &Path, described: &Described) {
    let (card, shape) = (&described.card, &described.card.shape);
    say!("wrote {}", file.strip_prefix(".").unwrap_or(file).display());
    say!(
        "{}: {} training and {} test images of {} x {} x {}, {} classes",
        card.name,
        described.train,
        described.test,
        shape.channels,
        shape.height,
        shape.width,
        card.classes.len()
    );
    let tasks: Vec<&str> = card.tasks.iter().map(|task| task.name.as_str()).collect();
    say!("tasks, of which the first is the default: {}; the card is yours to edit", tasks.join(", "));
    say!("next: lofi data verify {0} && lofi new study {0} --data {0}", card.name);
}

/// Files that are no data set are a mistake of who names them, not damage.
fn unreadable(error: DatasetError) -> Failure {
    match error {
        DatasetError::Format(error) => Failure::mistake(format!("{error}; no card was written")),
        other => other.into(),
    }
}

const NAMES: &str = "a card is called by small letters, digits and `-`, as in my-images";

fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    begins && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The name of a folder or file as that of a card.
fn of_path(path: &Path) -> Result<String, Failure> {
    let whole = std::fs::canonicalize(path)
        .map_err(|e| Failure::mistake(format!("{}: {e}; name a folder or file of images", path.display())))?;
    let own = if whole.is_dir() { whole.file_name() } else { whole.file_stem() };
    let lower = own.unwrap_or_default().to_string_lossy().to_lowercase();
    let parts = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join("-");
    if is_name(&name) {
        Ok(name)
    } else {
        Err(Failure::mistake(format!(
            "{}: its name makes no name of a card; give one with `--name`: {NAMES}",
            path.display()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_name() {
        let folder = tempfile::tempdir().unwrap();
        for (own, expected) in [("My Images_2", Some("my-images-2")), ("Bücher", Some("b-cher")), ("2020", None)] {
            let path = folder.path().join(own);
            std::fs::create_dir(&path).unwrap();
            assert_eq!(of_path(&path).ok().as_deref(), expected, "{own}");
        }
        assert!(of_path(&folder.path().join("none")).is_err());
    }
}
