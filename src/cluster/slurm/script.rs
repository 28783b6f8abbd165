//! The script of an array, which `sbatch` reads from its standard input.
//!
//! It is no login shell: `--export=NONE` has SLURM load the user's environment on the node already, and what stands in
//! somebody's `.bash_profile` may print, wait or end the shell. Where modules are wanted and there is no `module`, the file
//! that makes it is read.

use crate::cluster::executor::ArrayJob;
use crate::cluster::profile::Common;
use crate::cluster::task_script::quoted;
use std::fmt::Write;

/// Makes `module` where the shell has none: the files of Environment Modules and of Lmod.
const MODULE: &str = "if ! type module >/dev/null 2>&1; then
  for lofi_file in /etc/profile.d/modules.sh /etc/profile.d/lmod.sh /etc/profile.d/z00_lmod.sh; do
    if [ -r \"$lofi_file\" ]; then . \"$lofi_file\"; break; fi
  done
fi
";

/// Before the command. What a prologue has set is taken back: a signal breaks a `wait`, which is no failure. A signal before
/// ends the script, with which nothing is lost.
const LISTEN: &str = "set +eu
# SLURM tells USR1 to this shell alone, so it is passed on; TERM it sends to every process of the task.
lofi_child= lofi_told= lofi_ends= lofi_heard=1
trap 'lofi_heard=1 lofi_told=1; [ -z \"$lofi_child\" ] || kill -USR1 \"$lofi_child\" 2>/dev/null' USR1
trap 'lofi_heard=1 lofi_ends=1' TERM
";

/// Behind the command, which runs in the background so that signals are heard. A `wait` that a signal broke is done again.
const WAIT: &str = "lofi_child=$!
[ -z \"$lofi_told\" ] || kill -USR1 \"$lofi_child\" 2>/dev/null
while [ -n \"$lofi_heard\" ]; do lofi_heard=; wait \"$lofi_child\"; lofi_code=$?; done
";

/// Has SLURM put back a task that was asked to end. Not where SLURM itself ends it: that puts it back by itself, or it was
/// cancelled, and would come back. A TERM to all may come to the shell a little later than to the command.
const REQUEUE: &str = "if [ \"$lofi_code\" -eq 85 ]; then
  sleep 1
  [ -n \"$lofi_ends\" ] || \"$lofi_scontrol\" requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"
fi
";

/// The lines that set variables.
pub(super) fn exports<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    variables.into_iter().map(|(name, value)| format!("export {name}={}\n", quoted(value))).collect()
}

/// The script. `passed` are the lines for the variables whose values come from where it is sent; others override them.
pub(super) fn text(job: &ArrayJob, common: &Common, requeue: bool, passed: &str) -> String {
    // Steps of `srun` inside have the environment of the script, not that of the submission, which is none.
    let mut text = "#!/bin/bash\nexport SLURM_EXPORT_ENV=ALL\n".to_owned();
    if requeue {
        // Before a prologue changes the path.
        text += "lofi_scontrol=$(command -v scontrol) || lofi_scontrol=scontrol\n";
    }
    // SLURM runs a script elsewhere where it cannot go to `--chdir`. 4: not on this node.
    let _ = writeln!(text, "cd {} || exit 4", quoted(&job.folder.display().to_string()));
    text += passed;
    text += &exports(common.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    text += &exports(job.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    if !common.modules.is_empty() {
        text += MODULE;
    }
    for module in &common.modules {
        let _ = writeln!(text, "module load {} || exit 2", quoted(module));
    }
    if !common.prologue.trim().is_empty() {
        let _ = writeln!(text, "{}", common.prologue.trim_end());
    }
    text += LISTEN;
    let words: Vec<String> = job.command.iter().map(|word| quoted(word)).collect();
    let _ = writeln!(text, "{} \"$SLURM_ARRAY_TASK_ID\" &", words.join(" "));
    text += WAIT;
    if requeue {
        text += REQUEUE;
    }
    text + "exit \"$lofi_code\"\n"
}
