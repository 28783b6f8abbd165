//! A proxy that hands on requests one by one, and does something wrong with some.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Every so many requests the connection is dropped without an answer.
    Drop(usize),
    /// Every so many requests the server is busy.
    Busy(usize),
    /// Every so many answers break off in the middle.
    Cut(usize),
    /// Every answer takes its time.
    Slow,
    /// The credentials have expired.
    Expired,
    /// There is room for so many objects.
    Full(usize),
    /// Values have another byte than they should.
    Lie,
}

pub struct Proxy {
    to: u16,
    fault: Fault,
    requests: AtomicUsize,
    written: AtomicUsize,
}

struct Request {
    head: String,
    body: Vec<u8>,
}

impl Request {
    fn read(stream: &TcpStream) -> io::Result<Self> {
        let mut reader = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
            if !lower.starts_with("connection:") {
                head += &line;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        Ok(Self { head, body })
    }
}

fn answer(status: &str, code: &str) -> Vec<u8> {
    // Real servers echo the token.
    let body = format!("<Error><Code>{code}</Code><Token-0>{}</Token-0></Error>", super::SECRET);
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

impl Proxy {
    pub fn start(to: u16, fault: Fault) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = Arc::new(Self { to, fault, requests: AtomicUsize::new(0), written: AtomicUsize::new(0) });
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let proxy = Arc::clone(&proxy);
                // A client that has gone is none of ours.
                std::thread::spawn(move || drop(proxy.serve(stream)));
            }
        });
        port
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        let request = Request::read(&stream)?;
        let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let puts = request.head.starts_with("PUT ");
        let of_values = request.head.starts_with("GET ") && request.head.lines().next().unwrap().contains("/values/");
        match self.fault {
            Fault::Drop(every) if number.is_multiple_of(every) => return Ok(()),
            Fault::Busy(every) if number.is_multiple_of(every) => {
                return stream.write_all(&answer("503 Slow Down", "SlowDown"));
            }
            Fault::Expired => return stream.write_all(&answer("403 Forbidden", "ExpiredToken")),
            Fault::Full(most) if puts && self.written.fetch_add(1, Ordering::SeqCst) >= most => {
                return stream.write_all(&answer("403 Forbidden", "QuotaExceeded"));
            }
            Fault::Slow => std::thread::sleep(Duration::from_millis(50)),
            _ => {}
        }
        let mut server = TcpStream::connect(("127.0.0.1", self.to))?;
        server.write_all(format!("{}Connection: close\r\n\r\n", request.head).as_bytes())?;
        server.write_all(&request.body)?;
        let mut bytes = Vec::new();
        server.read_to_end(&mut bytes)?;
        match self.fault {
            Fault::Cut(every) if number.is_multiple_of(every) => bytes.truncate(bytes.len() - 3),
            Fault::Lie if of_values => *bytes.last_mut().unwrap() ^= 1,
            _ => {}
        }
        stream.write_all(&bytes)
    }
}
