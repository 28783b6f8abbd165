//! `aggregate`: means over seeds, with Student's t intervals.

use super::headers::key_of;
use crate::analysis::rows::{Group, groups};
use crate::math::statistics::mean;
use crate::math::statistics::student::StudentIntervals;
use crate::step::prelude::*;
use crate::step::roles::{After, Clause, Form, Makes, TableHead, TableOp, Words};
use crate::step::{Column, ColumnRole, Columns, Content};

/// Means with intervals.
pub struct Aggregate;

/// Parameters of [`Aggregate`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The axes averaged over, e.g. `seed`.
    pub over: Columns,
    /// The interval of each mean.
    #[serde(default)]
    pub interval: Interval,
}

/// The interval of a mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// Level of Student's t interval.
    #[schemars(range(min = 0.5, max = 0.9999))]
    pub student: f64,
}

impl Default for Interval {
    fn default() -> Self {
        Self { student: 0.95 }
    }
}

impl TableOp for Aggregate {
    type Params = Params;
    const NAME: &'static str = "aggregate";
    const ABOUT: Words = Words {
        summary: "Means over some axes, with Student's t intervals.",
        details: "One row for each combination of the keys without `over`, in order of appearance. A numeric column c that \
                  is no key becomes its mean c over the group's rows that have it, and c_low and c_high, the ends of the \
                  mean's interval, c ± t s/√n with n − 1 degrees of freedom; `samples` counts the group's rows. With one \
                  row there is no interval. It is the interval that claims about means go by, and exact for normal values \
                  from two rows on.",
        cites: &["student-1908"],
    };
    const CLAUSE: Clause = Clause {
        name: "over",
        example: "seed",
        form: Form::Beside { how: &["interval"], alone: "nothing is averaged" },
        makes: Makes::Summary,
    };
    const TAKES: &'static [&'static str] = &["keys"];

    fn faults(params: &Params, head: &TableHead) -> Vec<Problem> {
        head.no_axes("over", &params.over)
    }

    fn after(params: &Params, head: &TableHead) -> After {
        After::without(head, &params.over)
    }

    fn header(params: &Params, head: &TableHead, table: &Header) -> Header {
        columns_of((params, &head.keys), table)
    }

    fn apply(params: &Params, head: &TableHead, table: &Table, context: &Context<'_>) -> Result<Table, StepError> {
        let by = head.keys.without(&[&params.over]);
        let groups = groups(table, &by)?;
        let mut columns: Vec<(String, Vec<Cell>)> = Vec::new();
        for (place, name) in by.iter().enumerate() {
            columns.push((name.clone(), groups.iter().map(|(key, _)| key[place].clone()).collect()));
        }
        for name in table.names().into_iter().filter(|name| !head.keys.contains(name)) {
            let cells = table.column(&name)?;
            if cells.iter().any(|c| matches!(c, Cell::Text(_) | Cell::Bool(_))) {
                continue;
            }
            context.check()?;
            columns.extend(averaged(params, &name, (&cells, &groups))?);
        }
        columns.push(("samples".to_owned(), groups.iter().map(|(_, rows)| rows.len().into()).collect()));
        Ok(Table::new(columns)?)
    }
}

type NamedColumn = (String, Vec<Cell>);

/// The mean of a column in each group, and both ends of its interval.
fn averaged(params: &Params, name: &str, (cells, groups): (&[Cell], &[Group])) -> Result<[NamedColumn; 3], StepError> {
    let mut intervals = StudentIntervals::at(params.interval.student);
    let (mut means, mut lows, mut highs) = (Vec::new(), Vec::new(), Vec::new());
    for (_, rows) in groups {
        let values: Vec<f64> = rows.iter().filter_map(|&row| cells[row].as_f64()).collect();
        let centre = if values.is_empty() { None } else { Some(mean(&values).map_err(StepError::numeric)?) };
        let interval =
            if values.len() < 2 { None } else { Some(intervals.of_mean(&values).map_err(StepError::numeric)?) };
        means.push(Cell::from(centre));
        lows.push(Cell::from(interval.map(|i| i.low)));
        highs.push(Cell::from(interval.map(|i| i.high)));
    }
    let [low, high] = ends(name);
    Ok([(name.to_owned(), means), (low, lows), (high, highs)])
}

/// The names of the columns of both ends of a mean's interval.
fn ends(name: &str) -> [String; 2] {
    [format!("{name}_low"), format!("{name}_high")]
}

/// The keys that are left, the mean of each column of numbers with its interval, and how many rows it is of.
fn columns_of((params, keys): (&Params, &Columns), table: &Header) -> Header {
    let by = keys.without(&[&params.over]);
    let mut columns: Vec<Column> = by.iter().map(|name| key_of(table, name)).collect();
    let means = table.0.iter().filter(|c| !keys.contains(&c.name) && c.content == Content::Numbers);
    for column in means {
        let [low, high] = ends(&column.name);
        let ends = [column.beside(&low, ColumnRole::Low), column.beside(&high, ColumnRole::High)];
        columns.push(column.clone());
        columns.extend(ends);
    }
    columns.push(Column { role: ColumnRole::Samples, ..Column::new("samples") });
    Header(columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{run, table};
    use crate::step::Value;
    use crate::step::roles::Operation;
    use serde_json::json;

    fn aggregated(rows: Table) -> Table {
        let params = json!({"keys": ["model", "n", "seed"], "over": "seed"});
        match run(&Operation(Aggregate), &params, &[rows]).unwrap() {
            Value::Table(table) => table,
            other => panic!("{other:?}"),
        }
    }

    const HEADER: [&str; 5] = ["model", "n", "seed", "e", "note"];

    #[test]
    fn means_and_counts_by_hand_in_order_of_appearance() {
        let rows = [
            json!(["b", 1, 0, 0.25, "x"]),
            json!(["b", 1, 1, 0.75, "x"]),
            json!(["a", 1, 0, 0.5, "x"]),
            json!(["a", 2, 0, null, "x"]),
        ];
        let found = aggregated(table(&HEADER, &rows));
        assert_eq!(found.names(), ["model", "n", "e", "e_low", "e_high", "samples"]);
        // half of the distance times t(0.975, 1) = tan(0.475 π)
        let half = 0.25 * (0.475 * std::f64::consts::PI).tan();
        let ends = [("e_low", 0.5 - half), ("e_high", 0.5 + half)];
        for (column, end) in ends {
            let cells = found.numbers(column).unwrap();
            assert!((cells[0].unwrap() - end).abs() < 1e-12, "{cells:?}");
            assert_eq!(cells[1..], [None, None]);
        }
        assert_eq!(found.numbers("e").unwrap(), [Some(0.5), Some(0.5), None]);
        assert_eq!(found.numbers("samples").unwrap(), [Some(2.0), Some(1.0), Some(1.0)]);
    }

    #[test]
    fn the_interval_holds_the_mean_and_shifts_with_it() {
        let rows = |shift: f64| -> Vec<serde_json::Value> {
            (0..8).map(|seed| json!(["a", 1, seed, f64::from(seed * seed) + shift, "x"])).collect()
        };
        let ends = |shift| {
            let found = aggregated(table(&HEADER, &rows(shift)));
            ["e_low", "e", "e_high"].map(|c| found.numbers(c).unwrap()[0].unwrap())
        };
        let (plain, shifted) = (ends(0.0), ends(4.0));
        assert!(plain[0] < plain[1] && plain[1] < plain[2]);
        assert!(plain.iter().zip(shifted).all(|(a, b)| (a + 4.0 - b).abs() < 1e-12));
        assert_eq!(plain, ends(0.0));
    }
}
