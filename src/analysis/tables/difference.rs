//! `difference`: the rows of one contender against those of another.

use crate::analysis::pairs::{Keyed, Pairing, paired_on};
use crate::analysis::rows::in_words;
use crate::step::Column;
use crate::step::Columns;
use crate::step::prelude::*;
use crate::step::roles::{After, Clause, Form, Makes, Need, TableHead, TableOp, Words};

/// One contender's rows against another's.
pub struct Difference;

/// Parameters of [`Difference`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column compared, in its own unit.
    #[schemars(extend("format" = "column"))]
    pub column: String,
    /// The contender whose rows are kept.
    pub of: String,
    /// The contender that is subtracted.
    pub against: String,
    /// Whether only the size counts: |of − against|.
    #[serde(default)]
    pub absolute: bool,
    /// Columns whose equal values make a pair; by default all keys but `by` that both contenders have.
    #[serde(default)]
    pub pair_on: Option<Columns>,
}

impl TableOp for Difference {
    type Params = Params;
    const NAME: &'static str = "difference";
    const ABOUT: Words = Words {
        summary: "Lays the rows of one contender against those of another.",
        details: "Keeps the rows of `of` and adds the columns `difference`, of - against in the column's unit, and \
                  `relative_difference`, that over |against|. A row is paired with the row of `against` that has equal \
                  values of `pair_on`: one row of `against` may serve many of `of`, for example a limit all widths. A \
                  row without a partner, or with several, is a mistake and refused; one that lacks the column gets \
                  empty differences.",
        cites: &[],
    };
    const CLAUSE: Clause = Clause {
        name: "difference",
        example: "{column: test_error, of: LoFi, against: Ridge}",
        form: Form::Mapping,
        makes: Makes::Rows,
    };
    const TAKES: &'static [&'static str] = &["by", "keys"];

    fn faults(params: &Params, head: &TableHead) -> Vec<Problem> {
        let mut faults = Vec::new();
        if params.of == params.against {
            faults.push(Problem::at("against", format!("`of` and `against` are both {}", params.of)));
        }
        let pairing = params.pair_on.iter().flat_map(|list| &list.0);
        let unknown = pairing.filter(|name| !head.keys.contains(name) || **name == head.by);
        let known = head.keys.without(&[&Columns(vec![head.by.clone()])]).join(", ");
        faults.extend(
            unknown
                .map(|name| Problem::at("pair_on", format!("`{name}` pairs nothing; the axes that can are {known}"))),
        );
        faults
    }

    fn needs(params: &Params, head: &TableHead) -> Vec<Need> {
        let need =
            |(parameter, who): (_, &String)| Need { parameter, column: head.by.clone(), value: who.as_str().into() };
        [("of", &params.of), ("against", &params.against)].map(need).into()
    }

    fn after(params: &Params, head: &TableHead) -> After {
        After { only: Some((head.by.clone(), params.of.clone())), keys: head.keys.0.clone(), ..After::default() }
    }

    fn header(params: &Params, _: &TableHead, table: &Header) -> Header {
        columns_of(table, &params.column)
    }

    fn apply(params: &Params, head: &TableHead, table: &Table, _: &Context<'_>) -> Result<Table, StepError> {
        let contenders = table.column(&head.by)?;
        let rows = |who: &str| (0..table.height()).filter(|&r| contenders[r].as_str() == Some(who)).collect::<Vec<_>>();
        let (of, against) = (rows(&params.of), rows(&params.against));
        let both = [&of[..], &against].concat();
        let on = paired_on((params.pair_on.as_ref(), &head.keys), (table, &both), &[&head.by])?;
        let subtracted = Pairing::read(table, (&params.column, &on))?.keyed(&against)?;
        let numbers = table.numbers(&params.column)?;
        let places = on.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
        let (mut differences, mut relative) = (Vec::new(), Vec::new());
        for &row in &of {
            let key: Vec<Cell> = places.iter().map(|column| column[row].clone()).collect();
            let pair = pair(params, numbers[row], (&subtracted, &on, &key))?;
            let sized = pair.map(|(a, b)| (if params.absolute { (a - b).abs() } else { a - b }, b.abs()));
            differences.push(Cell::from(sized.map(|(d, _)| d)));
            relative.push(Cell::from(sized.filter(|(_, b)| *b > 0.0).map(|(d, b)| d / b)));
        }
        let kept = table.take(&of);
        let names = kept.names().into_iter();
        let mut columns = names.map(|n| Ok((n.clone(), kept.column(&n)?))).collect::<Result<Vec<_>, StepError>>()?;
        columns.push(("difference".to_owned(), differences));
        columns.push(("relative_difference".to_owned(), relative));
        Ok(Table::new(columns)?)
    }
}

/// Both numbers of a pair; nothing where the row lacks its own.
fn pair(
    params: &Params,
    own: Option<f64>,
    (subtracted, on, key): (&Keyed, &[String], &[Cell]),
) -> Result<Option<(f64, f64)>, StepError> {
    let Some(own) = own else { return Ok(None) };
    subtracted.partner(key).map(|other| Some((own, other))).ok_or_else(|| {
        let Params { of, against, column, .. } = params;
        let place = in_words(on, key);
        let reason = format!(
            "{of} at {place} has no partner: {against} has no `{column}` there; leave the row out by `where`, or pair on \
             other columns by `pair_on`"
        );
        StepError::Input { slot: "table".to_owned(), reason }
    })
}

/// The rows of one contender, and how far they are from the other's.
fn columns_of(table: &Header, column: &str) -> Header {
    let unit = table.get(column).map_or("", |column| column.unit);
    let difference = Column { unit, ..Column::new("difference") };
    table.clone().with(&Header(vec![difference, Column::new("relative_difference")]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{refused, run, table};
    use crate::step::Value;
    use crate::step::roles::Operation;
    use serde_json::{Value as Json, json};

    const HEADER: [&str; 5] = ["model", "width", "seed", "mse", "note"];

    fn sample() -> Table {
        let rows = [
            json!(["Finite", 10, 0, 0.5, "x"]),
            json!(["Finite", 20, 0, 0.25, "x"]),
            json!(["Limit", null, 0, 0.4, "x"]),
            json!(["Finite", 10, 1, 0.75, "x"]),
            json!(["Limit", null, 1, 0.5, "x"]),
        ];
        table(&HEADER, &rows)
    }

    fn found(extra: &Json, rows: Table) -> Result<Table, String> {
        let mut params =
            json!({"column": "mse", "of": "Finite", "against": "Limit", "keys": ["model", "width", "seed"]});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        match run(&Operation(Difference), &params, &[rows]).map_err(|e| e.to_string())? {
            Value::Table(table) => Ok(table),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_limit_serves_all_widths_of_its_seed() {
        let signed = found(&json!({}), sample()).unwrap();
        assert_eq!(signed.names()[..5], HEADER);
        let numbers =
            |table: &Table, name: &str| table.numbers(name).unwrap().into_iter().flatten().collect::<Vec<_>>();
        let close = |a: Vec<f64>, b: [f64; 3]| assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-15), "{a:?}");
        close(numbers(&signed, "difference"), [0.1, -0.15, 0.25]);
        close(numbers(&signed, "relative_difference"), [0.25, -0.375, 0.5]);
        let sizes = found(&json!({"absolute": true}), sample()).unwrap();
        close(numbers(&sizes, "difference"), [0.1, 0.15, 0.25]);
        close(numbers(&sizes, "relative_difference"), [0.25, 0.375, 0.5]);
    }

    #[test]
    fn turned_round_the_sign_turns() {
        let both = |of: &str, against: &str| {
            let rows = table(&HEADER, &[json!(["a", 1, 0, 0.5, "x"]), json!(["b", 1, 0, 0.75, "x"])]);
            found(&json!({"of": of, "against": against}), rows).unwrap().numbers("difference").unwrap()[0].unwrap()
        };
        assert_eq!((both("a", "b"), both("b", "a")), (-0.25, 0.25));
    }

    #[test]
    fn gaps_stay_gaps_and_zero_has_no_relative() {
        let rows = [
            json!(["Finite", 1, 0, null, "x"]),
            json!(["Finite", 2, 0, 1.0, "x"]),
            json!(["Limit", null, 0, 0.0, "x"]),
        ];
        let table = found(&json!({}), table(&HEADER, &rows)).unwrap();
        assert_eq!(table.numbers("difference").unwrap(), [None, Some(1.0)]);
        assert_eq!(table.numbers("relative_difference").unwrap(), [None, None]);
    }

    #[test]
    fn missing_and_ambiguous_partners_are_refused() {
        let alone = table(&HEADER, &[json!(["Finite", 1, 0, 0.5, "x"]), json!(["Limit", null, 1, 0.5, "x"])]);
        let error = found(&json!({}), alone).unwrap_err();
        assert!(error.contains("Finite at seed = 0 has no partner"), "{error}");
        let error = found(&json!({"pair_on": []}), sample()).unwrap_err();
        assert!(error.contains("several rows at all rows"), "{error}");
    }

    #[test]
    fn faults_are_found_before_the_run() {
        let params =
            json!({"column": "e", "of": "a", "against": "a", "pair_on": ["model", "m"], "keys": ["model", "n"]});
        let faults = refused(&Operation(Difference), &params);
        assert_eq!(faults.len(), 3, "{faults:?}");
    }
}
