//! Values as files for programs.

use super::params::Format;
use crate::artifact::{Evaluated, Picture, encode};
use crate::external::files::{npy, png, tables};
use crate::math::linalg::Matrix;
use crate::step::prelude::*;

/// The files of a value in the working folder, and the path that stands for it: a file or a folder.
pub(super) struct Files {
    pub path: String,
    pub files: Vec<(String, Vec<u8>)>,
}

/// The format of a value where the study chooses none.
pub(super) const fn usual(value_type: ValueType) -> Format {
    match value_type {
        ValueType::Table | ValueType::Predictions => Format::Csv,
        ValueType::Pictures => Format::Png,
        _ => Format::Npy,
    }
}

/// The formats that values of a type can be written in.
pub(super) const fn possible(value_type: ValueType) -> &'static [Format] {
    match value_type {
        ValueType::Table => &[Format::Csv, Format::Parquet],
        ValueType::Predictions | ValueType::Representation => &[Format::Csv, Format::Parquet, Format::Npy],
        ValueType::Pictures => &[Format::Png, Format::Npy],
        _ => &[Format::Npy],
    }
}

/// Writes a value.
///
/// # Errors
/// Where it has no such form.
pub(super) fn files(value: &Value, slot: &str, format: Option<Format>) -> Result<Files, StepError> {
    let wrong = |reason: String| StepError::Input { slot: slot.to_owned(), reason };
    let format = format.unwrap_or_else(|| usual(value.value_type()));
    let ending = match format {
        Format::Csv => "csv",
        Format::Parquet => "parquet",
        Format::Npy | Format::Png => {
            let path = format!("inputs/{slot}");
            let files = folder(value, format).map_err(wrong)?;
            let files = files.into_iter().map(|(name, bytes)| (format!("{path}/{name}"), bytes)).collect();
            return Ok(Files { path, files });
        }
    };
    let path = format!("inputs/{slot}.{ending}");
    let bytes = match value {
        Value::Table(table) => tables::written(&path, table),
        Value::Representation(r) => tables::written(&path, &samples(r)?),
        Value::Predictions(p) => tables::written(&path, &predictions(p)?),
        other => Err(format!("a value of type {} is no table", other.value_type().name())),
    };
    Ok(Files { files: vec![(path.clone(), bytes.map_err(wrong)?)], path })
}

type Named = Vec<(String, Vec<u8>)>;

fn folder(value: &Value, format: Format) -> Result<Named, String> {
    match value {
        Value::Representation(r) => {
            let mut files = Vec::new();
            for (split, points) in r.splits() {
                files.push((format!("{split}.npy"), npy::matrix(&points.to_matrix())?));
            }
            for (split, labels) in splits([&r.labels.train, &r.labels.validation, &r.labels.test]) {
                files.push((format!("labels-{split}.npy"), npy::vector(labels)?));
            }
            Ok(files)
        }
        Value::Pictures(p) => pictures(p, format),
        Value::Spectrum(s) => {
            Ok(vec![("values.npy".into(), npy::vector(&s.values)?), ("vectors.npy".into(), npy::matrix(&s.vectors)?)])
        }
        // as the store has them
        other => {
            let files = encode(other).map_err(|e| e.to_string())?;
            Ok(files.into_iter().map(|file| (file.name, file.bytes)).collect())
        }
    }
}

fn splits<T>([train, validation, test]: [T; 3]) -> [(&'static str, T); 3] {
    [("train", train), ("validation", validation), ("test", test)]
}

/// Pictures in their order, with a table that says which is which.
fn pictures(pictures: &Pictures, format: Format) -> Result<Named, String> {
    let ending = if format == Format::Png { ".png" } else { ".npy" };
    let mut files = Vec::new();
    let mut rows = Vec::new();
    for (number, picture) in pictures.pictures.iter().enumerate() {
        let name = format!("{number:04}{ending}");
        let bytes = if format == Format::Png { png::written(picture)? } else { plane(picture)? };
        let text = |text: &String| if text.is_empty() { Cell::Null } else { Cell::Text(text.clone()) };
        let words = [&picture.row, &picture.column, &picture.note].map(text);
        rows.push([Cell::Text(name.clone())].into_iter().chain(words).collect());
        files.push((name, bytes));
    }
    let table = Table::from_rows(&["file", "row", "column", "note"], &rows).map_err(|e| e.to_string())?;
    files.push(("pictures.csv".to_owned(), tables::written("pictures.csv", &table)?));
    Ok(files)
}

/// The numbers of a picture, a row of pixels a row, channels one under the other.
fn plane(picture: &Picture) -> Result<Vec<u8>, String> {
    let geometry = picture.geometry;
    let rows = geometry.channels * geometry.height;
    npy::matrix(&Matrix::from_row_slice(rows, geometry.width, &picture.values))
}

/// A row for each sample: split, label, and its numbers `x0`, `x1`…
fn samples(r: &Representation) -> Result<Table, StepError> {
    let matrices: Vec<Matrix> = r.splits().iter().map(|(_, points)| points.to_matrix()).collect();
    let labels = [&r.labels.train, &r.labels.validation, &r.labels.test];
    table(&matrices, &labels, |number, _| format!("x{number}"))
}

/// A row for each sample: split, label, and what is predicted of it.
fn predictions(p: &Predictions) -> Result<Table, StepError> {
    let evaluated: Vec<&Evaluated> = p.splits().iter().map(|(_, evaluated)| *evaluated).collect();
    let matrices: Vec<Matrix> = evaluated.iter().map(|evaluated| evaluated.predicted.clone()).collect();
    let labels: Vec<&Vec<f64>> = evaluated.iter().map(|evaluated| &evaluated.labels).collect();
    table(
        &matrices,
        &labels,
        |number, all| if all == 1 { "predicted".to_owned() } else { format!("predicted_{number}") },
    )
}

fn table(matrices: &[Matrix], labels: &[&Vec<f64>], name: impl Fn(usize, usize) -> String) -> Result<Table, StepError> {
    let width = matrices.iter().map(Matrix::ncols).max().unwrap_or(0);
    let names = splits([(); 3]).map(|(split, ())| split);
    let of_split = names.iter().zip(matrices).flat_map(|(split, m)| vec![Cell::Text((*split).to_owned()); m.nrows()]);
    let mut columns = vec![("split".to_owned(), of_split.collect())];
    columns
        .push(("label".to_owned(), labels.iter().flat_map(|labels| labels.iter().map(|&v| Cell::Float(v))).collect()));
    for column in 0..width {
        let cells = matrices.iter().flat_map(|m| {
            m.column_iter().nth(column).into_iter().flat_map(|c| c.iter().map(|&v| Cell::Float(v)).collect::<Vec<_>>())
        });
        columns.push((name(column, width), cells.collect()));
    }
    Ok(Table::new(columns)?)
}
