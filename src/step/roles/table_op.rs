//! Table operations: a table from a table, behind a clause of a study's `tables:`.

use super::clause::{After, Clause, TableHead};
use super::headed::{Headed, Shares};
use super::role::{GivenTable, Need, Role, TableRole, Words};
use crate::artifact::{Shape, Table, Value, ValueType};
use crate::step::about::{About, Family, Port, Slot};
use crate::step::context::Context;
use crate::step::error::{Problem, StepError};
use crate::step::header::{Header, Headers};
use crate::step::kind::Kind;
use crate::step::params::Parameters;
use crate::step::shapes::{Inputs, Outputs, Plan, Shapes};
use serde_json::{Value as Json, json};

/// An operation on a table. Implement it on a unit struct and list that in `catalog.rs` as `Operation(YourOperation)`: the
/// order there is the order in which the clauses of a table act.
pub trait TableOp: Sync + 'static {
    /// Parameters beyond the head: `deny_unknown_fields`, every field documented, every number with a range.
    type Params: Parameters;

    /// The name that studies write, kebab-case.
    const NAME: &'static str;

    /// Documentation.
    const ABOUT: Words;

    /// How a table of a study asks for it.
    const CLAUSE: Clause;

    /// The parameters of the head that it takes, of `keys`, `by` and `averaged`.
    const TAKES: &'static [&'static str];

    /// What is wrong with parameters whatever the rows are.
    fn faults(_: &Self::Params, _: &TableHead) -> Vec<Problem> {
        Vec::new()
    }

    /// The rows without which it has nothing to work on.
    fn needs(_: &Self::Params, _: &TableHead) -> Vec<Need> {
        Vec::new()
    }

    /// What tells its rows apart; as it stands, what told apart those that it got.
    fn after(_: &Self::Params, head: &TableHead) -> After {
        After { keys: head.keys.0.clone(), ..After::default() }
    }

    /// The columns that it makes of those of the table; as it stands, the same.
    fn header(_: &Self::Params, _: &TableHead, table: &Header) -> Header {
        table.clone()
    }

    /// The operation. It asks `context` now and then where it takes long.
    ///
    /// # Errors
    /// Where a column is missing or the rows do not allow it.
    fn apply(params: &Self::Params, head: &TableHead, table: &Table, context: &Context<'_>)
    -> Result<Table, StepError>;
}

/// A table operation as a kind of step: a table in, a table out.
#[derive(Debug, Clone, Copy)]
pub struct Operation<T>(pub T);

impl<T: TableOp> Shares for Operation<T> {
    type Head = TableHead;
    type Own = T::Params;

    fn shared() -> Vec<&'static str> {
        T::TAKES.to_vec()
    }
}

impl<T: TableOp> Kind for Operation<T> {
    type Params = Headed<Self>;
    const NAME: &'static str = T::NAME;
    const ABOUT: About = About {
        family: Family::Analysis,
        summary: T::ABOUT.summary,
        details: T::ABOUT.details,
        cites: T::ABOUT.cites,
        inputs: &[Slot::one("table", &[ValueType::Table]).doc("The rows.")],
        outputs: &[Port::new("table", ValueType::Table).doc("The resulting rows.")],
    };

    fn role(&self) -> Role<'_> {
        Role::Table(self)
    }

    fn needs(&self, params: &Self::Params) -> Vec<Need> {
        T::needs(&params.own, &params.head)
    }

    fn after(&self, params: &Self::Params) -> After {
        T::after(&params.own, &params.head)
    }

    fn plan(&self, params: &Self::Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Problem::refuse(T::faults(&params.own, &params.head))?;
        Ok(Plan::light(vec![Shape::Table]))
    }

    fn header(&self, _: &str, params: &Self::Params, inputs: &Headers) -> Option<Header> {
        inputs.one("table").map(|table| T::header(&params.own, &params.head, table))
    }

    fn run(&self, params: &Self::Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        context.check()?;
        Ok(vec![Value::Table(T::apply(&params.own, &params.head, inputs.one::<Table>("table")?, context)?)])
    }
}

impl<T: TableOp> TableRole for Operation<T> {
    fn clause(&self) -> Clause {
        T::CLAUSE
    }

    fn filled(&self) -> Vec<&'static str> {
        T::TAKES.to_vec()
    }

    fn given(&self, given: &GivenTable<'_>) -> Vec<(&'static str, Json)> {
        let value = |name| {
            let value = match name {
                "by" => json!(given.labels),
                "averaged" => json!(given.averaged),
                _ => json!(given.keys),
            };
            (name, value)
        };
        self.filled().into_iter().map(value).collect()
    }
}
