//! SLURM: an array for each array, sent by `sbatch`, with `squeue`, `scancel` and `scontrol` for the rest.
//!
//! Accounting is not needed. SLURM forgets jobs that ended after some minutes, and an `sbatch` that failed may have queued its
//! job, so the queue is asked by name. Values of variables that are passed stand in the script that `sbatch` reads, on no
//! command line; SLURM keeps that script in its spool as long as the job, where its administrators can read it.

mod executor;
mod queue;
mod reason;
mod sbatch;
mod script;

pub use executor::Slurm;
pub use reason::reason_in_words;
