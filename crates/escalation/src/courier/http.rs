//! One request over one connection to one host, and its answer. hyper's plain connections are used, which know no
//! redirects, no proxies of the environment, no cookies and no second try.
#![expect(
    clippy::disallowed_types,
    reason = "the courier is the one process that may open a connection"
)]

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::wire::Report;
use super::{Failure, Fault, Limits, tunnel};
use crate::protocol::{self, Piece, Reader};
use crate::{Endpoint, Place};

/// So much of what a host says in refusal is passed on.
const MOST_SAID: usize = 300;

/// What went wrong, and what the host said to it.
type Wrong = (Fault, Option<String>);

/// One sending on its way.
pub(super) struct Sending<'s> {
    pub endpoint: &'s Endpoint,
    pub limits: Limits,
    pub roots: &'s [CertificateDer<'static>],
    pub reports: mpsc::Sender<Report>,
    /// True from the moment the request is handed to the network.
    pub sent: bool,
    pub received: usize,
    /// Bytes of text among them.
    pub text: usize,
}

impl Sending<'_> {
    /// What is told at the end.
    pub(super) fn report(&self, ended: Result<bool, Wrong>) -> Report {
        let (whole, failure) = match ended {
            Ok(whole) => (whole, None),
            Err((fault, said)) => {
                let failure = Failure {
                    fault,
                    may_be_charged: self.sent,
                    said: said.map(|said| said.chars().take(MOST_SAID).collect()),
                };
                (false, Some(failure))
            }
        };
        Report::End {
            whole,
            bytes_received: self.received as u64,
            failure,
        }
    }

    /// Carries the body and reads the answer; true where the model said all it had to say.
    pub(super) async fn carry(&mut self, body: Bytes, key: Option<String>) -> Result<bool, Wrong> {
        match timeout(self.limits.whole, self.carry_within(body, key)).await {
            Ok(ended) => ended,
            Err(_) => Err(plainly(Fault::TooSlow)),
        }
    }

    async fn carry_within(&mut self, body: Bytes, key: Option<String>) -> Result<bool, Wrong> {
        if body.len() > self.limits.most_sent {
            return Err(plainly(Fault::TooLarge));
        }
        let addresses = addresses(self.endpoint).map_err(plainly)?;
        let connecting = timeout(self.limits.connect, connect(&addresses)).await;
        let (mut stream, address) = connecting.ok().flatten().ok_or(plainly(Fault::NoConnection))?;
        self.tell(Report::Connected(address.to_string())).await;
        if self.endpoint.proxy().is_some() {
            let dug = timeout(self.limits.connect, tunnel::through(&mut stream, self.endpoint)).await;
            dug.ok().flatten().ok_or(plainly(Fault::Proxy))?;
        }
        if self.endpoint.tls() {
            let (connector, name) = self.tls().map_err(plainly)?;
            let agreed = timeout(self.limits.connect, connector.connect(name, stream)).await;
            let stream = agreed
                .map_err(|_| plainly(Fault::NoConnection))?
                // Whatever the reason: the host is not known to be the one it should be.
                .map_err(|_| plainly(Fault::Certificate))?;
            self.speak(stream, body, key).await
        } else {
            self.speak(stream, body, key).await
        }
    }

    fn tls(&self) -> Result<(TlsConnector, ServerName<'static>), Fault> {
        let mut roots = RootCertStore::empty();
        match self.endpoint.authority() {
            // The user's own authority stands in place of the system's: nobody else can vouch for the host then.
            Some(pem) => {
                for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                    let certificate = certificate.map_err(|_| Fault::Certificate)?;
                    roots.add(certificate).map_err(|_| Fault::Certificate)?;
                }
            }
            None => {
                roots.add_parsable_certificates(self.roots.iter().cloned());
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| Fault::Certificate)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(self.endpoint.host().to_owned()).map_err(|_| Fault::NoSuchHost)?;
        Ok((TlsConnector::from(Arc::new(config)), name))
    }

    pub(super) async fn speak<S>(
        &mut self,
        stream: S,
        body: Bytes,
        key: Option<String>,
    ) -> Result<bool, Wrong>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let request = request(self.endpoint, body, key).ok_or(plainly(Fault::AnotherPayload))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|_| plainly(Fault::NoConnection))?;
        // Ends when the request is answered or `sender` is dropped.
        let connection = tokio::spawn(connection);
        self.sent = true;
        self.tell(Report::Sending).await;
        let answered = timeout(self.limits.first_byte, sender.send_request(request)).await;
        let ended = match answered {
            Err(_) => Err(plainly(Fault::TooSlow)),
            Ok(Err(e)) if e.is_parse() => Err(plainly(Fault::NoAnswer)),
            Ok(Err(_)) => Err(plainly(Fault::Cut)),
            Ok(Ok(response)) => self.read(response).await,
        };
        connection.abort();
        ended
    }

    async fn read(&mut self, response: Response<Incoming>) -> Result<bool, Wrong> {
        let status = response.status();
        let kind = response.headers().get(CONTENT_TYPE);
        let kind = kind
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        if status.is_redirection() {
            return Err(plainly(Fault::Redirect));
        }
        if status != StatusCode::OK {
            let said = self.said(response, &kind).await;
            return Err((Fault::Status(status.as_u16()), said));
        }
        let mut reader = Reader::new(self.endpoint.protocol(), &kind).ok_or(plainly(Fault::NoAnswer))?;
        let mut body = response.into_body();
        let (mut ended, mut whole) = (false, true);
        loop {
            let bytes = match self.next(&mut body).await {
                Ok(None) => break,
                // Many hosts hang up without a word once they have said that they are done.
                Err((Fault::Cut, _)) if ended => break,
                Ok(Some(bytes)) => bytes,
                Err(wrong) => return Err(wrong),
            };
            let pieces = reader.take(&bytes).map_err(|_| plainly(Fault::Malformed))?;
            self.pass_on(pieces, &mut ended, &mut whole).await?;
        }
        let pieces = reader.end().map_err(|_| plainly(Fault::Malformed))?;
        self.pass_on(pieces, &mut ended, &mut whole).await?;
        if ended {
            Ok(whole)
        } else {
            Err(plainly(Fault::Cut))
        }
    }

    async fn pass_on(&mut self, pieces: Vec<Piece>, ended: &mut bool, whole: &mut bool) -> Result<(), Wrong> {
        for piece in pieces {
            match piece {
                Piece::Text(text) => {
                    self.text += text.len();
                    if self.text > self.limits.most_text {
                        return Err(plainly(Fault::TooLong));
                    }
                    self.tell(Report::Text(text)).await;
                }
                Piece::End { whole: all } => {
                    *ended = true;
                    *whole &= all;
                }
                Piece::Refused(words) => return Err((Fault::Refused, Some(words))),
            }
        }
        Ok(())
    }

    /// The next bytes of the body, counted.
    async fn next(&mut self, body: &mut Incoming) -> Result<Option<Bytes>, Wrong> {
        loop {
            let frame = match timeout(self.limits.between, body.frame()).await {
                Err(_) => return Err(plainly(Fault::TooSlow)),
                Ok(None) => return Ok(None),
                Ok(Some(Err(_))) => return Err(plainly(Fault::Cut)),
                Ok(Some(Ok(frame))) => frame,
            };
            // Trailers say nothing.
            let Ok(bytes) = frame.into_data() else { continue };
            self.received += bytes.len();
            if self.received > self.limits.most_received {
                return Err(plainly(Fault::TooLong));
            }
            return Ok(Some(bytes));
        }
    }

    /// What a host says in refusal, where it says it in JSON: a web page is not for people to read here.
    async fn said(&mut self, response: Response<Incoming>, kind: &str) -> Option<String> {
        let mut reader = Reader::new(self.endpoint.protocol(), kind)?;
        let mut body = response.into_body();
        while let Ok(Some(bytes)) = self.next(&mut body).await {
            reader.take(&bytes).ok()?;
        }
        reader.end().ok()?.into_iter().find_map(|piece| match piece {
            Piece::Refused(words) => Some(words),
            _ => None,
        })
    }

    async fn tell(&self, report: Report) {
        // Nobody listens any more only when the line has ended, and then all of this does.
        let _ = self.reports.send(report).await;
    }
}

fn plainly(fault: Fault) -> Wrong {
    (fault, None)
}

/// Looks the host, or the proxy that stands before it, up, once, and refuses plain http to where others can read along.
fn addresses(endpoint: &Endpoint) -> Result<Vec<SocketAddr>, Fault> {
    let (host, port) = endpoint.first_hop();
    let found: Vec<SocketAddr> = match host.parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, port)],
        Err(_) => (host, port)
            .to_socket_addrs()
            .map_err(|_| Fault::NoSuchHost)?
            .collect(),
    };
    let open = |place: Place| !endpoint.tls() && place == Place::Public;
    if found.is_empty() {
        Err(Fault::NoSuchHost)
    } else if found.iter().any(|address| open(Place::of(address.ip()))) {
        Err(Fault::PlainToPublic)
    } else {
        Ok(found)
    }
}

/// Connects to the first of a host's addresses that answers.
async fn connect(addresses: &[SocketAddr]) -> Option<(TcpStream, SocketAddr)> {
    for address in addresses {
        if let Ok(stream) = TcpStream::connect(address).await {
            // Without it the request would wait for more to go with it; refusing to set it does no harm.
            let _ = stream.set_nodelay(true);
            return Some((stream, *address));
        }
    }
    None
}

/// None where the key cannot stand in a header.
fn request(endpoint: &Endpoint, body: Bytes, key: Option<String>) -> Option<Request<Full<Bytes>>> {
    let key = key.map(zeroize::Zeroizing::new);
    let mut request = Request::post(endpoint.path());
    for (name, value) in protocol::headers(endpoint, key.as_ref().map(|key| key.as_str())) {
        // A host that wants no key gets no such line.
        let Some(value) = value else { continue };
        let mut value = HeaderValue::from_str(&value).ok()?;
        value.set_sensitive(matches!(name, "authorization" | "x-api-key"));
        request = request.header(name, value);
    }
    request.body(Full::new(body)).ok()
}
