//! Tests of downloads, against a server on this machine.

use super::*;
use crate::dataset::cards::card::Of;
use crate::dataset::testing::{FAST, Reply, Server};

const BODY: &[u8] = b"the quick brown fox jumps over the lazy dog";
const MD5: &str = "77add1d5f41223d5582fca736a5cb335";

fn file(server: &Server) -> Download {
    let checksum = Checksum { md5: Some(MD5.into()), sha256: None, of: Of::File };
    let size = Some(BODY.len() as u64);
    Download { address: server.address("fox.txt"), size, checksum: Some(checksum), unpack: None }
}

fn get(file: &Download, folder: &Path) -> Result<Vec<u64>, DatasetError> {
    let mut seen = Vec::new();
    download(file, &folder.join("fox.txt"), &FAST, &mut |progress| {
        seen.push(progress.done_bytes);
        ControlFlow::Continue(())
    })?;
    assert_eq!(fs::read(folder.join("fox.txt")).unwrap(), BODY);
    assert_eq!(names(folder), ["fox.txt"]);
    Ok(seen)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_whole_file_arrives_and_is_not_fetched_twice() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| Reply::whole(BODY));
    let seen = get(&file(&server), folder.path()).unwrap();
    assert_eq!((seen[0], seen[seen.len() - 1]), (0, BODY.len() as u64));
    get(&file(&server), folder.path()).unwrap();
    assert_eq!(server.ranges(), [None]);
}

#[test]
fn a_cut_download_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|n, range| match (n, range) {
        (0, _) => Reply::whole(BODY).cut(10),
        (1, _) => Reply::status(503),
        (_, Some(start)) => Reply::rest(BODY, start),
        (_, None) => Reply::whole(BODY),
    });
    get(&file(&server), folder.path()).unwrap();
    assert_eq!(server.ranges(), [None, Some(10), Some(10)]);
}

#[test]
fn a_part_of_an_earlier_run_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("fox.txt.part"), &BODY[..20]).unwrap();
    let server = Server::start(|_, range| Reply::rest(BODY, range.unwrap_or(0)));
    get(&file(&server), folder.path()).unwrap();
    assert_eq!(server.ranges(), [Some(20)]);
}

#[test]
fn a_part_of_another_file_is_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("fox.txt.part"), "an older version").unwrap();
    let server = Server::start(|_, range| range.map_or(Reply::whole(BODY), |start| Reply::rest(BODY, start)));
    get(&file(&server), folder.path()).unwrap();
    assert_eq!(server.ranges(), [Some(16), None]);
}

#[test]
fn a_server_without_ranges_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("fox.txt.part"), &BODY[..20]).unwrap();
    let server = Server::start(|_, _| Reply::whole(BODY));
    get(&file(&server), folder.path()).unwrap();
    assert_eq!(server.ranges(), [Some(20)]);
}

#[test]
fn a_download_that_is_always_cut_fails_and_keeps_its_part() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| Reply::whole(BODY).cut(10));
    let error = get(&file(&server), folder.path()).unwrap_err().to_string();
    assert!(error.contains("(3 tries); the 10 bytes that are here are kept"), "{error}");
    assert_eq!(server.ranges().len(), 3);
    assert_eq!(names(folder.path()), ["fox.txt.part"]);
}

#[test]
fn wrong_content_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| Reply::whole(&[b'x'; BODY.len()]));
    let error = get(&file(&server), folder.path()).unwrap_err().to_string();
    assert!(error.contains("fox.txt: wrong md5: expected 77add1d5"), "{error}");
    assert!(names(folder.path()).is_empty());
    let server = Server::start(|_, _| Reply::whole(b"short"));
    let error = get(&file(&server), folder.path()).unwrap_err().to_string();
    assert!(error.contains("5 bytes where the card says 43"), "{error}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_refusal_is_not_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| Reply::status(404));
    let error = get(&file(&server), folder.path()).unwrap_err().to_string();
    assert!(error.contains("404") && error.contains("look for it on the card's homepage"), "{error}");
    assert_eq!(server.ranges().len(), 1);
}

#[test]
fn a_broken_encrypted_connection_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| Reply::whole(BODY));
    let mut file = file(&server);
    file.address = file.address.replace("http://", "https://");
    let error = get(&file, folder.path()).unwrap_err();
    assert!(matches!(error, DatasetError::Download { .. }), "{error}");
}

#[test]
fn a_stopped_download_keeps_its_part() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| Reply::whole(BODY));
    let stop = |progress: Progress<'_>| match progress.done_bytes {
        0 => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    };
    let result = download(&file(&server), &folder.path().join("fox.txt"), &FAST, &mut { stop });
    assert!(matches!(result, Err(DatasetError::Stopped)));
    assert_eq!(names(folder.path()), ["fox.txt.part"]);
}

#[test]
fn a_server_out_of_reach_is_given_up_soon() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = file(&Server::start(|_, _| Reply::whole(BODY)));
    // port 9 discards everything where anybody listens at all; nobody does
    file.address = "http://127.0.0.1:9/fox.txt".into();
    let error = get(&file, folder.path()).unwrap_err().to_string();
    assert!(error.contains("out of reach") && error.ends_with("is this machine online?"), "{error}");
}

#[test]
fn a_body_without_an_end_is_bounded_by_the_size_of_the_card() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| Reply::whole(&[b'x'; 1 << 20]).endless());
    let error = get(&file(&server), folder.path()).unwrap_err().to_string();
    assert!(error.contains("more than the 43 bytes that the card says"), "{error}");
    assert!(names(folder.path()).is_empty() && server.ranges().len() == 1);
}

#[test]
fn a_body_that_hardly_arrives_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_, range| match range {
        None => Reply::whole(BODY).dripping(),
        Some(start) => Reply::rest(BODY, start).dripping(),
    });
    let error = get(&file(&server), folder.path()).unwrap_err().to_string();
    assert!(error.contains("bytes in 1 seconds, which has no end"), "{error}");
    assert_eq!(server.ranges().len(), 2);
}
