use cabinet_text::{Folded, Offsets, Span, estimate_tokens, fold, passages, sentences};
use proptest::prelude::*;

/// Text made of the things that decide: stops, breaks, numbers, brackets, abbreviations, any Unicode.
fn page() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "[a-zA-Zäé]{1,12}",
        1 => Just("Dr.".to_owned()),
        1 => Just("No. 5".to_owned()),
        1 => Just("4.1.".to_owned()),
        1 => Just("(a)".to_owned()),
        1 => Just("• ".to_owned()),
        1 => Just("U.S.".to_owned()),
        1 => "[0-9]{1,4}[.,]?[0-9]{0,2}",
        1 => "\\PC{0,6}",
    ];
    let gap = prop_oneof![
        6 => Just(" "),
        2 => Just(". "),
        1 => Just("\n"),
        1 => Just("\n\n"),
        1 => Just("\r\n"),
        1 => Just("\u{a0}"),
        1 => Just(".” "),
        1 => Just("? ("),
        1 => Just("\u{c}"),
    ];
    proptest::collection::vec((word, gap), 0..80)
        .prop_map(|parts| parts.into_iter().map(|(word, gap)| word + gap).collect())
}

fn check_cover(text: &str, spans: &[Span]) {
    let chars: Vec<char> = text.chars().collect();
    let mut covered = 0;
    for span in spans {
        assert!(
            span.start >= covered && span.end > span.start && span.end <= chars.len(),
            "ordered and apart"
        );
        assert!(
            chars[covered..span.start].iter().all(|c| c.is_whitespace()),
            "only white space lies between"
        );
        assert!(
            !chars[span.start].is_whitespace() && !chars[span.end - 1].is_whitespace(),
            "trimmed"
        );
        covered = span.end;
    }
    assert!(
        chars[covered..].iter().all(|c| c.is_whitespace()),
        "nothing is left over"
    );
}

proptest! {
    #[test]
    fn sentences_cover_every_character_once(text in page()) {
        check_cover(&text, &sentences(&text));
    }

    #[test]
    fn sentences_cover_any_unicode(text in any::<String>()) {
        check_cover(&text, &sentences(&text));
    }

    #[test]
    fn passages_cover_and_never_exceed(text in page(), target in 1usize..60) {
        let found = passages(&text, target, estimate_tokens);
        check_cover(&text, &found);
        let offsets = Offsets::new(&text);
        for span in found {
            let slice = offsets.slice(span);
            // One character may take more than a tiny maximum; nothing smaller can be cut.
            prop_assert!(span.len() == 1 || estimate_tokens(slice) <= target + target / 4 + 1);
        }
    }

    #[test]
    fn offsets_go_there_and_back(text in any::<String>()) {
        let offsets = Offsets::new(&text);
        prop_assert_eq!(offsets.len(), text.chars().count());
        for (character, (byte, c)) in text.char_indices().enumerate() {
            prop_assert_eq!(offsets.byte(character), byte);
            for within in byte..byte + c.len_utf8() {
                prop_assert_eq!(offsets.character(within), character);
            }
        }
        for span in sentences(&text) {
            let by_chars: String = text.chars().skip(span.start).take(span.len()).collect();
            prop_assert_eq!(offsets.slice(span), by_chars);
            prop_assert_eq!(offsets.span(offsets.bytes(span)), span);
        }
    }

    #[test]
    fn folding_twice_changes_nothing_and_finds_itself(text in page()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once.clone());
        for span in sentences(&text) {
            let sentence = Offsets::new(&text).slice(span).to_owned();
            if !fold(&sentence).trim().is_empty() {
                prop_assert!(!Folded::new(&text).find(&sentence).is_empty(), "every sentence is found on its page");
            }
        }
    }
}
