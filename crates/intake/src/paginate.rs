//! Pages for formats that have none.
//!
//! A page is the unit of display, citation and coverage, so a format without pages still needs them.
//! Form feeds are page breaks. A stretch of up to [`WHOLE`] characters is one page; a longer one is
//! cut at paragraph ends into pages of [`LEAST`] to [`MOST`] characters, about a printed page and a
//! half. A paragraph that does not fit is cut at a line end, else a space, else anywhere.
//! No character but white space at a cut is lost, and the same text always gives the same pages.

/// The longest stretch that stays one page.
pub(crate) const WHOLE: usize = 20_000;
/// A cut page is at least this long, the last one aside.
pub(crate) const LEAST: usize = 3_000;
/// A cut page is at most this long.
pub(crate) const MOST: usize = 4_000;

/// Cuts a text into pages; pages without text are left out.
pub(crate) fn paginate(text: &str) -> Vec<String> {
    text.split('\u{0c}')
        .flat_map(cut)
        .filter(|page| !page.trim().is_empty())
        .collect()
}

fn cut(text: &str) -> Vec<String> {
    if text.chars().nth(WHOLE).is_none() {
        return vec![text.to_owned()];
    }
    let mut pages = Vec::new();
    let mut rest = text;
    while rest.chars().nth(MOST).is_some() {
        let (page, after) = rest.split_at(cut_point(rest));
        pages.push(page.trim_end().to_owned());
        rest = after.trim_start_matches(['\n', ' ']);
    }
    pages.push(rest.to_owned());
    pages
}

/// The byte offset of the best cut between `LEAST` and `MOST` characters; the text is longer.
fn cut_point(text: &str) -> usize {
    let at = |chars: usize| {
        text.char_indices()
            .nth(chars)
            .map_or(text.len(), |(offset, _)| offset)
    };
    let (least, most) = (at(LEAST), at(MOST));
    let window = &text[least..most];
    ["\n\n", "\n", ". ", " "]
        .iter()
        .find_map(|end| window.rfind(end).map(|offset| least + offset + end.len()))
        .unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_feeds_break_pages_and_blank_ones_go() {
        assert_eq!(paginate("One\u{0c}\n\u{0c}Two\n"), ["One", "Two\n"]);
        assert!(paginate(" \u{0c}\n").is_empty());
    }

    #[test]
    fn a_long_text_is_cut_at_paragraphs() {
        let paragraph = format!("{}.", "The patient was seen in clinic".repeat(20));
        let text = vec![paragraph.as_str(); 60].join("\n\n");
        let pages = paginate(&text);
        assert!(pages.len() > 8);
        for page in &pages {
            assert!(page.ends_with('.'), "a page ends where a paragraph ends");
            assert!(page.chars().count() <= MOST);
        }
        assert_eq!(pages.join("\n\n"), text, "nothing is lost");
    }

    #[test]
    fn a_text_without_breaks_is_cut_all_the_same() {
        let text = "é".repeat(WHOLE + 1);
        let pages = paginate(&text);
        assert_eq!(pages.concat(), text);
        assert_eq!(pages[0].chars().count(), MOST);
    }

    #[test]
    fn up_to_the_limit_a_text_stays_whole() {
        let text = "a ".repeat(WHOLE / 2);
        assert_eq!(paginate(&text).len(), 1);
    }
}
