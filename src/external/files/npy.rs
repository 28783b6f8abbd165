//! Arrays as npy, of any real type and either order.

use crate::math::linalg::Matrix;
use npyz::{DType, NpyFile, Order, TypeChar, WriterBuilder};

/// An array of real numbers, in the order in which the last index runs fastest.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::external) struct Array {
    /// Lengths of its axes.
    pub shape: Vec<usize>,
    /// Its numbers.
    pub values: Vec<f64>,
}

impl Array {
    /// As a matrix of samples: the first axis are rows, all others columns; a number for each sample is one column.
    pub fn into_matrix(self) -> Matrix {
        let rows = self.shape.first().copied().unwrap_or(1);
        let columns = self.values.len() / rows.max(1);
        Matrix::from_row_slice(rows, columns, &self.values)
    }
}

/// The array that bytes hold.
///
/// # Errors
/// Where they are no npy file of real numbers, or one that is cut short.
pub(in crate::external) fn read(bytes: &[u8]) -> Result<Array, String> {
    let text = |e: &dyn std::fmt::Display| e.to_string();
    let file = NpyFile::new(bytes).map_err(|e| format!("it is no npy file: {}", text(&e)))?;
    let shape: Vec<usize> = file.shape().iter().map(|&n| usize::try_from(n).unwrap_or(usize::MAX)).collect();
    let count = shape.iter().try_fold(1_usize, |count, &n| count.checked_mul(n)).ok_or("it is too large")?;
    if count > bytes.len() {
        return Err(format!("it is cut short: its header says {count} numbers, in {} bytes", bytes.len()));
    }
    let order = file.order();
    let values = numbers(file)?;
    if values.len() != count {
        return Err(format!("it is cut short: {} numbers, and its header says {count}", values.len()));
    }
    let values = if order == Order::Fortran && shape.len() > 1 { row_major(&shape, &values) } else { values };
    Ok(Array { shape, values })
}

/// The lengths of the axes alone.
///
/// # Errors
/// Where the bytes are no npy file.
pub(in crate::external) fn shape(reader: impl std::io::Read) -> Result<Vec<usize>, String> {
    let file = NpyFile::new(reader).map_err(|e| format!("it is no npy file: {e}"))?;
    Ok(file.shape().iter().map(|&n| usize::try_from(n).unwrap_or(usize::MAX)).collect())
}

fn numbers(file: NpyFile<&[u8]>) -> Result<Vec<f64>, String> {
    let DType::Plain(plain) = file.dtype() else {
        return Err("it holds records, and plain numbers are read".to_owned());
    };
    macro_rules! of {
        ($t:ty, $to:expr) => {
            file.into_vec::<$t>().map(|values| values.into_iter().map($to).collect()).map_err(|e| e.to_string())
        };
    }
    #[expect(clippy::cast_precision_loss, reason = "numbers of arrays are real here")]
    match (plain.type_char(), plain.size_field()) {
        (TypeChar::Float, 8) => of!(f64, |v| v),
        (TypeChar::Float, 4) => of!(f32, f64::from),
        (TypeChar::Int, 8) => of!(i64, |v| v as f64),
        (TypeChar::Int, 4) => of!(i32, f64::from),
        (TypeChar::Int, 2) => of!(i16, f64::from),
        (TypeChar::Int, 1) => of!(i8, f64::from),
        (TypeChar::Uint, 8) => of!(u64, |v| v as f64),
        (TypeChar::Uint, 4) => of!(u32, f64::from),
        (TypeChar::Uint, 2) => of!(u16, f64::from),
        (TypeChar::Uint, 1) => of!(u8, f64::from),
        (TypeChar::Bool, _) => of!(bool, |v| f64::from(u8::from(v))),
        _ => Err(format!("it holds values of type {plain}, and real or whole numbers are read: array.astype(float)")),
    }
}

/// Numbers of an array whose first index runs fastest, in the other order.
fn row_major(shape: &[usize], values: &[f64]) -> Vec<f64> {
    let mut index = vec![0; shape.len()];
    let mut strides = vec![1; shape.len()];
    (1..shape.len()).for_each(|axis| strides[axis] = strides[axis - 1] * shape[axis - 1]);
    let mut out = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        out.push(values[index.iter().zip(&strides).map(|(i, stride)| i * stride).sum::<usize>()]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    out
}

/// A matrix as npy of 64-bit numbers.
///
/// # Errors
/// Where the encoder refuses, which numbers in memory do not make it do.
pub(in crate::external) fn matrix(matrix: &Matrix) -> Result<Vec<u8>, String> {
    write(&[matrix.nrows(), matrix.ncols()], matrix.as_slice())
}

/// Numbers in a row as npy.
///
/// # Errors
/// As [`matrix`].
pub(in crate::external) fn vector(values: &[f64]) -> Result<Vec<u8>, String> {
    write(&[values.len()], values)
}

fn write(shape: &[usize], values: &[f64]) -> Result<Vec<u8>, String> {
    let shape: Vec<u64> = shape.iter().map(|&n| n as u64).collect();
    let mut bytes = Vec::with_capacity(128 + size_of_val(values));
    let options = npyz::WriteOptions::new().default_dtype().order(Order::Fortran).shape(&shape);
    let mut writer = options.writer(&mut bytes).begin_nd().map_err(|e| e.to_string())?;
    values.iter().try_for_each(|value| writer.push(value)).map_err(|e| e.to_string())?;
    writer.finish().map_err(|e| e.to_string())?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_comes_back_and_rows_stay_rows() {
        let a = Matrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let array = read(&matrix(&a).unwrap()).unwrap();
        assert_eq!(
            (array.shape.as_slice(), array.values.as_slice()),
            (&[2, 3][..], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0][..])
        );
        assert_eq!(array.into_matrix(), a);
        assert_eq!(read(&vector(&[7.0, 8.0]).unwrap()).unwrap().into_matrix().shape(), (2, 1));
    }

    // numpy.save of numpy.array([[1, 2], [3, 4]], dtype="i2"), in C order
    #[test]
    fn numpys_own_files_are_read() {
        let mut header =
            b"\x93NUMPY\x01\x00\x76\x00{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2), }".to_vec();
        header.resize(127, b' ');
        header.push(b'\n');
        header.extend([1, 0, 2, 0, 3, 0, 4, 0]);
        let array = read(&header).unwrap();
        assert_eq!((array.shape, array.values), (vec![2, 2], vec![1.0, 2.0, 3.0, 4.0]));
        header.truncate(130);
        assert!(read(&header).is_err());
        assert!(read(b"not an array").unwrap_err().contains("no npy file"));
    }
}
