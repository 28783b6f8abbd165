//! Of several runs of training the one that made its objective smallest.

use super::outcome::outcome_header;
use crate::step::prelude::*;

/// `least-objective`
pub struct LeastObjective;

/// Parameters of `least-objective`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

impl Kind for LeastObjective {
    type Params = Params;
    const NAME: &'static str = "least-objective";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Keeps of several trained networks the one with the least training objective.",
        details: "For losses with many minima: wire steps of `train-network` that differ in `restart`. The objective is the \
                  training loss with its penalty after the last step, so validation and test samples have no say. The first of equal \
                  ones is kept.",
        cites: &["wen-2024"],
        inputs: &[
            Slot::many("networks", &[ValueType::Network]).doc("The networks, all with the same layers."),
            Slot::many("outcomes", &[ValueType::Table]).doc("Their `outcome`, in the same order."),
        ],
        outputs: &[
            Port::new("network", ValueType::Network).doc("The network that is kept."),
            Port::new("outcome", ValueType::Table).doc("Its outcome, and which `start` it is, from 1."),
        ],
    };

    fn plan(&self, _: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let networks = inputs.all("networks");
        let Some(&first) = networks.first() else {
            return Err(vec![Problem::at("networks", "expected at least one network")]);
        };
        let outcomes = inputs.all("outcomes").len();
        if outcomes != networks.len() {
            let message = format!("{} networks and {outcomes} outcomes, expected as many of each", networks.len());
            return Err(vec![
                Problem::at("outcomes", message).help("name `STEP.network` and `STEP.outcome` of each step"),
            ]);
        }
        if networks.iter().any(|&other| other != first) {
            let problem =
                Problem::at("networks", "the networks have different layers or checkpoints, expected the same");
            return Err(vec![problem]);
        }
        Ok(Plan { outputs: vec![first, Shape::Table], work_bytes: 0, flops: 0.0 })
    }

    fn header(&self, port: &str, _: &Params, _: &Headers) -> Option<Header> {
        (port == "outcome").then(|| Header::of(&["start"]).keys(&["start"]).with(&outcome_header()))
    }

    fn run(&self, _: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let (networks, outcomes) = (inputs.all::<Network>("networks")?, inputs.all::<Table>("outcomes")?);
        let mut objectives = Vec::new();
        for outcome in &outcomes {
            objectives.push(objective(outcome)?);
        }
        let all = objectives.iter().enumerate();
        let least = all.min_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(index, _)| index);
        let mut columns = vec![("start".to_owned(), vec![Cell::from(least + 1)])];
        for name in outcomes[least].names() {
            let cells = outcomes[least].column(&name)?;
            columns.push((name, cells));
        }
        Ok(vec![Value::Network(networks[least].clone()), Value::Table(Table::new(columns)?)])
    }
}

fn objective(outcome: &Table) -> Result<f64, StepError> {
    let refuse = |reason: &str| StepError::Input { slot: "outcomes".to_owned(), reason: reason.to_owned() };
    let cells =
        outcome.numbers("objective").map_err(|_| refuse("a table has no column `objective`; wire `STEP.outcome`"))?;
    match cells[..] {
        [Some(objective)] => Ok(objective),
        _ => Err(refuse("an outcome has no objective; is there a training sample?")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::TrainNetwork;
    use crate::experiment::testing::{Check, pixels};
    use serde_json::json;

    fn run(restart: usize, width: usize) -> (Value, Value) {
        let params = json!({
            "layers": [{"dense": {"width": width}}, {"activation": "relu"}, {"dense": {"width": 1}}],
            "learning_rate": 0.02, "batch": 9, "steps": 5, "restart": restart, "seed": 3
        });
        let mut made = Check::of(&TrainNetwork).run(&params, vec![("x", Value::Representation(pixels(9, 0, 2)))]);
        let outcome = made.remove(3);
        (made.remove(2), outcome)
    }

    fn number(table: &Value, name: &str) -> f64 {
        let Value::Table(table) = table else { panic!("a table") };
        table.numbers(name).unwrap()[0].unwrap()
    }

    #[test]
    fn the_smallest_objective_wins_in_any_order() {
        let runs: Vec<(Value, Value)> = (0..4).map(|restart| run(restart, 3)).collect();
        let least = runs.iter().map(|(_, outcome)| number(outcome, "objective")).fold(f64::INFINITY, f64::min);
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            let networks = order.iter().map(|&i: &usize| ("networks", runs[i].0.clone()));
            let outcomes = order.iter().map(|&i| ("outcomes", runs[i].1.clone()));
            let made = Check::of(&LeastObjective).run(&json!({}), networks.chain(outcomes).collect());
            let kept = order[number(&made[1], "start") as usize - 1];
            assert_eq!(number(&made[1], "objective"), least);
            assert_eq!((&made[0], number(&made[1], "collapsed")), (&runs[kept].0, number(&runs[kept].1, "collapsed")));
        }
    }

    #[test]
    fn networks_without_their_outcomes_and_of_other_layers_are_refused() {
        let ((a, of_a), (b, _)) = (run(0, 3), run(0, 4));
        let few = vec![("networks", a.clone()), ("networks", a.clone()), ("outcomes", of_a.clone())];
        let problems = Check::of(&LeastObjective).refuse(&json!({}), few);
        assert_eq!(problems[0].message, "2 networks and 1 outcomes, expected as many of each");
        let other = vec![("networks", a), ("networks", b), ("outcomes", of_a.clone()), ("outcomes", of_a)];
        let problems = Check::of(&LeastObjective).refuse(&json!({}), other);
        assert!(problems[0].message.contains("different layers"));
    }
}
