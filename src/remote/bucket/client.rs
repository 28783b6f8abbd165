//! Requests of `object_store`, made by the HTTP client that this program has anyway.
//!
//! Every worker has a thread of its own, so a request may block it. A body is read whole before it is handed on: what
//! breaks off in the middle is asked for again like any other request.

use http_body_util::BodyExt;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
};
use std::future::Future;
use std::io::{self, ErrorKind, Read};
use std::pin::Pin;
use std::time::Duration;
use ureq::Agent;
use ureq::http::{HeaderMap, Method, Request, Response, header::CONTENT_LENGTH};

const CONNECT: Duration = Duration::from_secs(10);
/// The longest that a server may say nothing.
const SILENCE: Duration = Duration::from_secs(60);
const IDLE: usize = 16;

/// Makes clients.
#[derive(Debug)]
pub(super) struct Connector;

#[derive(Debug)]
struct Client(Agent);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .timeout_per_write(Some(SILENCE))
            .max_idle_connections(IDLE)
            .max_idle_connections_per_host(IDLE)
            .build();
        Ok(HttpClient::new(Client(Agent::new_with_config(config))))
    }
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'a>>;

impl HttpService for Client {
    // What `async_trait` makes of `async fn call`.
    fn call<'a, 'b>(&'a self, request: HttpRequest) -> Answer<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let method = parts.method.clone();
            let sends = !body.is_empty() || method == Method::PUT || method == Method::POST;
            let answer = if sends {
                self.0.run(Request::from_parts(parts, &body[..]))
            } else {
                self.0.run(Request::from_parts(parts, ()))
            };
            let (parts, mut body) = answer.map_err(failed)?.into_parts();
            let mut bytes = Vec::new();
            if method != Method::HEAD {
                body.as_reader().read_to_end(&mut bytes).map_err(|e| broken(&e))?;
                let expected = length(&parts.headers).unwrap_or(bytes.len());
                if bytes.len() != expected {
                    return Err(broken(&io::Error::new(ErrorKind::UnexpectedEof, "the answer breaks off")));
                }
            }
            Ok(Response::from_parts(parts, HttpResponseBody::from(bytes)))
        })
    }
}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn broken(error: &io::Error) -> HttpError {
    let timeout = error.kind() == ErrorKind::TimedOut;
    let kind = if timeout { HttpErrorKind::Timeout } else { HttpErrorKind::Interrupted };
    HttpError::new(kind, io::Error::new(error.kind(), error.to_string()))
}

/// No answer: in which way decides whether it is tried again.
fn failed(error: ureq::Error) -> HttpError {
    let kind = match &error {
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => HttpErrorKind::Connect,
        ureq::Error::Timeout(_) => HttpErrorKind::Timeout,
        ureq::Error::Io(e) if e.kind() == ErrorKind::ConnectionRefused => HttpErrorKind::Connect,
        ureq::Error::Io(_) | ureq::Error::Protocol(_) => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, error)
}
