//! Text to tokens for vocabularies of SentencePiece: the neighbours whose union scores best are joined until no union
//! is in the vocabulary (the BPE of Kudo and Richardson, 2018); what has no token of its own becomes bytes.

use std::collections::{BinaryHeap, HashMap};

/// What stands for a space in such vocabularies.
pub(crate) const SPACE: char = '▁';

/// A vocabulary with the score of each token.
pub(crate) struct Pieces {
    ids: HashMap<Box<str>, u32>,
    scores: Vec<f32>,
    /// The token of each byte.
    bytes: Vec<Option<u32>>,
    unknown: Option<u32>,
    /// White space that is never split, by character and length.
    runs: HashMap<(char, usize), u32>,
    longest_run: usize,
    /// Whether a text begins with a space that it does not have.
    pub(crate) leading_space: bool,
}

/// A run of bytes of the text that is one token so far.
struct Symbol {
    start: usize,
    end: usize,
    before: Option<usize>,
    after: Option<usize>,
}

/// Two neighbours that could be joined. The best score comes first, then the first in the text.
#[derive(PartialEq)]
struct Union {
    score: f32,
    left: usize,
    right: usize,
    /// Bytes of both together: if they differ by now, one of the two has been joined already.
    len: usize,
}

impl Eq for Union {}

impl Ord for Union {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.score
            .total_cmp(&other.score)
            .then(other.left.cmp(&self.left))
    }
}

impl PartialOrd for Union {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Pieces {
    /// `ordinary` says of each name whether a text may become that token; `kept` which of them white space becomes first.
    pub(crate) fn new(
        names: &[&str],
        scores: Vec<f32>,
        ordinary: impl Fn(usize) -> bool,
        kept: impl Fn(usize) -> bool,
        byte: impl Fn(usize) -> Option<u8>,
        unknown: Option<u32>,
        leading_space: bool,
    ) -> Self {
        let mut bytes = vec![None; 256];
        let (mut ids, mut runs) = (HashMap::new(), HashMap::new());
        for (id, name) in names.iter().enumerate() {
            if let Some(byte) = byte(id) {
                bytes[usize::from(byte)] = Some(id as u32);
            }
            if ordinary(id) {
                ids.entry((*name).into()).or_insert(id as u32);
            }
            let mut characters = name.chars().map(|c| if c == ' ' { SPACE } else { c });
            if let Some(first) = characters
                .next()
                .filter(|c| kept(id) && (c.is_whitespace() || *c == SPACE))
                && characters.all(|c| c == first)
            {
                runs.insert((first, name.chars().count()), id as u32);
            }
        }
        Self {
            longest_run: runs.keys().map(|(_, length)| *length).max().unwrap_or(0),
            ids,
            scores,
            bytes,
            unknown,
            runs,
            leading_space,
        }
    }

    /// Appends the tokens of a text; `opens` says that nothing was said before it.
    pub(crate) fn encode(&self, text: &str, opens: bool, out: &mut Vec<u32>) {
        let leading = if opens && self.leading_space { " " } else { "" };
        let text: String = leading
            .chars()
            .chain(text.chars())
            .map(|c| if c == ' ' { SPACE } else { c })
            .collect();
        let mut rest = text.as_str();
        let mut from = 0;
        while let Some(first) = rest[from..].chars().next() {
            let length = rest[from..]
                .chars()
                .take(self.longest_run)
                .take_while(|c| *c == first)
                .count();
            let run = (1..=length)
                .rev()
                .find_map(|length| Some((length, *self.runs.get(&(first, length))?)));
            match run {
                Some((length, id)) => {
                    self.join(&rest[..from], out);
                    out.push(id);
                    rest = &rest[from + length * first.len_utf8()..];
                    from = 0;
                }
                None => from += first.len_utf8(),
            }
        }
        self.join(rest, out);
    }

    fn join(&self, text: &str, out: &mut Vec<u32>) {
        let count = text.chars().count();
        let mut symbols: Vec<Symbol> = text
            .char_indices()
            .enumerate()
            .map(|(at, (start, c))| Symbol {
                start,
                end: start + c.len_utf8(),
                before: at.checked_sub(1),
                after: (at + 1 < count).then_some(at + 1),
            })
            .collect();
        let mut unions = BinaryHeap::new();
        for right in 1..count {
            unions.extend(self.union(text, &symbols, right - 1, right));
        }
        while let Some(Union { left, right, len, .. }) = unions.pop() {
            let (from, to) = (symbols[left].start, symbols[right].end);
            // One of them may have been joined with another neighbour meanwhile.
            let gone = [left, right]
                .iter()
                .any(|at| symbols[*at].end == symbols[*at].start);
            if gone || to - from != len {
                continue;
            }
            symbols[left].end = to;
            symbols[left].after = symbols[right].after;
            symbols[right].end = symbols[right].start;
            if let Some(after) = symbols[left].after {
                symbols[after].before = Some(left);
                unions.extend(self.union(text, &symbols, left, after));
            }
            if let Some(before) = symbols[left].before {
                unions.extend(self.union(text, &symbols, before, left));
            }
        }
        for symbol in symbols.iter().filter(|symbol| symbol.end > symbol.start) {
            let piece = &text[symbol.start..symbol.end];
            match self.ids.get(piece) {
                Some(id) => out.push(*id),
                None => out.extend(
                    piece
                        .bytes()
                        .filter_map(|b| self.bytes[usize::from(b)].or(self.unknown)),
                ),
            }
        }
    }

    fn union(&self, text: &str, symbols: &[Symbol], left: usize, right: usize) -> Option<Union> {
        let both = &text[symbols[left].start..symbols[right].end];
        let id = *self.ids.get(both)?;
        Some(Union {
            score: self.scores[id as usize],
            left,
            right,
            len: both.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(leading_space: bool) -> Pieces {
        let names = [
            "a", "b", "ab", "abb", "▁", "▁a", "\n", "\n\n", "bb", "<0xC3>", "<0xA4>", "<ctl>", "  ",
        ];
        let scores = vec![
            -9.0, -9.0, -1.0, -3.0, -9.0, -2.0, -9.0, -9.0, -2.0, 0.0, 0.0, 0.0, -9.0,
        ];
        let byte = |id: usize| {
            [(9, 0xc3), (10, 0xa4)]
                .into_iter()
                .find_map(|(at, b)| (at == id).then_some(b))
        };
        Pieces::new(
            &names,
            scores,
            |id| id < 9,
            |id| matches!(id, 6 | 7 | 12),
            byte,
            None,
            leading_space,
        )
    }

    fn encoded(text: &str, leading_space: bool) -> Vec<u32> {
        let mut out = Vec::new();
        pieces(leading_space).encode(text, true, &mut out);
        out
    }

    #[test]
    fn the_best_union_comes_first() {
        assert_eq!(encoded("abb", false), [3], "ab (-1) before bb (-2), then abb");
        assert_eq!(
            encoded("bb ab", false),
            [8, 4, 2],
            "ab (-1) leaves no a for the space"
        );
        assert_eq!(encoded("a", true), [5], "with the space that it does not have");
        assert_eq!(encoded("", true), [4]);
    }

    #[test]
    fn white_space_stays_together_and_strangers_become_bytes() {
        assert_eq!(encoded("a\n\n\nb", false), [0, 7, 6, 1]);
        assert_eq!(encoded("a   b", false), [0, 12, 4, 1]);
        assert_eq!(
            encoded("ä<ctl>", false),
            [9, 10],
            "what the vocabulary has no byte for is left out"
        );
    }
}
