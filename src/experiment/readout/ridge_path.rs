//! Errors along a grid of ridges, and which of the grid is chosen.

use crate::math::ridge::first_minimum;
use crate::step::prelude::*;

/// Which ridges of the grid become predictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Select {
    /// The one with the smallest exact leave-one-out error on the training samples, the first one of equals.
    #[default]
    LeaveOneOut,
    /// The one with the smallest generalised cross-validation error on the training samples (Golub, Heath and Wahba 1979),
    /// the first one of equals: leave-one-out with the mean leverage for each, GCV(λ) = n ‖t − St‖²/(n − tr S)². In
    /// double precision it takes no eigenvectors. Where the features or the kernel are centred the trace counts 1 for the
    /// intercept; the mean of the labels alone does not count, as in leave-one-out.
    Gcv,
    /// The one with the smallest error on the validation samples, the first one of equals.
    Validation,
    /// The one with the smallest error on the test samples, the first one of equals: makes the test error too small, and
    /// is here for comparing with numbers that were published so.
    Test,
    /// Every one, a column each.
    Each,
}

impl Select {
    /// The columns of a path that is chosen from so.
    pub(super) const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Gcv => &["lambda", "leave_one_out_mse", "gcv", "train_mse", "validation_mse", "selected"],
            _ => &["lambda", "leave_one_out_mse", "train_mse", "validation_mse", "selected"],
        }
    }

    /// Those of them that are better where they are smaller.
    pub(super) fn errors(self) -> &'static [&'static str] {
        let columns = self.columns();
        &columns[1..columns.len() - 1]
    }

    /// Whether leave-one-out errors are computed.
    pub(super) const fn leaves_out(self) -> bool {
        matches!(self, Self::LeaveOneOut | Self::Each)
    }
}

/// Errors along the grid; a curve that was not computed is empty.
#[derive(Default)]
pub(super) struct Path {
    pub(super) leave_one_out: Vec<f64>,
    pub(super) gcv: Vec<f64>,
    /// Degrees of freedom that each leaves, where they are known.
    pub(super) freedom: Vec<f64>,
    pub(super) train: Vec<f64>,
    pub(super) validation: Vec<f64>,
    pub(super) test: Vec<f64>,
}

impl Path {
    /// The places in the grid that are predicted with; one that leaves less than so many degrees of freedom is not chosen.
    pub(super) fn chosen(&self, select: Select, least: Option<f64>) -> Result<Vec<usize>, StepError> {
        let curve = match select {
            Select::Each => return Ok((0..self.train.len()).collect()),
            Select::LeaveOneOut => &self.leave_one_out,
            Select::Gcv => &self.gcv,
            Select::Validation => &self.validation,
            Select::Test => &self.test,
        };
        let leaves = |i: usize| least.is_none_or(|least| self.freedom.get(i).is_none_or(|freedom| *freedom >= least));
        let eligible: Vec<f64> =
            curve.iter().enumerate().map(|(i, error)| if leaves(i) { *error } else { f64::NAN }).collect();
        let none = || match least {
            Some(least) => format!("no penalty has a finite error and leaves {least} degrees of freedom"),
            None => "no penalty has a finite error to select it by".to_owned(),
        };
        first_minimum(&eligible).map(|i| vec![i]).ok_or_else(|| StepError::Numeric(none()))
    }

    /// A row for each ridge, in the columns of `select`.
    pub(super) fn table(&self, select: Select, lambdas: &[f64], chosen: &[usize]) -> Result<Table, StepError> {
        let cell = |name: &str, i: usize| match name {
            "lambda" => lambdas[i].into(),
            "leave_one_out_mse" => self.leave_one_out.get(i).copied().into(),
            "gcv" => self.gcv.get(i).copied().into(),
            "train_mse" => self.train.get(i).copied().into(),
            "validation_mse" => self.validation.get(i).copied().into(),
            _ => chosen.contains(&i).into(),
        };
        let row = |i: usize| select.columns().iter().map(|name| cell(name, i)).collect();
        let rows: Vec<Vec<Cell>> = (0..lambdas.len()).map(row).collect();
        Ok(Table::from_rows(select.columns(), &rows)?)
    }
}
