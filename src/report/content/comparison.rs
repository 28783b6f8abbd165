//! A comparison table, one quantity at a time: published numbers beside ours in the quantity's own unit.
//!
//! The step that compares gives one row for each published number, with the name of the quantity in a column of its
//! own; people read the quantity in the head of the table.

use crate::artifact::{Cell, Table};
use crate::step::{Column, ColumnRole, Header};

/// The rows of one quantity, whose name is empty where the table has no column of quantities.
pub(super) struct OfQuantity {
    pub name: String,
    pub table: Table,
    pub header: Header,
}

/// The rows of each quantity, with the column of our numbers named after it and in its unit, which `ours` knows: the
/// header of the table that was compared.
#[must_use]
pub(super) fn by_quantity(table: &Table, header: &Header, ours: &Header) -> Vec<OfQuantity> {
    let quantities = header.0.iter().find(|column| column.role == ColumnRole::Quantity).map(|column| &column.name);
    let groups = quantities.and_then(|column| Some((column, table.groups(std::slice::from_ref(column)).ok()?)));
    let Some((column, groups)) = groups else {
        return vec![OfQuantity { name: String::new(), table: table.clone(), header: header.clone() }];
    };
    let one = |(key, rows): (Vec<Cell>, Vec<usize>)| {
        let name = key.first().map(Cell::to_string).unwrap_or_default();
        let unit = ours.get(&name).map_or("", |column| column.unit);
        let header = Header(header.0.iter().filter(|c| c.name != *column).map(|c| of(c, (&name, unit))).collect());
        renamed(&table.take(&rows), header, (column, name))
    };
    groups.into_iter().map(one).collect()
}

/// A column of a comparison, once the quantity is known.
fn of(column: &Column, (quantity, unit): (&str, &'static str)) -> Column {
    let own = match column.role {
        ColumnRole::Estimate if column.of.is_none() => Column { name: quantity.to_owned(), ..column.clone() },
        _ => Column { of: column.of.as_ref().map(|_| quantity.to_owned()), ..column.clone() },
    };
    let pure = matches!(column.role, ColumnRole::Key | ColumnRole::Verdict) || !column.unit.is_empty();
    Column { unit: if pure { column.unit } else { unit }, ..own }
}

fn renamed(table: &Table, header: Header, (quantities, name): (&str, String)) -> OfQuantity {
    let kept: Vec<String> = table.names().into_iter().filter(|own| own != quantities).collect();
    let named = header.0.iter().map(|column| column.name.clone()).zip(&kept);
    let columns = named.filter_map(|(new, own)| Some((new, table.column(own).ok()?))).collect();
    match Table::new(columns) {
        Ok(table) => OfQuantity { name, table, header },
        // Names can meet only where a key is called like the quantity; then the plain form is good enough.
        Err(_) => OfQuantity { name, table: table.clone(), header: Header::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::content::tabulate::layout;
    use crate::step::Content;
    use crate::step::roles::comparison;

    fn compared() -> (Table, Header) {
        let header = Header(vec![Column::key("n", Content::Numbers)]).with(&comparison());
        let row = |n: i64, column: &str| {
            let numbers = [0.262, 0.25, 0.27, 0.2, 0.062, 0.31].map(Cell::from);
            [&[Cell::Int(n), column.into()], &numbers[..], &[false.into(), "compared".into(), Cell::Null]].concat()
        };
        let rows = [row(1, "wrong"), row(1, "mse"), row(2, "wrong")];
        (Table::from_rows(&header.names(), &rows).unwrap(), header)
    }

    #[test]
    fn each_quantity_gets_a_table_in_its_unit_with_its_name_in_the_head() {
        let (table, header) = compared();
        let ours = Header::of(&["wrong", "mse"]).shares(&["wrong"]);
        let found = by_quantity(&table, &header, &ours);
        let mut names: Vec<(&str, usize)> = found.iter().map(|q| (q.name.as_str(), q.table.height())).collect();
        names.sort_unstable();
        assert_eq!(names, [("mse", 1), ("wrong", 2)]);
        let pages = found.iter().map(|q| (q.name.as_str(), layout(&q.table, &q.header)));
        for (name, page) in pages {
            let titles: Vec<&str> = page.columns.iter().map(|column| column.title.as_str()).collect();
            let texts: Vec<&str> = page.rows[0].iter().map(|text| text.value.as_str()).collect();
            if name == "wrong" {
                let [ours, published, deviation] =
                    ["Wrong, ours (%) [interval]", "Wrong, published (%)", "Wrong, ours − published (points)"];
                assert_eq!(titles[1..6], [ours, published, deviation, "Relative deviation (%)", "Within interval"]);
                assert_eq!(texts[1..], ["26.20", "20.00", "+6.20", "+31.00", "no", "compared", "–"]);
            } else {
                let [ours, published, deviation] = ["MSE, ours [interval]", "MSE, published", "MSE, ours − published"];
                assert_eq!(titles[1..4], [ours, published, deviation]);
                assert_eq!(texts[1..4], ["0.262", "0.200", "+0.0620"]);
            }
        }
    }

    #[test]
    fn a_key_called_like_the_quantity_leaves_the_plain_form() {
        let (table, mut header) = compared();
        header.0[0].name = "mse".to_owned();
        let table = Table::from_rows(&header.names(), &table.rows()).unwrap();
        let found = by_quantity(&table, &header, &Header::default());
        let mse = found.iter().find(|q| q.name == "mse").unwrap();
        assert!(mse.table.has("ours") && mse.header.0.is_empty());
    }

    #[test]
    fn another_table_stays_as_it_is() {
        let table = Table::from_rows(&["n", "column"], &[vec![Cell::Int(1), "mse".into()]]).unwrap();
        let found = by_quantity(&table, &Header::of(&["n", "column"]), &Header::default());
        assert_eq!((found.len(), found[0].name.as_str(), &found[0].table), (1, "", &table));
    }
}
