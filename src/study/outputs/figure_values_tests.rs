use crate::artifact::{Pictures, Shape, ValueType};
use crate::step::roles::{Asked, Drawn, Figure, Images, Words};
use crate::step::{
    About, Context, DataRef, ErasedKind, Family, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Shapes, Slot,
    StepError,
};
use crate::study::DataChoice;
use crate::study::environment::{DataResolver, Environment, Unresolved};
use crate::study::load;
use crate::study::model::Study;
use crate::yaml::Cause;
use crate::yaml::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Makes pictures, and a table.
struct Painter;

/// Shows pictures.
struct Gallery;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Paint {
    /// What makes its cells differ.
    depth: u32,
    /// The same.
    #[serde(default)]
    seed: u32,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Hang {}

const fn about(family: Family, inputs: &'static [Slot], outputs: &'static [Port]) -> About {
    About { family, summary: "a fake", details: "", cites: &[], inputs, outputs }
}

const fn port(name: &'static str, value_type: ValueType) -> Port {
    Port { name, value_type, keep: Keep::Always, doc: "what is made" }
}

impl Kind for Painter {
    type Params = Paint;
    const NAME: &'static str = "painter";
    const ABOUT: About =
        about(Family::Experiment, &[], &[port("table", ValueType::Table), port("pictures", ValueType::Pictures)]);

    fn plan(&self, _: &Paint, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Ok(Plan::light(vec![Shape::Table, Shape::Pictures { numbers: 9 }]))
    }

    fn run(&self, _: &Paint, _: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Ok(Vec::new())
    }
}

impl Figure for Gallery {
    type Params = Hang;
    type Source = Images;
    type Content = ();
    const NAME: &'static str = "gallery";
    const ABOUT: Words = Words { summary: "a fake", details: "", cites: &[] };
    const SHOWS: &'static str = "what to show";

    fn content(_: &Asked<'_, Hang>, _: Vec<&Pictures>) -> Result<(), StepError> {
        Ok(())
    }

    fn draw(_: &Asked<'_, Hang>, (): &(), _: &str) -> Result<String, StepError> {
        Ok(String::new())
    }

    fn alt(_: &Asked<'_, Hang>, (): &()) -> String {
        String::new()
    }

    fn caption(_: &Asked<'_, Hang>, (): &()) -> Vec<String> {
        Vec::new()
    }
}

struct NoData;

impl DataResolver for NoData {
    fn resolve(&self, _: &[DataChoice], _: Option<&str>) -> Result<DataRef, Unresolved> {
        Err(Unresolved { message: "no data".into(), help: "none is needed".into(), cause: Cause::Missing })
    }
}

/// A study with three depths, two seeds and one figure.
fn study(figure: &str) -> Result<Study, Vec<Fault>> {
    let text = format!(
        "study: s\ntitle: t\nsweep:\n  depth: [1, 2, 3]\n  seed: {{count: 2}}\nsteps:\n  deep:\n    kind: painter\n    params: \
         {{depth: $depth, seed: $seed}}\n  flat:\n    kind: painter\n    params: {{depth: 0}}\nfigures:\n  f: {figure}\n  \
         all: {{kind: gallery, pictures: {{a: deep.pictures, b: flat.pictures}}}}\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.yaml");
    std::fs::write(&path, text).unwrap();
    let kinds: [&'static dyn ErasedKind; 2] = [&Painter, &Drawn(Gallery)];
    let environment =
        Environment { kinds: &kinds, data: &NoData, works: &[], profile: "quick", settings: &[], record: None };
    load(&path, (folder.path(), "s"), environment)
}

/// The wired nodes' places in the sweep, and the headings.
fn wired(figure: &str) -> (Vec<String>, Vec<String>) {
    let study = study(figure).unwrap();
    let node = study.nodes.iter().find(|node| node.label == "f (gallery)").unwrap();
    let place = |wire: &super::Wire| {
        assert_eq!(wire.port, 1);
        let cell = &study.nodes[wire.node].cell;
        cell.iter().map(|(axis, value)| format!("{axis}{value}")).collect::<Vec<_>>().join(" ")
    };
    let headings = node.params["headings"].as_array().unwrap().iter().map(|h| h.as_str().unwrap().to_owned());
    (node.inputs[0].1.iter().map(place).collect(), headings.collect())
}

/// The first fault: place, message and help.
fn refused(figure: &str) -> String {
    let faults = study(figure).map(|_| ()).unwrap_err();
    let fault = &faults[0];
    format!("{}: {} ({})", fault.place, fault.message, fault.help.clone().unwrap_or_default())
}

#[test]
fn all_cells_that_are_meant_are_wired_in_the_order_of_the_sweep() {
    let (cells, headings) = wired("{kind: gallery, pictures: deep.pictures, where: {seed: 0}}");
    assert_eq!(cells, ["depth1 seed0", "depth2 seed0", "depth3 seed0"]);
    assert_eq!(headings, ["Depth = 1", "Depth = 2", "Depth = 3"]);
    assert_eq!(wired("{kind: gallery, pictures: deep.pictures}").0.len(), 6);
}

#[test]
fn labels_are_headings_and_a_condition_does_not_concern_a_step_without_the_axis() {
    let both = "{kind: gallery, pictures: {Deep: deep.pictures, Flat: flat.pictures}, where: {seed: 1, depth: [1, 3]}}";
    let (cells, headings) = wired(both);
    assert_eq!(cells, ["depth1 seed1", "depth3 seed1", ""]);
    assert_eq!(headings, ["Deep, Depth = 1", "Deep, Depth = 3", "Flat"]);
    assert_eq!(wired("{kind: gallery, pictures: flat.pictures}").1, [""]);
}

#[test]
fn mistakes_are_shown_at_their_place() {
    let place = |text: &str, line: usize, column: usize| {
        assert!(text.starts_with(&format!("s.yaml:{line}:{column}:")), "{text}");
    };
    let none = refused("{kind: gallery}");
    assert!(none.contains("`f` names no `pictures`") && none.contains("`deep.pictures` is of type pictures"), "{none}");
    let table = refused("{kind: gallery, pictures: deep}");
    assert!(table.contains("takes a value of type pictures, but `deep` is of type table"), "{table}");
    assert!(table.contains("`deep.pictures` is of type pictures"), "{table}");
    place(&table, 14, 32);
    let step = refused("{kind: gallery, pictures: {a: dep.pictures}}");
    assert!(step.contains("there is no step `dep`") && step.contains("did you mean `deep`"), "{step}");
    let axis = refused("{kind: gallery, pictures: deep.pictures, where: {sed: 0}}");
    assert!(axis.contains("`sed` is no sweep axis") && axis.contains("`seed`"), "{axis}");
    place(&axis, 14, 55);
    let nothing = refused("{kind: gallery, pictures: deep.pictures, where: {depth: 9}}");
    assert!(nothing.contains("no cell of `deep.pictures` meets `where`: depth = 9"), "{nothing}");
    let list = refused("{kind: gallery, pictures: [deep.pictures]}");
    assert!(list.contains("`step.output` or label → `step.output`"), "{list}");
}

#[test]
fn more_cells_than_a_figure_can_show_are_refused() {
    let many = (0..5).map(|i| format!("L{i}: deep.pictures")).collect::<Vec<_>>().join(", ");
    let error = refused(&format!("{{kind: gallery, pictures: {{{many}}}}}"));
    assert!(error.contains("would take 30 cells of the sweep, of which at most 24 can be shown"), "{error}");
    assert!(error.contains("the axes are depth, seed"), "{error}");
}
