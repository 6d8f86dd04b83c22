//! Names of things that are numbers only in part: sections, docket and record numbers, codes, telephone numbers.

use super::lexer::Lexeme;

/// Reads "Section 4.1(b)", "§ 5", "Art. 6", "Schedule A"; gives its canonical form and the place after it.
pub(crate) fn section(lexemes: &[Lexeme], at: usize) -> Option<(String, usize)> {
    let first = lexemes.get(at)?;
    let kind = match first.form.as_str() {
        "section" | "sections" | "sec" | "secs" | "§" => "section",
        "article" | "articles" | "art" | "arts" | "artikel" => "article",
        "clause" | "clauses" | "cl" => "clause",
        "paragraph" | "paragraphs" | "para" | "paras" => "paragraph",
        "subsection" | "subsections" => "subsection",
        "schedule" | "sch" => "schedule",
        "exhibit" | "exh" => "exhibit",
        "annex" => "annex",
        "appendix" => "appendix",
        "chapter" | "ch" => "chapter",
        "rule" => "rule",
        "regulation" => "regulation",
        _ => return None,
    };
    let mut next = at + 1;
    while lexemes
        .get(next)
        .is_some_and(|mark| mark.is_mark('§') || mark.is_mark('.') && mark.glued)
    {
        next += 1;
    }
    let head = lexemes.get(next)?;
    let letter = head.is_word()
        && head.capital
        && (head.form.chars().count() == 1 || is_roman(&head.form) && head.capitals);
    if !head.is_number() && !letter && !head.is_mark('(') {
        return None;
    }
    let (number, end) = run(lexemes, next, true);
    if !number.chars().any(char::is_alphanumeric) {
        return None;
    }
    Some((format!("{kind} {number}"), end))
}

fn is_roman(form: &str) -> bool {
    form.chars().all(|c| matches!(c, 'i' | 'v' | 'x' | 'l' | 'c'))
}

/// Everything glued to what starts at `from`, without a full stop or bracket that only ends the sentence.
fn run(lexemes: &[Lexeme], from: usize, brackets: bool) -> (String, usize) {
    let mut parts: Vec<&str> = Vec::new();
    let mut at = from;
    while let Some(lexeme) = lexemes.get(at) {
        let joined =
            at == from || lexeme.glued || brackets && lexeme.is_mark('(') && short_bracket(lexemes, at);
        let inner = lexeme.is_word()
            || lexeme.is_number()
            || lexeme.is_dash()
            || lexeme.is_mark('/')
            || lexeme.is_mark('.')
            || lexeme.is_mark('_')
            || lexeme.is_mark('@')
            || lexeme.is_mark(':')
            || brackets && (lexeme.is_mark('(') || lexeme.is_mark(')'));
        if !joined || !inner {
            break;
        }
        parts.push(&lexeme.form);
        at += 1;
    }
    let open = |parts: &[&str]| parts.iter().filter(|part| **part == "(").count();
    let close = |parts: &[&str]| parts.iter().filter(|part| **part == ")").count();
    while let Some(last) = parts.last() {
        let stray = matches!(*last, "." | "-" | "/" | ":" | "_" | "(")
            || *last == ")" && close(&parts) > open(&parts);
        if !stray {
            break;
        }
        parts.pop();
        at -= 1;
    }
    (parts.concat(), at)
}

/// "(b)", "(iv)", "(12)" directly after a section's number.
fn short_bracket(lexemes: &[Lexeme], at: usize) -> bool {
    lexemes.get(at).is_some_and(|open| open.glued)
        && lexemes
            .get(at + 1)
            .is_some_and(|inner| inner.form.chars().count() <= 4)
        && lexemes.get(at + 2).is_some_and(|close| close.is_mark(')'))
}

/// Words after which a number is a name: "MRN 4471", "Docket No. 12-345", "tel. 020 7946 0958".
fn is_label(form: &str) -> bool {
    matches!(
        form,
        "mrn"
            | "nhs"
            | "no"
            | "nos"
            | "nr"
            | "number"
            | "docket"
            | "case"
            | "ref"
            | "reference"
            | "id"
            | "policy"
            | "invoice"
            | "account"
            | "acct"
            | "file"
            | "claim"
            | "phone"
            | "tel"
            | "telephone"
            | "mobile"
            | "fax"
            | "ssn"
            | "matter"
            | "#"
            | "az"
            | "iban"
            | "code"
            | "lot"
            | "batch"
            | "room"
            | "bed"
            | "ward"
            | "unit"
            | "suite"
            | "flat"
            | "grade"
            | "stage"
            | "type"
            | "phase"
            | "class"
            | "level"
    )
}

/// Reads an identifier; gives its canonical form (letters and digits alone) and the place after it.
///
/// "No. 5" takes its label along, because "no" would otherwise read as a negation.
pub(crate) fn identifier(lexemes: &[Lexeme], at: usize) -> Option<(String, usize)> {
    let first = lexemes.get(at)?;
    if matches!(first.form.as_str(), "no" | "nos" | "nr" | "#") {
        let stop = lexemes
            .get(at + 1)
            .is_some_and(|mark| mark.is_mark('.') || mark.is_mark(':'));
        let next = at + 1 + usize::from(stop);
        let head = lexemes.get(next)?;
        let marked = stop || first.is("#") || first.is("nr") || first.is("nos") || first.capital;
        if marked && head.is_number() {
            let (number, end) = phone(lexemes, next).unwrap_or_else(|| run(lexemes, next, false));
            return Some((plain(&number), end));
        }
        return None;
    }
    if let Some((digits, end)) = phone(lexemes, at) {
        return Some((digits, end));
    }
    if !(first.is_word() || first.is_number()) || first.glued && at > 0 && lexemes[at - 1].is_dash() {
        return None;
    }
    let (text, end) = run(lexemes, at, false);
    if !text.chars().any(|c| c.is_ascii_digit()) {
        // "T2", "CD4" are found by their digits; an address by its sign.
        return text.contains('@').then(|| (plain(&text), end));
    }
    let letters = text.chars().any(char::is_alphabetic);
    let groups = text.split(['-', '/']).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let labelled = at
        .checked_sub(1)
        .map(|before| {
            if lexemes[before].is_mark(':') || lexemes[before].is_mark('.') {
                before.saturating_sub(1)
            } else {
                before
            }
        })
        .is_some_and(|before| is_label(&lexemes[before].form));
    let code = if first.is_word() {
        // "COVID-19", "L5", "B12", "A-4471"; "may-2021" is none, dates come first.
        end - at >= 2
    } else {
        // "12-cv-345", "1234-567-89", "4471020"; "5mg", "3rd", "24h" and "62-year-old" are none.
        letters && groups >= 2 && lexemes[at..end].iter().filter(|part| part.is_number()).count() >= 2
            || letters && labelled
            || !letters && groups >= 3 && lexemes.get(at + 1).is_some_and(Lexeme::is_dash)
            || labelled
            || !text.contains(['.', ',']) && groups == 1 && digits >= 7
            || text.matches('.').count() >= 2 && super::Decimal::parse(&text).is_none()
    };
    // Codes mix capitals and digits or stand behind a label; "well-2" is a slip.
    let lower = !labelled
        && first.is_word()
        && !first.capital
        && !first.glued
        && end - at == 2
        && first.form.len() > 3;
    (code && !lower).then(|| (plain(&text), end))
}

/// "+44 20 7946 0958", "(020) 7946 0958", "020 7946 0958", "555-0142".
fn phone(lexemes: &[Lexeme], at: usize) -> Option<(String, usize)> {
    let first = lexemes.get(at)?;
    let plus = first.is_mark('+');
    let bracket = first.is_mark('(');
    let start = at + usize::from(plus || bracket);
    let head = lexemes.get(start).filter(|head| head.is_number())?;
    let area_code = head.form.starts_with('0') || bracket && head.form.len() == 3;
    if !plus && !area_code {
        return None;
    }
    let mut digits = String::new();
    let mut at = start;
    let mut end = start;
    while let Some(lexeme) = lexemes.get(at) {
        if lexeme.is_number() && !lexeme.form.contains(['.', ',']) {
            digits.push_str(&lexeme.form);
            at += 1;
            end = at;
        } else if lexeme.is_dash() && lexeme.glued
            || lexeme.is_mark(')') && bracket
            || lexeme.is_mark('(') && plus
        {
            at += 1;
        } else {
            break;
        }
    }
    (digits.len() >= 7 && end - start >= 2 && digits.len() <= 15).then_some((digits, end))
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
