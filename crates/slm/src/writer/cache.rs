//! What the model remembers of a text: the keys and values of every position, and the tokens they belong to.
//!
//! Memory comes in blocks of 64 positions as the text grows; nothing is moved when it does. Nothing is ever written
//! to disk, and a dropped cache is overwritten first: keys and values are the document in another form.
//!
//! Must always hold: `tokens` are exactly the tokens whose keys and values are stored.

use half::f16;
use zeroize::Zeroize;

use super::config::Config;
use crate::kernels::attention::{SPAN, Span};

/// The state of one text.
pub(crate) struct Cache {
    layers: usize,
    key_heads: usize,
    head_size: usize,
    tokens: Vec<u32>,
    blocks: Vec<Box<[f16]>>,
}

impl Cache {
    pub(crate) fn new(config: &Config) -> Self {
        let &Config {
            layers,
            key_heads,
            head_size,
            ..
        } = config;
        Self {
            layers,
            key_heads,
            head_size,
            tokens: Vec::new(),
            blocks: Vec::new(),
        }
    }

    /// Bytes that a text of `positions` tokens takes.
    pub(crate) fn size(config: &Config, positions: usize) -> usize {
        let block = config.layers * config.key_heads * 2 * config.head_size * SPAN;
        positions.div_ceil(SPAN) * block * size_of::<f16>()
    }

    /// How many tokens were read so far.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// How many tokens at the beginning of `prompt` need not be read again.
    pub(crate) fn shared(&self, prompt: &[u32]) -> usize {
        self.tokens.iter().zip(prompt).take_while(|(a, b)| a == b).count()
    }

    /// Forgets everything from position `len` on.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.tokens.truncate(len);
        for mut block in self.blocks.drain(len.div_ceil(SPAN).min(self.blocks.len())..) {
            wipe(&mut block);
        }
    }

    /// Makes room for `more` positions after the last.
    pub(crate) fn reserve(&mut self, more: usize) {
        let block = self.layers * self.key_heads * 2 * self.head_size * SPAN;
        while self.blocks.len() * SPAN < self.tokens.len() + more {
            self.blocks.push(vec![f16::ZERO; block].into_boxed_slice());
        }
    }

    /// Declares that the keys and values of these tokens are stored in every layer.
    pub(crate) fn extend(&mut self, tokens: &[u32]) {
        self.tokens.extend_from_slice(tokens);
    }

    /// The keys and values of one head around a position, to be written, and the position inside them.
    pub(crate) fn slot(
        &mut self,
        layer: usize,
        head: usize,
        position: usize,
    ) -> (&mut [f16], &mut [f16], usize) {
        let part = self.head_size * SPAN;
        let at = (layer * self.key_heads + head) * 2 * part;
        let (keys, values) = self.blocks[position / SPAN][at..at + 2 * part].split_at_mut(part);
        (keys, values, position % SPAN)
    }

    /// The keys and values of one head at the first `positions` positions.
    pub(crate) fn spans(&self, layer: usize, head: usize, positions: usize) -> Vec<Span<'_>> {
        let part = self.head_size * SPAN;
        let at = (layer * self.key_heads + head) * 2 * part;
        let spans = self.blocks[..positions.div_ceil(SPAN)].iter();
        spans
            .map(|block| Span {
                keys: &block[at..at + part],
                values: &block[at + part..at + 2 * part],
            })
            .collect()
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.tokens.zeroize();
        self.blocks.iter_mut().for_each(|block| wipe(block));
    }
}

fn wipe(block: &mut [f16]) {
    use half::slice::HalfFloatSliceExt;
    block.reinterpret_cast_mut().zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config {
            layers: 2,
            width: 32,
            heads: 2,
            key_heads: 1,
            head_size: 16,
            hidden: 32,
            context: 512,
            epsilon: 1e-5,
            rope_base: 1e4,
        }
    }

    #[test]
    fn grows_by_blocks_and_shrinks_to_what_is_kept() {
        let mut cache = Cache::new(&config());
        cache.reserve(130);
        cache.extend(&(0..130).collect::<Vec<_>>());
        assert_eq!((cache.len(), cache.blocks.len()), (130, 3));
        assert_eq!(Cache::size(&config(), 130), 3 * cache.blocks[0].len() * 2);
        cache.truncate(64);
        assert_eq!(
            (cache.len(), cache.blocks.len()),
            (64, 1),
            "blocks beyond the end are given back"
        );
        assert_eq!(cache.shared(&[0, 1, 2, 9]), 3);
    }

    #[test]
    fn a_slot_is_where_the_spans_look() {
        let mut cache = Cache::new(&config());
        cache.reserve(100);
        let (keys, values, at) = cache.slot(1, 0, 70);
        assert_eq!(at, 6);
        (keys[0], values[0]) = (f16::ONE, f16::ONE);
        let spans = cache.spans(1, 0, 100);
        assert_eq!((spans[1].keys[0], spans[1].values[0]), (f16::ONE, f16::ONE));
        assert!(
            cache
                .spans(0, 0, 100)
                .iter()
                .all(|span| span.keys[0] == f16::ZERO),
            "other layers are apart"
        );
    }
}
