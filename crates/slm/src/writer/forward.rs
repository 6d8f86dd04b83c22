//! Reading tokens: from token numbers to the model's opinion about the next one.
//!
//! Must always hold: what is written to the cache depends on the tokens before it only, however the text was cut into
//! pieces; a call that was told to stop leaves the cache as it was.

use std::ops::ControlFlow;

use half::slice::HalfFloatSliceExt;

use super::cache::Cache;
use super::config::Pairs;
use super::model::{Layer, Mix, Model, Stack};
use crate::kernels::attention::{Heads, attend, remember};
use crate::kernels::{Activations, Compute, Grain, Linear, Place, rows};

/// Tokens whose attention is one task. With the usual three to four heads on one head of keys, a task is some fifty
/// rows: enough to keep a span in the processor's cache.
const TOKENS_PER_TASK: usize = 16;

/// Working memory, kept from token to token.
#[derive(Default)]
pub(crate) struct Buffers {
    x: Vec<f32>,
    normed: Vec<f32>,
    activations: Activations,
    mixed: Vec<f32>,
    /// For each task of attention its queries, then what it made of them, each by token, then head. A convolution keeps
    /// what came before here.
    attended: Vec<f32>,
    /// What a convolution has of the position it is at.
    product: Vec<f32>,
    joined: Vec<f32>,
    both: Vec<f32>,
    hidden: Vec<f32>,
    /// What a part of a layer gives before it is normed and added.
    given: Vec<f32>,
    angles: Vec<f32>,
    near_angles: Vec<f32>,
    logits: Vec<f32>,
}

impl Buffers {
    /// Forgets the numbers: they say what was read.
    pub(crate) fn wipe(&mut self) {
        use zeroize::Zeroize;
        self.activations.wipe();
        let Self {
            x,
            normed,
            mixed,
            attended,
            product,
            joined,
            both,
            hidden,
            given,
            logits,
            ..
        } = self;
        let all = [
            x, normed, mixed, attended, product, joined, both, hidden, given, logits,
        ];
        all.into_iter().for_each(|buffer| buffer.zeroize());
        *self = Self::default();
    }
}

impl Model {
    /// Reads `tokens` after those in the cache and gives one row of logits for each of the last `wanted` of them.
    ///
    /// `pause` is called between layers, every few milliseconds; `Break` ends the call without a result.
    pub(crate) fn read<'b>(
        &self,
        compute: &mut Compute,
        buffers: &'b mut Buffers,
        cache: &mut Cache,
        tokens: &[u32],
        wanted: usize,
        pause: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> ControlFlow<(), &'b mut [f32]> {
        let width = self.config.width;
        let first = cache.len();
        cache.reserve(tokens.len());
        buffers.x.resize(tokens.len() * width, 0.0);
        for (row, token) in buffers.x.chunks_exact_mut(width).zip(tokens) {
            self.embedding.weights().row(*token as usize, row);
            if self.config.embedding_scale != 1.0 {
                row.iter_mut().for_each(|x| *x *= self.config.embedding_scale);
            }
        }
        angles(&self.turns, first, tokens.len(), &mut buffers.angles);
        if self
            .layers
            .iter()
            .any(|layer| matches!(layer.mix, Mix::Attention { nearby: true, .. }))
        {
            angles(&self.near_turns, first, tokens.len(), &mut buffers.near_angles);
        }
        for (index, layer) in self.layers.iter().enumerate() {
            pause()?;
            let last = index + 1 == self.layers.len();
            let part = Part {
                index,
                layer,
                first,
                unasked: if last { tokens.len() - wanted } else { 0 },
            };
            match &layer.mix {
                Mix::Attention {
                    stack,
                    head_norms,
                    nearby,
                } => self.attention(compute, buffers, cache, part, stack, head_norms.as_ref(), *nearby),
                Mix::Convolution { input, weights } => {
                    self.convolution(compute, buffers, cache, part, input, weights);
                }
            }
            if !buffers.x.is_empty() {
                self.feed_forward(compute, buffers, layer);
            }
        }
        cache.extend(tokens);
        let Buffers {
            x,
            normed,
            activations,
            logits,
            ..
        } = buffers;
        self.norm(compute, x, &self.output_norm, normed);
        activations.fill(compute, normed, width, Grain::Fine);
        logits.resize(wanted * self.vocabulary, 0.0);
        let output = self.output.as_ref().unwrap_or(&self.embedding);
        output.apply(compute, activations, Place::whole(logits, self.vocabulary));
        ControlFlow::Continue(logits)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one kind of layer")]
    fn attention(
        &self,
        compute: &mut Compute,
        buffers: &mut Buffers,
        cache: &mut Cache,
        Part {
            index,
            layer,
            first,
            unasked,
        }: Part<'_>,
        stack: &Stack,
        head_norms: Option<&[Vec<f32>; 2]>,
        nearby: bool,
    ) {
        let config = &self.config;
        let (size, heads, key_heads) = (config.head_size, config.heads, config.key_heads);
        let (stride, sharing) = (config.mixed_width(), config.sharing());
        let Buffers {
            x,
            normed,
            activations,
            mixed,
            attended,
            joined,
            given,
            angles,
            near_angles,
            ..
        } = buffers;
        self.norm(compute, x, &layer.mix_norm, normed);
        activations.fill(compute, normed, config.width, Grain::Fine);
        mixed.resize(x.len() / config.width * stride, 0.0);
        stack.apply(compute, activations, mixed, stride);
        let isa = compute.isa;
        let angles = if nearby { near_angles } else { angles };
        compute.write_rows(mixed, stride, &|first, rows| {
            if let Some([query, key]) = head_norms {
                for row in rows.chunks_exact_mut(stride) {
                    let (queries, rest) = row.split_at_mut(heads * size);
                    rows::rms_norm_in_place(isa, queries, query, config.epsilon);
                    rows::rms_norm_in_place(isa, &mut rest[..key_heads * size], key, config.epsilon);
                }
            }
            let angles = &angles[first * size..];
            match config.pairs {
                Pairs::Neighbours => rows::rotate(isa, rows, stride, heads + key_heads, size, angles),
                Pairs::Halves => rows::rotate_halves(isa, rows, stride, heads + key_heads, size, angles),
            }
        });

        // From here on only what is asked for.
        x.drain(..unasked * config.width);
        let (count, first_asked) = (x.len() / config.width, first + unasked);
        // One task is a head of keys and up to sixteen tokens; its rows are those tokens' heads. It has its queries, then
        // what attention makes of them, side by side.
        let group = sharing * size;
        let tokens_of = |from: usize| TOKENS_PER_TASK.min(count - from);
        let begin = |from: usize, head: usize| 2 * (from * key_heads + head * tokens_of(from)) * group;
        let mut written = cache.spans_mut(index, first, mixed.len() / stride);
        let mixed = &*mixed;
        compute.each(&mut written, &|one| {
            let key = (heads + one.head) * size;
            let heads = Heads {
                rows: &mixed[one.tokens.start * stride..],
                stride,
                key,
                value: key + key_heads * size,
                count: one.tokens.len(),
            };
            remember(isa, size, one.span, one.at, heads);
        });
        if count == 0 {
            return;
        }

        attended.resize(2 * count * heads * size, 0.0);
        let tasks = (0..count)
            .step_by(TOKENS_PER_TASK)
            .flat_map(|from| (0..key_heads).map(move |head| (from, head)));
        let tasks: Vec<(usize, usize)> = tasks.collect();
        let ends = tasks.iter().skip(1).map(|(from, head)| begin(*from, *head));
        let ends: Vec<usize> = ends.chain([attended.len()]).collect();
        let window = if nearby { config.window } else { usize::MAX };
        compute.each_part(attended, &ends, &|task, both| {
            let (from, head) = tasks[task];
            let (queries, out) = both.split_at_mut(both.len() / 2);
            let tokens = mixed.chunks_exact(stride).skip(unasked + from);
            for (to, row) in queries.chunks_exact_mut(group).zip(tokens) {
                let query = &row[head * group..][..group];
                to.iter_mut()
                    .zip(query)
                    .for_each(|(to, from)| *to = from * config.score_scale);
            }
            let rows = out.len() / size;
            let limits: Vec<usize> = (0..rows)
                .map(|row| first_asked + from + row / sharing + 1)
                .collect();
            let spans = cache.spans(index, head, first_asked + from + rows / sharing);
            attend(isa, size, queries, &limits, window, &spans, out);
        });

        joined.resize(count * heads * size, 0.0);
        let attended = &*attended;
        compute.write_rows(joined, heads * size, &|first, rows| {
            for (token, row) in (first..).zip(rows.chunks_exact_mut(heads * size)) {
                let from = token - token % TOKENS_PER_TASK;
                for (head, to) in row.chunks_exact_mut(group).enumerate() {
                    let at = begin(from, head) + (tokens_of(from) + token - from) * group;
                    to.copy_from_slice(&attended[at..at + group]);
                }
            }
        });
        // What attention gives is a mean of values, without the outliers that make the other inputs delicate: with two
        // bytes here, not one word of the measured text changes.
        activations.fill(compute, joined, heads * size, Grain::Coarse);
        self.add(
            compute,
            activations,
            &layer.mix_output,
            layer.after_mix.as_deref(),
            given,
            x,
        );
    }

    /// A short convolution over the positions before, between two gates that the input itself opens.
    fn convolution(
        &self,
        compute: &mut Compute,
        buffers: &mut Buffers,
        cache: &mut Cache,
        Part {
            index,
            layer,
            first,
            unasked,
        }: Part<'_>,
        input: &Linear,
        weights: &[f32],
    ) {
        let (width, taps) = (self.config.width, self.config.taps);
        let Buffers {
            x,
            normed,
            activations,
            mixed,
            attended: past,
            product,
            joined,
            given,
            ..
        } = buffers;
        self.norm(compute, x, &layer.mix_norm, normed);
        activations.fill(compute, normed, width, Grain::Fine);
        let count = x.len() / width;
        mixed.resize(count * 3 * width, 0.0);
        input.apply(compute, activations, Place::whole(mixed, 3 * width));
        joined.resize(count * width, 0.0);
        product.resize(width, 0.0);
        past.resize(width, 0.0);
        for (token, (row, out)) in mixed
            .chunks_exact(3 * width)
            .zip(joined.chunks_exact_mut(width))
            .enumerate()
        {
            let (before, rest) = row.split_at(width);
            let (after, value) = rest.split_at(width);
            let gated = before.iter().zip(value).map(|(before, value)| before * value);
            product
                .iter_mut()
                .zip(gated)
                .for_each(|(product, gated)| *product = gated);
            cache
                .taps_mut(index, width, first + token)
                .convert_from_f32_slice(product);
            out.fill(0.0);
            for (tap, weights) in weights.chunks_exact(width).enumerate() {
                let Some(position) = (first + token + tap + 1).checked_sub(taps) else {
                    continue;
                };
                cache.taps(index, width, position).convert_to_f32_slice(past);
                let terms = past.iter().zip(weights).map(|(past, weight)| past * weight);
                out.iter_mut().zip(terms).for_each(|(out, term)| *out += term);
            }
            out.iter_mut().zip(after).for_each(|(out, after)| *out *= after);
        }
        x.drain(..unasked * width);
        joined.drain(..unasked * width);
        activations.fill(compute, joined, width, Grain::Fine);
        self.add(
            compute,
            activations,
            &layer.mix_output,
            layer.after_mix.as_deref(),
            given,
            x,
        );
    }

    fn feed_forward(&self, compute: &mut Compute, buffers: &mut Buffers, layer: &Layer) {
        let (width, inner) = (self.config.width, self.config.hidden);
        let Buffers {
            x,
            normed,
            activations,
            both,
            hidden,
            given,
            ..
        } = buffers;
        let count = x.len() / width;
        self.norm(compute, x, &layer.feed_norm, normed);
        activations.fill(compute, normed, width, Grain::Fine);
        both.resize(count * 2 * inner, 0.0);
        layer.gate_up.apply(compute, activations, both, 2 * inner);
        hidden.resize(count * inner, 0.0);
        let isa = compute.isa;
        compute.write_rows(hidden, inner, &|first, out| {
            let count = out.len() / inner;
            let both = &both[first * 2 * inner..(first + count) * 2 * inner];
            match self.config.gelu {
                true => rows::gelu_gate(isa, both, inner, out),
                false => rows::gate(isa, both, inner, out),
            }
        });
        activations.fill(compute, hidden, inner, Grain::Fine);
        self.add(
            compute,
            activations,
            &layer.down,
            layer.after_feed.as_deref(),
            given,
            x,
        );
    }

    /// Adds what a matrix gives to `x`, normed if there is a norm.
    fn add(
        &self,
        compute: &mut Compute,
        activations: &Activations,
        matrix: &Linear,
        norm: Option<&[f32]>,
        given: &mut Vec<f32>,
        x: &mut [f32],
    ) {
        let (width, epsilon, isa) = (self.config.width, self.config.epsilon, compute.isa);
        let Some(norm) = norm else {
            return matrix.apply(compute, activations, Place::onto(x, width));
        };
        given.resize(x.len(), 0.0);
        matrix.apply(compute, activations, Place::whole(given, width));
        compute.write_rows(given, width, &|_, rows| {
            rows::rms_norm_in_place(isa, rows, norm, epsilon)
        });
        x.iter_mut().zip(given).for_each(|(x, given)| *x += *given);
    }

    fn norm(&self, compute: &mut Compute, x: &[f32], weight: &[f32], normed: &mut Vec<f32>) {
        let width = self.config.width;
        normed.resize(x.len(), 0.0);
        let (isa, epsilon) = (compute.isa, self.config.epsilon);
        compute.write_rows(normed, width, &|first, out| {
            rows::rms_norm(isa, &x[first * width..][..out.len()], weight, epsilon, out);
        });
    }
}

/// Which layer, the position of the first token read, and how many of the tokens nothing is asked of any more: they
/// leave their keys and values behind, which what follows needs, and are not carried on.
struct Part<'a> {
    index: usize,
    layer: &'a Layer,
    first: usize,
    unasked: usize,
}

/// The cosines, then the sines, by which each position's pairs are turned.
fn angles(turns: &[f64], first: usize, count: usize, out: &mut Vec<f32>) {
    out.clear();
    for position in first..first + count {
        let angles = turns.iter().map(|turn| position as f64 * turn);
        out.extend(angles.clone().map(|angle| angle.cos() as f32));
        out.extend(angles.map(|angle| angle.sin() as f32));
    }
}
