//! Which of the commands of the store is meant.

use super::gc::Bounds;
use super::{du, gc, pin, transfer, verify};
use crate::cli::fail::{Done, Failure};
use crate::cli::project::Project;
use crate::remote::Sending;

/// What to do with the store.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum What {
    /// Reads everything in the store and names what is damaged; exits with 1 where something is. The next run computes
    /// anew what it needs of it.
    Verify,
    /// What takes how much room: by study and profile, by kind, what no study reaches, what is pinned.
    Du,
    /// Takes out results. What is pinned and what a running run uses always stays; what no study reaches in any profile
    /// goes first, and without `--keep` nothing else does. Then goes what is cheap to have again for its size and has
    /// long not been used.
    Gc {
        #[command(flatten)]
        bounds: Bounds,
    },
    /// Sends the results that studies reach to a remote, those that are not there. Called again it goes on where it was
    /// interrupted. Nothing is deleted there.
    Push {
        /// Studies. Default: all.
        studies: Vec<String>,
        /// Sends what is there already too.
        #[arg(long)]
        again: bool,
        /// Only says how many results and bytes would go.
        #[arg(long)]
        dry_run: bool,
    },
    /// Fetches the results that studies reach from a remote, those that are not here. Everything is checked; what is not as
    /// its hashes say is refused. Called again it goes on where it was interrupted.
    Pull {
        /// Studies. Default: all.
        studies: Vec<String>,
        /// Only says how many results and bytes would come.
        #[arg(long)]
        dry_run: bool,
    },
    /// Keeps results in the store whatever changes: those that a study reaches now, in the profile asked for, or single
    /// ones by their keys.
    Pin {
        /// Studies, or keys by at least eight of their first digits.
        #[arg(required = true, value_name = "STUDY|KEY")]
        what: Vec<String>,
    },
    /// Takes pins away; without names it lists them.
    Unpin {
        /// What was pinned, as `lofi store unpin` lists it.
        #[arg(value_name = "STUDY|KEY")]
        what: Vec<String>,
        /// Takes all away, a damaged list too.
        #[arg(long, conflicts_with = "what")]
        all: bool,
    },
}

/// Does it.
pub(in crate::cli) fn store(project: &Project, what: &What) -> Result<Done, Failure> {
    if !project.store.is_dir() && !matches!(what, What::Pull { .. }) {
        let place = project.store.display();
        return Err(Failure::file(format!("there is no store at {place}; `lofi run` makes it")));
    }
    match what {
        What::Verify => verify::verify(project).map(Done::from),
        What::Du => du::du(project),
        What::Gc { bounds } => gc::gc(project, bounds),
        What::Pin { what } => pin::pin(project, what),
        What::Push { studies, again, dry_run } => {
            transfer::push(project, studies, Sending { again: *again, dry_run: *dry_run })
        }
        What::Pull { studies, dry_run } => transfer::pull(project, studies, *dry_run),
        What::Unpin { all: true, .. } => pin::unpin_all(project),
        What::Unpin { what, .. } => pin::unpin(project, what),
    }
}
