//! Tables that were made elsewhere.

use super::columns::{Columns, checked, header};
use super::declared::{FileFound, readable};
use super::files::tables;
use crate::step::prelude::*;
use serde_json::Value as Json;
use std::path::Path;

/// `table-file`
pub struct TableFile;

/// Parameters of `table-file`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableParams {
    /// The file, `.csv` or `.parquet`, from the folder that holds `studies`. Its content is in the key.
    pub path: String,
    /// Its columns, so that claims and figures are checked before it is read. Default: not known before.
    #[serde(default)]
    pub columns: Option<Columns>,
    /// The file when the step was planned.
    #[serde(default)]
    #[schemars(skip)]
    found: FileFound,
}

impl Kind for TableFile {
    type Params = TableParams;
    const NAME: &'static str = "table-file";
    const ABOUT: About = About {
        family: Family::Data,
        summary: "A table that was made elsewhere, from a CSV or Parquet file of the project.",
        details: "Types of columns come from what stands in them: whole numbers, real numbers, truth values, texts. An \
                  empty cell is a missing value; NaN and infinity are refused. The content of the file is in the key: it \
                  is read again when it changes.",
        cites: &[],
        inputs: &[],
        outputs: &[Port::new("table", ValueType::Table).doc("The table.")],
    };

    fn found(&self, params: &Json, root: &Path) -> Result<Option<Json>, Vec<Problem>> {
        let Some(params) = readable::<TableParams>(params) else { return Ok(None) };
        let found = FileFound::at(&params.path, (root, "path"));
        found.map(|file| Some(file.to_json())).map_err(|problem| vec![problem])
    }

    fn plan(&self, params: &TableParams, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        if tables::is_table(&params.path) {
            return Ok(Plan::light(vec![Shape::Table]));
        }
        let problem = Problem::at("path", format!("`{}` is no file of a table", params.path));
        Err(vec![problem.help("tables are read from names that end in .csv or .parquet")])
    }

    fn header(&self, _: &str, params: &TableParams, _: &Headers) -> Option<Header> {
        params.columns.as_ref().map(header)
    }

    fn run(&self, params: &TableParams, _: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let what = format!("the file `{}`", params.path);
        let wrong = |reason: String| StepError::Outside(format!("{what}: {reason}"));
        let table = tables::read(&params.path, params.found.content()?).map_err(wrong)?;
        let table = match &params.columns {
            Some(columns) => checked(table, columns, &what)?,
            None => table,
        };
        Ok(vec![Value::Table(table)])
    }
}
