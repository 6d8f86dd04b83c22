//! What the classifier looks at, token by token.
//!
//! Every feature is a hash. Those on how a word is written count only where a text is written in small and capital
//! letters: a text in capitals throughout says nothing by them.

use super::lexicon::{self, Word, flag};
use super::tokens::{Shape, Token};
use super::writing::{has_both_cases, is_long, sort};
use crate::{Finding, Kind};

/// The features of every token.
pub fn features(tokens: &[Token], patterns: &[Finding]) -> Vec<Vec<u32>> {
    let view = View::new(tokens, patterns);
    (0..tokens.len()).map(|at| view.features(at)).collect()
}

/// What stands outside the text.
const EDGE: &str = "\u{2}";
/// Words after which a name follows.
const TITLED: [&str; 24] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "prof",
    "sir",
    "lady",
    "lord",
    "judge",
    "justice",
    "shri",
    "smt",
    "adv",
    "mme",
    "maître",
    "don",
    "doña",
    "sra",
    "sr",
    "herr",
    "frau",
    "advocate",
    "professor",
];

struct View<'a> {
    tokens: &'a [Token],
    words: Vec<Word>,
    /// Part of a place of several words.
    phrase: Vec<bool>,
    /// What the patterns took it for.
    pattern: Vec<Option<Kind>>,
    /// A word that follows a title somewhere in the text.
    titled: Vec<bool>,
    /// The first word of the line, where a colon follows it or the words after it.
    key: Vec<u32>,
    both_cases: bool,
    register: u32,
    capital_line: Vec<u8>,
}

impl<'a> View<'a> {
    fn new(tokens: &'a [Token], patterns: &[Finding]) -> Self {
        let words: Vec<Word> = tokens.iter().map(|token| lexicon::word(&token.small)).collect();
        Self {
            phrase: phrases(tokens, &words),
            pattern: pattern_of(tokens, patterns),
            titled: titled(tokens),
            key: keys(tokens),
            both_cases: has_both_cases(tokens),
            register: register(tokens),
            capital_line: capital_lines(tokens),
            tokens,
            words,
        }
    }

    fn name(&self, at: usize, by: isize) -> &str {
        at.checked_add_signed(by)
            .and_then(|at| self.tokens.get(at))
            .map_or(EDGE, |token| &token.name)
    }

    fn word(&self, at: usize, by: isize) -> Word {
        at.checked_add_signed(by)
            .and_then(|at| self.words.get(at))
            .copied()
            .unwrap_or_default()
    }

    fn shape(&self, at: usize, by: isize) -> u32 {
        at.checked_add_signed(by)
            .and_then(|at| self.tokens.get(at))
            .map_or(99, |token| token.shape as u32)
    }

    /// Flags of a word with how it is made, the same in every case.
    fn kind(&self, at: usize, by: isize) -> u32 {
        let Some(at) = at.checked_add_signed(by).filter(|at| *at < self.tokens.len()) else {
            return u32::MAX;
        };
        let made = match self.tokens[at].shape {
            Shape::Digits => 1,
            Shape::Code => 2,
            Shape::Sign => 3,
            _ if self.tokens[at].small.chars().count() == 1 => 4,
            _ => 0,
        };
        u32::from(self.words[at].flags) << 3 | made
    }

    fn features(&self, at: usize) -> Vec<u32> {
        let token = &self.tokens[at];
        let word = self.words[at];
        let mut to = Vec::with_capacity(96);
        let mut add = |template: u32, values: &[u32]| to.push(hash(template, values));
        let key = |by: isize| lexicon::key(self.name(at, by));
        let (own, before, after) = (key(0), key(-1), key(1));

        add(0, &[]);
        add(1, &[own]);
        add(2, &[before]);
        add(3, &[after]);
        add(4, &[key(-2)]);
        add(5, &[key(2)]);
        add(6, &[before, own]);
        add(7, &[own, after]);
        add(8, &[key(-2), before]);
        add(9, &[after, key(2)]);
        add(10, &[before, after]);
        for by in 1..=5 {
            add(11, &[key(-by)]);
        }
        for by in 1..=4 {
            add(12, &[key(by)]);
        }
        // The word's beginning and end.
        let letters: Vec<char> = token.name.chars().collect();
        for length in 2..=4 {
            if letters.len() > length {
                add(13, &[lexicon::key(&letters[..length].iter().collect::<String>())]);
                add(
                    14,
                    &[lexicon::key(
                        &letters[letters.len() - length..].iter().collect::<String>(),
                    )],
                );
            }
        }
        for (template, by) in [(15, -1), (16, 1)] {
            let near: Vec<char> = self.name(at, by).chars().collect();
            let end: String = near[near.len().saturating_sub(3)..].iter().collect();
            add(template, &[lexicon::key(&end)]);
        }
        add(17, &[letters.len().min(12) as u32, self.kind(at, 0) & 7]);
        // What is known of the word and its neighbours.
        let kind = |by: isize| self.kind(at, by);
        let known = u32::from(word.flags);
        for bit in 0..16 {
            if known >> bit & 1 == 1 {
                add(18, &[bit]);
                add(19, &[bit, before]);
                add(20, &[bit, self.register]);
            }
        }
        add(21, &[kind(0)]);
        add(22, &[kind(-1)]);
        add(23, &[kind(1)]);
        add(24, &[kind(-1), kind(0)]);
        add(25, &[kind(0), kind(1)]);
        add(26, &[kind(-1), kind(0), kind(1)]);
        add(27, &[kind(-2), kind(-1), kind(0)]);
        add(28, &[kind(0), before]);
        add(29, &[kind(0), after]);
        add(30, &[kind(0), before, after]);
        for (template, by) in [(31, -1), (32, 0), (33, 1), (34, -2), (35, 2)] {
            let near = self.word(at, by);
            add(template, &[u32::from(near.coarse)]);
            add(template + 10, &[u32::from(near.fine)]);
        }
        add(51, &[u32::from(self.word(at, -1).coarse), u32::from(word.coarse)]);
        add(52, &[u32::from(word.coarse), u32::from(self.word(at, 1).coarse)]);
        add(53, &[u32::from(self.word(at, -1).fine), kind(0)]);
        add(54, &[kind(0), u32::from(self.word(at, 1).fine)]);
        add(55, &[word.frequency().into(), self.register]);
        add(
            56,
            &[
                u32::from(self.phrase[at]),
                u32::from(self.titled[at]),
                word.frequency().into(),
            ],
        );
        // Numbers.
        if token.shape == Shape::Digits {
            let value: u32 = token.small.parse().unwrap_or(u32::MAX);
            let sort = match (token.small.len(), value) {
                (_, 1..=31) => 1,
                (2, 32..=89) => 2,
                (2, _) => 3,
                (3, 90..=120) => 4,
                (4, 1800..=1999) => 5,
                (4, 2000..=2035) => 6,
                (length, _) => 10 + length.min(20) as u32,
            };
            add(57, &[sort]);
            add(58, &[sort, before]);
            add(59, &[sort, after]);
            add(60, &[sort, before, after]);
            add(61, &[sort, self.register]);
            add(62, &[sort, self.register, before]);
        }
        // Its line.
        let starts = u32::from(token.starts_line);
        add(63, &[starts, kind(0)]);
        add(64, &[self.key[at], kind(0) & 7]);
        add(65, &[self.key[at], before]);
        add(66, &[u32::from(token.spaced), kind(0) & 7, before]);
        // What the patterns say.
        let pattern = |by: isize| {
            let near = at
                .checked_add_signed(by)
                .and_then(|at| self.pattern.get(at))
                .copied()
                .flatten();
            near.map_or(0, |kind| kind as u32 + 1)
        };
        add(67, &[pattern(0)]);
        add(68, &[pattern(0), pattern(-1), pattern(1)]);
        add(69, &[self.register, kind(0) & 7, pattern(0)]);
        add(70, &[self.register, own]);
        add(71, &[self.register, before]);
        add(72, &[self.register, u32::from(word.coarse)]);
        // How it is written.
        add(80, &[u32::from(self.both_cases)]);
        if self.both_cases {
            let shape = |by: isize| self.shape(at, by);
            let line = u32::from(self.capital_line[at]);
            add(81, &[shape(0), starts]);
            add(82, &[shape(-1), shape(0)]);
            add(83, &[shape(0), shape(1)]);
            add(84, &[shape(-1), shape(0), shape(1)]);
            add(85, &[shape(0), line]);
            add(86, &[shape(0), line, kind(0)]);
            add(87, &[shape(0), before]);
            add(88, &[shape(0), after]);
            add(89, &[shape(0), kind(-1), kind(0)]);
            add(90, &[shape(0), word.frequency().into(), u32::from(word.coarse)]);
            add(91, &[shape(-2), shape(-1), shape(0), shape(1), shape(2)]);
            add(92, &[shape(0), self.register, word.frequency().into()]);
            if let Some(end) = letters.len().checked_sub(3) {
                add(
                    93,
                    &[shape(0), lexicon::key(&letters[end..].iter().collect::<String>())],
                );
            }
        } else {
            // Where capitals tell nothing, the words must tell more.
            let coarse = u32::from(word.coarse);
            add(100, &[own]);
            add(101, &[kind(0), word.frequency().into(), coarse]);
            add(102, &[kind(-1), kind(0), kind(1)]);
            add(103, &[before, kind(0)]);
            add(104, &[kind(0), after]);
            add(105, &[self.register, kind(0), word.frequency().into()]);
            add(
                106,
                &[u32::from(self.phrase[at]), u32::from(self.titled[at]), kind(0)],
            );
            add(107, &[starts, self.key[at], kind(0)]);
            add(108, &[before]);
            add(109, &[after]);
            add(110, &[u32::from(self.word(at, -1).fine), kind(0)]);
            add(111, &[kind(0), u32::from(self.word(at, 1).fine)]);
        }
        to
    }
}

/// FNV-1a over the numbers, with the template first.
fn hash(template: u32, values: &[u32]) -> u32 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64 ^ u64::from(template);
    for &value in values {
        hash = (hash ^ u64::from(value)).wrapping_mul(0x0100_0000_01B3);
        hash ^= hash >> 29;
    }
    hash = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (hash >> 32) as u32
}

/// Which tokens are part of a place of two to four words.
fn phrases(tokens: &[Token], words: &[Word]) -> Vec<bool> {
    let mut part = vec![false; tokens.len()];
    for start in 0..tokens.len() {
        if words[start].flags & flag::PHRASE_START == 0 {
            continue;
        }
        let mut phrase = tokens[start].small.clone();
        let mut count = 1;
        for (at, token) in tokens.iter().enumerate().skip(start + 1).take(6) {
            if token.shape == Shape::Sign {
                if token.small == "-" || token.small == "'" || token.small == "." || token.small == "’" {
                    continue;
                }
                break;
            }
            phrase.push(' ');
            phrase.push_str(&token.small);
            count += 1;
            if lexicon::is_place(&phrase) {
                part[start..=at].fill(true);
            }
            if count == 4 {
                break;
            }
        }
    }
    part
}

/// The kind of the pattern that covers each token.
fn pattern_of(tokens: &[Token], patterns: &[Finding]) -> Vec<Option<Kind>> {
    let mut out = vec![None; tokens.len()];
    for found in patterns {
        let first = tokens.partition_point(|token| token.range.end <= found.range.start);
        for (at, token) in tokens.iter().enumerate().skip(first) {
            if token.range.start >= found.range.end {
                break;
            }
            out[at] = Some(found.kind);
        }
    }
    out
}

/// Words that follow a title anywhere, wherever they stand.
fn titled(tokens: &[Token]) -> Vec<bool> {
    let mut names = std::collections::HashSet::new();
    for (at, token) in tokens.iter().enumerate() {
        if !TITLED.contains(&token.small.as_str()) {
            continue;
        }
        // Past the title's full stop and initials to the surname.
        for next in tokens.iter().skip(at + 1).take(7) {
            match next.shape {
                Shape::Sign if next.small == "." || next.small == "-" => {}
                Shape::Sign | Shape::Digits | Shape::Code => break,
                _ if next.small.chars().count() <= 2 => {}
                _ => {
                    names.insert(next.small.as_str());
                    break;
                }
            }
        }
    }
    tokens
        .iter()
        .map(|token| names.contains(token.small.as_str()))
        .collect()
}

/// For each token the word that opens its line, where a colon stands between them: "Name: ...".
fn keys(tokens: &[Token]) -> Vec<u32> {
    let mut out = Vec::with_capacity(tokens.len());
    let (mut opening, mut last, mut key) = (0, 0, 0);
    for token in tokens {
        if token.starts_line {
            (opening, last, key) = (lexicon::key(&token.name), 0, 0);
        }
        out.push(key);
        if token.small == ":" {
            key = if last == 0 { opening } else { last };
        } else if token.shape != Shape::Sign && token.shape != Shape::Digits {
            last = lexicon::key(&token.name);
        }
    }
    out
}

/// Capitals in each line, in fifths of its words: in a heading they say less.
pub fn capital_lines(tokens: &[Token]) -> Vec<u8> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut start = 0;
    while start < tokens.len() {
        let end = (start + 1..tokens.len())
            .find(|&at| tokens[at].starts_line)
            .unwrap_or(tokens.len());
        let words = tokens[start..end].iter().filter(|token| {
            !matches!(token.shape, Shape::Sign | Shape::Digits | Shape::Code) && token.small.len() > 3
        });
        let (mut all, mut large) = (0, 0);
        for token in words {
            all += 1;
            large += usize::from(token.shape != Shape::Small);
        }
        let share: usize = (large * 5usize).checked_div(all).unwrap_or(6);
        out.resize(end, share as u8);
        start = end;
    }
    out
}

/// The sort of writing, and whether it is long. A year tells little in a question about a patient and much in a judgment.
fn register(tokens: &[Token]) -> u32 {
    sort(tokens) as u32 * 2 + u32::from(is_long(tokens))
}
