//! What a program wrote, as values; what is missing or wrong is told by output.

use super::outputs::{OutputSpec, OutputType};
use crate::artifact::{Evaluated, Labels, Origin, Picture, Points, Readout, Samples};
use crate::external::columns::checked;
use crate::external::files::{npy, png, tables};
use crate::math::linalg::Matrix;
use crate::step::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One output to read.
pub(super) struct Reading<'a> {
    pub name: &'a str,
    pub spec: &'a OutputSpec,
    /// The working folder.
    pub work: &'a Path,
    pub inputs: &'a Inputs,
}

/// Labels and origin of the input that an output is like.
struct Like {
    labels: Arc<Labels>,
    origin: Origin,
}

impl Reading<'_> {
    /// The value.
    ///
    /// # Errors
    /// Where the file is missing, cannot be read or holds something else.
    pub fn value(&self) -> Result<Value, StepError> {
        let like = self.like();
        Ok(match self.spec.of {
            OutputType::Table => Value::Table(self.table()?),
            OutputType::Predictions => Value::Predictions(self.predictions(like)?),
            OutputType::Representation => Value::Representation(self.representation(like)?),
            OutputType::Pictures => Value::Pictures(self.pictures(like)?),
            OutputType::Spectrum => Value::Spectrum(self.spectrum(like)?),
        })
    }

    fn wrong(&self, reason: impl std::fmt::Display) -> StepError {
        StepError::Outside(format!("output `{}` ({}): {reason}", self.name, self.spec.path(self.name)))
    }

    /// The place of the output, or of a file in its folder.
    fn place(&self, file: Option<&str>) -> PathBuf {
        let path = self.work.join(self.spec.path(self.name));
        file.map_or(path.clone(), |file| path.join(file))
    }

    fn bytes(&self, file: Option<&str>) -> Result<Vec<u8>, StepError> {
        let path = self.place(file);
        fs::read(&path).map_err(|error| {
            let shown = file.unwrap_or("the file");
            match error.kind() {
                std::io::ErrorKind::NotFound => {
                    let there = listed(path.parent().unwrap_or(self.work));
                    self.wrong(format!("the program did not write {shown}; beside it are: {there}"))
                }
                _ => self.wrong(format!("{shown} cannot be read: {error}")),
            }
        })
    }

    fn like(&self) -> Option<Like> {
        let value = self.inputs.value(self.spec.like.as_ref()?).ok()?;
        match value {
            Value::Representation(r) => Some(Like { labels: Arc::clone(&r.labels), origin: r.origin.clone() }),
            Value::Kernel(k) => Some(Like { labels: Arc::clone(&k.labels), origin: k.origin.clone() }),
            Value::Predictions(p) => {
                let [train, validation, test] = p.splits().map(|(_, split)| split.labels.clone());
                Some(Like { labels: Arc::new(Labels { train, validation, test }), origin: p.origin.clone() })
            }
            _ => None,
        }
    }

    fn any_table(&self) -> Result<Table, StepError> {
        let bytes = self.bytes(None)?;
        tables::read(&self.spec.path(self.name), bytes).map_err(|reason| self.wrong(reason))
    }

    fn table(&self) -> Result<Table, StepError> {
        let table = self.any_table()?;
        if table.height() == 0 {
            return Err(self.wrong("the table has no rows"));
        }
        let what = || format!("output `{}` ({})", self.name, self.spec.path(self.name));
        match &self.spec.columns {
            Some(columns) => checked(table, columns, &what()),
            None => Ok(table),
        }
    }

    fn array(&self, file: &str) -> Result<npy::Array, StepError> {
        let array = npy::read(&self.bytes(Some(file))?).map_err(|reason| self.wrong(format!("{file}: {reason}")))?;
        match array.values.iter().position(|v| !v.is_finite()) {
            None => Ok(array),
            Some(at) => Err(self.wrong(format!("{file} holds {} at number {at}", array.values[at]))),
        }
    }

    fn exists(&self, file: &str) -> bool {
        self.place(Some(file)).is_file()
    }

    fn predictions(&self, like: Option<Like>) -> Result<Predictions, StepError> {
        let wanted = like.as_ref().map(|like| [&like.labels.train, &like.labels.validation, &like.labels.test]);
        let mut evaluated = Vec::new();
        let table = if tables::is_table(&self.spec.path(self.name)) { Some(self.any_table()?) } else { None };
        for (at, split) in ["train", "validation", "test"].into_iter().enumerate() {
            let labels = wanted.map(|wanted| wanted[at]);
            let (own, predicted) = match &table {
                Some(table) => self.split_of(table, split)?,
                None => self.split_in_folder(split)?,
            };
            let rows = predicted.nrows();
            let labels = match (own, labels) {
                (Some(own), None) => own,
                (_, Some(labels)) if labels.len() == rows || rows == 0 => labels[..rows.min(labels.len())].to_vec(),
                (_, Some(labels)) => {
                    return Err(
                        self.wrong(format!("{rows} predictions of {split} samples, and there are {}", labels.len()))
                    );
                }
                (None, None) if rows == 0 => Vec::new(),
                (None, None) => return Err(self.wrong("there are no labels: write them, or name an input by `like`")),
            };
            if rows > 0 && predicted.ncols() != self.spec.readouts {
                let (found, readouts) = (predicted.ncols(), self.spec.readouts);
                return Err(self.wrong(format!("predictions of {found} readouts, and `readouts` is {readouts}")));
            }
            let predicted = if rows == 0 { Matrix::zeros(0, self.spec.readouts) } else { predicted };
            evaluated.push(Evaluated { labels, predicted });
        }
        let readout = Readout { lambda: None, leave_one_out_mse: None };
        let (test, validation) = (evaluated.pop(), evaluated.pop());
        let (Some(train), Some(validation), Some(test)) = (evaluated.pop(), validation, test) else {
            return Err(StepError::Bug("three splits".to_owned()));
        };
        let origin = like.map(|like| like.origin).unwrap_or_default();
        Ok(Predictions { readouts: vec![readout; self.spec.readouts], train, validation, test, origin })
    }

    /// Labels and predictions of a split in a table.
    fn split_of(&self, table: &Table, split: &str) -> Result<(Option<Vec<f64>>, Matrix), StepError> {
        let names: Vec<String> = table.names().into_iter().filter(|name| name.starts_with("predicted")).collect();
        if !table.has("split") || names.is_empty() {
            let found = table.names().join(", ");
            return Err(self.wrong(format!("expected the columns split and predicted, found {found}")));
        }
        let of = table.column("split")?;
        let rows: Vec<usize> = (0..table.height()).filter(|&row| of[row].as_str() == Some(split)).collect();
        if let Some(other) = of.iter().find(|cell| !matches!(cell.as_str(), Some("train" | "validation" | "test"))) {
            return Err(self.wrong(format!("`{other}` in the column split; splits are train, validation and test")));
        }
        let numbers = |name: &str| -> Result<Vec<f64>, StepError> {
            let all = table.numbers(name)?;
            let number = |&row: &usize| all[row].ok_or_else(|| self.wrong(format!("no number in `{name}`, row {row}")));
            rows.iter().map(number).collect()
        };
        let mut columns = Vec::new();
        for name in &names {
            columns.extend(numbers(name)?);
        }
        let labels = if table.has("label") { Some(numbers("label")?) } else { None };
        Ok((labels, Matrix::from_column_slice(rows.len(), names.len(), &columns)))
    }

    /// The same in a folder of arrays.
    fn split_in_folder(&self, split: &str) -> Result<(Option<Vec<f64>>, Matrix), StepError> {
        let (predicted, labels) = (format!("predicted-{split}.npy"), format!("labels-{split}.npy"));
        if !self.exists(&predicted) && split != "test" {
            return Ok((None, Matrix::zeros(0, self.spec.readouts)));
        }
        let own = if self.exists(&labels) { Some(self.array(&labels)?.values) } else { None };
        Ok((own, self.array(&predicted)?.into_matrix()))
    }

    fn representation(&self, like: Option<Like>) -> Result<Representation, StepError> {
        let Some(Like { labels, origin }) = like else { return Err(StepError::Bug("planned with `like`".to_owned())) };
        let dim = self.spec.dim.unwrap_or(0);
        let points = |split: &str, samples: usize| -> Result<Points, StepError> {
            let file = format!("{split}.npy");
            if samples == 0 && !self.exists(&file) {
                return Ok(Points::Real(Matrix::zeros(0, dim)));
            }
            let array = self.array(&file)?;
            let shape = array.shape.clone();
            let matrix = array.into_matrix();
            if matrix.shape() == (samples, dim) {
                return Ok(Points::Real(matrix));
            }
            Err(self
                .wrong(format!("{file} has the shape {shape:?}, and {samples} samples of {dim} numbers were expected")))
        };
        let samples = Samples {
            train: points("train", labels.train.len())?,
            validation: points("validation", labels.validation.len())?,
            test: points("test", labels.test.len())?,
        };
        Ok(Representation { samples, labels, geometry: None, origin })
    }

    fn pictures(&self, like: Option<Like>) -> Result<Pictures, StepError> {
        let mut pictures = Vec::new();
        if self.spec.is_folder(self.name) {
            let mut names: Vec<String> = names_in(&self.place(None)).into_iter().filter(|n| is_png(n)).collect();
            names.sort();
            for name in names {
                pictures.push(self.picture(Some(&name))?);
            }
        } else {
            pictures.push(self.picture(None)?);
        }
        if pictures.is_empty() {
            return Err(self.wrong(format!("the program wrote no PNG there; there are: {}", listed(&self.place(None)))));
        }
        Ok(Pictures { pictures, origin: like.map(|like| like.origin).unwrap_or_default() })
    }

    fn picture(&self, file: Option<&str>) -> Result<Picture, StepError> {
        let stem = file.map_or(self.name, |file| file.rsplit_once('.').map_or(file, |(stem, _)| stem));
        let place = stem.split_once("__").unwrap_or(("", stem));
        let named = |reason: String| self.wrong(format!("{}: {reason}", file.unwrap_or_default()));
        png::read(&self.bytes(file)?, place).map_err(named)
    }

    fn spectrum(&self, like: Option<Like>) -> Result<Spectrum, StepError> {
        let values = self.array("values.npy")?.values;
        let vectors = self.array("vectors.npy")?.into_matrix();
        if vectors.ncols() != values.len() {
            let (columns, count) = (vectors.ncols(), values.len());
            return Err(self.wrong(format!("vectors.npy has {columns} columns, and values.npy {count} values")));
        }
        let origin = like.map(|like| like.origin).unwrap_or_default();
        Ok(Spectrum { values, vectors, operator: self.name.to_owned(), origin })
    }
}

fn is_png(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".png")
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// What lies in a folder, for messages.
fn listed(folder: &Path) -> String {
    const SHOWN: usize = 8;
    let mut names = names_in(folder);
    names.sort();
    match names.len() {
        0 => "no files".to_owned(),
        count if count > SHOWN => format!("{} and {} more", names[..SHOWN].join(", "), count - SHOWN),
        _ => names.join(", "),
    }
}
