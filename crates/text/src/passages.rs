//! Gathers the sentences of a page into passages: the unit of search and citation.

use crate::sentences::{Kind, outline};
use crate::span::{Offsets, Span};

/// Guesses how many tokens a text takes, near enough for English, German and numbers in it.
#[must_use]
pub fn estimate_tokens(text: &str) -> usize {
    let words = text.split_whitespace().count();
    let wide = text
        .chars()
        .filter(|c| ('\u{2e80}'..='\u{ffdc}').contains(c))
        .count();
    let letters = text.chars().filter(|c| !c.is_whitespace()).count() - wide;
    (words * 13).div_ceil(10).max(letters.div_ceil(4)) + wide
}

/// Splits a page into passages of whole sentences, about `target` tokens each and never above a quarter more.
///
/// A heading goes with what follows it. A sentence is split only where it alone is above the maximum: then at
/// the end of a clause, else between words. A last passage of few words is joined to the one before it where
/// both fit together.
#[must_use]
pub fn passages(text: &str, target: usize, count: impl Fn(&str) -> usize) -> Vec<Span> {
    let target = target.max(1);
    let most = target + target / 4;
    let offsets = Offsets::new(text);
    let mut pieces = Vec::new();
    for sentence in outline(text) {
        let heading = sentence.kind == Kind::Heading;
        let tokens = count(offsets.slice(sentence.span));
        if tokens <= most {
            pieces.push(Piece {
                span: sentence.span,
                tokens,
                heading,
            });
            continue;
        }
        for span in split_long(&offsets, sentence.span, most, &count) {
            pieces.push(Piece {
                span,
                tokens: count(offsets.slice(span)),
                heading,
            });
        }
    }
    gather(&pieces, target, most)
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    span: Span,
    tokens: usize,
    heading: bool,
}

fn gather(pieces: &[Piece], target: usize, most: usize) -> Vec<Span> {
    let mut groups: Vec<(usize, usize)> = Vec::new();
    let mut first = 0;
    let mut tokens = 0;
    for at in 0..pieces.len() {
        let piece = pieces[at];
        let full = tokens + piece.tokens > target && tokens > 0;
        let turn = piece.heading && tokens * 5 >= target * 2 && !pieces[at - 1].heading;
        if full || turn {
            let mut cut = at;
            // Headings at the end would be torn from what they stand above.
            while cut > first + 1 && pieces[cut - 1].heading && !turn {
                cut -= 1;
            }
            let carried: usize = pieces[cut..at].iter().map(|piece| piece.tokens).sum();
            if pieces[first..cut].iter().all(|piece| piece.heading) || carried + piece.tokens > most {
                cut = at;
            }
            groups.push((first, cut));
            tokens = pieces[cut..at].iter().map(|piece| piece.tokens).sum();
            first = cut;
        }
        tokens += piece.tokens;
    }
    if first < pieces.len() {
        groups.push((first, pieces.len()));
    }
    let weight =
        |(from, to): (usize, usize)| pieces[from..to].iter().map(|piece| piece.tokens).sum::<usize>();
    if let [.., before, last] = groups[..]
        && weight(last) * 5 < target
        && weight(before) + weight(last) <= most
    {
        groups.truncate(groups.len() - 2);
        groups.push((before.0, last.1));
    }
    groups
        .into_iter()
        .map(|(from, to)| Span::new(pieces[from].span.start, pieces[to - 1].span.end))
        .collect()
}

/// Cuts one overlong sentence: the last clause end that fits, else the last space, else wherever it must.
fn split_long(offsets: &Offsets<'_>, span: Span, most: usize, count: &impl Fn(&str) -> usize) -> Vec<Span> {
    let chars: Vec<char> = offsets.slice(span).chars().collect();
    let mut found = Vec::new();
    let mut from = 0;
    while from < chars.len() {
        if chars[from].is_whitespace() {
            from += 1;
            continue;
        }
        let fits = |to: usize| count(offsets.slice(Span::new(span.start + from, span.start + to))) <= most;
        let mut to = longest(from + 1, chars.len(), &fits);
        if to < chars.len() {
            let space = (from + 1..=to).rev().find(|&at| chars[at].is_whitespace());
            let clause = (from + 1..=to)
                .rev()
                .find(|&at| chars[at].is_whitespace() && matches!(chars[at - 1], ';' | ':' | ',' | ')'));
            to = match (clause, space) {
                (Some(clause), _) if clause - from >= (to - from) / 2 => clause,
                (_, Some(space)) => space,
                _ => to,
            };
        }
        let end = (from..to)
            .rev()
            .find(|&at| !chars[at].is_whitespace())
            .map_or(to, |last| last + 1);
        found.push(Span::new(span.start + from, span.start + end));
        from = to;
    }
    found
}

/// The largest end that still fits, at least `low`; counting tokens is taken to grow with the text.
fn longest(low: usize, high: usize, fits: &impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (low, high);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if fits(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}
