//! Decides whether a full stop, question mark or exclamation mark ends a sentence.

use crate::words;

/// How far an unclosed bracket keeps its sentence together; beyond that it was a slip of the pen.
const BRACKET_REACH: usize = 300;

/// Walks one block and answers, mark by mark, where sentences end.
pub(crate) struct Boundaries<'a> {
    chars: &'a [char],
    /// First character of the sentence being read.
    start: usize,
    /// Where the innermost open bracket stands.
    open: Vec<usize>,
}

impl<'a> Boundaries<'a> {
    /// `start` and the end of `chars` bound the block.
    pub(crate) fn new(chars: &'a [char], start: usize) -> Self {
        Self {
            chars,
            start,
            open: Vec::new(),
        }
    }

    /// The end (exclusive) of the sentence that starts at the current place.
    pub(crate) fn next_end(&mut self, from: usize) -> usize {
        let mut at = from;
        while at < self.chars.len() {
            match self.chars[at] {
                '(' | '[' => self.open.push(at),
                ')' | ']' => {
                    self.open.pop();
                }
                '。' | '！' | '？' => {
                    let end = self.past_closers(at + 1);
                    self.begin(end);
                    return end;
                }
                '.' | '!' | '?' | '…' => {
                    let last = self.past_run(at);
                    if let Some(end) = self.end_after(at, last) {
                        self.begin(end);
                        return end;
                    }
                    at = last;
                }
                _ => {}
            }
            at += 1;
        }
        self.chars.len()
    }

    fn begin(&mut self, end: usize) {
        self.open.clear();
        self.start = end;
        while self.chars.get(self.start).is_some_and(|c| c.is_whitespace()) {
            self.start += 1;
        }
    }

    /// Index of the last mark of a run such as "?!" or "...".
    fn past_run(&self, at: usize) -> usize {
        let mut last = at;
        while self
            .chars
            .get(last + 1)
            .is_some_and(|c| matches!(c, '.' | '!' | '?' | '…'))
        {
            last += 1;
        }
        last
    }

    fn past_closers(&self, mut at: usize) -> usize {
        while self
            .chars
            .get(at)
            .is_some_and(|c| matches!(c, '"' | '”' | '’' | '\'' | '»' | ')' | ']' | '“' | '*' | '_'))
        {
            // A “ directly after a full stop closes a German quotation; before a word it opens one.
            if self.chars[at] == '“' && self.chars.get(at + 1).is_some_and(|c| c.is_alphanumeric()) {
                break;
            }
            at += 1;
        }
        at
    }

    /// Where the sentence ends if the marks at `first..=last` end it.
    fn end_after(&self, first: usize, last: usize) -> Option<usize> {
        let mut end = self.past_closers(last + 1);
        let closed_bracket = self.chars[last + 1..end].iter().any(|c| matches!(c, ')' | ']'));
        let inside = self
            .open
            .last()
            .is_some_and(|&open| open > self.start && last - open < BRACKET_REACH);
        if inside && !closed_bracket {
            return None;
        }
        end = self.past_note_mark(first, end);
        let spaced = self.chars.get(end).is_none_or(|c| c.is_whitespace());
        if !spaced {
            return self.missing_space(first, last, end).then_some(last + 1);
        }
        let next = self.next_word(end);
        let Some(next) = next else { return Some(end) };
        if first == last && self.chars[first] == '.' {
            return self.full_stop_ends(first, &next).then_some(end);
        }
        // After "?", "!" and "..." only a small letter says that the sentence goes on.
        (!next.small).then_some(end)
    }

    /// A footnote's number set directly after the full stop belongs to the sentence: "…was void.12 The …".
    fn past_note_mark(&self, first: usize, end: usize) -> usize {
        let bracketed = self.chars.get(end) == Some(&'[');
        let mut at = end + usize::from(bracketed);
        let digits_from = at;
        while at - digits_from < 3 && self.chars.get(at).is_some_and(char::is_ascii_digit) {
            at += 1;
        }
        if at == digits_from {
            return end;
        }
        if bracketed {
            return if self.chars.get(at) == Some(&']') {
                at + 1
            } else {
                end
            };
        }
        let word = self.token_before(first);
        let plain = word.chars().count() >= 3
            && word.chars().all(char::is_lowercase)
            && !words::before_number(&word)
            && !words::rarely_final(&word);
        let spaced = self.chars.get(at).is_none_or(|c| c.is_whitespace());
        if plain && spaced && at - digits_from <= 2 {
            at
        } else {
            end
        }
    }

    /// "…left.The patient…": a reader of PDF lost the space.
    fn missing_space(&self, first: usize, last: usize, end: usize) -> bool {
        if first != last || end != last + 1 || self.chars[first] != '.' {
            return false;
        }
        let upper =
            self.chars[end].is_uppercase() && self.chars.get(end + 1).is_some_and(|c| c.is_lowercase());
        let run_start = self.run_start(first);
        let run_end = (end..self.chars.len())
            .find(|&at| self.chars[at].is_whitespace())
            .unwrap_or(self.chars.len());
        let before: String = self.chars[run_start..first].iter().collect();
        let clean = |chars: &[char]| {
            chars
                .iter()
                .all(|c| c.is_alphabetic() || matches!(c, ',' | '(' | ')' | '-'))
        };
        let tail = &self.chars[end..run_end];
        let tail = if tail.last().is_some_and(|c| matches!(c, '.' | ':' | ';')) {
            &tail[..tail.len() - 1]
        } else {
            tail
        };
        upper
            && before.chars().count() >= 3
            && before.chars().skip(1).all(char::is_lowercase)
            && clean(&self.chars[run_start..first])
            && clean(tail)
            && !words::rarely_final(&before.to_lowercase())
            && !words::never_final(&before.to_lowercase())
            && !words::before_number(&before.to_lowercase())
    }

    fn run_start(&self, at: usize) -> usize {
        (self.start..at)
            .rev()
            .find(|&at| self.chars[at].is_whitespace())
            .map_or(self.start, |space| space + 1)
    }

    /// The word before a full stop, lower case, without what opens a quotation or bracket around it.
    fn token_before(&self, dot: usize) -> String {
        let start = self.run_start(dot);
        let token: String = self.chars[start..dot].iter().collect();
        token
            .trim_start_matches(['(', '[', '"', '“', '„', '\'', '‘', '«', '*', '_'])
            .to_lowercase()
    }

    fn next_word(&self, from: usize) -> Option<NextWord> {
        let mut at = from;
        while self.chars.get(at).is_some_and(|c| {
            c.is_whitespace() || matches!(c, '(' | '[' | '"' | '“' | '„' | '‘' | '\'' | '«' | '*' | '_')
        }) {
            at += 1;
        }
        let first = *self.chars.get(at)?;
        let word: String = self.chars[at..]
            .iter()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '’' | '\''))
            .collect();
        let dotted = self.chars.get(at + word.chars().count()) == Some(&'.');
        // "pH", "eGFR": small first letter, but a name all the same.
        let mixed = word.chars().skip(1).any(char::is_uppercase);
        Some(NextWord {
            first,
            small: first.is_lowercase() && !mixed,
            word,
            dotted,
        })
    }

    /// True where the single full stop at `dot` ends a sentence before `next`.
    fn full_stop_ends(&self, dot: usize, next: &NextWord) -> bool {
        let start = self.run_start(dot);
        let token = self.token_before(dot);
        let lower_next = next.word.to_lowercase();
        let opener = words::opener(&lower_next) && !next.small;
        if token.is_empty() {
            return !next.small;
        }
        // The number or letter an item starts with: "1. The tenant", "§ 4.1. The tenant".
        if self.only_numbers_before(start) && is_numeral(&token) {
            return false;
        }
        if token.chars().all(|c| c.is_ascii_digit()) {
            let day = token.len() <= 2;
            let date = day && (words::month(&lower_next) || next.first.is_ascii_digit() && next.dotted);
            return !date && !next.small;
        }
        let letters = token.chars().filter(|c| c.is_alphabetic()).count();
        if token.contains('.') {
            return self.dotted_ends(&token, next, opener);
        }
        if letters == 1 && token.chars().count() == 1 {
            // An initial: "J. Ellis". A unit may be one letter too: "500 g. Continue".
            let upper = self.chars[dot - 1].is_uppercase();
            if !upper && self.number_before(start) {
                return !next.small;
            }
            return opener && !next.small;
        }
        if words::never_final(&token) {
            return false;
        }
        // "Mount Holly, NJ. 08099": a state before its postal code.
        let state = dot - start == 2 && self.chars[start..dot].iter().all(char::is_ascii_uppercase);
        if state && next.word.len() == 5 && next.word.chars().all(|c| c.is_ascii_digit()) {
            return false;
        }
        if words::before_number(&token) && next.is_number_like() {
            return false;
        }
        if token == "no" || token == "nos" {
            return !next.small && (start == self.start || opener);
        }
        if is_unit(&token) && self.number_before(start) {
            return !next.small;
        }
        if words::rarely_final(&token) || words::before_number(&token) && words::month(&token) {
            return opener;
        }
        if next.small {
            // Hurried notes begin sentences small: "pt seen. no chest pain."
            return token.chars().count() >= 4
                && token.chars().all(char::is_lowercase)
                && words::opener(&lower_next)
                || token.chars().count() >= 4
                    && token.chars().all(char::is_lowercase)
                    && self.chars[start..dot].iter().all(|c| c.is_lowercase())
                    && lower_next.chars().count() >= 2
                    && !lower_next.is_empty()
                    && self.sentence_began_small();
        }
        true
    }

    /// "U.S.", "p.m.", "b.i.d.", "Ph.D.": tokens with full stops inside.
    fn dotted_ends(&self, token: &str, next: &NextWord, opener: bool) -> bool {
        if next.small || matches!(token, "e.g" | "i.e" | "z.b" | "d.h" | "u.a" | "cf" | "c.f") {
            return false;
        }
        let parts_short = token.split('.').all(|part| part.chars().count() <= 3);
        if !parts_short || token.chars().any(|c| c.is_ascii_digit()) {
            // "example.org", "4.1", "section 3.2": an ordinary last word.
            let number = token.chars().all(|c| c.is_ascii_digit() || c == '.');
            return !(number && token.matches('.').count() > 1 && next.first.is_ascii_digit());
        }
        if matches!(
            token,
            "p.m"
                | "a.m"
                | "b.i.d"
                | "t.i.d"
                | "q.i.d"
                | "q.d"
                | "b.d"
                | "t.d.s"
                | "o.d"
                | "p.r.n"
                | "p.o"
                | "i.v"
                | "i.m"
                | "s.c"
                | "h.s"
                | "a.c"
                | "p.c"
                | "m.d"
                | "ph.d"
                | "d.o"
                | "r.n"
                | "b.c"
                | "a.d"
        ) {
            return !next.first.is_ascii_digit();
        }
        opener
    }

    /// True where nothing but section words and numbers stands before `at` in this sentence.
    fn only_numbers_before(&self, at: usize) -> bool {
        let before: String = self.chars[self.start..at].iter().collect();
        before.split_whitespace().all(|word| {
            let word = word.trim_end_matches('.').to_lowercase();
            matches!(
                word.as_str(),
                "section"
                    | "article"
                    | "clause"
                    | "schedule"
                    | "chapter"
                    | "part"
                    | "annex"
                    | "exhibit"
                    | "sec"
                    | "art"
                    | "§"
                    | "•"
                    | "-"
                    | "*"
                    | "#"
                    | "##"
                    | "###"
            ) || is_numeral(&word)
        })
    }

    fn number_before(&self, at: usize) -> bool {
        let before: String = self.chars[self.start..at].iter().collect();
        before
            .split_whitespace()
            .next_back()
            .is_some_and(|word| word.ends_with(|c: char| c.is_ascii_digit()))
            || self.chars[at].is_ascii_digit()
    }

    fn sentence_began_small(&self) -> bool {
        self.chars[self.start].is_lowercase()
    }
}

struct NextWord {
    first: char,
    small: bool,
    word: String,
    dotted: bool,
}

impl NextWord {
    fn is_number_like(&self) -> bool {
        self.first.is_ascii_digit()
            || self.dotted && words::before_number(&self.word.to_lowercase())
            || matches!(self.first, '§' | '#' | '(' | '[')
            || !self.word.is_empty()
                && self
                    .word
                    .chars()
                    .all(|c| matches!(c, 'I' | 'V' | 'X' | 'L' | 'C'))
            || self.word.chars().count() == 1
                && self.first.is_uppercase()
                && self.first != 'A'
                && self.first != 'I'
            || self.word.chars().any(|c| c.is_ascii_digit())
    }
}

/// "1", "4.1", "(a)", "iv", "B": what numbers a section.
fn is_numeral(word: &str) -> bool {
    let word = word.trim_matches(|c| matches!(c, '(' | ')' | '.' | '§'));
    let small_number = !word.is_empty()
        && word
            .split('.')
            .all(|part| !part.is_empty() && part.len() <= 3 && part.chars().all(|c| c.is_ascii_digit()));
    let roman = !word.is_empty() && word.len() <= 5 && word.chars().all(|c| matches!(c, 'i' | 'v' | 'x'));
    small_number || roman || word.chars().count() == 1 && word.chars().all(char::is_alphabetic)
}

fn is_unit(word: &str) -> bool {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    matches!(
        unit,
        "mg" | "mcg"
            | "µg"
            | "μg"
            | "ug"
            | "g"
            | "kg"
            | "ml"
            | "l"
            | "dl"
            | "cl"
            | "mm"
            | "cm"
            | "m"
            | "km"
            | "mmol"
            | "mol"
            | "iu"
            | "hrs"
            | "hr"
            | "h"
            | "min"
            | "mins"
            | "sec"
            | "secs"
            | "wks"
            | "yrs"
            | "lbs"
            | "lb"
            | "oz"
            | "in"
            | "ft"
            | "meq"
            | "bpm"
            | "kcal"
            | "st"
    )
}
