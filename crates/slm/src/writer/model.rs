//! A model of the llama architecture, packed for the kernels.

use super::cache::Cache;
use super::config::Config;
use super::weights::{Matrix, pack, vector};
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
}

pub(super) struct Layer {
    pub(super) attention_norm: Vec<f32>,
    pub(super) mix: Stack,
    pub(super) attention_output: Linear,
    pub(super) feed_norm: Vec<f32>,
    pub(super) gate_up: Stack,
    pub(super) down: Linear,
}

/// Matrices applied to the same input, their results side by side.
pub(super) struct Stack {
    parts: Vec<Linear>,
}

impl Stack {
    /// One packed matrix if all parts have the same form, else one for each.
    fn pack(compute: &mut Compute, matrices: &[Matrix<'_>]) -> Result<Self, SlmError> {
        use crate::kernels::pack::Rows;
        let all: Vec<&Matrix<'_>> = matrices.iter().collect();
        let same = all.iter().all(|matrix| matrix.form() == all[0].form());
        let groups = if same {
            vec![all]
        } else {
            all.into_iter().map(|matrix| vec![matrix]).collect()
        };
        let parts = groups
            .iter()
            .map(|group| Ok(Linear::new(pack(&mut compute.pool, group)?, None)))
            .collect::<Result<_, SlmError>>()?;
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
        memory::require(sources.size() + Cache::size(config, config.context.min(2_048)) as u64)?;
        let linear = |compute: &mut Compute, matrix: &Matrix<'_>| -> Result<Linear, SlmError> {
            Ok(Linear::new(pack(&mut compute.pool, &[matrix])?, None))
        };
        let mut layers = Vec::with_capacity(config.layers);
        for (index, source) in sources.layers.iter().enumerate() {
            let norm = |what: &str| vector(file, &format!("blk.{index}.{what}_norm.weight"), config.width);
            layers.push(Layer {
                attention_norm: norm("attn")?,
                mix: Stack::pack(compute, &source.mix)?,
                attention_output: linear(compute, &source.attention_output)?,
                feed_norm: norm("ffn")?,
                gate_up: Stack::pack(compute, &source.gate_up)?,
                down: linear(compute, &source.down)?,
            });
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
            output_norm: vector(file, "output_norm.weight", config.width)?,
            layers,
            turns: turns(file, config)?,
        })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }
}

/// Every matrix of the file, checked but not yet packed.
struct Sources<'a> {
    embedding: Matrix<'a>,
    output: Option<Matrix<'a>>,
    layers: Vec<LayerSources<'a>>,
}

struct LayerSources<'a> {
    mix: [Matrix<'a>; 3],
    attention_output: Matrix<'a>,
    gate_up: [Matrix<'a>; 2],
    down: Matrix<'a>,
}

impl<'a> Sources<'a> {
    fn read(file: &Gguf<'a>, config: &Config, vocabulary: usize) -> Result<Self, SlmError> {
        let &Config {
            width,
            hidden,
            heads,
            key_heads,
            head_size,
            ..
        } = config;
        let matrix = |name: &str, rows, cols| Matrix::read(file, name, rows, cols);
        let layer = |index: usize| {
            let part = |what: &str, rows, cols| matrix(&format!("blk.{index}.{what}.weight"), rows, cols);
            for what in ["attn_q", "attn_k", "attn_v", "attn_output"] {
                if file.has_tensor(&format!("blk.{index}.{what}.bias")) {
                    return Err(SlmError::unsupported(format!("a bias in {what}")));
                }
            }
            Ok(LayerSources {
                mix: [
                    part("attn_q", heads * head_size, width)?,
                    part("attn_k", key_heads * head_size, width)?,
                    part("attn_v", key_heads * head_size, width)?,
                ],
                attention_output: part("attn_output", width, heads * head_size)?,
                gate_up: [part("ffn_gate", hidden, width)?, part("ffn_up", hidden, width)?],
                down: part("ffn_down", width, hidden)?,
            })
        };
        Ok(Self {
            embedding: matrix("token_embd.weight", vocabulary, width)?,
            output: file
                .has_tensor("output.weight")
                .then(|| matrix("output.weight", vocabulary, width))
                .transpose()?,
            layers: (0..config.layers).map(layer).collect::<Result<_, _>>()?,
        })
    }

    /// Bytes that the packed model takes.
    fn size(&self) -> u64 {
        let layers = self.layers.iter().flat_map(|layer| {
            layer
                .mix
                .iter()
                .chain(&layer.gate_up)
                .chain([&layer.attention_output, &layer.down])
        });
        let all = layers.chain([&self.embedding]).chain(&self.output);
        all.map(|matrix| matrix.packed_size() as u64).sum()
    }
}

/// The speed at which each pair of dimensions turns, slowed down where the file says so.
fn turns(file: &Gguf<'_>, config: &Config) -> Result<Vec<f64>, SlmError> {
    let pairs = config.head_size / 2;
    let slower = match file.has_tensor("rope_freqs.weight") {
        true => vector(file, "rope_freqs.weight", pairs)?,
        false => vec![1.0; pairs],
    };
    let base = f64::from(config.rope_base);
    let turn = |(pair, slower): (usize, f32)| {
        base.powf(-((2 * pair) as f64) / config.head_size as f64) / f64::from(slower)
    };
    let turns: Vec<f64> = slower.into_iter().enumerate().map(turn).collect();
    match turns.iter().all(|turn| turn.is_finite()) {
        true => Ok(turns),
        false => Err(SlmError::malformed("its rotation factors are out of range")),
    }
}
