//! The bytes of a training run that was stopped: the tables so far, then parameters, optimiser and checkpoints.

use crate::artifact::{Cell, Checkpoint};
use crate::step::StepError;
use serde::{Deserialize, Serialize};

/// How far a run has come.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// Steps made.
    pub step: usize,
    pub trajectory: Vec<Vec<Cell>>,
    pub layers: Vec<Vec<Cell>>,
    pub checkpoints: Vec<Checkpoint>,
}

/// All that a run needs to go on.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub progress: Progress,
    pub parameters: Vec<f32>,
    pub optimiser_steps: u64,
    pub moments: Vec<Vec<f32>>,
}

/// What stands before the numbers.
#[derive(Serialize, Deserialize)]
struct Head {
    step: usize,
    trajectory: Vec<Vec<Cell>>,
    layers: Vec<Vec<Cell>>,
    checkpoint_steps: Vec<usize>,
    optimiser_steps: u64,
    moments: usize,
}

/// The state as bytes: eight bytes with the length of a JSON head, the head, then numbers of four bytes.
pub fn encode(
    progress: &Progress,
    parameters: &[f32],
    (optimiser_steps, moments): (u64, &[Vec<f32>]),
) -> Result<Vec<u8>, StepError> {
    let head = Head {
        step: progress.step,
        trajectory: progress.trajectory.clone(),
        layers: progress.layers.clone(),
        checkpoint_steps: progress.checkpoints.iter().map(|c| c.step).collect(),
        optimiser_steps,
        moments: moments.len(),
    };
    let head = serde_json::to_vec(&head).map_err(|e| StepError::Scratch(e.to_string()))?;
    let mut bytes = (head.len() as u64).to_le_bytes().to_vec();
    bytes.extend(head);
    let checkpoints = progress.checkpoints.iter().map(|c| &c.parameters[..]);
    bytes.reserve(4 * parameters.len() * (1 + moments.len() + progress.checkpoints.len()));
    for numbers in std::iter::once(parameters).chain(moments.iter().map(|m| &m[..])).chain(checkpoints) {
        numbers.iter().for_each(|x| bytes.extend_from_slice(&x.to_le_bytes()));
    }
    Ok(bytes)
}

/// The state of a network of so many parameters; nothing where the bytes are something else.
pub fn decode(bytes: &[u8], parameters: usize) -> Option<State> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (head, numbers) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let head: Head = serde_json::from_slice(head).ok()?;
    let vectors = 1 + head.moments + head.checkpoint_steps.len();
    if numbers.len() != 4 * parameters * vectors {
        return None;
    }
    let vector = |i: usize| -> Vec<f32> {
        let own = &numbers[4 * parameters * i..4 * parameters * (i + 1)];
        own.as_chunks::<4>().0.iter().map(|&four| f32::from_le_bytes(four)).collect()
    };
    let steps = head.checkpoint_steps.iter().zip(1 + head.moments..);
    let checkpoints = steps.map(|(&step, i)| Checkpoint { step, parameters: vector(i) }).collect();
    Some(State {
        progress: Progress { step: head.step, trajectory: head.trajectory, layers: head.layers, checkpoints },
        parameters: vector(0),
        optimiser_steps: head.optimiser_steps,
        moments: (1..=head.moments).map(vector).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_to_the_last_bit() {
        let progress = Progress {
            step: 7,
            trajectory: vec![vec![Cell::Int(3), Cell::Float(1.0), Cell::Float(0.10733740199413697), Cell::Null]],
            layers: vec![],
            checkpoints: vec![Checkpoint { step: 3, parameters: vec![1.5, -0.0] }],
        };
        let moments = [vec![1e-40_f32, 2.0], vec![3.0, f32::MIN_POSITIVE]];
        let bytes = encode(&progress, &[0.1, 0.2], (7, &moments)).unwrap();
        let state = decode(&bytes, 2).unwrap();
        let expected = State { progress, parameters: vec![0.1, 0.2], optimiser_steps: 7, moments: moments.to_vec() };
        assert_eq!(state, expected);
        assert_eq!(decode(&bytes, 3), None);
        assert_eq!(decode(&bytes[..bytes.len() - 1], 2), None);
        assert_eq!(decode(b"short", 2), None);
    }
}
