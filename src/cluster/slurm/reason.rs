//! Why SLURM has a task wait, in words.

/// Reasons as `squeue` says them, with `_` for blanks, and what they mean; a `*` at the end stands for any ending. The first
/// that fits holds.
const REASONS: [(&str, &str); 50] = [
    ("PENDING", "it was sent just now, and the scheduler has not looked at it"),
    ("None", "it was sent just now, and the scheduler has not looked at it"),
    ("Priority", "other jobs come first"),
    ("Resources", "no node is free that has what it asks for"),
    ("JobArrayTaskLimit", "as many tasks of this array run as may at once (`at-once`)"),
    ("Dependency", "it comes after another array, which is not over"),
    ("DependencyNeverSatisfied", "it comes after a job that can no longer end as needed: it never runs, cancel it"),
    ("BeginTime", "it was put back, and SLURM starts it anew after a pause of some minutes"),
    ("JobHeldUser", "somebody holds it back: `scontrol release JOB` lets it go"),
    ("JobHeldAdmin", "an administrator holds it back: ask there"),
    ("JobHoldMaxRequeue", "it was put back so often that SLURM holds it: `scontrol release JOB` lets it go"),
    (
        "launch_failed_requeued_held",
        "it could not be started on its node and is held: `scontrol release JOB` lets it go",
    ),
    ("job_requeued_in_held_state", "it was put back and is held: `scontrol release JOB` lets it go"),
    ("BadConstraints", "no node can have what it asks for: change partition, constraint, processors or memory"),
    ("PartitionDown", "its partition takes no jobs into work now"),
    ("PartitionInactive", "its partition is closed: choose another `partition`"),
    ("PartitionTimeLimit", "it asks for more time than its partition gives: lower `time-most` or change `partition`"),
    ("PartitionNodeLimit", "it asks for more or fewer nodes than its partition gives: change `partition`"),
    ("PartitionConfig", "it asks for what its partition does not give: change `partition` or what a task may have"),
    ("AccountNotAllowed", "its partition does not take this `account`: change one of the two"),
    ("QOSNotAllowed", "its partition does not take this `qos`: change one of the two"),
    ("InvalidAccount", "SLURM knows no such account, or you are not of it: change `account`"),
    ("InvalidQOS", "SLURM knows no such quality of service: change `qos`"),
    ("AccountingPolicy", "a limit of your account is reached: it waits until other jobs are over"),
    (
        "ReqNodeNotAvail,_Reserved_for_maintenance*",
        "nodes that it needs are reserved for maintenance: it waits until that is over, or is given less time so as to end before",
    ),
    ("ReqNodeNotAvail*", "a node that it needs is down, drained or reserved: it waits until that is back"),
    (
        "Nodes_required_for_job_are_DOWN*",
        "all nodes that fit are down, drained or kept for other partitions: it waits until one is back",
    ),
    ("NodeDown", "a node that it needs is down"),
    ("Reservation*", "it waits for its reservation to begin"),
    ("Licenses", "all licences of a kind that it asks for are taken"),
    ("Cleaning", "what it left behind at its last start is being cleared away"),
    ("Prolog", "its node is being made ready"),
    ("CONFIGURING", "its node is being made ready"),
    ("REQUEUED", "it was put back"),
    ("REQUEUE_FED", "it was put back"),
    ("REQUEUE_HOLD", "it was put back and is held: `scontrol release JOB` lets it go"),
    ("SPECIAL_EXIT", "it ended with a code for which SLURM holds it: `scontrol release JOB` lets it go"),
    ("SUSPENDED", "it is suspended, so that another job can run"),
    ("STOPPED", "it is stopped, so that another job can run"),
    ("REVOKED", "another cluster of the federation has it"),
    ("FrontEndDown", "the node from which SLURM starts it is down"),
    ("SchedDefer", "SLURM's scheduler has been told to wait"),
    ("QOSMaxJobsPerUserLimit", "as many jobs of yours run as your quality of service allows at once"),
    ("QOSMaxSubmitJobPerUserLimit", "as many jobs of yours are queued as your quality of service allows"),
    (
        "QOSMaxWallDurationPerJobLimit",
        "it asks for more time than its quality of service gives: lower `time-most` or change `qos`",
    ),
    (
        "QOSGrp*",
        "all users of its quality of service together have as much as they may: it waits until other jobs are over",
    ),
    (
        "QOS*",
        "it asks for more than its quality of service gives, or you have as much of that as you may: it waits until other jobs of yours are over, or for ever where it alone is over the limit",
    ),
    ("AssocMaxJobsLimit", "as many jobs of yours run as your account allows at once"),
    ("AssocGrp*", "all users of your account together have as much as they may: it waits until other jobs are over"),
    (
        "Assoc*",
        "it asks for more than your account gives, or you have as much of that as you may: it waits until other jobs of yours are over, or for ever where it alone is over the limit",
    ),
];

/// Why a task waits, from the reason that `squeue` says: a sentence with what to do, where something can be done. What is not
/// known is left as it is.
#[must_use]
pub fn reason_in_words(reason: &str) -> String {
    // `squeue` writes blanks in some of them, `scontrol` never.
    let said = reason.trim().trim_matches(['(', ')']).replace(' ', "_");
    let fits = |known: &str| known.strip_suffix('*').map_or(said == known, |start| said.starts_with(start));
    REASONS.iter().find(|(known, _)| fits(known)).map_or_else(|| reason.to_owned(), |(_, words)| (*words).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_reasons_have_words_in_both_writings() {
        for (reason, word) in [
            ("Priority", "come first"),
            ("(Resources)", "no node is free"),
            ("DependencyNeverSatisfied", "never runs"),
            ("ReqNodeNotAvail, UnavailableNodes:node1", "drained"),
            ("ReqNodeNotAvail,_UnavailableNodes:node1", "drained"),
            ("ReqNodeNotAvail, Reserved for maintenance", "maintenance"),
            (
                "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions",
                "all nodes",
            ),
            ("launch failed requeued held", "release"),
            ("QOSGrpCpuLimit", "together"),
            ("QOSMaxMemoryPerUser", "or for ever"),
            ("AssocGrpCPUMinutesLimit", "together"),
            ("AssocMaxWallDurationPerJobLimit", "your account"),
        ] {
            let words = reason_in_words(reason);
            assert!(words != reason && words.contains(word), "{reason}: {words}");
        }
        assert_eq!(reason_in_words("BurstBufferStageIn"), "BurstBufferStageIn");
        assert_eq!(reason_in_words(""), "");
    }

    #[test]
    fn no_reason_is_hidden_behind_another_one() {
        for (reason, words) in REASONS {
            assert_eq!(reason_in_words(reason.trim_end_matches('*')), words, "{reason}");
        }
    }
}
