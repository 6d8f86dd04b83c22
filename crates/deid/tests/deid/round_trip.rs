use cabinet_deid::{Finder, Finding, Kind, Layer, NameList, Pseudonyms};

#[test]
fn pseudonyms_are_consistent_and_say_what_they_stand_for() {
    let text = "Ms Ana Lima, born on 12 March 1971, MRN: 00482913, wrote to ana@lima.example.org on 14 March 2019. MRN: 00482913 again.";
    let found = Finder::new().find(text, &NameList::default());
    let mut pseudonyms = Pseudonyms::new(7);
    let replaced = pseudonyms.replace(text, &found);
    assert_eq!(
        replaced.text.matches("[Number 1]").count(),
        2,
        "{}",
        replaced.text
    );
    assert!(replaced.text.contains("[Email 1]"), "{}", replaced.text);
    for original in ["1971", "00482913", "lima.example"] {
        assert!(!replaced.text.contains(original), "{}", replaced.text);
    }
    assert_eq!(pseudonyms.restore(&replaced.text), text);
    let answer = "The record \\[number 1\\] belongs to [EMAIL 1].";
    assert_eq!(
        pseudonyms.restore(answer),
        "The record 00482913 belongs to ana@lima.example.org."
    );
}

/// Days between dates stay as they are, and a date comes back however the model writes it.
#[test]
fn dates_move_together_and_come_back_in_whatever_form() {
    let text = "Seen on 12 March 2019 and on 2019-03-26. Admitted April 2, 2019. Seen 12/04/2019.";
    let found = Finder::new().find(text, &NameList::default());
    let mut pseudonyms = Pseudonyms::new(20_261_129);
    let replaced = pseudonyms.replace(text, &found).text;
    assert!(!replaced.contains("2019"), "{replaced}");
    assert!(
        replaced.contains("[Date 1]"),
        "what is in doubt has no day: {replaced}"
    );
    assert_eq!(pseudonyms.restore(&replaced), text);
    // The second date as it was sent says what day that was, which the other two must keep their distance to.
    let moved: Vec<&str> = pseudonyms.iter().map(|(_, moved, _)| moved).collect();
    let (year, rest) = moved[1].split_once('-').expect("year, month and day");
    let (month, day) = rest.split_once('-').expect("month and day");
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let name = MONTHS[month.parse::<usize>().expect("a month") - 1];
    let day = day.trim_start_matches('0');
    for other in [
        format!("{day} {name} {year}"),
        format!("{name} {day}, {year}"),
        format!("the {day}th of {name} {year}"),
        format!("{} {day} {year}", &name[..3]),
    ] {
        let answer = format!("She came back on {other}.");
        let back = pseudonyms.restore(&answer);
        assert!(back.contains("2019-03-26"), "{answer} became {back}");
    }
    let unknown = "An Act of 7 July 1911.";
    assert_eq!(
        pseudonyms.restore(unknown),
        unknown,
        "a day that was not sent stays"
    );
}

#[test]
fn a_name_that_the_user_chose_stands_for_it_and_comes_back() {
    let text = "Ana Lima saw the nurse [sic]. Ana Lima's record is 00482913 [2].";
    let ana = |at: usize| Finding {
        range: at..at + 8,
        kind: Kind::Person,
        confidence: 1.0,
        layer: Layer::User,
    };
    let mut pseudonyms = Pseudonyms::new(7);
    for unusable in ["", "2", "sic", "SIC", "a]b", "a [b", &"x".repeat(41)] {
        assert!(!pseudonyms.call(text, "Ana Lima", unusable), "{unusable}");
    }
    assert!(pseudonyms.call(text, "Ana Lima", " the Patient "));
    assert!(!pseudonyms.call(text, "Somebody else", "The patient"), "taken");
    let replaced = pseudonyms.replace(text, &[ana(0), ana(text.rfind("Ana").unwrap())]);
    assert_eq!(
        replaced.text,
        "[the Patient] saw the nurse [sic]. [the Patient]'s record is 00482913 [2]."
    );
    assert_eq!(pseudonyms.restore(&replaced.text), text);
    assert_eq!(
        pseudonyms.restore("\\[The patient\\] is well."),
        "Ana Lima is well."
    );
    // What a later text already has in brackets is not mistaken for it.
    let later = "[the patient] is what the form says.";
    let made = pseudonyms.replace(later, &[]);
    assert_eq!(pseudonyms.restore(&made.text), later);
}

/// Sentences of the kind that is sent, with marks for what is put in.
const SENTENCES: [&str; 16] = [
    "{Title} {First} {Last} was seen on {day} {Month} {year} at {Place} General Hospital.",
    "Patient: {LAST}, {FIRST}. DOB: {dd}/{mm}/{year}. MRN: {number}.",
    "{First} lives with {First} {Last} at {day} {Last} Street, {Place}.",
    "Call 0{number} or write to {first}.{last}@example.org.",
    "The applicant, {Title} {Last}, was born in {year} and lives in {Place}.",
    "On {year}-{mm}-{dd} the {Place} District Court heard {First} {Last}.",
    "{LAST} v. {Last} Holdings Ltd, Case No. {number} of {year}.",
    "She takes ramipril 5 mg once daily; blood pressure 132/84.",
    "He is {day} years old, his mother 9{digit}.",
    "[{digit}] As Person {digit} said, [Person {digit}] and \\[Person {digit}\\] differ.",
    "The excerpt [{digit}] and [Date {digit}] stay as they are, [sic].",
    "Pacemaker, serial number AB-{number}; see https://example.org/{last}?id={number}.",
    "{First} wrote on {day} {Month} {year}, and again on {Month} {day}, {year}.",
    "«{Last}» — “{First}”\u{a0}\u{1F33F}\tİSTANBUL ß ﬁ\r\n",
    "NHS number 943 476 5919, IBAN GB82 WEST 1234 5698 7654 32.",
    "The rent is due on the third day of each month.",
];

/// The issue's own figure: a thousand documents, replaced, echoed and turned back, each to the letter.
#[test]
fn a_thousand_documents_come_back_to_the_letter() {
    let finder = Finder::new();
    let mut chance = Chance(20_261_128);
    let mut replaced_at_all = 0;
    for number in 0..1000u32 {
        let text = document(&mut chance);
        let mut pseudonyms = Pseudonyms::new(u64::from(number));
        let findings = finder.find(&text, &NameList::default());
        let replaced = pseudonyms.replace(&text, &findings);
        assert_eq!(pseudonyms.restore(&replaced.text), text, "document {number}");
        replaced_at_all += usize::from(replaced.text != text);
    }
    // Else the line above would hold of a finder that finds nothing.
    assert!(replaced_at_all > 950, "{replaced_at_all} had something replaced");
}

/// Numbers that are the same in every run (a linear congruence, Knuth's constants).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

fn document(chance: &mut Chance) -> String {
    const FIRST: [&str; 8] = ["Ana", "Bruno", "Zoë", "Kwame", "Mei", "Siobhán", "Ivan", "Priya"];
    const LAST: [&str; 8] = [
        "Lima",
        "Castellan",
        "O'Tarvish",
        "Núñez",
        "Berg-Dahl",
        "Okafor",
        "Thorne",
        "Varga",
    ];
    const PLACE: [&str; 6] = ["Skerrow", "Fenwick", "Lisbon", "Århus", "Thornfield", "Leeds"];
    const MONTH: [&str; 4] = ["January", "March", "May", "October"];
    let mut text = String::new();
    for _ in 0..3 + chance.below(8) {
        let mut sentence = chance.of(&SENTENCES).to_owned();
        while let Some(open) = sentence.find('{') {
            let close = open + sentence[open..].find('}').expect("each mark is closed");
            let made = match &sentence[open + 1..close] {
                "Title" => chance.of(&["Mr", "Ms", "Dr", "Mrs."]).to_owned(),
                "First" => chance.of(&FIRST).to_owned(),
                "FIRST" => chance.of(&FIRST).to_uppercase(),
                "first" => chance.of(&FIRST).to_lowercase(),
                "Last" => chance.of(&LAST).to_owned(),
                "LAST" => chance.of(&LAST).to_uppercase(),
                "last" => chance.of(&LAST).to_lowercase(),
                "Place" => chance.of(&PLACE).to_owned(),
                "Month" => chance.of(&MONTH).to_owned(),
                "year" => (1930 + chance.below(97)).to_string(),
                "day" | "dd" => format!("{:02}", 1 + chance.below(28)),
                "mm" => format!("{:02}", 1 + chance.below(12)),
                "digit" => (1 + chance.below(9)).to_string(),
                "number" => format!("{:08}", chance.below(100_000_000)),
                other => panic!("{other} is no mark"),
            };
            sentence.replace_range(open..=close, &made);
        }
        text.push_str(&sentence);
        text.push_str(chance.of(&[" ", "\n", "\n\n"]));
    }
    match chance.below(4) {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        _ => text,
    }
}
