//! Check digits and ranges, each by its published rule.

/// The digits of a text.
fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// The Luhn rule of payment cards (ISO/IEC 7812-1), for 12 to 19 digits.
pub fn luhn(text: &str) -> bool {
    let digits = digits(text);
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &d)| {
            if at % 2 == 0 {
                d
            } else {
                (2 * d) / 10 + (2 * d) % 10
            }
        })
        .sum();
    (12..=19).contains(&digits.len()) && sum.is_multiple_of(10) && digits.iter().any(|&d| d != 0)
}

/// The NHS number's weighted sum modulo 11.
pub fn nhs(text: &str) -> bool {
    let digits = digits(text);
    let [head @ .., check] = digits.as_slice() else {
        return false;
    };
    let sum: u32 = head
        .iter()
        .zip((2..=10).rev())
        .map(|(d, weight)| d * weight)
        .sum();
    digits.len() == 10 && (11 - sum % 11) % 11 == *check
}

/// A United States social security number that can have been given out: area, group and serial not zero.
pub fn ssn(text: &str) -> bool {
    let digits = digits(text);
    let number = |range: std::ops::Range<usize>| digits[range].iter().fold(0, |sum, d| sum * 10 + d);
    digits.len() == 9 && number(0..3) != 0 && number(0..3) != 666 && number(3..5) != 0 && number(5..9) != 0
}

/// ISO 13616: the number, its first four characters moved to the end, is 1 modulo 97.
pub fn iban(text: &str) -> bool {
    let compact: Vec<char> = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    if !(15..=34).contains(&compact.len()) {
        return false;
    }
    let remainder = compact[4..]
        .iter()
        .chain(&compact[..4])
        .filter_map(|c| c.to_digit(36))
        .fold(0u32, |rest, value| {
            (rest * if value > 9 { 100 } else { 10 } + value) % 97
        });
    remainder == 1
}

/// ISO 3779 as North America uses it: the ninth character checks the other sixteen.
pub fn vin(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |c: char| match c.to_ascii_uppercase() {
        c @ '0'..='9' => c.to_digit(10),
        c @ 'A'..='H' => Some(c as u32 - 'A' as u32 + 1),
        c @ 'J'..='R' => Some(c as u32 - 'J' as u32 + 1),
        c @ 'S'..='Z' => Some(c as u32 - 'S' as u32 + 2),
        _ => None,
    };
    let sum: Option<u32> = text
        .chars()
        .zip(WEIGHTS)
        .map(|(c, weight)| value(c).map(|v| v * weight))
        .sum();
    let check = text.chars().nth(8).map(|c| c.to_ascii_uppercase());
    text.chars().count() == 17
        && sum.is_some_and(|sum| {
            check
                == Some(if sum % 11 == 10 {
                    'X'
                } else {
                    char::from(b'0' + (sum % 11) as u8)
                })
        })
}

/// Spain's identity number and that of foreigners: the letter tells the number modulo 23.
pub fn dni(text: &str) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let mut signs: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let letter = signs.pop().map(|c| c.to_ascii_uppercase());
    if let Some(first) = signs.first_mut() {
        *first = match first.to_ascii_uppercase() {
            'X' => '0',
            'Y' => '1',
            'Z' => '2',
            other => other,
        };
    }
    let number: Option<usize> = signs.iter().collect::<String>().parse().ok();
    signs.len() == 8 && number.map(|number| char::from(LETTERS[number % 23])) == letter
}

/// Four numbers up to 255.
pub fn ipv4(text: &str) -> bool {
    text.parse::<std::net::Ipv4Addr>().is_ok()
}

/// An IPv6 address.
pub fn ipv6(text: &str) -> bool {
    text.parse::<std::net::Ipv6Addr>().is_ok()
}

/// Holds a digit: tells an identifier from a word.
pub fn has_digit(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
}

/// As many digits as a telephone number has, and not a mere year or span of years.
pub fn phone(text: &str) -> bool {
    (7..=16).contains(&digits(text).len())
}

/// Day and month, in either order, and for ISO dates the last two numbers, are possible.
pub fn numeric_date(text: &str) -> bool {
    let parts: Vec<u32> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .take(3)
        .filter_map(|part| part.parse().ok())
        .collect();
    match parts[..] {
        [year, month, day] if year > 31 => (1..=12).contains(&month) && (1..=31).contains(&day),
        [a, b, _] => (1..=31).contains(&a) && (1..=31).contains(&b) && a.min(b) <= 12,
        _ => false,
    }
}

/// 90 to 129.
pub fn over_89(text: &str) -> bool {
    let number: String = text.chars().take_while(char::is_ascii_digit).collect();
    number.parse::<u32>().is_ok_and(|age| (90..130).contains(&age))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_digit_is_noticed() {
        for (check, right, wrong) in [
            (luhn as fn(&str) -> bool, "4111111111111111", "4111111111111112"),
            (nhs, "943 476 5919", "943 476 5918"),
            (ssn, "219-09-9999", "666-09-9999"),
            (iban, "GB82WEST12345698765432", "GB82WEST12345698765431"),
            (vin, "1M8GDM9AXKP042788", "1M8GDM9A1KP042788"),
            (dni, "12345678Z", "12345678A"),
            (dni, "X1234567L", "Y1234567L"),
            (ipv4, "10.0.0.255", "10.0.0.256"),
            (numeric_date, "31/12/1999", "32/13/1999"),
            (over_89, "90", "89"),
        ] {
            assert!(check(right), "{right}");
            assert!(!check(wrong), "{wrong}");
        }
    }
}
