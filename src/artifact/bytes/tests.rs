//! Tests of values as files.

use super::values::*;
use crate::artifact::*;
use crate::artifact::{Checkpoint, Claimant, Outcome, Picture, PictureScale, Readout};
use crate::math::linalg::Matrix;
use crate::math::network::{ConvolutionLayer, Layer};
use std::sync::Arc;

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
        layers: vec![Layer::Convolution(convolution), Layer::ChannelNorm],
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
    let single = |n| Points::Single(m(n, 3).map(|v| v as f32));
    let values = [
        Value::Representation(Representation {
            samples: Samples { train: single(2), validation: single(0), test: single(1) },
            labels: Arc::clone(&labels),
            geometry: None,
            origin: origin.clone(),
        }),
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
            outcome: Outcome::Contradicted,
            says: "a".into(),
            because: "b".into(),
            finding: Some(finding()),
            by: Claimant::Paper("figure 1".into()),
            evidence: table(),
        }),
        Value::Pictures(Pictures { pictures: vec![picture(2, -0.5), picture(1, 3.0)], origin: Origin::default() }),
        Value::Network(network()),
        Value::Figure(Figure {
            svg: "<svg/>".into(),
            thumbnail: "<svg/>".into(),
            alt: "α".into(),
            caption: "c".into(),
        }),
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

fn finding() -> Finding {
    Finding {
        statistic: Statistic::Slope { x: "n".into(), y: "e".into(), log_x: true, log_y: false },
        bar: Bar::Within(-0.1, 0.2),
        level: 0.95,
        place: vec!["n".into()],
        weakest: Some(1),
        counted: Counted::Seeds,
        open: Some(Reason::Spans),
        needed: Some(12),
        remark: String::new(),
        not_at_this_scale: None,
        added_later: Some("later".into()),
    }
}
