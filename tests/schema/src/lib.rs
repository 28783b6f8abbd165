//! The schemas of `schema/` against the studies, fragments and cards of the project, and against mistakes.

#[cfg(test)]
mod tests;
