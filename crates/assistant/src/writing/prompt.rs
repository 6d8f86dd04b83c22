//! What the model is asked: to say one given sentence in fewer of its own words. More than that a small model cannot do
//! without inventing.

use crate::models::{Message, Speaker};

const FRAME: &str = "You shorten sentences. Keep every number, name and date. Never add anything.";

/// Invented examples; they come first in every prompt, so that the model reads them once.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "Mrs Vale was reviewed in the clinic on 4 May 2019 for follow-up of her long-standing asthma, and she reported that she now needs her salbutamol inhaler no more than twice a week.",
        "Mrs Vale was reviewed on 4 May 2019 for asthma and needs her salbutamol inhaler no more than twice a week.",
    ),
    (
        "The Buyer shall, within thirty (30) days of receipt of a valid invoice, pay to the Seller the sum of $4,500 in respect of the Goods delivered under this Contract.",
        "The Buyer shall pay to the Seller $4,500 within thirty (30) days of a valid invoice.",
    ),
];

/// Ways of asking, the best first. Where the answer to one fails its check, the next may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// After examples.
    Shown,
    /// By itself.
    Told,
}

impl Asking {
    pub(super) const ALL: [Self; 2] = [Self::Shown, Self::Told];

    /// The conversation that asks for it.
    pub(super) fn messages(self, source: &str) -> Vec<Message> {
        let mut messages = vec![Message::new(Speaker::System, FRAME)];
        match self {
            Self::Shown => {
                for (long, short) in EXAMPLES {
                    messages.push(Message::new(
                        Speaker::User,
                        format!("Shorten to one sentence:\n{long}"),
                    ));
                    messages.push(Message::new(Speaker::Assistant, *short));
                }
                messages.push(Message::new(
                    Speaker::User,
                    format!("Shorten to one sentence:\n{source}"),
                ));
            }
            Self::Told => messages.push(Message::new(
                Speaker::User,
                format!("Rewrite as one short sentence, using the same words:\n{source}"),
            )),
        }
        messages
    }
}
