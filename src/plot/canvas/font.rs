//! The embedded font: measures text the same way on every machine.

use crate::step::StepError;
use plotters::style::{FontStyle, register_font};
use std::sync::OnceLock;

/// The family that the drawing asks its viewer for. Verdana has nearly the same widths.
pub const FAMILY: &str = "\"DejaVu Sans\", Verdana, sans-serif";

/// The file.
pub static BYTES: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");
static READY: OnceLock<bool> = OnceLock::new();

/// Makes the font known to plotters, once.
///
/// # Errors
/// Where the embedded file is no font.
pub fn register() -> Result<(), StepError> {
    let ready = READY.get_or_init(|| register_font(FAMILY, FontStyle::Normal, BYTES).is_ok());
    if *ready { Ok(()) } else { Err(StepError::Bug("the embedded font is unreadable".to_owned())) }
}
