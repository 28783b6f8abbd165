//! `--serve`: a report for the browsers of this machine whose user has the address; it is only read.

use super::serve_answer::{Answer, Asked, Site};
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, say};
use crate::cli::stop;
use crate::step::hex;
use serde_json::json;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tiny_http::{Header, Request, Response, Server, StatusCode};

/// Bytes of the token in the address: nobody guesses it.
const TOKEN: usize = 16;
/// How often it is looked whether to stop.
const LOOK: Duration = Duration::from_millis(100);

/// Whether a report is served, and where.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(in crate::cli) struct Serving {
    /// Serves the report to browsers of this machine until Ctrl-C, at an address that is printed; pages load anew when the
    /// report changes.
    #[arg(long)]
    pub serve: bool,
    /// The port to serve at. Default: one that is free.
    #[arg(long, requires = "serve", value_name = "N")]
    pub port: Option<u16>,
}

impl Serving {
    /// Does work that writes a report. Meanwhile the first folder is served, if that is wanted, and then the second one until
    /// the user stops it.
    pub fn around(
        self,
        (during, after): (PathBuf, PathBuf),
        work: impl FnOnce() -> Result<Done, Failure>,
    ) -> Result<Done, Failure> {
        if !self.serve {
            return work();
        }
        let served = Served::open(self.port, during)?;
        served.tell();
        let done = work()?;
        served.show(after);
        if !output::is_json() {
            say!("the report is served until Ctrl-C: {}", served.address);
        }
        stop::ends();
        while !stop::of_process().asked() {
            std::thread::sleep(LOOK);
        }
        Ok(done)
    }
}

/// A server that runs.
struct Served {
    address: String,
    folder: Arc<RwLock<PathBuf>>,
}

impl Served {
    fn open(port: Option<u16>, folder: PathBuf) -> Result<Self, Failure> {
        let refused = |reason: String| {
            let port = port.map_or_else(String::new, |port| format!(" at port {port}; `--port N` takes another one"));
            Failure::file(format!("the report cannot be served{port}: {reason}"))
        };
        let server = Server::http((Ipv4Addr::LOCALHOST, port.unwrap_or(0))).map_err(|e| refused(e.to_string()))?;
        let port = server.server_addr().to_ip().ok_or_else(|| refused("it has no address".to_owned()))?.port();
        let mut token = [0; TOKEN];
        getrandom::fill(&mut token).map_err(|e| refused(e.to_string()))?;
        let token = hex(&token);
        let (address, folder) = (format!("http://127.0.0.1:{port}/{token}/"), Arc::new(RwLock::new(folder)));
        let shown = Arc::clone(&folder);
        let serve = move || {
            for request in server.incoming_requests() {
                let folder = shown.read().unwrap_or_else(PoisonError::into_inner).clone();
                // A browser that has gone needs no answer.
                let _ = respond(request, &Site { folder, token: token.clone(), port });
            }
        };
        std::thread::Builder::new().name("serve".to_owned()).spawn(serve).map_err(|e| refused(e.to_string()))?;
        Ok(Self { address, folder })
    }

    fn tell(&self) {
        if output::is_json() {
            output::event(&json!({"event": "serving", "address": self.address}));
        } else {
            say!("serving {}", self.address);
        }
    }

    /// From now on another folder is served.
    fn show(&self, folder: PathBuf) {
        *self.folder.write().unwrap_or_else(PoisonError::into_inner) = folder;
    }
}

fn respond(request: Request, site: &Site) -> std::io::Result<()> {
    let host = request.headers().iter().find(|header| header.field.equiv("Host"));
    let host = host.map_or_else(String::new, |header| header.value.to_string());
    let (method, path) = (request.method().to_string(), request.url().to_owned());
    let Answer { status, headers, body } = site.answer(&Asked { method: &method, path: &path, host: &host });
    let headers = headers.into_iter().filter_map(|(name, value)| Header::from_bytes(name, value).ok());
    let length = body.len();
    let response = Response::new(StatusCode(status), headers.collect(), body.as_slice(), Some(length), None);
    request.respond(response)
}
