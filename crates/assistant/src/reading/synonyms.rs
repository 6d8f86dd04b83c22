//! Words and phrases that clinicians and lawyers use for the same thing, brought to one stem.
//!
//! Only what may stand for the other in any sentence is here. "Denies" is not "has no", "shall" is not "will".

use std::collections::HashMap;
use std::sync::LazyLock;

use super::stem::stem;

/// Each line: the word that stands for all, then the others.
const WORDS: &[&[&str]] = &[
    &["dyspnoea", "breathless", "breathlessness", "sob", "dyspnea"],
    &["hypertension", "htn"],
    &["patient", "pt", "pts"],
    &["diagnosis", "diagnosed", "diagnose", "dx"],
    &["history", "hx"],
    &["prescribe", "prescription", "rx"],
    &["admit", "admission", "admitted"],
    &["allergy", "allergic"],
    &["doctor", "physician"],
    &["medication", "medicine", "meds", "medicines"],
    &["examination", "examined", "examine"],
    &["start", "begin", "commence", "initiate", "commencement"],
    &["stop", "discontinue", "cease", "discontinuation"],
    &["buy", "purchase"],
    &["agreement", "contract"],
    &["landlord", "lessor"],
    &["tenant", "lessee"],
    &["increase", "raise"],
    &["reduce", "decrease", "reduction"],
    &["give", "administer", "administration"],
    &["die", "death", "deceased", "dead"],
    &["show", "demonstrate", "reveal"],
    &["physiotherapy", "physio"],
    &["radiograph", "xray"],
    &["refer", "referral", "referred"],
    &["paracetamol", "acetaminophen"],
    &["epinephrine", "adrenaline"],
    &["furosemide", "frusemide"],
    &["salbutamol", "albuterol"],
    &["pay", "payment", "payable"],
    &["weigh", "weight"],
    &["pain", "painful"],
    &["end", "expire", "expiry", "expiration"],
    &["live", "reside", "resident", "residence"],
    &["entitle", "entitlement"],
    &["vomit", "emesis"],
    &["fever", "febrile", "pyrexia"],
    &["kidney", "renal"],
    &["heart", "cardiac"],
    &["lung", "pulmonary"],
    &["liver", "hepatic"],
];

/// Each line: a phrase and the word it is compared as.
const PHRASES: &[(&str, &str)] = &[
    ("shortness of breath", "dyspnoea"),
    ("short of breath", "dyspnoea"),
    ("high blood pressure", "hypertension"),
    ("raised blood pressure", "hypertension"),
    ("low blood pressure", "hypotension"),
    ("blood pressure", "bp"),
    ("heart attack", "mi"),
    ("myocardial infarction", "mi"),
    ("atrial fibrillation", "af"),
    ("urinary tract infection", "uti"),
    ("deep vein thrombosis", "dvt"),
    ("pulmonary embolism", "pe"),
    ("chronic kidney disease", "ckd"),
    ("chronic obstructive pulmonary disease", "copd"),
    ("congestive heart failure", "chf"),
    ("passed away", "die"),
    ("emergency department", "ed"),
    ("intensive care unit", "icu"),
    ("body mass index", "bmi"),
    ("non disclosure agreement", "nda"),
];

static CANONICAL: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    WORDS
        .iter()
        .flat_map(|group| group.iter().map(|word| (stem(word), stem(group[0]))))
        .filter(|(from, to)| from != to)
        .collect()
});

/// Phrases by the stem of their first word, longest first.
type Phrases = HashMap<String, Vec<(Vec<String>, String)>>;

static BY_FIRST: LazyLock<Phrases> = LazyLock::new(|| {
    let mut found: Phrases = HashMap::new();
    for (phrase, word) in PHRASES {
        let stems: Vec<String> = phrase
            .split(' ')
            .map(|word| canonical(&stem(word)).to_owned())
            .collect();
        found
            .entry(stems[0].clone())
            .or_default()
            .push((stems, canonical(&stem(word)).to_owned()));
    }
    for phrases in found.values_mut() {
        phrases.sort_by_key(|(stems, _)| std::cmp::Reverse(stems.len()));
    }
    found
});

/// The stem that a stem is compared as.
pub(crate) fn canonical(stem: &str) -> &str {
    CANONICAL.get(stem).map_or(stem, String::as_str)
}

/// The phrase that starts here: how many words it takes, and the stem it is compared as.
pub(crate) fn phrase<'a>(stem_at: impl Fn(usize) -> Option<&'a str>) -> Option<(usize, &'static str)> {
    let candidates = BY_FIRST.get(stem_at(0)?)?;
    candidates
        .iter()
        .find(|(stems, _)| {
            stems
                .iter()
                .enumerate()
                .all(|(at, stem)| stem_at(at) == Some(stem.as_str()))
        })
        .map(|(stems, word)| (stems.len(), word.as_str()))
}
