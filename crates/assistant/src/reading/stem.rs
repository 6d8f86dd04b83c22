//! Brings the forms of one word together: "tablets" and "tablet", "paid" and "payment", "oedema" and "edema".
//!
//! Cautious on purpose: what it joins, the check of a claim takes for the same word. It never joins a word with
//! its opposite or with another party ("lessor" and "lessee" stay apart).

use std::collections::HashMap;
use std::sync::LazyLock;

static IRREGULAR: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    "\
    ate/eat became/become began/begin begun/begin bled/bleed bought/buy broke/break broken/break \
    brought/bring caught/catch children/child chose/choose chosen/choose came/come drank/drink drove/drive \
    fallen/fall feet/foot fell/fall felt/feel forbade/forbid forbidden/forbid found/find fought/fight \
    gave/give given/give gone/go grew/grow grown/grow heard/hear held/hold kept/keep knew/know known/know \
    lain/lie lent/lend lost/lose made/make men/man met/meet paid/pay ran/run risen/rise rose/rise said/say \
    sat/sit saw/see seen/see sent/send shown/show sold/sell sought/seek slept/sleep smelt/smell spent/spend \
    spoke/speak spoken/speak stood/stand swollen/swell taken/take taught/teach teeth/tooth thought/think \
    told/tell took/take torn/tear understood/understand undergone/undergo underwent/undergo went/go \
    wives/wife withdrawn/withdraw withdrew/withdraw withheld/withhold women/woman won/win wore/wear \
    written/write wrote/write"
        .split_whitespace()
        .filter_map(|pair| pair.split_once('/'))
        .collect()
});

/// British spellings inside words, and what they are compared as.
const SPELLINGS: &[(&str, &str)] = &[
    ("aem", "em"),
    ("aes", "es"),
    ("aed", "ed"),
    ("aec", "ec"),
    ("oed", "ed"),
    ("oes", "es"),
    ("rrhoea", "rrhea"),
    ("pnoea", "pnea"),
    ("foet", "fet"),
    ("mould", "mold"),
    ("sulph", "sulf"),
    ("yse", "yze"),
    ("isation", "ization"),
];

/// The past forms that do not end in "-ed".
pub(crate) fn is_irregular_past(word: &str) -> bool {
    IRREGULAR
        .get(word)
        .is_some_and(|base| !matches!(*base, "child" | "foot" | "man" | "tooth" | "woman" | "wife"))
}

/// The stem of a folded word.
pub(crate) fn stem(word: &str) -> String {
    if word.len() <= 3 || !word.is_ascii() || word == "news" {
        return word.to_owned();
    }
    if let Some(base) = IRREGULAR.get(word) {
        return finish((*base).to_owned());
    }
    finish(american(without_ending(plural(word.to_owned()))))
}

fn american(mut word: String) -> String {
    // "does", "goes", "shoes": too short to have Greek in them.
    if word.len() > 5 {
        for (british, american) in SPELLINGS {
            if let Some(at) = word.find(british) {
                word.replace_range(at..at + british.len(), american);
            }
        }
    }
    if word.len() > 4 && word.ends_with("our") {
        word.truncate(word.len() - 3);
        word.push_str("or");
    }
    word
}

fn plural(word: String) -> String {
    let cut = |word: &str, n: usize| word[..word.len() - n].to_owned();
    if let Some(base) = word.strip_suffix("ies") {
        return format!("{base}y");
    }
    if ["sses", "xes", "ches", "shes", "zzes"]
        .iter()
        .any(|ending| word.ends_with(ending))
    {
        return cut(&word, 2);
    }
    if word.ends_with("oses") || word.ends_with("ases") && word.ends_with("tases") {
        return format!("{}is", cut(&word, 2));
    }
    if word.ends_with('s')
        && !["ss", "us", "is", "as", "os"]
            .iter()
            .any(|ending| word.ends_with(ending))
    {
        return cut(&word, 1);
    }
    word
}

fn without_ending(word: String) -> String {
    let vowel = |stem: &str| {
        stem.chars()
            .any(|c| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y'))
    };
    let fits = |stem: &str, least: usize| stem.len() >= least && vowel(stem);
    if let Some(base) = word.strip_suffix("ied").filter(|base| base.len() >= 2) {
        return format!("{base}y");
    }
    for ending in ["ing", "ed"] {
        if let Some(base) = word.strip_suffix(ending).filter(|base| fits(base, 3)) {
            // "Bleed" and "need" end so without being past; "agreed" is "agree".
            if ending == "ed" && base.ends_with('e') {
                let past = base.len() > 3 && !base.ends_with("ce");
                return if past { format!("{base}e") } else { word };
            }
            return undoubled(base);
        }
    }
    if let Some(base) = word.strip_suffix("ly").filter(|base| fits(base, 4)) {
        return base.to_owned();
    }
    if let Some(base) = word.strip_suffix("ment").filter(|base| fits(base, 3)) {
        return base.to_owned();
    }
    if let Some(base) = word.strip_suffix("ion").filter(|base| fits(base, 5)) {
        return base.to_owned();
    }
    word
}

fn undoubled(base: &str) -> String {
    let chars: Vec<char> = base.chars().collect();
    match chars[..] {
        [.., a, b] if a == b && !matches!(a, 'l' | 's' | 'z' | 'e' | 'o') => {
            base[..base.len() - 1].to_owned()
        }
        [.., 'l', 'l'] if chars.len() > 4 => base[..base.len() - 1].to_owned(),
        _ => base.to_owned(),
    }
}

fn finish(mut word: String) -> String {
    if word.len() > 3 && word.ends_with('e') {
        word.pop();
    }
    if word.len() > 3 && word.ends_with('y') {
        word.pop();
        word.push('i');
    }
    if word.len() > 4 && word.ends_with("ll") {
        word.pop();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_the_forms_of_a_word() {
        for (one, other) in [
            ("tablets", "tablet"),
            ("paid", "payment"),
            ("prescribed", "prescribe"),
            ("stopped", "stop"),
            ("allergies", "allergy"),
            ("oedema", "edema"),
            ("tumours", "tumor"),
            ("haemoglobin", "hemoglobin"),
            ("terminated", "termination"),
            ("cancelled", "canceled"),
            ("taken", "take"),
            ("diagnoses", "diagnosis"),
            ("copies", "copy"),
            ("agreed", "agrees"),
            ("notices", "notice"),
            ("severely", "severe"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} / {other}");
        }
    }

    #[test]
    fn keeps_different_words_apart() {
        for (one, other) in [
            ("lessor", "lessee"),
            ("employer", "employee"),
            ("left", "leave"),
            ("hypertension", "hypotension"),
            ("able", "unable"),
            ("ellis", "ellison"),
            ("form", "former"),
            ("new", "news"),
            ("bleed", "bled!"),
            ("plaintiff", "plain"),
            ("licensor", "licensee"),
        ] {
            assert_ne!(stem(one), stem(other), "{one} / {other}");
        }
    }
}
