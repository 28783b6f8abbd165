//! A store on a real disk, with everything that can lie in it.

use super::*;
use crate::artifact::{Cell, Table};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

fn key(digit: char) -> String {
    digit.to_string().repeat(64)
}

fn table(number: f64) -> Value {
    Value::Table(Table::from_rows(&["v"], &[vec![Cell::Float(number)]]).unwrap())
}

fn entry(key: &str) -> Entry {
    Entry {
        key: key.to_owned(),
        kind: "fake".to_owned(),
        code: String::new(),
        params: serde_json::json!({}),
        inputs: Vec::new(),
        origin: None,
        elapsed_s: 0.5,
        finished_unix_s: 7,
        outputs: BTreeMap::new(),
    }
}

/// A store with one entry, and the key of it.
fn one() -> (tempfile::TempDir, Store, String) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store")).unwrap();
    store.publish(entry(&key('a')), &[("t", &table(1.0))]).unwrap();
    (folder, store, key('a'))
}

fn value_file(store: &Store, key: &str) -> PathBuf {
    store.place("objects", key).join("t/table.csv")
}

fn is_damaged<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Damaged { .. }))
}

/// Damages the only entry: it must be seen, taken out, and made again.
fn heals(name: &str, damage: &dyn Fn(&Path)) {
    let (_folder, store, key) = one();
    damage(&store.place("objects", &key));
    let found = store.whole(&key);
    assert!(is_damaged(&found) || matches!(found, Ok(None)), "{name}: {found:?}");
    store.evict(&key).unwrap();
    assert!(matches!(store.entry(&key), Ok(None)), "{name}");
    store.publish(entry(&key), &[("t", &table(1.0))]).unwrap();
    assert!(store.whole(&key).unwrap().is_some(), "{name}");
    let root = store.root().to_owned();
    drop(store);
    assert_eq!(fs::read_dir(root.join("tmp")).unwrap().count(), 0, "{name}");
}

fn instead(path: &Path, make: impl Fn(&Path)) {
    if path.is_dir() {
        fs::remove_dir_all(path).unwrap()
    } else {
        fs::remove_file(path).unwrap()
    }
    make(path);
}

fn pipe(path: &Path) {
    rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
}

/// What may lie there instead, and how it is made.
type Odd<'a> = (&'a str, &'a dyn Fn(&Path));

#[test]
fn whatever_lies_there_instead_is_damage_and_heals() {
    let odd: [Odd<'_>; 6] = [
        ("a folder", &|path| fs::create_dir(path).unwrap()),
        ("a pipe", &pipe),
        ("a link to nowhere", &|path| symlink("/nowhere", path).unwrap()),
        ("a link to itself", &|path| symlink(path, path).unwrap()),
        ("an endless file", &|path| symlink("/dev/zero", path).unwrap()),
        ("a huge file", &|path| fs::File::create(path).unwrap().set_len(1 << 42).unwrap()),
    ];
    for (name, make) in odd {
        heals(name, &|folder| instead(&folder.join("t/table.csv"), make));
        heals(name, &|folder| instead(&folder.join("entry.json"), make));
        heals(name, &|folder| instead(&folder.join("t"), make));
        heals(name, &|folder| instead(folder, make));
        if name != "a folder" {
            heals(name, &|folder| instead(folder.parent().unwrap(), make));
            heals(name, &|folder| instead(folder.parent().unwrap().parent().unwrap(), make));
        }
    }
    heals("no description", &|folder| fs::remove_file(folder.join("entry.json")).unwrap());
    heals("no value", &|folder| fs::remove_file(folder.join("t/table.csv")).unwrap());
}

// What a power cut leaves where nothing waited for the disk.
#[test]
fn torn_files_are_damage() {
    for file in ["entry.json", "t/table.csv"] {
        for share in [0, 1, 2] {
            heals(file, &|folder| {
                let bytes = fs::read(folder.join(file)).unwrap();
                fs::write(folder.join(file), &bytes[..bytes.len() * share / 3]).unwrap();
            });
        }
        heals(file, &|folder| {
            let zeros = vec![0; fs::read(folder.join(file)).unwrap().len()];
            fs::write(folder.join(file), zeros).unwrap();
        });
    }
}

#[test]
fn every_flipped_bit_of_an_entry_is_seen() {
    let (_folder, store, key) = one();
    let path = store.place("objects", &key).join("entry.json");
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(&path, flipped).unwrap();
        assert!(is_damaged(&store.entry(&key)), "byte {at}");
    }
}

#[test]
fn the_entry_of_another_key_is_damage() {
    let (_folder, store, key_a) = one();
    let key_b = key('b');
    fs::create_dir_all(store.place("objects", &key_b).parent().unwrap()).unwrap();
    fs::rename(store.place("objects", &key_a), store.place("objects", &key_b)).unwrap();
    assert!(is_damaged(&store.entry(&key_b)));
}

#[test]
fn an_entry_cannot_name_files_elsewhere() {
    let (folder, store, key) = one();
    fs::write(folder.path().join("secret"), "x").unwrap();
    for (port, name) in [("../../../../..", "secret"), ("t", "../../../../../secret"), ("t", "/etc/passwd"), ("", "")] {
        let mut forged = store.entry(&key).unwrap().unwrap();
        let mut output = forged.outputs.remove("t").unwrap();
        output.files[0].name = name.to_owned();
        forged.outputs.insert(port.to_owned(), output);
        assert!(is_damaged(&store.value(&forged, port)), "{port}/{name}");
    }
}

#[test]
fn what_the_system_refuses_is_no_damage_and_stays() {
    let (_folder, store, key) = one();
    // Longer than a path may be: the system refuses to look, as it does where a disk fails.
    let long = Store { root: store.root().join("x/".repeat(4000)), ..Store::open(store.root()).unwrap() };
    assert!(matches!(long.entry(&key), Err(StoreError::Io { .. })));
    assert!(matches!(long.evict(&key), Err(StoreError::Io { .. })));
    assert!(store.whole(&key).unwrap().is_some());
}

#[test]
fn an_entry_that_another_process_mended_is_not_taken_out() {
    let (_folder, store, key) = one();
    store.evict(&key).unwrap();
    assert!(store.whole(&key).unwrap().is_some());
}

#[test]
fn rights_that_the_owner_lacks_are_given_back() {
    for (name, mode) in [("", 0o000), ("entry.json", 0o000), ("t", 0o000), ("t/table.csv", 0o200)] {
        let (_folder, store, key) = one();
        let path = store.place("objects", &key).join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        assert!(store.whole(&key).unwrap().is_some(), "{name}");
    }
    let (_folder, store, key) = one();
    fs::write(value_file(&store, &key), "").unwrap();
    let shard = store.place("objects", &key).parent().unwrap().to_owned();
    fs::set_permissions(&shard, fs::Permissions::from_mode(0o500)).unwrap();
    store.evict(&key).unwrap();
    assert!(matches!(store.entry(&key), Ok(None)));
}

#[test]
fn what_a_link_leads_to_is_never_deleted() {
    for linked in ["tmp", "objects", "objects/aa"] {
        let (folder, store, key) = one();
        drop(store);
        let (place, outside) = (folder.path().join("store").join(linked), folder.path().join("outside"));
        fs::create_dir_all(&place).unwrap();
        fs::rename(&place, &outside).unwrap();
        fs::write(outside.join("precious"), "x").unwrap();
        symlink(&outside, &place).unwrap();
        let store = Store::open(&folder.path().join("store")).unwrap();
        assert!(store.whole(&key).unwrap().is_some(), "{linked}");
        fs::write(value_file(&store, &key), "changed").unwrap();
        store.evict(&key).unwrap();
        assert!(matches!(store.entry(&key), Ok(None)), "{linked}");
        store.publish(entry(&key), &[("t", &table(1.0))]).unwrap();
        assert!(store.whole(&key).unwrap().is_some(), "{linked}");
        assert!(outside.join("precious").exists(), "{linked}");
        if linked != "tmp" {
            let aside = fs::read_dir(store.place("objects", &key).parent().unwrap()).unwrap();
            let kept = aside.filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with(".aside-"));
            assert_eq!(kept.count(), 1, "{linked}");
        }
    }
}

#[test]
fn an_entry_folder_that_is_a_link_is_used_but_never_deleted_through() {
    let (folder, store, key) = one();
    let (place, outside) = (store.place("objects", &key), folder.path().join("outside"));
    fs::rename(&place, &outside).unwrap();
    symlink(&outside, &place).unwrap();
    assert!(store.whole(&key).unwrap().is_some());
    fs::write(outside.join("t/table.csv"), "changed").unwrap();
    store.evict(&key).unwrap();
    assert!(matches!(store.entry(&key), Ok(None)));
    assert_eq!(fs::read_to_string(outside.join("t/table.csv")).unwrap(), "changed");
}

#[test]
fn the_first_of_two_equal_results_stays_and_one_with_less_gives_way() {
    let (_folder, store, key) = one();
    let inode = |store: &Store| {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(value_file(store, &key)).unwrap().ino()
    };
    let before = inode(&store);
    store.publish(entry(&key), &[("t", &table(1.0))]).unwrap();
    assert_eq!(inode(&store), before);
    store.publish(entry(&key), &[("t", &table(1.0)), ("u", &table(2.0))]).unwrap();
    assert_ne!(inode(&store), before);
    assert_eq!(store.whole(&key).unwrap().unwrap().outputs.len(), 2);
}

#[test]
fn a_content_key_is_bound_to_what_it_names() {
    let (_folder, store, key_a) = one();
    let (x, y) = (key('c'), key('d'));
    store.remember_content(&x, &key_a).unwrap();
    store.remember_content(&y, &key('b')).unwrap();
    assert_eq!(store.same_content(&x), Some(key_a.clone()));
    let whole = fs::read(store.place("content", &x)).unwrap();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(store.place("content", &x), flipped).unwrap();
        assert_eq!(store.same_content(&x), None, "byte {at}");
    }
    fs::copy(store.place("content", &y), store.place("content", &x)).unwrap();
    assert_eq!(store.same_content(&x), None);
    let many_bytes = "€".repeat(21) + "x";
    for text in ["", "\0", &key_a, &many_bytes, "../../../../../../../../../../../../../../../../etc/passwd"] {
        fs::write(store.place("content", &x), text).unwrap();
        assert_eq!(store.same_content(&x), None, "{text:?}");
    }
    for make in [&pipe as &dyn Fn(&Path), &|path| fs::create_dir_all(path.join("full/of")).unwrap()] {
        instead(&store.place("content", &x), make);
        assert_eq!(store.same_content(&x), None);
        store.remember_content(&x, &key_a).unwrap();
        assert_eq!(store.same_content(&x), Some(key_a.clone()));
    }
}

#[test]
fn keys_that_are_none_are_not_there() {
    let (_folder, store, _) = one();
    for odd in ["", "a", "€", "é€", "\u{10ffff}"] {
        assert!(!matches!(store.entry(odd), Ok(Some(_))), "{odd:?}");
    }
}

#[test]
fn a_run_whose_folder_was_cleared_makes_another() {
    let (_folder, store, _) = one();
    fs::remove_dir_all(store.root().join("tmp")).unwrap();
    store.publish(entry(&key('b')), &[("t", &table(2.0))]).unwrap();
    assert!(store.whole(&key('b')).unwrap().is_some());
    fs::remove_dir_all(store.root().join("tmp")).unwrap();
    fs::write(value_file(&store, &key('b')), "").unwrap();
    store.evict(&key('b')).unwrap();
    assert!(matches!(store.entry(&key('b')), Ok(None)));
}

#[test]
fn a_result_is_on_the_disk_when_the_state_before_it_goes() {
    let (_folder, store, key) = one();
    assert!(store.unsettled.load(std::sync::atomic::Ordering::Relaxed));
    store.drop_scratch(&key);
    assert!(store.unsettled.load(std::sync::atomic::Ordering::Relaxed), "there was no state");
    store.save_scratch(&key, b"state").unwrap();
    store.drop_scratch(&key);
    assert!(!store.unsettled.load(std::sync::atomic::Ordering::Relaxed));
    assert_eq!(store.scratch(&key), None);
}

#[test]
fn nobody_is_told_that_all_is_on_the_disk_while_another_waits_for_it_and_no_writer_waits() {
    let (_folder, store, _) = one();
    let mut settling = store.settled.lock().unwrap();
    *settling = Instant::now().checked_sub(std::time::Duration::from_secs(3600)).unwrap();
    store.publish(entry(&key('b')), &[("t", &table(2.0))]).unwrap();
    std::thread::scope(|scope| {
        let settled = scope.spawn(|| store.settle().unwrap());
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!settled.is_finished());
        drop(settling);
    });
    assert!(!store.unsettled.load(std::sync::atomic::Ordering::Relaxed));
}
