//! Names by the lists: what follows a title and is a known name, or no known word, is someone's name.

use crate::classifier::lexicon::{self, flag};
use crate::classifier::tokens::{Shape, Token};
use crate::{Finding, Kind, Layer};

const TITLES: [&str; 15] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "prof",
    "professor",
    "mme",
    "mlle",
    "shri",
    "smt",
    "sra",
    "srta",
    "herr",
    "frau",
];
/// Tokens of one name, its initials and signs counted.
const LONGEST: usize = 9;
/// Words rarer than so are taken for names even where no list has them.
const RARE: u16 = 4;
const SURE: f32 = 0.85;

/// Names after titles, the title left out.
pub(crate) fn find(tokens: &[Token]) -> Vec<Finding> {
    let mut found = Vec::new();
    for at in (0..tokens.len()).filter(|&at| TITLES.contains(&tokens[at].small.as_str())) {
        let start = at + 1 + usize::from(tokens.get(at + 1).is_some_and(|token| token.small == "."));
        let mut end = start;
        let mut named = false;
        for (place, token) in tokens.iter().enumerate().skip(start).take(LONGEST) {
            if token.starts_line {
                break;
            }
            match token.shape {
                // Within a name: "J.-P.", "O'Neill".
                Shape::Sign if matches!(token.small.as_str(), "." | "-" | "'" | "’") && place > start => {}
                Shape::Sign | Shape::Digits | Shape::Code => break,
                _ if is_name(token) => {
                    end = place + 1;
                    named = true;
                }
                // "a" and "i" are words, but not between a title and a name.
                _ if token.small.chars().count() == 1 => end = place + 1,
                _ => break,
            }
        }
        if named {
            found.push(Finding {
                range: tokens[start].range.start..tokens[end - 1].range.end,
                kind: Kind::Person,
                confidence: SURE,
                layer: Layer::Gazetteer,
            });
        }
    }
    found
}

fn is_name(token: &Token) -> bool {
    let word = lexicon::word(&token.small);
    let frequency = word.frequency();
    let rare = frequency == 0 || frequency >= RARE;
    token.small.chars().count() > 1 && (rare || word.flags & flag::NAME != 0 && frequency > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::tokens::tokens;

    #[test]
    fn names_after_titles_are_found_in_any_case() {
        let text = "The court heard Ms Melisande Varga and Dr. J.-P. O'Tarvish; MS like this was not named.";
        for copy in [text.to_string(), text.to_uppercase(), text.to_lowercase()] {
            let found: Vec<String> = find(&tokens(&copy))
                .into_iter()
                .map(|found| copy[found.range].to_lowercase())
                .collect();
            assert_eq!(found, ["melisande varga", "j.-p. o'tarvish"]);
        }
    }
}
