//! What is told of what was done for a submission.

use crate::cli::output::{self, note};
use crate::cluster::{Deed, Done as Happened};
use serde_json::json;

/// Prints what was done for a submission of this id.
pub(super) fn print(done: &Happened, id: &str) {
    let (what, words) = match done {
        Happened::Sent(name, job, tasks) => ("sent", format!("sent {name} as job {job}: {tasks} tasks")),
        Happened::Written(paths) => {
            let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            ("written", format!("written {}; send it with `kubectl apply -f`", paths.join(", ")))
        }
        Happened::Refused(name, why) => ("refused", format!("refused {name}: {why}")),
        Happened::Later(name, why) => {
            ("later", format!("{name} is not taken now ({why}); `lofi attach {id}` sends it later"))
        }
        Happened::Unclear(name, why) => {
            ("unclear", format!("whether {name} was queued is not clear ({why}); `lofi attach {id}` looks for it"))
        }
        Happened::Deed(Deed::Found { name, job }) => ("found", format!("found {name} in the queue as job {job}")),
        Happened::Deed(Deed::Lost { name }) => ("lost", format!("{name} is not in the queue: it is sent again")),
        Happened::TakenOver => ("taken-over", "somebody else looks after it now, or it was closed".to_owned()),
        Happened::Deed(Deed::GiveUp { array, tasks, reason }) => {
            let which: Vec<String> = tasks.iter().take(5).map(ToString::to_string).collect();
            let more = if tasks.len() > 5 { format!(" and {} more", tasks.len() - 5) } else { String::new() };
            ("given-up", format!("task {}{more} of array {array} is not sent again: {reason}", which.join(", ")))
        }
        Happened::Deed(Deed::Cancel { job, tasks, reason }) => {
            let first = reason.lines().next().unwrap_or_default();
            ("cancelled", format!("cancelled {} tasks of job {job} that wait in vain: {first}", tasks.len()))
        }
        Happened::Deed(Deed::Send { .. }) => return,
    };
    if output::is_json() {
        output::event(&json!({"event": what, "submission": id, "text": words}));
    } else {
        note!("{words}");
    }
}
