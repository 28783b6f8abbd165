//! `--serve` as a browser meets it.

use crate::project::Project;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// A served report; it ends with the test.
struct Served {
    child: Child,
    host: String,
    token: String,
}

impl Served {
    fn of(project: &Project) -> Self {
        let mut child = project.command(&["report", "--serve"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("serving http://").unwrap_or_else(|| panic!("{line}")).to_owned();
        let (host, token) = address.trim_end_matches('/').split_once('/').unwrap();
        let (host, token) = (host.to_owned(), token.to_owned());
        // the second line is the report's, so it is there
        out.read_line(&mut line).unwrap();
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Self { child, host, token }
    }

    /// The head and body of an answer.
    fn ask(&self, method: &str, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
            self.host
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), body.to_owned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

#[test]
fn pages_are_served_to_who_knows_the_address_and_nothing_else_is() {
    let project = Project::tiny(&[]);
    project.well(&["run", "--quiet"]);
    let served = Served::of(&project);
    assert!(served.host.starts_with("127.0.0.1:") && served.token.len() == 32, "{} {}", served.host, served.token);
    let page = |path: &str| format!("/{}/{path}", served.token);
    let (head, body) = served.ask("GET", &page(""));
    assert!(head.starts_with("http/1.1 200") && head.contains("content-type: text/html; charset=utf-8"), "{head}");
    assert!(head.contains("referrer-policy: no-referrer") && body.contains("<script>") && body.ends_with("</html>\n"));
    let (head, body) = served.ask("HEAD", &page("index.html"));
    assert!(head.starts_with("http/1.1 200") && head.contains("etag: ") && body.is_empty(), "{head}");
    let (head, _) = served.ask("GET", &page("index.md"));
    assert!(head.contains("content-type: text/markdown; charset=utf-8"), "{head}");
    std::fs::write(project.path("secret.md"), "secret").unwrap();
    for (method, path, status) in [
        ("GET", "/".to_owned(), 403),
        ("GET", format!("/{}/index.html", "0".repeat(32)), 403),
        ("GET", page("../secret.md"), 404),
        ("GET", page("%2e%2e/secret.md"), 404),
        ("GET", page(".lofi-manifest.json"), 404),
        ("POST", page("index.html"), 405),
        ("DELETE", page("index.html"), 405),
    ] {
        let (head, body) = served.ask(method, &path);
        assert!(head.starts_with(&format!("http/1.1 {status}")) && !body.contains("secret"), "{method} {path}: {head}");
    }
    assert!(project.path("reports/index.html").exists());
}

#[test]
fn a_port_without_serving_and_one_that_is_taken_are_refused() {
    let project = Project::tiny(&[]);
    assert_eq!(project.lofi(&["report", "--port", "8000"]).code, Some(2));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = project.lofi(&["report", "--serve", "--port", &port]);
    let told = format!("the report cannot be served at port {port}; `--port N` takes another one: ");
    assert!(ran.code == Some(4) && ran.err.contains(&told), "{}", ran.err);
}

#[test]
fn ctrl_c_is_how_serving_ends_and_no_failure() {
    let project = Project::tiny(&[]);
    project.well(&["run", "--quiet"]);
    let mut served = Served::of(&project);
    Command::new("kill").args(["-INT", &served.child.id().to_string()]).status().unwrap();
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}
