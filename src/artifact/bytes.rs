//! Values as named files and back: arrays as `.npy` (NumPy reads them), tables as `.csv`, the rest as JSON.

use super::network::NetworkHead;
use super::pictures::PicturesHead;
use super::predictions::PredictionsHead;
use super::representation::{Geometry, Labels, Origin};
use super::spectrum::SpectrumHead;
use super::table::TableError;
use super::verdict::VerdictHead;
use super::{
    Cell, Evaluated, Figure, Kernel, Network, Pictures, Points, Predictions, Representation, Samples, Spectrum, Table,
    Value, ValueType, Verdict,
};
use crate::math::linalg::Matrix;
use npyz::WriterBuilder;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::sync::Arc;

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

type Files<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// The files of a value. The same value gives the same bytes.
///
/// # Errors
/// Only where an encoder fails, which a value in memory should not make it do.
pub fn encode(value: &Value) -> Result<Vec<File>, BytesError> {
    match value {
        Value::Representation(r) => encode_representation(r),
        Value::Kernel(k) => encode_kernel(k),
        Value::Spectrum(s) => encode_spectrum(s),
        Value::Predictions(p) => encode_predictions(p),
        Value::Table(t) => table_files("table", t),
        Value::Verdict(v) => encode_verdict(v),
        Value::Pictures(p) => encode_pictures(p),
        Value::Network(n) => encode_network(n),
        Value::Figure(f) => Ok(vec![json("figure.json", f)?, File::new("figure.svg", f.svg.clone().into_bytes())]),
    }
}

/// The value that some files hold; `file` gives a file's content by name.
///
/// # Errors
/// Where a file is missing or unreadable.
pub fn decode(value_type: ValueType, file: Files<'_>) -> Result<Value, BytesError> {
    Ok(match value_type {
        ValueType::Representation => Value::Representation(decode_representation(file)?),
        ValueType::Kernel => Value::Kernel(decode_kernel(file)?),
        ValueType::Spectrum => Value::Spectrum(decode_spectrum(file)?),
        ValueType::Predictions => Value::Predictions(decode_predictions(file)?),
        ValueType::Table => Value::Table(read_table("table", file)?),
        ValueType::Verdict => Value::Verdict(decode_verdict(file)?),
        ValueType::Pictures => Value::Pictures(decode_pictures(file)?),
        ValueType::Network => Value::Network(decode_network(file)?),
        ValueType::Figure => Value::Figure(read_json::<Figure>("figure.json", file)?),
    })
}

impl File {
    fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), bytes }
    }
}

fn unreadable(name: &str, reason: impl ToString) -> BytesError {
    BytesError::Unreadable { name: name.to_owned(), reason: reason.to_string() }
}

fn fetch(name: &str, file: Files<'_>) -> Result<Vec<u8>, BytesError> {
    file(name).ok_or_else(|| BytesError::Missing(name.to_owned()))
}

fn json<T: Serialize>(name: &str, value: &T) -> Result<File, BytesError> {
    let bytes = serde_json::to_vec_pretty(value).map_err(|e| unreadable(name, e))?;
    Ok(File::new(name, bytes))
}

fn read_json<T: DeserializeOwned>(name: &str, file: Files<'_>) -> Result<T, BytesError> {
    serde_json::from_slice(&fetch(name, file)?).map_err(|e| unreadable(name, e))
}

fn npy<T: npyz::AutoSerialize>(name: &str, shape: &[usize], values: &[T]) -> Result<File, BytesError> {
    let shape: Vec<u64> = shape.iter().map(|&s| s as u64).collect();
    let mut bytes = Vec::new();
    let options = npyz::WriteOptions::new().default_dtype().order(npyz::Order::Fortran).shape(&shape);
    let mut writer = options.writer(&mut bytes).begin_nd().map_err(|e| unreadable(name, e))?;
    for value in values {
        writer.push(value).map_err(|e| unreadable(name, e))?;
    }
    writer.finish().map_err(|e| unreadable(name, e))?;
    Ok(File::new(name, bytes))
}

fn read_npy<T: npyz::Deserialize>(name: &str, file: Files<'_>) -> Result<(Vec<usize>, Vec<T>), BytesError> {
    let bytes = fetch(name, file)?;
    let array = npyz::NpyFile::new(&bytes[..]).map_err(|e| unreadable(name, e))?;
    let shape = array.shape().iter().map(|&s| usize::try_from(s).unwrap_or(0)).collect();
    Ok((shape, array.into_vec::<T>().map_err(|e| unreadable(name, e))?))
}

fn matrix(name: &str, matrix: &Matrix) -> Result<File, BytesError> {
    npy(name, &[matrix.nrows(), matrix.ncols()], matrix.as_slice())
}

fn read_matrix(name: &str, file: Files<'_>) -> Result<Matrix, BytesError> {
    match read_npy::<f64>(name, file)? {
        (shape, values) if shape.len() == 2 => Ok(Matrix::from_vec(shape[0], shape[1], values)),
        (shape, _) => Err(unreadable(name, format!("expected two axes, found {}", shape.len()))),
    }
}

fn vector(name: &str, values: &[f64]) -> Result<File, BytesError> {
    npy(name, &[values.len()], values)
}

fn read_vector(name: &str, file: Files<'_>) -> Result<Vec<f64>, BytesError> {
    Ok(read_npy::<f64>(name, file)?.1)
}

#[derive(Serialize, Deserialize)]
struct RepresentationHead {
    geometry: Option<Geometry>,
    origin: Origin,
    pixels: Option<Standardisation>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Standardisation {
    geometry: Geometry,
    mean: Vec<f64>,
    std: Vec<f64>,
}

fn encode_representation(r: &Representation) -> Result<Vec<File>, BytesError> {
    let pixels = match &r.samples.train {
        Points::Real(_) => None,
        Points::Pixels { geometry, mean, std, .. } => {
            Some(Standardisation { geometry: *geometry, mean: mean.clone(), std: std.clone() })
        }
    };
    let mut files =
        vec![json("head.json", &RepresentationHead { geometry: r.geometry, origin: r.origin.clone(), pixels })?];
    for (split, points) in r.splits() {
        files.push(match points {
            Points::Real(m) => matrix(&format!("{split}.npy"), m)?,
            Points::Pixels { bytes, .. } => npy(&format!("{split}.npy"), &[bytes.len()], bytes)?,
        });
    }
    files.extend(label_files(&r.labels)?);
    Ok(files)
}

fn decode_representation(file: Files<'_>) -> Result<Representation, BytesError> {
    let head: RepresentationHead = read_json("head.json", file)?;
    let points = |name: &str| -> Result<Points, BytesError> {
        let name = format!("{name}.npy");
        Ok(match &head.pixels {
            None => Points::Real(read_matrix(&name, file)?),
            Some(s) => Points::Pixels {
                bytes: read_npy::<u8>(&name, file)?.1,
                geometry: s.geometry,
                mean: s.mean.clone(),
                std: s.std.clone(),
            },
        })
    };
    let samples = Samples { train: points("train")?, validation: points("validation")?, test: points("test")? };
    Ok(Representation { samples, labels: read_labels(file)?, geometry: head.geometry, origin: head.origin })
}

fn label_files(labels: &Labels) -> Result<Vec<File>, BytesError> {
    Ok(vec![
        vector("labels-train.npy", &labels.train)?,
        vector("labels-validation.npy", &labels.validation)?,
        vector("labels-test.npy", &labels.test)?,
    ])
}

fn read_labels(file: Files<'_>) -> Result<Arc<Labels>, BytesError> {
    Ok(Arc::new(Labels {
        train: read_vector("labels-train.npy", file)?,
        validation: read_vector("labels-validation.npy", file)?,
        test: read_vector("labels-test.npy", file)?,
    }))
}

fn encode_kernel(k: &Kernel) -> Result<Vec<File>, BytesError> {
    let mut files = vec![
        json("head.json", &k.origin)?,
        matrix("train.npy", &k.train)?,
        matrix("validation.npy", &k.validation)?,
        matrix("test.npy", &k.test)?,
        vector("validation-diagonal.npy", &k.validation_diagonal)?,
        vector("test-diagonal.npy", &k.test_diagonal)?,
    ];
    files.extend(label_files(&k.labels)?);
    Ok(files)
}

fn decode_kernel(file: Files<'_>) -> Result<Kernel, BytesError> {
    Ok(Kernel {
        train: read_matrix("train.npy", file)?,
        validation: read_matrix("validation.npy", file)?,
        test: read_matrix("test.npy", file)?,
        validation_diagonal: read_vector("validation-diagonal.npy", file)?,
        test_diagonal: read_vector("test-diagonal.npy", file)?,
        labels: read_labels(file)?,
        origin: read_json("head.json", file)?,
    })
}

fn encode_spectrum(s: &Spectrum) -> Result<Vec<File>, BytesError> {
    let head = SpectrumHead { values: s.values.clone(), operator: s.operator.clone(), origin: s.origin.clone() };
    Ok(vec![json("head.json", &head)?, matrix("vectors.npy", &s.vectors)?])
}

fn decode_spectrum(file: Files<'_>) -> Result<Spectrum, BytesError> {
    let SpectrumHead { values, operator, origin } = read_json("head.json", file)?;
    Ok(Spectrum { values, vectors: read_matrix("vectors.npy", file)?, operator, origin })
}

fn encode_predictions(p: &Predictions) -> Result<Vec<File>, BytesError> {
    let mut files =
        vec![json("head.json", &PredictionsHead { readouts: p.readouts.clone(), origin: p.origin.clone() })?];
    for (split, evaluated) in p.splits() {
        files.push(vector(&format!("labels-{split}.npy"), &evaluated.labels)?);
        files.push(matrix(&format!("predicted-{split}.npy"), &evaluated.predicted)?);
    }
    Ok(files)
}

fn decode_predictions(file: Files<'_>) -> Result<Predictions, BytesError> {
    let PredictionsHead { readouts, origin } = read_json("head.json", file)?;
    let split = |name: &str| -> Result<Evaluated, BytesError> {
        Ok(Evaluated {
            labels: read_vector(&format!("labels-{name}.npy"), file)?,
            predicted: read_matrix(&format!("predicted-{name}.npy"), file)?,
        })
    };
    Ok(Predictions { readouts, train: split("train")?, validation: split("validation")?, test: split("test")?, origin })
}

fn encode_pictures(p: &Pictures) -> Result<Vec<File>, BytesError> {
    let values: Vec<f64> = p.pictures.iter().flat_map(|p| p.values.iter().copied()).collect();
    Ok(vec![json("pictures.json", &p.head())?, vector("values.npy", &values)?])
}

fn decode_pictures(file: Files<'_>) -> Result<Pictures, BytesError> {
    let head: PicturesHead = read_json("pictures.json", file)?;
    let values = read_vector("values.npy", file)?;
    Pictures::from_head(head, &values)
        .ok_or_else(|| unreadable("values.npy", "another number of values than pictures.json says"))
}

fn encode_network(n: &Network) -> Result<Vec<File>, BytesError> {
    let parameters: Vec<f32> = n.checkpoints.iter().flat_map(|c| c.parameters.iter().copied()).collect();
    let each = parameters.len() / n.checkpoints.len().max(1);
    let shape = [each, n.checkpoints.len()];
    Ok(vec![json("network.json", &n.head())?, npy("parameters.npy", &shape, &parameters)?])
}

fn decode_network(file: Files<'_>) -> Result<Network, BytesError> {
    let head: NetworkHead = read_json("network.json", file)?;
    let (_, parameters) = read_npy::<f32>("parameters.npy", file)?;
    Network::from_head(head, &parameters)
        .ok_or_else(|| unreadable("parameters.npy", "the parameters do not divide among the steps of network.json"))
}

fn encode_verdict(v: &Verdict) -> Result<Vec<File>, BytesError> {
    let head = VerdictHead { outcome: v.outcome, says: v.says.clone(), because: v.because.clone() };
    let mut files = vec![json("verdict.json", &head)?];
    files.extend(table_files("evidence", &v.evidence)?);
    Ok(files)
}

fn decode_verdict(file: Files<'_>) -> Result<Verdict, BytesError> {
    let VerdictHead { outcome, says, because } = read_json("verdict.json", file)?;
    Ok(Verdict { outcome, says, because, evidence: read_table("evidence", file)? })
}

/// A table as CSV for people and diff, with the types of its columns beside it.
fn table_files(name: &str, table: &Table) -> Result<Vec<File>, BytesError> {
    let csv_name = format!("{name}.csv");
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fault = |e: csv::Error| unreadable(&csv_name, e);
    writer.write_record(table.names()).map_err(fault)?;
    for row in table.rows() {
        writer.write_record(row.iter().map(Cell::to_string)).map_err(fault)?;
    }
    let bytes = writer.into_inner().map_err(|e| unreadable(&csv_name, e))?;
    let types = json(&format!("{name}-types.json"), &column_types(table))?;
    Ok(vec![File::new(csv_name.clone(), bytes), types])
}

fn column_types(table: &Table) -> Vec<String> {
    let type_of = |cell: &Cell| match cell {
        Cell::Null => None,
        Cell::Bool(_) => Some("bool"),
        Cell::Int(_) => Some("int"),
        Cell::Float(_) => Some("float"),
        Cell::Text(_) => Some("text"),
    };
    let names = table.names();
    let columns = names.iter().map(|name| table.column(name).unwrap_or_default());
    columns.map(|cells| cells.iter().find_map(type_of).unwrap_or("float").to_owned()).collect()
}

fn read_table(name: &str, file: Files<'_>) -> Result<Table, BytesError> {
    let csv_name = format!("{name}.csv");
    let types: Vec<String> = read_json(&format!("{name}-types.json"), file)?;
    let bytes = fetch(&csv_name, file)?;
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let names: Vec<String> =
        reader.headers().map_err(|e| unreadable(&csv_name, e))?.iter().map(ToOwned::to_owned).collect();
    if types.len() != names.len() {
        return Err(unreadable(&csv_name, format!("{} columns, {} types", names.len(), types.len())));
    }
    let mut columns: Vec<Vec<Cell>> = vec![Vec::new(); names.len()];
    for record in reader.records() {
        let record = record.map_err(|e| unreadable(&csv_name, e))?;
        for ((text, kind), column) in record.iter().zip(&types).zip(&mut columns) {
            column.push(parse_cell(text, kind).map_err(|e| unreadable(&csv_name, e))?);
        }
    }
    Ok(Table::new(names.into_iter().zip(columns).collect())?)
}

fn parse_cell(text: &str, kind: &str) -> Result<Cell, String> {
    if text.is_empty() && kind != "text" {
        return Ok(Cell::Null);
    }
    let wrong = |e: &dyn std::fmt::Display| format!("`{text}` is no {kind}: {e}");
    match kind {
        "bool" => text.parse().map(Cell::Bool).map_err(|e| wrong(&e)),
        "int" => text.parse().map(Cell::Int).map_err(|e| wrong(&e)),
        "float" => text.parse().map(Cell::Float).map_err(|e| wrong(&e)),
        _ if text.is_empty() => Ok(Cell::Null),
        _ => Ok(Cell::Text(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Checkpoint, ConvolutionLayer, NetworkLayer, Outcome, Picture, PictureScale, Readout};

    fn round_trip(value: &Value) -> Value {
        let files = encode(value).unwrap();
        let find = |name: &str| files.iter().find(|f| f.name == name).map(|f| f.bytes.clone());
        decode(value.value_type(), &find).unwrap()
    }

    fn pixels(n: u8) -> Points {
        let geometry = Geometry { channels: 1, height: 1, width: 2 };
        Points::Pixels { bytes: (0..2 * n).collect(), geometry, mean: vec![0.3], std: vec![0.4] }
    }

    fn table() -> Table {
        let rows = vec![
            vec!["LoFi".into(), Cell::Int(3), Cell::Float(1.0), Cell::Bool(true)],
            vec![Cell::Null, Cell::Null, Cell::Float(1e-300), Cell::Bool(false)],
        ];
        Table::from_rows(&["model", "n", "error", "chosen"], &rows).unwrap()
    }

    fn picture(width: usize, first: f64) -> Picture {
        Picture {
            row: "λ₁".into(),
            column: "layer 1".into(),
            note: String::new(),
            scale: PictureScale::Signed,
            geometry: Geometry { channels: 3, height: 1, width },
            values: (0..3 * width).map(|i| first + i as f64).collect(),
        }
    }

    fn network() -> Network {
        let convolution = ConvolutionLayer { width: 2, window: 1, padding: 0, bias: true };
        Network {
            layers: vec![NetworkLayer::Convolution(convolution), NetworkLayer::ChannelNorm],
            input: Geometry { channels: 1, height: 2, width: 2 },
            tangent_kernel_scaling: true,
            checkpoints: [0, 7].map(|step| Checkpoint { step, parameters: vec![0.1, -1e-30, 3.0, 0.0] }).to_vec(),
            origin: Origin::default(),
        }
    }

    #[test]
    fn every_value_comes_back_as_it_was() {
        let labels = Arc::new(Labels { train: vec![1.0, -1.0], validation: vec![], test: vec![1.0] });
        let origin = Origin { card: "c".into(), ..Origin::default() };
        let m = |r, c| Matrix::from_fn(r, c, |i, j| 0.1 + i as f64 / 3.0 - j as f64);
        let evaluated = |n| Evaluated { labels: vec![1.0; n], predicted: m(n, 2) };
        let samples = Samples { train: pixels(2), validation: pixels(0), test: pixels(1) };
        let values = [
            Value::Representation(Representation {
                samples,
                labels: labels.clone(),
                geometry: Some(Geometry { channels: 1, height: 1, width: 2 }),
                origin: origin.clone(),
            }),
            Value::Kernel(Kernel {
                train: m(2, 2),
                validation: m(2, 0),
                test: m(2, 1),
                validation_diagonal: vec![],
                test_diagonal: vec![0.7],
                labels,
                origin: origin.clone(),
            }),
            Value::Spectrum(Spectrum {
                // The last two are read one bit off by `serde_json` without its feature `float_roundtrip`.
                values: vec![-0.3, 1e-300, 0.10733740199413697, 0.09513362760502836],
                vectors: m(3, 4),
                operator: "C".into(),
                origin: origin.clone(),
            }),
            Value::Predictions(Predictions {
                readouts: vec![Readout { lambda: Some(0.10733740199413697), leave_one_out_mse: None }; 2],
                train: evaluated(2),
                validation: evaluated(0),
                test: evaluated(3),
                origin,
            }),
            Value::Table(table()),
            Value::Verdict(Verdict {
                outcome: Outcome::Failed,
                says: "a".into(),
                because: "b".into(),
                evidence: table(),
            }),
            Value::Pictures(Pictures { pictures: vec![picture(2, -0.5), picture(1, 3.0)], origin: Origin::default() }),
            Value::Network(network()),
            Value::Figure(Figure { svg: "<svg/>".into(), alt: "α".into(), caption: "c".into() }),
        ];
        for value in &values {
            assert_eq!(&round_trip(value), value);
        }
    }

    #[test]
    fn pixels_are_standardised_on_reading() {
        let block = pixels(2).block(1, 2);
        assert_eq!(block[(0, 1)], (3.0 / 255.0 - 0.3) / 0.4);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = decode(ValueType::Table, &|_| None).unwrap_err();
        assert_eq!(error.to_string(), "file `table-types.json` is missing");
    }
}
