//! The courier: the one process that may speak to the network, and reads nothing.
//!
//! It is started before the application gives up the network, locks itself into a cell (`cabinet_seal`), and learns
//! over a socket pair first its one endpoint, then what to carry there. It follows no redirect, uses no proxy but one that
//! the user named, opens no second connection for a request and never asks again by itself: what failed is told, with whether the other side may
//! have begun to work, and so to charge.

#[cfg(unix)]
mod child;
#[cfg(unix)]
mod client;
#[cfg(not(unix))]
mod elsewhere;
#[cfg(all(feature = "fuzzing", unix))]
pub(crate) mod fuzzing;
#[cfg(unix)]
mod http;
#[cfg(unix)]
mod tunnel;
#[cfg(unix)]
mod wire;

#[cfg(unix)]
pub use child::courier_main;
#[cfg(unix)]
pub use client::{Courier, CourierProcess};
#[cfg(not(unix))]
pub use elsewhere::{Courier, CourierProcess, courier_main};

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What one sending may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Time to connect, the encryption agreed on.
    pub connect: Duration,
    /// Time until the first byte of the answer: a large model reads the whole request first.
    pub first_byte: Duration,
    /// Time between two pieces of the answer.
    pub between: Duration,
    /// Time for all of it.
    pub whole: Duration,
    /// Bytes of a request.
    pub most_sent: usize,
    /// Bytes of an answer as they come from the network, its wrapping included.
    pub most_received: usize,
    /// Bytes of text in it: many times what the tokens asked for can hold, and still soon checked.
    pub most_text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            first_byte: Duration::from_secs(180),
            between: Duration::from_secs(60),
            whole: Duration::from_secs(900),
            most_sent: 4 << 20,
            most_received: 8 << 20,
            most_text: 64 << 10,
        }
    }
}

/// What came of one sending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// What the model wrote, without control characters. Untrusted, and nothing but text.
    pub text: String,
    /// True where the model said all it had to say.
    pub whole: bool,
    /// Bytes of body that were handed to the network; none where it never came to that.
    pub bytes_sent: u64,
    /// Bytes of body that came back.
    pub bytes_received: u64,
    /// The address that was connected to.
    pub address: Option<String>,
    /// What went wrong; there may be text all the same.
    pub failure: Option<Failure>,
}

/// Why a sending did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What happened.
    pub fault: Fault,
    /// True where the request may have reached the other side, so that it may be charged.
    pub may_be_charged: bool,
    /// What the other side said, cut short; untrusted text.
    pub said: Option<String>,
}

/// What can happen to a sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The courier knows another endpoint.
    AnotherEndpoint,
    /// The bytes are not those that were approved.
    AnotherPayload,
    /// The request is too large.
    TooLarge,
    /// The host's name leads nowhere.
    NoSuchHost,
    /// Plain http, and the name leads to a public address.
    PlainToPublic,
    /// Nobody answers at that address and port.
    NoConnection,
    /// The proxy did not let the connection through.
    Proxy,
    /// The host could not prove who it is.
    Certificate,
    /// The other side sent the request elsewhere; that was not followed.
    Redirect,
    /// The other side refused, with this HTTP status.
    Status(u16),
    /// What came back is no answer of a model: a web page, say.
    NoAnswer,
    /// The answer does not keep to its protocol.
    Malformed,
    /// The answer was longer than it may be.
    TooLong,
    /// Nothing came in time.
    TooSlow,
    /// The connection ended in the middle.
    Cut,
    /// The model refused in words.
    Refused,
    /// The user stopped it.
    Cancelled,
    /// The courier is busy with another sending.
    Busy,
    /// The courier is gone.
    CourierGone,
}

impl Fault {
    /// What happened, in one sentence for people.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::AnotherEndpoint => {
                "The courier was started for another address, and carries to no second one.".into()
            }
            Self::AnotherPayload => {
                "The courier found other bytes than those that were approved, and sent none.".into()
            }
            Self::TooLarge => "The request is larger than may be sent at once.".into(),
            Self::NoSuchHost => "The host's name leads nowhere.".into(),
            Self::PlainToPublic => {
                "The host's name leads to a public address, and plain http is refused there.".into()
            }
            Self::NoConnection => "Nobody answers at that address.".into(),
            Self::Proxy => "The proxy did not let the connection through.".into(),
            Self::Certificate => "The host could not prove who it is, so nothing was sent to it.".into(),
            Self::Redirect => "The host sent the request elsewhere. That was not followed.".into(),
            Self::Status(401 | 403) => "The host did not accept the key.".into(),
            Self::Status(429) => "The host has too much to do, or the account's limit is reached.".into(),
            Self::Status(status) => format!("The host refused the request (HTTP {status})."),
            Self::NoAnswer => "What came back is no answer of a model.".into(),
            Self::Malformed => "The answer does not keep to its protocol.".into(),
            Self::TooLong => "The answer was longer than Cabinet takes, and was cut off.".into(),
            Self::TooSlow => "No answer came in time.".into(),
            Self::Cut => "The connection ended in the middle of the answer.".into(),
            Self::Refused => "The model refused.".into(),
            Self::Cancelled => "It was stopped.".into(),
            Self::Busy => "Another sending is on its way.".into(),
            Self::CourierGone => "The courier has ended.".into(),
        }
    }

    /// What to do about it, in one sentence for people.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::AnotherEndpoint | Self::CourierGone => "Close Cabinet and start it again.",
            Self::AnotherPayload => {
                "Prepare the request anew. If it happens again, do not use this computer."
            }
            Self::TooLarge => "Choose fewer documents.",
            Self::NoSuchHost | Self::NoConnection => "Check the address in the settings, and the network.",
            Self::Proxy => "Check the proxy in the settings, or ask who runs it.",
            Self::PlainToPublic => "Use an https address.",
            Self::Certificate => {
                "If it is your own server, give its certificate authority in the settings. Otherwise ask who runs it."
            }
            Self::Redirect => "Put the final address into the settings, if you trust it.",
            Self::Status(401 | 403) => "Check the key in the settings.",
            Self::Status(404) => "Check the path and the name of the model in the settings.",
            Self::NoAnswer | Self::Malformed => "Check the address and the protocol in the settings.",
            Self::Status(_)
            | Self::TooLong
            | Self::TooSlow
            | Self::Cut
            | Self::Refused
            | Self::Cancelled
            | Self::Busy => "It was not sent again. Prepare it anew if you want to.",
        }
    }
}

/// The courier cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CourierError {
    /// It could not be started.
    #[error("the courier could not be started ({0})")]
    NotStarted(std::io::ErrorKind),
    /// It ended, or never locked itself in.
    #[error("the courier ended before it was of use")]
    Gone,
    /// It was started for another endpoint.
    #[error("the courier was started for another address")]
    AnotherEndpoint,
}
