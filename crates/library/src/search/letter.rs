//! What counts as standing somewhere to the letter, and which words of a text a query's word may mark.
//!
//! Two spellings are the same where they differ in case, accents, line breaks, the signs between words
//! ("(555) 123-4567", "555 123 4567"), or the space and the name of a unit ("50mg", "50 mg"; "µg", "mcg").
//! Numbers are whole: "5 mg" does not stand in "0.5 mg", nor "4471" in "44718".

use cabinet_text::fold;

/// Units written against their number as often as apart from it.
const UNITS: &[&str] = &[
    "mg", "mcg", "g", "kg", "ml", "dl", "l", "mmol", "mol", "iu", "mm", "cm", "m", "km", "hz", "meq", "mmhg",
    "ng", "pg", "h", "hr", "hrs", "min", "units",
];

/// Spellings of the microgram.
const MICROGRAM: [&str; 4] = ["mcg", "µg", "μg", "ug"];

/// The words of a text as they are compared.
pub(crate) fn words(text: &str) -> Vec<String> {
    let folded: Vec<char> = fold(text).chars().collect();
    let mut found: Vec<String> = Vec::new();
    let mut at = 0;
    while at < folded.len() {
        if !folded[at].is_alphanumeric() {
            at += 1;
            continue;
        }
        let from = at;
        while at < folded.len() && (folded[at].is_alphanumeric() || decimal_point(&folded, at)) {
            at += 1;
        }
        let word: String = folded[from..at].iter().collect();
        match measure(&word) {
            Some((number, unit)) => found.extend([number.to_string(), unit.to_string()]),
            None => found.push(unit(&word).unwrap_or(&word).to_string()),
        }
    }
    found
}

/// A full stop or comma inside one number: "0.5", "1,200"; not one between the parts of a telephone number.
fn decimal_point(chars: &[char], at: usize) -> bool {
    let digits_before = chars[..at]
        .iter()
        .rev()
        .take_while(|c| c.is_ascii_digit())
        .count();
    let digits_after = chars[at + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mark = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .is_some_and(|c| matches!(c, '.' | ','))
    };
    let more_before = mark(at.checked_sub(digits_before + 1));
    let more_after = mark(Some(at + 1 + digits_after))
        && chars.get(at + 2 + digits_after).is_some_and(char::is_ascii_digit);
    matches!(chars[at], '.' | ',') && digits_before > 0 && digits_after > 0 && !more_before && !more_after
}

/// The one name of a unit, whatever its spelling.
fn unit(word: &str) -> Option<&'static str> {
    if MICROGRAM.contains(&word) {
        return Some("mcg");
    }
    UNITS.iter().find(|unit| **unit == word).copied()
}

/// A number and the unit written against it.
fn measure(word: &str) -> Option<(&str, &'static str)> {
    let letters = word.find(|c: char| c.is_alphabetic())?;
    let (number, rest) = word.split_at(letters);
    (!number.is_empty())
        .then(|| unit(rest))
        .flatten()
        .map(|unit| (number, unit))
}

/// Whether `part` stands in `text`, both taken apart by [`words`].
pub(crate) fn stands_in(text: &[String], part: &[String]) -> bool {
    !part.is_empty() && text.windows(part.len()).any(|window| window == part)
}

/// Every way in which the full-text index may hold the words of `part`: numbers with their unit apart and together.
pub(crate) fn spellings(part: &str) -> Vec<String> {
    let chunks: Vec<&str> = part.split_whitespace().collect();
    let (mut apart, mut together) = (Vec::new(), Vec::new());
    let mut measured = false;
    let mut at = 0;
    while at < chunks.len() {
        let folded = fold(chunks[at]);
        if let Some((number, unit)) = measure(&folded) {
            apart.extend([number.to_string(), unit.to_string()]);
            together.push(folded.clone());
            measured = true;
        } else if folded.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',')
            && folded.contains(|c: char| c.is_ascii_digit())
            && let Some(unit) = chunks.get(at + 1).and_then(|next| unit(&fold(next)))
        {
            apart.extend([folded.clone(), unit.to_string()]);
            together.push(format!("{folded}{unit}"));
            measured = true;
            at += 1;
        } else {
            apart.push(chunks[at].to_string());
            together.push(chunks[at].to_string());
        }
        at += 1;
    }
    if !measured {
        return vec![part.to_string()];
    }
    let mut all = vec![part.to_string(), apart.join(" "), together.join(" ")];
    if apart.iter().any(|word| word == "mcg") {
        for other in &MICROGRAM[1..] {
            all.extend([
                apart.join(" ").replace("mcg", other),
                together.join(" ").replace("mcg", other),
            ]);
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Whether a word that the index found may be marked for one of the query's words. The index joins words by their
/// stems, and short stems join what nobody would: "one" and "on". Both are folded.
pub(crate) fn marks(found: &str, query: &[String]) -> bool {
    query.iter().any(|word| {
        let shared = word
            .chars()
            .zip(found.chars())
            .take_while(|(a, b)| a == b)
            .count();
        word == found || shared >= 3
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(text: &str, part: &str) -> bool {
        stands_in(&words(text), &words(part))
    }

    #[test]
    fn the_same_words_in_another_dress_stand_there() {
        assert!(stands("Seen by Dr José\nNúñez today", "dr jose nunez"));
        assert!(stands("MRN: 4471-882.", "4471-882"));
        assert!(stands("call (555) 123-4567 now", "555.123.4567"));
        assert!(stands("Metoprolol 50mg daily", "metoprolol 50 mg"));
        assert!(stands("Levothyroxine 25 µg", "levothyroxine 25mcg"));
        assert!(stands("42 U.S.C. § 1395dd(b)", "42 u.s.c. 1395dd(b)"));
    }

    #[test]
    fn a_piece_of_a_number_or_word_does_not() {
        assert!(!stands("number 44718829", "4471882"));
        assert!(!stands("took 0.5 mg", "5 mg"));
        assert!(!stands("paid 1,200 pounds", "200 pounds"));
        assert!(!stands("Annabel", "anna"));
    }

    #[test]
    fn a_strength_is_looked_for_apart_and_together() {
        assert!(spellings("metoprolol 50mg").contains(&"metoprolol 50 mg".to_string()));
        assert!(spellings("metoprolol 50 mg").contains(&"metoprolol 50mg".to_string()));
        assert_eq!(spellings("Ada Example"), ["Ada Example"]);
    }

    #[test]
    fn a_short_stem_marks_nothing_else() {
        let query = ["one".to_string(), "running".to_string()];
        assert!(!marks("on", &query));
        assert!(marks("one", &query));
        assert!(marks("runs", &query));
    }
}
