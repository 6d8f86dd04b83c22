use cabinet_deid::{Finder, NameList, Pseudonyms};

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
