//! What is kept, why something runs, what was done, and whether committed results come out again.

mod collecting;
mod crates;
mod looking;
mod reasons;
mod recorded;
