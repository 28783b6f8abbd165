//! Values as named files and back, each type in its own form.

use super::file::{
    BytesError, File, Files, json, matrix, npy, read_json, read_matrix, read_npy, read_vector, unreadable, vector,
};
use super::tables::{read_table, table_files};
use crate::artifact::network::NetworkHead;
use crate::artifact::pictures::PicturesHead;
use crate::artifact::predictions::PredictionsHead;
use crate::artifact::representation::{Labels, Origin};
use crate::artifact::spectrum::SpectrumHead;
use crate::artifact::verdict::VerdictHead;
use crate::artifact::{
    Evaluated, Figure, Kernel, Network, Pictures, Points, Predictions, Representation, Samples, Spectrum, Value,
    ValueType, Verdict,
};
use crate::math::image::maps::Geometry;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
        Value::Figure(f) => Ok(vec![
            json("figure.json", f)?,
            File::new("figure.svg", f.svg.clone().into_bytes()),
            File::new("figure.thumb.svg", f.thumbnail.clone().into_bytes()),
        ]),
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

#[derive(Serialize, Deserialize)]
struct RepresentationHead {
    geometry: Option<Geometry>,
    origin: Origin,
    pixels: Option<Standardisation>,
    // numbers of 32 bits; left out where it is not so, as values that were stored before this existed have it
    #[serde(default, skip_serializing_if = "is_false")]
    single: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde calls")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[derive(Clone, Serialize, Deserialize)]
struct Standardisation {
    geometry: Geometry,
    mean: Vec<f64>,
    std: Vec<f64>,
}

fn encode_representation(r: &Representation) -> Result<Vec<File>, BytesError> {
    let pixels = match &r.samples.train {
        Points::Real(_) | Points::Single(_) => None,
        Points::Pixels { geometry, mean, std, .. } => {
            Some(Standardisation { geometry: *geometry, mean: mean.clone(), std: std.clone() })
        }
    };
    let single = matches!(r.samples.train, Points::Single(_));
    let head = RepresentationHead { geometry: r.geometry, origin: r.origin.clone(), pixels, single };
    let mut files = vec![json("head.json", &head)?];
    for (split, points) in r.splits() {
        files.push(match points {
            Points::Real(m) => matrix(&format!("{split}.npy"), m)?,
            Points::Single(m) => matrix(&format!("{split}.npy"), m)?,
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
            None if head.single => Points::Single(read_matrix(&name, file)?),
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
    let head = VerdictHead {
        outcome: v.outcome,
        says: v.says.clone(),
        because: v.because.clone(),
        finding: v.finding.clone(),
        by: v.by.clone(),
    };
    let mut files = vec![json("verdict.json", &head)?];
    files.extend(table_files("evidence", &v.evidence)?);
    Ok(files)
}

fn decode_verdict(file: Files<'_>) -> Result<Verdict, BytesError> {
    let VerdictHead { outcome, says, because, finding, by } = read_json("verdict.json", file)?;
    Ok(Verdict { outcome, says, because, finding, by, evidence: read_table("evidence", file)? })
}
