//! Addresses and postcodes of several countries.

use super::{BY_FORM, CERTAIN, Rule, checked, rule};
use crate::Kind;

pub fn rules() -> Vec<Rule> {
    let unit = r"(?:[\s,]+(?:apt|apartment|suite|ste|unit|flat|room|floor|piso|bldg|building)\b\.?\s*#?\s*[\p{L}]?\d*[\p{L}]?\b)?";
    vec![
        // 14 Saddler Street, Apt. 3
        checked(
            Kind::Address,
            BY_FORM,
            &format!(
                r"\b\d{{1,5}}[a-z]?(?:[-/]\d{{1,4}})?,?[^\S\n]+(?:[\p{{L}}\d.'’-]+\s+){{1,4}}(?:street|str|st|avenue|ave|av|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|pl|square|sq|terrace|crescent|close|highway|hwy|parkway|pkwy|circle|cir|trail|alley|gardens|grove|mews|row|walk|quay)\b\.?{unit}"
            ),
            no_sentence,
        ),
        // rue de la Paix 12, calle Mayor, 4, Hauptstraße 7
        rule(
            Kind::Address,
            BY_FORM,
            r"\b(?:rue|avenue|boulevard|place|chemin|calle|c/|avda?\.?|avenida|av\.|plaza|paseo|carrer|carretera|ronda|via|viale|piazza|rua|travessa)\s+(?:[\p{L}'’.-]+\s+){0,5}[\p{L}'’.-]+,?\s*(?:n[º°]?\s*)?\d{1,4}\b(?:[\s,]*\d{1,2}[º°ª]\s*[a-z]?\b)?",
        ),
        rule(
            Kind::Address,
            BY_FORM,
            r"\b[\p{L}-]{3,}(?:straße|strasse|weg|platz|gasse|allee|straat|laan|gatan|vägen|gata|vej|katu|tie|utca|ulica)\s+\d{1,4}[a-z]?\b",
        ),
        rule(
            Kind::Address,
            BY_FORM,
            r"\b\d{1,6}\s+(?:(?:state|county|us|u\.s\.)\s+)?(?:route|rte|highway|hwy|road)\s+\d{1,4}[a-z]?(?:\s+(?:north|south|east|west|n|s|e|w)\b)?",
        ),
        rule(Kind::Address, CERTAIN, r"\bp\.?\s?o\.?\s?box\s+\d+\b"),
        rule(
            Kind::Address,
            BY_FORM,
            r"\b(?:apt|apartment|suite|ste|flat)\b\.?\s*#?\s*\d+[a-z]?\b",
        ),
        // United Kingdom, Canada, the Netherlands.
        rule(
            Kind::Postcode,
            BY_FORM,
            r"\b[a-z]{1,2}\d[a-z\d]?\s\d[abd-hjlnp-uw-z]{2}\b",
        ),
        rule(
            Kind::Postcode,
            BY_FORM,
            r"\b[abceghj-nprstvxy]\d[abceghj-nprstv-z]\s?\d[abceghj-nprstv-z]\d\b",
        ),
        // United States: after a state, or with four more digits.
        rule(Kind::Postcode, BY_FORM, r"\b[a-z]{2}\s+(?P<x>\d{5}(?:-\d{4})?)\b"),
        rule(Kind::Postcode, BY_FORM, r"\b\d{5}-\d{4}\b"),
        // Announced, in any country.
        rule(
            Kind::Postcode,
            CERTAIN,
            r"\b(?:zip(?:\s*code)?|post\s*code|postal\s+code|pin(?:\s*code)?|cp|c\.p\.|plz|code\s+postal|código\s+postal)\b[\s:.#-]*(?P<x>[\d]{3,6}(?:[-\s]\d{2,4})?)\b",
        ),
    ]
}

/// Holds none of the little words that make a phrase: "rule 1 of the Rules of Court" is no address.
fn no_sentence(text: &str) -> bool {
    const LITTLE: [&str; 22] = [
        "of", "in", "at", "by", "for", "to", "and", "or", "a", "an", "on", "as", "was", "were", "is",
        "under", "that", "with", "from", "this", "his", "before",
    ];
    let dated = |word: &str| super::dates::is_month(word);
    !text.split_whitespace().any(|word| {
        let small = word.to_lowercase();
        LITTLE.contains(&small.as_str()) || dated(&small)
    })
}
