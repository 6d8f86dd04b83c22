//! What a text is as a whole: its craft, its length, and whether its capitals say anything.

use super::tokens::{Shape, Token};

/// What a text reads like, by words that only one craft uses often.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// Neither of the two.
    Neither,
    /// A note or question about a patient.
    Clinical,
    /// A judgment, pleading or contract.
    Legal,
    /// As much of the one as of the other.
    Both,
}

/// Words of medicine that judgments use too: they decide where nothing else does.
const MEDICAL: &str = "\
    patients symptom syndrome acute infection fever blood cardiac renal asthma stroke fracture insulin \
    antibiotics drug drugs tablets vaccine pregnancy clinical medical doctor nurse physician guideline \
    screening biopsy tumour tumor carcinoma anaemia anemia depression anxiety allergy medications doses \
    dosing regimen arthritis migraine seizures epilepsy dementia pneumonia sepsis nausea ultrasound";

/// Which sort of writing a text is.
pub fn sort(tokens: &[Token]) -> Sort {
    const CLINICAL: [&str; 28] = [
        "patient",
        "history",
        "treatment",
        "diagnosed",
        "clinic",
        "hospital",
        "symptoms",
        "mg",
        "therapy",
        "diagnosis",
        "surgery",
        "diabetes",
        "hypertension",
        "disease",
        "pain",
        "medication",
        "dose",
        "chronic",
        "management",
        "protocol",
        "paciente",
        "tratamiento",
        "diagnóstico",
        "clínica",
        "lesión",
        "exploración",
        "cancer",
        "guidelines",
    ];
    const LEGAL: [&str; 24] = [
        "court",
        "applicant",
        "judgment",
        "article",
        "convention",
        "petitioner",
        "respondent",
        "appeal",
        "section",
        "accused",
        "plaintiff",
        "defendant",
        "counsel",
        "proceedings",
        "prosecution",
        "tribunal",
        "appellant",
        "advocate",
        "requérant",
        "requérante",
        "cour",
        "demandante",
        "versus",
        "honourable",
    ];
    let count = |list: &[&str]| {
        tokens
            .iter()
            .filter(|token| list.contains(&token.small.as_str()))
            .take(3)
            .count()
    };
    let (clinical, legal) = (count(&CLINICAL), count(&LEGAL));
    match (clinical, legal) {
        (0, 0) if tokens.iter().any(|token| is_medical(&token.small)) => Sort::Clinical,
        (0, 0) => Sort::Neither,
        (c, l) if c > l => Sort::Clinical,
        (c, l) if l > c => Sort::Legal,
        _ => Sort::Both,
    }
}

fn is_medical(word: &str) -> bool {
    MEDICAL.split_whitespace().any(|known| known == word)
}

/// Whether a text is longer than a page or so.
pub fn is_long(tokens: &[Token]) -> bool {
    tokens.len() > 250
}

/// Whether the text has both small letters and capitals; otherwise capitals say nothing. A few do not count: units among
/// capitals, an abbreviation among small letters, a letter that has no other case.
pub fn has_both_cases(tokens: &[Token]) -> bool {
    let (mut small, mut large, mut both) = (0, 0, 0);
    for token in tokens {
        match token.shape {
            Shape::Small => small += 1,
            Shape::Capitals | Shape::Initial => large += 1,
            Shape::Capital | Shape::Mixed => both += 1,
            Shape::Digits | Shape::Code | Shape::Sign => {}
        }
    }
    let words = small + large + both;
    small + both > words / 10 && large + both > words / 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::tokens::tokens;

    #[test]
    fn a_stray_letter_of_the_other_case_does_not_make_capitals_tell() {
        let plain =
            "she came back to the clinic with the same cough and was sent home with tablets ".repeat(8);
        let has_both = |text: &str| has_both_cases(&tokens(text));
        assert!(has_both("Ana came."));
        assert!(has_both("she was seen by Ana"));
        assert!(!has_both(&plain));
        assert!(!has_both(&plain.to_uppercase()));
        assert!(!has_both(&format!("{plain} İnci")));
        assert!(!has_both(&format!("{} 1.ª 40 µg, 5 mg", plain.to_uppercase())));
        assert!(has_both(&format!("{plain} Ana Lima saw Dr Reis")));
    }

    #[test]
    fn the_sort_of_writing_shows_by_its_words_in_any_case() {
        for (text, want) in [
            ("The applicant lodged an appeal.", Sort::Legal),
            ("The patient has a history of pain.", Sort::Clinical),
            ("Ten tablets of it for ten days?", Sort::Clinical),
            ("The plaintiff saw a doctor.", Sort::Legal),
            ("We met at the station.", Sort::Neither),
            ("The patient lodged an appeal.", Sort::Both),
        ] {
            for copy in [text.to_string(), text.to_uppercase(), text.to_lowercase()] {
                assert_eq!(sort(&tokens(&copy)), want, "{copy:?}");
            }
        }
    }
}
