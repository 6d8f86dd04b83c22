//! The encoder: word pieces in, one vector for each text out.
//!
//! The texts of a batch lie behind one another without padding: a matrix product does not care which row belongs to
//! which text, and attention is taken text by text.
//!
//! Must always hold: a text's vector does not depend on its batch.

use half::f16;
use safetensors::tensor::{Dtype, SafeTensors};

use super::config::Config;
use crate::kernels::attention::{Heads, SPAN, attend, remember, span_len};
use crate::kernels::pack::{Floats, Form, Packed};
use crate::kernels::{Activations, Compute, Grain, Linear, Place, rows};
use crate::{SlmError, memory};

/// An encoder's weights. Nothing in it changes after loading.
pub(crate) struct Encoder {
    config: Config,
    /// One row for each word piece, in 16-bit floats: half the memory, and far finer than the arithmetic.
    words: Vec<f16>,
    /// One row for each position, the kind of text added.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

struct Layer {
    mix: Linear,
    attention_output: Linear,
    attention_norm: Norm,
    up: Linear,
    down: Linear,
    norm: Norm,
}

/// Working memory, kept from batch to batch.
#[derive(Default)]
pub(crate) struct Scratch {
    x: Vec<f32>,
    activations: Activations,
    mixed: Vec<f32>,
    queries: Vec<f32>,
    attended: Vec<f32>,
    hidden: Vec<f32>,
    /// Keys and values of each head of each text.
    spans: Vec<u16>,
}

impl Scratch {
    /// Forgets the numbers: they say what was read.
    pub(crate) fn wipe(&mut self) {
        use zeroize::Zeroize;
        self.activations.wipe();
        let Self {
            x,
            mixed,
            queries,
            attended,
            hidden,
            spans,
            ..
        } = self;
        for buffer in [x, mixed, queries, attended, hidden] {
            buffer.zeroize();
            buffer.shrink_to_fit();
        }
        spans.zeroize();
        spans.shrink_to_fit();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// Texts on their way through the layers; whoever takes them there may do something else between two of them.
pub(crate) struct Batch<'a> {
    encoder: &'a Encoder,
    scratch: &'a mut Scratch,
    texts: &'a [Vec<u32>],
    /// Those to come.
    layers: std::slice::Iter<'a, Layer>,
}

impl Batch<'_> {
    /// Takes the texts through the next layer; after the last, one vector of length 1 for each, in order.
    pub(crate) fn pass(&mut self, compute: &mut Compute) -> Option<Vec<Vec<f32>>> {
        if let Some(layer) = self.layers.next() {
            self.encoder.layer(compute, self.scratch, layer, self.texts);
        }
        if self.layers.len() > 0 {
            return None;
        }
        let width = self.encoder.config.width;
        let mut rows = self.scratch.x.chunks_exact(width);
        let mut vector = |text: &Vec<u32>| mean(width, rows.by_ref().take(text.len()));
        Some(self.texts.iter().map(&mut vector).collect())
    }
}

impl Encoder {
    /// Checks a file and packs its weights.
    pub(crate) fn load(compute: &mut Compute, content: &[u8], config: &Config) -> Result<Self, SlmError> {
        let file = SafeTensors::deserialize(content)
            .map_err(|error| SlmError::malformed(format!("safetensors: {}", header_problem(&error))))?;
        let &Config {
            width,
            hidden,
            layers,
            vocabulary,
            positions,
            ..
        } = config;
        let matrices = Form::Byte.size(4 * width + hidden, width) + Form::Byte.size(width, hidden);
        memory::require((vocabulary * width * 2 + positions * width * 4 + layers * matrices) as u64)?;
        let source = Source { file, prefix: "" }.with_prefix();
        let words = source.floats("embeddings.word_embeddings.weight", &[vocabulary, width])?;
        let words = words.into_iter().map(f16::from_f32).collect();
        let mut positions = source.floats("embeddings.position_embeddings.weight", &[positions, width])?;
        let kinds = source.floats("embeddings.token_type_embeddings.weight", &[config.kinds, width])?;
        // Every text is of the first kind.
        for row in positions.chunks_exact_mut(width) {
            row.iter_mut()
                .zip(&kinds)
                .for_each(|(position, kind)| *position += kind);
        }
        let layers = (0..layers)
            .map(|index| Layer::load(compute, &source, index, config))
            .collect::<Result<_, _>>()?;
        let norm = source.norm("embeddings.LayerNorm", width)?;
        Ok(Self {
            config: config.clone(),
            words,
            positions,
            norm,
            layers,
        })
    }

    /// One vector of length 1 for each text, in order.
    pub(crate) fn embed(
        &self,
        compute: &mut Compute,
        scratch: &mut Scratch,
        texts: &[Vec<u32>],
    ) -> Vec<Vec<f32>> {
        let mut batch = self.begin(compute, scratch, texts);
        loop {
            if let Some(vectors) = batch.pass(compute) {
                return vectors;
            }
        }
    }

    /// Lays the rows of a batch out in `scratch`.
    pub(crate) fn begin<'a>(
        &'a self,
        compute: &mut Compute,
        scratch: &'a mut Scratch,
        texts: &'a [Vec<u32>],
    ) -> Batch<'a> {
        let width = self.config.width;
        scratch.x.clear();
        for (position, token) in texts.iter().flat_map(|text| text.iter().enumerate()) {
            let word = &self.words[*token as usize * width..][..width];
            let place = &self.positions[position * width..][..width];
            scratch
                .x
                .extend(word.iter().zip(place).map(|(word, place)| word.to_f32() + place));
        }
        self.layer_norm(compute, &mut scratch.x, &self.norm);
        Batch {
            encoder: self,
            scratch,
            texts,
            layers: self.layers.iter(),
        }
    }

    fn layer(&self, compute: &mut Compute, scratch: &mut Scratch, layer: &Layer, texts: &[Vec<u32>]) {
        let (width, inner, isa) = (self.config.width, self.config.hidden, compute.isa);
        self.attention(compute, scratch, layer, texts);
        let Scratch {
            x,
            activations,
            hidden,
            ..
        } = scratch;
        activations.fill(compute, x, width, Grain::Coarse);
        hidden.resize(x.len() / width * inner, 0.0);
        layer.up.apply(compute, activations, Place::whole(hidden, inner));
        compute.write_rows(hidden, inner, &|_, rows| rows::gelu(isa, rows));
        activations.fill(compute, hidden, inner, Grain::Coarse);
        layer.down.apply(compute, activations, Place::onto(x, width));
        self.layer_norm(compute, x, &layer.norm);
    }

    fn attention(&self, compute: &mut Compute, scratch: &mut Scratch, layer: &Layer, texts: &[Vec<u32>]) {
        let (width, heads, size) = (self.config.width, self.config.heads, self.config.head_size());
        let Scratch {
            x,
            activations,
            mixed,
            queries,
            attended,
            spans,
            ..
        } = scratch;
        let count = x.len() / width;
        activations.fill(compute, x, width, Grain::Coarse);
        mixed.resize(count * 3 * width, 0.0);
        layer
            .mix
            .apply(compute, activations, Place::whole(mixed, 3 * width));

        // Where each text begins, in tokens and in spans.
        let starts: Vec<(usize, usize)> = texts
            .iter()
            .scan((0, 0), |at, text| {
                let here = *at;
                *at = (here.0 + text.len(), here.1 + text.len().div_ceil(SPAN));
                Some(here)
            })
            .collect();
        let all_spans: usize = texts.iter().map(|text| text.len().div_ceil(SPAN)).sum();
        let length = span_len(size);
        // What an earlier batch left behind a text's last key is never looked at.
        spans.resize(all_spans * heads * length, 0);
        let mut rest = &mut spans[..];
        let mut written = Vec::with_capacity(texts.len());
        for (text, (first, _)) in texts.iter().zip(&starts) {
            let own = text.len().div_ceil(SPAN) * heads * length;
            let (own, others) = rest.split_at_mut(own);
            written.push((own, &mixed[first * 3 * width..][..text.len() * 3 * width]));
            rest = others;
        }
        let isa = compute.isa;
        compute.each(&mut written, &|(own, rows)| {
            let parts = rows.chunks(SPAN * 3 * width);
            for (at, span) in own.chunks_exact_mut(length).enumerate() {
                let (head, rows) = (at / parts.len(), &rows[at % parts.len() * SPAN * 3 * width..]);
                let key = width + head * size;
                let heads = Heads {
                    rows,
                    stride: 3 * width,
                    key,
                    value: key + width,
                    count: SPAN.min(rows.len() / (3 * width)),
                };
                remember(isa, size, span, 0, heads);
            }
        });
        queries.resize(count * width, 0.0);
        let share = 1.0 / (size as f32).sqrt();
        for (text, (first, _)) in texts.iter().zip(&starts) {
            for position in 0..text.len() {
                let row = &mixed[(first + position) * 3 * width..][..width];
                for (head, query) in row.chunks_exact(size).enumerate() {
                    let to = (first * heads + head * text.len() + position) * size;
                    let to = &mut queries[to..to + size];
                    to.iter_mut().zip(query).for_each(|(to, from)| *to = from * share);
                }
            }
        }

        // One task is one head of one text.
        attended.resize(queries.len(), 0.0);
        let ends: Vec<usize> = texts
            .iter()
            .zip(&starts)
            .flat_map(|(text, (first, _))| {
                (1..=heads).map(move |head| (first * heads + head * text.len()) * size)
            })
            .collect();
        let (spans, queries) = (&*spans, &*queries);
        compute.each_part(attended, &ends, &|task, out| {
            let (text, head) = (task / heads, task % heads);
            let (positions, first_span) = (texts[text].len(), starts[text].1);
            let in_text = positions.div_ceil(SPAN);
            let from = (first_span * heads + head * in_text) * length;
            let seen: Vec<&[u16]> = spans[from..from + in_text * length]
                .chunks_exact(length)
                .collect();
            let at = ends[task] - out.len();
            attend(
                isa,
                size,
                &queries[at..ends[task]],
                &vec![positions; positions],
                positions,
                &seen,
                out,
            );
        });

        // Back to one row for each token; `mixed` is free again.
        let joined = &mut mixed[..count * width];
        for (text, (first, _)) in texts.iter().zip(&starts) {
            for (position, row) in joined[first * width..][..text.len() * width]
                .chunks_exact_mut(width)
                .enumerate()
            {
                for (head, to) in row.chunks_exact_mut(size).enumerate() {
                    let from = (first * heads + head * text.len() + position) * size;
                    to.copy_from_slice(&attended[from..from + size]);
                }
            }
        }
        activations.fill(compute, joined, width, Grain::Coarse);
        layer
            .attention_output
            .apply(compute, activations, Place::onto(x, width));
        self.layer_norm(compute, x, &layer.attention_norm);
    }

    fn layer_norm(&self, compute: &mut Compute, x: &mut [f32], norm: &Norm) {
        let (isa, epsilon) = (compute.isa, self.config.epsilon);
        compute.write_rows(x, self.config.width, &|_, rows| {
            rows::layer_norm(isa, rows, &norm.weight, &norm.bias, epsilon);
        });
    }
}

/// The mean of some rows, brought to length 1.
fn mean<'a>(width: usize, rows: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
    let mut sum = vec![0.0f32; width];
    for row in rows {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    let length = sum
        .iter()
        .map(|value| value * value)
        .sum::<f32>()
        .sqrt()
        .max(f32::MIN_POSITIVE);
    sum.iter_mut().for_each(|value| *value /= length);
    sum
}

impl Layer {
    fn load(
        compute: &mut Compute,
        source: &Source<'_>,
        index: usize,
        config: &Config,
    ) -> Result<Self, SlmError> {
        let (width, hidden) = (config.width, config.hidden);
        let name = |part: &str| format!("encoder.layer.{index}.{part}");
        let mut linear = |parts: &[&str], outputs: usize, inputs: usize| {
            let weight = |part: &&str| source.floats(&name(&format!("{part}.weight")), &[outputs, inputs]);
            let bias = |part: &&str| source.floats(&name(&format!("{part}.bias")), &[outputs]);
            let weights = parts.iter().map(weight).collect::<Result<Vec<_>, _>>()?.concat();
            let biases = parts.iter().map(bias).collect::<Result<Vec<_>, _>>()?.concat();
            let packed = Packed::pack(
                &mut compute.pool,
                &[&Floats {
                    values: &weights,
                    cols: inputs,
                }],
            )
            .map_err(|_| SlmError::malformed("some of its weights are not numbers"))?;
            Ok::<_, SlmError>(Linear::new(packed, Some(biases)))
        };
        let attention = [
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
        ];
        Ok(Self {
            mix: linear(&attention, width, width)?,
            attention_output: linear(&["attention.output.dense"], width, width)?,
            attention_norm: source.norm(&name("attention.output.LayerNorm"), width)?,
            up: linear(&["intermediate.dense"], hidden, width)?,
            down: linear(&["output.dense"], width, hidden)?,
            norm: source.norm(&name("output.LayerNorm"), width)?,
        })
    }
}

/// The tensors of a file.
struct Source<'a> {
    file: SafeTensors<'a>,
    prefix: &'static str,
}

impl Source<'_> {
    /// Some files put the name of the architecture before every tensor's.
    fn with_prefix(mut self) -> Self {
        if self.file.tensor("bert.embeddings.word_embeddings.weight").is_ok() {
            self.prefix = "bert.";
        }
        self
    }

    /// A required tensor of this shape, as finite floats.
    fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, SlmError> {
        let missing = |_| SlmError::malformed(format!("the tensor {name} is missing"));
        let tensor = self
            .file
            .tensor(&format!("{}{name}", self.prefix))
            .map_err(missing)?;
        if tensor.shape() != shape {
            let found = tensor.shape();
            return Err(SlmError::malformed(format!(
                "the tensor {name} is {found:?}, not {shape:?}"
            )));
        }
        let pairs = || tensor.data().chunks_exact(2).map(|b| [b[0], b[1]]);
        let values: Vec<f32> = match tensor.dtype() {
            Dtype::F32 => tensor
                .data()
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect(),
            Dtype::F16 => pairs().map(|b| f16::from_le_bytes(b).to_f32()).collect(),
            Dtype::BF16 => pairs().map(|b| half::bf16::from_le_bytes(b).to_f32()).collect(),
            other => {
                return Err(SlmError::unsupported(format!(
                    "the tensor {name} of the type {other:?}"
                )));
            }
        };
        if !values.iter().all(|value| value.is_finite()) {
            return Err(SlmError::malformed(format!(
                "some numbers of the tensor {name} are not numbers"
            )));
        }
        Ok(values)
    }

    fn norm(&self, name: &str, width: usize) -> Result<Norm, SlmError> {
        let weight = self.floats(&format!("{name}.weight"), &[width])?;
        Ok(Norm {
            weight,
            bias: self.floats(&format!("{name}.bias"), &[width])?,
        })
    }
}

/// The kind of a header problem. Its own text may quote the file.
fn header_problem(error: &safetensors::SafeTensorError) -> String {
    let text = format!("{error:?}");
    text.split(['(', '{', ' ']).next().unwrap_or_default().to_owned()
}
