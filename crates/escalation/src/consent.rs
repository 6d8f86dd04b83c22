//! The one step that makes a request sendable.

use serde::{Deserialize, Serialize};

use crate::{DraftPayload, Endpoint, PayloadHash};

/// What the user decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Send this, once.
    Once,
    /// Send this, once, and keep what was decided about names for the note's next payload. That one is shown again.
    ForThisNote,
}

/// Why a request was not approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    /// What was looked at is not what would be sent.
    #[error("what was approved is not what would be sent")]
    AnotherPayload,
    /// A doubtful place was not looked at.
    #[error("places the program is not sure of have not been looked at")]
    NotLookedAt {
        /// How many.
        left: usize,
    },
}

/// A request that the user has seen to the byte and agreed to send once.
///
/// Only [`DraftPayload::approve`] makes one; it can be neither built by hand, nor copied, nor read from anywhere, and
/// sending it uses it up:
///
/// ```compile_fail
/// # use cabinet_escalation::{ApprovedPayload, DraftPayload};
/// fn without_consent(draft: DraftPayload) -> ApprovedPayload {
///     ApprovedPayload { draft, decision: cabinet_escalation::Decision::Once }
/// }
/// ```
/// ```compile_fail
/// # use cabinet_escalation::ApprovedPayload;
/// fn twice(payload: ApprovedPayload) -> (ApprovedPayload, ApprovedPayload) {
///     (payload.clone(), payload)
/// }
/// ```
/// ```compile_fail
/// # use cabinet_escalation::ApprovedPayload;
/// let forged: ApprovedPayload = serde_json::from_str("{}").unwrap();
/// ```
/// ```compile_fail
/// # use cabinet_escalation::{Courier, DraftPayload};
/// async fn unapproved(courier: &Courier, draft: DraftPayload) {
///     let _ = courier.send(draft, None, &Default::default(), &|_| {}).await;
/// }
/// ```
#[derive(Debug)]
pub struct ApprovedPayload {
    draft: DraftPayload,
    decision: Decision,
}

impl DraftPayload {
    /// The user looked at the bytes of this hash, at each of the `doubtful` places, and agreed.
    ///
    /// # Errors
    /// [`ConsentError`]: nothing can be sent then.
    pub fn approve(
        self,
        shown: PayloadHash,
        doubtful: usize,
        looked_at: usize,
        decision: Decision,
    ) -> Result<ApprovedPayload, ConsentError> {
        if shown != self.hash() {
            return Err(ConsentError::AnotherPayload);
        }
        match doubtful.checked_sub(looked_at) {
            None | Some(0) => Ok(ApprovedPayload {
                draft: self,
                decision,
            }),
            Some(left) => Err(ConsentError::NotLookedAt { left }),
        }
    }
}

impl ApprovedPayload {
    /// Where it goes.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.draft.endpoint
    }

    /// SHA-256 of the body.
    #[must_use]
    pub fn hash(&self) -> PayloadHash {
        self.draft.hash()
    }

    /// How many bytes of body leave.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.draft.body.len()
    }

    /// What the user decided.
    #[must_use]
    pub fn decision(&self) -> Decision {
        self.decision
    }

    /// The body, for the courier alone.
    pub(crate) fn into_body(self) -> String {
        self.draft.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Protocol;

    fn draft(body: &str) -> DraftPayload {
        let endpoint = Endpoint::parse("http://127.0.0.1:1", Protocol::OpenAi, "m", None).unwrap();
        DraftPayload::kept(&endpoint, body.to_owned())
    }

    #[test]
    fn only_what_was_shown_is_approved() {
        let shown = draft("{}").hash();
        let approve =
            |body: &str, doubtful, looked| draft(body).approve(shown, doubtful, looked, Decision::Once);
        assert_eq!(approve("{}", 0, 0).unwrap().hash(), shown);
        assert_eq!(approve("{ }", 0, 0).unwrap_err(), ConsentError::AnotherPayload);
        assert_eq!(
            approve("{}", 3, 1).unwrap_err(),
            ConsentError::NotLookedAt { left: 2 }
        );
        assert!(approve("{}", 3, 3).is_ok());
    }
}
