//! No name is replaced in part: whatever of it stays is sent.

use cabinet_deid::{Finder, NameList, Pseudonyms};
use proptest::prelude::*;

/// What would be sent.
fn sent(text: &str) -> String {
    let found = Finder::new().find(text, &NameList::default());
    Pseudonyms::new(7).replace(text, &found).text
}

/// In capitals and small letters as given, in capitals alone, in small letters alone.
fn cases(text: &str) -> [String; 3] {
    [text.to_owned(), text.to_uppercase(), text.to_lowercase()]
}

/// Words of `name` that stand in `sent` still.
fn left<'a>(name: &'a str, sent: &str) -> Vec<&'a str> {
    let small = sent.to_lowercase();
    let still: Vec<&str> = small.split(|c: char| !c.is_alphanumeric()).collect();
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 2 && !["the", "and", "for"].contains(word))
        .filter(|word| still.contains(&word.to_lowercase().as_str()))
        .collect()
}

#[test]
fn bodies_streets_and_houses_go_in_whole() {
    for (text, name) in [
        (
            "She is registered with Elm Road Surgery and was seen there.",
            "Elm Road Surgery",
        ),
        (
            "Elm Road Surgery\n14 Elm Road\nTarnbridge TB4 7QW",
            "Elm Road Tarnbridge",
        ),
        ("He was moved to St. Bride's Hospital on 4 June 2024.", "Bride"),
        (
            "He was moved to Queen Alexandra's Hospital for Women and Children.",
            "Queen Alexandra",
        ),
        (
            "She works at the Blue Heron Cannery near Station Road.",
            "Blue Heron Station",
        ),
        (
            "Seen at the Harbour View Medical Practice by the nurse.",
            "Harbour View",
        ),
        (
            "She was born in Upper Fenwick-on-the-Water in 1951.",
            "Upper Fenwick Water",
        ),
        (
            "The policy is with Copperfield & Daughters Insurance Services.",
            "Copperfield Daughters",
        ),
        (
            "We act for Harrow Quay Developments plc of Saltmouth.",
            "Harrow Quay Developments",
        ),
        (
            "She studied at the University of North Saltmouth until 1987.",
            "North Saltmouth",
        ),
        (
            "His sister attends the Green Lane Community Dental Clinic.",
            "Green Lane",
        ),
        (
            "The Friends of Nether Compton Village Hall wrote to us.",
            "Nether Compton",
        ),
        (
            "Please reply to Long Lane Health Centre, Marsh End.",
            "Long Lane Marsh End",
        ),
        (
            "He was admitted from The Larches Residential Home, Church Street, Lower Haverstock.",
            "Larches Church Haverstock",
        ),
        ("He moved here from the Isle of Skerrow as a boy.", "Skerrow"),
        (
            "Referral: The Old Vicarage Surgery, Chapel Hill.",
            "Vicarage Chapel",
        ),
        ("He banks with the Wold & Vale Building Society.", "Wold Vale"),
        (
            "Her employer is Ironwood & Sons Forge, 2200 Route 9 North.",
            "Ironwood 2200 North",
        ),
    ] {
        for copy in cases(text) {
            let sent = sent(&copy);
            assert!(
                left(name, &sent).is_empty(),
                "{:?} left in {sent:?}",
                left(name, &sent)
            );
        }
    }
}

#[test]
fn firms_and_people_with_several_names_go_in_whole() {
    for (text, name) in [
        (
            "Whitfield, Marsh & Oyelaran LLP\nSolicitors",
            "Whitfield Marsh Oyelaran",
        ),
        (
            "The firm of Abernathy, Quill and Partners acted for him.",
            "Abernathy Quill",
        ),
        (
            "Miss Adaeze Brandvold-Smythe operated on him.",
            "Adaeze Brandvold Smythe",
        ),
        ("I telephoned Professor van der Linde at noon.", "Linde"),
        ("Sister Mary-Agnes O'Rourke was present.", "Mary Agnes Rourke"),
        ("Her lawyer is Mr. Abram T. Lindqvist III.", "Abram Lindqvist"),
    ] {
        for copy in [text.to_owned(), text.to_uppercase()] {
            let sent = sent(&copy);
            assert!(
                left(name, &sent).is_empty(),
                "{:?} left in {sent:?}",
                left(name, &sent)
            );
        }
    }
}

/// Other names go too, where they are given and wherever else they stand.
#[test]
fn other_names_of_somebody_go_everywhere() {
    for (text, alias) in [
        (
            "The defendant, Robert Quillfeather, also known as \"Fingers\", was seen. Later Fingers denied it.",
            "Fingers",
        ),
        (
            "Robert Quillfeather a.k.a. Bobby Quill signed. The note was in the hand of Bobby Quill.",
            "Bobby Quill",
        ),
        (
            "Mr Quillfeather (alias ‘The Heron’) left. Nobody saw the Heron again.",
            "Heron",
        ),
        (
            "Ms Tarnbrook, trading as Bluebell Catering, was paid. A van of Bluebell Catering came.",
            "Bluebell Catering",
        ),
        ("Harrow Quay Developments plc (\"HQD\") sued. HQD lost.", "HQD"),
        (
            "Penhallow Timber Ltd (hereinafter “Penhallow”) appealed. Penhallow won.",
            "Penhallow",
        ),
        ("Mary Tarnbrook née Oyelaran was born there.", "Oyelaran"),
    ] {
        for copy in cases(text) {
            let sent = sent(&copy);
            assert!(
                left(alias, &sent).is_empty(),
                "{:?} left in {sent:?}",
                left(alias, &sent)
            );
        }
    }
    for kept in [
        "The condition is also known as \"frozen shoulder\" and passes.",
        "He goes by bus, and the files are aliased.",
    ] {
        assert_eq!(sent(kept), kept);
    }
}

/// The folder's own list takes them along, so that another document which has the other name alone is covered.
#[test]
fn the_folder_s_list_knows_other_names() {
    let folder = [
        "Robert Quillfeather, also known as \"Fingers\", was seen. Harrow Quay Developments plc (\"HQD\") sued.",
    ];
    let names = NameList::from_texts(folder);
    let note = "Asked HQD about Fingers.";
    for copy in cases(note) {
        let found = Finder::new().find(&copy, &names);
        let sent = Pseudonyms::new(7).replace(&copy, &found).text;
        assert!(left("HQD Fingers", &sent).is_empty(), "{sent}");
    }
}

#[test]
fn numbers_go_with_their_letters() {
    for (text, code) in [
        (
            "Her insurer has her under policy MSM-4471-9920-A now.",
            "MSM-4471-9920-A",
        ),
        ("Our ref: WMO/TK/44812/3", "WMO/TK/44812/3"),
        ("Claim No. KB-2023-SM-000871", "KB-2023-SM-000871"),
        ("Her fingerprints were taken as FP-2210-88.", "FP-2210-88"),
        ("Pacemaker, serial no. CV2-998-134X, was checked.", "CV2-998-134X"),
        ("He drove a car, registration TB19 XKL, that night.", "TB19 XKL"),
        ("Health plan beneficiary 1EG4-TE5-MK73.", "1EG4-TE5-MK73"),
        ("Pacemaker SN: CV2998X was checked.", "CV2998X"),
        ("She writes there as @forge_jo on most days.", "forge_jo"),
    ] {
        for copy in cases(text) {
            let sent = sent(&copy);
            for part in code
                .split(|c: char| !c.is_alphanumeric())
                .filter(|part| part.len() > 1)
            {
                assert!(
                    !sent.to_lowercase().contains(&part.to_lowercase()),
                    "{part} left in {sent:?}"
                );
            }
        }
    }
}

#[test]
fn ages_over_89_go_and_others_stay() {
    for text in [
        "Her husband Gordon, 92, drove her.",
        "He turned 94 in May.",
        "She is ninety-three years old.",
        "a 97F with a fall",
        "her 101st birthday",
    ] {
        let sent = sent(text);
        assert!(
            !["92", "94", "97", "101", "ninety-three"]
                .iter()
                .any(|age| sent.contains(age)),
            "{sent}"
        );
    }
    assert!(sent("Give 90 mg to a 64-year-old patient at once.").contains("90 mg to a 64-year-old"));
}

#[test]
fn rare_facts_want_a_look() {
    for fact in [
        "She is the only female blacksmith in the county.",
        "He won the county lottery in the spring.",
        "She is the mayor's sister.",
        "There is a tattoo of a seahorse on the ankle.",
    ] {
        let found = Finder::new().find(fact, &NameList::default());
        assert!(
            found.iter().any(|found| found.confidence < 0.5),
            "{fact}: {found:?}"
        );
    }
}

#[test]
fn what_names_no_body_stays() {
    for text in [
        "He had knee surgery once and elective surgery before that.",
        "The patient was taken to the local hospital by his family.",
        "The road was wet, and the school was closed.",
        "Home care, a nursing home and primary care were discussed.",
        "What are the guidelines for primary care practice?",
    ] {
        for copy in cases(text) {
            let found = Finder::new().find(&copy, &NameList::default());
            assert!(
                found.is_empty(),
                "{:?}",
                found.iter().map(|f| &copy[f.range.clone()]).collect::<Vec<_>>()
            );
        }
    }
}

/// Invented words: nobody's list has them.
fn coined() -> impl Strategy<Value = String> {
    let starts = prop::sample::select(vec![
        "Brax", "Tor", "Fenl", "Quor", "Wyld", "Mar", "Osk", "Pell", "Dunst", "Hav",
    ]);
    let middles = prop::sample::select(vec!["en", "ick", "ow", "ald", "ith", "emb", "or"]);
    let ends = prop::sample::select(vec!["ford", "wick", "stow", "mere", "thorpe", "holm", "den"]);
    (starts, middles, ends).prop_map(|(start, middle, end)| format!("{start}{middle}{end}"))
}

/// A name of one to three words, some of them everyday words, joined in the ways of names.
fn name() -> impl Strategy<Value = String> {
    let plain = prop::sample::select(vec![
        "Elm",
        "Green",
        "Market",
        "Blue Heron",
        "Three Oaks",
        "West",
        "Old Mill",
        "King's",
    ]);
    prop_oneof![
        coined(),
        (plain.clone(), coined()).prop_map(|(one, two)| format!("{one} {two}")),
        (coined(), plain).prop_map(|(one, two)| format!("{one} {two}")),
        (coined(), coined()).prop_map(|(one, two)| format!("{one}-{two}")),
        (coined(), coined()).prop_map(|(one, two)| format!("{one} & {two}")),
        (coined(), coined()).prop_map(|(one, two)| format!("{one}-on-the-{two}")),
        coined().prop_map(|one| format!("St. {one}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_part_of_an_invented_body_is_sent(
        name in name(),
        what in prop::sample::select(vec![
            "Surgery", "Hospital", "Clinic", "Medical Practice", "Road Surgery", "Health Centre", "Primary School",
            "Pharmacy", "Holdings Ltd", "Insurance", "Foundation", "Nursing Home", "University", "Street Dental Clinic",
        ]),
        frame in prop::sample::select(vec![
            "She was seen at {} on 4 June 2024 for a cough.",
            "He was referred from {} last week, and is well.",
            "Thank you for referring this man from {}. He takes ramipril.",
            "Discharged to the care of {}, telephone 01632 960147.",
        ]),
        case in 0..3usize,
    ) {
        let text = cases(&frame.replace("{}", &format!("{name} {what}")))[case].clone();
        let sent = sent(&text);
        prop_assert!(left(&name, &sent).is_empty(), "{:?} of {text:?} left in {sent:?}", left(&name, &sent));
    }
}
