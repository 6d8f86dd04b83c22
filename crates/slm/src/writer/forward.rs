//! Reading tokens: from token numbers to the model's opinion about the next one.
//!
//! Must always hold: what is written to the cache depends on the tokens before it only, however the text was cut into
//! pieces; a call that was told to stop leaves the cache as it was.

use std::ops::ControlFlow;

use super::cache::Cache;
use super::model::{Layer, Model};
use crate::kernels::attention::{attend, remember};
use crate::kernels::{Activations, Compute, Grain, Place, rows};

/// Tokens whose attention is one task. With the usual three to four heads on one head of keys, a task is some fifty
/// rows: enough to keep a span in the processor's cache.
const TOKENS_PER_TASK: usize = 16;

/// For which of the tokens read an opinion about the next one is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// None: more of the text follows.
    Nothing,
    /// The last one.
    Last,
    /// Each of them: for measuring how well a text is predicted.
    #[cfg(test)]
    All,
}

/// Working memory, kept from token to token.
#[derive(Default)]
pub(crate) struct Buffers {
    x: Vec<f32>,
    normed: Vec<f32>,
    activations: Activations,
    mixed: Vec<f32>,
    /// Queries, then what attention made of them: by task, then head of keys, then token, then head.
    queries: Vec<f32>,
    attended: Vec<f32>,
    joined: Vec<f32>,
    both: Vec<f32>,
    hidden: Vec<f32>,
    angles: Vec<f32>,
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
            queries,
            attended,
            joined,
            both,
            hidden,
            logits,
            ..
        } = self;
        for buffer in [x, normed, mixed, queries, attended, joined, both, hidden, logits] {
            buffer.zeroize();
        }
        *self = Self::default();
    }
}

impl Model {
    /// Reads `tokens` after those in the cache and gives one row of logits for each token wanted.
    ///
    /// `pause` is called between layers, every few milliseconds; `Break` ends the call without a result.
    pub(crate) fn read<'b>(
        &self,
        compute: &mut Compute,
        buffers: &'b mut Buffers,
        cache: &mut Cache,
        tokens: &[u32],
        wanted: Wanted,
        pause: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> ControlFlow<(), &'b mut [f32]> {
        let width = self.config.width;
        let first = cache.len();
        cache.reserve(tokens.len());
        buffers.x.resize(tokens.len() * width, 0.0);
        for (row, token) in buffers.x.chunks_exact_mut(width).zip(tokens) {
            self.embedding.weights().row(*token as usize, row);
        }
        self.angles(first, tokens.len(), &mut buffers.angles);
        for (index, layer) in self.layers.iter().enumerate() {
            pause()?;
            self.attention(compute, buffers, cache, index, layer, first);
            self.feed_forward(compute, buffers, layer);
        }
        cache.extend(tokens);
        let rows = match wanted {
            Wanted::Nothing => 0,
            Wanted::Last => 1,
            #[cfg(test)]
            Wanted::All => tokens.len(),
        };
        let Buffers {
            x,
            normed,
            activations,
            logits,
            ..
        } = buffers;
        let x = &x[(tokens.len() - rows) * width..];
        self.norm(compute, x, &self.output_norm, normed);
        activations.fill(compute, normed, width, Grain::Fine);
        logits.resize(rows * self.vocabulary, 0.0);
        let output = self.output.as_ref().unwrap_or(&self.embedding);
        output.apply(compute, activations, Place::whole(logits, self.vocabulary));
        ControlFlow::Continue(logits)
    }

    fn attention(
        &self,
        compute: &mut Compute,
        buffers: &mut Buffers,
        cache: &mut Cache,
        index: usize,
        layer: &Layer,
        first: usize,
    ) {
        let config = &self.config;
        let (size, heads, key_heads) = (config.head_size, config.heads, config.key_heads);
        let (stride, sharing) = (config.mixed_width(), config.sharing());
        let Buffers {
            x,
            normed,
            activations,
            mixed,
            queries,
            attended,
            joined,
            angles,
            ..
        } = buffers;
        let count = x.len() / config.width;
        self.norm(compute, x, &layer.attention_norm, normed);
        activations.fill(compute, normed, config.width, Grain::Fine);
        mixed.resize(count * stride, 0.0);
        layer.mix.apply(compute, activations, mixed, stride);
        rows::rotate(compute.isa, mixed, stride, heads + key_heads, size, angles);

        // One task is a head of keys and up to sixteen tokens; its rows are those tokens' heads.
        let group = sharing * size;
        let place = |token: usize, head: usize| {
            let from = token - token % TOKENS_PER_TASK;
            let tokens = TOKENS_PER_TASK.min(count - from);
            (from * key_heads + head * tokens + (token - from)) * group
        };
        let share = 1.0 / (size as f32).sqrt();
        queries.resize(count * heads * size, 0.0);
        for (token, row) in mixed.chunks_exact(stride).enumerate() {
            let (query, rest) = row.split_at(heads * size);
            let (key, value) = rest.split_at(key_heads * size);
            for head in 0..key_heads {
                let (keys, values, position) = cache.slot(index, head, first + token);
                let part = head * size..(head + 1) * size;
                remember(keys, values, position, &key[part.clone()], &value[part]);
                let to = &mut queries[place(token, head)..][..group];
                let from = &query[head * group..(head + 1) * group];
                to.iter_mut().zip(from).for_each(|(to, from)| *to = from * share);
            }
        }

        attended.resize(queries.len(), 0.0);
        let tasks = (0..count)
            .step_by(TOKENS_PER_TASK)
            .flat_map(|from| (0..key_heads).map(move |head| (from, head)));
        let tasks: Vec<(usize, usize)> = tasks.collect();
        let starts: Vec<usize> = tasks.iter().map(|(from, head)| place(*from, *head)).collect();
        let ends: Vec<usize> = starts.iter().skip(1).copied().chain([queries.len()]).collect();
        let isa = compute.isa;
        compute.each_part(attended, &ends, &|task, out| {
            let (from, head) = tasks[task];
            let rows = out.len() / size;
            let limits: Vec<usize> = (0..rows).map(|row| first + from + row / sharing + 1).collect();
            let spans = cache.spans(index, head, first + from + rows / sharing);
            attend(
                isa,
                size,
                &queries[starts[task]..ends[task]],
                &limits,
                &spans,
                out,
            );
        });

        joined.resize(count * heads * size, 0.0);
        for (token, row) in joined.chunks_exact_mut(heads * size).enumerate() {
            for (head, to) in row.chunks_exact_mut(group).enumerate() {
                to.copy_from_slice(&attended[place(token, head)..][..group]);
            }
        }
        // What attention gives is a mean of values, without the outliers that make the other inputs delicate: with two
        // bytes here, not one word of the measured text changes.
        activations.fill(compute, joined, heads * size, Grain::Coarse);
        layer
            .attention_output
            .apply(compute, activations, Place::onto(x, config.width));
    }

    fn feed_forward(&self, compute: &mut Compute, buffers: &mut Buffers, layer: &Layer) {
        let (width, inner) = (self.config.width, self.config.hidden);
        let Buffers {
            x,
            normed,
            activations,
            both,
            hidden,
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
            rows::gate(
                isa,
                &both[first * 2 * inner..(first + count) * 2 * inner],
                inner,
                out,
            );
        });
        activations.fill(compute, hidden, inner, Grain::Fine);
        layer.down.apply(compute, activations, Place::onto(x, width));
    }

    fn norm(&self, compute: &mut Compute, x: &[f32], weight: &[f32], normed: &mut Vec<f32>) {
        let width = self.config.width;
        normed.resize(x.len(), 0.0);
        let (isa, epsilon) = (compute.isa, self.config.epsilon);
        compute.write_rows(normed, width, &|first, out| {
            rows::rms_norm(isa, &x[first * width..][..out.len()], weight, epsilon, out);
        });
    }

    /// The cosines, then the sines, by which each position's pairs are turned.
    fn angles(&self, first: usize, count: usize, out: &mut Vec<f32>) {
        out.clear();
        for position in first..first + count {
            let angles = self.turns.iter().map(|turn| position as f64 * turn);
            out.extend(angles.clone().map(|angle| angle.cos() as f32));
            out.extend(angles.map(|angle| angle.sin() as f32));
        }
    }
}
