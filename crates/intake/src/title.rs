//! What a document calls itself.
//!
//! Owns which declared titles are believed (programs write file names and template names there) and
//! which first line looks like a heading. No title is better than a wrong one: the caller has the
//! file's name to fall back on.

use crate::clean::{Spacing, tidy};
use crate::document::LONGEST_TITLE;

/// A heading found in the text is shorter than a declared title may be.
const LONGEST_HEADING: usize = 120;

/// A heading holds no longer word: what does is encoded, not written.
const LONGEST_WORD: usize = 40;

/// A declared title, if a person could have written it.
pub(crate) fn declared(title: &str) -> Option<String> {
    let title = one_line(title);
    let title = [
        "Microsoft Word - ",
        "Microsoft PowerPoint - ",
        "Microsoft Excel - ",
    ]
    .iter()
    .find_map(|prefix| title.strip_prefix(prefix))
    .unwrap_or(&title)
    .trim();
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    let lower = title.to_lowercase();
    let placeholder = [
        "untitled",
        "untitled document",
        "unknown",
        "anonymous",
        "(anonymous)",
        "no title",
        "document",
        "title",
        "powerpoint presentation",
        "adobe photoshop pdf",
        "none",
    ];
    let generated = ["document", "slide ", "sheet", "book", "unbenannt", "untitled"]
        .iter()
        .any(|word| {
            lower
                .strip_prefix(word)
                .is_some_and(|rest| rest.trim().chars().all(|c| c.is_ascii_digit()))
        });
    let refused = letters < 3
        || title.chars().count() > LONGEST_TITLE
        || title.contains('\u{fffd}')
        || placeholder.contains(&lower.as_str())
        || generated
        || is_file_name(title);
    (!refused).then(|| title.to_owned())
}

/// A path, or one word with a file's ending.
fn is_file_name(title: &str) -> bool {
    let path = title.contains('\\') || title.contains("://") || title.starts_with('/');
    let ending = title.rsplit_once('.').is_some_and(|(stem, ending)| {
        (2..=5).contains(&ending.len())
            && ending.chars().all(|c| c.is_ascii_alphanumeric())
            && ending.chars().any(|c| c.is_ascii_alphabetic())
            && !stem.ends_with(' ')
            && (!title.contains(' ') || KNOWN_ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
    });
    path || ending
}

const KNOWN_ENDINGS: [&str; 16] = [
    "doc", "docx", "docm", "dot", "dotx", "pdf", "rtf", "odt", "txt", "md", "html", "htm", "indd", "qxd",
    "tex", "wpd",
];

/// A better title for a document whose title is a letterhead, or which is a letter: its subject line, else the first
/// line that says what sort of paper it is; `None` where there is none.
pub(crate) fn instead_of_letterhead(title: Option<&str>, text: &str, letter: bool) -> Option<String> {
    let opens = |title: &str| {
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .take(3)
            .any(|line| line == title)
    };
    let letterhead = title.is_none_or(|title| is_letterhead(title) || letter && opens(title));
    if !letterhead {
        return None;
    }
    subject_line(text).or_else(|| {
        let mut lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .take(25);
        lines
            .find(|line| is_heading(line) && names_a_paper(line) && !is_letterhead(line))
            .map(one_line)
    })
}

/// What a letter or memo says it is about.
fn subject_line(text: &str) -> Option<String> {
    const LABELS: [&str; 7] = [
        "re:", "re.", "subject:", "betreff:", "betr.:", "objet:", "asunto:",
    ];
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(40);
    while let Some(line) = lines.next() {
        let label = LABELS.iter().find(|label| {
            line.get(..label.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(label))
        });
        if let Some(label) = label {
            let rest = line[label.len()..].trim();
            let rest = if rest.is_empty() { lines.next()? } else { rest };
            let title = one_line(rest);
            let fits = (4..=LONGEST_HEADING).contains(&title.chars().count());
            return (fits && title.chars().any(char::is_alphabetic)).then_some(title);
        }
    }
    None
}

/// The name of an institution, which stands at the head of all its papers.
fn is_letterhead(line: &str) -> bool {
    const INSTITUTIONS: [&str; 26] = [
        "surgery",
        "hospital",
        "clinic",
        "practice",
        "solicitors",
        "llp",
        "ltd",
        "limited",
        "trust",
        "chambers",
        "centre",
        "center",
        "university",
        "department",
        "gmbh",
        "inc",
        "associates",
        "partners",
        "attorneys",
        "lawyers",
        "infirmary",
        "council",
        "foundation",
        "klinikum",
        "praxis",
        "kanzlei",
    ];
    let lower = line.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.any(|word| INSTITUTIONS.contains(&word)) && !names_a_paper(line)
}

/// Whether a line says what sort of paper it stands on.
fn names_a_paper(line: &str) -> bool {
    const PAPERS: [&str; 32] = [
        "letter",
        "summary",
        "report",
        "statement",
        "agreement",
        "lease",
        "contract",
        "deed",
        "judgment",
        "judgement",
        "order",
        "minutes",
        "invoice",
        "affidavit",
        "notice",
        "certificate",
        "assessment",
        "memorandum",
        "petition",
        "complaint",
        "claim",
        "policy",
        "plan",
        "protocol",
        "referral",
        "declaration",
        "application",
        "form",
        "results",
        "note",
        "notes",
        "will",
    ];
    let lower = line.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.any(|word| PAPERS.contains(&word))
}

/// The first of a text's opening lines that looks like a heading.
pub(crate) fn heading(text: &str) -> Option<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(12)
        .find(|line| is_heading(line))
        .map(one_line)
}

/// The first heading of a Markdown text, or what looks like one.
pub(crate) fn markdown_heading(text: &str) -> Option<String> {
    let mut previous = "";
    let mut fenced = false;
    for line in text.lines().take(200).map(str::trim) {
        if line.starts_with("```") || line.starts_with("~~~") {
            fenced = !fenced;
        }
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        let marked = line
            .get(level..)
            .and_then(|rest| rest.strip_prefix(' '))
            .map(|rest| rest.trim_end_matches('#'));
        let found = match marked {
            Some(rest) if !fenced && (1..=6).contains(&level) => Some(rest),
            _ if !fenced && underlined(line) && is_heading(previous) => Some(previous),
            _ => None,
        };
        if let Some(title) = found
            .map(plain)
            .filter(|title| title.chars().any(char::is_alphabetic))
        {
            return Some(title.chars().take(LONGEST_TITLE).collect());
        }
        previous = line;
    }
    heading(text)
}

fn underlined(line: &str) -> bool {
    line.len() >= 3 && (line.bytes().all(|byte| byte == b'=') || line.bytes().all(|byte| byte == b'-'))
}

/// Emphasis and code marks are markup, not title.
fn plain(text: &str) -> String {
    one_line(&text.replace(['*', '`'], ""))
}

fn one_line(text: &str) -> String {
    tidy(text, Spacing::Collapse)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn is_heading(line: &str) -> bool {
    let length = line.chars().count();
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let opens = line
        .chars()
        .next()
        .is_some_and(|c| c.is_uppercase() || c.is_numeric() || !c.is_lowercase());
    (4..=LONGEST_HEADING).contains(&length)
        && letters >= 3
        && letters * 2 >= length
        && opens
        && line.split_whitespace().count() <= 16
        && line
            .split_whitespace()
            .all(|word| word.chars().count() <= LONGEST_WORD)
        && line.chars().next().is_some_and(char::is_alphanumeric)
        && !line.ends_with(['.', ',', ';', ':', '-'])
        && !line.contains('@')
        && !line.contains("://")
        && !line.contains(" | ")
        && !line.contains(|c| matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}'))
        && !is_label(line)
}

/// A page number, the number of an exhibit, or a field with its value: what stands above a title.
fn is_label(line: &str) -> bool {
    let lower = line.to_lowercase();
    let (word, rest) = lower.split_once(' ').unwrap_or((&lower, ""));
    let numbered = [
        "page",
        "seite",
        "pagina",
        "página",
        "exhibit",
        "annex",
        "appendix",
        "schedule",
        "attachment",
    ];
    let number = rest.chars().count() <= 12 && rest.contains(|c: char| c.is_ascii_digit());
    numbered.contains(&word) && number || word.ends_with(':') && word != "re:"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn believes_titles_people_write() {
        for title in [
            "Discharge summary",
            "Lease of 12 Mill Lane",
            "Report 2.1 of the committee",
        ] {
            assert_eq!(declared(title).as_deref(), Some(title));
        }
        assert_eq!(
            declared("Microsoft Word - Witness  statement\n").as_deref(),
            Some("Witness statement")
        );
    }

    #[test]
    fn rejects_titles_programs_write() {
        for title in [
            "",
            "  ",
            "Untitled",
            "untitled 3",
            "Adobe Photoshop PDF",
            "Document1",
            "Slide 1",
            "C:\\scans\\x",
            "scan0001.pdf",
            "42",
            "Microsoft Word - Letter to court.docx",
            "\u{fffd}\u{fffd}abc",
            "https://example.org/a",
        ] {
            assert_eq!(declared(title), None, "{title:?}");
        }
    }

    #[test]
    fn finds_the_first_heading() {
        assert_eq!(
            heading("3 May 2024\n\nPage 1 of 2\nExhibit 10.2\nDate: today\nCLINIC LETTER\n\nDear colleague,")
                .as_deref(),
            Some("CLINIC LETTER")
        );
        assert_eq!(heading("we saw your patient today.\nshe is well.\n"), None);
        let encoded = "VGhlIHJlcG9ydCBvZiB0aGUgd2Vla2x5IG1lZXRpbmcgaXMgYXR0YWNoZWQ";
        assert_eq!(heading(&format!("{encoded}\n{encoded}\n")), None);
        assert_eq!(
            markdown_heading("intro\n```\n# not this\n```\n## The *plan* ##\n").as_deref(),
            Some("The plan")
        );
        assert_eq!(
            markdown_heading("The plan\n========\n").as_deref(),
            Some("The plan")
        );
        assert_eq!(markdown_heading("#hashtag only, nothing else here.\n"), None);
    }
}
