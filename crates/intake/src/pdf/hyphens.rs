//! Words broken at line ends.
//!
//! A hyphen at the end of a line is either typesetting or spelling, and only the document can say
//! which. A broken word is joined when its joined form stands elsewhere in the document, or when the
//! document breaks words at all: when its line ends leave pieces that are no words of it. A compound
//! seen unbroken keeps its hyphen. Works on the marks that [`mark`] leaves, over all pages at once.

use std::collections::HashSet;

/// Stands between a hyphen and the rest of its word; a control character, so no page text holds it.
pub(super) const MARK: char = '\u{1e}';

/// Joins or keeps every marked word.
pub(super) fn mend(pages: &mut [String]) {
    if !pages.iter().any(|page| page.contains(MARK)) {
        return;
    }
    let vocabulary = Vocabulary::of(pages);
    let breaks_words = vocabulary.breaks_words(pages);
    for page in pages {
        *page = mended(page, &vocabulary, breaks_words);
    }
}

struct Vocabulary {
    words: HashSet<String>,
    compounds: HashSet<String>,
}

impl Vocabulary {
    fn of(pages: &[String]) -> Self {
        let mut words = HashSet::new();
        let mut compounds = HashSet::new();
        for page in pages {
            for token in page
                .split(char::is_whitespace)
                .filter(|token| !token.contains(MARK))
            {
                let token = token.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
                if token.contains('-') {
                    words.extend(token.split('-').map(str::to_owned));
                    compounds.insert(token);
                } else {
                    words.insert(token);
                }
            }
        }
        Self { words, compounds }
    }

    /// Three in ten line ends that leave a piece of a word are no chance.
    fn breaks_words(&self, pages: &[String]) -> bool {
        let (mut all, mut pieces) = (0_usize, 0_usize);
        for (stem, _) in pages.iter().flat_map(|page| broken(page)) {
            all += 1;
            pieces += usize::from(!self.words.contains(&stem.to_lowercase()));
        }
        pieces * 10 >= all * 3
    }

    fn joins(&self, stem: &str, rest: &str, breaks_words: bool) -> bool {
        let (stem, rest) = (stem.to_lowercase(), rest.to_lowercase());
        if self.compounds.contains(&format!("{stem}-{rest}")) {
            false
        } else {
            self.words.contains(&format!("{stem}{rest}")) || breaks_words
        }
    }
}

/// The two halves of every marked word.
fn broken(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.match_indices(MARK)
        .map(|(at, mark)| halves(&page[..at], &page[at + mark.len()..]))
}

fn halves<'a>(before: &'a str, after: &'a str) -> (&'a str, &'a str) {
    let before = before.trim_end_matches(is_hyphen);
    let start = before
        .rfind(|c: char| !c.is_alphabetic())
        .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
    (&before[start..], &after[..end])
}

fn mended(page: &str, vocabulary: &Vocabulary, breaks_words: bool) -> String {
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(MARK) {
        out.push_str(before);
        let (stem, end) = halves(before, after);
        if vocabulary.joins(stem, end, breaks_words) {
            out.truncate(out.trim_end_matches(is_hyphen).len());
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Hyphens that may be typesetting; a dash is not.
pub(super) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{ad}')
}

/// Whether a wrapped line ends in a word that goes on in the next line.
pub(super) fn breaks_at(line: &str, next: &str) -> bool {
    line.strip_suffix(is_hyphen)
        .is_some_and(|stem| stem.ends_with(char::is_alphabetic))
        && next.starts_with(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mend_one(text: &str) -> String {
        let mut pages = [text.replace('|', "\u{1e}")];
        mend(&mut pages);
        let [page] = pages;
        page
    }

    #[test]
    fn joins_what_the_document_knows_joined() {
        assert_eq!(
            mend_one("The infor-|mation. More information."),
            "The information. More information."
        );
    }

    #[test]
    fn keeps_what_the_document_knows_as_compound() {
        assert_eq!(
            mend_one("A well-|known rule; a well-known case."),
            "A well-known rule; a well-known case."
        );
    }

    #[test]
    fn keeps_hyphens_where_no_words_are_broken() {
        let text =
            "He is self-|employed. Know your self; she was employed, full of time, and works full-|time.";
        assert_eq!(mend_one(text), text.replace('|', ""));
    }

    #[test]
    fn joins_where_words_are_broken() {
        assert_eq!(
            mend_one("Treat-|ment of hyper-|tension"),
            "Treatment of hypertension"
        );
    }

    #[test]
    fn only_a_letter_and_a_small_letter_make_a_broken_word() {
        assert!(breaks_at("infor-", "mation"));
        assert!(!breaks_at("1990-", "1995"));
        assert!(!breaks_at("Müller-", "Lüdenscheidt"));
        assert!(!breaks_at("and –", "however"));
    }
}
