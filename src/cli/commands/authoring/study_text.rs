//! The YAML of a new study.

use std::fmt::Write as _;

/// A method that a study compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Method {
    /// A linear model on the samples as they are.
    Ridge,
    /// A linear model on a frozen random layer.
    RandomFeatures,
    /// A random layer of infinite width: ridge on its kernel.
    Kernel,
    /// Two random layers with the directions that the labels choose between them.
    Lofi,
}

impl Method {
    pub fn all() -> Vec<Self> {
        vec![Self::Ridge, Self::RandomFeatures, Self::Kernel, Self::Lofi]
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Ridge => "ridge",
            Self::RandomFeatures => "random-features",
            Self::Kernel => "kernel",
            Self::Lofi => "lofi",
        }
    }

    /// As tables and figures have it.
    const fn label(self) -> &'static str {
        match self {
            Self::Ridge => "Ridge",
            Self::RandomFeatures => "Random features",
            Self::Kernel => "Kernel",
            Self::Lofi => "LoFi",
        }
    }

    /// Steps from `samples` to a readout that is called as the method is.
    const fn steps(self) -> &'static str {
        match self {
            Self::Ridge => "  ridge: {kind: ridge-readout, inputs: {x: samples}}\n",
            Self::RandomFeatures => {
                "  lift: {kind: random-features, inputs: {x: samples}, params: {width: $width, seed: $seed}}\n  \
                 random-features: {kind: ridge-readout, inputs: {x: lift}}\n"
            }
            Self::Kernel => {
                "  layer-kernel: {kind: layer-kernel, inputs: {x: samples}}\n  \
                 kernel: {kind: ridge-readout, inputs: {x: layer-kernel}, params: {readout: kernel-ridge-cv}}\n"
            }
            Self::Lofi => {
                "  lofi-lift: {kind: random-features, inputs: {x: samples}, params: {width: $width, layer: 1, seed: $seed}}\n  \
                 lofi-filter: {kind: signed-moment-filter, inputs: {x: lofi-lift}, params: {keep: $keep}}\n  \
                 lofi-second-lift: {kind: random-features, inputs: {x: lofi-filter}, params: {width: $width, layer: 2, seed: $seed}}\n  \
                 lofi: {kind: ridge-readout, inputs: {x: lofi-second-lift}}\n"
            }
        }
    }

    const fn is_lifted(self) -> bool {
        matches!(self, Self::RandomFeatures | Self::Lofi)
    }
}

/// Images of a card, and how many of them its first task has.
pub(super) struct Images {
    pub card: String,
    pub train: usize,
    pub test: usize,
}

/// What is learnt from.
pub(super) enum Samples {
    /// Drawn by a step, without data.
    Made,
    Card(Images),
}

/// A study to be written.
pub(super) struct Plan<'a> {
    pub name: &'a str,
    pub question: Option<&'a str>,
    pub samples: Samples,
    pub methods: &'a [Method],
}

/// Numbers of training samples: more take long in a first study.
const MOST: usize = 1600;
/// Seeds get test samples of their own where there are so many.
const MANY_TEST: usize = 2000;

impl Plan<'_> {
    pub fn text(&self) -> String {
        [self.head(), self.settings(), self.steps(), self.outputs()].concat()
    }

    fn labels(&self) -> Vec<&'static str> {
        self.methods.iter().map(|method| method.label()).collect()
    }

    fn head(&self) -> String {
        let (on, data) = match &self.samples {
            Samples::Made => (String::new(), String::new()),
            Samples::Card(images) => (format!(" on {}", images.card), format!("data: {}\n", images.card)),
        };
        let title = serde_json::Value::from(format!("{}{on}", self.labels().join(", "))).to_string();
        let question = self.question.map_or("Which method errs least, and from how many samples on?", str::trim);
        let question = serde_json::Value::from(question).to_string();
        format!("study: {}\ntitle: {title}\nquestion: {question}\n{data}\n", quoted(self.name))
    }

    /// A quarter, a half and all of the samples that a first study takes.
    fn sizes(&self) -> [usize; 3] {
        let most = match &self.samples {
            Samples::Made => MOST / 2,
            Samples::Card(images) => images.train.min(MOST),
        };
        [(most / 4).max(1), (most / 2).max(2), most.max(3)]
    }

    fn settings(&self) -> String {
        let sizes = self.sizes();
        let mut text = "constants:\n".to_owned();
        if self.methods.iter().any(|method| method.is_lifted()) {
            text.push_str("  width: 500\n");
        }
        if self.methods.contains(&Method::Lofi) {
            let _ = writeln!(text, "  keep: {}", (sizes[0] / 4).clamp(1, 20));
        }
        let n_test = match &self.samples {
            Samples::Card(images) if images.test < MANY_TEST => "all".to_owned(),
            _ => "1000".to_owned(),
        };
        let _ = writeln!(text, "  n_test: {n_test}");
        let [least, middle, most] = sizes;
        let _ = write!(
            text,
            "\n# `--profile smoke` takes a second, `quick` is the default.\nprofiles:\n  smoke: {{n_train: [{least}, {middle}], seed: \
             {{count: 2}}}}\n  quick: {{}}\n\nsweep:\n  n_train: [{least}, {middle}, {most}]\n  seed: {{count: 5}}\n\n"
        );
        text
    }

    fn steps(&self) -> String {
        let samples = match &self.samples {
            Samples::Made => {
                "  # Points on a sphere, labelled by a quadratic function; `kind: dataset` with `data: CARD` above takes images.\n  \
                 samples:\n    kind: spherical-harmonic-samples\n    params: {dim: 10, degree: 2, n_train: $n_train, n_test: \
                 $n_test, seed: $seed}\n"
            }
            Samples::Card(_) => {
                "  samples: {kind: dataset, params: {n_train: $n_train, n_test: $n_test, seed: $seed}}\n"
            }
        };
        let mut text = format!("steps:\n{samples}");
        for method in self.methods {
            text.push_str(method.steps());
        }
        for name in self.methods.iter().map(|method| method.name()) {
            let _ = writeln!(text, "  {name}-score: {{kind: score, inputs: {{predictions: {name}}}}}");
        }
        text.push('\n');
        text
    }

    fn outputs(&self) -> String {
        let stack = self.methods.iter().map(|method| format!("{}: {}-score", method.label(), method.name()));
        let stack = stack.collect::<Vec<_>>().join(", ");
        let (column, y) = match self.samples {
            Samples::Made => ("test_mse", "{column: test_mse, label: Test error}"),
            Samples::Card(_) => ("test_error", "{column: test_error, label: Test error, unit: \"%\", scale: 100}"),
        };
        let claims = match self.labels().as_slice() {
            [first, .., last] => format!(
                "  smaller-error:\n    says: {last} has a smaller test error than {first}, on average over all numbers of samples.\n    \
                 paired-difference: {{table: error.rows, column: {column}, less: {last}, than: {first}}}\n"
            ),
            _ => format!(
                "  more-samples-help:\n    says: The test error falls as training samples are added.\n    monotone: {{table: \
                 error.rows, column: {column}, along: n_train, direction: decreasing}}\n"
            ),
        };
        format!(
            "tables:\n  error:\n    stack: {{{stack}}}\n    over: seed\n    interval: {{student: 0.95}}\n\nfigures:\n  \
             error-vs-n:\n    kind: line-band\n    table: error\n    x: {{column: n_train, label: Training samples}}\n    \
             y: {y}\n    x_scale: log\n    colour: model\n\n# Written before the run; `lofi list kinds` has every kind of \
             claim.\nclaims:\n{claims}"
        )
    }
}

/// A name that YAML would take for a number or a truth value in quotes.
fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.len() > 5 || name.contains('/');
    if plain { name.to_owned() } else { serde_json::Value::from(name).to_string() }
}
