//! What the model remembers of a text: the keys and values of every position, and the tokens they belong to.
//!
//! Memory comes in blocks of 64 positions as the text grows; nothing is moved when it does. Nothing is ever written
//! to disk, and a dropped cache is overwritten first: keys and values are the document in another form.
//!
//! Must always hold: `tokens` are exactly the tokens whose keys and values are stored.

use half::f16;
use half::slice::HalfBitsSliceExt;
use zeroize::Zeroize;

use super::config::{Config, Mixing};
use crate::kernels::attention::{SPAN, span_len};

/// The state of one text.
pub(crate) struct Cache {
    head_size: usize,
    /// Where each layer's part of a block begins, and the length of a block.
    places: Vec<usize>,
    tokens: Vec<u32>,
    /// Spans of attention, and what convolutions read: 16-bit floats.
    blocks: Vec<Box<[u16]>>,
}

impl Cache {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            head_size: config.head_size,
            places: places(config),
            tokens: Vec::new(),
            blocks: Vec::new(),
        }
    }

    /// Bytes that a text of `positions` tokens takes.
    pub(crate) fn size(config: &Config, positions: usize) -> usize {
        positions.div_ceil(SPAN) * block_of(&places(config)) * size_of::<u16>()
    }

    /// How many tokens were read so far.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// How many tokens at the beginning of `prompt` need not be read again.
    pub(crate) fn shared(&self, prompt: &[u32]) -> usize {
        self.tokens.iter().zip(prompt).take_while(|(a, b)| a == b).count()
    }

    /// A copy of the first `len` positions, so that another text that begins so need not be read again.
    pub(crate) fn fork(&self, len: usize) -> Self {
        let len = len.min(self.tokens.len());
        Self {
            tokens: self.tokens[..len].to_vec(),
            blocks: self.blocks[..len.div_ceil(SPAN)].to_vec(),
            places: self.places.clone(),
            head_size: self.head_size,
        }
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.blocks.iter().map(|block| size_of_val(&**block)).sum()
    }

    /// Forgets everything from position `len` on.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.tokens.truncate(len);
        for mut block in self.blocks.drain(len.div_ceil(SPAN).min(self.blocks.len())..) {
            block.zeroize();
        }
    }

    /// Makes room for `more` positions after the last.
    pub(crate) fn reserve(&mut self, more: usize) {
        let block = block_of(&self.places);
        while self.blocks.len() * SPAN < self.tokens.len() + more {
            self.blocks.push(vec![0; block].into_boxed_slice());
        }
    }

    /// Declares that the keys and values of these tokens are stored in every layer.
    pub(crate) fn extend(&mut self, tokens: &[u32]) {
        self.tokens.extend_from_slice(tokens);
    }

    /// The spans of one layer that hold the positions `first..first + count`, to be written: one for each head of each
    /// block.
    pub(crate) fn spans_mut(&mut self, layer: usize, first: usize, count: usize) -> Vec<Written<'_>> {
        let (from, to) = (self.places[layer], self.places[layer + 1]);
        let length = span_len(self.head_size);
        let mut all = Vec::new();
        for (index, block) in self.blocks.iter_mut().enumerate().skip(first / SPAN) {
            let (begin, end) = ((index * SPAN).max(first), ((index + 1) * SPAN).min(first + count));
            if begin >= end {
                break;
            }
            let heads = block[from..to].chunks_exact_mut(length).enumerate();
            all.extend(heads.map(|(head, span)| Written {
                span,
                head,
                at: begin % SPAN,
                tokens: begin - first..end - first,
            }));
        }
        all
    }

    /// The keys and values of one head at the first `positions` positions.
    pub(crate) fn spans(&self, layer: usize, head: usize, positions: usize) -> Vec<&[u16]> {
        let length = span_len(self.head_size);
        let at = self.places[layer] + head * length;
        let blocks = &self.blocks[..positions.div_ceil(SPAN)];
        blocks.iter().map(|block| &block[at..at + length]).collect()
    }

    /// What a convolution of `width` reads at a position.
    pub(crate) fn taps(&self, layer: usize, width: usize, position: usize) -> &[f16] {
        self.blocks[position / SPAN][self.places[layer] + position % SPAN * width..][..width]
            .reinterpret_cast()
    }

    /// The same, to be written.
    pub(crate) fn taps_mut(&mut self, layer: usize, width: usize, position: usize) -> &mut [f16] {
        self.blocks[position / SPAN][self.places[layer] + position % SPAN * width..][..width]
            .reinterpret_cast_mut()
    }
}

/// Where each layer's part of a block begins, then where the block ends.
fn places(config: &Config) -> Vec<usize> {
    let part = |layer: &Mixing| match layer {
        Mixing::Everything | Mixing::Nearby => config.key_heads * span_len(config.head_size),
        // Every position's input is kept, so that a text can be cut off anywhere.
        Mixing::Convolution => config.width * SPAN,
    };
    let ends = config.layers.iter().scan(0, |end, layer| {
        *end += part(layer);
        Some(*end)
    });
    std::iter::once(0).chain(ends).collect()
}

fn block_of(places: &[usize]) -> usize {
    places.last().copied().unwrap_or(0)
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.tokens.zeroize();
        self.blocks.iter_mut().for_each(|block| block.zeroize());
    }
}

/// A head's span, to be written from position `at` of it on, and the tokens that are written there.
pub(crate) struct Written<'a> {
    pub(crate) span: &'a mut [u16],
    pub(crate) head: usize,
    pub(crate) at: usize,
    pub(crate) tokens: std::ops::Range<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let bytes = crate::made::writer(true).bytes();
        Config::read(&crate::gguf::Gguf::parse(&bytes).unwrap()).unwrap()
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
    fn a_fork_has_the_beginning_and_shares_nothing() {
        let mut cache = Cache::new(&config());
        cache.reserve(130);
        cache.extend(&(0..130).collect::<Vec<_>>());
        cache.spans_mut(0, 3, 1)[0].span[3] = 1;
        let mut fork = cache.fork(70);
        assert_eq!((fork.len(), fork.blocks.len()), (70, 2));
        assert_eq!(fork.bytes(), Cache::size(&config(), 70));
        assert_eq!(fork.spans(0, 0, 4)[0][3], 1);
        fork.spans_mut(0, 3, 1)[0].span[3] = 0;
        assert_eq!(cache.spans(0, 0, 4)[0][3], 1);
        assert_eq!(cache.fork(1_000).len(), 130, "no longer than the text");
    }

    #[test]
    fn what_is_written_is_where_the_spans_look() {
        let mut cache = Cache::new(&config());
        cache.reserve(140);
        let mut written = cache.spans_mut(1, 60, 75);
        let heads = written.len() / 3;
        let places = written.iter().map(|one| (one.head, one.at, one.tokens.clone()));
        assert_eq!(
            places.step_by(heads).collect::<Vec<_>>(),
            [(0, 60, 0..4), (0, 0, 4..68), (0, 0, 68..75)],
            "block by block"
        );
        written[heads].span[5] = 7;
        assert_eq!(cache.spans(1, 0, 140)[1][5], 7);
        assert!(
            cache
                .spans(0, 0, 140)
                .iter()
                .all(|span| span.iter().all(|x| *x == 0)),
            "other layers are apart"
        );
    }
}
