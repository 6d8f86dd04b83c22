//! A server on a loopback port that speaks both protocols, keeps every byte it is sent, and fails on request.
#![expect(clippy::disallowed_types, reason = "tests need somebody to talk to")]
#![allow(dead_code, reason = "each test program that includes this uses a part of it")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned, crypto::ring};

/// The authority that vouches for [`Shown::Right`] and [`Shown::Elsewhere`].
pub const AUTHORITY: &str = include_str!("../fixtures/authority.pem");

/// What an encrypted server shows for a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Its own.
    Right,
    /// That of another host.
    Elsewhere,
}

/// How the server answers.
#[derive(Clone, Debug)]
pub enum Manner {
    /// With this text, in some events.
    Well(String),
    /// With this text in one JSON object.
    InOnePiece(String),
    /// With what it was asked, word for word.
    Echo,
    /// Nothing, for so long.
    Slow(Duration),
    /// Half an answer, and hangs up.
    Cut,
    /// Hangs up on reading the request.
    Silent,
    /// To this address instead.
    Redirect(String),
    /// Without end.
    Giant,
    /// A line without end.
    GiantLine,
    /// A web page.
    Html,
    /// With an HTTP status and words.
    Status(u16, &'static str),
    /// With the right type and no sense.
    Nonsense,
    /// Runs out of tokens.
    OutOfTokens(String),
    /// Refuses in the middle of the stream.
    Overloaded,
}

/// One request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The request line and the header lines.
    pub head: String,
    /// The body, to the byte.
    pub body: Vec<u8>,
}

/// A running server. Dropping it ends it.
pub struct Server {
    port: u16,
    manner: Arc<Mutex<Manner>>,
    heard: Arc<Mutex<Vec<Heard>>>,
    connections: Arc<Mutex<usize>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// A plain server.
    pub fn start(manner: Manner) -> Self {
        Self::on(manner, |stream| Box::new(stream))
    }

    /// A server that is spoken to over TLS.
    pub fn encrypted(manner: Manner, shown: Shown) -> Self {
        let (certificate, key) = match shown {
            Shown::Right => (
                include_str!("../fixtures/server.pem"),
                include_str!("../fixtures/server.key.pem"),
            ),
            Shown::Elsewhere => (
                include_str!("../fixtures/elsewhere.pem"),
                include_str!("../fixtures/elsewhere.key.pem"),
            ),
        };
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate")];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .expect("a server's settings");
        let config = Arc::new(config);
        Self::on(manner, move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            Box::new(StreamOwned::new(connection, stream))
        })
    }

    /// Answers so from the next connection on.
    pub fn behave(&self, manner: Manner) {
        *self.manner.lock().expect("no test panics holding it") = manner;
    }

    /// A server whose connections go through `wrap`, which may encrypt them.
    pub fn on(
        manner: Manner,
        wrap: impl Fn(TcpStream) -> Box<dyn Connection> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let port = listener.local_addr().expect("it is bound").port();
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let (connections, ended): (Arc<Mutex<usize>>, Arc<AtomicBool>) = Default::default();
        let (its_heard, its_connections, its_end) =
            (Arc::clone(&heard), Arc::clone(&connections), Arc::clone(&ended));
        let manner = Arc::new(Mutex::new(manner));
        let its_manner = Arc::clone(&manner);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if AtomicBool::load(&its_end, Ordering::SeqCst) {
                    return;
                }
                *its_connections.lock().expect("no test panics holding it") += 1;
                let manner = its_manner.lock().expect("no test panics holding it").clone();
                serve(wrap(stream), &manner, &its_heard);
            }
        });
        Self {
            port,
            manner,
            heard,
            connections,
            ended,
            thread: Some(thread),
        }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Everything it was sent.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("no test panics holding it").clone()
    }

    /// How many connections it was asked for.
    pub fn connections(&self) -> usize {
        *self.connections.lock().expect("no test panics holding it")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes it up to see that.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A connection, encrypted or not.
pub trait Connection: Read + Write {}
impl<T: Read + Write> Connection for T {}

fn serve(mut stream: Box<dyn Connection>, manner: &Manner, heard: &Mutex<Vec<Heard>>) {
    // One that hangs up early says nothing worth keeping.
    let Some(request) = hear(&mut stream) else { return };
    let body = request.body.clone();
    let anthropic = request.head.starts_with("POST /v1/messages");
    heard.lock().expect("no test panics holding it").push(request);
    let _ = answer(&mut stream, manner, anthropic, &body);
    let _ = stream.flush();
}

fn hear(stream: &mut Box<dyn Connection>) -> Option<Heard> {
    let mut bytes = Vec::new();
    let mut one = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut one).ok()? == 0 {
            return None;
        }
        bytes.push(one[0]);
    }
    let head = String::from_utf8(bytes).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length?];
    stream.read_exact(&mut body).ok()?;
    Some(Heard { head, body })
}

fn answer(
    to: &mut Box<dyn Connection>,
    manner: &Manner,
    anthropic: bool,
    asked: &[u8],
) -> std::io::Result<()> {
    const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    match manner {
        Manner::Well(text) => {
            write!(to, "{STREAM}")?;
            tell(to, text, anthropic)?;
            end(to, anthropic, true)
        }
        Manner::OutOfTokens(text) => {
            write!(to, "{STREAM}")?;
            tell(to, text, anthropic)?;
            end(to, anthropic, false)
        }
        Manner::Echo => {
            let asked: serde_json::Value = serde_json::from_slice(asked)?;
            let messages = asked["messages"].as_array().cloned().unwrap_or_default();
            let last = messages.last().and_then(|message| message["content"].as_str());
            write!(to, "{STREAM}")?;
            tell(to, last.unwrap_or_default(), anthropic)?;
            end(to, anthropic, true)
        }
        Manner::InOnePiece(text) => {
            let body = if anthropic {
                serde_json::json!({ "content": [{ "type": "text", "text": text }], "stop_reason": "end_turn" })
            } else {
                serde_json::json!({ "choices": [{ "message": { "content": text }, "finish_reason": "stop" }] })
            };
            json(to, "200 OK", &body.to_string())
        }
        Manner::Slow(pause) => {
            std::thread::sleep(*pause);
            Ok(())
        }
        Manner::Cut => {
            write!(to, "{STREAM}")?;
            tell(to, "Half of an", anthropic)
        }
        Manner::Silent => Ok(()),
        Manner::Redirect(address) => write!(
            to,
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: {address}\r\ncontent-length: 0\r\n\r\n"
        ),
        Manner::Giant => {
            write!(to, "{STREAM}")?;
            loop {
                tell(to, &"and so on ".repeat(800), anthropic)?;
            }
        }
        Manner::GiantLine => {
            write!(to, "{STREAM}data: ")?;
            loop {
                to.write_all(&[b'x'; 65536])?;
            }
        }
        Manner::Html => write!(
            to,
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<script>fetch('http://127.0.0.1')</script>"
        ),
        Manner::Status(status, words) => {
            let body = serde_json::json!({ "error": { "message": words } }).to_string();
            json(to, &format!("{status} Refused"), &body)
        }
        Manner::Nonsense => write!(to, "{STREAM}data: {{{{{{\n\n"),
        Manner::Overloaded => {
            write!(to, "{STREAM}")?;
            tell(to, "Some text", anthropic)?;
            write!(to, "data: {{\"error\":{{\"message\":\"overloaded\"}}}}\n\n")
        }
    }
}

fn json(to: &mut Box<dyn Connection>, status: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    write!(
        to,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// The text in events of a few characters each.
fn tell(to: &mut Box<dyn Connection>, text: &str, anthropic: bool) -> std::io::Result<()> {
    let chars: Vec<char> = text.chars().collect();
    for piece in chars.chunks(400) {
        let piece: String = piece.iter().collect();
        let data = if anthropic {
            serde_json::json!({ "type": "content_block_delta", "delta": { "type": "text_delta", "text": piece } })
        } else {
            serde_json::json!({ "choices": [{ "delta": { "content": piece } }] })
        };
        write!(to, "data: {data}\n\n")?;
    }
    to.flush()
}

fn end(to: &mut Box<dyn Connection>, anthropic: bool, whole: bool) -> std::io::Result<()> {
    if anthropic {
        let reason = if whole { "end_turn" } else { "max_tokens" };
        write!(
            to,
            "data: {{\"type\":\"message_delta\",\"delta\":{{\"stop_reason\":\"{reason}\"}}}}\n\ndata: {{\"type\":\"message_stop\"}}\n\n"
        )
    } else {
        let reason = if whole { "stop" } else { "length" };
        write!(
            to,
            "data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"{reason}\"}}]}}\n\ndata: [DONE]\n\n"
        )
    }
}
