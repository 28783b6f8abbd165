//! How published numbers ended: compared, or not here and why.

use super::format::count;
use crate::artifact::{Cell, Table};
use crate::step::roles::{COMPARED, NO_SPREAD, UNEXPLAINED};
use crate::step::{ColumnRole, Header, Reason};
use serde::{Deserialize, Serialize};

/// How many published numbers ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PublishedTally {
    /// Those that lie beside a number of ours.
    pub compared: usize,
    /// Of these, those within the interval in which they are to be expected.
    pub inside: usize,
    /// Of these, those beside one value of ours, or equal ones: only the error of digitising is allowed for.
    pub no_spread: usize,
    /// Not here: more samples, width or seeds than the profile pays for.
    pub scale: usize,
    /// Not here: the data are not.
    pub data: usize,
    /// Not here: the setting is another one.
    pub setting: usize,
    /// Not here, and the study does not say why.
    pub unexplained: usize,
}

impl PublishedTally {
    /// Counts the rows of a comparison whose header says which column holds how it ended.
    #[must_use]
    pub fn of(table: &Table, header: &Header) -> Self {
        let inside = column(table, header, ColumnRole::Verdict);
        let mut tally = Self::default();
        for (row, status) in column(table, header, ColumnRole::Status).iter().enumerate() {
            *tally.at(status.as_str().unwrap_or_default()) += 1;
            tally.inside += usize::from(inside.get(row) == Some(&Cell::Bool(true)));
        }
        tally.compared += tally.no_spread;
        tally
    }

    /// All of some counted together.
    #[must_use]
    pub fn sum<'a>(all: impl Iterator<Item = &'a Ended>) -> Self {
        all.fold(Self::default(), |sum, ended| sum.and(ended.tally))
    }

    fn at(&mut self, status: &str) -> &mut usize {
        match status {
            COMPARED => &mut self.compared,
            NO_SPREAD => &mut self.no_spread,
            status if status == Reason::Scale.word() => &mut self.scale,
            status if status == Reason::Data.word() => &mut self.data,
            status if status == Reason::Setting.word() => &mut self.setting,
            _ => &mut self.unexplained,
        }
    }

    /// Both counted together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            compared: self.compared + other.compared,
            inside: self.inside + other.inside,
            no_spread: self.no_spread + other.no_spread,
            scale: self.scale + other.scale,
            data: self.data + other.data,
            setting: self.setting + other.setting,
            unexplained: self.unexplained + other.unexplained,
        }
    }

    /// Published numbers without one of ours.
    #[must_use]
    pub const fn not_here(self) -> usize {
        self.scale + self.data + self.setting + self.unexplained
    }

    /// "28 published numbers: 9 compared (4 inside), 19 not here: scale 18, data 1"; empty where there are none.
    #[must_use]
    pub fn words(self) -> String {
        let total = self.compared + self.not_here();
        if total == 0 {
            return String::new();
        }
        let spread =
            if self.no_spread == 0 { String::new() } else { format!(", {} without spread of ours", self.no_spread) };
        let inside = if self.compared == 0 { String::new() } else { format!(" ({} inside{spread})", self.inside) };
        let reasons = [
            (Reason::Scale.word(), self.scale),
            (Reason::Data.word(), self.data),
            (Reason::Setting.word(), self.setting),
            (UNEXPLAINED, self.unexplained),
        ];
        let reasons: Vec<String> =
            reasons.iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{word} {n}")).collect();
        let reasons = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join(", ")) };
        let numbers = count(total, "published number");
        format!("{numbers}: {} compared{inside}, {} not here{reasons}", self.compared, self.not_here())
    }
}

/// How the published numbers of a comparison ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Ended {
    /// How many ended how.
    pub tally: PublishedTally,
    /// How each of them ended, in order, so that the same numbers on pages of two profiles are counted once.
    #[serde(skip)]
    pub each: Vec<PointEnd>,
    /// The one that lies farthest off.
    pub worst: Option<Deviation>,
    /// Why those without one of ours are not here.
    pub not_here: Vec<NotHere>,
}

impl Ended {
    /// Of a comparison whose header says what its columns are.
    #[must_use]
    pub fn of(table: &Table, header: &Header) -> Self {
        let each = each(table, header);
        let tally = PublishedTally::of(table, header);
        Self { tally, each, worst: worst(table, header), not_here: not_here(table, header) }
    }
}

/// How one published number ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointEnd {
    /// It lies where it is to be expected.
    Inside,
    /// It lies elsewhere.
    Outside,
    /// It lies beside none of ours.
    NotHere,
}

impl PointEnd {
    /// A letter for lists.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Inside => 'i',
            Self::Outside => 'o',
            Self::NotHere => 'n',
        }
    }
}

/// A published number beside ours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Deviation {
    /// The distance of both, in half widths of the interval in which the published one is to be expected: 1 at its end.
    pub times: f64,
    /// Ours.
    pub ours: f64,
    /// The paper's.
    pub published: f64,
}

fn each(table: &Table, header: &Header) -> Vec<PointEnd> {
    let inside = column(table, header, ColumnRole::Verdict);
    let end = |(row, status): (usize, &Cell)| match inside.get(row) {
        _ if !is_compared(status) => PointEnd::NotHere,
        Some(Cell::Bool(true)) => PointEnd::Inside,
        _ => PointEnd::Outside,
    };
    column(table, header, ColumnRole::Status).iter().enumerate().map(end).collect()
}

fn worst(table: &Table, header: &Header) -> Option<Deviation> {
    let numbers = |role| column(table, header, role).iter().map(Cell::as_f64).collect::<Vec<Option<f64>>>();
    let [ours, published, low, high] =
        [ColumnRole::Estimate, ColumnRole::Published, ColumnRole::Low, ColumnRole::High].map(numbers);
    let at = |column: &[Option<f64>], row: usize| column.get(row).copied().flatten();
    let deviation = |row: usize| {
        let (ours, published) = (at(&ours, row)?, at(&published, row)?);
        let (low, high) = (at(&low, row)?, at(&high, row)?);
        // the interval need not lie evenly about our number: the side that the published one lies on counts
        let half = if published > ours { high - ours } else { ours - low };
        (half > 0.0).then(|| Deviation { times: (published - ours).abs() / half, ours, published })
    };
    (0..table.height()).filter_map(deviation).max_by(|a, b| a.times.total_cmp(&b.times))
}

/// Why published numbers are not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotHere {
    /// How many.
    pub count: usize,
    /// `scale`, `data`, `setting` or `unexplained`.
    pub status: String,
    /// The study's own words; empty where it has none.
    pub because: String,
}

/// The reasons of a comparison, each once, in order of appearance.
#[must_use]
pub fn not_here(table: &Table, header: &Header) -> Vec<NotHere> {
    let (status, because) = (column(table, header, ColumnRole::Status), column(table, header, ColumnRole::Remark));
    let mut found: Vec<NotHere> = Vec::new();
    for (status, because) in status.iter().zip(&because).filter(|(status, _)| !is_compared(status)) {
        let because = if because.is_null() { String::new() } else { because.to_string() };
        match found.iter_mut().find(|known| status.as_str() == Some(&known.status) && known.because == because) {
            Some(known) => known.count += 1,
            None => found.push(NotHere { count: 1, status: status.to_string(), because }),
        }
    }
    found
}

/// Whether a comparison ended with a number of ours beside the paper's.
#[must_use]
pub fn is_compared(status: &Cell) -> bool {
    matches!(status.as_str(), Some(COMPARED | NO_SPREAD))
}

/// The cells of the first column in a role; none where there is none.
#[must_use]
pub fn column(table: &Table, header: &Header, role: ColumnRole) -> Vec<Cell> {
    let named = header.0.iter().find(|column| column.role == role);
    named.and_then(|column| table.column(&column.name).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Column;

    fn ended(rows: &[(&str, Option<bool>, &str)]) -> (Table, Header) {
        let column = |name: &str, role| Column { role, ..Column::new(name) };
        let roles = [ColumnRole::Status, ColumnRole::Verdict, ColumnRole::Remark];
        let header = Header(["status", "within", "why"].into_iter().zip(roles).map(|(n, r)| column(n, r)).collect());
        let text = |text: &str| if text.is_empty() { Cell::Null } else { text.into() };
        let rows: Vec<Vec<Cell>> = rows
            .iter()
            .map(|(status, within, why)| vec![(*status).into(), within.map_or(Cell::Null, Cell::Bool), text(why)])
            .collect();
        (Table::from_rows(&header.names(), &rows).unwrap(), header)
    }

    #[test]
    fn every_number_is_counted_once_and_reasons_by_their_words() {
        let (table, header) = ended(&[
            ("compared", Some(true), ""),
            ("compared", Some(false), ""),
            ("no-spread", Some(true), ""),
            ("scale", None, "n to 500"),
            ("data", None, "the validation set"),
            ("scale", None, "n to 500"),
            ("scale", None, "width 10"),
        ]);
        let tally = PublishedTally::of(&table, &header);
        let words = "7 published numbers: 3 compared (2 inside, 1 without spread of ours), 4 not here: scale 3, data 1";
        assert_eq!(tally.words(), words);
        assert_eq!(tally.and(tally).compared, 6);
        let reasons: Vec<_> = not_here(&table, &header).into_iter().map(|r| (r.count, r.because)).collect();
        assert_eq!(
            reasons,
            [(2, "n to 500".to_owned()), (1, "the validation set".to_owned()), (1, "width 10".to_owned())]
        );
    }

    #[test]
    fn the_farthest_is_told_in_half_widths_of_its_side_of_the_interval() {
        let column = |name: &str, role| Column { role, ..Column::new(name) };
        use ColumnRole::{Estimate, High, Low, Published, Status, Verdict};
        let roles = [
            ("ours", Estimate),
            ("low", Low),
            ("high", High),
            ("published", Published),
            ("in", Verdict),
            ("end", Status),
        ];
        let header = Header(roles.into_iter().map(|(name, role)| column(name, role)).collect());
        let row = |numbers: [f64; 4], inside: bool, end: &str| {
            [&numbers.map(Cell::from)[..], &[Cell::Bool(inside), end.into()]].concat()
        };
        let rows = [
            row([1.0, 0.5, 3.0, 2.0], true, "compared"),
            row([1.0, 0.5, 3.0, 0.25], false, "compared"),
            row([1.0, 1.0, 1.0, 9.0], false, "scale"),
        ];
        let ended = Ended::of(&Table::from_rows(&header.names(), &rows).unwrap(), &header);
        assert_eq!(ended.worst, Some(Deviation { times: 1.5, ours: 1.0, published: 0.25 }));
        assert_eq!(ended.each, [PointEnd::Inside, PointEnd::Outside, PointEnd::NotHere]);
    }

    #[test]
    fn one_without_reason_is_told() {
        let (table, header) = ended(&[("unexplained", None, "")]);
        assert_eq!(
            PublishedTally::of(&table, &header).words(),
            "1 published number: 0 compared, 1 not here: unexplained 1"
        );
        assert_eq!(PublishedTally::default().words(), "");
    }
}
