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
    /// Every so many requests the server is busy or fails.
    Busy(usize),
    /// Every so many answers break off in the middle.
    Cut(usize),
    /// The first so many objects are stored with another byte than was sent.
    Mangle(usize),
    /// Every answer takes its time.
    Slow,
    /// After so many requests no connection is answered any more.
    Dead(usize),
    /// After so many requests the credentials have expired.
    Expired(usize),
    /// There is room for so many objects; then this is the answer.
    Full(usize, (&'static str, &'static str)),
    /// Values have another byte than they should.
    Lie,
    /// Values are only half of what they should be, and the server says so.
    Short,
}

pub struct Proxy {
    to: u16,
    pub port: u16,
    fault: Fault,
    requests: AtomicUsize,
    written: AtomicUsize,
    faults: AtomicUsize,
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
    let body = format!("<Error><Code>{code}</Code><Token-0>{}</Token-0></Error>", super::faults::SECRET);
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

fn ends_lines(bytes: &[u8]) -> usize {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4)
}

fn with_another_byte(answer: &[u8]) -> Vec<u8> {
    let (last, rest) = answer.split_last().unwrap();
    [rest, &[last ^ 1]].concat()
}

/// An answer with half of its body, of which it says that it is all.
fn halved(answer: &[u8]) -> Vec<u8> {
    let (head, body) = answer.split_at(ends_lines(answer));
    let body = &body[..body.len() / 2];
    let head = String::from_utf8(head.to_vec()).unwrap();
    let lines = head.split("\r\n").map(|line| match line.to_ascii_lowercase().starts_with("content-length:") {
        true => format!("Content-Length: {}", body.len()),
        false => line.to_owned(),
    });
    [lines.collect::<Vec<_>>().join("\r\n").as_bytes(), body].concat()
}

impl Proxy {
    pub fn start(to: u16, fault: Fault) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let [requests, written, faults] = [0; 3].map(AtomicUsize::new);
        let proxy = Arc::new(Self { to, port, fault, requests, written, faults });
        let serving = Arc::clone(&proxy);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let proxy = Arc::clone(&serving);
                // A client that has gone is none of ours.
                std::thread::spawn(move || drop(proxy.serve(stream)));
            }
        });
        proxy
    }

    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// How often something was done wrong.
    pub fn faults(&self) -> usize {
        self.faults.load(Ordering::SeqCst)
    }

    fn count(&self) {
        self.faults.fetch_add(1, Ordering::SeqCst);
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut request = Request::read(&stream)?;
        let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let puts = request.head.starts_with("PUT ");
        let of_values = request.head.starts_with("GET ") && request.head.lines().next().unwrap().contains("/values/");
        let object = if puts { self.written.fetch_add(1, Ordering::SeqCst) + 1 } else { 0 };
        let of_all = |every: usize| number.is_multiple_of(every);
        let early = match self.fault {
            Fault::Drop(every) if of_all(every) => Some(Vec::new()),
            Fault::Dead(after) if number > after => Some(Vec::new()),
            Fault::Busy(every) if of_all(2 * every) => Some(answer("500 Internal Server Error", "InternalError")),
            Fault::Busy(every) if of_all(every) => Some(answer("503 Slow Down", "SlowDown")),
            Fault::Expired(after) if number > after => Some(answer("403 Forbidden", "ExpiredToken")),
            Fault::Full(most, (status, code)) if object > most => Some(answer(status, code)),
            _ => None,
        };
        if let Some(bytes) = early {
            self.count();
            return stream.write_all(&bytes);
        }
        match self.fault {
            Fault::Mangle(first) if puts && object <= first => {
                self.count();
                request.body.last_mut().into_iter().for_each(|byte| *byte ^= 1);
            }
            Fault::Slow => {
                self.count();
                std::thread::sleep(Duration::from_millis(50));
            }
            _ => {}
        }
        let mut server = TcpStream::connect(("127.0.0.1", self.to))?;
        server.write_all(format!("{}Connection: close\r\n\r\n", request.head).as_bytes())?;
        server.write_all(&request.body)?;
        let mut bytes = Vec::new();
        server.read_to_end(&mut bytes)?;
        let changed = match self.fault {
            Fault::Cut(every) if of_all(every) => Some(bytes[..bytes.len() - 3].to_vec()),
            Fault::Lie if of_values => Some(with_another_byte(&bytes)),
            Fault::Short if of_values => Some(halved(&bytes)),
            _ => None,
        };
        changed.iter().for_each(|_| self.count());
        stream.write_all(&changed.unwrap_or(bytes))
    }
}
