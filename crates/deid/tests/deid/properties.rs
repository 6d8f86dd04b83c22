use cabinet_deid::{Finder, Finding, Kind, Layer, NameList, Pseudonyms};
use proptest::prelude::*;

/// Text with the things in it that layers and pseudonyms look for.
fn hostile() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "\\PC{0,12}",
        "[ -~]{0,20}",
        Just("[Person 1]".to_string()),
        Just("\\[person_1\\]".to_string()),
        Just("[my patient]".to_string()),
        Just("\\[My Patient\\]".to_string()),
        Just("12 March 2019".to_string()),
        Just("13 March 2019".to_string()),
        Just("Dr. Ana Lima".to_string()),
        Just("ANA LIMA".to_string()),
        Just("no. 61234/08".to_string()),
        Just("İSTANBUL ß ﬁ".to_string()),
        Just("\n \t".to_string()),
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

/// Anything a caller could hand over as findings, sound or not.
fn findings() -> impl Strategy<Value = Vec<Finding>> {
    let one = (0..120usize, 0..20usize, 0..Kind::ALL.len()).prop_map(|(start, length, kind)| Finding {
        range: start..start + length,
        kind: Kind::ALL[kind],
        confidence: 1.0,
        layer: Layer::User,
    });
    prop::collection::vec(one, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn findings_are_sorted_apart_and_on_boundaries(text in hostile()) {
        let mut names = NameList::default();
        names.add("Ana Lima", Kind::Person);
        let mut end = 0;
        for found in Finder::new().find(&text, &names) {
            prop_assert!(found.range.start >= end && found.range.end > found.range.start);
            prop_assert!(text.get(found.range.clone()).is_some());
            prop_assert!((0.0..=1.0).contains(&found.confidence));
            end = found.range.end;
        }
    }

    #[test]
    fn what_was_replaced_comes_back_to_the_letter(first in hostile(), second in hostile(), marks in findings(), seed: u64) {
        let finder = Finder::new();
        let mut pseudonyms = Pseudonyms::new(seed);
        // By the user's choice; refused where the first text has these words in brackets, not for the second.
        pseudonyms.call(&first, "Dr. Ana Lima", "my patient");
        pseudonyms.call(&first, "ANA LIMA", "Person 1");
        let mut found = finder.find(&first, &NameList::default());
        found.extend(marks.clone());
        let one = pseudonyms.replace(&first, &found);
        let two = pseudonyms.replace(&second, &marks);
        prop_assert_eq!(pseudonyms.restore(&two.text), second);
        prop_assert_eq!(pseudonyms.restore(&one.text), first.as_str());
        let mut from = 0;
        for piece in &one.pieces {
            prop_assert_eq!(&first[from..piece.original.start], &one.text[one.text.len().min(piece.replaced.start - (piece.original.start - from))..piece.replaced.start]);
            from = piece.original.end;
        }
        let kept = serde_json::to_string(&pseudonyms).unwrap();
        let back: Pseudonyms = serde_json::from_str(&kept).unwrap();
        prop_assert_eq!(back.restore(&one.text), first);
    }
}

/// Capitals add to what the words tell, and take nothing away; in a judgment they do not count at all.
#[test]
fn a_copy_in_another_case_fares_the_same() {
    let judgment = "The applicant, Mr Anders Quillfeather, lodged an appeal with the Tarnbridge Regional Court on 4 May 2011. \
                    The court heard Ms Rosa Whitfield, counsel for the respondent, and a baker from Saltmouth.";
    let note = "Mr Anders Quillfeather, a retired baker from Saltmouth, came to the Harbour View Medical Practice on \
                4 May 2011. He takes ramipril. His wife Rosa will bring him back to Dr Whitfield.";
    let found = |text: &str| -> Vec<std::ops::Range<usize>> {
        let found = Finder::new().find(text, &NameList::default());
        found.into_iter().map(|found| found.range).collect()
    };
    for (text, same) in [(judgment, true), (note, false)] {
        let as_it_is = found(text);
        assert!(as_it_is.len() > 3, "{as_it_is:?}");
        for copy in [text.to_uppercase(), text.to_lowercase()] {
            let there = found(&copy);
            if same {
                assert_eq!(there, as_it_is, "{copy}");
            }
            for range in there {
                assert!(
                    as_it_is
                        .iter()
                        .any(|whole| whole.start <= range.start && range.end <= whole.end),
                    "{} is found in this case alone",
                    &copy[range]
                );
            }
        }
    }
}
