//! The numbers that describe an encoder, from its `config.json`, held against sane limits.

use serde::Deserialize;

use crate::SlmError;

/// Longest text that all-MiniLM-L6-v2 was trained on, in word pieces, its two marks included.
const TRAINED_WINDOW: usize = 256;
/// A real configuration is a few hundred bytes.
const MAX_CONFIG: usize = 64 << 10;

/// The shape of an encoder of the BERT architecture.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Config {
    model_type: String,
    hidden_act: String,
    #[serde(default)]
    position_embedding_type: Option<String>,
    #[serde(rename = "hidden_size")]
    pub(crate) width: usize,
    #[serde(rename = "num_hidden_layers")]
    pub(crate) layers: usize,
    #[serde(rename = "num_attention_heads")]
    pub(crate) heads: usize,
    #[serde(rename = "intermediate_size")]
    pub(crate) hidden: usize,
    #[serde(rename = "max_position_embeddings")]
    pub(crate) positions: usize,
    #[serde(rename = "vocab_size")]
    pub(crate) vocabulary: usize,
    #[serde(rename = "type_vocab_size")]
    pub(crate) kinds: usize,
    #[serde(rename = "layer_norm_eps")]
    pub(crate) epsilon: f32,
}

impl Config {
    pub(crate) fn parse(content: &[u8]) -> Result<Self, SlmError> {
        if content.len() > MAX_CONFIG {
            return Err(SlmError::malformed("config.json is far too long"));
        }
        let config: Self = serde_json::from_slice(content).map_err(|error| {
            SlmError::malformed(format!(
                "config.json, line {}: {:?}",
                error.line(),
                error.classify()
            ))
        })?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), SlmError> {
        let name = |name: &str| name.chars().take(40).collect::<String>();
        if self.model_type != "bert" {
            let found = name(&self.model_type);
            return Err(SlmError::unsupported(format!(
                "an encoder of the type {found}; bert is supported"
            )));
        }
        if self.hidden_act != "gelu" {
            return Err(SlmError::unsupported(format!(
                "the activation {}; gelu is supported",
                name(&self.hidden_act)
            )));
        }
        if self
            .position_embedding_type
            .as_deref()
            .is_some_and(|kind| kind != "absolute")
        {
            return Err(SlmError::unsupported("positions that are not absolute"));
        }
        let limits = [
            ("width", self.width, 16..=8_192),
            ("layers", self.layers, 1..=128),
            ("attention heads", self.heads, 1..=256),
            ("feed-forward width", self.hidden, 16..=65_536),
            ("positions", self.positions, 8..=65_536),
            ("vocabulary", self.vocabulary, 1..=1 << 20),
            ("kinds of text", self.kinds, 1..=16),
        ];
        for (what, found, allowed) in limits {
            if !allowed.contains(&found) {
                let (least, most) = (allowed.start(), allowed.end());
                return Err(SlmError::malformed(format!(
                    "its {what} is {found}, outside {least} to {most}"
                )));
            }
        }
        if !self.width.is_multiple_of(self.heads) || !(self.width / self.heads).is_multiple_of(16) {
            let (width, heads) = (self.width, self.heads);
            return Err(SlmError::unsupported(format!(
                "{heads} heads of a width of {width} together"
            )));
        }
        if !(self.epsilon > 0.0 && self.epsilon < 1.0) {
            return Err(SlmError::malformed("its epsilon is out of range"));
        }
        Ok(())
    }

    pub(crate) fn head_size(&self) -> usize {
        self.width / self.heads
    }

    /// Most word pieces of one text.
    pub(crate) fn window(&self) -> usize {
        self.positions.min(TRAINED_WINDOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"model_type":"bert","hidden_act":"gelu","hidden_size":32,"num_hidden_layers":2,
        "num_attention_heads":2,"intermediate_size":48,"max_position_embeddings":300,"vocab_size":90,
        "type_vocab_size":2,"layer_norm_eps":1e-12,"something_else":true}"#;

    #[test]
    fn reads_a_configuration() {
        let config = Config::parse(GOOD.as_bytes()).unwrap();
        assert_eq!((config.head_size(), config.window(), config.layers), (16, 256, 2));
    }

    #[test]
    fn rejects_what_it_cannot_run() {
        for (from, to, code) in [
            ("\"bert\"", "\"roberta\"", "model_unsupported"),
            ("\"gelu\"", "\"relu\"", "model_unsupported"),
            (
                "\"num_attention_heads\":2",
                "\"num_attention_heads\":4",
                "model_unsupported",
            ),
            (
                "\"num_attention_heads\":2",
                "\"num_attention_heads\":0",
                "model_malformed",
            ),
            (
                "\"hidden_size\":32",
                "\"hidden_size\":4000000000",
                "model_malformed",
            ),
            (
                "\"num_hidden_layers\":2",
                "\"num_hidden_layers\":-2",
                "model_malformed",
            ),
            ("1e-12", "0", "model_malformed"),
            ("\"vocab_size\":90,", "", "model_malformed"),
            ("{", "[", "model_malformed"),
        ] {
            let bad = GOOD.replacen(from, to, 1);
            assert_eq!(Config::parse(bad.as_bytes()).unwrap_err().code(), code, "{to}");
        }
    }
}
