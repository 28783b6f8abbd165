//! Samples as arrays that were made elsewhere.

use super::declared::{FileFound, readable};
use super::files::npy;
use crate::artifact::{Labels, Origin, Points, Samples};
use crate::math::linalg::Matrix;
use crate::step::prelude::*;
use serde_json::Value as Json;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// `array-file`
pub struct ArrayFile;

/// Files of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitFiles {
    /// Samples × numbers, or more axes after the first, from the folder that holds `studies`.
    pub samples: String,
    /// A label for each sample.
    pub labels: String,
}

/// Parameters of `array-file`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArrayParams {
    /// Training samples.
    pub train: SplitFiles,
    /// Validation samples.
    #[serde(default)]
    pub validation: Option<SplitFiles>,
    /// Test samples.
    #[serde(default)]
    pub test: Option<SplitFiles>,
    /// What the samples are, for figures and pages.
    pub title: String,
    /// The files when the step was planned.
    #[serde(default)]
    #[schemars(skip)]
    found: Vec<ArrayFound>,
}

/// An array when its step was planned.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct ArrayFound {
    file: FileFound,
    shape: Vec<usize>,
}

impl ArrayParams {
    /// Where files are named, in the order in which they are found.
    fn named(&self) -> Vec<(String, &str)> {
        let splits =
            [("train", Some(&self.train)), ("validation", self.validation.as_ref()), ("test", self.test.as_ref())];
        let files = splits.into_iter().filter_map(|(split, files)| files.map(|files| (split, files)));
        files
            .flat_map(|(split, files)| {
                [
                    (format!("{split}.samples"), files.samples.as_str()),
                    (format!("{split}.labels"), files.labels.as_str()),
                ]
            })
            .collect()
    }

    /// Samples and labels of a split; nothing of one that is not given.
    fn split(&self, at: &str) -> Option<(&ArrayFound, &ArrayFound)> {
        let place = self.named().iter().position(|(name, _)| *name == format!("{at}.samples"))?;
        Some((self.found.get(place)?, self.found.get(place + 1)?))
    }

    fn sizes(&self, at: &str) -> (usize, usize) {
        let Some((samples, _)) = self.split(at) else { return (0, 0) };
        let count = samples.shape.first().copied().unwrap_or(1);
        (count, samples.shape.iter().skip(1).product())
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let (_, dim) = self.sizes("train");
        for at in ["train", "validation", "test"] {
            let Some((samples, labels)) = self.split(at) else { continue };
            let (count, own) = self.sizes(at);
            if own != dim {
                let message = format!("samples of {own} numbers {:?}, and those of training have {dim}", samples.shape);
                problems.push(Problem::at(&format!("{at}.samples"), message));
            }
            if labels.shape.iter().product::<usize>() != count {
                let message = format!("{:?} labels of {count} samples", labels.shape);
                problems.push(Problem::at(&format!("{at}.labels"), message));
            }
        }
        problems
    }
}

/// A file with its shape, which the plan needs.
fn found(name: &str, (root, at): (&Path, &str)) -> Result<Json, Problem> {
    let file = FileFound::at(name, (root, at))?;
    let opened = File::open(&file.path).map_err(|e| e.to_string());
    let shape = opened.and_then(npy::shape).map_err(|why| Problem::at(at, format!("`{name}`: {why}")))?;
    Ok(serde_json::json!({"file": file.to_json(), "shape": shape}))
}

impl Kind for ArrayFile {
    type Params = ArrayParams;
    const NAME: &'static str = "array-file";
    const ABOUT: About = About {
        family: Family::Data,
        summary: "Samples with their labels that were made elsewhere, from npy files of the project.",
        details: "An array of samples × numbers for each split, real or whole, in either order; further axes are laid \
                  one after the other. Labels are one number for each sample. The contents of the files are in the key: \
                  they are read again when one changes.",
        cites: &[],
        inputs: &[],
        outputs: &[Port::new("samples", ValueType::Representation).doc("The samples of the splits with their labels.")],
    };

    fn found(&self, params: &Json, root: &Path) -> Result<Option<Json>, Vec<Problem>> {
        let Some(params) = readable::<ArrayParams>(params) else { return Ok(None) };
        let (mut files, mut problems) = (Vec::new(), Vec::new());
        for (at, name) in params.named() {
            match found(name, (root, &at)) {
                Ok(file) => files.push(file),
                Err(problem) => problems.push(problem),
            }
        }
        Problem::refuse(problems)?;
        Ok(Some(files.into()))
    }

    fn plan(&self, params: &ArrayParams, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Problem::refuse(params.problems())?;
        let [(train, dim), (validation, _), (test, _)] = ["train", "validation", "test"].map(|at| params.sizes(at));
        let shape = Shape::Representation { train, validation, test, dim, geometry: None, number_bytes: 8 };
        let work_bytes = shape.memory_bytes().saturating_mul(2);
        #[expect(clippy::cast_precision_loss, reason = "a rough estimate")]
        let flops = work_bytes as f64;
        Ok(Plan { outputs: vec![shape], work_bytes, flops })
    }

    fn run(&self, params: &ArrayParams, _: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let (_, dim) = params.sizes("train");
        let read = |array: &ArrayFound| {
            let wrong = |reason: String| StepError::Outside(format!("the file `{}`: {reason}", array.file.name));
            let read = npy::read(&array.file.content()?).map_err(wrong)?;
            match read.values.iter().position(|v| !v.is_finite()) {
                None => Ok(read),
                Some(at) => Err(wrong(format!("it holds {} at number {at}", read.values[at]))),
            }
        };
        let split = |at: &str| -> Result<(Points, Vec<f64>), StepError> {
            let Some((samples, labels)) = params.split(at) else {
                return Ok((Points::Real(Matrix::zeros(0, dim)), Vec::new()));
            };
            Ok((Points::Real(read(samples)?.into_matrix()), read(labels)?.values))
        };
        let ((train, of_train), (validation, of_validation), (test, of_test)) =
            (split("train")?, split("validation")?, split("test")?);
        let labels = Labels { train: of_train, validation: of_validation, test: of_test };
        let origin = Origin { title: params.title.clone(), ..Origin::default() };
        let samples = Samples { train, validation, test };
        Ok(vec![Value::Representation(Representation { samples, labels: Arc::new(labels), geometry: None, origin })])
    }
}
