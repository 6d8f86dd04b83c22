//! The one door out: what may be sent to a large model elsewhere, who agreed to it, and the process that carries it.
//!
//! Owns: where a cabinet may send to ([`Endpoint`]), the exact bytes of a request ([`DraftPayload`]), the step that
//! makes them sendable ([`ApprovedPayload`]), the courier ([`Courier`], [`courier_main`]) and when to offer all this
//! ([`routing`]). It knows no document, no key of the vault, no database: it is handed text and hands text back.
//!
//! What must always hold:
//! - nothing can be sent but an [`ApprovedPayload`], and only the consent step makes one, out of bytes whose SHA-256 was
//!   shown: there is no other constructor, it cannot be copied, and sending uses it up;
//! - the courier hashes the bytes again before the first of them leaves, and knows one endpoint for its whole life;
//! - nothing is sent twice for one approval, whatever fails;
//! - what comes back is plain text within bounds. It triggers nothing.
#![forbid(unsafe_code)]

mod consent;
mod courier;
mod endpoint;
#[cfg(all(feature = "fuzzing", unix))]
#[doc(hidden)]
pub mod fuzzing;
mod payload;
mod protocol;
pub mod routing;

pub use consent::{ApprovedPayload, ConsentError, Decision};
pub use courier::{Answer, Courier, CourierError, CourierProcess, Failure, Fault, Limits, courier_main};
pub use endpoint::{Endpoint, EndpointError, EndpointKey, Place, Protocol};
pub use payload::{DraftPayload, PayloadHash, Prompt};
