//! How the curves of a line plot look, and which columns they are read from.

use super::params::Params;
use crate::artifact::{Cell, Table};
use crate::plot::canvas::style::{Look, dashes};
use crate::plot::layout::facets::{first_seen, place};
use crate::plot::layout::looks::Looks;
use crate::plot::layout::series::{self, CurveColumns, Series};
use crate::step::StepError;
use crate::step::roles::{Asked, Axis, Facets};

/// The looks of all curves of a figure, the same in every panel.
pub struct Styles {
    /// The looks of the values of the colour column, those that only published curves have among them.
    pub looks: Looks,
    /// The values that curves of ours have.
    pub ours: Vec<Cell>,
    /// Values of the dash column in order of appearance.
    pub dashes: Vec<Cell>,
    /// Values of the colour column that are dashed.
    dashed: Vec<Cell>,
    /// Whether dashes mean something, so that they cannot help to tell colours apart.
    solid: bool,
}

impl Styles {
    /// The looks of a table's curves.
    ///
    /// # Errors
    /// Where a column is missing.
    pub fn new(params: &Asked<'_, Params>, table: &Table) -> Result<Self, StepError> {
        let columns = columns(params);
        let shown: Vec<bool> = columns.y.numbers(table)?.iter().map(Option::is_some).collect();
        let seen = |axis| -> Result<Vec<Cell>, StepError> {
            let cells = series::cells(axis, table)?;
            Ok(first_seen(cells.iter().zip(&shown).filter(|(_, shown)| **shown).map(|(cell, _)| cell)))
        };
        let ours = seen(columns.colour)?;
        let published = params
            .head
            .published
            .iter()
            .flat_map(|p| series::published_curves(p.rows.iter(), columns, &params.head.filter));
        let theirs: Vec<Cell> = published.map(|curve| curve.key).collect();
        Ok(Self {
            looks: Looks::new(ours.iter().chain(&theirs)),
            ours,
            dashes: seen(columns.dash)?,
            dashed: params.dashed.clone(),
            solid: params.dash.is_some() || !params.dashed.is_empty(),
        })
    }

    /// The look of a value of the colour column.
    #[must_use]
    pub fn of_key(&self, key: &Cell) -> Look {
        let look = self.looks.of(key);
        let dash = if self.dashed.iter().any(|written| written.means(key)) { dashes(1) } else { &[] };
        if self.solid { Look { dash, ..look } } else { look }
    }

    /// The look of a curve.
    #[must_use]
    pub fn of(&self, series: &Series) -> Look {
        let dash = place(&self.dashes, &series.dash).map_or(&[][..], dashes);
        let look = self.of_key(&series.key);
        if self.dashes.len() > 1 { Look { dash, ..look } } else { look }
    }

    /// Whether dashes say something of a curve.
    #[must_use]
    pub fn is_dashed(&self, series: &Series) -> bool {
        self.solid && !self.of(series).dash.is_empty()
    }
}

/// The columns that the parameters name.
pub fn columns<'a>(params: &'a Asked<'_, Params>) -> CurveColumns<'a> {
    let written = (params.band_low.as_str(), params.band_high.as_str());
    let own = || params.head.intervals.of(params.y.column());
    CurveColumns {
        x: &params.x,
        y: &params.y,
        colour: params.colour.as_ref(),
        dash: params.dash.as_ref(),
        each: params.each.as_ref(),
        reached: (&params.reached, &params.head.samples),
        band: if written.0.is_empty() { own() } else { Some(written) },
    }
}

/// A panel for each curve where one panel would have more curves than can be told apart.
///
/// # Errors
/// Where a column is missing, or where all panels are taken.
pub fn panels(params: &Asked<'_, Params>, table: &Table) -> Result<Option<Facets>, StepError> {
    let (styles, facets) = (Styles::new(params, table)?, &params.head.facets);
    let Some(colour) = params.colour.as_ref().filter(|_| styles.looks.are_too_many(facets.is_any())) else {
        return Ok(None);
    };
    match (&facets.across, &facets.down) {
        (None, down) => Ok(Some(Facets { across: Some(colour.clone()), down: down.clone(), ..facets.clone() })),
        (Some(_), None) => Ok(Some(Facets { down: Some(colour.clone()), per_row: 0, ..facets.clone() })),
        (Some(_), Some(_)) => Err(too_many(colour, styles.looks.keys().len())),
    }
}

fn too_many(colour: &Axis, curves: usize) -> StepError {
    let reason = format!(
        "{curves} values of `{}` are more curves than one panel can tell apart, and both directions of panels are taken; \
         choose some by `where`",
        colour.column()
    );
    StepError::Input { slot: "table".to_owned(), reason }
}
