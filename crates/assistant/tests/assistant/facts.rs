use cabinet_assistant::facts::facts;

/// True where every fact of the one is borne out by the other.
fn borne_out(claim: &str, source: &str) -> bool {
    let (claim, source) = (facts(claim), facts(source));
    !claim.is_empty()
        && claim
            .iter()
            .all(|fact| source.iter().any(|other| fact.is_borne_out_by(other)))
}

#[test]
fn the_same_fact_in_another_dress() {
    for (claim, source) in [
        ("5mg", "5 mg"),
        ("0.5 g", "500 mg"),
        ("250 mcg", "0.25 mg"),
        ("250 µg", "250 micrograms"),
        ("1 L", "1,000 mL"),
        ("five tablets", "5 tabs"),
        ("twenty-five patients", "25 patients"),
        ("one hundred and twenty dollars", "$120"),
        ("30 days", "thirty (30) days"),
        ("12 per cent", "12%"),
        ("twice daily", "b.d."),
        ("twice a day", "BD"),
        ("b.i.d.", "2x daily"),
        ("three times daily", "tds"),
        ("every 8 hours", "q8h"),
        ("as needed", "prn"),
        ("40 mg daily", "40 mg/day"),
        ("5-10 mg", "5 to 10 mg"),
        ("between 5 and 10 mg", "5–10 mg"),
        ("3 March 2021", "March 3, 2021"),
        ("3rd of March 2021", "2021-03-03"),
        ("3.3.2021", "3 March 2021"),
        ("March 2021", "3 March 2021"),
        ("in 2021", "on 3 March 2021"),
        ("25/12/2020", "December 25, 2020"),
        ("03/04/2021", "03/04/2021"),
        ("3. März 2021", "03.03.2021"),
        ("3 p.m.", "15:00"),
        ("3:30pm", "3.30 p.m."),
        ("a 62-year-old man", "aged 62"),
        ("62 years old", "62 y/o"),
        ("$1,000.50", "USD 1000.50"),
        ("€5 million", "EUR 5,000,000"),
        ("1.000,5 EUR", "€1000.50"),
        ("at least 30 days", "no less than 30 days"),
        ("no more than 4 tablets", "at most 4 tablets"),
        ("up to 4 tablets", "not exceeding 4 tablets"),
        ("30 days or more", "a minimum of 30 days"),
        ("BP 120/80", "120/80 mmHg"),
        ("Section 4.1(b)", "§ 4.1(b)"),
        ("Art. 6", "Article 6"),
        ("MRN 4471-20", "MRN: 447120"),
        ("No. 12-cv-345", "12-cv-345"),
        ("COVID-19", "COVID 19 or COVID-19"),
        ("020 7946 0958", "(020) 7946-0958"),
        ("½ tablet", "0.5 tablets"),
        (".5 mg", "0.5 mg"),
        ("38.5 °C", "38.5°C"),
        ("ten business days", "10 working days"),
    ] {
        assert!(
            borne_out(claim, source),
            "{claim:?} is borne out by {source:?}: {:?} / {:?}",
            facts(claim),
            facts(source)
        );
    }
}

#[test]
fn another_fact_is_never_taken_for_the_same() {
    for (claim, source) in [
        ("5 mg", "50 mg"),
        ("5 mg", "5 mL"),
        ("5 mg", "5 mcg"),
        ("5 mg", "5-10 mg"),
        ("5 mg/kg", "5 mg"),
        (".5 mg", "5 mg"),
        ("1,5 mg", "15 mg"),
        ("1.000 EUR", "1000 EUR"),
        ("2 days", "48 hours"),
        ("10 days", "10 business days"),
        ("twice daily", "three times daily"),
        ("every 8 hours", "three times daily"),
        ("3 March 2021", "March 2021"),
        ("3 March 2021", "4 March 2021"),
        ("3 April 2021", "03/04/2021"),
        ("4 March", "4 May"),
        ("3 p.m.", "3 a.m."),
        ("aged 62", "62 years in practice"),
        ("$100", "€100"),
        ("$100", "$100,000"),
        ("$5 million", "$5"),
        ("at least 30 days", "at most 30 days"),
        ("more than 30 days", "30 days"),
        ("30 days", "more than 30 days"),
        ("not more than 30 days", "more than 30 days"),
        ("before 3 March", "after 3 March"),
        ("within 30 days", "after 30 days"),
        ("about 5 cm", "5 cm"),
        ("120/80", "180/80"),
        ("Section 4.1", "Section 4.2"),
        ("Section 4", "Article 4"),
        ("MRN 4471-20", "MRN 4471-21"),
        ("L4", "L5"),
        ("third", "first"),
        ("12%", "12"),
    ] {
        assert!(
            !borne_out(claim, source),
            "{claim:?} must not be borne out by {source:?}: {:?} / {:?}",
            facts(claim),
            facts(source)
        );
    }
}

#[test]
fn words_that_only_look_like_facts() {
    for text in [
        "He may march on.",
        "No one of them came.",
        "One of the parties left.",
        "This one works.",
    ] {
        assert!(facts(text).is_empty(), "{text:?}: {:?}", facts(text));
    }
}

#[test]
fn places_are_exact() {
    let text = "Für Zoë: at least 5 µg b.d.";
    let chars: Vec<char> = text.chars().collect();
    let found: Vec<String> = facts(text)
        .iter()
        .map(|fact| chars[fact.span.start..fact.span.end].iter().collect())
        .collect();
    assert_eq!(found, ["at least 5 µg", "b.d."]);
}
