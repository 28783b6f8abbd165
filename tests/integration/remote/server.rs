//! A real S3-compatible server on loopback: moto's.

use super::proxy::{Fault, Proxy};
use crate::project::repository;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

pub struct Server {
    child: Child,
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = repository().join("target/tools/cluster/bin");
    let found = std::env::split_paths(&path).chain([own]).map(|folder| folder.join("moto_server"));
    found.into_iter().find(|file| file.is_file())
}

impl Server {
    /// One with a bucket `bucket`; nothing where there is none to start.
    pub fn start() -> Option<Self> {
        let Some(program) = program() else {
            println!("skipped: no moto_server here");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, port };
        for _ in 0..600 {
            if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
                let request =
                    "PUT /bucket HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                stream.write_all(request.as_bytes()).unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                assert!(answer.contains(" 200 "), "{answer}");
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("moto_server does not answer");
    }

    /// A proxy before it.
    pub fn proxy(&self, fault: Fault) -> Arc<Proxy> {
        Proxy::start(self.port, fault)
    }
}
