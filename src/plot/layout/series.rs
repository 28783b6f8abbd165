//! From a table to the series of a line plot.

use crate::artifact::{Cell, Table};
use crate::step::roles::Axis;
use crate::step::{Filter, Row, StepError};

/// Points of one curve, in the units that the axes show.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The value of the colour column; null where there is no such column.
    pub key: Cell,
    /// The value of the dash column; null where there is no such column.
    pub dash: Cell,
    /// The value of the column that is drawn curve by curve; null where there is none.
    pub each: Cell,
    /// Name in the legend.
    pub label: String,
    /// Points in the order of x.
    pub points: Vec<Dot>,
    /// Rows without x: what they say holds for every x.
    pub levels: Vec<Dot>,
}

impl Series {
    /// The points that all runs came to.
    pub fn seen(&self) -> impl Iterator<Item = &Dot> {
        self.points.iter().filter(|dot| dot.censored.is_none())
    }
}

/// A point with its band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// Across.
    pub x: f64,
    /// Up.
    pub y: f64,
    /// Lower and upper end of the band, where the table gives both.
    pub band: Option<(f64, f64)>,
    /// How many runs came to it, and of how many, where some ended before.
    pub censored: Option<(u64, u64)>,
}

/// One curve of the paper, in the units that the axes show.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedCurve {
    /// The value of the colour column that it belongs to: it gets that series' look.
    pub key: Cell,
    /// Points in the order of x.
    pub points: Vec<(f64, f64)>,
}

/// The columns of a line plot.
#[derive(Debug, Clone, Copy)]
pub struct CurveColumns<'a> {
    /// Across.
    pub x: &'a Axis,
    /// Up.
    pub y: &'a Axis,
    /// What tells the curves apart by colour, if anything.
    pub colour: Option<&'a Axis>,
    /// What tells the curves apart by dashes, if anything.
    pub dash: Option<&'a Axis>,
    /// What has a curve for each of its values that looks like the others, if anything.
    pub each: Option<&'a Axis>,
    /// The columns of the share of runs that came to what is shown, and of their number; empty for none.
    pub reached: (&'a str, &'a str),
    /// The columns of the lower and the upper end of the band, if there is one.
    pub band: Option<(&'a str, &'a str)>,
}

/// One curve for each value of the colour column, in order of appearance. Rows that the filter speaks of and does not
/// mean are left out, as are rows without both numbers.
#[must_use]
pub fn published_curves<'a>(
    rows: impl Iterator<Item = &'a Row>,
    columns: CurveColumns<'_>,
    filter: &Filter,
) -> Vec<PublishedCurve> {
    let meant = |row: &&Row| filter.0.iter().all(|(name, wanted)| row.get(name).is_none_or(|v| wanted.accepts(v)));
    let mut curves: Vec<PublishedCurve> = Vec::new();
    for row in rows.filter(meant) {
        let shown = |axis: &Axis| row.get(axis.column()).and_then(Cell::as_f64).map(|v| axis.number(v));
        let Some(point) = shown(columns.x).zip(shown(columns.y)) else { continue };
        let key = columns.colour.and_then(|colour| row.get(colour.column())).cloned().unwrap_or(Cell::Null);
        match curves.iter_mut().find(|c| c.key.total_cmp(&key).is_eq()) {
            Some(curve) => curve.points.push(point),
            None => curves.push(PublishedCurve { key, points: vec![point] }),
        }
    }
    curves.iter_mut().for_each(|c| c.points.sort_by(|a, b| a.0.total_cmp(&b.0)));
    curves
}

/// The series of a table, in the order in which their names first appear. Rows without y are left out; those without x
/// are levels.
///
/// # Errors
/// Where a column is missing or a series has two rows at one x: the table was not aggregated.
pub fn read(table: &Table, columns: CurveColumns<'_>) -> Result<Vec<Series>, StepError> {
    let (xs, ys) = (columns.x.numbers(table)?, columns.y.numbers(table)?);
    let bands = columns.y.interval(table, columns.band)?;
    let keys = cells(columns.colour, table)?;
    let (dashes, each) = (cells(columns.dash, table)?, cells(columns.each, table)?);
    let censored = censored(table, columns.reached)?;
    let mut series: Vec<Series> = Vec::new();
    for row in 0..table.height() {
        let Some(y) = ys[row] else { continue };
        let dot = Dot { x: xs[row].unwrap_or(f64::NAN), y, band: bands[row], censored: censored[row] };
        let same = |s: &Series| {
            let own = [(&s.key, &keys[row]), (&s.dash, &dashes[row]), (&s.each, &each[row])];
            own.into_iter().all(|(a, b)| a.total_cmp(b).is_eq())
        };
        let at = series.iter().position(same).unwrap_or_else(|| {
            let label = label(columns, &keys[row], &dashes[row]);
            let (key, dash, each) = (keys[row].clone(), dashes[row].clone(), each[row].clone());
            series.push(Series { key, dash, each, label, points: Vec::new(), levels: Vec::new() });
            series.len() - 1
        });
        if xs[row].is_some() { series[at].points.push(dot) } else { series[at].levels.push(dot) }
    }
    series.iter_mut().for_each(|s| s.points.sort_by(|a, b| a.x.total_cmp(&b.x)));
    series.iter().try_for_each(|s| unique(s, columns.x))?;
    Ok(series)
}

/// How many runs of each row came to what it shows, where not all did.
fn censored(table: &Table, (share, samples): (&str, &str)) -> Result<Vec<Option<(u64, u64)>>, StepError> {
    if share.is_empty() {
        return Ok(vec![None; table.height()]);
    }
    let shares = table.numbers(share)?;
    let counts = if samples.is_empty() { vec![Some(1.0); table.height()] } else { table.numbers(samples)? };
    let one = |(share, count): (Option<f64>, Option<f64>)| {
        let (share, count) = share.zip(count).filter(|(share, _)| *share < 1.0)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of runs")]
        let whole = |v: f64| v.round().max(0.0) as u64;
        Some((whole(share * count), whole(count)))
    };
    Ok(shares.into_iter().zip(counts).map(one).collect())
}

/// The values of a column that tells series apart; nothing everywhere where there is no such column.
///
/// # Errors
/// Where the column is missing.
pub fn cells(axis: Option<&Axis>, table: &Table) -> Result<Vec<Cell>, StepError> {
    Ok(match axis {
        Some(axis) => table.column(axis.column())?,
        None => vec![Cell::Null; table.height()],
    })
}

fn label(columns: CurveColumns<'_>, key: &Cell, dash: &Cell) -> String {
    let names = [(columns.colour, key), (columns.dash, dash)];
    let names: Vec<String> = names.into_iter().filter_map(|(axis, cell)| axis.map(|axis| axis.names(cell))).collect();
    if names.is_empty() { columns.y.name() } else { names.join(", ") }
}

fn unique(series: &Series, x: &Axis) -> Result<(), StepError> {
    let twice = series.points.windows(2).find(|pair| pair[0].x.total_cmp(&pair[1].x).is_eq());
    twice.map_or(Ok(()), |pair| {
        let reason = format!(
            "`{}` has several rows at {} = {}; aggregate the table over the other columns or choose by `where`",
            series.label,
            x.column(),
            pair[0].x
        );
        Err(StepError::Input { slot: "table".to_owned(), reason })
    })
}

/// How many runs the rows of an aggregated table stand for, in words; empty where the table does not say.
#[must_use]
pub fn samples_in_words(table: &Table, column: &str) -> String {
    let counts: Vec<f64> = table.numbers(column).unwrap_or_default().into_iter().flatten().collect();
    let low = counts.iter().copied().fold(f64::INFINITY, f64::min);
    let high = counts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match (counts.is_empty(), low < high) {
        (true, _) => String::new(),
        (false, true) => format!("of {low} to {high} runs"),
        (false, false) if high <= 1.0 => "of one run".to_owned(),
        (false, false) => format!("of {high} runs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, i64, Option<f64>)]) -> Table {
        let rows: Vec<Vec<Cell>> = rows.iter().map(|&(m, n, e)| vec![m.into(), n.into(), e.into()]).collect();
        Table::from_rows(&["model", "n", "error"], &rows).unwrap()
    }

    fn read_all(table: &Table) -> Result<Vec<Series>, StepError> {
        let (x, y, colour) = (Axis::of("n"), Axis::of("error"), Axis::of("model"));
        read(
            table,
            CurveColumns { x: &x, y: &y, colour: Some(&colour), dash: None, each: None, reached: ("", ""), band: None },
        )
    }

    #[test]
    fn series_keep_their_order_and_points_are_sorted() {
        let found =
            read_all(&table(&[("b", 2, Some(0.2)), ("a", 1, Some(0.5)), ("b", 1, Some(0.3)), ("a", 3, None)])).unwrap();
        let labels: Vec<&str> = found.iter().map(|s| s.label.as_str()).collect();
        assert_eq!(labels, ["b", "a"]);
        let points: Vec<(f64, f64)> = found[0].points.iter().map(|d| (d.x, d.y)).collect();
        assert_eq!(points, [(1.0, 0.3), (2.0, 0.2)]);
        assert_eq!(found[1].points.len(), 1);
    }

    #[test]
    fn rows_without_x_are_levels_and_bands_may_have_other_columns() {
        let row =
            |n: Option<i64>, e: f64, s: f64| vec![n.map_or(Cell::Null, Cell::Int), e.into(), s.into(), (e + s).into()];
        let rows = [row(Some(1), 0.5, 0.1), row(None, 0.25, 0.125)];
        let table = Table::from_rows(&["n", "error", "least", "most"], &rows).unwrap();
        let (x, y) = (Axis::of("n"), Axis::of("error"));
        let columns = CurveColumns {
            x: &x,
            y: &y,
            colour: None,
            dash: None,
            each: None,
            reached: ("", ""),
            band: Some(("least", "most")),
        };
        let found = read(&table, columns).unwrap();
        assert_eq!((found.len(), found[0].points.len()), (1, 1));
        assert_eq!(found[0].levels[0].band, Some((0.125, 0.375)));
        assert!(
            read(&table, CurveColumns { band: Some(("less", "most")), ..columns })
                .unwrap_err()
                .to_string()
                .contains("`less`")
        );
    }

    #[test]
    fn a_table_that_was_not_aggregated_is_refused() {
        let error = read_all(&table(&[("a", 1, Some(0.5)), ("a", 1, Some(0.4))])).unwrap_err().to_string();
        assert!(error.contains("several rows at n = 1") && error.contains("aggregate"), "{error}");
    }

    #[test]
    fn published_rows_become_curves_in_shown_units() {
        let published = r#"{"source": "figure 3", "rows": [
            {"m": "a", "n": 2, "e": 0.5, "width": 10}, {"m": "b", "n": 1, "e": 0.25}, {"m": "a", "n": 1, "e": 0.75},
            {"m": "a", "n": 3, "e": 0.5, "width": 20}, {"m": "a", "n": 4}
        ]}"#;
        let published: crate::step::Published = serde_json::from_str(published).unwrap();
        let percent: Axis = serde_json::from_str(r#"{"column": "e", "scale": 100}"#).unwrap();
        let (x, colour) = (Axis::of("n"), Axis::of("m"));
        let columns = CurveColumns {
            x: &x,
            y: &percent,
            colour: Some(&colour),
            dash: None,
            each: None,
            reached: ("", ""),
            band: None,
        };
        let filter: Filter = serde_json::from_str(r#"{"width": 10}"#).unwrap();
        let found = published_curves(published.rows.iter(), columns, &filter);
        assert_eq!(found[0].points, [(1.0, 75.0), (2.0, 50.0)]);
        assert_eq!((found[1].key.clone(), found.len()), ("b".into(), 2));
    }
}
