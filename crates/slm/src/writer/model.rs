//! A model of one of the architectures that [`Config`] knows, packed for the kernels.

use super::cache::Cache;
use super::config::{Architecture, Config, Mixing};
use super::weights::{Matrix, floats, pack, vector};
use crate::gguf::Gguf;
use crate::kernels::{Activations, Compute, Linear, Place};
use crate::{SlmError, memory};

/// A model's weights. Nothing in it changes after loading.
pub(crate) struct Model {
    pub(super) config: Config,
    pub(super) vocabulary: usize,
    /// One row for each token. Also the output matrix, unless the file has one of its own.
    pub(super) embedding: Linear,
    pub(super) output: Option<Linear>,
    pub(super) output_norm: Vec<f32>,
    pub(super) layers: Vec<Layer>,
    /// How fast each pair of dimensions turns from position to position.
    pub(super) turns: Vec<f64>,
    /// The same in layers that look nearby.
    pub(super) near_turns: Vec<f64>,
}

pub(super) struct Layer {
    pub(super) mix_norm: Vec<f32>,
    pub(super) mix: Mix,
    pub(super) mix_output: Linear,
    /// Applied to what mixing gives, before it is added.
    pub(super) after_mix: Option<Vec<f32>>,
    pub(super) feed_norm: Vec<f32>,
    pub(super) gate_up: Stack,
    pub(super) down: Linear,
    /// Applied to what the feed-forward part gives, before it is added.
    pub(super) after_feed: Option<Vec<f32>>,
}

/// What a layer mixes positions with.
pub(super) enum Mix {
    Attention {
        stack: Stack,
        /// Norms of each head's query and key.
        head_norms: Option<[Vec<f32>; 2]>,
        nearby: bool,
    },
    Convolution {
        input: Linear,
        /// One weight for each channel, for each position from the earliest on.
        weights: Vec<f32>,
    },
}

/// Matrices applied to the same input, their results side by side.
pub(super) struct Stack {
    parts: Vec<Linear>,
}

impl Stack {
    /// One packed matrix if all parts have the same form, else one for each. A bias is as long as all of them.
    fn pack(compute: &mut Compute, matrices: &[Matrix<'_>], bias: Option<&[f32]>) -> Result<Self, SlmError> {
        use crate::kernels::pack::Rows;
        let all: Vec<&Matrix<'_>> = matrices.iter().collect();
        let same = all.iter().all(|matrix| matrix.form() == all[0].form());
        let groups = if same {
            vec![all]
        } else {
            all.into_iter().map(|matrix| vec![matrix]).collect()
        };
        let mut first = 0;
        let mut parts = Vec::with_capacity(groups.len());
        for group in groups {
            let packed = pack(&mut compute.pool, &group)?;
            let end = first + packed.rows();
            let bias = bias.map(|bias| bias[first..end].to_vec());
            parts.push(Linear::new(packed, bias));
            first = end;
        }
        Ok(Self { parts })
    }

    pub(super) fn apply(&self, compute: &mut Compute, x: &Activations, out: &mut [f32], stride: usize) {
        let mut at = 0;
        for part in &self.parts {
            part.apply(
                compute,
                x,
                Place {
                    out: &mut *out,
                    stride,
                    at,
                    add: false,
                },
            );
            at += part.outputs();
        }
    }
}

impl Model {
    /// Checks a file and packs its weights. `vocabulary` is the number of tokens the file's tokenizer has.
    pub(crate) fn load(
        compute: &mut Compute,
        file: &Gguf<'_>,
        config: &Config,
        vocabulary: usize,
    ) -> Result<Self, SlmError> {
        let sources = Sources::read(file, config, vocabulary)?;
        memory::require(sources.needs(config))?;
        let mut layers = Vec::with_capacity(config.layers.len());
        for (index, (source, mixing)) in sources.layers.iter().zip(&config.layers).enumerate() {
            layers.push(Layer::pack(compute, file, config, index, *mixing, source)?);
        }
        Ok(Self {
            config: config.clone(),
            vocabulary,
            embedding: linear(compute, &sources.embedding)?,
            output: sources
                .output
                .as_ref()
                .map(|matrix| linear(compute, matrix))
                .transpose()?,
            output_norm: vector(file, output_norm(file), config.width)?,
            layers,
            turns: turns(file, config)?,
            near_turns: plain_turns(config, config.near_base).collect(),
        })
    }

    /// Bytes of memory that the model of a file needs.
    pub(super) fn needs(file: &Gguf<'_>, config: &Config, vocabulary: usize) -> Result<u64, SlmError> {
        Ok(Sources::read(file, config, vocabulary)?.needs(config))
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }
}

fn linear(compute: &mut Compute, matrix: &Matrix<'_>) -> Result<Linear, SlmError> {
    Ok(Linear::new(pack(&mut compute.pool, &[matrix])?, None))
}

/// Files of lfm2 keep the last norm under the name that others have for the first.
fn output_norm(file: &Gguf<'_>) -> &'static str {
    match file.has_tensor("output_norm.weight") || !file.has_tensor("token_embd_norm.weight") {
        true => "output_norm.weight",
        false => "token_embd_norm.weight",
    }
}

impl Layer {
    fn pack(
        compute: &mut Compute,
        file: &Gguf<'_>,
        config: &Config,
        index: usize,
        mixing: Mixing,
        source: &LayerSources<'_>,
    ) -> Result<Self, SlmError> {
        let floats = |what: &str, len: usize| vector(file, &format!("blk.{index}.{what}"), len);
        let norm = |what: &str| floats(&format!("{what}.weight"), config.width);
        let optional = |what: &str, len: usize| {
            let there = file.has_tensor(&format!("blk.{index}.{what}"));
            there.then(|| floats(what, len)).transpose()
        };
        let gemma = config.architecture == Architecture::Gemma3;
        let after = |what: &str| gemma.then(|| norm(what)).transpose();
        let mix = match mixing {
            Mixing::Convolution => Mix::Convolution {
                input: linear(compute, &source.mix[0])?,
                weights: convolution(file, index, config)?,
            },
            _ => {
                let sizes = [config.heads, config.key_heads, config.key_heads].map(|n| n * config.head_size);
                let mut bias = Vec::new();
                for (what, size) in ["attn_q.bias", "attn_k.bias", "attn_v.bias"]
                    .into_iter()
                    .zip(sizes)
                {
                    bias.extend(optional(what, size)?.unwrap_or_default());
                }
                if !bias.is_empty() && bias.len() != config.mixed_width() {
                    return Err(SlmError::malformed(format!(
                        "layer {index} has a bias for some heads only"
                    )));
                }
                let bias = (!bias.is_empty()).then_some(&bias[..]);
                let norms = ["attn_q_norm.weight", "attn_k_norm.weight"];
                let required = matches!(
                    config.architecture,
                    Architecture::Qwen3 | Architecture::Gemma3 | Architecture::Lfm2
                );
                let norms = required.then(|| {
                    let [query, key] = norms.map(|what| floats(what, config.head_size));
                    Ok::<_, SlmError>([query?, key?])
                });
                Mix::Attention {
                    stack: Stack::pack(compute, &source.mix, bias)?,
                    head_norms: norms.transpose()?,
                    nearby: mixing == Mixing::Nearby,
                }
            }
        };
        Ok(Self {
            mix_norm: norm("attn_norm")?,
            mix,
            mix_output: linear(compute, &source.mix_output)?,
            after_mix: after("post_attention_norm")?,
            feed_norm: norm("ffn_norm")?,
            gate_up: Stack::pack(compute, &source.gate_up, None)?,
            down: linear(compute, &source.down)?,
            after_feed: after("post_ffw_norm")?,
        })
    }
}

/// The weights of a convolution. The file has them channel by channel; here they are tap by tap.
fn convolution(file: &Gguf<'_>, index: usize, config: &Config) -> Result<Vec<f32>, SlmError> {
    let name = format!("blk.{index}.shortconv.conv.weight");
    let by_channel = floats(file.tensor(&name, &[config.width, config.taps])?, &name)?;
    let by_tap = (0..config.taps).flat_map(|tap| by_channel.iter().skip(tap).step_by(config.taps));
    Ok(by_tap.copied().collect())
}

/// Every matrix of the file, checked but not yet packed.
struct Sources<'a> {
    embedding: Matrix<'a>,
    output: Option<Matrix<'a>>,
    layers: Vec<LayerSources<'a>>,
}

struct LayerSources<'a> {
    /// Queries, keys, values; or the input of a convolution.
    mix: Vec<Matrix<'a>>,
    mix_output: Matrix<'a>,
    gate_up: Vec<Matrix<'a>>,
    down: Matrix<'a>,
}

impl<'a> Sources<'a> {
    fn read(file: &Gguf<'a>, config: &Config, vocabulary: usize) -> Result<Self, SlmError> {
        let &Config {
            width, hidden, heads, ..
        } = config;
        let matrix = |name: &str, rows, cols| Matrix::read(file, name, rows, cols);
        let layer = |(index, mixing): (usize, &Mixing)| {
            let part = |what: &str, rows, cols| matrix(&format!("blk.{index}.{what}.weight"), rows, cols);
            let biased = [
                "attn_output",
                "ffn_gate",
                "ffn_up",
                "ffn_down",
                "shortconv.in_proj",
            ];
            // Only the qwen2 architecture has some, and only in these three.
            let others = ["attn_q", "attn_k", "attn_v"];
            let others = others
                .iter()
                .filter(|_| config.architecture != Architecture::Qwen2);
            for what in biased.iter().chain(others) {
                if file.has_tensor(&format!("blk.{index}.{what}.bias")) {
                    return Err(SlmError::unsupported(format!("a bias in {what}")));
                }
            }
            let (queries, keys) = (heads * config.head_size, config.key_heads * config.head_size);
            let (mix, mix_output) = match mixing {
                Mixing::Convolution => (
                    vec![part("shortconv.in_proj", 3 * width, width)?],
                    part("shortconv.out_proj", width, width)?,
                ),
                _ if config.architecture == Architecture::Phi3 => (
                    vec![part("attn_qkv", config.mixed_width(), width)?],
                    part("attn_output", width, queries)?,
                ),
                _ => (
                    vec![
                        part("attn_q", queries, width)?,
                        part("attn_k", keys, width)?,
                        part("attn_v", keys, width)?,
                    ],
                    part("attn_output", width, queries)?,
                ),
            };
            let gate_up = match config.architecture {
                Architecture::Phi3 => vec![part("ffn_up", 2 * hidden, width)?],
                _ => vec![part("ffn_gate", hidden, width)?, part("ffn_up", hidden, width)?],
            };
            Ok(LayerSources {
                mix,
                mix_output,
                gate_up,
                down: part("ffn_down", width, hidden)?,
            })
        };
        Ok(Self {
            embedding: matrix("token_embd.weight", vocabulary, width)?,
            output: file
                .has_tensor("output.weight")
                .then(|| matrix("output.weight", vocabulary, width))
                .transpose()?,
            layers: config
                .layers
                .iter()
                .enumerate()
                .map(layer)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Bytes that the packed model takes, and the memory of a text of usual length.
    fn needs(&self, config: &Config) -> u64 {
        let layers = self.layers.iter().flat_map(|layer| {
            layer
                .mix
                .iter()
                .chain(&layer.gate_up)
                .chain([&layer.mix_output, &layer.down])
        });
        let all = layers.chain([&self.embedding]).chain(&self.output);
        let weights: u64 = all.map(|matrix| matrix.packed_size() as u64).sum();
        weights + Cache::size(config, config.context.min(2_048)) as u64
    }
}

/// The speed at which each pair of dimensions turns.
fn plain_turns(config: &Config, base: f32) -> impl Iterator<Item = f64> {
    let size = config.head_size;
    let turn = move |pair| f64::from(base).powf(-((2 * pair) as f64) / size as f64);
    (0..size / 2).map(turn)
}

/// The same in layers that look at everything, slowed down where the file says so.
fn turns(file: &Gguf<'_>, config: &Config) -> Result<Vec<f64>, SlmError> {
    let pairs = config.head_size / 2;
    let slower = match file.has_tensor("rope_freqs.weight") {
        true => vector(file, "rope_freqs.weight", pairs)?,
        false => vec![config.rope_factor; pairs],
    };
    let turns = plain_turns(config, config.rope_base).zip(slower);
    let turns: Vec<f64> = turns.map(|(turn, slower)| turn / f64::from(slower)).collect();
    match turns.iter().all(|turn| turn.is_finite()) {
        true => Ok(turns),
        false => Err(SlmError::malformed("its rotation factors are out of range")),
    }
}
