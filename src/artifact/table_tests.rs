//! Tests of tables.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

fn sample() -> Table {
    let rows = vec![
        vec!["a".into(), Cell::Int(2), Cell::Float(0.5)],
        vec!["b".into(), Cell::Int(1), Cell::Null],
        vec!["a".into(), Cell::Int(1), Cell::Float(1.5)],
    ];
    Table::from_rows(&["model", "n", "error"], &rows).unwrap()
}

#[test]
fn values_keep_their_types_and_gaps() {
    let table = sample();
    assert_eq!(table.rows()[1], vec!["b".into(), Cell::Int(1), Cell::Null]);
    assert_eq!(table.numbers("error").unwrap(), vec![Some(0.5), None, Some(1.5)]);
    assert!(matches!(table.column("x"), Err(TableError::NoColumn { .. })));
}

#[test]
fn stacking_fills_missing_columns_with_null() {
    let other = Table::from_rows(&["n", "extra"], &[vec![Cell::Int(7), Cell::Bool(true)]]).unwrap();
    let both = Table::stack(&[sample(), other]).unwrap();
    assert_eq!(both.names(), ["model", "n", "error", "extra"]);
    assert_eq!(both.rows()[3], vec![Cell::Null, Cell::Int(7), Cell::Null, Cell::Bool(true)]);
}

#[test]
fn groups_are_ordered_and_complete() {
    let groups = sample().groups(&["model".into()]).unwrap();
    assert_eq!(groups, vec![(vec!["a".into()], vec![0, 2]), (vec!["b".into()], vec![1])]);
}

#[test]
fn large_whole_numbers_stay_apart() {
    let seeds = [9_007_199_254_740_992, 9_007_199_254_740_993, i64::MAX].map(|seed| vec![Cell::Int(seed)]);
    let table = Table::from_rows(&["seed"], &seeds).unwrap();
    assert_eq!(table.groups(&["seed".into()]).unwrap().len(), 3);
    // beside a real number they would be rounded, which is refused rather than done
    let rows = [vec![Cell::Int(9_007_199_254_740_993)], vec![Cell::Float(0.5)]];
    let error = Table::from_rows(&["seed"], &rows).unwrap_err().to_string();
    assert!(error.contains("9007199254740993"), "{error}");
}

#[test]
fn equal_values_are_one_group() {
    let rows = [Cell::Float(0.0), Cell::Float(-0.0), Cell::Int(0), Cell::Float(1.0), Cell::Int(1)].map(|c| vec![c]);
    let table = Table::from_rows(&["x"], &rows).unwrap();
    assert_eq!(table.groups(&["x".into()]).unwrap().len(), 2);
}

#[test]
fn mixed_columns_are_refused() {
    let rows = vec![vec![Cell::Int(1)], vec!["x".into()]];
    assert_eq!(Table::from_rows(&["c"], &rows), Err(TableError::Mixed("c".into())));
}

/// Values of one type, with gaps, repeats, both zeros and not-a-number.
fn column() -> impl Strategy<Value = Vec<Cell>> {
    let real = prop_oneof![Just(0.0), Just(-0.0), Just(f64::NAN), Just(1.5), Just(2.0)].prop_map(Cell::Float);
    let text = "[ab]{0,1}".prop_map(Cell::Text);
    let of = |cell: BoxedStrategy<Cell>| vec(prop_oneof![1 => Just(Cell::Null), 4 => cell], 12);
    prop_oneof![
        of((0i64..3).prop_map(Cell::Int).boxed()),
        of(real.boxed()),
        of(text.boxed()),
        of(any::<bool>().prop_map(Cell::Bool).boxed())
    ]
}

fn columns(count: usize) -> impl Strategy<Value = Vec<Vec<Cell>>> {
    vec(column(), count)
}

fn named(columns: &[Vec<Cell>]) -> Result<Table, TableError> {
    Table::new(columns.iter().enumerate().map(|(i, cells)| (format!("c{i}"), cells.clone())).collect())
}

proptest! {
    #[test]
    fn groups_are_those_of_a_plain_search(columns in columns(3)) {
        let Ok(table) = named(&columns) else { return Ok(()) };
        let by: Vec<String> = ["c0", "c2"].map(str::to_owned).to_vec();
        let mut plain: Vec<Group> = Vec::new();
        for row in 0..table.height() {
            let key: Vec<Cell> = [0, 2].map(|c: usize| table.rows()[row][c].clone()).to_vec();
            match plain.iter_mut().find(|(known, _)| in_order(known, &key).is_eq()) {
                Some((_, rows)) => rows.push(row),
                None => plain.push((key, vec![row])),
            }
        }
        plain.sort_by(|(a, _), (b, _)| in_order(a, b));
        let found = table.groups(&by).unwrap();
        prop_assert_eq!(found.len(), plain.len());
        for ((key, rows), (plain_key, plain_rows)) in found.iter().zip(&plain) {
            prop_assert!(in_order(key, plain_key).is_eq());
            prop_assert_eq!(rows, plain_rows);
        }
    }

    #[test]
    fn a_stack_has_the_rows_of_its_tables(a in columns(2), b in columns(3)) {
        let (Ok(a), Ok(b)) = (named(&a), named(&b)) else { return Ok(()) };
        let Ok(both) = Table::stack(&[a.clone(), b.clone()]) else { return Ok(()) };
        prop_assert_eq!(both.height(), a.height() + b.height());
        for name in both.names() {
            let of = |table: &Table| table.column(&name).unwrap_or_else(|_| vec![Cell::Null; table.height()]);
            let apart = [of(&a), of(&b)].concat();
            let together = both.column(&name).unwrap();
            prop_assert!(together.iter().zip(&apart).all(|(a, b)| a.total_cmp(b).is_eq()), "{name}");
        }
    }
}

#[test]
fn a_stack_of_texts_and_numbers_is_refused() {
    let texts = Table::from_rows(&["c"], &[vec!["x".into()]]).unwrap();
    let whole = Table::from_rows(&["c"], &[vec![Cell::Int(1)]]).unwrap();
    let nothing = Table::from_rows(&["c"], &[vec![Cell::Null]]).unwrap();
    assert_eq!(Table::stack(&[texts.clone(), whole]), Err(TableError::Mixed("c".into())));
    let both = Table::stack(&[nothing, texts]).unwrap();
    assert_eq!(both.column("c").unwrap(), [Cell::Null, "x".into()]);
}
