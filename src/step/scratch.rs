//! Where a long step leaves its state, so that a killed run goes on from there.

use super::error::StepError;

/// One state of one step. It survives a kill and is gone when the step is done.
///
/// A step that reads it must give the same bytes as one that was never stopped.
pub trait Scratch: Sync {
    /// What was saved last by an earlier run of the same step; nothing where it is missing or damaged.
    fn load(&self) -> Option<Vec<u8>>;

    /// Replaces the state at once; the one before is gone.
    ///
    /// # Errors
    /// [`StepError::Scratch`] where it cannot be written.
    fn save(&self, state: &[u8]) -> Result<(), StepError>;
}

/// Forgets: for tests and for whoever runs a step alone.
#[derive(Debug, Clone, Copy)]
pub struct NoScratch;

impl Scratch for NoScratch {
    fn load(&self) -> Option<Vec<u8>> {
        None
    }

    fn save(&self, _: &[u8]) -> Result<(), StepError> {
        Ok(())
    }
}
