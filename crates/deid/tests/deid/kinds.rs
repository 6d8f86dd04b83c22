//! Every kind of identifier that the laws on health privacy name, each in several forms and in three cases: nothing of it
//! may be sent.

use cabinet_deid::{Finder, Kind, NameList, Pseudonyms};

/// What it is, a text with it, and the part of the text of which no digit and no word may stay.
const NAMED: &[(Kind, &str, &str)] = &[
    // Telephone and fax.
    (Kind::Phone, "Tel: 01632 960147.", "01632 960147"),
    (
        Kind::Phone,
        "Ring her on +44 7700 900123 after six.",
        "+44 7700 900123",
    ),
    (
        Kind::Phone,
        "You may call (555) 010-4477 ext. 12 at noon.",
        "(555) 010-4477 ext. 12",
    ),
    (Kind::Phone, "Mobile 555-010-4477", "555-010-4477"),
    (Kind::Phone, "Téléphone : 01 99 00 12 34", "01 99 00 12 34"),
    (Kind::Fax, "Fax: 01632 960983", "01632 960983"),
    (Kind::Fax, "Please fax it to (555) 010-4478.", "(555) 010-4478"),
    // E-mail, web, network.
    (
        Kind::Email,
        "Write to ana.lima+ward@clinic.example.org today.",
        "ana.lima+ward@clinic.example.org",
    ),
    (
        Kind::Url,
        "See https://portal.example.org/p/42?id=7 for it.",
        "https://portal.example.org/p/42?id=7",
    ),
    (
        Kind::Url,
        "Her page is www.anas-bakery.example.com/about now.",
        "www.anas-bakery.example.com/about",
    ),
    (
        Kind::Ip,
        "Logged in from 192.168.10.24 at night.",
        "192.168.10.24",
    ),
    (
        Kind::Ip,
        "Logged in from 2001:db8:85a3::8a2e:370:7334 at night.",
        "2001:db8:85a3::8a2e:370:7334",
    ),
    // Addresses and postcodes.
    (
        Kind::Address,
        "She lives at 14 Saddler Street, Apt. 3 with her son.",
        "14 Saddler Street, Apt. 3",
    ),
    (Kind::Address, "Letters go to P.O. Box 4471.", "P.O. Box 4471"),
    (
        Kind::Address,
        "Er wohnt in der Hauptstraße 7 allein.",
        "Hauptstraße 7",
    ),
    (Kind::Address, "Elle habite 12 rue de la Fontaine.", "12 Fontaine"),
    (Kind::Postcode, "She moved to DH1 3NP last year.", "DH1 3NP"),
    (
        Kind::Postcode,
        "They live in Springfield, IL 62704-1234.",
        "62704-1234",
    ),
    (Kind::Postcode, "The postcode is K1A 0B1.", "K1A 0B1"),
    (Kind::Postcode, "Zip code: 62704", "62704"),
    // Health.
    (Kind::Identifier, "MRN: 00482913", "00482913"),
    (Kind::Identifier, "Medical record number 4829-13.", "4829-13"),
    (Kind::Identifier, "Hospital no. R448213 was filed.", "R448213"),
    (Kind::Identifier, "NHS number 943 476 5919", "943 476 5919"),
    (
        Kind::Identifier,
        "The number 9434765919 is on the form.",
        "9434765919",
    ),
    (
        Kind::Identifier,
        "His health plan beneficiary number is 1EG4-TE5-MK73.",
        "1EG4-TE5-MK73",
    ),
    (
        Kind::Identifier,
        "Insurance policy no. MSM-4471-9920-A",
        "MSM-4471-9920-A",
    ),
    (Kind::Identifier, "Member ID: W2217 44310", "W2217 44310"),
    // The state.
    (Kind::Identifier, "SSN 219-09-9999", "219-09-9999"),
    (Kind::Identifier, "The form says 219-09-9999.", "219-09-9999"),
    (
        Kind::Identifier,
        "National insurance number AB 12 34 56 C",
        "AB 12 34 56 C",
    ),
    (Kind::Identifier, "His passport is 533401372.", "533401372"),
    (
        Kind::Identifier,
        "Driving licence CASTE657054BN9IJ was shown.",
        "CASTE657054BN9IJ",
    ),
    (Kind::Identifier, "Driver's license no. D1234567", "D1234567"),
    (Kind::Identifier, "Her DNI is 12345678Z.", "12345678Z"),
    (
        Kind::Identifier,
        "The card reads 12345678Z on its back.",
        "12345678Z",
    ),
    (Kind::Identifier, "GMC 7012345", "7012345"),
    // Money.
    (
        Kind::Identifier,
        "Account no. 31926819, sort code 60-16-13",
        "31926819 60-16-13",
    ),
    (
        Kind::Identifier,
        "Pay GB82 WEST 1234 5698 7654 32 by Friday.",
        "GB82 WEST 1234 5698 7654 32",
    ),
    (
        Kind::Identifier,
        "Charged to 4111 1111 1111 1111 twice.",
        "4111 1111 1111 1111",
    ),
    (
        Kind::Identifier,
        "Charged to 378282246310005 once.",
        "378282246310005",
    ),
    // Vehicles and devices.
    (
        Kind::Identifier,
        "The car, 1M8GDM9AXKP042788, was towed.",
        "1M8GDM9AXKP042788",
    ),
    (
        Kind::Identifier,
        "He drove a van, registration TB19 XKL.",
        "TB19 XKL",
    ),
    (Kind::Identifier, "License plate: 7XKR482", "7XKR482"),
    (
        Kind::Identifier,
        "Pacemaker, serial number CV2-998-134X",
        "CV2-998-134X",
    ),
    (
        Kind::Identifier,
        "Her phone, IMEI 490154203237518, was seized.",
        "490154203237518",
    ),
    (
        Kind::Identifier,
        "Device 3c:22:fb:9a:41:07 on the ward's network.",
        "3c:22:fb:9a:41:07",
    ),
    // Courts.
    (
        Kind::Identifier,
        "Docket No. 2:19-cv-01234-ABC",
        "2:19-cv-01234-ABC",
    ),
    (
        Kind::Identifier,
        "Claim No. KB-2023-SM-000871",
        "KB-2023-SM-000871",
    ),
    (
        Kind::Identifier,
        "Application no. 61234/08 was joined.",
        "61234/08",
    ),
    (Kind::Identifier, "W.P.(C) No. 1234/2019 is allowed.", "1234/2019"),
    // The body.
    (Kind::Biometric, "Fingerprint template: FP-88213-A", "FP-88213-A"),
    (
        Kind::Biometric,
        "Her iris scan is held under IR-2291-04.",
        "IR-2291-04",
    ),
    (Kind::Biometric, "Voice print 7731-22 was compared.", "7731-22"),
    (Kind::Biometric, "DNA profile no. D-44-81923", "D-44-81923"),
    // Time.
    (Kind::Date, "Born 03/04/1951.", "03/04/1951"),
    (Kind::Date, "Seen 3rd of April, 2019.", "April 2019"),
    (Kind::Age, "She is 93 years old.", "93"),
    (Kind::Age, "a 101-year-old man", "101"),
];

/// What is left of a number or name when it was replaced in part: its words and numbers of two characters and more.
fn left<'a>(of: &'a str, sent: &str) -> Vec<&'a str> {
    let outside = regex::Regex::new(r"\[[^\]]*\]").expect("an expression");
    let small = outside.replace_all(sent, " ").to_lowercase();
    of.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 1 && !["ext", "apt", "box", "de", "la", "rue"].contains(word))
        .filter(|word| {
            small
                .split(|c: char| !c.is_alphanumeric())
                .any(|other| other == word.to_lowercase())
        })
        .collect()
}

#[test]
fn no_identifier_of_any_kind_is_sent_in_any_case() {
    let finder = Finder::new();
    let mut failed = Vec::new();
    for (kind, text, identifier) in NAMED {
        for copy in [(*text).to_owned(), text.to_uppercase(), text.to_lowercase()] {
            let found = finder.find(&copy, &NameList::default());
            let sent = Pseudonyms::new(7).replace(&copy, &found).text;
            if !left(identifier, &sent).is_empty() {
                failed.push(format!(
                    "{kind:?}: {:?} is left in {sent:?}",
                    left(identifier, &sent)
                ));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    for kind in Kind::ALL {
        let elsewhere = [Kind::Person, Kind::Place, Kind::Organisation, Kind::Other];
        assert!(
            elsewhere.contains(&kind) || NAMED.iter().any(|(named, ..)| *named == kind),
            "{kind:?} is not tried"
        );
    }
}
