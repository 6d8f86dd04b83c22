use cabinet_text::{Kind, Offsets, outline};

/// Splits and joins wrapped lines so that expectations read as plain sentences.
fn split(text: &str) -> Vec<String> {
    let offsets = Offsets::new(text);
    outline(text)
        .into_iter()
        .map(|sentence| {
            offsets
                .slice(sentence.span)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

/// One string per case, sentences parted by "|".
fn check(cases: &[&str]) {
    for case in cases {
        let expected: Vec<String> = case.split('|').map(|part| part.trim().to_owned()).collect();
        assert_eq!(split(&expected.join(" ")), expected, "in: {case}");
    }
}

#[test]
fn abbreviations_do_not_end_sentences() {
    check(&[
        "Dr. Ellis saw Mrs. Okafor today. | She was well.",
        "The rule in Smith v. Jones applies. | It binds us.",
        "See No. 5 and Nos. 6-8 of the list. | They differ.",
        "Give fluids, e.g. water, i.e. nothing fancy. | Then rest.",
        "Under Art. 6 GDPR and Sec. 4 the duty stands. | It is strict.",
        "Acme Inc. signed. | Birch Ltd. did not.",
        "It was made by Acme Inc. | The company denies it.",
        "Born in the U.S. in 1961. | She moved to the U.K. | There she worked.",
        "Seen at 3 p.m. by the nurse. | Reviewed at 5 p.m. | Doctor informed.",
        "Vgl. Nr. 7 der Liste. | Die Frist läuft am 3. März 2021 ab.",
        "Cefalexin 500 mg p.o. q.i.d. for 7 days. | Review then.",
        "Smith et al. found no effect. | Others did.",
        "The U.S. Supreme Court held otherwise. | We follow it.",
        "Prof. J. R. Hale, Ph.D. and Lt. Col. M. Brandt attended. | Both spoke.",
        "Fig. 2 shows approx. 5 lesions. | None was larger than 3 cm. | All were excised.",
        "Take 5 mg. Continue aspirin.".replace(". C", ". | C").as_str(),
        "Vitamin C. The dose is low.".replace(". T", ". | T").as_str(),
        "Reg. No. 4471 and Vol. II of the file. | Both are lost.",
        "Paid by Birch & Co. on 3 Jan. 2020. | Received on 5 Feb. | Then nothing.",
    ]);
}

#[test]
fn citations_stay_whole() {
    check(&[
        "The court relied on Smith v. Jones, 410 U.S. 113 (1973). | It was right.",
        "See Doe v. Roe, 12 F. Supp. 2d 345, 350 (D. Mass. 1999), and Poe v. Coe, 98 Cal. App. 4th 12 (2002). | Both hold.",
        "Id. at 115. | The test is strict.",
        "As held in Birch (2019) 2 A.C. 5, at para. 12, the duty is absolute. | No exception exists.",
        "Liability follows from 42 U.S.C. § 1983. | Damages are open.",
        "The office is at Mount Holly, NJ. 08099 and moves in May. | She was seen in the ED. 12 days later she left.",
    ]);
}

#[test]
fn numbers_and_sections() {
    check(&[
        "Potassium was 4.1 mmol/L. | Sodium was 139.",
        "Section 4.1. The tenant shall pay rent. | He shall pay monthly.",
        "1. The tenant shall pay rent. | He shall pay monthly.",
        "§ 3.2 The fee is $1,000.50. | It is due on 01.02.2021. | Nothing else is due.",
        "It began in 2019. | The end is open.",
        "The tenant shall (a) pay rent; (b) keep the garden; and (c) leave on time. | Otherwise he is in breach.",
        "Version 2.0.1 is used. | See example.org for more.",
    ]);
}

#[test]
fn quotes_and_brackets_after_the_full_stop() {
    check(&[
        "He said “I am ill.” | She left.",
        "\"I am ill.\" she wrote. | Then she slept."
            .replace(".\" she", ",\" she")
            .as_str(),
        "“Really?” he asked. | Yes!",
        "He stopped. | (He had not eaten.) | Then he went on.",
        "The drug (5 mg. given twice) worked. | He slept.",
        "It was void.[1] | The deed was not.",
        "It was void.12 | The deed was not.",
        "Is it so? | It is! | Good...",
    ]);
}

#[test]
fn a_space_lost_by_the_reader_of_a_pdf() {
    assert_eq!(
        split("The patient left.The nurse stayed."),
        ["The patient left.", "The nurse stayed."]
    );
    assert_eq!(
        split("See www.Example.Org for U.S.Government forms."),
        ["See www.Example.Org for U.S.Government forms."]
    );
}

#[test]
fn hurried_clinical_notes() {
    check(&[
        "pt seen on ward. no chest pain. | plan to discharge."
            .replace("ward. no", "ward. | no")
            .as_str(),
        "Abd. soft, resp. rate 16. | No distress.",
        "The eGFR fell. | eGFR is now 45. | pH was 7.31.",
        "Denies fever. | Denies cough. | No. 3 drain removed.",
    ]);
}

#[test]
fn wrapped_lines_are_one_sentence() {
    let page = "The patient was admitted on 3 March 2021 with chest pain that had\n\
                lasted for two hours. He was seen by Dr.\nOkafor and given aspirin 300 mg. There was no\n\
                ST elevation.\n\nHe went home the next day.";
    assert_eq!(
        split(page),
        [
            "The patient was admitted on 3 March 2021 with chest pain that had lasted for two hours.",
            "He was seen by Dr. Okafor and given aspirin 300 mg.",
            "There was no ST elevation.",
            "He went home the next day.",
        ]
    );
}

#[test]
fn a_remark_in_brackets_goes_on_with_the_line_before() {
    let column = "The wound is dressed with a gel\nsuch as silverine\n(Silvex – see leaflet 12), which is usually enough.\n";
    assert_eq!(
        split(column),
        [
            "The wound is dressed with a gel such as silverine (Silvex – see leaflet 12), which is usually enough."
        ]
    );
    assert_eq!(
        split("He pays.\n(The fee is small.)\n"),
        ["He pays.", "(The fee is small.)"]
    );
}

#[test]
fn blank_lines_end_a_sentence() {
    assert_eq!(split("first line\n\nsecond line"), ["first line", "second line"]);
    assert_eq!(
        split("first line\r\nsecond half\r\n\r\nThird"),
        ["first line second half", "Third"]
    );
}

#[test]
fn double_spaced_court_papers_run_on() {
    let page = "The plaintiff entered the premises of the defendant on the morning\n\n\
                of the third of March and was injured by a falling shelf which had\n\n\
                not been secured.";
    assert_eq!(split(page).len(), 1);
}

#[test]
fn headings_stand_alone() {
    let page = "DISCHARGE SUMMARY\n\nPast medical history\nHypertension since 2015. Asthma in childhood.\n\nMedication:\n\
                - Ramipril 2.5 mg once daily\n- Aspirin 75 mg once daily\n\n4.1 Termination\nEither party may end this \
                agreement by giving thirty days' written\nnotice to the other.";
    let found = outline(page);
    let offsets = Offsets::new(page);
    let kinds: Vec<(Kind, &str)> = found.iter().map(|s| (s.kind, offsets.slice(s.span))).collect();
    assert_eq!(
        kinds,
        [
            (Kind::Heading, "DISCHARGE SUMMARY"),
            (Kind::Heading, "Past medical history"),
            (Kind::Prose, "Hypertension since 2015."),
            (Kind::Prose, "Asthma in childhood."),
            (Kind::Heading, "Medication:"),
            (Kind::Item, "- Ramipril 2.5 mg once daily"),
            (Kind::Item, "- Aspirin 75 mg once daily"),
            (Kind::Heading, "4.1 Termination"),
            (
                Kind::Prose,
                "Either party may end this agreement by giving thirty days' written\nnotice to the other."
            ),
        ]
    );
    assert_eq!(found[5].marker, 2, "the bullet and its space");
}

#[test]
fn lists_and_forms() {
    assert_eq!(
        split(
            "The tenant shall:\n(a) pay the rent;\n(b) keep the garden in good\norder; and\n(c) leave on time."
        ),
        [
            "The tenant shall:",
            "(a) pay the rent;",
            "(b) keep the garden in good order; and",
            "(c) leave on time."
        ]
    );
    assert_eq!(
        split("Name: Maria Okafor\nDate of birth: 12/03/1961\nMRN: 4471-20\nSeen by: Dr. J. Ellis"),
        [
            "Name: Maria Okafor",
            "Date of birth: 12/03/1961",
            "MRN: 4471-20",
            "Seen by: Dr. J. Ellis"
        ]
    );
    assert_eq!(
        split("Sodium     139     mmol/L\nPotassium  4.1     mmol/L"),
        ["Sodium 139 mmol/L", "Potassium 4.1 mmol/L"]
    );
    assert_eq!(
        split(
            "1. Parties\n\n1.1 The landlord is Birch Ltd.\n1.2 The tenant is Mr. A. Hale.\n\n2. Rent\n\nThe rent is £900."
        ),
        [
            "1. Parties",
            "1.1 The landlord is Birch Ltd.",
            "1.2 The tenant is Mr. A. Hale.",
            "2. Rent",
            "The rent is £900."
        ]
    );
}

#[test]
fn a_section_number_on_a_wrapped_line_is_no_item() {
    let page = "The rights that either party holds under the provisions of section\n4.1 of this agreement are not \
                affected by the end of the term, nor are\nthe rights of others.";
    assert_eq!(split(page).len(), 1);
}

#[test]
fn other_scripts() {
    assert_eq!(
        split("患者は帰宅した。 薬は5mgです。"),
        ["患者は帰宅した。", "薬は5mgです。"]
    );
    assert_eq!(split("Пациент ушёл. Он здоров."), ["Пациент ушёл.", "Он здоров."]);
}
