//! Pages: HTML, Markdown, JSON, JUnit, the index, and their files.
//!
//! What stands on them is made in `content`.
//! Start with `write`.

mod escape;
mod export;
mod figure_file;
mod grouped;
pub(super) mod index;
mod index_line;
mod json;
mod junit;
mod math;
mod render;
mod sarif;
mod scale;
mod scale_row;
mod scale_words;
mod template;
mod tidy;
pub(super) mod write;

pub use export::Export;
pub(super) use template::render_template;
pub use write::{Written, costs_in, pages_in, remove_all, replace_file, variants_in, whole_in};
