//! Passphrases: held so that they cannot be printed, and judged before they are taken.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::VaultError;

/// What the user types. It cannot be printed, copied or serialised, and is wiped when dropped.
pub struct Passphrase(SecretString);

impl Passphrase {
    /// Takes a passphrase as typed. Composed and decomposed accents mean the same passphrase, so that one typed on
    /// another system opens the cabinet too; everything else counts, spaces and capitals included.
    pub fn new(typed: String) -> Self {
        let typed = Zeroizing::new(typed);
        // Room for the longest expansion, so that growing leaves no copies behind.
        let mut composed = String::with_capacity(typed.len().saturating_mul(3));
        composed.extend(typed.nfc());
        Self(SecretString::from(composed))
    }

    /// How hard it is to guess; see [`strength`].
    pub fn strength(&self) -> Strength {
        strength(self.0.expose_secret())
    }

    /// The bytes from which a key is derived.
    pub(crate) fn bytes(&self) -> Result<&[u8], VaultError> {
        match self.0.expose_secret() {
            "" => Err(VaultError::EmptyPassphrase),
            text => Ok(text.as_bytes()),
        }
    }
}

/// How hard a passphrase is to guess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Strength {
    /// 0 (guessed at once) to 4 (beyond any search).
    pub score: u8,
    /// The score in a word or two.
    pub label: &'static str,
    /// Time to guess it for somebody who has the disk, in words.
    pub guess_time: String,
    /// What to do about it; empty when it is strong.
    pub advice: Vec<String>,
    /// True where Cabinet takes it.
    pub accepted: bool,
}

/// The least score that is taken: about ten thousand million guesses, each half a second of Argon2id.
const ACCEPTED_SCORE: u8 = 3;

/// Guesses a second by somebody with the disk and a rack of machines. Deriving a key takes about half a second
/// and 128 mebibytes each time, so a machine with plenty of memory tries some hundreds at once.
const GUESSES_PER_SECOND: u64 = 1_000;

/// Judges a passphrase by the patterns people use (words, names, keyboard rows, dates), not by its alphabet.
pub fn strength(passphrase: &str) -> Strength {
    let estimate = zxcvbn::zxcvbn(passphrase, &["cabinet"]);
    let score = u8::from(estimate.score());
    let label = match score {
        _ if passphrase.is_empty() => "empty",
        0 => "very weak",
        1 => "weak",
        2 => "fair",
        3 => "good",
        _ => "strong",
    };
    let mut advice = Vec::new();
    if let Some(feedback) = estimate.feedback() {
        advice.extend(feedback.warning().map(|warning| warning.to_string()));
        advice.extend(feedback.suggestions().iter().map(ToString::to_string));
    }
    if score < ACCEPTED_SCORE && advice.is_empty() {
        advice.push("Add another word or two. Uncommon words are better.".to_owned());
    }
    Strength {
        score,
        label,
        guess_time: duration_in_words(estimate.guesses() / GUESSES_PER_SECOND),
        advice,
        accepted: score >= ACCEPTED_SCORE,
    }
}

fn duration_in_words(seconds: u64) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    const MONTH: u64 = 30 * DAY;
    const YEAR: u64 = 365 * DAY;
    let (count, unit) = match seconds {
        0 => return "less than a second".to_owned(),
        s if s < MINUTE => (s, "second"),
        s if s < HOUR => (s / MINUTE, "minute"),
        s if s < DAY => (s / HOUR, "hour"),
        s if s < MONTH => (s / DAY, "day"),
        s if s < YEAR => (s / MONTH, "month"),
        s if s < 1_000 * YEAR => (s / YEAR, "year"),
        s if s < 1_000_000 * YEAR => return format!("{} thousand years", s / YEAR / 1_000),
        _ => return "millions of years".to_owned(),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::{Passphrase, duration_in_words, strength};

    #[test]
    fn judges_by_patterns() {
        for weak in [
            "",
            "password",
            "Passw0rd!",
            "cabinet2024",
            "qwertyuiop",
            "aaaaaaaaaaaaaaaa",
        ] {
            let found = strength(weak);
            assert!(!found.accepted, "{weak:?} is guessed quickly, found {found:?}");
            assert!(!found.advice.is_empty(), "and the user is told what to do");
        }
        for strong in [
            "walnut-orbit-cellar-mist",
            "Seventeen herons over the wet slate roof",
        ] {
            let found = strength(strong);
            assert!(found.accepted, "{strong:?}: {found:?}");
            assert!(found.advice.is_empty(), "no advice on a good one");
        }
    }

    #[test]
    fn says_times_in_words() {
        let year = 365 * 24 * 3600;
        let times = [
            (0, "less than a second"),
            (1, "1 second"),
            (120, "2 minutes"),
            (3 * year, "3 years"),
            (5_000 * year, "5 thousand years"),
            (u64::MAX / 1_000, "millions of years"),
        ];
        for (seconds, words) in times {
            assert_eq!(duration_in_words(seconds), words);
        }
    }

    #[test]
    fn composed_and_decomposed_accents_are_one_passphrase() {
        let composed = Passphrase::new("caf\u{e9} noir".to_owned());
        let decomposed = Passphrase::new("cafe\u{301} noir".to_owned());
        assert_eq!(composed.bytes().unwrap(), decomposed.bytes().unwrap());
        let other = Passphrase::new("Caf\u{e9} noir".to_owned());
        assert_ne!(
            composed.bytes().unwrap(),
            other.bytes().unwrap(),
            "capitals count"
        );
    }

    #[test]
    fn rejects_an_empty_passphrase() {
        assert!(
            Passphrase::new(String::new()).bytes().is_err(),
            "no key comes from nothing"
        );
    }
}
