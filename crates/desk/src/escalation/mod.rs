//! The way out of an open cabinet: what is prepared for a large model elsewhere, what keeps it here, and the sending.
//!
//! The library keeps requests and the ledger, `cabinet-deid` finds and replaces, `cabinet-escalation` holds the consent
//! and the courier; here they meet. Nothing is sent but what [`Desk::send`](crate::Desk::send) is given the hash of.

mod barriers;
mod gather;
mod offer;
mod prepare;
mod replace;
mod sending;
mod switch;
mod words;

use cabinet_escalation::{ConsentError, EndpointError};
use cabinet_library::{Label, LibraryError};

pub use offer::signals;
pub use prepare::{EscalationRequest, Place, Prepared, PreparedSource, Revision};
pub use sending::{OutsideAnswer, SendingOptions};
pub use switch::{CourierState, EscalationSettings, Switch, courier_wanted, start_courier};

/// What it means to switch sending on, in words to be agreed to.
pub const CONSEQUENCES: [&str; 5] = [
    "From the next start on, a second process of Cabinet may open connections, to the one address given here and to no other. The process that reads your documents still cannot.",
    "Nothing is sent by itself. For each request you are shown every byte, and it is sent when you agree to exactly that.",
    "Names, dates, numbers and places are replaced before you see it. That is done by programs and can miss some: read what leaves.",
    "Whoever runs that address reads what you send, may keep it, and may charge for it. Whether you may send it is for you to judge, and for your profession's rules.",
    "Each sending is written down for good under \"What left this machine\".",
];

/// Why something was not prepared or sent.
#[derive(Debug, thiserror::Error)]
pub enum EscalationError {
    /// The switch is off.
    #[error("sending to a large model is switched off")]
    Off,
    /// It was switched on, or changed, after this program was started.
    #[error("there is no courier for this address yet")]
    NeedsRestart,
    /// A label keeps something here.
    #[error("{what} carries the label \"{}\"", label_words(*.label))]
    Labelled {
        /// What carries it: "a document", "the folder" ...
        what: &'static str,
        /// Which.
        label: Label,
    },
    /// The switch is limited to other folders.
    #[error("sending is not switched on for this folder")]
    OtherFolder,
    /// A note quotes a document that is gone, so that nobody can tell which label it had.
    #[error("the note quotes a document that is no longer here, so its label cannot be looked up")]
    QuoteGone,
    /// There is no question, or nothing to put it to.
    #[error("there is nothing to ask about")]
    NothingToSend,
    /// No request of this hash is kept.
    #[error("no request with this SHA-256 is waiting here")]
    NotWaiting,
    /// The consent does not fit.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// What was kept with a payload cannot be read.
    #[error("what was prepared cannot be read")]
    Unreadable,
    /// What the user would have stand in a name's place cannot be told from other text on the way back.
    #[error("\"{0}\" cannot stand in the place of a name")]
    Unusable(String),
    /// The address cannot be used.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The marker beside the key file could not be written or removed.
    #[error("the mark that asks for a courier could not be changed ({0})")]
    Marker(std::io::ErrorKind),
    /// The library refused.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

impl EscalationError {
    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Off => "Switch it on in the settings, or with `cabinet escalate on`. Nothing was sent.",
            Self::NeedsRestart => "Close Cabinet and start it again. Nothing was sent.",
            Self::Labelled { .. } => "Take the label off if it should not be there. Nothing was sent.",
            Self::OtherFolder => "Add the folder in the settings if it may leave. Nothing was sent.",
            Self::QuoteGone => "Take that quotation out of the note. Nothing was sent.",
            Self::NothingToSend => "Give a question and at least one document, folder or note with text.",
            Self::NotWaiting => {
                "A request waits for a day. It goes when it is declined, when it is changed (which gives it another SHA-256) and when a document it was made of is deleted. Prepare it anew, on the command line with `cabinet escalate ask`. Nothing was sent."
            }
            Self::Library(LibraryError::SentBefore) => {
                "Prepare it anew, on the command line with `cabinet escalate ask`; it may be charged again. This time nothing was sent."
            }
            Self::Consent(_) => {
                "Look at the request again and approve the hash that stands there. Nothing was sent."
            }
            Self::Unreadable => "Prepare it anew. Nothing was sent.",
            Self::Unusable(_) => {
                "Take up to 40 letters, digits and spaces that stand for nobody else and not in brackets in the text."
            }
            Self::Endpoint(_) => "Correct the address. Nothing was changed.",
            Self::Marker(_) => "Check that you may write to the cabinet's folder.",
            Self::Library(_) => "Nothing was sent.",
        }
    }
}

/// A label in words.
#[must_use]
pub fn label_words(label: Label) -> &'static str {
    match label {
        Label::Privileged => "privileged",
        Label::NeverLeaves => "never leaves",
    }
}
