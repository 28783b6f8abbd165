//! Named files: JSON and `.npy` arrays, which NumPy reads.

use crate::artifact::TableError;
use crate::math::linalg::{MatrixOf, Product};
use npyz::WriterBuilder;
use serde::{Serialize, de::DeserializeOwned};

/// One file of a stored value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Name inside the value's folder.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// What can be wrong with stored bytes.
#[derive(Debug, thiserror::Error)]
pub enum BytesError {
    /// A file of the value is not there.
    #[error("file `{0}` is missing")]
    Missing(String),
    /// A file does not hold what it should.
    #[error("file `{name}` is unreadable: {reason}")]
    Unreadable {
        /// The file.
        name: String,
        /// What the decoder said.
        reason: String,
    },
    /// A table that is none.
    #[error(transparent)]
    Table(#[from] TableError),
}

pub(super) type Files<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

impl File {
    pub(super) fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), bytes }
    }
}

pub(super) fn unreadable(name: &str, reason: impl ToString) -> BytesError {
    BytesError::Unreadable { name: name.to_owned(), reason: reason.to_string() }
}

pub(super) fn fetch(name: &str, file: Files<'_>) -> Result<Vec<u8>, BytesError> {
    file(name).ok_or_else(|| BytesError::Missing(name.to_owned()))
}

pub(super) fn json<T: Serialize>(name: &str, value: &T) -> Result<File, BytesError> {
    let bytes = serde_json::to_vec_pretty(value).map_err(|e| unreadable(name, e))?;
    Ok(File::new(name, bytes))
}

pub(super) fn read_json<T: DeserializeOwned>(name: &str, file: Files<'_>) -> Result<T, BytesError> {
    serde_json::from_slice(&fetch(name, file)?).map_err(|e| unreadable(name, e))
}

pub(super) fn npy<T: npyz::AutoSerialize>(name: &str, shape: &[usize], values: &[T]) -> Result<File, BytesError> {
    let shape: Vec<u64> = shape.iter().map(|&s| s as u64).collect();
    let mut bytes = Vec::with_capacity(128 + size_of_val(values));
    let options = npyz::WriteOptions::new().default_dtype().order(npyz::Order::Fortran).shape(&shape);
    let mut writer = options.writer(&mut bytes).begin_nd().map_err(|e| unreadable(name, e))?;
    for value in values {
        writer.push(value).map_err(|e| unreadable(name, e))?;
    }
    writer.finish().map_err(|e| unreadable(name, e))?;
    Ok(File::new(name, bytes))
}

pub(super) fn read_npy<T: npyz::Deserialize>(name: &str, file: Files<'_>) -> Result<(Vec<usize>, Vec<T>), BytesError> {
    let bytes = fetch(name, file)?;
    let array = npyz::NpyFile::new(&bytes[..]).map_err(|e| unreadable(name, e))?;
    let shape = array.shape().iter().map(|&s| usize::try_from(s).unwrap_or(0)).collect();
    Ok((shape, array.into_vec::<T>().map_err(|e| unreadable(name, e))?))
}

pub(super) fn matrix<T: npyz::AutoSerialize + Product>(name: &str, matrix: &MatrixOf<T>) -> Result<File, BytesError> {
    npy(name, &[matrix.nrows(), matrix.ncols()], matrix.as_slice())
}

pub(super) fn read_matrix<T: npyz::Deserialize + Product>(
    name: &str,
    file: Files<'_>,
) -> Result<MatrixOf<T>, BytesError> {
    match read_npy::<T>(name, file)? {
        (shape, values) if shape.len() == 2 => Ok(MatrixOf::from_vec(shape[0], shape[1], values)),
        (shape, _) => Err(unreadable(name, format!("expected two axes, found {}", shape.len()))),
    }
}

pub(super) fn vector(name: &str, values: &[f64]) -> Result<File, BytesError> {
    npy(name, &[values.len()], values)
}

pub(super) fn read_vector(name: &str, file: Files<'_>) -> Result<Vec<f64>, BytesError> {
    Ok(read_npy::<f64>(name, file)?.1)
}
