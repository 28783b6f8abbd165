//! What a server said, in a few words that hold no credential: error documents echo tokens and keys.

use crate::remote::error::RemoteError;
use std::error::Error;

/// The most characters that are told of anything but an error code.
const MOST: usize = 120;

/// The error of a request as one of a remote.
pub(super) fn refused(remote: String, error: &(dyn Error + 'static)) -> RemoteError {
    let mut texts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        texts.push(error.to_string());
        source = error.source();
    }
    sorted(remote, &texts)
}

fn sorted(remote: String, texts: &[String]) -> RemoteError {
    let deepest = texts.last().map_or("", String::as_str);
    let code = texts.iter().rev().find_map(|text| between(text, "<Code>", "</Code>")).unwrap_or_default();
    let status = texts.iter().rev().find_map(|text| between(text, "status code: ", ":")).unwrap_or_default();
    let is_word = |text: &str| !text.is_empty() && text.len() < 60 && text.chars().all(|c| c.is_ascii_alphanumeric());
    let why = match (is_word(code), status.is_empty()) {
        (true, _) => code.to_owned(),
        (false, false) => short(status),
        (false, true) if deepest.contains('<') => "an answer that is none of S3".to_owned(),
        (false, true) => short(deepest),
    };
    let forbidden = || status.starts_with("401") || status.starts_with("403") || texts[0].contains("credential");
    match code {
        "QuotaExceeded" | "EntityTooLarge" | "InsufficientStorage" | "XMinioStorageFull" | "QuotaExceededException" => {
            RemoteError::Full { remote, why }
        }
        _ if status.starts_with("507") => RemoteError::Full { remote, why },
        "NoSuchBucket" => RemoteError::Nowhere { remote },
        "ExpiredToken" | "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "AccessDenied" | "InvalidToken" => {
            RemoteError::Credentials { remote, why }
        }
        _ if forbidden() => RemoteError::Credentials { remote, why },
        _ => RemoteError::Unreachable { remote, why },
    }
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    let rest = text.split_once(from)?.1;
    Some(rest.split_once(to).map_or(rest, |(found, _)| found).trim())
}

fn short(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> RemoteError {
        sorted("s3://bucket".to_owned(), &["Generic S3 error".to_owned(), text.to_owned()])
    }

    #[test]
    fn what_a_server_says_becomes_what_to_do_and_no_token_is_told() {
        let body = "<Error><Code>ExpiredToken</Code><Message>m</Message><Token-0>t0ken-of-mine</Token-0></Error>";
        let text = of(&format!("Server returned non-2xx status code: 403 Forbidden: {body}")).to_string();
        assert!(text.contains("ExpiredToken") && !text.contains("t0ken-of-mine"), "{text}");
        let quota = "Server returned non-2xx status code: 403 Forbidden: <Code>QuotaExceeded</Code>";
        assert!(matches!(of(quota), RemoteError::Full { .. }));
        assert!(matches!(of("status code: 507 Insufficient Storage: "), RemoteError::Full { .. }));
        assert!(matches!(of("status code: 404 Not Found: <Code>NoSuchBucket</Code>"), RemoteError::Nowhere { .. }));
        assert!(matches!(of("status code: 403 Forbidden: t0ken-of-mine"), RemoteError::Credentials { .. }));
        let odd = of("status code: 502 Bad Gateway: <html>t0ken-of-mine</html>").to_string();
        assert!(odd.contains("502") && !odd.contains("t0ken-of-mine"), "{odd}");
        assert!(!of("<html>t0ken-of-mine").to_string().contains("t0ken-of-mine"));
    }
}
