//! What is answered to a browser that asks for a page of a report.

use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

/// What is served to whom.
#[derive(Debug)]
pub(super) struct Site {
    /// The folder of the report; it need not be there yet.
    pub folder: PathBuf,
    /// What every address begins with.
    pub token: String,
    pub port: u16,
}

/// A request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub method: &'a str,
    pub path: &'a str,
    /// The name that the browser knows this machine by: a page from elsewhere that leads here has another one.
    pub host: &'a str,
}

/// An answer to it.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// What pages may do: nothing from elsewhere, and nothing is sent.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Files by their ending; a report has no others.
const TYPES: [(&str, &str); 9] = [
    ("html", HTML),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("pdf", "application/pdf"),
    ("md", "text/markdown; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("json", "application/json"),
    ("tex", "application/x-tex; charset=utf-8"),
    ("gz", "application/gzip"),
];
const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const NOT_YET: &str = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Not there yet</title></head>\n\
                       <body><p>This page is not there yet; when it is, it stands here by itself.</p></body></html>\n";
/// Before which the script goes that loads a page anew.
const END: &str = "</body>";

impl Site {
    /// Files below the folder, to whoever knows the token.
    pub fn answer(&self, asked: &Asked<'_>) -> Answer {
        if !["GET", "HEAD"].contains(&asked.method) {
            let mut refusal = refuse(405, "this report is only read");
            refusal.headers.push(("Allow", "GET, HEAD".to_owned()));
            return refusal;
        }
        let path = asked.path.split(['?', '#']).next().unwrap_or_default();
        let (token, path) = path.strip_prefix('/').unwrap_or_default().split_once('/').unwrap_or_default();
        if !self.is_host(asked.host) || !same(token, &self.token) {
            return refuse(403, "this is not the address that was printed");
        }
        let path = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
        let answer = match self.file(&path) {
            Some((kind, content)) => found(kind, content),
            None if path.ends_with(".html") => page(404, NOT_YET.as_bytes().to_vec(), "null"),
            None => refuse(404, "the report has no such file"),
        };
        // The length and the rest of the head are those of the page.
        answer
    }

    fn is_host(&self, host: &str) -> bool {
        ["127.0.0.1", "localhost"].iter().any(|name| host == format!("{name}:{}", self.port))
    }

    /// The type and content of a file of the report; nothing where a name is hidden, leads elsewhere, or is none of a report.
    fn file(&self, path: &str) -> Option<(&'static str, Vec<u8>)> {
        let is_plain = |part: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~+".contains(c);
            !part.is_empty() && !part.starts_with('.') && part.chars().all(plain)
        };
        if !path.split('/').all(is_plain) {
            return None;
        }
        let ending = Path::new(path).extension()?.to_str()?;
        let kind = TYPES.iter().find(|(known, _)| *known == ending)?.1;
        let folder = self.folder.canonicalize().ok()?;
        // A link may lead out of the folder.
        let file = folder.join(path).canonicalize().ok().filter(|file| file.starts_with(&folder) && file.is_file())?;
        Some((kind, std::fs::read(file).ok()?))
    }
}

/// Whether two texts are equal; the time that it takes tells nothing of where they differ.
fn same(given: &str, token: &str) -> bool {
    let differ = given.bytes().zip(token.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
    given.len() == token.len() && differ == 0
}

fn found(kind: &'static str, content: Vec<u8>) -> Answer {
    let tag = tag(&content);
    let mut answer = if kind == HTML { page(200, content, &tag) } else { plain(200, kind, content) };
    answer.headers.push(("ETag", tag));
    answer
}

fn tag(content: &[u8]) -> String {
    format!("\"{}\"", &crate::step::hex(&Sha256::digest(content))[..32])
}

/// A page with a script that loads it anew once it is another one.
fn page(status: u16, mut content: Vec<u8>, tag: &str) -> Answer {
    let script = format!(
        "<script>(() => {{ const seen = `{status} {tag}`; setInterval(async () => {{ try {{ const now = await \
         fetch(location.href.split(\"#\")[0], {{ method: \"HEAD\", cache: \"no-store\" }}); if (`${{now.status}} \
         ${{now.headers.get(\"ETag\")}}` !== seen) location.reload(); }} catch {{ }} }}, 2000); }})();</script>\n"
    );
    let end = content.windows(END.len()).rposition(|part| part == END.as_bytes()).unwrap_or(content.len());
    content.splice(end..end, script.into_bytes());
    plain(status, HTML, content)
}

fn refuse(status: u16, words: &str) -> Answer {
    plain(status, TEXT, format!("{words}\n").into_bytes())
}

fn plain(status: u16, kind: &str, body: Vec<u8>) -> Answer {
    let headers = [
        ("Content-Type", kind),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        // The token is in the address.
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Content-Security-Policy", POLICY),
    ];
    Answer { status, headers: headers.map(|(name, value)| (name, value.to_owned())).to_vec(), body }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(folder: &Path) -> Site {
        Site { folder: folder.to_owned(), token: "0a1b".to_owned(), port: 80 }
    }

    fn ask(site: &Site, method: &str, path: &str) -> (u16, String, String) {
        let Answer { status, headers, body } = site.answer(&Asked { method, path, host: "127.0.0.1:80" });
        let kind = headers.into_iter().find(|(name, _)| *name == "Content-Type").map(|(_, kind)| kind);
        (status, kind.unwrap_or_default(), String::from_utf8_lossy(&body).into_owned())
    }

    #[test]
    fn files_of_the_report_are_there_with_their_types() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        let page = "<html><body>one</body></html>\n";
        let files = [
            ("index.html", page, HTML),
            ("a/b.set~0f+x.html", page, HTML),
            ("a/f.svg", "<svg/>", "image/svg+xml"),
            ("a/t.csv", "n\n1\n", "text/csv; charset=utf-8"),
            ("a/t.csv.gz", "packed", "application/gzip"),
        ];
        for (path, content, _) in files {
            std::fs::write(folder.path().join(path), content).unwrap();
        }
        let site = site(folder.path());
        for (path, content, kind) in files {
            let (status, found, body) = ask(&site, "GET", &format!("/0a1b/{path}?x#y"));
            assert_eq!((status, found.as_str()), (200, kind), "{path}");
            assert!(
                body.replace(body.get(body.find("<script>").unwrap_or(0)..body.find(END).unwrap_or(0)).unwrap(), "")
                    == content
            );
        }
        let (_, _, index) = ask(&site, "HEAD", "/0a1b/");
        assert!(index.contains("one<script>") && index.ends_with("</script>\n</body></html>\n"), "{index}");
        std::fs::write(folder.path().join("index.html"), page.replace("one", "two")).unwrap();
        assert_ne!(ask(&site, "GET", "/0a1b/").2.replace("two", "one"), index, "it is told from the one before");
    }

    #[test]
    fn nothing_else_is_there() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("report");
        std::fs::create_dir(&folder).unwrap();
        for path in
            ["secret.html", "report/.lofi-manifest.json", "report/.hidden.html", "report/index.html", "report/x"]
        {
            std::fs::write(outer.path().join(path), "secret").unwrap();
        }
        std::os::unix::fs::symlink(outer.path().join("secret.html"), folder.join("link.html")).unwrap();
        std::os::unix::fs::symlink(outer.path(), folder.join("out")).unwrap();
        let site = site(&folder);
        for path in [
            "../secret.html",
            "..",
            "a/../../secret.html",
            "%2e%2e/secret.html",
            "..%2fsecret.html",
            "..\\secret.html",
            "link.html",
            "out/secret.html",
            ".lofi-manifest.json",
            ".hidden.html",
            "x",
            "/etc/passwd",
            "//index.html",
            ".",
        ] {
            let (status, _, body) = ask(&site, "GET", &format!("/0a1b/{path}"));
            assert!(status == 404 && !body.contains("secret"), "{path}: {status}");
        }
        assert_eq!(ask(&site, "GET", "/0a1b/index.html").0, 200);
    }

    #[test]
    fn who_lacks_the_token_comes_from_elsewhere_or_wants_to_write_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.html"), "secret").unwrap();
        let site = site(folder.path());
        for path in ["/", "", "/index.html", "/0a1c/index.html", "/0a1/index.html", "/0a1bb/", "//index.html", "/0a1b"]
        {
            assert_eq!(ask(&site, "GET", path).0, 403, "{path}");
        }
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "get"] {
            assert_eq!(ask(&site, method, "/0a1b/").0, 405, "{method}");
        }
        for host in ["evil.example", "127.0.0.1:81", "", "127.0.0.1.evil.example:80"] {
            assert_eq!(site.answer(&Asked { method: "GET", path: "/0a1b/", host }).status, 403, "{host}");
        }
        assert_eq!(site.answer(&Asked { method: "GET", path: "/0a1b/", host: "localhost:80" }).status, 200);
    }
}
