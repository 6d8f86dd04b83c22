//! What points at a person, and the way there and back through pseudonyms.

use crate::text;
use arbitrary::{Arbitrary, Unstructured};
use cabinet_deid::{Finder, Finding, Kind, Layer, NameList, Pseudonyms};
use std::sync::LazyLock;

pub(crate) const PERSONS: &[&str] = &[
    "[Person 1]",
    "\\[person_1\\]",
    "[Date 2]",
    "[my patient]",
    "12 March 2019",
    "03/04/2021",
    "2019-03-12",
    "Dr. ",
    "Mrs ",
    "MRN 4471823",
    "NHS 943 476 5919",
    "a.lima@example.org",
    "https://example.org/",
    "+44 20 7946 0018",
    "192.168.1.7",
    "SW1A 1AA",
    "aged 47",
    "no. 61234/08",
    "\u{130}",
    "\u{df}",
    "\u{fb01}",
    "31.12.",
    "the 4th of May",
];
static FINDER: LazyLock<Finder> = LazyLock::new(Finder::new);

fn find(text: &str) -> Vec<Finding> {
    let mut names = NameList::default();
    names.add("Ana Lima", Kind::Person);
    let found = FINDER.find(text, &names);
    let mut end = 0;
    for one in &found {
        assert!(
            one.range.start >= end && one.range.end > one.range.start,
            "{found:?}"
        );
        assert!(text.get(one.range.clone()).is_some(), "{one:?}");
        assert!((0.0..=1.0).contains(&one.confidence), "{one:?}");
        end = one.range.end;
    }
    found
}

/// Any text comes back from its pseudonyms to the letter, and so does a second one under the same pseudonyms.
pub(crate) fn deid(data: &[u8]) {
    let text = text(data);
    let (first, second) = text
        .split_once('\0')
        .unwrap_or((&text, "Dr. Ana Lima, 12 March 2019 [Person 1]"));
    let mut pseudonyms = Pseudonyms::new(7);
    pseudonyms.call(first, "Dr. Ana Lima", "my patient");
    let one = pseudonyms.replace(first, &find(first));
    let two = pseudonyms.replace(second, &find(second));
    assert_eq!(pseudonyms.restore(&two.text), second);
    assert_eq!(pseudonyms.restore(&one.text), first);
}

/// A text with anything marked in it.
#[derive(Arbitrary, Debug)]
struct Marked<'d> {
    seed: u8,
    marks: [(u8, u8, u8); 6],
    text: &'d [u8],
}

pub(crate) fn marked(data: &[u8]) {
    let Ok(input) = Marked::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    let text = text(input.text);
    let marks = input.marks.map(|(start, length, kind)| Finding {
        range: usize::from(start)..usize::from(start) + usize::from(length % 32),
        kind: Kind::ALL[usize::from(kind) % Kind::ALL.len()],
        confidence: 1.0,
        layer: Layer::User,
    });
    let mut pseudonyms = Pseudonyms::new(u64::from(input.seed));
    let replaced = pseudonyms.replace(&text, &marks);
    assert_eq!(pseudonyms.restore(&replaced.text), text);
    for piece in &replaced.pieces {
        assert!(
            text.get(piece.original.clone()).is_some() && replaced.text.get(piece.replaced.clone()).is_some(),
            "{piece:?}"
        );
    }
}

/// An answer of any kind is turned back, whatever it makes of the pseudonyms.
pub(crate) fn restore(data: &[u8]) {
    static PSEUDONYMS: LazyLock<Pseudonyms> = LazyLock::new(|| {
        let mut pseudonyms = Pseudonyms::new(3);
        let text = "Dr. Ana Lima saw Mr Ben Osei on 12 March 2019 in Leeds, MRN 4471823, a.lima@example.org.";
        pseudonyms.call(text, "Leeds", "the town");
        pseudonyms.replace(text, &FINDER.find(text, &NameList::default()));
        pseudonyms
    });
    let answer = text(data);
    let restored = PSEUDONYMS.restore(&answer);
    assert!(
        restored.len() <= 40 * (answer.len() + 1),
        "an answer of {} bytes grew to {}",
        answer.len(),
        restored.len()
    );
}

pub(crate) fn person_seeds() -> Vec<Vec<u8>> {
    [
        "Dr. Ana Lima saw Mr Ben Osei (MRN 4471823) on 12 March 2019 in Leeds; aged 47, a.lima@example.org, +44 20 7946 0018.",
        "APPLICANT: ANA LIMA, born 3.4.1961, no. 61234/08\0The applicant, Ms Lima, of 4 Mill Lane, SW1A 1AA.",
        "[Person 1] met \\[Person_2\\] on 13 March 2019 and [my patient] on 12/03/2019 at https://example.org/a?b 10.0.0.1",
        "La requ\u{e9}rante, Mme Lima, n\u{e9}e le 4 avril 1961 \u{e0} Lyon. Paciente: Ana Lima Osei, NHC 12345.",
        "the town, [the town], [The Town] [Person 1]'s",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

pub(crate) fn marked_seeds() -> Vec<Vec<u8>> {
    let marks = [9, 0, 8, 0, 20, 9, 3, 60, 11, 1, 70, 200, 2, 10, 4, 4, 100, 31, 5];
    person_seeds()
        .iter()
        .map(|text| [&marks[..], text].concat())
        .collect()
}
