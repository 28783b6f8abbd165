//! Figures: a drawing of a table or of pictures, with its words.

use super::data_note::DataNote;
use super::facets::Facets;
use super::headed::{Headed, Shares};
use super::role::{FigureRole, GivenFigure, Role, Words};
use super::source::Source;
use crate::artifact::{self, Shape, Value, ValueType};
use crate::step::about::{About, Family, Keep, Port, Slot};
use crate::step::context::Context;
use crate::step::error::{Problem, StepError};
use crate::step::filter::Filter;
use crate::step::kind::Kind;
use crate::step::params::Parameters;
use crate::step::published::Published;
use crate::step::shapes::{Inputs, Outputs, Plan, Shapes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::ops::Deref;

/// A kind of figure. Implement it on a unit struct and list that in `catalog.rs` as `Drawn(YourFigure)`.
pub trait Figure: Sync + 'static {
    /// Parameters beyond the head: `deny_unknown_fields`, every field documented, every number with a range.
    type Params: Parameters;

    /// What it is drawn from: [`super::Rows`] of a table, or [`super::Images`].
    type Source: Source;

    /// What stands in its panels.
    type Content;

    /// The name that studies write, kebab-case.
    const NAME: &'static str;

    /// Documentation.
    const ABOUT: Words;

    /// What the table's rows, or the pictures, have to be.
    const SHOWS: &'static str;

    /// Whether it can draw published numbers beside ours.
    const PUBLISHED: bool = false;

    /// What is wrong with its own parameters whatever it draws.
    fn faults(_: &Self::Params) -> Vec<Problem> {
        Vec::new()
    }

    /// Reads what stands in the panels.
    ///
    /// # Errors
    /// Where a column is missing or there is more than can be shown.
    fn content(
        asked: &Asked<'_, Self::Params>,
        from: <Self::Source as Source>::Of<'_>,
    ) -> Result<Self::Content, StepError>;

    /// The SVG file; `alt` is the description for those who do not see it.
    ///
    /// # Errors
    /// Where an axis cannot show a value.
    fn draw(asked: &Asked<'_, Self::Params>, content: &Self::Content, alt: &str) -> Result<String, StepError>;

    /// What the figure shows, for those who do not see it; the title goes before it.
    fn alt(asked: &Asked<'_, Self::Params>, content: &Self::Content) -> String;

    /// Sentences of the caption; which rows and which data set come after them.
    fn caption(asked: &Asked<'_, Self::Params>, content: &Self::Content) -> Vec<String>;
}

/// Parameters that figures share.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureHead {
    /// Title over the figure; empty for none.
    #[serde(default)]
    pub title: String,
    /// Small multiples: a panel for each value of a column.
    #[serde(default)]
    pub facets: Facets,
    /// Which rows are drawn.
    #[serde(default, rename = "where")]
    pub filter: Filter,
    /// One heading over each wired value, empty for none; the study layer writes them.
    #[serde(default)]
    pub headings: Vec<String>,
    /// The paper's own numbers in the table's columns and units, drawn hollow; none where the data set is not the paper's.
    #[serde(default)]
    pub published: Option<Published>,
    /// The data set that it was computed on.
    #[serde(default)]
    pub data_note: DataNote,
}

/// All parameters of a figure; its own are read as if they were this type's.
#[derive(Debug)]
pub struct Asked<'a, P> {
    own: &'a P,
    /// What figures share.
    pub head: &'a FigureHead,
}

impl<'a, P> Asked<'a, P> {
    /// The parameters of a figure, both parts.
    pub const fn of<F: Figure<Params = P>>(params: &'a Headed<Drawn<F>>) -> Self {
        Self { own: &params.own, head: &params.head }
    }
}

impl<P> Deref for Asked<'_, P> {
    type Target = P;

    fn deref(&self) -> &P {
        self.own
    }
}

/// A figure as a kind of step: a table or pictures in, a figure out.
#[derive(Debug, Clone, Copy)]
pub struct Drawn<F>(pub F);

impl<F: Figure> Drawn<F> {
    const SLOT: Slot =
        Slot { name: F::Source::SLOT, accepts: &[F::Source::TYPE], arity: F::Source::ARITY, doc: F::SHOWS };

    /// The figure.
    ///
    /// # Errors
    /// As those of [`Figure::content`] and [`Figure::draw`].
    pub fn figure(params: &Headed<Self>, from: <F::Source as Source>::Of<'_>) -> Result<artifact::Figure, StepError> {
        let (head, asked) = (&params.head, Asked::of(params));
        let content = F::content(&asked, from)?;
        let title = if head.title.is_empty() { String::new() } else { format!("{}: ", head.title) };
        let alt = format!("{title}{}.", F::alt(&asked, &content));
        let mut caption = F::caption(&asked, &content);
        if !head.filter.0.is_empty() {
            caption.push(format!("Shown: {}.", head.filter));
        }
        caption.push(head.data_note.sentences());
        caption.retain(|sentence| !sentence.is_empty());
        Ok(artifact::Figure { svg: F::draw(&asked, &content, &alt)?, alt, caption: caption.join(" ") })
    }
}

impl<F: Figure> Shares for Drawn<F> {
    type Head = FigureHead;
    type Own = F::Params;

    fn shared() -> Vec<&'static str> {
        F::Source::SHARED.iter().copied().chain(F::PUBLISHED.then_some("published")).collect()
    }
}

impl<F: Figure> Kind for Drawn<F> {
    type Params = Headed<Self>;
    const NAME: &'static str = F::NAME;
    const ABOUT: About = About {
        module: F::ABOUT.module,
        family: Family::Plot,
        summary: F::ABOUT.summary,
        details: F::ABOUT.details,
        cites: F::ABOUT.cites,
        inputs: &[Self::SLOT],
        outputs: &[Port {
            name: "figure",
            value_type: ValueType::Figure,
            keep: Keep::Always,
            doc: "The figure with its description and caption.",
        }],
    };

    fn role(&self) -> Role<'_> {
        Role::Figure(self)
    }

    fn plan(&self, params: &Self::Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let (wired, head) = (inputs.all(F::Source::SLOT).len(), &params.head);
        let mut faults = F::faults(&params.own);
        faults.extend(head.facets.problems());
        if head.headings.len() > wired {
            let message = format!("{} headings for {wired} values", head.headings.len());
            faults.push(Problem::at("headings", message));
        }
        if faults.is_empty() { Ok(Plan::light(vec![Shape::Figure])) } else { Err(faults) }
    }

    fn run(&self, params: &Self::Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Ok(vec![Value::Figure(Self::figure(params, F::Source::of(inputs)?)?)])
    }
}

impl<F: Figure> FigureRole for Drawn<F> {
    fn wired(&self) -> Option<&'static Slot> {
        let slot = const { &Self::SLOT };
        (F::Source::TYPE != ValueType::Table).then_some(slot)
    }

    fn takes_published(&self) -> bool {
        F::PUBLISHED
    }

    fn filled(&self) -> Vec<&'static str> {
        let filled = |name: &&'static str| ["headings", "data_note"].contains(name);
        F::Source::SHARED.iter().copied().filter(filled).collect()
    }

    fn given(&self, given: &GivenFigure) -> Vec<(&'static str, Json)> {
        let values = [
            ("headings", (!given.headings.is_empty()).then(|| json!(given.headings))),
            ("data_note", given.data_note.as_ref().map(|note| json!(note))),
        ];
        let shared = <Self as Shares>::shared();
        values.into_iter().filter(|(name, _)| shared.contains(name)).filter_map(|(n, v)| Some((n, v?))).collect()
    }
}
