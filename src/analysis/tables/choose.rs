//! `choose`: in each group, the values of some axes that do best by a column.

use crate::analysis::rows::{Group, Grouping, groups, in_words};
use crate::math::statistics::mean;
use crate::step::Columns;
use crate::step::prelude::*;
use crate::step::roles::{After, Clause, Form, Makes, TableHead, TableOp, Words};

/// The best values of some axes.
pub struct Choose;

/// Parameters of [`Choose`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column that is best where it is smallest, e.g. `validation_error`; either this or `maximise`.
    #[serde(default)]
    #[schemars(extend("format" = "column"))]
    pub minimise: Option<String>,
    /// The column that is best where it is largest.
    #[serde(default)]
    #[schemars(extend("format" = "column"))]
    pub maximise: Option<String>,
    /// The axes whose values are chosen, e.g. `[k1, k2]`.
    pub over: Columns,
    /// Axes over which the column is averaged before choosing, e.g. `seed`: one choice then serves all of them.
    #[serde(default)]
    pub average: Columns,
    /// With `tolerance`: of all choices that are nearly best, the one with the smallest value of this axis of `over`,
    /// e.g. the smallest rank that does as well as any.
    #[serde(default)]
    #[schemars(extend("format" = "column"))]
    pub smallest: Option<String>,
    /// How much worse than the best a choice may be to count as nearly best; with `smallest`.
    #[serde(default)]
    pub tolerance: NearlyBest,
}

/// How much worse than the best a choice may be; both allowances add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NearlyBest {
    /// As a fraction of the best criterion's magnitude.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 10.0))]
    pub relative: f64,
    /// In the criterion's unit.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e15))]
    pub absolute: f64,
}

impl NearlyBest {
    fn allowed(self, best: f64) -> f64 {
        self.relative * best.abs() + self.absolute
    }
}

impl TableOp for Choose {
    type Params = Params;
    const NAME: &'static str = "choose";
    const ABOUT: Words = Words {
        summary: "Keeps, in each group, the rows whose values of some axes do best by a column.",
        details: "Groups are the keys without `over` and `average`. In a group every combination of the values of `over` \
                  is a choice; its criterion is the mean of the column over its rows; of equal choices the first is \
                  taken. A choice that lacks the criterion in some row is passed over, and a group with a single choice \
                  keeps it whatever its criterion. With `smallest` and `tolerance` it is the choice with the smallest \
                  value of that axis among those whose criterion is at most the tolerance worse than the best. Choose by \
                  a validation column: choosing by the test column makes the test error too small.",
        cites: &[],
    };
    const CLAUSE: Clause = Clause {
        name: "choose",
        example: "{minimise: validation_error, over: [k1, k2]}",
        form: Form::Mapping,
        makes: Makes::Rows,
    };
    const TAKES: &'static [&'static str] = &["keys"];

    fn faults(params: &Params, head: &TableHead) -> Vec<Problem> {
        let mut faults = Vec::new();
        if params.minimise.is_some() == params.maximise.is_some() {
            faults.push(Problem::at("minimise", "exactly one of `minimise` and `maximise` is needed"));
        }
        for (at, list) in [("over", &params.over), ("average", &params.average)] {
            faults.extend(head.no_axes(at, list));
        }
        faults.extend(smallest_of(params));
        faults
    }

    fn after(params: &Params, head: &TableHead) -> After {
        // A chosen value is a result: it neither splits averages nor has to agree in pairs. Its column stays.
        After { keys: head.keys.without(&[&params.over]), ..After::default() }
    }

    fn apply(params: &Params, head: &TableHead, table: &Table, _: &Context<'_>) -> Result<Table, StepError> {
        let (column, sign) = match (&params.minimise, &params.maximise) {
            (Some(column), _) => (column, 1.0),
            (None, Some(column)) => (column, -1.0),
            (None, None) => return Err(StepError::Bug("neither `minimise` nor `maximise`".to_owned())),
        };
        // a positive sign makes the smallest best, a negative one the largest
        let costs: Vec<Option<f64>> = table.numbers(column)?.into_iter().map(|v| v.map(|v| sign * v)).collect();
        let by = head.keys.without(&[&params.over, &params.average]);
        let (choices, mut kept) = (Grouping::read(table, &params.over.0)?, Vec::new());
        for (place, rows) in groups(table, &by)? {
            let chosen = best(params, choices.among(&rows), &costs);
            kept.extend(chosen.ok_or_else(|| no_criterion(column, &in_words(&by, &place)))?);
        }
        kept.sort_unstable();
        Ok(table.take(&kept))
    }
}

fn smallest_of(params: &Params) -> Option<Problem> {
    let is_exact = params.tolerance.allowed(1.0) == 0.0;
    match &params.smallest {
        Some(name) if !params.over.contains(name) => {
            Some(Problem::at("smallest", format!("`{name}` is not chosen; `over` has {}", params.over.0.join(", "))))
        }
        Some(_) if is_exact => {
            let problem = Problem::at("smallest", "without a `tolerance` only the best itself is nearly best");
            Some(problem.help("for example `tolerance: {relative: 0.02}`"))
        }
        None if !is_exact => {
            let problem = Problem::at("tolerance", "it is not said which of the nearly best choices to take");
            Some(problem.help("add `smallest:` with an axis of `over`"))
        }
        _ => None,
    }
}

fn no_criterion(column: &str, place: &str) -> StepError {
    let reason =
        format!("several choices for {place}, none of which has a `{column}` in all its rows; nothing to choose by");
    StepError::Input { slot: "table".to_owned(), reason }
}

/// The rows of the choice of least mean cost, the first of equals, or of the smallest that is nearly as good; nothing
/// where several have no cost.
fn best(params: &Params, choices: Vec<Group>, costs: &[Option<f64>]) -> Option<Vec<usize>> {
    if let [(_, only)] = &choices[..] {
        return Some(only.clone());
    }
    let cost = |rows: &[usize]| mean(&rows.iter().map(|&row| costs[row]).collect::<Option<Vec<f64>>>()?).ok();
    let known: Vec<(f64, Group)> = choices.into_iter().filter_map(|c| Some((cost(&c.1)?, c))).collect();
    let least = known.iter().map(|(cost, _)| *cost).min_by(f64::total_cmp)?;
    let at = params.smallest.as_ref().and_then(|name| params.over.0.iter().position(|n| n == name));
    let Some(at) = at else {
        return known.into_iter().find(|(cost, _)| *cost == least).map(|(_, (_, rows))| rows);
    };
    let near = known.into_iter().filter(|(cost, _)| *cost <= least + params.tolerance.allowed(least));
    let order = |a: &(f64, Group), b: &(f64, Group)| a.1.0[at].total_cmp(&b.1.0[at]).then(a.0.total_cmp(&b.0));
    near.min_by(order).map(|(_, (_, rows))| rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{refused, run, table};
    use crate::step::Value;
    use crate::step::roles::Operation;
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
        match run(&Operation(Choose), &params, &[rows]).map_err(|e| e.to_string())? {
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
    fn the_smallest_of_the_nearly_best() {
        let header = ["model", "k1", "k2", "validation", "test"];
        let rows = [
            json!(["a", 5, 1, 0.30, 1.0]),
            json!(["a", 10, 1, 0.21, 2.0]),
            json!(["a", 10, 2, 0.205, 3.0]),
            json!(["a", 40, 1, 0.20, 4.0]),
            json!(["a", 80, 1, 0.25, 5.0]),
        ];
        let tests = |extra: &Json| {
            let mut params = json!({"over": ["k1", "k2"], "keys": ["model", "k1", "k2"]});
            extra.as_object().unwrap().iter().for_each(|(key, value)| params[key] = value.clone());
            match run(&Operation(Choose), &params, &[table(&header, &rows)]).unwrap() {
                Value::Table(table) => table.numbers("test").unwrap(),
                other => panic!("{other:?}"),
            }
        };
        let nearly =
            |tolerance: Json| tests(&json!({"minimise": "validation", "smallest": "k1", "tolerance": tolerance}));
        assert_eq!(tests(&json!({"minimise": "validation"})), [Some(4.0)]);
        assert_eq!(nearly(json!({"relative": 0.001})), [Some(4.0)]);
        // 0.20 · 1.06 = 0.212: two choices have the smallest rank, the better one is taken
        assert_eq!(nearly(json!({"relative": 0.06})), [Some(3.0)]);
        assert_eq!(nearly(json!({"absolute": 0.2})), [Some(1.0)]);
        let largest = json!({"maximise": "validation", "smallest": "k1", "tolerance": {"relative": 0.2}});
        assert_eq!(tests(&largest), [Some(1.0)]);
        let largest = json!({"maximise": "validation", "smallest": "k2", "tolerance": {"relative": 0.01}});
        assert_eq!(tests(&largest), [Some(1.0)]);
    }

    #[test]
    fn smallest_and_tolerance_need_each_other() {
        for (extra, at) in [
            (json!({"smallest": "k1"}), "smallest"),
            (json!({"smallest": "seed", "tolerance": {"relative": 0.1}}), "smallest"),
            (json!({"tolerance": {"absolute": 0.1}}), "tolerance"),
        ] {
            let mut params = json!({"minimise": "validation", "over": ["k1"], "keys": ["k1", "seed"]});
            extra.as_object().unwrap().iter().for_each(|(key, value)| params[key] = value.clone());
            let faults = refused(&Operation(Choose), &params);
            assert_eq!((faults.len(), faults[0].at.as_deref()), (1, Some(at)), "{faults:?}");
        }
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
        let faults = refused(&Operation(Choose), &params);
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}
