//! What a study takes for granted of a kind: claims and table operations, each a trait with one adapter to [`super::Kind`].
//!
//! The statistics behind claims are in `analysis`; how a study writes them is in `study`.
//! Start with `table_op`.

mod claim;
mod headed;
mod role;
mod table_op;

pub use claim::{Claim, ClaimHead, Claimed, Takes};
pub use headed::{Headed, Shares};
pub use role::{ClaimRole, GivenClaim, GivenTable, Need, Role, TableRole, Words};
pub use table_op::{After, Clause, Form, Makes, Operation, TableHead, TableOp};
