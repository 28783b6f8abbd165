//! Outputs that a study declares of a program.

use crate::external::columns::Columns;
use crate::external::declared::is_inside;
use crate::external::files::tables::is_table;
use crate::step::Wiring;
use crate::step::prelude::*;
use serde_json::Value as Json;

/// What an output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutputType {
    /// A table: CSV or Parquet.
    Table,
    /// Predictions of samples: a table with the columns `split` (`train`, `validation`, `test`), `predicted` (or
    /// `predicted_0`, `predicted_1`… of several readouts) and `label`, which may be left out with `like`; or a folder of
    /// `predicted-SPLIT.npy` and `labels-SPLIT.npy`.
    Predictions,
    /// Samples as vectors: a folder of `train.npy`, `validation.npy` and `test.npy`, samples × numbers; a split may be
    /// left out where `like` has none.
    Representation,
    /// Pictures: a folder of PNG files in the order of their names, or one file. `ROW__COLUMN.png` says its place.
    Pictures,
    /// Eigenpairs: a folder of `values.npy` and `vectors.npy`, whose columns belong to them.
    Spectrum,
}

impl OutputType {
    const fn value_type(self) -> ValueType {
        match self {
            Self::Table => ValueType::Table,
            Self::Predictions => ValueType::Predictions,
            Self::Representation => ValueType::Representation,
            Self::Pictures => ValueType::Pictures,
            Self::Spectrum => ValueType::Spectrum,
        }
    }
}

/// One output of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutputSpec {
    /// What it is.
    #[serde(rename = "type")]
    pub of: OutputType,
    /// Its file or folder in the working folder, what `{output.NAME}` stands for. Default: `outputs/NAME.csv` of tables and
    /// predictions, else the folder `outputs/NAME`.
    #[serde(default)]
    pub file: Option<String>,
    /// The columns of a table, so that claims and figures are checked before it is there. Default: not known before.
    #[serde(default)]
    pub columns: Option<Columns>,
    /// The input, samples or predictions, of whose samples this is: splits, labels and origin are taken from there.
    #[serde(default)]
    pub like: Option<String>,
    /// Numbers of each sample of a representation.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub dim: Option<usize>,
    /// Readouts of predictions.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100_000))]
    pub readouts: usize,
}

const fn one() -> usize {
    1
}

/// Samples that are planned with where nobody says how many: sizes of memory only.
const SOME_SAMPLES: usize = 10_000;

impl OutputSpec {
    /// Its path in the working folder.
    pub fn path(&self, name: &str) -> String {
        let ending = if matches!(self.of, OutputType::Table | OutputType::Predictions) { ".csv" } else { "" };
        self.file.clone().unwrap_or_else(|| format!("outputs/{name}{ending}"))
    }

    /// Whether the program is given a folder for it.
    pub fn is_folder(&self, name: &str) -> bool {
        let path = self.path(name);
        let is_picture = self.of == OutputType::Pictures && path.to_ascii_lowercase().ends_with(".png");
        !is_table(&path) && !is_picture
    }

    /// Its shape, or what is missing to know it.
    pub fn shape(&self, at: &str, inputs: &Shapes) -> Result<Shape, Problem> {
        let splits = self.like.as_ref().map(|like| splits(like, at, inputs)).transpose()?;
        match (self.of, splits, self.dim) {
            (OutputType::Table, ..) => Ok(Shape::Table),
            (OutputType::Pictures, ..) => Ok(Shape::Pictures { numbers: SOME_SAMPLES }),
            (OutputType::Spectrum, ..) => Ok(Shape::Spectrum { dim: self.dim.unwrap_or(1), rank: 1 }),
            (OutputType::Predictions, splits, _) => {
                let samples = splits.map_or(SOME_SAMPLES, |splits| splits.iter().sum());
                Ok(Shape::Predictions { samples, columns: self.readouts })
            }
            (OutputType::Representation, Some([train, validation, test]), Some(dim)) => {
                Ok(Shape::Representation { train, validation, test, dim, geometry: None, number_bytes: 8 })
            }
            (OutputType::Representation, ..) => {
                let message = "a representation needs `like`, the input whose samples it is of, and `dim`";
                Err(Problem::at(at, message).help("what takes it is planned from these before the program runs"))
            }
        }
    }

    /// What is wrong with its path and its options.
    pub fn problems(&self, name: &str, at: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let path = self.path(name);
        let file = format!("{at}.file");
        if !is_inside(&path) {
            problems.push(Problem::at(&file, format!("`{path}` is not a path inside of the working folder")));
        }
        if self.of == OutputType::Table && !is_table(&path) {
            let problem = Problem::at(&file, format!("`{path}` is no file of a table"));
            problems.push(problem.help("tables are read from names that end in .csv or .parquet"));
        }
        if self.columns.is_some() && self.of != OutputType::Table {
            problems.push(Problem::at(&format!("{at}.columns"), "only a table has columns to declare"));
        }
        problems
    }
}

/// Samples in each split of an input.
fn splits(like: &str, at: &str, inputs: &Shapes) -> Result<[usize; 3], Problem> {
    let at = format!("{at}.like");
    match inputs.get(like) {
        Some(Shape::Representation { train, validation, test, .. } | Shape::Kernel { train, validation, test }) => {
            Ok([train, validation, test])
        }
        Some(Shape::Predictions { samples, .. }) => Ok([samples, 0, 0]),
        Some(other) => {
            let kind = other.value_type().name();
            Err(Problem::at(&at, format!("the input `{like}` is of type {kind}, which has no samples")))
        }
        None => {
            let known: Vec<&str> = inputs.0.iter().map(|(slot, _)| slot.as_str()).collect();
            let problem = Problem::at(&at, format!("there is no input `{like}`"));
            Err(problem
                .help(format!("the inputs are: {}", if known.is_empty() { "none".into() } else { known.join(", ") })))
        }
    }
}

/// The ports that parameters declare, as they are written; a table where nothing can be made of them, which is told later.
pub(super) fn wiring(slots: &[&str], params: &Json) -> Wiring {
    let declared = params.get("outputs").and_then(Json::as_object).into_iter().flatten();
    let port = |(name, spec): (&String, &Json)| {
        let of = serde_json::from_value::<OutputType>(spec.get("type")?.clone()).ok()?;
        Some((name.clone(), of.value_type()))
    };
    let mut outputs: Vec<(String, ValueType)> = declared.filter_map(port).collect();
    if outputs.is_empty() {
        outputs.push(("table".to_owned(), ValueType::Table));
    }
    Wiring { inputs: slots.iter().map(|slot| (*slot).to_owned()).collect(), outputs }
}
