//! Guesses from the text itself: its language, the date that stands on it, what sort of paper it is, and a better
//! title than a letterhead.
//!
//! Owns the signs they go by. No guess is better than a wrong one, so each needs several signs or one that is clear,
//! and whatever the file itself says comes first.

use crate::details::Genre;
use crate::document::Extracted;
use crate::title;

mod date;
mod genre;
mod language;

/// Fills in what the file itself does not say.
pub(crate) fn complete(read: &mut Extracted) {
    let first = read.pages.iter().find(|page| !page.text.is_empty());
    let Some(first) = first.map(|page| page.text.clone()) else {
        return;
    };
    let genre = read.details.genre.or_else(|| genre::of(&first));
    read.details.genre = genre;
    read.details.dated = read.details.dated.or_else(|| date::of(&first));
    if read.details.language.is_none() {
        let sample = read
            .pages
            .iter()
            .flat_map(|page| page.text.chars().take(4_000))
            .take(20_000);
        read.details.language = language::of(&sample.collect::<String>()).map(str::to_owned);
    }
    let letter = genre == Some(Genre::Letter);
    if let Some(better) = title::instead_of_letterhead(read.title.as_deref(), &first, letter) {
        read.title = Some(better);
    }
}

/// The words of a text in lower case, for guesses.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::details::Day;
    use crate::document::Kind;
    use crate::text;

    #[test]
    fn a_letter_is_called_by_its_subject() {
        let letter = "Elm Road Surgery\n12 Elm Road, Millport\n\nDate of birth: 1 May 1950\n3 May 2024\n\nDear Dr Osei,\n\nRe: Mrs Ada Lindqvist, hip pain\n\n\
            Thank you for seeing this lady with pain in the left hip. She was well until the spring.\n\nYours sincerely,\nDr Ines Okafor";
        let mut read = text::document(Kind::Text, letter, None).unwrap();
        complete(&mut read);
        assert_eq!(read.title.as_deref(), Some("Mrs Ada Lindqvist, hip pain"));
        assert_eq!(read.details.genre, Some(Genre::Letter));
        assert_eq!(read.details.dated, Day::new(2024, 5, 3));
        assert_eq!(read.details.language.as_deref(), Some("en"));
    }
}
