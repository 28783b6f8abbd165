//! Drawn figures as PDF and PNG, for papers and slides: colours of a light ground, letters as outlines.
//!
//! `drawing` reads what `canvas/svg` wrote, which is a small part of SVG; a renderer for all of it (resvg with svg2pdf) is
//! 190 CPU seconds of a cold build.
//! Start with `files`; `drawing` is what both forms are painted from.

mod drawing;
mod files;
mod letters;
mod path_data;
mod pdf;
mod png;

pub use files::{to_pdf, to_png};
