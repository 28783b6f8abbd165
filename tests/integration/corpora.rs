//! The committed inputs of the fuzzers, among them each that once broke something: none may panic.

#[path = "../../fuzz/src/lib.rs"]
mod inputs;

use std::path::Path;

fn each(corpus: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(corpus);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        run(&std::fs::read(entry.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count >= 2, "no corpus in {}", folder.display());
}

#[test]
fn studies() {
    each("study", inputs::study);
}

#[test]
fn cards() {
    each("card", inputs::card);
}

#[test]
fn files_of_samples() {
    each("decode", inputs::decode);
}

#[test]
fn stored_values() {
    each("store", inputs::store);
}
