//! Reading and making files of the store, whatever lies there instead.
//!
//! What is there but is no file that we wrote (a folder, a link to nowhere, a pipe, too many bytes) is *odd*: damage,
//! which is taken out and computed again. What the system refuses to read (no more open files, a failing disk) is an
//! error: it says nothing of the result, which stays.

use super::error::{StoreError, io};
use std::fs::{self, Metadata, Permissions};
use std::io::{self as stdio, ErrorKind, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path};
use std::time::Duration;

/// What is where a file should be.
pub(in crate::engine) enum Found {
    /// A file, with its bytes.
    File(Vec<u8>),
    /// Nothing.
    Nothing,
    /// Something else, or a file with more bytes than it can have.
    Odd(String),
}

/// Reads a file of a store of at most `most` bytes. It is looked at before it is opened: opening a pipe would wait for
/// ever.
///
/// # Errors
/// Where the system refuses to read it.
pub(in crate::engine) fn read(root: &Path, path: &Path, most: u64) -> Result<Found, StoreError> {
    let found = match try_read(path, most) {
        Err(e) if e.kind() == ErrorKind::PermissionDenied && give_access(root, path, 0o500) => try_read(path, most),
        // On a shared file system: another host has replaced it meanwhile.
        Err(e) if e.kind() == ErrorKind::StaleNetworkFileHandle => try_read(path, most),
        other => other,
    };
    found.map_err(io("read", path))
}

fn try_read(path: &Path, most: u64) -> stdio::Result<Found> {
    let metadata = match fs::metadata(path) {
        Err(e) if leads_nowhere(&e) => {
            let link = look(path)?.is_some();
            return Ok(if link { Found::Odd("is a link to nowhere".to_owned()) } else { Found::Nothing });
        }
        other => other?,
    };
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "is a folder" } else { "is no file" };
        return Ok(Found::Odd(what.to_owned()));
    }
    if metadata.len() > most {
        return Ok(Found::Odd(format!("has {} bytes", metadata.len())));
    }
    let file = match fs::File::open(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        other => other?,
    };
    let mut bytes = Vec::new();
    let expected = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    bytes.try_reserve_exact(expected.saturating_add(1)).map_err(|_| ErrorKind::OutOfMemory)?;
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Found::File(bytes))
}

/// Errors that mean that a path leads to nothing, as it is: none of them passes by itself.
fn leads_nowhere(error: &stdio::Error) -> bool {
    let circle = error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
    circle || matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// What lies at a path, links not followed; nothing where nothing does.
pub(in crate::engine) fn look(path: &Path) -> stdio::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Err(e) if leads_nowhere(&e) => Ok(None),
        other => other.map(Some),
    }
}

/// How long ago something was changed. Machines have clocks that differ by days, so both times are the file system's own:
/// that of the change, and that of a file that is made beside it now. Nothing where that is not known, or in the future.
pub(super) fn age(path: &Path) -> Option<Duration> {
    let changed = fs::symlink_metadata(path).and_then(|metadata| metadata.modified()).ok()?;
    let now = tempfile::NamedTempFile::with_prefix_in("clock-", path.parent()?).ok()?;
    now.as_file().metadata().and_then(|metadata| metadata.modified()).ok()?.duration_since(changed).ok()
}

/// Whether a name is that of one thing in one folder, so that it cannot lead out of it.
pub(super) fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let first = parts.next();
    matches!(first, Some(Component::Normal(part)) if part == name) && parts.next().is_none() && !name.contains('\0')
}

/// Gives the owner back rights to a path of the store and to the folders above it; false where nothing was lacking or
/// it is somebody else's.
pub(super) fn give_access(root: &Path, path: &Path, rights: u32) -> bool {
    let mut below: Vec<&Path> = path.ancestors().take_while(|p| p.starts_with(root) && *p != root).collect();
    below.reverse();
    let mut given = false;
    for place in below {
        let Ok(Some(metadata)) = look(place) else { continue };
        let mode = metadata.permissions().mode();
        let wanted = if metadata.is_dir() { mode | rights } else { mode | (rights & 0o600) };
        if !metadata.is_symlink() && wanted != mode {
            given |= fs::set_permissions(place, Permissions::from_mode(wanted)).is_ok();
        }
    }
    given
}

/// Makes a folder of the store and those above it. What is in the way and is no folder goes; rights that the owner
/// lacks are given back.
///
/// # Errors
/// Where the system refuses.
pub(super) fn make_folder(root: &Path, path: &Path) -> Result<(), StoreError> {
    let refused = || io("write to the store at", path);
    let Err(error) = fs::create_dir_all(path) else { return Ok(()) };
    let cleared = clear_way(root, path).map_err(refused())?;
    if cleared || (error.kind() == ErrorKind::PermissionDenied && give_access(root, path, 0o700)) {
        return fs::create_dir_all(path).map_err(refused());
    }
    Err(refused()(error))
}

/// Removes what stands where a folder of the store belongs; true if there was something. Never a folder, nor what a
/// link leads to.
fn clear_way(root: &Path, path: &Path) -> stdio::Result<bool> {
    let mut below: Vec<&Path> = path.ancestors().take_while(|p| p.starts_with(root) && *p != root).collect();
    below.reverse();
    for place in below {
        let Some(metadata) = look(place)? else { return Ok(false) };
        let is_folder = match fs::metadata(place) {
            Err(e) if leads_nowhere(&e) => false,
            followed => followed?.is_dir(),
        };
        if !metadata.is_dir() && !is_folder {
            fs::remove_file(place)?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a folder between the store's own and a path is a link: then the path is not ours to delete.
pub(super) fn leads_out(root: &Path, path: &Path) -> stdio::Result<bool> {
    for place in path.ancestors().skip(1).take_while(|p| p.starts_with(root) && *p != root) {
        if look(place)?.is_some_and(|metadata| metadata.is_symlink()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Deletes something that is ours, with all that is in it; links are deleted, not followed. What cannot go stays.
pub(in crate::engine) fn remove(path: &Path) {
    let Ok(Some(metadata)) = look(path) else { return };
    if !metadata.is_dir() {
        let _ = fs::remove_file(path);
        return;
    }
    if fs::remove_dir_all(path).is_err() {
        open_up(path);
        let _ = fs::remove_dir_all(path);
    }
}

/// Gives the owner all rights to a folder and the folders in it.
fn open_up(folder: &Path) {
    let _ = fs::set_permissions(folder, Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path());
        }
    }
}

/// Whether what was written is on the disk when [`write`] returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Durable {
    /// It is.
    Now,
    /// Once the store is settled.
    Later,
}

/// Writes a new file.
pub(super) fn write(path: &Path, parts: &[&[u8]], durable: Durable) -> stdio::Result<()> {
    let mut file = fs::File::create_new(path)?;
    for part in parts {
        file.write_all(part)?;
    }
    if durable == Durable::Now { file.sync_data() } else { Ok(()) }
}

/// Brings all that was written to the file system of a folder to the disk, in one go.
pub(super) fn settle(root: &Path) -> stdio::Result<()> {
    let folder = fs::File::open(root)?;
    #[cfg(target_os = "linux")]
    match rustix::fs::syncfs(&folder) {
        Err(rustix::io::Errno::NOSYS) => rustix::fs::sync(),
        other => other?,
    }
    #[cfg(not(target_os = "linux"))]
    rustix::fs::sync();
    // Some file systems bring to the disk only what they are asked for by name.
    folder.sync_all()
}

/// Room that is left on the file system of a folder, bytes; nothing where the system does not tell.
pub(in crate::engine) fn free_bytes(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    found.f_bavail.checked_mul(found.f_frsize).filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn plain_names_lead_nowhere_else() {
        for name in ["a", "a.b", "…", "a b", "..."] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", ".", "..", "../x", "a/b", "/etc", "a/", "./a", "a\0b"] {
            assert!(!is_plain(name), "{name:?}");
        }
    }

    #[test]
    fn what_is_no_file_is_odd_and_never_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "12345").unwrap();
        fs::create_dir(at("folder")).unwrap();
        symlink("/nowhere", at("dangling")).unwrap();
        symlink("circle", at("circle")).unwrap();
        symlink("/dev/zero", at("endless")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        for name in ["folder", "dangling", "circle", "endless", "pipe", "socket"] {
            assert!(matches!(read(folder.path(), &at(name), 9), Ok(Found::Odd(_))), "{name}");
        }
        assert!(matches!(read(folder.path(), &at("file"), 4), Ok(Found::Odd(_))));
        assert!(matches!(read(folder.path(), &at("file"), 5), Ok(Found::File(bytes)) if bytes == b"12345"));
        for name in ["none", "file/below", "dangling/below"] {
            assert!(matches!(read(folder.path(), &at(name), 9), Ok(Found::Nothing)), "{name}");
        }
    }

    #[test]
    fn a_name_too_long_is_an_error_not_damage() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(folder.path(), &folder.path().join("x".repeat(300)), 9), Err(StoreError::Io { .. })));
    }

    #[test]
    fn folders_are_made_over_what_is_no_folder_and_through_links_to_folders() {
        let folder = tempfile::tempdir().unwrap();
        let (root, outside) = (folder.path().join("store"), folder.path().join("outside"));
        fs::create_dir_all(&root).unwrap();
        fs::create_dir_all(&outside).unwrap();
        fs::write(root.join("file"), "x").unwrap();
        symlink("/nowhere", root.join("dangling")).unwrap();
        symlink(&outside, root.join("link")).unwrap();
        for name in ["file", "dangling", "link", "new"] {
            make_folder(&root, &root.join(name).join("a/b")).unwrap();
            assert!(root.join(name).join("a/b").is_dir(), "{name}");
        }
        assert!(outside.join("a/b").is_dir());
        assert!(leads_out(&root, &root.join("link/a/b")).unwrap());
        assert!(!leads_out(&root, &root.join("link")).unwrap());
        remove(&root.join("link"));
        assert!(outside.join("a/b").is_dir());
        // Outside of the store nothing is removed.
        fs::write(folder.path().join("notes"), "x").unwrap();
        assert!(make_folder(&folder.path().join("notes"), &folder.path().join("notes/tmp")).is_err());
        assert!(folder.path().join("notes").is_file());
    }

    #[test]
    fn a_folder_without_rights_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("file"), "x").unwrap();
        fs::set_permissions(&inner, Permissions::from_mode(0o000)).unwrap();
        fs::set_permissions(folder.path().join("a"), Permissions::from_mode(0o500)).unwrap();
        remove(&folder.path().join("a"));
        assert!(!folder.path().join("a").exists());
    }
}
