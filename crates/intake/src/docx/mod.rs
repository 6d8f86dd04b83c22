//! DOCX: the text of a Word document with its numbers, notes and tables.
//!
//! Owns how the parts of a package come together. Pages are where Word last put them, if the file says
//! so; a file that does not is cut as [`crate::paginate`] cuts any text. Footnotes stand at the end of
//! their page and endnotes at the end of the document, both marked where they are referred to.
//! Comments come after the text, and so does what the heads and feet of its pages say.

mod body;
mod marks;
mod numbering;
mod styles;

use crate::asides::Asides;
use crate::clean::{Spacing, tidy_but};
use crate::document::{Extracted, Kind, Method, Page, PageProblem, PageWarning};
use crate::error::{Excess, IntakeError};
use crate::flow::{Counting, Flow};
use crate::limits::{MOST_PAGES, TextBudget};
use crate::package::Package;
use crate::{headings, paginate, title};
use body::{Body, NoteKind};
use marks::{BREAK, NOTE, RENDERED, SECTION, is_break, without_marks};
use numbering::Numbering;
use std::collections::HashMap;
use styles::Styles;

/// Reads a Word document.
///
/// # Errors
/// `corrupt`, `empty`, `unsupported` for packages of another kind, or `too_large`.
pub(crate) fn read(bytes: Vec<u8>) -> Result<Extracted, IntakeError> {
    let mut package = Package::open(bytes)?;
    let main = package.main_part("word/document.xml")?;
    let links = package.links(&main)?;
    let mut part = |kind: &str| -> Result<Option<String>, IntakeError> {
        let target = links
            .iter()
            .find(|link| link.kind == kind)
            .map(|link| link.target.as_str());
        target.map_or(Ok(None), |target| package.text(target))
    };
    let styles = part("styles")?.map_or_else(|| Ok(Styles::default()), |text| Styles::read(&text))?;
    let mut numbering =
        part("numbering")?.map_or_else(|| Ok(Numbering::default()), |text| Numbering::read(&text))?;
    let notes = [
        (NoteKind::Foot, part("footnotes")?),
        (NoteKind::End, part("endnotes")?),
    ];
    let comments = part("comments")?;
    let mut margins = Vec::new();
    for link in links
        .iter()
        .filter(|link| matches!(link.kind.as_str(), "header" | "footer"))
    {
        margins.extend(package.text(&link.target)?);
    }
    let mut budget = TextBudget::default();
    let text = package.text(&main)?.ok_or(IntakeError::Corrupt(Kind::Docx))?;
    let mut document = body::walk(&text, &styles, &mut numbering, &mut budget)?;
    drop(text);
    let mut texts = HashMap::new();
    for (kind, text) in notes {
        if let Some(text) = text {
            let read = body::walk(&text, &styles, &mut numbering, &mut budget)?;
            texts.extend(read.notes.into_iter().map(|(id, note)| ((kind, id), note)));
        }
    }
    let mut asides = std::mem::take(&mut document.asides);
    if let Some(text) = comments {
        let read = body::walk(&text, &styles, &mut numbering, &mut budget)?;
        place_comments(read, &document.remarked, &mut asides);
    }
    for text in margins {
        let read = body::walk(&text, &styles, &mut numbering, &mut budget)?;
        asides.margin(&without_marks(&read.flow.into_text()));
    }
    let mut pages = pages(&mut document, texts)?;
    let (after, deletions) = asides.after(&pages.join("\n").replace(headings::is_mark, ""));
    if let Some(last) = pages.last_mut() {
        last.push_str(&after);
    }
    // Damaged properties are no reason to refuse a text.
    let properties = package.properties().unwrap_or_default();
    let declared = properties.title.as_deref().and_then(title::declared);
    let styled = document
        .title
        .and_then(|(_, text)| title::declared(&without_marks(&text)));
    let mut read = conclude(pages, declared.or(styled))?;
    read.details = properties.into_details();
    read.deletions = deletions;
    if !package.is_whole() {
        read.cut_off();
    }
    Ok(read)
}

/// Puts comments in the order they are referred to, each with what it is about.
fn place_comments(part: Body, remarked: &[(String, String)], asides: &mut Asides) {
    let place = |id: &str| remarked.iter().position(|(other, _)| other == id);
    let mut comments = part.comments;
    comments.sort_by_key(|(id, _)| place(id).unwrap_or(usize::MAX));
    for (id, mut comment) in comments {
        comment.on = place(&id).map_or_else(String::new, |at| remarked[at].1.clone());
        asides.comment(comment);
    }
}

fn conclude(texts: Vec<String>, named: Option<String>) -> Result<Extracted, IntakeError> {
    let mut pages = Vec::with_capacity(texts.len());
    let mut warnings = Vec::new();
    for (number, text) in (1..).zip(texts) {
        let text = tidy_but(&text, Spacing::Collapse, headings::is_mark);
        let method = if text.is_empty() {
            Method::None
        } else {
            Method::Native
        };
        if method == Method::None {
            warnings.push(PageWarning {
                page: number,
                problem: PageProblem::Blank,
            });
        }
        pages.push(Page { number, text, method });
    }
    let headings = headings::take(&mut pages);
    let first = pages
        .iter()
        .find(|page| page.method == Method::Native)
        .ok_or(IntakeError::Empty)?;
    let title = named.or_else(|| title::heading(&first.text));
    Ok(Extracted {
        title,
        pages,
        warnings,
        headings,
        ..Extracted::of(Kind::Docx)
    })
}

fn pages(
    document: &mut Body,
    mut notes: HashMap<(NoteKind, String), Flow>,
) -> Result<Vec<String>, IntakeError> {
    let text = std::mem::take(&mut document.flow).into_marked_text();
    let mut pages = Vec::new();
    for page in at_breaks(&text, &document.sections) {
        if page.chars().nth(paginate::WHOLE).is_some() {
            pages.extend(paginate::paginate(&page));
        } else {
            pages.push(page);
        }
    }
    if pages.len() > MOST_PAGES {
        return Err(IntakeError::TooLarge(Excess::Pages));
    }
    // A break at the very end begins no page.
    while pages.len() > 1 && pages.last().is_some_and(|page| page.trim().is_empty()) {
        pages.pop();
    }
    let mut labels = Labels::default();
    let mut endnotes = String::new();
    for page in &mut pages {
        let mut footnotes = String::new();
        *page = with_labels(page, |number| {
            let (kind, id) = document.references.get(number)?;
            let label = labels.next(*kind);
            if let Some(note) = notes.remove(&(*kind, id.clone())) {
                let end = if *kind == NoteKind::Foot {
                    &mut footnotes
                } else {
                    &mut endnotes
                };
                end.push_str(&format!("\n\n{label} {}", without_marks(&note.into_text())));
            }
            Some(label)
        });
        page.push_str(&footnotes);
    }
    if let Some(last) = pages.last_mut() {
        last.push_str(&endnotes);
    }
    Ok(pages)
}

/// Cuts the text where pages end. Word notes the page breaks it found after those set by hand and
/// after sections too; where nothing stands between the two they are one.
fn at_breaks(text: &str, sections: &[bool]) -> Vec<String> {
    let mut pages = vec![String::new()];
    let mut fresh = true;
    let mut section = 0;
    for c in text.chars() {
        let breaks = match c {
            BREAK => true,
            RENDERED => !fresh,
            SECTION => {
                section += 1;
                sections.get(section).copied().unwrap_or(true)
            }
            _ => false,
        };
        if breaks {
            pages.push(String::new());
            fresh = true;
        } else if !is_break(c) {
            fresh &= c.is_whitespace();
            if let Some(page) = pages.last_mut() {
                page.push(c);
            }
        }
    }
    pages
}

#[derive(Default)]
struct Labels {
    feet: u32,
    ends: u32,
}

impl Labels {
    fn next(&mut self, kind: NoteKind) -> String {
        let (count, counting) = match kind {
            NoteKind::Foot => (&mut self.feet, Counting::Decimal),
            NoteKind::End => (&mut self.ends, Counting::LowerRoman),
        };
        *count += 1;
        format!("[{}]", counting.write(*count))
    }
}

/// Puts what `label` gives in place of the marked numbers.
fn with_labels(text: &str, mut label: impl FnMut(usize) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, piece) in text.split(NOTE).enumerate() {
        match piece.parse() {
            Ok(number) if at % 2 == 1 => out.push_str(&label(number).unwrap_or_default()),
            _ => out.push_str(piece),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_next_to_each_other_are_one() {
        let cut = |text: &str, sections: &[bool]| at_breaks(text, sections).join("|");
        assert_eq!(cut("a\u{c}\u{1c}b\u{1c}c", &[]), "a|b|c");
        assert_eq!(
            cut("\u{1c}a\u{c}\u{c}b", &[]),
            "a||b",
            "two set by hand leave a blank page"
        );
        assert_eq!(
            cut("a\u{1d}b\u{1d}\u{1c}c", &[true, false, true]),
            "ab|c",
            "a section says how it begins"
        );
    }
}
