//! What went wrong in some runs, and must be read with the claims.

use crate::artifact::Table;
use crate::step::Header;

/// A sentence for each column of the table that has an alarm and is 1 somewhere: "2 of 8 runs collapsed: …".
pub(super) fn alarms(table: &Table, header: &Header) -> Vec<String> {
    let alarming = header.0.iter().filter(|column| !column.alarm.is_empty());
    let sentence = |(name, says): (&str, &str)| {
        let cells = table.numbers(name).ok()?;
        let raised = cells.iter().flatten().filter(|&&cell| cell == 1.0).count();
        (raised > 0).then(|| format!("{raised} of {} runs {says}.", cells.len()))
    };
    alarming.filter_map(|column| sentence((&column.name, column.alarm))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Cell;

    #[test]
    fn runs_that_raise_an_alarm_are_counted() {
        let header = Header::of(&["loss", "collapsed"]).alarms("collapsed", "collapsed: nothing was learnt");
        let table = |flags: &[i64]| {
            let rows: Vec<Vec<Cell>> = flags.iter().map(|&flag| vec![Cell::Float(1.0), Cell::Int(flag)]).collect();
            Table::from_rows(&["loss", "collapsed"], &rows).unwrap()
        };
        assert_eq!(alarms(&table(&[0, 1, 0]), &header), ["1 of 3 runs collapsed: nothing was learnt."]);
        assert!(alarms(&table(&[0, 0]), &header).is_empty());
        assert!(alarms(&table(&[1, 1]), &Header::of(&["loss", "collapsed"])).is_empty(), "a name alone says nothing");
    }
}
