//! RTF: the text of a Rich Text Format document (specification 1.9.1).
//!
//! Owns which destinations are text and which encoding the bytes of a run are in. Hidden text and field codes are left
//! out and tracked deletions kept apart; notes stand at the end of their page, text boxes after their paragraph,
//! comments and what the heads and feet of pages say after everything. Written here because the crates there are either lose the encodings of fonts or keep only the
//! formatting of text boxes, notes and tables, and not what they say. Nothing recurses.

mod group;
mod lexer;
mod part;
mod walk;
mod words;

use crate::details::{self, Details};
use crate::document::{Extracted, Kind};
use crate::error::IntakeError;
use crate::flow::Flow;
use crate::{headings, text, title};
use walk::walk;

/// Reads an RTF document.
///
/// # Errors
/// `empty`, or `too_large`.
pub(crate) fn read(bytes: &[u8]) -> Result<Extracted, IntakeError> {
    let (flow, info) = walk(bytes)?;
    let declared = info.title.as_deref().and_then(title::declared);
    let mut text = flow.into_marked_text();
    let (after, deletions) = info.asides.after(&text.replace(headings::is_mark, ""));
    text.push_str(&after);
    let mut read = text::document(Kind::Rtf, &text, declared)?;
    read.deletions = deletions;
    if info.cut_off {
        read.cut_off();
    }
    read.details = Details {
        author: info.author.as_deref().and_then(details::name),
        created: info.created,
        modified: info.modified,
        ..Details::default()
    };
    Ok(read)
}

/// The text as blocks, for formats that hold RTF.
///
/// # Errors
/// `too_large`.
pub(crate) fn flow(bytes: &[u8]) -> Result<Flow, IntakeError> {
    walk(bytes).map(|(flow, _)| flow)
}

#[cfg(test)]
mod tests {
    use super::walk::DEEPEST;
    use super::*;
    use crate::details::Day;
    use crate::document::PageProblem;
    use crate::error::Excess;

    fn text(rtf: &[u8]) -> String {
        let read = read(rtf).unwrap();
        read.pages
            .iter()
            .map(|page| page.text.as_str())
            .collect::<Vec<_>>()
            .join("\u{c}")
    }

    #[test]
    fn paragraphs_characters_and_encodings() {
        let rtf = b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 Arial Cyr;}{\\f2\\fcharset128 Gothic;}}
{\\info{\\title Lease}{\\author Amara Osei}{\\creatim\\yr2024\\mo5\\dy3}}\\f0 caf\\'e9\\par {\\f1 \\'c8\\'f1\\'ea}\\par\\uc1\\u8364 ?5 {\\uc0\\u8364 }6\\par
{\\f2\\'8c\\'5f\\'96\\'f1}\\u-10179?\\u-8704?{\\field{\\*\\fldinst PAGE}{\\fldrslt 7}}\\par}";
        assert_eq!(
            text(rtf),
            "caf\u{e9}\n\n\u{418}\u{441}\u{43a}\n\n\u{20ac}5 \u{20ac}6\n\n\u{5951}\u{7d04}\u{1f600}7"
        );
        let read = read(rtf).unwrap();
        assert_eq!(read.title.as_deref(), Some("Lease"));
        assert_eq!(read.details.author.as_deref(), Some("Amara Osei"));
        assert_eq!(read.details.created, Day::new(2024, 5, 3));
        assert!(read.warnings.is_empty());
    }

    #[test]
    fn deletions_are_apart_and_comments_and_headers_at_the_end() {
        let rtf = b"{\\rtf1 Pay {\\deleted 1}{\\deleted 00}{\\revised 200} pounds{\\v hidden}{\\*\\unknown x}{\\header Running \\chpgn\\par}{\\*\\atnid AO}\
            {\\*\\atnauthor Amara Osei}{\\*\\annotation why {\\deleted not}}.\\par}";
        assert_eq!(
            text(rtf),
            "Pay 200 pounds.\n\nComments\n\u{2022} Amara Osei: why\n\nAt the head or foot of pages\nRunning"
        );
        let deletions = read(rtf).unwrap().deletions;
        let told: Vec<_> = deletions
            .iter()
            .map(|one| (one.before.as_str(), one.text.as_str()))
            .collect();
        assert_eq!(told, [("Pay", "100"), ("why", "not")]);
    }

    #[test]
    fn notes_boxes_and_pages() {
        let rtf = b"{\\rtf1 One{\\super\\chftn}{\\footnote\\pard {\\super\\chftn} see below\\par}.\\par\\page Two{\\shp{\\*\\shpinst{\\sp{\\sn a}{\\sv b}}{\\shptxt Boxed\\par}}}.\\par}";
        assert_eq!(text(rtf), "One[1].\n\n[1] see below\u{c}Two.\n\nBoxed");
    }

    #[test]
    fn tables_are_rows() {
        let rtf = b"{\\rtf1\\trowd\\cellx1\\cellx2\\pard\\intbl Drug\\cell Dose\\cell\\row\\trowd\\pard\\intbl Iron\\par tablet\\cell 200 mg\\cell\\row\\pard After\\par}";
        assert_eq!(text(rtf), "Drug | Dose\nIron tablet | 200 mg\n\nAfter");
    }

    #[test]
    fn a_text_cut_off_is_kept_and_said() {
        let read = read(b"{\\rtf1 Dear colleague,\\par we saw").unwrap();
        assert_eq!(read.pages[0].text, "Dear colleague,\n\nwe saw");
        assert_eq!(read.warnings[0].problem, PageProblem::Damaged);
        assert_eq!(read.warnings[0].page, 1);
    }

    #[test]
    fn rejects_groups_without_end() {
        let deep = "{".repeat(DEEPEST + 10);
        assert_eq!(
            read(format!("{{\\rtf1 {deep}").as_bytes()),
            Err(IntakeError::TooLarge(Excess::Unpacked))
        );
    }
}
