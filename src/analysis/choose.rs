//! `choose`: in each group, the values of some axes that do best by a column.

use super::columns::Columns;
use super::rows::{TABLE, TABLE_OUT, groups, in_words};
use crate::artifact::{Cell, Table};
use crate::math::statistics::mean;
use crate::step::{About, Context, Family, Inputs, Kind, Outputs, Plan, Problem, Shape, Shapes, StepError, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The best values of some axes.
pub struct Choose;

/// Parameters of [`Choose`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column that is best where it is smallest, e.g. `validation_error`; either this or `maximise`.
    #[serde(default)]
    pub minimise: Option<String>,
    /// The column that is best where it is largest.
    #[serde(default)]
    pub maximise: Option<String>,
    /// The axes whose values are chosen, e.g. `[k1, k2]`.
    pub over: Columns,
    /// Axes over which the column is averaged before choosing, e.g. `seed`: one choice then serves all of them.
    #[serde(default)]
    pub average: Columns,
    /// All axes of the table, the model's included; the study layer fills this in.
    pub keys: Columns,
}

impl Kind for Choose {
    type Params = Params;
    const NAME: &'static str = "choose";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Analysis,
        summary: "Keeps, in each group, the rows whose values of some axes do best by a column.",
        details: "Groups are the keys without `over` and `average`. In a group every combination of the values of `over` \
                  is a choice; its criterion is the mean of the column over its rows; of equal choices the first is \
                  taken. A choice that lacks the criterion in some row is passed over, and a group with a single choice \
                  keeps it whatever its criterion. Choose by a validation column: choosing by the test column makes the \
                  test error too small.",
        cites: &[],
        inputs: &[TABLE],
        outputs: &[TABLE_OUT],
    };

    fn plan(&self, params: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        let mut faults = Vec::new();
        if params.minimise.is_some() == params.maximise.is_some() {
            faults.push(Problem::at("minimise", "exactly one of `minimise` and `maximise` is needed"));
        }
        for (at, list) in [("over", &params.over), ("average", &params.average)] {
            let unknown = list.0.iter().filter(|name| !params.keys.contains(name));
            let message = |name| format!("`{name}` is no axis of the table; its axes are {}", params.keys.0.join(", "));
            faults.extend(unknown.map(|name| Problem::at(at, message(name))));
        }
        if faults.is_empty() { Ok(Plan::light(vec![Shape::Table])) } else { Err(faults) }
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Ok(vec![Value::Table(choose(params, inputs.table("table")?)?)])
    }
}

fn choose(params: &Params, table: &Table) -> Result<Table, StepError> {
    let (column, sign) = match (&params.minimise, &params.maximise) {
        (Some(column), _) => (column, 1.0),
        (None, Some(column)) => (column, -1.0),
        (None, None) => return Err(StepError::Bug("neither `minimise` nor `maximise`".to_owned())),
    };
    // a positive sign makes the smallest best, a negative one the largest
    let costs: Vec<Option<f64>> = table.numbers(column)?.into_iter().map(|v| v.map(|v| sign * v)).collect();
    let by = params.keys.without(&[&params.over, &params.average]);
    let mut kept = Vec::new();
    for (place, rows) in groups(table, &by)? {
        let chosen = best(&choices(table, &rows, &params.over)?, &costs);
        kept.extend(chosen.ok_or_else(|| no_criterion(column, &in_words(&by, &place)))?);
    }
    kept.sort_unstable();
    Ok(table.take(&kept))
}

fn no_criterion(column: &str, place: &str) -> StepError {
    let reason =
        format!("several choices for {place}, none of which has a `{column}` in all its rows; nothing to choose by");
    StepError::Input { slot: "table".to_owned(), reason }
}

/// Rows of each combination of the values of some columns, in order of appearance.
fn choices(table: &Table, rows: &[usize], over: &Columns) -> Result<Vec<Vec<usize>>, StepError> {
    let columns = over.0.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
    let mut choices: Vec<(Vec<&Cell>, Vec<usize>)> = Vec::new();
    for &row in rows {
        let key: Vec<&Cell> = columns.iter().map(|c| &c[row]).collect();
        let same = |known: &[&Cell]| known.iter().zip(&key).all(|(a, b)| a.total_cmp(b).is_eq());
        match choices.iter_mut().find(|(known, _)| same(known)) {
            Some((_, of_it)) => of_it.push(row),
            None => choices.push((key, vec![row])),
        }
    }
    Ok(choices.into_iter().map(|(_, rows)| rows).collect())
}

/// The choice of least mean cost, the first of equals; nothing where several have none.
fn best(choices: &[Vec<usize>], costs: &[Option<f64>]) -> Option<Vec<usize>> {
    if let [only] = choices {
        return Some(only.clone());
    }
    let cost = |rows: &Vec<usize>| mean(&rows.iter().map(|&row| costs[row]).collect::<Option<Vec<f64>>>()?).ok();
    let known = choices.iter().filter_map(|rows| Some((cost(rows)?, rows)));
    known.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, rows)| rows.clone())
}

#[cfg(test)]
mod tests {
    use super::super::rows::{run, table};
    use super::*;
    use serde_json::{Value as Json, json};

    const HEADER: [&str; 5] = ["model", "k1", "seed", "validation", "test"];

    fn sample() -> Table {
        // seed 0 prefers k1 = 10, seed 1 prefers 20; on average 20 is better: (0.30 + 0.10)/2 < (0.25 + 0.25)/2
        let rows = [
            json!(["LoFi", 10, 0, 0.25, 0.5]),
            json!(["LoFi", 20, 0, 0.30, 0.6]),
            json!(["LoFi", 10, 1, 0.25, 0.7]),
            json!(["LoFi", 20, 1, 0.10, 0.8]),
            json!(["Ridge", null, 0, null, 0.9]),
            json!(["Ridge", null, 1, null, 1.0]),
        ];
        table(&HEADER, &rows)
    }

    fn tests_of(extra: &Json, rows: Table) -> Result<Vec<f64>, String> {
        let mut params = json!({"over": "k1", "keys": ["model", "k1", "seed"]});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        match run(&Choose, &params, &[rows]).map_err(|e| e.to_string())? {
            Value::Table(table) => Ok(table.numbers("test").unwrap().into_iter().flatten().collect()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_seed_chooses_for_itself_or_all_together() {
        assert_eq!(tests_of(&json!({"minimise": "validation"}), sample()).unwrap(), [0.5, 0.8, 0.9, 1.0]);
        let together = json!({"minimise": "validation", "average": ["seed"]});
        assert_eq!(tests_of(&together, sample()).unwrap(), [0.6, 0.8, 0.9, 1.0]);
        let largest = json!({"maximise": "validation", "average": "seed"});
        assert_eq!(tests_of(&largest, sample()).unwrap(), [0.5, 0.7, 0.9, 1.0]);
    }

    #[test]
    fn of_equal_choices_the_first_is_taken_and_gaps_lose() {
        let equal = table(&HEADER, &[json!(["a", 2, 0, 0.5, 1.0]), json!(["a", 1, 0, 0.5, 2.0])]);
        assert_eq!(tests_of(&json!({"minimise": "validation"}), equal).unwrap(), [1.0]);
        let gap = table(&HEADER, &[json!(["a", 1, 0, null, 1.0]), json!(["a", 2, 0, 0.5, 2.0])]);
        assert_eq!(tests_of(&json!({"minimise": "validation"}), gap).unwrap(), [2.0]);
    }

    #[test]
    fn several_choices_without_a_criterion_are_refused() {
        let rows = table(&HEADER, &[json!(["a", 1, 0, null, 1.0]), json!(["a", 2, 0, null, 2.0])]);
        let error = tests_of(&json!({"minimise": "validation"}), rows).unwrap_err();
        assert!(error.contains("model = a, seed = 0") && error.contains("`validation`"), "{error}");
    }

    #[test]
    fn faults_are_found_before_the_run() {
        let params = json!({"over": ["k3"], "keys": ["model"]});
        let params: Params = serde_json::from_value(params).unwrap();
        let faults = Kind::plan(&Choose, &params, &Shapes::default()).unwrap_err();
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}
