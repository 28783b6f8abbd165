//! Credentials of the file that other tools for S3 write: `~/.aws/credentials`.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Variables that say where credentials are from, so that the file is not asked.
const ELSEWHERE: [&str; 4] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// The fields of the wanted profile, by name; nothing where the file is not needed or has none.
///
/// # Errors
/// In words, where a profile is asked for that is not there.
pub(super) fn of_file() -> Result<BTreeMap<String, String>, String> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if ELSEWHERE.iter().any(|name| set(name).is_some()) {
        return Ok(BTreeMap::new());
    }
    let home = || Some(PathBuf::from(set("HOME")?).join(".aws/credentials"));
    let path = set("AWS_SHARED_CREDENTIALS_FILE").map(PathBuf::from).or_else(home);
    let text = path.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    let asked = set("AWS_PROFILE");
    let fields = fields(&text, asked.as_deref().unwrap_or("default"));
    match asked {
        Some(name) if fields.is_empty() => Err(format!("no profile {name:?} in ~/.aws/credentials")),
        _ => Ok(fields),
    }
}

fn fields(text: &str, profile: &str) -> BTreeMap<String, String> {
    let mut within = false;
    let mut found = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            within = name.trim() == profile;
        } else if let Some((name, value)) = line.split_once('=').filter(|_| within) {
            found.insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_that_is_asked_for_is_read() {
        let text =
            "# mine\n[default]\naws_access_key_id = A\n[ci]\naws_access_key_id=B\n; no\naws_secret_access_key = x=y\n";
        assert_eq!(fields(text, "default")["aws_access_key_id"], "A");
        assert_eq!(fields(text, "ci")["aws_secret_access_key"], "x=y");
        assert!(fields(text, "none").is_empty());
    }
}
