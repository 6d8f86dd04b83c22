//! The numbers that describe a model, read from its file and held against sane limits.
//!
//! Six architectures differ in a few choices only, and those are named here; the rest of the writer asks for the
//! choice, never for the architecture.

use crate::SlmError;
use crate::gguf::{Gguf, Value};

/// The architectures that this program runs, by their names in GGUF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Architecture {
    Llama,
    Qwen2,
    Qwen3,
    Gemma3,
    Phi3,
    Lfm2,
}

impl Architecture {
    const ALL: [(&'static str, Self); 6] = [
        ("llama", Self::Llama),
        ("qwen2", Self::Qwen2),
        ("qwen3", Self::Qwen3),
        ("gemma3", Self::Gemma3),
        ("phi3", Self::Phi3),
        ("lfm2", Self::Lfm2),
    ];

    fn read(file: &Gguf<'_>) -> Result<(&'static str, Self), SlmError> {
        let name = file.text("general.architecture")?;
        let known = Self::ALL.into_iter().find(|(known, _)| *known == name);
        known.ok_or_else(|| {
            let name: String = name.chars().take(40).collect();
            let all = Self::ALL.map(|(known, _)| known).join(", ");
            SlmError::unsupported(format!("the architecture {name}; supported are {all}"))
        })
    }
}

/// How a layer mixes what stands at different positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mixing {
    /// Attention to all positions before.
    Everything,
    /// Attention to the last `Config::window` positions.
    Nearby,
    /// A short convolution over the last `Config::taps` positions.
    Convolution,
}

/// Which numbers of a head are turned together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pairs {
    /// Neighbours: files of the llama architecture are ordered so.
    Neighbours,
    /// One of the first half and one of the second.
    Halves,
}

/// The shape of a model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    pub(crate) architecture: Architecture,
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
    /// The base in layers that look nearby.
    pub(crate) near_base: f32,
    /// By how much positions are pressed together in layers that look at everything.
    pub(crate) rope_factor: f32,
    /// How each layer mixes.
    pub(crate) layers: Vec<Mixing>,
    pub(crate) pairs: Pairs,
    pub(crate) window: usize,
    pub(crate) taps: usize,
    /// What an embedding is multiplied with.
    pub(crate) embedding_scale: f32,
    /// What the product of a query and a key is multiplied with.
    pub(crate) score_scale: f32,
    /// Whether the gate of the feed-forward part is a GELU; else a SiLU.
    pub(crate) gelu: bool,
}

impl Config {
    pub(crate) fn read(file: &Gguf<'_>) -> Result<Self, SlmError> {
        let (prefix, architecture) = Architecture::read(file)?;
        let key = |name: &str| format!("{prefix}.{name}");
        let number = |name: &str| file.number(&key(name));
        let number_or = |name: &str, usual: usize| match file.value(&key(name)) {
            None => Ok(usual),
            Some(_) => number(name),
        };
        let real_or = |name: &str, usual: f32| match file.value(&key(name)) {
            None => Ok(usual),
            Some(_) => file.real(&key(name)),
        };
        if matches!(file.value(&key("expert_count")), Some(Value::Whole(count)) if count > 0) {
            return Err(SlmError::unsupported("a mixture of experts"));
        }
        let rope_factor = match file.value(&key("rope.scaling.type")) {
            None | Some(Value::Text("none")) => 1.0,
            Some(Value::Text("linear")) => file.real(&key("rope.scaling.factor"))?,
            _ => return Err(SlmError::unsupported("a stretched context (rope scaling)")),
        };
        if file.has_tensor("rope_factors_long.weight") {
            return Err(SlmError::unsupported("a stretched context (long factors)"));
        }
        let (heads, width) = (number("attention.head_count")?, number("embedding_length")?);
        let count = number("block_count")?;
        limit("layers", count, 1, 512)?;
        let (key_heads, layers) = layers(file, architecture, prefix, count, heads)?;
        let head_size = number_or("attention.key_length", width / heads.max(1))?;
        if number_or("attention.value_length", head_size)? != head_size {
            return Err(SlmError::unsupported("keys and values of different sizes"));
        }
        let gemma = architecture == Architecture::Gemma3;
        // The largest of its family divides by another root.
        let score_size = if gemma && count == 62 {
            width / heads.max(1)
        } else {
            head_size
        };
        let config = Self {
            architecture,
            width,
            heads,
            key_heads,
            head_size,
            hidden: number("feed_forward_length")?,
            context: number("context_length")?,
            epsilon: file.real(&key("attention.layer_norm_rms_epsilon"))?,
            rope_base: real_or("rope.freq_base", if gemma { 1e6 } else { 10_000.0 })?,
            near_base: real_or("rope.freq_base_swa", 10_000.0)?,
            rope_factor,
            pairs: if architecture == Architecture::Llama {
                Pairs::Neighbours
            } else {
                Pairs::Halves
            },
            window: if gemma {
                number("attention.sliding_window")?
            } else {
                usize::MAX
            },
            taps: match layers.contains(&Mixing::Convolution) {
                true => number("shortconv.l_cache")?,
                false => 1,
            },
            layers,
            embedding_scale: if gemma { (width as f32).sqrt() } else { 1.0 },
            score_scale: 1.0 / (score_size.max(1) as f32).sqrt(),
            gelu: gemma,
        };
        config.check(number_or("rope.dimension_count", head_size)?)?;
        Ok(config)
    }

    fn check(&self, turned: usize) -> Result<(), SlmError> {
        limit("width", self.width, 16, 65_536)?;
        limit("attention heads", self.heads, 1, 512)?;
        limit("key heads", self.key_heads, 1, self.heads)?;
        limit("head size", self.head_size, 16, 512)?;
        limit("feed-forward width", self.hidden, 16, 262_144)?;
        limit("context length", self.context, 16, 16_777_216)?;
        limit("window", self.window, 1, usize::MAX)?;
        limit("convolution", self.taps, 1, 64)?;
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
        if turned != self.head_size {
            let size = self.head_size;
            return Err(SlmError::unsupported(format!(
                "{turned} turned of {size} dimensions"
            )));
        }
        let bases = [self.rope_base, self.near_base, self.rope_factor];
        if !(self.epsilon > 0.0 && self.epsilon < 1.0 && bases.iter().all(|base| *base >= 1.0)) {
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

fn limit(what: &str, found: usize, least: usize, most: usize) -> Result<(), SlmError> {
    if (least..=most).contains(&found) {
        return Ok(());
    }
    Err(SlmError::malformed(format!(
        "its {what} is {found}, outside {least} to {most}"
    )))
}

/// Heads of keys, and how each layer mixes.
fn layers(
    file: &Gguf<'_>,
    architecture: Architecture,
    prefix: &str,
    count: usize,
    heads: usize,
) -> Result<(usize, Vec<Mixing>), SlmError> {
    let key = format!("{prefix}.attention.head_count_kv");
    Ok(match (file.value(&key), architecture) {
        // One number for each layer; a layer without heads of keys is a convolution.
        (Some(Value::Array(list)), Architecture::Lfm2) => {
            let list: Vec<u32> = list.numbers()?.collect();
            if list.len() != count {
                let found = list.len();
                return Err(SlmError::malformed(format!(
                    "{key} has {found} numbers for {count} layers"
                )));
            }
            let key_heads = list.iter().copied().max().unwrap_or(0);
            if list.iter().any(|one| *one != 0 && *one != key_heads) {
                return Err(SlmError::unsupported(
                    "layers with different numbers of key heads",
                ));
            }
            let mixing = |one: &u32| match one {
                0 => Mixing::Convolution,
                _ => Mixing::Everything,
            };
            (key_heads as usize, list.iter().map(mixing).collect())
        }
        (value, architecture) => {
            let key_heads = if value.is_none() {
                heads
            } else {
                file.number(&key)?
            };
            // Every sixth layer looks at everything.
            let nearby =
                |layer: usize| architecture == Architecture::Gemma3 && !(layer + 1usize).is_multiple_of(6);
            let mixing = |layer| {
                if nearby(layer) {
                    Mixing::Nearby
                } else {
                    Mixing::Everything
                }
            };
            (key_heads, (0..count).map(mixing).collect())
        }
    })
}
