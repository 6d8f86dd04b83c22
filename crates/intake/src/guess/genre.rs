//! What sort of paper a document seems to be, by the words on its first page.

use crate::details::Genre;

/// The head of a page, in characters: where a document says what it is.
const HEAD: usize = 700;
/// The most words of a line in which it says so.
const LINE: usize = 10;
/// What a guess needs.
const ENOUGH: u32 = 3;

/// Signs of one sort of paper: what it may call itself at its head and how much that counts, and what else speaks for
/// it anywhere on the page.
struct Signs {
    genre: Genre,
    named: &'static [&'static str],
    weight: u32,
    spoken: &'static [&'static str],
}

const SIGNS: [Signs; 11] = [
    Signs {
        genre: Genre::DischargeSummary,
        named: &[
            "discharge summary",
            "discharge letter",
            "discharge report",
            "entlassungsbericht",
            "entlassbrief",
        ],
        weight: 6,
        spoken: &[
            "date of discharge",
            "discharged",
            "admitted",
            "on discharge",
            "discharge medication",
        ],
    },
    Signs {
        genre: Genre::WitnessStatement,
        named: &[
            "witness statement",
            "affidavit",
            "statutory declaration",
            "deposition of",
        ],
        weight: 6,
        spoken: &[
            "statement of truth",
            "i make this statement",
            "being duly sworn",
            "will say as follows",
        ],
    },
    Signs {
        genre: Genre::Minutes,
        named: &["minutes of", "meeting minutes"],
        weight: 4,
        spoken: &[
            "present:",
            "apologies",
            "in attendance",
            "meeting closed",
            "action:",
        ],
    },
    Signs {
        genre: Genre::Invoice,
        named: &["invoice", "rechnung", "fee note", "statement of account"],
        weight: 3,
        spoken: &[
            "amount due",
            "invoice no",
            "invoice number",
            "total due",
            "payment terms",
            "subtotal",
        ],
    },
    Signs {
        genre: Genre::Judgment,
        named: &[
            "judgment",
            "judgement",
            "opinion of the court",
            "reasons for decision",
            "decision of the tribunal",
            "order of the court",
            "in the court of appeal",
            "in the supreme court",
        ],
        weight: 3,
        spoken: &[
            "appellant",
            "respondent",
            "it is ordered",
            "lord justice",
            "before:",
            "the appeal",
            "approved judgment",
            "allow the appeal",
            "dismiss the appeal",
        ],
    },
    Signs {
        genre: Genre::Pleading,
        named: &[
            "particulars of claim",
            "statement of claim",
            "complaint",
            "defence",
            "answer and",
            "petition",
            "motion to",
            "motion for",
            "notice of motion",
            "grounds of appeal",
        ],
        weight: 2,
        spoken: &[
            "plaintiff",
            "defendant",
            "claimant",
            "in the high court",
            "in the county court",
            "district court",
            "petitioner",
            "prays",
        ],
    },
    Signs {
        genre: Genre::Contract,
        named: &[
            "agreement",
            "lease",
            "contract",
            "deed of",
            "terms and conditions",
            "licence",
            "memorandum of understanding",
            "vertrag",
        ],
        weight: 2,
        spoken: &[
            "hereinafter",
            "the parties",
            "by and between",
            "between:",
            "witnesseth",
            "governing law",
            "effective date",
            "party of the",
            "whereas",
        ],
    },
    Signs {
        genre: Genre::TestReport,
        named: &[
            "laboratory report",
            "pathology report",
            "radiology report",
            "imaging report",
            "histology",
            "test results",
            "blood results",
        ],
        weight: 4,
        spoken: &[
            "reference range",
            "specimen",
            "impression",
            "findings",
            "clinical details",
            "technique",
        ],
    },
    Signs {
        genre: Genre::ClinicalNote,
        named: &[
            "clinic note",
            "progress note",
            "consultation note",
            "history and physical",
            "ward round",
            "clinical note",
        ],
        weight: 4,
        spoken: &[
            "chief complaint",
            "past medical history",
            "on examination",
            "history of present",
            "review of systems",
            "assessment:",
            "plan:",
            "medications:",
        ],
    },
    Signs {
        genre: Genre::Form,
        named: &[
            "application form",
            "consent form",
            "questionnaire",
            "registration form",
        ],
        weight: 3,
        spoken: &[
            "please tick",
            "please complete",
            "for office use",
            "block capitals",
        ],
    },
    Signs {
        genre: Genre::Letter,
        named: &[],
        weight: 0,
        spoken: &[],
    },
];

const SALUTATIONS: [&str; 8] = [
    "dear ",
    "to whom it may concern",
    "sehr geehrte",
    "madame, monsieur",
    "cher ",
    "chère ",
    "estimado",
    "estimada",
];
const CLOSINGS: [&str; 9] = [
    "yours sincerely",
    "yours faithfully",
    "yours truly",
    "sincerely,",
    "kind regards",
    "best regards",
    "freundlichen gr",
    "cordialement",
    "atentamente",
];

/// The sort with the most signs, if there are enough.
pub(super) fn of(page: &str) -> Option<Genre> {
    let page = page.to_lowercase();
    let head: String = page.chars().take(HEAD).collect();
    let best = SIGNS
        .iter()
        .map(|signs| (score(signs, &page, &head), signs.genre));
    // Of equals the first, which is the more particular.
    let best = best.rev().max_by_key(|(score, _)| *score)?;
    (best.0 >= ENOUGH).then_some(best.1)
}

fn score(signs: &Signs, page: &str, head: &str) -> u32 {
    if signs.genre == Genre::Letter {
        let greets = page.lines().any(|line| {
            SALUTATIONS
                .iter()
                .any(|greeting| line.trim_start().starts_with(greeting))
        });
        let closes = CLOSINGS.iter().any(|closing| page.contains(closing));
        return 3 * u32::from(greets) + 2 * u32::from(closes);
    }
    // A paper calls itself something in a line of its own; in a sentence the same words speak of another.
    let is_sentence = |line: &str| line.trim_end().ends_with(['.', '?', '!', ',', ';']);
    let named = head
        .lines()
        .filter(|line| line.split_whitespace().count() <= LINE && !is_sentence(line))
        .any(|line| signs.named.iter().any(|name| line.contains(name)));
    let spoken = signs.spoken.iter().filter(|word| page.contains(*word)).count();
    let spoken = u32::try_from(spoken.min(4)).unwrap_or(4);
    if named {
        signs.weight + spoken
    } else {
        spoken.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_are_told_apart() {
        let cases = [
            (
                "DISCHARGE SUMMARY\n\nDear Dr Osei,\nAdmitted 1 May, discharged 3 May.\nYours sincerely",
                Some(Genre::DischargeSummary),
            ),
            (
                "LEASE AGREEMENT\nby and between Ruth Adeyemi (hereinafter the Landlord)",
                Some(Genre::Contract),
            ),
            (
                "IN THE HIGH COURT\nRuth Adeyemi, Claimant\nand\nHarrow Quay Ltd, Defendant\nPARTICULARS OF CLAIM",
                Some(Genre::Pleading),
            ),
            (
                "Dear Ruth,\nthe lease agreement is enclosed.\nKind regards",
                Some(Genre::Letter),
            ),
            (
                "Witness Statement of Ada Lindqvist\nI make this statement",
                Some(Genre::WitnessStatement),
            ),
            ("INVOICE\nInvoice no. 12\nAmount due: 900", Some(Genre::Invoice)),
            (
                "IN THE COURT OF APPEAL\nHarrow Quay Ltd v Adeyemi\nBefore: Lady Justice Moss\nThe appellant says the notice was late.",
                Some(Genre::Judgment),
            ),
            (
                "Practice news\nBlood pressure checks are on Mondays.\nCall after two for your\ntest results.",
                None,
            ),
            ("A recipe for bread: flour, water, salt.", None),
            ("Notes on the contract of sale in history", None),
            (
                "Practice news\nThe clinic runs on Saturdays. For test results and any other laboratory report call after 14:00.",
                None,
            ),
        ];
        for (text, genre) in cases {
            assert_eq!(of(text), genre, "{text}");
        }
    }
}
