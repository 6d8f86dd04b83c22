//! A second opinion on pages that the interpreter could not get through.
//!
//! `pdf-extract` reads fewer files than the interpreter and guesses at fonts without a map to letters,
//! so it is asked only about pages on which the interpreter panicked, and believed only if it counts
//! the same pages and what it gives is mostly letters.

use std::panic::catch_unwind;

/// Fills in the pages named, where the second opinion is of use; gives those it filled.
pub(super) fn fill(
    texts: &mut [String],
    wanted: &[usize],
    bytes: &[u8],
    password: Option<&str>,
) -> Vec<usize> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let pages = catch_unwind(|| match password {
        Some(password) => pdf_extract::extract_text_from_mem_by_pages_encrypted(bytes, password),
        None => pdf_extract::extract_text_from_mem_by_pages(bytes),
    });
    let Ok(Ok(mut pages)) = pages else {
        return Vec::new();
    };
    if pages.len() != texts.len() {
        return Vec::new();
    }
    let usable = |at: &usize| pages.get(*at).is_some_and(|page| is_text(page));
    let filled: Vec<usize> = wanted.iter().copied().filter(usable).collect();
    for at in &filled {
        texts[*at] = std::mem::take(&mut pages[*at]);
    }
    filled
}

fn is_text(page: &str) -> bool {
    let seen = page.chars().filter(|c| !c.is_whitespace()).count();
    let letters = page
        .chars()
        .filter(|c| c.is_alphanumeric() && !matches!(c, '\u{e000}'..='\u{f8ff}'))
        .count();
    seen > 0 && letters * 2 > seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn fills_the_pages_asked_about_and_no_others() {
        let bytes = fixtures::pdf(&["The first page.", "The second page.", ""]);
        let mut texts = vec!["kept".to_owned(), String::new(), String::new()];
        assert_eq!(
            fill(&mut texts, &[1, 2], &bytes, None),
            [1],
            "a blank page stays as it is"
        );
        assert_eq!(texts[0], "kept");
        assert_eq!(texts[1].trim(), "The second page.");
    }

    #[test]
    fn gives_up_quietly() {
        let mut texts = vec![String::new()];
        assert!(fill(&mut texts, &[0], b"%PDF-1.4 nothing", None).is_empty());
        assert!(
            fill(&mut texts, &[0], &fixtures::pdf(&["One.", "Two."]), None).is_empty(),
            "another count of pages"
        );
        assert!(fill(&mut texts, &[0], fixtures::LOCKED_RC4, Some("wrong")).is_empty());
    }
}
