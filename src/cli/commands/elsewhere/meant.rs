//! Which steps are to be computed: by their keys, or as a task of a submission.

use crate::cli::fail::Failure;
use crate::engine::{Ledger, Store};

/// Which steps.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Keys of steps, 64 hexadecimal digits each; with `--submission` the number of a task.
    #[arg(required = true, value_name = "KEY|TASK")]
    keys: Vec<String>,
    /// The submission of the task.
    #[arg(long, value_name = "ID", requires = "array")]
    submission: Option<String>,
    /// The array of the task.
    #[arg(long, value_name = "N", requires = "submission")]
    array: Option<usize>,
}

/// Steps that are meant.
pub(super) struct Meant {
    /// Their keys.
    pub keys: Vec<String>,
    /// The file that describes them; none: any.
    pub descriptions: Option<String>,
    /// The task of a submission.
    pub task: Option<Place>,
}

/// A task of a submission.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The submission.
    pub submission: String,
    /// The array.
    pub array: usize,
    /// The task.
    pub number: u32,
    /// Why nothing of the submission is to be done any more, if so.
    pub closed: Option<String>,
}

impl Which {
    /// What is meant by the command line.
    pub fn meant(&self, store: &Store) -> Result<Meant, Failure> {
        let (Some(id), Some(array)) = (&self.submission, self.array) else {
            let digit = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
            if let Some(other) = self.keys.iter().find(|text| text.len() != 64 || !text.bytes().all(digit)) {
                let expected = "expected a key of 64 hexadecimal digits, as `lofi plan --tasks` prints them";
                return Err(Failure::mistake(format!("`{other}`: {expected}")));
            }
            return Ok(Meant { keys: self.keys.clone(), descriptions: None, task: None });
        };
        let number = match self.keys.as_slice() {
            [number] => number.parse::<u32>().ok(),
            _ => None,
        };
        let expected = || Failure::mistake("with `--submission`: expected the number of one task");
        let number = number.ok_or_else(expected)?;
        if !store.submissions()?.contains(id) {
            return Err(Failure::mistake(format!("the store at {} has no submission {id}", store.root().display())));
        }
        let ledger = Ledger::read(store, id)?;
        let closed = ledger.closed().map(str::to_owned);
        let arrays = ledger.submission.arrays.len();
        let mut tasks = if array < arrays { store.tasks(id, array)? } else { Vec::new() };
        let index = usize::try_from(number).ok().filter(|index| *index < tasks.len());
        let no_task = || Failure::mistake(format!("submission {id} has no task {number} in array {array}"));
        let keys = tasks.swap_remove(index.ok_or_else(no_task)?);
        let task = Some(Place { submission: id.clone(), array, number, closed });
        Ok(Meant { keys, descriptions: Some(ledger.submission.descriptions), task })
    }
}
