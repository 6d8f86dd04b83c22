//! The exact bytes of a request, before anybody has agreed to them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Endpoint, protocol};

/// What a large model is asked: de-identified text, already looked at or about to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// How to answer; the same for everybody and without anything personal.
    pub system: String,
    /// The question with the excerpts it is about.
    pub user: String,
    /// At most so many tokens of answer.
    pub max_tokens: u32,
}

/// SHA-256 of the body of a request.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PayloadHash([u8; 32]);

impl PayloadHash {
    /// The hash of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// This text is not a SHA-256 in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the SHA-256 of a request: 64 hexadecimal digits")]
pub struct NotAHash;

impl FromStr for PayloadHash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let text = text.trim();
        let digits = text.strip_prefix("sha256:").unwrap_or(text).as_bytes();
        let mut hash = [0; 32];
        if digits.len() != 2 * hash.len() {
            return Err(NotAHash);
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16).ok_or(NotAHash);
            *byte = u8::try_from(digit(0)? << 4 | digit(1)?).map_err(|_| NotAHash)?;
        }
        Ok(Self(hash))
    }
}

impl Serialize for PayloadHash {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PayloadHash {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A request that nobody has agreed to yet: it can be looked at, and not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftPayload {
    pub(crate) endpoint: Endpoint,
    pub(crate) body: String,
}

impl DraftPayload {
    /// The request that puts this prompt to that endpoint.
    #[must_use]
    pub fn new(endpoint: &Endpoint, prompt: &Prompt) -> Self {
        Self {
            endpoint: endpoint.clone(),
            body: protocol::body(endpoint, prompt),
        }
    }

    /// A request that was made before and kept, to the byte.
    #[must_use]
    pub fn kept(endpoint: &Endpoint, body: String) -> Self {
        Self {
            endpoint: endpoint.clone(),
            body,
        }
    }

    /// The exact body. Its bytes are what is sent.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Where it would go.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// SHA-256 of the body.
    #[must_use]
    pub fn hash(&self) -> PayloadHash {
        PayloadHash::of(self.body.as_bytes())
    }

    /// Every line that goes before the body, the key itself left out; its line is there only where there is one.
    #[must_use]
    pub fn head(&self, with_key: bool) -> Vec<String> {
        let mut head = vec![format!("POST {} HTTP/1.1", self.endpoint.path())];
        for (name, value) in protocol::headers(&self.endpoint, None) {
            match value {
                Some(value) => head.push(format!("{name}: {value}")),
                None if with_key => head.push(format!("{name}: (your key)")),
                None => {}
            }
        }
        head.push(format!("content-length: {}", self.body.len()));
        head
    }

    /// About how many tokens this is for a large model: four bytes each, as a rule of thumb.
    #[must_use]
    pub fn about_tokens(&self) -> usize {
        self.body.len().div_ceil(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_as_it_is_written() {
        let hash = PayloadHash::of(b"abc");
        // FIPS 180-4, the example of one block.
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash.to_string(), known);
        assert_eq!(known.parse(), Ok(hash));
        assert_eq!(format!("sha256:{}", known.to_uppercase()).parse(), Ok(hash));
        for wrong in ["", "abc", &known[1..], &known.replace('b', "g"), &"é".repeat(32)] {
            assert_eq!(wrong.parse::<PayloadHash>(), Err(NotAHash), "{wrong}");
        }
    }
}
