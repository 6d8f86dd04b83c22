//! From Cabinet's own types of the way out to those of the window and back.

use cabinet_deid::Kind;
use cabinet_desk::escalation::{self as desk, CourierState, Place};
use cabinet_desk::routing::Rule;
use cabinet_escalation::{self as escalation, Decision, Protocol};
use cabinet_library::{Declined, Label, Sending};

use super::Range;
use super::escalation::{
    AddedReplacement, ChosenName, CourierView, DeclinedRow, KeepLabel, LedgerRow, OfferRule, OutsideAnswer,
    PayloadRevision, PayloadSource, PreparedPayload, Replacement, SendDecision, SpokenProtocol,
};

impl From<CourierState> for CourierView {
    fn from(state: CourierState) -> Self {
        match state {
            CourierState::Off => Self::Off,
            CourierState::Ready => Self::Ready,
            CourierState::NeedsRestart => Self::NeedsRestart,
        }
    }
}

impl From<Protocol> for SpokenProtocol {
    fn from(protocol: Protocol) -> Self {
        match protocol {
            Protocol::OpenAi => Self::OpenAi,
            Protocol::Anthropic => Self::Anthropic,
        }
    }
}

impl From<SpokenProtocol> for Protocol {
    fn from(protocol: SpokenProtocol) -> Self {
        match protocol {
            SpokenProtocol::OpenAi => Self::OpenAi,
            SpokenProtocol::Anthropic => Self::Anthropic,
        }
    }
}

impl From<Rule> for OfferRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Offer => Self::Offer,
            Rule::AlwaysAsk => Self::AlwaysAsk,
            Rule::Never => Self::Never,
        }
    }
}

impl From<OfferRule> for Rule {
    fn from(rule: OfferRule) -> Self {
        match rule {
            OfferRule::Offer => Self::Offer,
            OfferRule::AlwaysAsk => Self::AlwaysAsk,
            OfferRule::Never => Self::Never,
        }
    }
}

impl From<SendDecision> for Decision {
    fn from(decision: SendDecision) -> Self {
        match decision {
            SendDecision::Once => Self::Once,
            SendDecision::ForThisNote => Self::ForThisNote,
        }
    }
}

impl From<Label> for KeepLabel {
    fn from(label: Label) -> Self {
        match label {
            Label::Privileged => Self::Privileged,
            Label::NeverLeaves => Self::NeverLeaves,
        }
    }
}

impl From<KeepLabel> for Label {
    fn from(label: KeepLabel) -> Self {
        match label {
            KeepLabel::Privileged => Self::Privileged,
            KeepLabel::NeverLeaves => Self::NeverLeaves,
        }
    }
}

/// The name of a kind as it stands in JSON everywhere.
fn name(kind: Kind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn kind(name: &str) -> Kind {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).unwrap_or(Kind::Other)
}

impl From<PayloadRevision> for desk::Revision {
    fn from(revision: PayloadRevision) -> Self {
        Self {
            added: revision
                .added
                .into_iter()
                .map(|added| (added.words, kind(&added.kind)))
                .collect(),
            kept: revision.kept,
            called: revision
                .called
                .into_iter()
                .map(|chosen| (chosen.words, chosen.called))
                .collect(),
            edited: revision.edited,
        }
    }
}

impl From<desk::Revision> for PayloadRevision {
    fn from(revision: desk::Revision) -> Self {
        Self {
            added: revision
                .added
                .into_iter()
                .map(|(words, kind)| AddedReplacement {
                    words,
                    kind: name(kind),
                })
                .collect(),
            kept: revision.kept,
            called: revision
                .called
                .into_iter()
                .map(|(words, called)| ChosenName { words, called })
                .collect(),
            edited: revision.edited,
        }
    }
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn range(range: &std::ops::Range<usize>) -> Range {
    Range {
        start: small(range.start),
        end: small(range.end),
    }
}

impl From<Place> for Replacement {
    fn from(place: Place) -> Self {
        Self {
            original: range(&place.original),
            replaced: range(&place.replaced),
            words: place.words,
            pseudonym: place.pseudonym,
            kind: name(place.kind),
            doubtful: place.doubtful,
        }
    }
}

impl PreparedPayload {
    /// A payload to be looked at, for a note or not.
    pub fn of(prepared: desk::Prepared, for_note: bool) -> Self {
        let head = prepared.head();
        let draft = prepared.draft;
        let endpoint = draft.endpoint();
        let place = endpoint.place();
        Self {
            hash: draft.hash().to_string(),
            head,
            address: endpoint.address(),
            place: endpoint.way(),
            own: matches!(place, escalation::Place::Loopback | escalation::Place::Private),
            model: endpoint.model().to_owned(),
            bytes: small(draft.body().len()),
            about_tokens: small(draft.about_tokens()),
            body: draft.body().to_owned(),
            most_answer: prepared.most_answer,
            cost: prepared.cost.map(|cost| format!("{cost:.4}")),
            original: prepared.original,
            made: prepared.made,
            text: prepared.text,
            replacements: prepared.places.into_iter().map(Into::into).collect(),
            warnings: prepared.warnings,
            sources: prepared
                .sources
                .into_iter()
                .map(|source| PayloadSource {
                    title: source.title,
                    pages: source.pages,
                })
                .collect(),
            left_out: prepared.left_out,
            revision: prepared.revision.into(),
            for_note,
        }
    }
}

impl From<desk::OutsideAnswer> for OutsideAnswer {
    fn from(answer: desk::OutsideAnswer) -> Self {
        Self {
            number: answer.number,
            hash: answer.hash,
            question: answer.question,
            text: answer.text,
            claims: answer.claims.into_iter().map(Into::into).collect(),
            whole: answer.whole,
            model: answer.model,
            endpoint: answer.endpoint,
            #[expect(clippy::cast_precision_loss, reason = "milliseconds since the epoch fit")]
            at: answer.at as f64,
            trouble: answer.trouble,
            may_be_charged: answer.may_be_charged,
        }
    }
}

impl From<Sending> for LedgerRow {
    fn from(sending: Sending) -> Self {
        Self {
            number: sending.number,
            hash: sending.hash,
            address: sending.endpoint,
            model: sending.model,
            #[expect(clippy::cast_precision_loss, reason = "milliseconds since the epoch fit")]
            sent_at: sending.sent_at as f64,
            decision: sending.decision,
            bytes_sent: sending.bytes_sent,
            bytes_received: sending.bytes_received,
            outcome: sending.outcome.unwrap_or_else(|| "unknown".to_owned()),
            body: sending.body,
            answer: sending
                .answer
                .and_then(|answer| serde_json::from_str::<desk::OutsideAnswer>(&answer).ok())
                .map(Into::into),
        }
    }
}

impl From<Declined> for DeclinedRow {
    fn from(declined: Declined) -> Self {
        Self {
            hash: declined.hash,
            address: declined.endpoint,
            model: declined.model,
            #[expect(clippy::cast_precision_loss, reason = "milliseconds since the epoch fit")]
            declined_at: declined.declined_at as f64,
            bytes: declined.bytes,
        }
    }
}
