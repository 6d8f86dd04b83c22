//! Other names of people and bodies: what stands after "a.k.a." or "trading as", and the short form in brackets that a
//! paper defines for itself ("Harrow Quay Developments plc ("HQD")").

use std::sync::LazyLock;

use regex::Regex;

use crate::{Finding, Kind, Layer};

/// After a name that was found, another one of it.
const AFTER_NAME: f32 = 0.85;
/// After the words alone; a person should not have to look at it, and the rest of the text is searched for it.
const BY_WORDS: f32 = 0.65;
/// Bytes between a name and the words that announce another.
const NEAR: usize = 32;

/// Words that announce another name, and the name: in quotation marks, or one or two words.
static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    let known = r"(?:known|referred\s+to)\s+(?:\p{L}+\s+){0,2}?as";
    let sure = r"a\.?\s?k\.?\s?a\.?|alias(?:es)?|nicknamed|n[ée]e|goes\s+by\s+the\s+name(?:\s+of)?";
    let trade = r"trad(?:es|ed|ing)\s+as|t/a|d\.?/?b\.?/?a\.?|doing\s+business\s+as";
    let quoted = r#"["“”„«‘'](?P<q>[\p{L}\d][\p{L}\d&.'’ -]{0,38}?)["“”»’']"#;
    let quoted_after_known = quoted.replace("?P<q>", "?P<k>");
    let bare = r"(?P<w>[\p{L}][\p{L}\d'’-]+(?:[^\S\n]+[\p{L}][\p{L}\d'’-]*)?)";
    expression(&format!(
        r"(?:^|[\s(,;])(?:{known}\s+{quoted_after_known}|(?:(?P<trade>{trade})|{sure})[\s:]+(?:{quoted}|{bare}))"
    ))
});

/// A short form in brackets.
static DEFINED: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"^[\s,.]{0,2}\((?:(?:hereinafter|hereafter|henceforth|referred\s+to\s+as|the|or|formerly)[\s,:]+){0,3}["“”„«‘'](?P<x>[\p{L}\d][\p{L}\d&.'’ -]{0,38}?)["“”»’']\)"#,
    )
});

/// No second word of a name.
const NO_NAME: [&str; 16] = [
    "and", "or", "of", "in", "at", "by", "for", "to", "the", "is", "was", "on", "with", "from", "who", "has",
];

fn expression(form: &str) -> Regex {
    Regex::new(&format!("(?i){form}")).expect("the expressions are constants that a test compiles")
}

/// Other names of what was `found`, and such as are announced; may overlap.
pub(crate) fn find(text: &str, found: &[Finding]) -> Vec<Finding> {
    let mut aliases = Vec::new();
    for captures in ANNOUNCED.captures_iter(text) {
        let group = ["q", "k", "w"].into_iter().find_map(|name| captures.name(name));
        let (Some(alias), Some(whole)) = (group, captures.get(0)) else {
            continue;
        };
        let named = |finding: &&Finding| {
            matches!(finding.kind, Kind::Person | Kind::Organisation)
                && finding.range.end <= whole.start() + 1
                && finding.range.end + NEAR > whole.start()
        };
        let before = found.iter().rev().find(named);
        let known = captures.name("k").is_some();
        // "known as" announces diseases and plans too.
        if known && before.is_none() {
            continue;
        }
        let kind = match before {
            _ if captures.name("trade").is_some() => Kind::Organisation,
            Some(finding) => finding.kind,
            None => Kind::Person,
        };
        let end = alias.start() + without_rest(alias.as_str()).len();
        aliases.push(Finding {
            range: alias.start()..end,
            kind,
            confidence: if before.is_some() { AFTER_NAME } else { BY_WORDS },
            layer: Layer::Pattern,
        });
    }
    for finding in found {
        if !matches!(finding.kind, Kind::Person | Kind::Organisation | Kind::Place) {
            continue;
        }
        let rest = &text[finding.range.end..];
        if let Some(short) = DEFINED.captures(rest).and_then(|captures| captures.name("x"))
            && is_short_for(short.as_str(), &text[finding.range.clone()])
        {
            let at = finding.range.end;
            aliases.push(Finding {
                range: at + short.start()..at + short.end(),
                kind: finding.kind,
                confidence: AFTER_NAME,
                layer: Layer::Pattern,
            });
        }
    }
    aliases
}

/// "Bobby and" is "Bobby".
fn without_rest(alias: &str) -> &str {
    match alias.rsplit_once(char::is_whitespace) {
        Some((first, last)) if NO_NAME.contains(&last.to_lowercase().as_str()) => first.trim_end(),
        _ => alias,
    }
}

/// Made of the name's words or of their first letters; "the Company" is neither.
fn is_short_for(short: &str, name: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (short_words, name_words) = (words(short), words(name));
    let telling = |word: &String| word.chars().count() > 2 && !NO_NAME.contains(&word.as_str());
    if short_words.iter().any(telling) && short_words.iter().all(|word| name_words.contains(word)) {
        return true;
    }
    let letters: String = short_words.concat();
    let initials: String = name_words.iter().filter_map(|word| word.chars().next()).collect();
    letters.chars().count() > 1 && initials.starts_with(&letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_form_is_told_from_a_role() {
        for (short, name, is) in [
            ("HQD", "Harrow Quay Developments plc", true),
            ("H.Q.D.", "Harrow Quay Developments plc", true),
            ("Penhallow", "Penhallow Timber Ltd", true),
            ("the Penhallow", "The Penhallow Timber Ltd", true),
            ("the Company", "Penhallow Timber Ltd", false),
            ("the Lender", "Harrow Quay Developments plc", false),
            ("H", "Harrow Quay", false),
        ] {
            assert_eq!(is_short_for(short, name), is, "{short}, {name}");
        }
    }
}
