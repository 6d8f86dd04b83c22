//! Hits that say what a better one says already: a clause in five drafts, a finding carried forward from note to note, a
//! letter quoted in the answer to it.
//!
//! A hit repeats a better one where all its words stand there in the same order, articles and the like aside. Another
//! number, name or "not" is never put behind a better hit, nor is anything that only one of them says.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use cabinet_text::fold;
use rustc_hash::{FxHashMap, FxHashSet};
use sqlx::AssertSqlSafe;

use super::show::PassageRow;
use super::{Look, list};
use crate::{Library, LibraryError};

/// Words side by side that are compared.
const SIDE_BY_SIDE: usize = 3;
/// One in so many runs of a passage must stand in the better one itself where the rest stands around it: of two drafts
/// that are cut at other sentences, a passage of one always shares half with one of the other, but not always with the best.
const ITSELF: usize = 3;
/// Words that may differ: with or without them a sentence says the same.
const FILLING: &[&str] = &["a", "an", "the", "also", "then", "very", "hereby"];

impl Library {
    /// Of each passage, best first, which better one it repeats; one that repeats is repeated by none.
    ///
    /// Another draft is often cut into passages at other sentences. So where a better one has a good part of what a
    /// passage says, what stands before and after it counts as well; not in a first look, which reads as little as it can.
    pub(super) async fn repeats(
        &self,
        passages: impl Iterator<Item = (i64, &PassageRow)>,
        look: Look,
    ) -> Result<Vec<Option<usize>>, LibraryError> {
        let passages: Vec<(i64, &PassageRow)> = passages.collect();
        let said: Vec<FxHashSet<u64>> = passages.iter().map(|(_, row)| runs(&row.text)).collect();
        let mut found = compare(&said, &said);
        if found.parts.is_empty() || look == Look::First {
            return Ok(found.repeats);
        }
        let mut wider = said.clone();
        let around = found.parts.iter().map(|at| passages[*at].0);
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT num, document, text FROM passages WHERE num IN ({})",
            list(around.flat_map(|num| [num - 1, num + 1])),
        )))
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("reading around passages"))?;
        let neighbours: HashMap<i64, (i64, String)> = rows
            .into_iter()
            .map(|(num, document, text)| (num, (document, text)))
            .collect();
        for at in found.parts {
            let (num, row) = passages[at];
            // Numbers follow one another within a document; the next one's says nothing here.
            let of = |num: i64| match neighbours.get(&num) {
                Some((document, text)) if *document == row.document_num => text.as_str(),
                _ => "",
            };
            wider[at] = runs(&[of(num - 1), &row.text, of(num + 1)].join(" "));
        }
        found = compare(&said, &wider);
        Ok(found.repeats)
    }
}

struct Compared {
    repeats: Vec<Option<usize>>,
    /// Those that have a good part of what a later one says, and not all of it.
    parts: BTreeSet<usize>,
}

/// Compares what each says with what those before it say, and with what `stands` there, which may be more.
fn compare(said: &[FxHashSet<u64>], stands: &[FxHashSet<u64>]) -> Compared {
    let (mut repeats, mut parts) = (Vec::with_capacity(said.len()), BTreeSet::new());
    // Where a run stands, and whether the passage itself says it.
    let mut places: FxHashMap<u64, Vec<(usize, bool)>> = FxHashMap::default();
    for (own, runs) in said.iter().enumerate() {
        let mut shared: FxHashMap<usize, (usize, usize)> = FxHashMap::default();
        for (before, itself) in runs.iter().filter_map(|run| places.get(run)).flatten() {
            let (all, of_itself) = shared.entry(*before).or_default();
            *all += 1;
            *of_itself += usize::from(*itself);
        }
        shared.retain(|_, (_, of_itself)| *of_itself * ITSELF >= runs.len());
        let whole = shared.iter().filter(|(_, (all, _))| *all == runs.len());
        let first = whole.map(|(before, _)| *before).min();
        if first.is_none() {
            parts.extend(shared.into_keys());
            for run in &stands[own] {
                places.entry(*run).or_default().push((own, runs.contains(run)));
            }
        }
        repeats.push(first);
    }
    Compared { repeats, parts }
}

/// The runs of words side by side of a text, hashed.
fn runs(text: &str) -> FxHashSet<u64> {
    let words = words(text);
    words
        .windows(SIDE_BY_SIDE.min(words.len()).max(1))
        .map(hash)
        .collect()
}

/// The words of a text and the signs that change what they say, hashed.
fn words(text: &str) -> Vec<u64> {
    // What a letter quotes has a mark before each line.
    let lines = text.lines().map(|line| line.trim_start_matches(['>', ' ', '\t']));
    let folded = fold(&lines.collect::<Vec<_>>().join("\n"));
    let (mut words, mut after_word, mut rest) = (Vec::new(), false, folded.as_str());
    while let Some(sign) = rest.chars().next() {
        let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let (word, more) = rest.split_at(length.max(sign.len_utf8()));
        let counts = if length > 0 {
            !FILLING.contains(&word)
        } else {
            tells(after_word, sign, more.chars().next())
        };
        if counts {
            words.push(hash(word));
        }
        (after_word, rest) = (length > 0, more);
    }
    words
}

/// Whether a sign between words is more than how they are set: "< 5" and "> 5", "-5" and "5", ".5" and "5", a box that is
/// ticked, a "?" before a finding.
fn tells(after_word: bool, sign: char, next: Option<char>) -> bool {
    match sign {
        '-' => !(after_word && next.is_some_and(char::is_alphanumeric)),
        '.' | ',' => !after_word && next.is_some_and(char::is_numeric),
        ';' | ':' | '!' | '\'' | '"' | '(' | ')' | '[' | ']' | '_' | '*' | '#' | '|' | '/' | '•' | '·' => {
            false
        }
        _ => !sign.is_whitespace(),
    }
}

fn hash(of: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAUSE: &str = "4.1 Either party may end this agreement by written notice of thirty days to the other, and \
        the deposit less any sum owed is paid back within fourteen days of the day on which the keys are returned to \
        the office of Pellworm & Stahl, whose receipt for them is proof of the day.";

    fn repeated(texts: &[&str]) -> Vec<Option<usize>> {
        let said: Vec<FxHashSet<u64>> = texts.iter().map(|text| runs(text)).collect();
        compare(&said, &said).repeats
    }

    #[test]
    fn the_same_words_are_a_repeat_however_they_are_set() {
        let quoted = format!("> {}", CLAUSE.replace(", ", ",\n> ").to_uppercase());
        assert_eq!(repeated(&[CLAUSE, &quoted, CLAUSE]), [None, Some(0), Some(0)]);
        let set = CLAUSE.replace("agreement", "agree-\nment");
        assert_eq!(repeated(&[CLAUSE, &set]), [None, Some(0)]);
        let filled = CLAUSE.replace("any sum owed", "any sum then owed");
        assert_eq!(repeated(&[CLAUSE, &filled]), [None, Some(0)]);
        assert_eq!(
            repeated(&["", "", "Ward", "ward", "Ward 4"]),
            [None, None, None, Some(2), None]
        );
    }

    #[test]
    fn a_sign_may_say_otherwise() {
        const FINDING: &str =
            "Her CRP was < 5 mg/l and the swab for it was +, so that .5 mg is given at -2 degrees.";
        assert_eq!(
            repeated(&[FINDING, &FINDING.replace(", ", "; ").replace("swab", "*swab*")]),
            [None, Some(0)]
        );
        for (said, instead) in [
            ("<", ">"),
            ("+", "-"),
            (" +,", ","),
            (".5", "5"),
            ("-2", "2"),
            ("swab", "?swab"),
        ] {
            let other = FINDING.replacen(said, instead, 1);
            assert_eq!(repeated(&[FINDING, &other]), [None, None], "{said}: {instead}");
            assert_eq!(repeated(&[&other, FINDING]), [None, None], "{instead}: {said}");
        }
    }

    #[test]
    fn what_says_more_comes_before_its_part_and_never_behind_it() {
        let part = &CLAUSE[..149];
        assert_eq!(repeated(&[CLAUSE, part]), [None, Some(0)]);
        assert_eq!(repeated(&[part, CLAUSE]), [None, None]);
    }

    #[test]
    fn what_stands_around_the_better_one_counts_for_the_rest_of_a_passage() {
        let (first, second) = CLAUSE.split_at(CLAUSE.find("fourteen").unwrap());
        let third = "The rent falls due on the third working day.";
        let said = [
            first,
            second,
            third,
            &CLAUSE[CLAUSE.find("written").unwrap()..CLAUSE.find("keys").unwrap()],
        ]
        .map(runs);
        let around = [
            format!("{first} {second}").as_str(),
            CLAUSE,
            &format!("{second} {third}"),
            "",
        ]
        .map(runs);
        assert_eq!(compare(&said, &said).repeats, [None; 4]);
        assert_eq!(compare(&said, &said).parts, BTreeSet::from([0]));
        assert_eq!(compare(&said, &around).repeats, [None, None, None, Some(0)]);
        let next = [first, second].map(runs);
        assert_eq!(
            compare(&next, &around).repeats,
            [None, None],
            "it stands beside the first, and is not said by it"
        );
    }

    #[test]
    fn another_number_name_or_not_is_no_repeat() {
        for (said, instead) in [
            ("fourteen", "forty"),
            ("4.1", "4.2"),
            ("may", "shall"),
            ("may", "may not"),
            ("Pellworm", "Norderney"),
            (" & Stahl", ""),
            ("is paid", "is not paid"),
            ("deposit", "rent"),
        ] {
            let other = CLAUSE.replacen(said, instead, 1);
            assert_eq!(repeated(&[CLAUSE, &other]), [None, None], "{said}: {instead}");
            assert_eq!(repeated(&[&other, CLAUSE]), [None, None], "{instead}: {said}");
        }
        let swapped = CLAUSE
            .replace("thirty", "_")
            .replace("fourteen", "thirty")
            .replace('_', "fourteen");
        assert_eq!(repeated(&[CLAUSE, &swapped]), [None, None]);
    }
}
