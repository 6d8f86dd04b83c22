//! The numbers that describe a model, read from its file and held against sane limits.

use crate::SlmError;
use crate::gguf::{Gguf, Value};

/// The shape of a model of the llama architecture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    pub(crate) layers: usize,
    pub(crate) width: usize,
    pub(crate) heads: usize,
    /// Heads of keys and values; each serves `heads / key_heads` heads.
    pub(crate) key_heads: usize,
    pub(crate) head_size: usize,
    /// Width inside the feed-forward part.
    pub(crate) hidden: usize,
    pub(crate) context: usize,
    pub(crate) epsilon: f32,
    pub(crate) rope_base: f32,
}

impl Config {
    pub(crate) fn read(file: &Gguf<'_>) -> Result<Self, SlmError> {
        let architecture = file.text("general.architecture")?;
        if architecture != "llama" {
            let name: String = architecture.chars().take(40).collect();
            return Err(SlmError::unsupported(format!(
                "the architecture {name}; llama is supported"
            )));
        }
        if matches!(file.value("llama.expert_count"), Some(Value::Whole(count)) if count > 0) {
            return Err(SlmError::unsupported("a mixture of experts"));
        }
        if matches!(file.value("llama.rope.scaling.type"), Some(Value::Text(name)) if name != "none") {
            return Err(SlmError::unsupported("a stretched context (rope scaling)"));
        }
        let heads = file.number("llama.attention.head_count")?;
        let width = file.number("llama.embedding_length")?;
        let key_heads = match file.value("llama.attention.head_count_kv") {
            None => heads,
            Some(_) => file.number("llama.attention.head_count_kv")?,
        };
        let head_size = match file.value("llama.attention.key_length") {
            None => width / heads.max(1),
            Some(_) => file.number("llama.attention.key_length")?,
        };
        let rope_base = match file.value("llama.rope.freq_base") {
            None => 10_000.0,
            Some(_) => file.real("llama.rope.freq_base")?,
        };
        let config = Self {
            layers: file.number("llama.block_count")?,
            width,
            heads,
            key_heads,
            head_size,
            hidden: file.number("llama.feed_forward_length")?,
            context: file.number("llama.context_length")?,
            epsilon: file.real("llama.attention.layer_norm_rms_epsilon")?,
            rope_base,
        };
        config.check(file)?;
        Ok(config)
    }

    fn check(&self, file: &Gguf<'_>) -> Result<(), SlmError> {
        let limits = [
            ("layers", self.layers, 1..=512),
            ("width", self.width, 16..=65_536),
            ("attention heads", self.heads, 1..=512),
            ("key heads", self.key_heads, 1..=self.heads.max(1)),
            ("head size", self.head_size, 16..=512),
            ("feed-forward width", self.hidden, 16..=262_144),
            ("context length", self.context, 16..=16_777_216),
        ];
        for (what, found, allowed) in limits {
            if !allowed.contains(&found) {
                let (least, most) = (allowed.start(), allowed.end());
                return Err(SlmError::malformed(format!(
                    "its {what} is {found}, outside {least} to {most}"
                )));
            }
        }
        if !self.heads.is_multiple_of(self.key_heads) {
            let (heads, key_heads) = (self.heads, self.key_heads);
            return Err(SlmError::malformed(format!(
                "{heads} heads cannot share {key_heads} key heads"
            )));
        }
        if !self.head_size.is_multiple_of(16) {
            return Err(SlmError::unsupported(format!(
                "a head size of {}; multiples of 16 are",
                self.head_size
            )));
        }
        match file.value("llama.rope.dimension_count") {
            Some(Value::Whole(turned)) if turned != self.head_size as u64 => {
                return Err(SlmError::unsupported(format!(
                    "{turned} turned of {} dimensions",
                    self.head_size
                )));
            }
            _ => {}
        }
        if !(self.epsilon > 0.0 && self.epsilon < 1.0 && self.rope_base >= 1.0) {
            return Err(SlmError::malformed(
                "its epsilon or rotation base is out of range",
            ));
        }
        Ok(())
    }

    /// Heads that share one head of keys.
    pub(crate) fn sharing(&self) -> usize {
        self.heads / self.key_heads
    }

    /// Width of a row of queries, keys and values.
    pub(crate) fn mixed_width(&self) -> usize {
        (self.heads + 2 * self.key_heads) * self.head_size
    }
}
