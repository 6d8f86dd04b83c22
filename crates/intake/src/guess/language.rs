//! The language of a text: by its script where that decides, else by the little words every sentence needs.
//!
//! Written here because the crate that tells many languages with a confidence changes a dependency beneath the vector
//! store, and the one that does not is never unsure.

use super::words;

/// A text with fewer words says too little.
const LEAST: usize = 20;
/// The share of little words in running text of a language, at least.
const SHARE: f64 = 0.10;

const LITTLE: [(&str, &[&str]); 17] = [
    (
        "en",
        &[
            "the", "and", "of", "to", "is", "was", "that", "for", "with", "this", "are", "be", "in", "on",
            "has",
        ],
    ),
    (
        "de",
        &[
            "der", "die", "und", "das", "ist", "nicht", "mit", "von", "den", "ein", "zu", "auf", "dem",
            "eine", "wird",
        ],
    ),
    (
        "fr",
        &[
            "le", "la", "les", "et", "des", "est", "une", "que", "pour", "dans", "du", "pas", "au", "sur",
            "qui",
        ],
    ),
    (
        "es",
        &[
            "el", "los", "las", "que", "una", "por", "con", "para", "del", "se", "es", "su", "la", "en", "y",
        ],
    ),
    (
        "it",
        &[
            "il", "che", "di", "è", "della", "per", "una", "non", "del", "sono", "gli", "con", "la", "si",
            "alla",
        ],
    ),
    (
        "pt",
        &[
            "que", "não", "uma", "para", "com", "os", "do", "da", "em", "por", "dos", "são", "as", "ao", "e",
        ],
    ),
    (
        "nl",
        &[
            "het", "een", "van", "en", "niet", "zijn", "dat", "op", "voor", "met", "wordt", "de", "is", "te",
            "aan",
        ],
    ),
    (
        "pl",
        &[
            "nie", "się", "jest", "na", "że", "do", "oraz", "przez", "z", "w", "dla", "od", "i", "o", "po",
        ],
    ),
    (
        "sv",
        &[
            "och", "att", "det", "är", "som", "en", "på", "för", "av", "inte", "med", "till", "den", "har",
            "om",
        ],
    ),
    (
        "da",
        &[
            "og", "det", "er", "at", "ikke", "af", "til", "på", "med", "som", "der", "for", "en", "har",
            "den",
        ],
    ),
    (
        "cs",
        &[
            "je", "se", "na", "že", "není", "jako", "pro", "byl", "které", "podle", "a", "jsou", "v",
            "který", "s",
        ],
    ),
    (
        "tr",
        &[
            "ve", "bir", "bu", "için", "ile", "olarak", "olan", "da", "de", "daha", "gibi", "çok", "ne",
            "her", "en",
        ],
    ),
    (
        "hu",
        &[
            "a", "az", "és", "hogy", "nem", "egy", "is", "meg", "volt", "ez", "azt", "csak", "de", "már",
            "el",
        ],
    ),
    (
        "ro",
        &[
            "și", "în", "de", "la", "este", "care", "pe", "nu", "din", "cu", "pentru", "sau", "a", "o", "se",
        ],
    ),
    (
        "ru",
        &[
            "и", "в", "не", "на", "что", "с", "по", "как", "это", "к", "из", "для", "от", "был", "его",
        ],
    ),
    (
        "uk",
        &[
            "і", "не", "та", "що", "з", "на", "до", "у", "це", "як", "за", "від", "є", "його", "або",
        ],
    ),
    (
        "bg",
        &[
            "и", "на", "да", "се", "за", "от", "е", "в", "с", "не", "са", "че", "по", "като", "до",
        ],
    ),
];

/// The ISO 639-1 code of a text's language, if it is clear.
pub(super) fn of(text: &str) -> Option<&'static str> {
    by_script(text).or_else(|| {
        let words: Vec<String> = words(text).collect();
        if words.len() < LEAST {
            return None;
        }
        let share = |little: &[&str]| {
            let found = words
                .iter()
                .filter(|word| little.contains(&word.as_str()))
                .count();
            found as f64 / words.len() as f64
        };
        let mut shares: Vec<(f64, &str)> = LITTLE
            .iter()
            .map(|(code, little)| (share(little), *code))
            .collect();
        shares.sort_by(|one, other| other.0.total_cmp(&one.0));
        let (best, next) = (shares[0], shares[1]);
        (best.0 >= SHARE && best.0 >= next.0 * 1.15).then_some(best.1)
    })
}

/// Languages that are alone with their script.
fn by_script(text: &str) -> Option<&'static str> {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).take(4_000).collect();
    let share =
        |of: fn(char) -> bool| letters.iter().filter(|c| of(**c)).count() * 100 / letters.len().max(1);
    if letters.len() < LEAST {
        return None;
    }
    let kana = share(|c| matches!(c, '\u{3040}'..='\u{30ff}'));
    let alone: [(&str, usize); 7] = [
        ("ko", share(|c| matches!(c, '\u{ac00}'..='\u{d7a3}'))),
        ("ja", if kana >= 10 { 100 } else { 0 }),
        ("zh", share(|c| matches!(c, '\u{4e00}'..='\u{9fff}'))),
        ("el", share(|c| matches!(c, '\u{370}'..='\u{3ff}'))),
        ("he", share(|c| matches!(c, '\u{590}'..='\u{5ff}'))),
        (
            "ar",
            share(|c| matches!(c, '\u{600}'..='\u{6ff}' if !matches!(c, 'پ' | 'چ' | 'ژ' | 'گ'))),
        ),
        ("th", share(|c| matches!(c, '\u{e00}'..='\u{e7f}'))),
    ];
    alone
        .into_iter()
        .find(|(_, share)| *share > 60)
        .map(|(code, _)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart_and_little_text_is_none() {
        let cases = [
            (
                "en",
                "The tenant shall pay the rent on the first day of the month and is to keep the house in good order for the term of this lease.",
            ),
            (
                "de",
                "Der Mieter zahlt die Miete am ersten Tag des Monats und hat die Wohnung in gutem Zustand zu halten, solange das Verhältnis nicht mit einer Frist endet.",
            ),
            (
                "fr",
                "Le locataire paie le loyer le premier jour du mois et doit garder la maison dans un bon état pour la durée du bail, que les parties ont fixée.",
            ),
            (
                "es",
                "El inquilino paga la renta el primer día del mes y debe conservar la casa en buen estado por el tiempo que las partes han fijado en el contrato.",
            ),
            (
                "pt",
                "O inquilino paga a renda no primeiro dia do mês e não pode ceder a casa por uma parte do prazo que os contratantes fixaram para a duração do contrato em causa.",
            ),
            (
                "ru",
                "Наниматель платит за жилье в первый день месяца и обязан держать дом в порядке на весь срок договора, что стороны и подписали, как это принято.",
            ),
            (
                "ja",
                "賃借人は毎月一日に賃料を支払い、契約の期間中は家屋を良好な状態に保つものとする。",
            ),
        ];
        for (code, text) in cases {
            assert_eq!(of(text), Some(code));
        }
        assert_eq!(of("Invoice 12, total 900"), None);
        assert_eq!(of(&"x12 9 mg kg ".repeat(20)), None);
    }
}
