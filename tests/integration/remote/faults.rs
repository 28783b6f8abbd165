//! A real S3-compatible server behind a proxy that injects faults: nothing wrong enters, and the next call goes on.

use super::proxy::Fault;
use super::server::Server;
use super::{is_whole, with_results};
use crate::project::{Project, Ran};
use crate::store::{differences, files, tables};
use serde_json::Value as Json;
use std::fs;

pub const SECRET: &str = "a-secret-that-nobody-may-see";
const QUOTA: (&str, &str) = ("403 Forbidden", "QuotaExceeded");
const NO_ROOM: (&str, &str) = ("507 Insufficient Storage", "InsufficientStorage");

/// The binary against a server, at a port. Neither what it prints nor what it writes holds the secret.
fn lofi(project: &Project, port: u16, arguments: &[&str]) -> Ran {
    let mut command = project.command(arguments);
    command.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")).env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE").env("AWS_SECRET_ACCESS_KEY", SECRET);
    command.env("AWS_SESSION_TOKEN", SECRET).env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    let ran = Ran::of(&command.output().unwrap());
    assert!(!ran.out.contains(SECRET) && !ran.err.contains(SECRET), "{ran:?}");
    ran
}

fn well(project: &Project, port: u16, arguments: &[&str]) -> Ran {
    let ran = lofi(project, port, arguments);
    assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
    ran
}

/// The number that the last line of a command's events says.
fn number(ran: &Ran, field: &str) -> u64 {
    let last: Json = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    last[field].as_u64().unwrap_or_else(|| panic!("{field}: {ran:?}"))
}

/// All that a run needs is there, and it is what was computed here.
fn has_enough(project: &Project, store: &str) {
    is_whole(project, store);
    assert_eq!(project.well(&["run", "--store", store]).counts().0, 0, "{store}");
    let (here, there) = (tables(&project.path(".lofi")), tables(&project.path(store)));
    assert!(!there.is_empty() && there.iter().all(|(name, bytes)| here.get(name) == Some(bytes)), "{store}");
}

/// Everything is there, and it is what was computed here.
fn has_all(project: &Project, store: &str) {
    has_enough(project, store);
    assert_eq!(differences(&tables(&project.path(".lofi")), &tables(&project.path(store))), [""; 0], "{store}");
}

#[test]
fn a_server_that_fails_now_and_then_is_asked_again() {
    let Some(server) = Server::start() else { return };
    let (project, _) = with_results();
    let faults =
        [Fault::None, Fault::Drop(6), Fault::Busy(6), Fault::Cut(6), Fault::Mangle(2), Fault::Slow].into_iter();
    for (index, fault) in faults.enumerate() {
        let proxy = server.proxy(fault);
        let remote = format!("s3://bucket/case-{index}");
        well(&project, proxy.port, &["store", "push", "--remote", &remote]);
        let store = format!("store-{index}");
        let pulled = well(&project, proxy.port, &["store", "pull", "--store", &store, "--remote", &remote, "--json"]);
        assert_eq!(number(&pulled, "refused"), 0, "{fault:?}");
        assert_eq!(proxy.faults() > 0, fault != Fault::None, "{fault:?}");
        has_all(&project, &store);
    }
}

#[test]
fn a_server_that_refuses_is_told_apart_and_the_next_call_goes_on() {
    let Some(server) = Server::start() else { return };
    let (project, _) = with_results();
    let (fine, remote) = (server.port, "s3://bucket/here");
    let push = ["store", "push", "--remote", remote];
    let expired = lofi(&project, server.proxy(Fault::Expired(0)).port, &push);
    assert_eq!((expired.code, expired.err.contains("ExpiredToken")), (Some(4), true), "{expired:?}");
    let json = lofi(&project, server.proxy(Fault::Expired(0)).port, &[&push[..], &["--json"]].concat());
    assert_eq!((json.code, json.out.contains("ExpiredToken")), (Some(4), true), "{json:?}");
    let nowhere = lofi(&project, fine, &["store", "push", "--remote", "s3://no-such-bucket"]);
    assert_eq!((nowhere.code, nowhere.err.contains("no such bucket")), (Some(4), true), "{nowhere:?}");
    for (index, (room, how)) in [(9, QUOTA), (18, NO_ROOM)].into_iter().enumerate() {
        let full = lofi(&project, server.proxy(Fault::Full(room, how)).port, &push);
        assert_eq!((full.code, full.err.contains("takes no more")), (Some(4), true), "{full:?}");
        // What was entered before is whole.
        let half = format!("half-{index}");
        let pulled = well(&project, fine, &["store", "pull", "--store", &half, "--remote", remote, "--json"]);
        assert_eq!(number(&pulled, "refused"), 0);
        is_whole(&project, &half);
    }
    well(&project, fine, &push);
    let run = ["run", "--remote", remote, "--store"];
    let expired = lofi(&project, server.proxy(Fault::Expired(0)).port, &[&run[..], &["x"]].concat());
    assert_eq!((expired.code, expired.err.contains("warning: ")), (Some(0), true), "{expired:?}");
    assert!(expired.counts().0 > 0, "{expired:?}");
    has_all(&project, "x");
    let through = well(&project, fine, &[&run[..], &["through"]].concat());
    assert_eq!(through.counts().0, 0, "{through:?}");
    has_enough(&project, "through");
    // Credentials are in no file of the project either.
    let holds = |path: &&std::path::PathBuf| {
        fs::read(path).unwrap().windows(SECRET.len()).any(|part| part == SECRET.as_bytes())
    };
    let written = files(&project.path(""));
    assert_eq!(written.iter().filter(holds).collect::<Vec<_>>(), Vec::<&std::path::PathBuf>::new());
}

#[test]
fn values_of_a_server_that_lies_are_refused() {
    let Some(server) = Server::start() else { return };
    let (project, _) = with_results();
    let (fine, remote) = (server.port, "s3://bucket/here");
    well(&project, fine, &["store", "push", "--remote", remote]);
    for (store, fault) in [("lie", Fault::Lie), ("short", Fault::Short)] {
        let pull = ["store", "pull", "--store", store, "--remote", remote];
        let proxy = server.proxy(fault);
        let lies = well(&project, proxy.port, &pull);
        assert!(lies.err.contains("refused") && proxy.faults() > 0, "{lies:?}");
        is_whole(&project, store);
        let run = well(&project, server.proxy(fault).port, &["run", "--store", store, "--remote", remote]);
        assert!(run.counts().0 > 0, "{run:?}");
        has_all(&project, store);
    }
    well(&project, fine, &["store", "pull", "--store", "ci", "--remote", remote]);
    has_all(&project, "ci");
}

#[test]
fn what_breaks_off_for_good_goes_on_where_it_stopped() {
    let Some(server) = Server::start() else { return };
    let (project, _) = with_results();
    let fine = server.port;
    // How many requests each takes that nothing disturbs.
    let counted = |arguments: &[&str]| {
        let proxy = server.proxy(Fault::None);
        let ran = well(&project, proxy.port, arguments);
        (number(&ran, "results"), proxy.requests())
    };
    let whole = ["--json", "--remote", "s3://bucket/whole"];
    let (all, of_push) = counted(&[&["store", "push"], &whole[..]].concat());
    let (_, of_pull) = counted(&[&["store", "pull", "--store", "whole"], &whole[..]].concat());
    let proxy = server.proxy(Fault::None);
    well(&project, proxy.port, &["run", "--store", "whole-run", "--remote", "s3://bucket/whole"]);
    let of_run = proxy.requests();
    for (name, fault) in [("dead", Fault::Dead as fn(usize) -> Fault), ("expired", Fault::Expired)] {
        let remote = format!("s3://bucket/{name}");
        let push = ["store", "push", "--json", "--remote", &remote];
        let ended = lofi(&project, server.proxy(fault(of_push * 3 / 4)).port, &push);
        assert_eq!(ended.code, Some(4), "{ended:?}");
        let rest = well(&project, fine, &push);
        let (sent, there) = (number(&rest, "results"), number(&rest, "there"));
        assert!(there > 0 && sent > 0 && there + sent == all, "{sent} of {all} were sent, {there} were there");
        let pull = ["store", "pull", "--json", "--store", name, "--remote", &remote];
        let ended = lofi(&project, server.proxy(fault(of_pull * 3 / 4)).port, &pull);
        assert_eq!(ended.code, Some(4), "{ended:?}");
        is_whole(&project, name);
        let fetched = number(&well(&project, fine, &pull), "results");
        assert!(fetched > 0 && fetched < all, "{fetched} of {all}");
        has_all(&project, name);
        // In the middle of a run it is a warning, and what is not here is computed.
        for (index, after) in [of_run / 2, of_run - 3].into_iter().enumerate() {
            let store = format!("{name}-run-{index}");
            let run = ["run", "--store", &store, "--remote", &remote];
            let run = well(&project, server.proxy(fault(after)).port, &run);
            assert!(run.err.contains("warning: ") && run.counts().0 > 0, "{run:?}");
            has_enough(&project, &store);
        }
    }
}

#[test]
fn what_was_changed_on_its_way_there_is_sent_anew() {
    let Some(server) = Server::start() else { return };
    let (project, _) = with_results();
    let (fine, remote) = (server.port, "s3://bucket/here");
    let ended = lofi(&project, server.proxy(Fault::Mangle(usize::MAX)).port, &["store", "push", "--remote", remote]);
    assert_eq!((ended.code, ended.err.contains("other bytes than were sent")), (Some(4), true), "{ended:?}");
    // The values that are wrong there have the right size.
    well(&project, fine, &["store", "push", "--remote", remote]);
    let pulled = well(&project, fine, &["store", "pull", "--store", "ci", "--remote", remote, "--json"]);
    assert_eq!(number(&pulled, "refused"), 0, "{pulled:?}");
    has_all(&project, "ci");
}
