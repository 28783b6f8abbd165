//! A linear readout with a ridge penalty.

use crate::artifact::{Evaluated, Labels, Readout};
use crate::artifact::{Origin, Samples};
use crate::experiment::readout::ridge_path::{Path, Select};
use crate::experiment::values::{Layer, Sizes, eigen_flops, matrix_bytes, no_penalty, pair, view};
use crate::math::MathError;
use crate::math::linalg::{Matrix, ROWS_AT_ONCE, Real};
use crate::math::precision::Precision;
use crate::math::ridge::{Centring, Design, ReducedRidge, Ridge, RidgeFit, generalised};
use crate::math::statistics::metrics::mean_squared_error;
use crate::step::prelude::*;

/// `ridge-readout`
pub struct RidgeReadout;

/// What is centred by the means of the training samples before the fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Features and labels: an unpenalised intercept, whose leverage 1/n counts in the leave-one-out error. The
    /// finite-width readout of the paper; on a kernel its exact kernel form.
    #[default]
    RidgeCv,
    /// Labels alone: the paper's kernel readout with a selected ridge. Not the limit of `ridge-cv`.
    KernelRidgeCv,
    /// The kernel in both arguments and the labels: the limit of ridge with an intercept at given ridges.
    KernelRidgeCentred,
    /// Nothing, no intercept: the readout of the paper's kernel figures.
    KernelRidgeUncentred,
}

/// Parameters of `ridge-readout`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Which of the four readouts.
    #[serde(default)]
    pub readout: Form,
    /// Ridge penalties λ > 0 of ‖y − Hw‖² + λ‖w‖²; not multiplied by n. By default 500 from 1e-6 to 1e6.
    #[serde(default = "default_grid")]
    pub lambda: Grid,
    /// Which of them to predict with.
    #[serde(default)]
    pub select: Select,
    /// In which precision the penalties are compared. In `single` the Gram matrix is summed and the predictions are
    /// solved for in double all the same; where the penalty chosen is below 1e-5 of the largest eigenvalue of that
    /// matrix, the comparison is made again in double. Of `gcv`, `validation` and `test`, which take no eigenvectors in
    /// double, that is the faster.
    #[serde(default)]
    pub precision: Precision,
    /// The share of the training samples that a penalty must leave as degrees of freedom, n − tr S, to be chosen by `gcv`
    /// or `leave-one-out`; more than 0 asks for one degree at least. Where next to none is left the errors are 0 by 0.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 0.99))]
    pub least_freedom: f64,
    /// Whether the trace of `gcv` and of `least_freedom` counts 1 for the intercept; `false` where numbers are compared with
    /// a program that leaves it out.
    #[serde(default = "defaults::yes")]
    pub counts_intercept: bool,
}

fn default_grid() -> Grid {
    Grid(crate::math::ridge::log_grid(-6.0, 6.0, 500))
}

// Ridges solved at a time: their predictions on all splits never exist for a whole grid unless each is asked for.
const RIDGES_AT_ONCE: usize = 32;

impl Kind for RidgeReadout {
    type Params = Params;
    const NAME: &'static str = "ridge-readout";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Fits a ridge readout, for every penalty from one factorisation.",
        details: "min ‖t − Hw‖² + λ‖w‖² or (K + λ)c = t. Leave-one-out residuals are exact: e = (t − St)/(1 − S_ii), \
                  with a further −1/n in the denominator where an intercept is fitted by `ridge-cv`.",
        cites: &["neural-lofi", "golub-heath-wahba-1979"],
        inputs: &[Slot::one("x", &[ValueType::Representation, ValueType::Kernel])
            .doc("The samples to read out, as vectors or as a kernel. Vectors with a kernel readout use G = FFᵀ.")],
        outputs: &[
            Port::new("predictions", ValueType::Predictions)
                .doc("Predictions on every split, a column for each selected penalty."),
            Port::new("path", ValueType::Table).doc(
                "A row for each penalty: lambda, leave_one_out_mse, with `select: gcv` gcv, train_mse, \
                      validation_mse, selected.",
            ),
        ],
    };

    fn cites(&self, params: &Params) -> Vec<&'static str> {
        let by_gcv = (params.select == Select::Gcv).then_some("golub-heath-wahba-1979");
        std::iter::once("neural-lofi").chain(by_gcv).collect()
    }

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        Problem::refuse(impossible(params, sizes))?;
        let (n, count) = (sizes.train, params.lambda.0.len());
        let width = sizes.dim.unwrap_or(n);
        let rank = width.min(n);
        let columns = if params.select == Select::Each { count } else { 1 };
        let share = params.precision.bytes() as f64 / 8.0;
        let product = if sizes.dim.is_some() { (1.0 + share) * n as f64 * width as f64 * rank as f64 } else { 0.0 };
        let each = 4.0 * n as f64 * rank as f64 + 2.0 * sizes.samples() as f64 * width as f64;
        let solved =
            if params.precision == Precision::Single { columns as f64 * (rank as f64).powi(3) / 3.0 } else { 0.0 };
        Ok(Plan {
            outputs: vec![Shape::Predictions { samples: sizes.samples(), columns }, Shape::Table],
            // in single precision a comparison made again takes what one in double does
            work_bytes: matrix_bytes(n, rank) + 3 * matrix_bytes(rank, rank) + matrix_bytes(n.max(ROWS_AT_ONCE), width),
            flops: product + share * (params.decomposition_flops(rank) + count as f64 * each) + solved,
        })
    }

    fn header(&self, port: &str, params: &Params, _: &Headers) -> Option<Header> {
        match port {
            "path" => {
                let header = Header::of(params.select.columns()).keys(&["lambda"]).truths(&["selected"]);
                Some(header.less_is_better(params.select.errors()))
            }
            _ => None,
        }
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let (design, labels, origin) = match Layer::at(inputs, "x")? {
            Layer::Vectors(r) => {
                let Samples { train, validation, test } = &r.samples;
                (Design::Rows { train, evaluation: vec![validation, test] }, &r.labels, &r.origin)
            }
            Layer::Products(k) => (Design::Kernel(view(k)), &k.labels, &k.origin),
        };
        let step = Work { params, design, labels, context };
        // each falls back on the next: a penalty may be lost in single precision, or beside a matrix that is not positive
        if params.precision == Precision::Single
            && let Some(outputs) = step.by_eigenpairs::<f32>(origin)?
        {
            return Ok(outputs);
        }
        if !params.select.leaves_out()
            && let Some(outputs) = step.by_band_form(origin)?
        {
            return Ok(outputs);
        }
        let bug = || StepError::Bug("a penalty chosen in double precision was not taken".into());
        step.by_eigenpairs::<f64>(origin)?.ok_or_else(bug)
    }
}

fn impossible(params: &Params, sizes: Sizes) -> Vec<Problem> {
    let mut problems: Vec<Problem> = no_penalty("lambda", &params.lambda).into_iter().collect();
    for (select, split, samples) in
        [(Select::Validation, "validation", sizes.validation), (Select::Test, "test", sizes.test)]
    {
        if params.select == select && samples == 0 {
            let message = format!("there are no {split} samples to select on");
            let help = format!("give the data set {split} samples, or use `leave-one-out`");
            problems.push(Problem::at("select", message).help(help));
        }
    }
    if params.least_freedom > 0.0 && !matches!(params.select, Select::Gcv | Select::LeaveOneOut) {
        let message = "`least_freedom` is for penalties that `gcv` or `leave-one-out` choose";
        problems.push(Problem::at("least_freedom", message).help("take it out, or select by one of these"));
    }
    if params.select == Select::Gcv && params.centring() == Centring::Full && sizes.train == 1 {
        let message = "one training sample leaves no degree of freedom beside the intercept, by which `gcv` divides";
        problems
            .push(Problem::at("select", message).help("take more training samples, or a readout without intercept"));
    }
    problems
}

impl Params {
    // By leave-one-out, or in single precision, all eigenpairs; else the band form, in products of matrices.
    fn decomposition_flops(&self, rank: usize) -> f64 {
        let by_form = !self.select.leaves_out() && self.precision == Precision::Double;
        if by_form { 2.0 * (rank as f64).powi(3) } else { eigen_flops(rank) }
    }

    const fn centring(&self) -> Centring {
        match self.readout {
            Form::RidgeCv | Form::KernelRidgeCentred => Centring::Full,
            Form::KernelRidgeCv => Centring::Labels,
            Form::KernelRidgeUncentred => Centring::Nothing,
        }
    }
}

// What is read out.
struct Work<'a> {
    params: &'a Params,
    design: Design<'a>,
    labels: &'a Labels,
    context: &'a Context<'a>,
}

// A penalty that errors in single precision may choose, as a share of the largest eigenvalue: its eigenvalues have
// errors of up to 5e-6 of it where the matrix is small, and predictions along the grid are right to 5e-3 (tested).
const SMALLEST_SHARE: f64 = 1e-5;

/// What a solved problem is asked for, whichever way it was solved.
trait Solved {
    fn fits(&self, lambdas: &[f64]) -> Result<Vec<RidgeFit>, MathError>;
    fn predictions(&self, split: usize, lambdas: &[f64]) -> Result<Matrix, MathError>;
}

impl<T: Real> Solved for Ridge<'_, T> {
    fn fits(&self, lambdas: &[f64]) -> Result<Vec<RidgeFit>, MathError> {
        Ridge::fits(self, lambdas)
    }

    fn predictions(&self, split: usize, lambdas: &[f64]) -> Result<Matrix, MathError> {
        Ridge::predictions(self, split, lambdas)
    }
}

impl Solved for ReducedRidge<'_> {
    fn fits(&self, lambdas: &[f64]) -> Result<Vec<RidgeFit>, MathError> {
        ReducedRidge::fits(self, lambdas)
    }

    fn predictions(&self, split: usize, lambdas: &[f64]) -> Result<Matrix, MathError> {
        ReducedRidge::predictions(self, split, lambdas)
    }
}

impl Work<'_> {
    /// The outputs from penalties that are compared in precision `T`; none where that is too coarse for the one chosen.
    fn by_eigenpairs<T: Real>(&self, origin: &Origin) -> Result<Option<Outputs>, StepError> {
        let ridge = Ridge::<T>::factorised(self.design.clone(), &self.labels.train, self.params.centring())?;
        let lambdas = &self.params.lambda.0;
        let curves = match self.params.select {
            Select::LeaveOneOut | Select::Each => {
                let errors = ridge.errors(lambdas)?;
                let freedom = self.freedom(ridge.freedoms(lambdas));
                Path { leave_one_out: errors.leave_one_out, train: errors.train, freedom, ..Path::default() }
            }
            Select::Gcv => self.by_freedom(ridge.train_errors(lambdas)?, ridge.freedoms(lambdas)),
            Select::Validation | Select::Test => Path { train: ridge.train_errors(lambdas)?, ..Path::default() },
        };
        let path = self.path(&ridge, curves)?;
        let chosen = path.chosen(self.params.select, self.least())?;
        let smallest = if T::ROUNDED { SMALLEST_SHARE * ridge.largest() } else { 0.0 };
        if chosen.iter().any(|&i| lambdas[i] < smallest) {
            return Ok(None);
        }
        self.outputs(&ridge, (&path, &chosen), origin).map(Some)
    }

    /// The outputs without leave-one-out errors, a third of the work; none where the smallest penalty is lost beside the
    /// eigenvalues, which only eigenpairs can mend.
    fn by_band_form(&self, origin: &Origin) -> Result<Option<Outputs>, StepError> {
        let ridge = ReducedRidge::new(self.design.clone(), &self.labels.train, self.params.centring())?;
        let lambdas = &self.params.lambda.0;
        let train = match ridge.train_errors(lambdas) {
            Err(MathError::NotPositiveDefinite { .. }) => return Ok(None),
            train => train?,
        };
        let of_training = if self.params.select == Select::Gcv {
            self.by_freedom(train, ridge.freedoms(lambdas)?)
        } else {
            Path { train, ..Path::default() }
        };
        let path = self.path(&ridge, of_training)?;
        let chosen = path.chosen(self.params.select, self.least())?;
        self.outputs(&ridge, (&path, &chosen), origin).map(Some)
    }

    /// Degrees of freedom as the parameters count them.
    fn freedom(&self, counted: Vec<f64>) -> Vec<f64> {
        let of_intercept = self.params.centring() == Centring::Full && !self.params.counts_intercept;
        counted.into_iter().map(|freedom| if of_intercept { freedom + 1.0 } else { freedom }).collect()
    }

    /// The curves of generalised cross-validation.
    fn by_freedom(&self, train: Vec<f64>, counted: Vec<f64>) -> Path {
        let freedom = self.freedom(counted);
        Path { gcv: generalised(&train, &freedom, self.labels.train.len()), train, freedom, ..Path::default() }
    }

    /// The least degrees of freedom of a penalty that may be chosen; nothing where all may.
    fn least(&self) -> Option<f64> {
        let share = self.params.least_freedom;
        (share > 0.0).then(|| (share * self.labels.train.len() as f64).max(1.0))
    }

    fn outputs(
        &self,
        ridge: &dyn Solved,
        (path, chosen): (&Path, &[usize]),
        origin: &Origin,
    ) -> Result<Outputs, StepError> {
        let lambdas: Vec<f64> = chosen.iter().map(|&i| self.params.lambda.0[i]).collect();
        let fits = ridge.fits(&lambdas)?;
        let [validation, test] = pair((0..2).map(|s| columns(&fits, |f| &f.evaluation[s])).collect())?;
        let readouts = chosen.iter().map(|&i| Readout {
            lambda: Some(self.params.lambda.0[i]),
            leave_one_out_mse: path.leave_one_out.get(i).copied(),
        });
        let evaluated = |labels: &Vec<f64>, predicted| Evaluated { labels: labels.clone(), predicted };
        let predictions = Predictions {
            readouts: readouts.collect(),
            train: evaluated(&self.labels.train, columns(&fits, |f| &f.train)),
            validation: evaluated(&self.labels.validation, validation),
            test: evaluated(&self.labels.test, test),
            origin: origin.clone(),
        };
        Ok(vec![
            Value::Predictions(predictions),
            Value::Table(path.table(self.params.select, &self.params.lambda.0, chosen)?),
        ])
    }

    // The curves of the training samples with those of the evaluation splits.
    fn path(&self, ridge: &dyn Solved, of_training: Path) -> Result<Path, StepError> {
        let errors_on = |split: usize, labels: &[f64]| self.errors_on(ridge, (split, labels));
        let validation = errors_on(0, &self.labels.validation)?;
        let test = if self.params.select == Select::Test { errors_on(1, &self.labels.test)? } else { Vec::new() };
        Ok(Path { validation, test, ..of_training })
    }

    /// Mean squared errors on an evaluation split along the grid; none without samples there.
    fn errors_on(&self, ridge: &dyn Solved, (split, labels): (usize, &[f64])) -> Result<Vec<f64>, StepError> {
        let mut errors = Vec::new();
        if labels.is_empty() {
            return Ok(errors);
        }
        for some in self.params.lambda.0.chunks(RIDGES_AT_ONCE) {
            self.context.check()?;
            let predicted = ridge.predictions(split, some)?;
            for column in predicted.as_slice().chunks_exact(labels.len()) {
                errors.push(mean_squared_error(column, labels)?.mean);
            }
        }
        Ok(errors)
    }
}

fn columns<'f>(fits: &'f [RidgeFit], of: impl Fn(&'f RidgeFit) -> &'f Vec<f64>) -> Matrix {
    let rows = fits.first().map_or(0, |f| of(f).len());
    Matrix::from_iterator(rows, fits.len(), fits.iter().flat_map(|f| of(f).iter().copied()))
}

#[cfg(test)]
#[path = "ridge_readout_tests.rs"]
mod tests;
