//! What a running step may reach beyond its inputs.

use super::data::DataSource;
use super::error::StepError;
use super::scratch::Scratch;
use std::sync::atomic::{AtomicBool, Ordering};

/// Handed to every run.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Where samples are read from.
    pub data: &'a dyn DataSource,
    /// Set when the user asks to stop; long steps look at it.
    pub cancelled: &'a AtomicBool,
    /// Where a long step leaves its state for the case that it is killed.
    pub scratch: &'a dyn Scratch,
}

impl Context<'_> {
    /// Ends a long step early when the user asked to stop.
    ///
    /// # Errors
    /// [`StepError::Cancelled`] then.
    pub fn check(&self) -> Result<(), StepError> {
        if self.cancelled.load(Ordering::Relaxed) { Err(StepError::Cancelled) } else { Ok(()) }
    }
}
