//! `bins`: histograms of a column, one a group, on common edges.

use super::headers::key_of;
use crate::analysis::rows::groups;
use crate::math::statistics::histogram::{BinScale, bin_counts, bin_edges};
use crate::step::prelude::*;
use crate::step::roles::{After, Clause, Form, Makes, TableHead, TableOp, Words};
use crate::step::{Column, Columns};

/// Histograms.
pub struct Bins;

/// The axis on which bins are equally wide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Scale")]
pub enum ScaleName {
    /// Linear.
    #[default]
    Linear,
    /// Logarithmic; values must be above 0.
    Log,
    /// Linear up to `threshold` and logarithmic beyond, on both sides of 0.
    Symlog,
}

/// Parameters of [`Bins`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column whose values are counted.
    #[schemars(extend("format" = "column"))]
    pub column: String,
    /// Number of bins.
    #[serde(default = "defaults::whole::<50>")]
    #[schemars(range(min = 1, max = 10_000))]
    pub count: usize,
    /// The axis on which they are equally wide: `linear`, `log` or `symlog`.
    #[serde(default)]
    pub scale: ScaleName,
    /// Where the linear part of `symlog` ends, in the column's unit.
    #[serde(default)]
    #[schemars(range(min = 1e-300, max = 1e15))]
    pub threshold: Option<f64>,
    /// A column of truth values: rows where it is true get a row of their own besides.
    #[serde(default)]
    #[schemars(extend("format" = "column"))]
    pub mark: Option<String>,
    /// Axes whose values share one histogram, e.g. `seed`.
    #[serde(default)]
    pub pool: Columns,
}

/// The columns that every histogram has after its keys.
pub const COLUMNS: [&str; 5] = ["low", "high", "count", "density", "mark"];

impl TableOp for Bins {
    type Params = Params;
    const NAME: &'static str = "bins";
    const ABOUT: Words = Words {
        summary: "Histograms of a column, one for each combination of the keys, on common edges.",
        details: "Edges are equally far apart on the scale, from the least to the greatest value of the whole table, so that \
                  panels compare; a bin holds low ≤ v < high, the last one also its high. One row a bin: the keys without \
                  `pool`, low, high, count, density = count / (values of the group · (high - low)), which integrates to 1 \
                  over the column itself on any scale, and mark = false. A row with a true `mark` is counted as all others \
                  and gives one more row with mark = true and low = high = value. Other columns that are constant in every \
                  group, such as the edge of a bulk, are carried over. Rows without a value are left out.",
        cites: &[],
    };
    const CLAUSE: Clause = Clause {
        name: "bins",
        example: "{column: eigenvalue, count: 50}",
        form: Form::Mapping,
        makes: Makes::Instead {
            why: "a histogram counts values, not means",
            help: "`pool: [seed]` inside `bins` counts the values of all seeds in one histogram; for mean counts put `over` \
                   into a second table with `from: TABLE.summary`",
        },
    };
    const TAKES: &'static [&'static str] = &["keys"];

    fn faults(params: &Params, head: &TableHead) -> Vec<Problem> {
        let mut faults: Vec<Problem> = axis(params).err().into_iter().collect();
        faults.extend(head.no_axes("pool", &params.pool));
        if let Some(name) = head.keys.0.iter().find(|name| COLUMNS.contains(&name.as_str())) {
            faults.push(Problem::at("column", format!("the axis `{name}` has the name of a column of histograms")));
        }
        if head.keys.contains(&params.column) {
            let message =
                format!("`{}` is an axis of the table, so each histogram would hold one value", params.column);
            faults.push(Problem::at("column", message));
        }
        faults
    }

    fn after(params: &Params, head: &TableHead) -> After {
        After { made: ["low", "high", "mark"].map(str::to_owned).into(), ..After::without(head, &params.pool) }
    }

    fn header(params: &Params, head: &TableHead, table: &Header) -> Header {
        columns_of((params, &head.keys), table)
    }

    fn apply(params: &Params, head: &TableHead, table: &Table, _: &Context<'_>) -> Result<Table, StepError> {
        let axis = axis(params).map_err(StepError::unplanned)?;
        let values = table.numbers(&params.column)?;
        let all: Vec<f64> = values.iter().copied().flatten().collect();
        let edges = bin_edges(&all, params.count, axis).map_err(|error| StepError::Input {
            slot: "table".to_owned(),
            reason: format!(
                "column `{}`: {error}{}",
                params.column,
                if axis == BinScale::Log { "; `symlog` takes values of any sign" } else { "" }
            ),
        })?;
        let by = head.keys.without(&[&params.pool]);
        let groups = groups(table, &by)?;
        let (carried, columns) = constant_columns((params, &head.keys), table, &groups)?;
        let marks = params.mark.as_ref().map(|name| table.column(name)).transpose()?;
        let header: Vec<&str> = by.iter().chain(&carried).map(String::as_str).chain(COLUMNS).collect();
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        for (place, of_group) in &groups {
            let constants =
                columns.iter().map(|column| of_group.first().map_or(Cell::Null, |&row| column[row].clone()));
            let front: Vec<Cell> = place.iter().cloned().chain(constants).collect();
            let known: Vec<(usize, f64)> = of_group.iter().filter_map(|&row| Some((row, values[row]?))).collect();
            let numbers: Vec<f64> = known.iter().map(|(_, value)| *value).collect();
            rows.extend(histogram(&numbers, &edges).into_iter().map(|bin| [&front[..], &bin].concat()));
            for (row, value) in known {
                if marks.as_ref().is_some_and(|marks| is_true(&marks[row])) {
                    rows.push(
                        [&front[..], &[value.into(), value.into(), Cell::Null, Cell::Null, true.into()]].concat(),
                    );
                }
            }
        }
        Ok(Table::from_rows(&header, &rows)?)
    }
}

fn axis(params: &Params) -> Result<BinScale, Problem> {
    match (params.scale, params.threshold) {
        (ScaleName::Linear, None) => Ok(BinScale::Linear),
        (ScaleName::Log, None) => Ok(BinScale::Log),
        (ScaleName::Symlog, Some(threshold)) => Ok(BinScale::Symlog { threshold }),
        (ScaleName::Symlog, None) => {
            Err(Problem::at("scale", "`symlog` needs `threshold`, where its linear part ends"))
        }
        (_, Some(_)) => Err(Problem::at("threshold", "only `scale: symlog` has a threshold")),
    }
}

/// One row a bin, without the keys. A group without values has counts of 0 and no density.
fn histogram(values: &[f64], edges: &[f64]) -> Vec<[Cell; 5]> {
    let counts = bin_counts(values, edges);
    let row = |(bin, count): (&[f64], usize)| {
        let density = (!values.is_empty()).then(|| count as f64 / (values.len() as f64 * (bin[1] - bin[0])));
        [bin[0].into(), bin[1].into(), count.into(), density.into(), false.into()]
    };
    edges.windows(2).zip(counts).map(row).collect()
}

fn is_true(cell: &Cell) -> bool {
    matches!(cell, Cell::Bool(true)) || cell.as_f64().is_some_and(|v| v != 0.0)
}

type NamedColumns = (Vec<String>, Vec<Vec<Cell>>);

/// The columns besides keys, values and marks that hold one value in each group.
fn constant_columns(
    (params, keys): (&Params, &Columns),
    table: &Table,
    groups: &[(Vec<Cell>, Vec<usize>)],
) -> Result<NamedColumns, StepError> {
    let taken = |name: &String| {
        keys.contains(name)
            || *name == params.column
            || params.mark.as_ref() == Some(name)
            || COLUMNS.contains(&name.as_str())
    };
    let mut found = NamedColumns::default();
    for name in table.names().into_iter().filter(|name| !taken(name)) {
        let cells = table.column(&name)?;
        let alike = |rows: &[usize]| rows.iter().all(|&row| cells[row].total_cmp(&cells[rows[0]]).is_eq());
        if groups.iter().all(|(_, rows)| alike(rows)) {
            found.0.push(name);
            found.1.push(cells);
        }
    }
    Ok(found)
}

/// The keys that are left, columns that may be constant in every group, and those of a histogram.
fn columns_of((params, keys): (&Params, &Columns), table: &Header) -> Header {
    let by = keys.without(&[&params.pool]);
    let mut columns: Vec<Column> = by.iter().map(|name| key_of(table, name)).collect();
    let taken = |name: &str| {
        keys.contains(name) || name == params.column || params.mark.as_deref() == Some(name) || COLUMNS.contains(&name)
    };
    let carried = table.0.iter().filter(|column| !taken(&column.name));
    columns.extend(carried.map(|column| Column { certain: false, ..column.clone() }));
    columns.extend(Header::of(&COLUMNS).keys(&["low", "high"]).counts(&["count"]).truths(&["mark"]).0);
    Header(columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{refused, run, table};
    use crate::step::Value;
    use crate::step::roles::Operation;
    use serde_json::{Value as Json, json};

    const HEADER: [&str; 6] = ["model", "n", "eigenvalue", "bulk_edge", "index", "kept"];

    fn sample() -> Vec<Json> {
        vec![
            json!(["a", 1, 0.0, 1.5, 0, false]),
            json!(["a", 1, 1.0, 1.5, 1, false]),
            json!(["a", 1, 4.0, 1.5, 2, true]),
            json!(["a", 2, 2.0, 2.5, 0, true]),
            json!(["a", 2, null, 2.5, 1, true]),
        ]
    }

    fn binned_from(extra: &Json, rows: &[Json]) -> Result<Table, String> {
        let mut params = json!({"column": "eigenvalue", "count": 2, "mark": "kept", "keys": ["model", "n"]});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        match run(&Operation(Bins), &params, &[table(&HEADER, rows)]).map_err(|e| e.to_string())? {
            Value::Table(table) => Ok(table),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn counts_densities_and_marks_by_hand() {
        let expected = [
            json!(["a", 1, 1.5, 0.0, 2.0, 2, 1.0 / 3.0, false]),
            json!(["a", 1, 1.5, 2.0, 4.0, 1, 1.0 / 6.0, false]),
            json!(["a", 1, 1.5, 4.0, 4.0, null, null, true]),
            json!(["a", 2, 2.5, 0.0, 2.0, 0, 0.0, false]),
            json!(["a", 2, 2.5, 2.0, 4.0, 1, 0.5, false]),
            json!(["a", 2, 2.5, 2.0, 2.0, null, null, true]),
        ];
        let header = ["model", "n", "bulk_edge", "low", "high", "count", "density", "mark"];
        assert_eq!(binned_from(&json!({}), &sample()).unwrap(), table(&header, &expected));
    }

    #[test]
    fn pooled_histograms_add_up_and_drop_what_varies() {
        let (parts, whole) = (binned_from(&json!({}), &sample()), binned_from(&json!({"pool": "n"}), &sample()));
        let whole = whole.unwrap();
        assert_eq!(whole.names(), ["model", "low", "high", "count", "density", "mark"]);
        let sum = |table: &Table| table.numbers("count").unwrap().into_iter().flatten().sum::<f64>();
        assert_eq!((sum(&parts.unwrap()), sum(&whole)), (4.0, 4.0));
    }

    #[test]
    fn densities_integrate_to_one_on_any_scale() {
        let rows: Vec<Json> = (1..60).map(|i| json!(["a", 1, 1.3_f64.powi(i % 23) * 0.1, 1, i, false])).collect();
        for scale in [json!({"count": 9}), json!({"scale": "log"}), json!({"scale": "symlog", "threshold": 0.5})] {
            let table = binned_from(&scale, &rows).unwrap();
            let [low, high, density] =
                ["low", "high", "density"].map(|c| table.numbers(c).unwrap().into_iter().flatten().collect::<Vec<_>>());
            let mass: f64 = low.iter().zip(&high).zip(&density).map(|((a, b), d)| (b - a) * d).sum();
            assert!((mass - 1.0).abs() < 1e-12, "{scale}: {mass}");
        }
    }

    #[test]
    fn what_a_scale_cannot_show_is_refused_with_the_column() {
        let error = binned_from(&json!({"scale": "log"}), &sample()).unwrap_err();
        assert!(error.contains("column `eigenvalue`: the least value is 0"), "{error}");
    }

    #[test]
    fn faults_are_found_before_the_run() {
        let faults = |extra: Json| {
            let mut params = json!({"column": "eigenvalue", "keys": ["model", "n"]});
            for (key, value) in extra.as_object().unwrap() {
                params[key] = value.clone();
            }
            refused(&Operation(Bins), &params)[0].message.clone()
        };
        assert!(faults(json!({"scale": "symlog"})).contains("needs `threshold`"));
        assert!(faults(json!({"threshold": 1})).contains("only `scale: symlog`"));
        assert!(faults(json!({"pool": "seed"})).contains("`seed` is no axis of the table"));
        assert!(faults(json!({"column": "n"})).contains("`n` is an axis of the table"));
        assert!(faults(json!({"keys": ["low"]})).contains("has the name of a column of histograms"));
    }
}
