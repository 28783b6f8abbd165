//! `stack`: tables one under the other, each with constant columns that say where it is from.

use crate::step::prelude::*;
use crate::step::roles::Role;
use crate::step::{Column, Content, Row};

/// Tables one under the other.
pub struct Stack;

/// Parameters of [`Stack`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// For each input table, in order, the constant columns put before its own.
    pub rows: Vec<Row>,
}

impl Kind for Stack {
    type Params = Params;
    const NAME: &'static str = "stack";
    const ABOUT: About = About {
        family: Family::Analysis,
        summary: "Tables one under the other, each with constant columns that say where it is from.",
        details: "The constant columns come first, in the order in which they are first named; a column that a table \
                  lacks is null there.",
        cites: &[],
        inputs: &[Slot::many("tables", &[ValueType::Table]).doc("The tables, in the order of `rows`.")],
        outputs: &[Port::new("table", ValueType::Table).doc("The resulting rows.")],
    };

    fn role(&self) -> Role<'_> {
        Role::Source("stack")
    }

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let wired = inputs.all("tables").len();
        if params.rows.len() == wired {
            return Ok(Plan::light(vec![Shape::Table]));
        }
        let message = format!("{} rows of constants for {wired} tables: each table needs one", params.rows.len());
        Err(vec![Problem::at("rows", message)])
    }

    fn header(&self, _: &str, params: &Params, inputs: &Headers) -> Option<Header> {
        columns_of(params, inputs.all("tables"))
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let names = names(&params.rows);
        let tables = inputs.all::<Table>("tables")?;
        let labelled = tables.iter().zip(&params.rows).map(|(table, row)| label(table, row, &names));
        Ok(vec![Value::Table(Table::stack(&labelled.collect::<Result<Vec<_>, _>>()?)?)])
    }
}

/// All constant columns, in the order in which they are first named.
fn names(rows: &[Row]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flat_map(|row| &row.0) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

/// The table with its constants in front; a column of its own gives way to an equal constant and fills a null one.
fn label(table: &Table, row: &Row, names: &[&str]) -> Result<Table, StepError> {
    let mut columns: Vec<(String, Vec<Cell>)> = Vec::new();
    for &name in names {
        let constant = row.get(name).cloned().unwrap_or(Cell::Null);
        let own = if table.has(name) { Some(table.column(name)?) } else { None };
        let values = match own {
            Some(own) if constant.is_null() => own,
            Some(own) => agreeing(name, &constant, own)?,
            None => vec![constant; table.height()],
        };
        columns.push((name.to_owned(), values));
    }
    for name in table.names().iter().filter(|name| !names.contains(&name.as_str())) {
        columns.push((name.clone(), table.column(name)?));
    }
    Ok(Table::new(columns)?)
}

fn agreeing(name: &str, constant: &Cell, own: Vec<Cell>) -> Result<Vec<Cell>, StepError> {
    match own.iter().find(|value| !value.is_null() && value.total_cmp(constant).is_ne()) {
        None => Ok(vec![constant.clone(); own.len()]),
        Some(other) => Err(StepError::Input {
            slot: "tables".to_owned(),
            reason: format!("column `{name}` holds {other} where the sweep says {constant}; rename the axis"),
        }),
    }
}

/// Constants first, in the order in which they are first named, and then the columns of the tables.
fn columns_of(params: &Params, tables: Option<Vec<&Header>>) -> Option<Header> {
    let mut header = Header::default();
    for (name, value) in params.rows.iter().flat_map(|row| &row.0) {
        match header.0.iter_mut().find(|column| column.name == *name) {
            Some(column) if !value.is_null() => column.content = content(value),
            Some(_) => {}
            None => header.0.push(Column::key(name, content(value))),
        }
    }
    // Where no table could be made, nothing is known of any.
    let tables = tables.filter(|tables| !tables.is_empty())?;
    Some(tables.into_iter().fold(header, Header::with))
}

const fn content(value: &Cell) -> Content {
    match value {
        Cell::Text(_) => Content::Texts,
        Cell::Bool(_) => Content::Truths,
        _ => Content::Numbers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{run, table};
    use serde_json::json;

    fn stacked(rows: serde_json::Value, tables: &[Table]) -> Result<Table, StepError> {
        match run(&Stack, &json!({"rows": rows}), tables)? {
            Value::Table(table) => Ok(table),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn constants_come_first_and_gaps_are_null() {
        let (a, b) = (table(&["e"], &[json!([0.5]), json!([0.25])]), table(&["e", "s"], &[json!([0.1, 1])]));
        let rows = json!([{"model": "Ridge", "seed": 0}, {"model": "LoFi", "k1": 63, "seed": 1}]);
        let found = stacked(rows, &[a, b]).unwrap();
        let expected = table(
            &["model", "seed", "k1", "e", "s"],
            &[
                json!(["Ridge", 0, null, 0.5, null]),
                json!(["Ridge", 0, null, 0.25, null]),
                json!(["LoFi", 1, 63, 0.1, 1]),
            ],
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn a_column_of_its_own_must_agree() {
        let own = table(&["seed", "e"], &[json!([7, 0.5])]);
        let kept = stacked(json!([{"m": "a", "seed": null}]), std::slice::from_ref(&own)).unwrap();
        assert_eq!(kept, table(&["m", "seed", "e"], &[json!(["a", 7, 0.5])]));
        let error = stacked(json!([{"seed": 8}]), &[own]).unwrap_err().to_string();
        assert!(error.contains("`seed` holds 7 where the sweep says 8"), "{error}");
    }

    #[test]
    fn counts_must_match() {
        let shapes = Shapes(vec![("tables".into(), vec![Shape::Table, Shape::Table])]);
        let faults = Kind::plan(&Stack, &Params { rows: vec![Row::default()] }, &shapes).unwrap_err();
        assert!(faults[0].message.contains("1 rows of constants for 2 tables"), "{faults:?}");
    }
}
