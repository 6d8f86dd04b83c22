//! Answers that have a form: on made vocabularies, against the readers of those forms.

use proptest::prelude::*;

use super::*;
use crate::gguf::Gguf;
use crate::made;

/// The made vocabulary with tokens that JSON would have, some of them halves of a character or ends of two things.
fn tokens() -> Tokens {
    let mut file = made::writer(true);
    let json = [
        "Ġ\"", "\":", "\",", "\"}", "{\"", "}}", "],", "true", "tr", "ue", "null", "20", "2026", "-1", "-02",
        "\\\"", "Ã¶", "¶x", "yes", "es", "none", "the\"Ġ:", "0.5", "e+", "ĊĊ",
    ];
    let mut names = made::vocabulary().0;
    names.extend(json.map(str::to_owned));
    made::name_tokens(&mut file, &names);
    Tokens::read(&Gguf::parse(&file.bytes()).unwrap()).unwrap()
}

fn begin(tokens: &Tokens, form: &Form) -> Formed {
    Formed::new(tokens, form).unwrap()
}

/// Whether a text has the form.
fn fits(tokens: &Tokens, form: &Form, text: &str) -> bool {
    let mut formed = begin(tokens, form);
    formed.advance(text.as_bytes()).unwrap();
    formed.is_complete(formed.state).unwrap()
}

/// The tokens that a mask leaves, ends of the answer among them.
fn left(tokens: &Tokens, formed: &mut Formed) -> Vec<u32> {
    let mut logits: Vec<f32> = (0..tokens.len()).map(|id| id as f32).collect();
    formed.narrow(&mut logits).unwrap();
    (0..tokens.len() as u32)
        .filter(|id| logits[*id as usize] != f32::MIN)
        .collect()
}

/// An answer in JSON as a model without any sense would give it: wild at first, then with a wish to come to its end.
fn walk(tokens: &Tokens, form: &Form, seed: u64) -> String {
    const CLOSING: &[&str] = &[
        "\"", "}", "]", "\":", "n", "0", "1", "2", "-", "e", "l", "u", "s", "o", ":",
    ];
    let mut formed = begin(tokens, form);
    let (mut text, mut random) = (Vec::new(), seed);
    let mut draw = |below: usize| {
        let number = made::number(&mut random);
        ((number * 0.5 + 0.5) * below as f32) as usize % below
    };
    for step in 0..600 {
        let allowed = left(tokens, &mut formed);
        assert!(!allowed.is_empty(), "an answer can always go on or end");
        let (ends, goes_on): (Vec<u32>, Vec<u32>) = allowed.iter().partition(|id| tokens.ends(**id));
        let complete = serde_json::from_slice::<serde_json::Value>(&text).is_ok();
        assert_eq!(
            ends.is_empty(),
            !complete,
            "it may end where it is complete, and only there"
        );
        if complete && (goes_on.is_empty() || step > 40 || draw(3) == 0) {
            return String::from_utf8(text).unwrap();
        }
        let closing = CLOSING
            .iter()
            .filter_map(|wanted| goes_on.iter().find(|id| tokens.bytes(**id) == wanted.as_bytes()));
        let token = match closing.copied().next() {
            Some(token) if step > 40 => token,
            _ => goes_on[draw(goes_on.len())],
        };
        text.extend_from_slice(tokens.bytes(token));
        formed.advance(tokens.bytes(token)).unwrap();
    }
    panic!("no end: {}", String::from_utf8_lossy(&text));
}

/// Days of a month, as the almanac has them.
fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_chosen_is_json(depth in 0usize..=2, seed in any::<u64>()) {
        let tokens = tokens();
        let answer = walk(&tokens, &Form::json(depth), seed);
        let read = serde_json::from_str::<serde_json::Value>(&answer);
        prop_assert!(read.is_ok(), "{}: {:?}", answer, read);
    }

    #[test]
    fn whatever_is_chosen_is_the_record(seed in any::<u64>()) {
        let tokens = tokens();
        let form = Form::record(&[
            ("due", Form::date().quoted()),
            ("paid", Form::yes_or_no().quoted()),
            ("what \"it\" is", Form::text(12)),
        ]);
        let answer = walk(&tokens, &form, seed);
        let read: serde_json::Value = serde_json::from_str(&answer).unwrap();
        prop_assert!(["yes", "no"].contains(&read["paid"].as_str().unwrap()));
        prop_assert!(read["what \"it\" is"].as_str().unwrap().chars().count() <= 12);
        let due: Vec<u32> = read["due"].as_str().unwrap().split('-').map(|part| part.parse().unwrap()).collect();
        prop_assert!((1..=days(due[0], due[1])).contains(&due[2]), "{:?}", due);
    }

    #[test]
    fn a_date_is_a_day_of_the_calendar(year in 990u32..3010, month in 0u32..14, day in 0u32..33) {
        let right = (1000..3000).contains(&year) && (1..=days(year, month)).contains(&day);
        let text = format!("{year:04}-{month:02}-{day:02}");
        prop_assert_eq!(fits(&tokens(), &Form::date(), &text), right, "{}", text);
    }

    /// What is skipped because it begins like a token that died would have died too.
    #[test]
    fn a_mask_is_what_trying_every_token_gives(depth in 0usize..=2, steps in 0usize..12, seed in any::<u64>()) {
        let tokens = tokens();
        let mut formed = begin(&tokens, &Form::json(depth));
        let mut random = seed;
        for _ in 0..=steps {
            let allowed = left(&tokens, &mut formed);
            for id in (0..tokens.len() as u32).filter(|id| !tokens.ends(*id)) {
                let state = formed.state;
                formed.advance(tokens.bytes(id)).unwrap();
                let lives = formed.lives(formed.state).unwrap() && !tokens.bytes(id).is_empty();
                formed.state = state;
                prop_assert_eq!(allowed.contains(&id), lives, "{:?}", tokens.bytes(id));
            }
            let goes_on: Vec<u32> = allowed.into_iter().filter(|id| !tokens.ends(*id)).collect();
            let Some(last) = goes_on.len().checked_sub(1) else { break };
            let at = (made::number(&mut random).abs() * last as f32) as usize;
            formed.advance(tokens.bytes(goes_on[at])).unwrap();
        }
    }
}

#[test]
fn forms_take_what_they_should_and_nothing_else() {
    let tokens = tokens();
    for (form, right, wrong) in [
        (
            Form::yes_or_no(),
            &["yes", "no"][..],
            &["", "y", "yes ", "Yes", "yesno"][..],
        ),
        (
            Form::one_of(&["a+", "a.b", "no", "none"]),
            &["a+", "a.b", "none"],
            &["aa", "axb", "non"],
        ),
        (
            Form::date(),
            &["2024-02-29", "2000-02-29"],
            &["2023-02-29", "1900-02-29", "2024-2-9", "2024-04-31"],
        ),
        (
            Form::text(3),
            &["\"\"", "\"äöü\"", "\"\\n\\\"\\\\\""],
            &["\"abcd\"", "\"\n\"", "\"\\x\"", "abc"],
        ),
        (
            Form::json(0),
            &["-0.5e+10", "0", "\"\"", "null"],
            &["01", "1.", "+1", "[]", "nul"],
        ),
        (
            Form::json(1),
            &["[]", "{}", "[1, 2]", "{\"a\":null}"],
            &["[[]]", "[1,]", "{\"a\"}", "{a:1}", "[1"],
        ),
        (Form::json(2), &["[[], {\"a\": 1}]"], &["[[[]]]"]),
    ] {
        for text in right {
            assert!(fits(&tokens, &form, text), "{text} for {form:?}");
        }
        for text in wrong {
            assert!(!fits(&tokens, &form, text), "{text} for {form:?}");
        }
    }
}

#[test]
fn a_form_that_is_too_large_is_refused() {
    let refused = Formed::new(&tokens(), &Form::text(10_000_000));
    assert_eq!(refused.err(), Some(TOO_LARGE));
}

#[test]
fn a_vocabulary_without_the_letters_is_told_apart_from_an_end() {
    let tokens = tokens();
    let mut formed = begin(&tokens, &Form::yes_or_no());
    formed.alphabet = Arc::new(Alphabet {
        ids: Vec::new(),
        bytes: Vec::new(),
        ends: Vec::new(),
        shared: Vec::new(),
        len: tokens.len(),
    });
    let mut logits = vec![0.0; tokens.len()];
    assert!(matches!(
        formed.narrow(&mut logits),
        Err(SlmError::Malformed { .. })
    ));
}

#[test]
fn scores_that_are_no_numbers_stay_so() {
    let tokens = tokens();
    let mut formed = begin(&tokens, &Form::yes_or_no());
    let y = (0..tokens.len() as u32)
        .find(|id| tokens.bytes(*id) == b"y")
        .unwrap();
    let mut logits = vec![0.0; tokens.len() + 3];
    logits[y as usize] = f32::NAN;
    assert_eq!(formed.narrow(&mut logits), Ok(true));
    assert!(logits[y as usize].is_nan());
    assert!(
        logits[tokens.len()..].iter().all(|logit| *logit == f32::MIN),
        "beyond the vocabulary nothing is chosen"
    );
}
