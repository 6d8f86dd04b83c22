//! The application's end of the line.

use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio::io::AsyncRead;
use tokio::net::UnixStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::wire::{self, Order, Report};
use super::{Answer, CourierError, Failure, Fault, Limits};
use crate::{ApprovedPayload, Endpoint, EndpointKey};

/// How long a courier may take to read the certificates and lock itself in.
const START: Duration = Duration::from_secs(20);
/// How long it may take to end a sending that was stopped.
const STOP: Duration = Duration::from_secs(5);
/// What its environment is cut down to: enough to load shared libraries, and where certificates lie.
const ENVIRONMENT: [&str; 4] = [
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];
/// WebKit's allocator starts a thread before `main` unless it is told to leave memory to the system; the cell takes no
/// process with a second thread.
const NO_SECOND_THREAD: (&str, &str) = ("Malloc", "1");

/// A courier that has been started and knows nothing yet.
pub struct CourierProcess {
    child: Child,
    line: StdUnixStream,
}

impl CourierProcess {
    /// Starts `program args...`, which must call [`courier_main`](super::courier_main). To be called before the network
    /// is given up, and before there is a secret in this process.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(program: &Path, args: &[&str]) -> Result<Self, CourierError> {
        let not_started = |e: std::io::Error| CourierError::NotStarted(e.kind());
        let (ours, theirs) = StdUnixStream::pair().map_err(not_started)?;
        let child = Command::new(program)
            .args(args)
            .env_clear()
            .envs(
                ENVIRONMENT
                    .iter()
                    .filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            .env(NO_SECOND_THREAD.0, NO_SECOND_THREAD.1)
            .current_dir("/")
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(not_started)?;
        Ok(Self { child, line: ours })
    }

    /// Its process identifier.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Takes the line into the runtime of the caller.
    ///
    /// # Errors
    /// When the line cannot be used.
    pub fn into_courier(self, limits: Limits) -> Result<Courier, CourierError> {
        let taken = self
            .line
            .set_nonblocking(true)
            .and_then(|()| UnixStream::from_std(self.line));
        Ok(Courier {
            line: tokio::sync::Mutex::new(Some(Line {
                stream: taken.map_err(|e| CourierError::NotStarted(e.kind()))?,
                ready: false,
                pinned: None,
            })),
            child: Mutex::new(self.child),
            limits,
        })
    }
}

/// A courier at the other end of a line. Dropping it ends the courier.
pub struct Courier {
    /// None once something went wrong on it: half a frame cannot be told from the next.
    line: tokio::sync::Mutex<Option<Line>>,
    child: Mutex<Child>,
    limits: Limits,
}

struct Line {
    stream: UnixStream,
    ready: bool,
    pinned: Option<Endpoint>,
}

impl Courier {
    /// Tells the courier its one endpoint. Saying the same again does nothing.
    ///
    /// # Errors
    /// [`CourierError::AnotherEndpoint`] where it was told another before; it stays with that.
    pub async fn pin(&self, endpoint: &Endpoint) -> Result<(), CourierError> {
        let mut held = self.line.lock().await;
        let Some(mut line) = held.take() else {
            return Err(CourierError::Gone);
        };
        let outcome = timeout(START, line.pin(endpoint, self.limits)).await;
        match outcome {
            Ok(Ok(same)) => {
                *held = Some(line);
                if same {
                    Ok(())
                } else {
                    Err(CourierError::AnotherEndpoint)
                }
            }
            Ok(Err(_)) | Err(_) => {
                self.end();
                Err(CourierError::Gone)
            }
        }
    }

    /// Has an approved payload carried, once, and gives what came of it. `listen` hears the answer piece by piece.
    ///
    /// The key goes with the payload and is not kept by the courier.
    pub async fn send(
        &self,
        payload: ApprovedPayload,
        key: Option<&EndpointKey>,
        cancel: &CancellationToken,
        listen: &(dyn Fn(&str) + Send + Sync),
    ) -> Answer {
        let mut answer = Answer::default();
        let Ok(mut held) = self.line.try_lock() else {
            answer.failure = Some(untouched(Fault::Busy));
            return answer;
        };
        let Some(mut line) = held.take() else {
            answer.failure = Some(untouched(Fault::CourierGone));
            return answer;
        };
        if line
            .carry(payload, key, cancel, self.limits.most_text, listen, &mut answer)
            .await
            .is_err()
        {
            self.end();
            answer.failure = Some(Failure {
                fault: Fault::CourierGone,
                may_be_charged: answer.bytes_sent > 0,
                said: None,
            });
        } else {
            *held = Some(line);
        }
        answer
    }

    /// Ends the courier at once.
    pub fn end(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // One that has ended already cannot be ended.
        let _ = child.kill();
        let _ = child.wait();
    }

    /// True while the courier's process lives.
    pub fn lives(&self) -> bool {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(child.try_wait(), Ok(None))
    }

    /// Its process identifier.
    pub fn id(&self) -> u32 {
        self.child.lock().unwrap_or_else(PoisonError::into_inner).id()
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.end();
    }
}

fn untouched(fault: Fault) -> Failure {
    Failure {
        fault,
        may_be_charged: false,
        said: None,
    }
}

impl Line {
    async fn read(&mut self) -> std::io::Result<Report> {
        Ok(wire::read(&mut self.stream, 0).await?.0)
    }

    async fn pin(&mut self, endpoint: &Endpoint, limits: Limits) -> std::io::Result<bool> {
        if let Some(pinned) = &self.pinned {
            return Ok(pinned == endpoint);
        }
        let nonsense = || std::io::Error::from(std::io::ErrorKind::InvalidData);
        if !self.ready {
            let Report::Ready = self.read().await? else {
                return Err(nonsense());
            };
            self.ready = true;
        }
        let order = Order::Pin {
            endpoint: endpoint.clone(),
            limits,
        };
        wire::write(&mut self.stream, &order, &[]).await?;
        let Report::Pinned(same) = self.read().await? else {
            return Err(nonsense());
        };
        if same {
            self.pinned = Some(endpoint.clone());
        }
        Ok(same)
    }

    async fn carry(
        &mut self,
        payload: ApprovedPayload,
        key: Option<&EndpointKey>,
        cancel: &CancellationToken,
        most_text: usize,
        listen: &(dyn Fn(&str) + Send + Sync),
        answer: &mut Answer,
    ) -> std::io::Result<()> {
        let order = Order::Send {
            endpoint: payload.endpoint().clone(),
            sha256: payload.hash().to_string(),
            key: key.map(|key| key.expose_secret().to_owned()),
        };
        let body = payload.into_body();
        let written = wire::write(&mut self.stream, &order, body.as_bytes()).await;
        if let Order::Send { key: Some(key), .. } = order {
            drop(zeroize::Zeroizing::new(key));
        }
        written?;
        let (mut from, mut to) = self.stream.split();
        let reading = hear(&mut from, body.len(), most_text, listen, answer);
        tokio::pin!(reading);
        tokio::select! {
            ended = &mut reading => return ended,
            () = cancel.cancelled() => wire::write(&mut to, &Order::Cancel, &[]).await?,
        }
        timeout(STOP, reading)
            .await
            .map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))?
    }
}

/// Listens to one sending until its end. More text than the limits allow is refused here as well: the courier keeps to
/// them as long as nobody has taken it over.
pub(super) async fn hear(
    from: &mut (impl AsyncRead + Unpin),
    body_bytes: usize,
    most_text: usize,
    listen: &(dyn Fn(&str) + Send + Sync),
    answer: &mut Answer,
) -> std::io::Result<()> {
    let nonsense = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let mut heard = 0;
    loop {
        match wire::read(from, 0).await?.0 {
            Report::Connected(address) => answer.address = Some(plain(&address)),
            Report::Sending => answer.bytes_sent = body_bytes as u64,
            Report::Text(text) => {
                heard += text.len();
                if heard > most_text {
                    return Err(nonsense());
                }
                let text = plain(&text);
                listen(&text);
                answer.text.push_str(&text);
            }
            Report::End {
                whole,
                bytes_received,
                failure,
            } => {
                answer.whole = whole;
                answer.bytes_received = bytes_received;
                answer.failure = failure.map(|failure| Failure {
                    said: failure.said.as_deref().map(plain),
                    ..failure
                });
                return Ok(());
            }
            Report::Ready | Report::Pinned(_) => return Err(nonsense()),
        }
    }
}

/// Text without what could steer a terminal or turn a line round: control characters but line ends and tabs, and the
/// marks of writing direction.
fn plain(text: &str) -> String {
    let harmless = |c: &char| match c {
        '\n' | '\t' => true,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => false,
        c => !c.is_control(),
    };
    text.chars().filter(harmless).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_is_left_out() {
        assert_eq!(plain("a\u{1b}[2J\r\nb\u{202e}c\u{0}\td"), "a[2J\nbc\td");
    }

    #[tokio::test]
    async fn refuses_more_text_than_the_limits_from_a_courier_that_forgot_them() {
        let mut line = Vec::new();
        for report in [
            Report::Sending,
            Report::Text("four".into()),
            Report::Text("more".into()),
        ] {
            wire::write(&mut line, &report, &[]).await.unwrap();
        }
        let end = Report::End {
            whole: true,
            bytes_received: 8,
            failure: None,
        };
        wire::write(&mut line, &end, &[]).await.unwrap();
        let hear_at_most = async |most_text| {
            let mut answer = Answer::default();
            let heard = hear(&mut line.as_slice(), 2, most_text, &|_| {}, &mut answer).await;
            (heard.is_ok(), answer.text)
        };
        assert_eq!(hear_at_most(8).await, (true, "fourmore".to_owned()));
        assert_eq!(hear_at_most(7).await, (false, "four".to_owned()));
    }
}
