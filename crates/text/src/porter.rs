//! Takes endings off words.
//!
//! Porter, "An algorithm for suffix stripping", 1980, with the departures of SQLite's FTS5.

/// What the index cuts off, and what may be left to type of it.
pub(crate) fn endings() -> impl Iterator<Item = &'static str> {
    let replaced = SECOND.iter().chain(THIRD).map(|(ending, _)| *ending);
    let cut = FOURTH.iter().chain(FIRST).copied();
    replaced
        .chain(cut)
        .flat_map(|ending| (0..ending.len()).map(move |from| &ending[from..]))
}

/// Takes the ending off a word of three letters or more, which has no capitals.
pub(crate) fn strip(word: &mut Vec<u8>) {
    plural(word);
    if past(word) && !first_of(word, &[("at", "ate"), ("bl", "ble"), ("iz", "ize")], |_| true) {
        let last = word[word.len() - 1];
        let doubled = word.len() > 1 && word[word.len() - 2] == last;
        if !vowel(last, false) && !matches!(last, b'l' | b's' | b'z') && doubled {
            word.pop();
        } else if measure(word) == 1 && ends_short(word) {
            word.push(b'e');
        }
    }
    if word[word.len() - 1] == b'y' && has_vowel(&word[..word.len() - 1]) {
        let last = word.len() - 1;
        word[last] = b'i';
    }
    let some = |stem: &[u8]| measure(stem) > 0;
    first_of(word, SECOND, some);
    first_of(word, THIRD, some);
    fourth(word);
    let last = word.len() - 1;
    if word[last] == b'e' {
        let before = measure(&word[..last]);
        if before > 1 || (before == 1 && !ends_short(&word[..last])) {
            word.pop();
        }
    }
    if word.ends_with(b"ll") && measure(&word[..word.len() - 1]) > 1 {
        word.pop();
    }
}

fn plural(word: &mut Vec<u8>) {
    let n = word.len();
    if word[n - 1] != b's' {
        return;
    }
    if word[n - 2] == b'e' {
        let two = (n > 4 && word[n - 4] == b's' && word[n - 3] == b's') || (n > 3 && word[n - 3] == b'i');
        word.truncate(if two { n - 2 } else { n - 1 });
    } else if word[n - 2] != b's' {
        word.truncate(n - 1);
    }
}

/// Takes "ed" and "ing" off; whether the rest is to be mended.
fn past(word: &mut Vec<u8>) -> bool {
    let n = word.len();
    if n > 3 && word.ends_with(b"eed") {
        if measure(&word[..n - 3]) > 0 {
            word.truncate(n - 1);
        }
        return false;
    }
    for ending in [&b"ed"[..], b"ing"] {
        if n > ending.len() && word.ends_with(ending) {
            let mend = has_vowel(&word[..n - ending.len()]);
            if mend {
                word.truncate(n - ending.len());
            }
            return mend;
        }
    }
    false
}

/// Applies the first rule whose ending the word has, if what comes before is `enough`; whether it was applied.
fn first_of(word: &mut Vec<u8>, rules: &[(&str, &str)], enough: impl Fn(&[u8]) -> bool) -> bool {
    let has = |(ending, _): &&(&str, &str)| word.len() > ending.len() && word.ends_with(ending.as_bytes());
    let Some((ending, instead)) = rules.iter().find(has) else {
        return false;
    };
    let rest = word.len() - ending.len();
    let applies = enough(&word[..rest]);
    if applies {
        word.truncate(rest);
        word.extend_from_slice(instead.as_bytes());
    }
    applies
}

/// Those that [`plural`] and [`past`] take off.
const FIRST: &[&str] = &["s", "ed", "ing"];
const SECOND: &[(&str, &str)] = &[
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("logi", "log"),
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
];
const THIRD: &[(&str, &str)] = &[
    ("ical", "ic"),
    ("ness", ""),
    ("icate", "ic"),
    ("iciti", "ic"),
    ("ful", ""),
    ("ative", ""),
    ("alize", "al"),
];
const FOURTH: &[&str] = &[
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism",
    "ate", "iti", "ous", "ive", "ize",
];

fn fourth(word: &mut Vec<u8>) {
    let has = |ending: &&&str| word.len() > ending.len() && word.ends_with(ending.as_bytes());
    let Some(ending) = FOURTH.iter().find(has) else {
        return;
    };
    let rest = &word[..word.len() - ending.len()];
    let fits = *ending != "ion" || rest.ends_with(b"s") || rest.ends_with(b"t");
    if fits && measure(rest) > 1 {
        word.truncate(word.len() - ending.len());
    }
}

/// A letter "y" is a vowel after a consonant.
fn vowel(c: u8, after_consonant: bool) -> bool {
    matches!(c, b'a' | b'e' | b'i' | b'o' | b'u') || (after_consonant && c == b'y')
}

/// For each letter, whether it is a consonant.
fn consonants(word: &[u8]) -> impl Iterator<Item = bool> + '_ {
    word.iter().scan(false, |consonant, c| {
        *consonant = !vowel(*c, *consonant);
        Some(*consonant)
    })
}

/// How often consonants follow vowels.
fn measure(word: &[u8]) -> usize {
    let mut before = true;
    let mut found = 0;
    for consonant in consonants(word) {
        found += usize::from(consonant && !before);
        before = consonant;
    }
    found
}

fn has_vowel(word: &[u8]) -> bool {
    word.iter().enumerate().any(|(at, c)| vowel(*c, at > 0))
}

/// Ends in consonant, vowel, consonant, the last none of w, x, y.
fn ends_short(word: &[u8]) -> bool {
    let last: Vec<bool> = consonants(word).collect();
    let not = word.last().is_some_and(|c| matches!(c, b'w' | b'x' | b'y'));
    !not && last.ends_with(&[true, false, true])
}
