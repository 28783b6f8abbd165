//! Claims: a verdict from the rows of a table.

use super::evidence::evidence;
use super::given_seeds::{GivenSeeds, SEED};
use super::headed::{Headed, Shares};
use super::role::{ClaimRole, GivenClaim, Need, Role, Words};
use crate::artifact::{Claimant, Counted, Shape, Table, Value, ValueType, Verdict};
use crate::step::about::{About, Family, Port, Slot};
use crate::step::columns::Columns;
use crate::step::context::Context;
use crate::step::error::{Problem, StepError};
use crate::step::filter::Filter;
use crate::step::header::{Column, ColumnRole, Header, Headers};
use crate::step::kind::Kind;
use crate::step::params::{Parameters, defaults};
use crate::step::shapes::{Inputs, Outputs, Plan, Shapes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Numbers of seeds at which claims are looked at, unless a study says others.
pub const LOOKS: [usize; 6] = [3, 5, 8, 12, 18, 30];

/// A test of a claim. Implement it on a unit struct and list that in `catalog.rs` as `Claimed(YourClaim)`.
pub trait Claim: Sync + 'static {
    /// Parameters beyond the head: `deny_unknown_fields`, every field documented, every number with a range.
    type Params: Parameters;

    /// The name that studies write, kebab-case.
    const NAME: &'static str;

    /// Documentation.
    const ABOUT: Words;

    /// What it takes of the head beside what all claims take.
    const TAKES: Takes;

    /// What is wrong with parameters whatever the rows are.
    fn faults(_: &Self::Params, _: &ClaimHead) -> Vec<Problem> {
        Vec::new()
    }

    /// The rows without which it has nothing to compare.
    fn needs(_: &Self::Params, _: &ClaimHead) -> Vec<Need> {
        Vec::new()
    }

    /// The works behind what it does with these parameters: all that it cites, unless some are for other settings.
    fn cites(_: &Self::Params, _: &ClaimHead) -> Vec<&'static str> {
        Self::ABOUT.cites.to_vec()
    }

    /// The verdict over the rows that `where` keeps.
    ///
    /// # Errors
    /// Where a column is missing or the rows do not allow it.
    fn verdict(params: &Self::Params, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError>;
}

/// Parameters that claims share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimHead {
    /// The claim in words.
    pub says: String,
    /// Which rows the claim speaks of.
    #[serde(default, rename = "where")]
    pub filter: Filter,
    /// Columns for each of whose values the claim must hold by itself; by default all rows are taken together.
    #[serde(default)]
    pub per: Columns,
    /// Columns whose equal values make a pair; by default all keys that all compared rows have, but what is compared.
    #[serde(default)]
    pub pair_on: Option<Columns>,
    /// All axes of the table; the study layer fills this in.
    #[serde(default)]
    pub keys: Columns,
    /// Columns whose values make replicates; by default `seed`, where the table has it.
    #[serde(default)]
    pub seeds: Option<Columns>,
    /// Level of the two-sided interval.
    #[serde(default = "defaults::decimal::<95, 2>")]
    #[schemars(range(min = 0.5, max = 0.9999))]
    pub level: f64,
    /// Who claims it; the study layer fills this in from `by`.
    #[serde(default)]
    pub claimant: Claimant,
    /// The smallest difference from the bar that matters, in the column's unit. An interval within that of the bar says
    /// `negligible`; `equals` is held there.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e15))]
    pub smallest_effect: Option<f64>,
    /// Numbers of seeds at which it is looked at as seeds are added; the study layer fills this in.
    #[serde(default)]
    pub looks: Vec<usize>,
    /// Why this profile cannot show it, if so; the study layer fills this in from `shown_by`.
    #[serde(default)]
    pub not_at_this_scale: Option<String>,
    /// The seeds that it may look at, where some were added to those of the profile; the study layer fills this in from the
    /// record of added seeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_seeds: Option<GivenSeeds>,
    /// Whether nothing random went into the rows: then the one value decides by itself, without an interval.
    #[serde(default)]
    pub deterministic: bool,
}

impl ClaimHead {
    /// A verdict that says what its samples are: nothing but the rows of the table tells whether there are seeds.
    fn counted(&self, (mut verdict, table): (Verdict, &Table)) -> Verdict {
        let counted = match self.seeds.as_ref().map(|columns| &columns.0[..]) {
            Some([]) => Counted::Rows,
            Some([one]) if one == SEED => Counted::Seeds,
            Some(_) => Counted::Runs,
            None if table.has(SEED) => Counted::Seeds,
            None => Counted::Rows,
        };
        if let Some(finding) = verdict.finding.as_mut().filter(|finding| finding.counted == Counted::Seeds) {
            finding.counted = counted;
        }
        verdict
    }
}

/// What a claim takes of [`ClaimHead`] beside what all take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takes {
    pairs: bool,
    deterministic: bool,
}

impl Takes {
    /// Rows of one seed are a sample.
    pub const REPLICATES: Self = Self { pairs: false, deterministic: false };
    /// Differences of two rows are a sample: `pair_on` and `keys`.
    pub const PAIRS: Self = Self { pairs: true, ..Self::REPLICATES };

    /// The same, where one sample may decide by itself: `deterministic`.
    #[must_use]
    pub const fn or_one(self) -> Self {
        Self { deterministic: true, ..self }
    }

    fn names(self) -> Vec<&'static str> {
        let more = [(self.pairs, "pair_on"), (self.pairs, "keys"), (self.deterministic, "deterministic")];
        let all = ["says", "where", "per", "seeds", "level", "claimant", "smallest_effect"];
        all.into_iter()
            .chain(FILLED)
            .chain(more.into_iter().filter(|(taken, _)| *taken).map(|(_, name)| name))
            .collect()
    }
}

/// What the study layer knows of the rows and not of the claim.
const FILLED: [&str; 3] = ["looks", "not_at_this_scale", "given_seeds"];

/// A claim as a kind of step: a table in, a verdict out.
#[derive(Debug, Clone, Copy)]
pub struct Claimed<C>(pub C);

impl<C: Claim> Shares for Claimed<C> {
    type Head = ClaimHead;
    type Own = C::Params;

    fn shared() -> Vec<&'static str> {
        C::TAKES.names()
    }

    fn filled() -> Vec<&'static str> {
        let names = C::TAKES.names().into_iter();
        names.filter(|name| ["says", "claimant", "keys"].contains(name) || FILLED.contains(name)).collect()
    }
}

impl<C: Claim> Kind for Claimed<C> {
    type Params = Headed<Self>;
    const NAME: &'static str = C::NAME;
    const ABOUT: About = About {
        family: Family::Claim,
        summary: C::ABOUT.summary,
        details: C::ABOUT.details,
        cites: C::ABOUT.cites,
        inputs: &[Slot::one("table", &[ValueType::Table]).doc("The rows.")],
        outputs: &[Port::new("verdict", ValueType::Verdict).doc("How the claim ends, with the numbers that decide it.")],
    };

    fn role(&self) -> Role<'_> {
        Role::Claim(self)
    }

    fn needs(&self, params: &Self::Params) -> Vec<Need> {
        C::needs(&params.own, &params.head)
    }

    fn cites(&self, params: &Self::Params) -> Vec<&'static str> {
        C::cites(&params.own, &params.head)
    }

    fn plan(&self, params: &Self::Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Problem::refuse(C::faults(&params.own, &params.head))?;
        Ok(Plan::light(vec![Shape::Verdict]))
    }

    /// The columns of the evidence.
    fn header(&self, _: &str, params: &Self::Params, inputs: &Headers) -> Option<Header> {
        let known = |name: &String| inputs.one("table").and_then(|table| table.get(name)).cloned();
        let place = |name: &String| known(name).unwrap_or_else(|| Column::new(name)).named(name, ColumnRole::Key);
        Some(Header(params.head.per.0.iter().map(place).collect()).with(&evidence()))
    }

    fn run(&self, params: &Self::Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        context.check()?;
        let head = &params.head;
        let table = head.filter.apply(inputs.one::<Table>("table")?)?;
        let Some(given) = &head.given_seeds else {
            let verdict = C::verdict(&params.own, head, &table)?;
            return Ok(vec![Value::Verdict(head.counted((verdict, &table)))]);
        };
        let verdict = C::verdict(&params.own, head, &given.apply(&table)?)?;
        let mut verdict = head.counted((verdict, &table));
        if let Some(finding) = &mut verdict.finding {
            finding.added_later = given.remark();
        }
        verdict.because.extend(given.remark().map(|remark| format!("; {remark}")));
        Ok(vec![Value::Verdict(verdict)])
    }
}

impl<C: Claim> ClaimRole for Claimed<C> {
    fn filled(&self) -> Vec<&'static str> {
        <Self as Shares>::filled()
    }

    fn given(&self, given: &GivenClaim<'_>) -> Vec<(&'static str, Json)> {
        let value = |name| match name {
            "says" => (name, given.says.clone()),
            "claimant" => (name, given.by.clone().unwrap_or_else(|| json!(Claimant::Us))),
            "looks" => (name, json!(given.looks)),
            "not_at_this_scale" => (name, json!(given.not_at_this_scale)),
            "given_seeds" => (name, json!(given.seeds)),
            _ => (name, json!(given.keys)),
        };
        <Self as Shares>::filled().into_iter().map(value).collect()
    }
}
