//! The first layer: things known by their form, with their check digits where they have one.
//!
//! A rule is an expression whose group `x` (or the whole match) is the finding, and a test of what was matched. Every
//! expression ignores case, so that a text in capitals fares like any other.

mod checks;
mod contacts;
mod dates;
mod identifiers;
mod places;
mod traits;

use std::sync::LazyLock;

use regex::Regex;

use crate::{Finding, Kind, Layer};

/// What a rule is sure of when form alone speaks for it.
const BY_FORM: f32 = 0.9;
/// ... when a check digit or a word before it speaks for it too.
const CERTAIN: f32 = 1.0;

/// One form.
struct Rule {
    form: Regex,
    kind: Kind,
    confidence: f32,
    holds: fn(&str) -> bool,
}

/// A rule that every match of its form satisfies.
fn rule(kind: Kind, confidence: f32, form: &str) -> Rule {
    checked(kind, confidence, form, |_| true)
}

/// A rule with a test of what was matched.
fn checked(kind: Kind, confidence: f32, form: &str, holds: fn(&str) -> bool) -> Rule {
    let form = Regex::new(&format!("(?i){form}")).expect("the rules are constants that a test compiles");
    Rule {
        form,
        kind,
        confidence,
        holds,
    }
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let mut rules = contacts::rules();
    rules.extend(identifiers::rules());
    rules.extend(dates::rules());
    rules.extend(places::rules());
    rules.extend(traits::rules());
    rules
});

/// Every match of every rule, in no order, with overlaps.
pub(crate) fn find(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in RULES.iter() {
        for captures in rule.form.captures_iter(text) {
            // `x` can stand for several things in a row, as in "nos. 12/03 and 14/03".
            let Some(matched) = captures.name("x").or_else(|| captures.get(0)) else {
                continue;
            };
            if !matched.is_empty() && (rule.holds)(matched.as_str()) {
                found.push(Finding {
                    range: matched.range(),
                    kind: rule.kind,
                    confidence: rule.confidence,
                    layer: Layer::Pattern,
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The longest finding in the text, with its kind.
    fn longest(text: &str) -> Option<(&str, Kind)> {
        let found = find(text).into_iter().max_by(|a, b| {
            (a.range.len(), a.confidence)
                .partial_cmp(&(b.range.len(), b.confidence))
                .unwrap()
        })?;
        Some((&text[found.range], found.kind))
    }

    #[test]
    fn every_form_is_found_in_every_case() {
        let cases = [
            (
                "reach me at ana.lima+ward@clinic.example.org please",
                "ana.lima+ward@clinic.example.org",
                Kind::Email,
            ),
            (
                "see https://portal.example.org/p/42?id=7 today",
                "https://portal.example.org/p/42?id=7",
                Kind::Url,
            ),
            ("from 192.168.10.24 at night", "192.168.10.24", Kind::Ip),
            ("call +44 20 7946 0958 now", "+44 20 7946 0958", Kind::Phone),
            ("call (555) 010-4477 now", "(555) 010-4477", Kind::Phone),
            ("Fax: 01632 960 983", "01632 960 983", Kind::Fax),
            ("NHS number 943 476 5919", "943 476 5919", Kind::Identifier),
            ("SSN 219-09-9999", "219-09-9999", Kind::Identifier),
            ("MRN: 00482913", "00482913", Kind::Identifier),
            (
                "IBAN GB82 WEST 1234 5698 7654 32",
                "GB82 WEST 1234 5698 7654 32",
                Kind::Identifier,
            ),
            (
                "card 4111 1111 1111 1111",
                "4111 1111 1111 1111",
                Kind::Identifier,
            ),
            ("application (no. 61234/08) against", "61234/08", Kind::Identifier),
            (
                "Case No. 2:19-cv-01234-ABC",
                "2:19-cv-01234-ABC",
                Kind::Identifier,
            ),
            ("pump, serial no. PKX-4R7-QW, new", "PKX-4R7-QW", Kind::Identifier),
            ("VIN 1M8GDM9AXKP042788", "1M8GDM9AXKP042788", Kind::Identifier),
            ("seen on 12 March 2019 at", "12 March 2019", Kind::Date),
            ("seen March 12th, 2019", "March 12th, 2019", Kind::Date),
            ("né le 3 août 1971", "3 août 1971", Kind::Date),
            ("el 4 de mayo de 1999", "4 de mayo de 1999", Kind::Date),
            ("on 2021-03-04T10:22:01Z", "2021-03-04T10:22:01Z", Kind::Date),
            ("a man aged 93 years", "93", Kind::Age),
            ("a 101-year-old woman", "101-year-old", Kind::Age),
            (
                "lives at 14 Saddler Street, Apt. 3",
                "14 Saddler Street, Apt. 3",
                Kind::Address,
            ),
            ("Durham DH1 3NP today", "DH1 3NP", Kind::Postcode),
            ("fingerprint template: FP-88213-A", "FP-88213-A", Kind::Biometric),
        ];
        for (text, want, kind) in cases {
            assert_eq!(longest(text), Some((want, kind)), "in {text:?}");
            for copy in [text.to_uppercase(), text.to_lowercase()] {
                let found = longest(&copy).map(|(found, kind)| (found.to_lowercase(), kind));
                assert_eq!(found, Some((want.to_lowercase(), kind)), "in {copy:?}");
            }
        }
    }

    #[test]
    fn what_only_looks_like_one_is_left_alone() {
        for text in [
            "Blood pressure 120/80, pulse 72, potassium 4.1.",
            "She took 500 mg twice a day for 10 days.",
            "Article 6 § 1 of the Convention and section 12(3) of the Act",
            "a 55-year-old man with a score of 12",
            "It may be so; march on.",
            "Serial 12-lead ECGs and a lot of 2-year-olds.",
            "version 1.2.3 of the form",
            "under Rule 54 of the Rules of Court",
        ] {
            assert_eq!(find(text), Vec::new(), "in {text:?}");
        }
    }
}
