//! Figures: a drawing of a table or of pictures, with its words.

use super::alt::{ALT, within};
use super::asked::{Asked, Beside, FigureHead};
use super::facets::Facets;
use super::headed::{Headed, Shares};
use super::role::{FigureRole, GivenFigure, Role, Words};
use super::source::Source;
use crate::artifact::{self, Shape, Table, Value, ValueType};
use crate::step::about::{About, Arity, Family, Port, Slot};
use crate::step::context::Context;
use crate::step::error::{Problem, StepError};
use crate::step::kind::Kind;
use crate::step::params::Parameters;
use crate::step::shapes::{Inputs, Outputs, Plan, Shapes};
use serde_json::{Value as Json, json};
use std::borrow::Cow;

/// The slot of a table as it was accepted, of kinds that draw one beside theirs.
pub const ACCEPTED: &str = "accepted";

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

    /// Whether it can draw single runs and an accepted table beside its own, for readers who ask for them.
    const BESIDE: bool = false;

    /// What it has to know of the table's columns, of `intervals` and `samples`.
    const KNOWS: &'static [&'static str] = &[];

    /// What is wrong with its own parameters whatever it draws.
    fn faults(_: &Self::Params) -> Vec<Problem> {
        Vec::new()
    }

    /// Other panels than those asked for, where what is asked for cannot be read; nothing otherwise.
    ///
    /// # Errors
    /// Where a column is missing.
    fn panels(_: &Asked<'_, Self::Params>, _: &<Self::Source as Source>::Of<'_>) -> Result<Option<Facets>, StepError> {
        Ok(None)
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

    /// A small picture of it without words: the panel with the paper's points, or the first; empty for none.
    ///
    /// # Errors
    /// As those of [`Figure::draw`].
    fn thumbnail(_: &Asked<'_, Self::Params>, _: &Self::Content) -> Result<String, StepError> {
        Ok(String::new())
    }

    /// What the figure shows, for those who do not see it; the title goes before it.
    fn alt(asked: &Asked<'_, Self::Params>, content: &Self::Content) -> String;

    /// Sentences of the caption; which rows and which data set come after them.
    fn caption(asked: &Asked<'_, Self::Params>, content: &Self::Content) -> Vec<String>;
}

impl<'a, P> Asked<'a, P> {
    /// The parameters of a figure, both parts.
    pub fn of<F: Figure<Params = P>>(params: &'a Headed<Drawn<F>>) -> Self {
        Self { own: &params.own, head: &params.head, beside: Beside::default() }
    }
}

/// A figure as a kind of step: a table or pictures in, a figure out.
#[derive(Debug, Clone, Copy)]
pub struct Drawn<F>(pub F);

impl<F: Figure> Drawn<F> {
    const SLOT: Slot =
        Slot { name: F::Source::SLOT, accepts: &[F::Source::TYPE], arity: F::Source::ARITY, doc: F::SHOWS };

    const RUNS: Slot = Slot {
        name: "runs",
        accepts: &[ValueType::Table],
        arity: Arity::Optional,
        doc: "The rows that those of the table are means of, one a run; the study layer wires it.",
    };
    const ACCEPTED: Slot = Slot {
        name: ACCEPTED,
        accepts: &[ValueType::Table],
        arity: Arity::Optional,
        doc: "The same table as it was accepted; a report wires it where numbers moved since.",
    };
    const SLOTS: &'static [Slot] = if F::BESIDE { &[Self::SLOT, Self::RUNS, Self::ACCEPTED] } else { &[Self::SLOT] };

    /// The figure.
    ///
    /// # Errors
    /// As those of [`Figure::content`] and [`Figure::draw`].
    pub fn figure(params: &Headed<Self>, from: <F::Source as Source>::Of<'_>) -> Result<artifact::Figure, StepError> {
        Self::with(params, from, Beside::default())
    }

    fn with(
        params: &Headed<Self>,
        from: <F::Source as Source>::Of<'_>,
        beside: Beside<'_>,
    ) -> Result<artifact::Figure, StepError> {
        let mut head = Cow::Borrowed(&params.head);
        if let Some(facets) = F::panels(&Asked::of(params), &from)? {
            head.to_mut().facets = facets;
        }
        let asked = Asked { own: &params.own, head: &head, beside };
        let content = F::content(&asked, from)?;
        let title = if head.title.is_empty() { String::new() } else { format!("{}: ", head.title) };
        let alt = within(&format!("{title}{}.", F::alt(&asked, &content)), ALT);
        let mut caption = F::caption(&asked, &content);
        if !head.filter.0.is_empty() {
            caption.push(format!("Shown: {}.", head.filter));
        }
        caption.push(head.data_note.sentences());
        caption.retain(|sentence| !sentence.is_empty());
        let (svg, thumbnail) = (F::draw(&asked, &content, &alt)?, F::thumbnail(&asked, &content)?);
        Ok(artifact::Figure { svg, thumbnail, alt, caption: caption.join(" ") })
    }
}

impl<F: Figure> Shares for Drawn<F> {
    type Head = FigureHead;
    type Own = F::Params;

    fn shared() -> Vec<&'static str> {
        let shared = F::Source::SHARED.iter().chain(F::KNOWS).copied();
        shared.chain(F::PUBLISHED.then_some("published")).collect()
    }
}

impl<F: Figure> Kind for Drawn<F> {
    type Params = Headed<Self>;
    const NAME: &'static str = F::NAME;
    const ABOUT: About = About {
        family: Family::Plot,
        summary: F::ABOUT.summary,
        details: F::ABOUT.details,
        cites: F::ABOUT.cites,
        inputs: Self::SLOTS,
        outputs: &[Port::new("figure", ValueType::Figure).doc("The figure with its description and caption.")],
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
        let table = |slot: &Slot| inputs.optional::<Table>(slot.name);
        let beside = Beside { runs: table(&Self::RUNS)?, accepted: table(&Self::ACCEPTED)? };
        Ok(vec![Value::Figure(Self::with(params, F::Source::of(inputs)?, beside)?)])
    }
}

impl<F: Figure> FigureRole for Drawn<F> {
    fn wired(&self) -> Option<&'static Slot> {
        let slot = const { &Self::SLOT };
        (F::Source::TYPE != ValueType::Table).then_some(slot)
    }

    fn runs(&self) -> Option<&'static Slot> {
        let slot = const { &Self::RUNS };
        F::BESIDE.then_some(slot)
    }

    fn takes_published(&self) -> bool {
        F::PUBLISHED
    }

    fn filled(&self) -> Vec<&'static str> {
        let filled = |name: &&'static str| ["headings", "data_note", "intervals", "samples"].contains(name);
        <Self as Shares>::shared().into_iter().filter(filled).collect()
    }

    fn given(&self, given: &GivenFigure) -> Vec<(&'static str, Json)> {
        let values = [
            ("headings", (!given.headings.is_empty()).then(|| json!(given.headings))),
            ("data_note", given.data_note.as_ref().map(|note| json!(note))),
            ("intervals", (!given.intervals.0.is_empty()).then(|| json!(given.intervals))),
            ("samples", (!given.samples.is_empty()).then(|| json!(given.samples))),
        ];
        let shared = <Self as Shares>::shared();
        values.into_iter().filter(|(name, _)| shared.contains(name)).filter_map(|(n, v)| Some((n, v?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Cell;
    use crate::step::ErasedKind;
    use crate::step::roles::DataNote;
    use crate::step::roles::Rows;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    /// Says how many rows there are.
    struct Count;

    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Own {
        /// What is counted.
        what: String,
    }

    impl Figure for Count {
        type Params = Own;
        type Source = Rows;
        type Content = usize;
        const NAME: &'static str = "count";
        const ABOUT: Words = Words { summary: "a fake", details: "", cites: &[] };
        const SHOWS: &'static str = "what is counted";

        fn faults(params: &Own) -> Vec<Problem> {
            params.what.is_empty().then(|| Problem::at("what", "nothing")).into_iter().collect()
        }

        fn content(asked: &Asked<'_, Own>, table: &Table) -> Result<usize, StepError> {
            Ok(asked.head.filter.apply(table)?.height())
        }

        fn draw(_: &Asked<'_, Own>, count: &usize, alt: &str) -> Result<String, StepError> {
            Ok(format!("<svg>{count} {alt}</svg>"))
        }

        fn thumbnail(_: &Asked<'_, Own>, count: &usize) -> Result<String, StepError> {
            Ok(format!("<svg>{count}</svg>"))
        }

        fn alt(asked: &Asked<'_, Own>, count: &usize) -> String {
            format!("{count} {}", asked.what)
        }

        fn caption(asked: &Asked<'_, Own>, _: &usize) -> Vec<String> {
            vec![format!("Number of {}.", asked.what), String::new()]
        }
    }

    fn canonical(params: &Json) -> Json {
        Drawn(Count).canonical(params).unwrap()
    }

    #[test]
    fn a_figure_has_its_own_words_and_those_that_all_figures_have() {
        let table = Table::from_rows(&["n"], &[vec![Cell::Int(1)], vec![Cell::Int(2)], vec![Cell::Int(3)]]).unwrap();
        let note = json!({"title": "MNIST", "stands_in_for": "CIFAR-10"});
        let tree = json!({"what": "rows", "title": "Counted", "where": {"n": {"at_least": 2}}, "data_note": note});
        let params = Headed::<Drawn<Count>>::read(&tree).unwrap();
        let figure = Drawn::figure(&params, &table).unwrap();
        assert_eq!(figure.alt, "Counted: 2 rows.");
        assert_eq!(figure.svg, "<svg>2 Counted: 2 rows.</svg>");
        assert_eq!(figure.thumbnail, "<svg>2</svg>");
        assert_eq!(figure.caption, "Number of rows. Shown: n ≥ 2. Data: MNIST stands in for CIFAR-10.");
    }

    #[test]
    fn what_a_figure_does_not_take_is_refused_and_what_it_is_given_is_known() {
        let refused = |params: &Json| Drawn(Count).canonical(params).unwrap_err()[0].message.clone();
        assert!(refused(&json!({"what": "rows", "published": null})).contains("unknown field `published`"));
        assert!(refused(&json!({"what": "rows", "headings": []})).contains("`facets`"), "known names are listed");
        let plan = |params: &Json| ErasedKind::plan(&Drawn(Count), params, &Shapes::default());
        assert!(plan(&canonical(&json!({"what": "rows"}))).is_ok());
        let wrong = json!({"what": "", "facets": {"per_row": 2}});
        let faults = plan(&canonical(&wrong)).err().unwrap_or_default();
        let at: Vec<_> = faults.iter().filter_map(|fault| fault.at.as_deref()).collect();
        assert_eq!(at, ["what", "facets.per_row"]);
        let Role::Figure(role) = ErasedKind::role(&Drawn(Count)) else { panic!("a figure") };
        assert!(role.wired().is_none() && !role.takes_published());
        assert_eq!(role.filled(), ["data_note"]);
        let data_note = Some(DataNote::default());
        let given = GivenFigure { data_note, headings: vec!["one".to_owned()], ..GivenFigure::default() };
        assert_eq!(role.given(&given).len(), 1, "headings are for what is wired to steps");
    }
}
