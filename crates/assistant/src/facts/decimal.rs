//! Decimal numbers, compared exactly: a dose is never rounded.

use std::fmt;

/// A decimal number: `digits × 10^-scale`, without zeros at the end of the fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// A whole number.
    #[must_use]
    pub fn whole(value: i128) -> Self {
        Self {
            digits: value,
            scale: 0,
        }
    }

    fn new(digits: i128, scale: u32) -> Self {
        let (mut digits, mut scale) = (digits, scale);
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        Self { digits, scale }
    }

    /// Reads "1,000", "1.000,5", "2.5", "0,125", ".5", "1½"; none for what is no number ("4.1.2").
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (body, quarter) = match text.char_indices().next_back()? {
            (at, '½') => (&text[..at], 50),
            (at, '¼') => (&text[..at], 25),
            (at, '¾') => (&text[..at], 75),
            _ => (text, 0),
        };
        if quarter > 0 {
            let whole: i128 = if body.is_empty() { 0 } else { body.parse().ok()? };
            return Some(Self::new(whole.checked_mul(100)? + quarter, 2));
        }
        let points = body.matches('.').count();
        let commas = body.matches(',').count();
        let decimal_mark = match (points, commas) {
            (0, 0) => None,
            (1, 0) => Some('.'),
            (0, 1) if grouped(body, ',') => None,
            (0, 1) => Some(','),
            (0, _) if grouped(body, ',') => None,
            (_, 0) if grouped(body, '.') => None,
            (1, _) if body.rfind(',') < body.find('.') && grouped(body.split('.').next()?, ',') => Some('.'),
            (_, 1) if body.rfind('.') < body.find(',') && grouped(body.split(',').next()?, '.') => Some(','),
            _ => return None,
        };
        let (whole, fraction) = match decimal_mark {
            Some(mark) => body.rsplit_once(mark)?,
            None => (body, ""),
        };
        let digits: String = whole
            .chars()
            .chain(fraction.chars())
            .filter(char::is_ascii_digit)
            .collect();
        if digits.len() > 30 {
            return None;
        }
        Some(Self::new(
            digits.parse().ok()?,
            u32::try_from(fraction.len()).ok()?,
        ))
    }

    /// This number times a power of ten; none where it would be too large to hold.
    #[must_use]
    pub fn shifted(self, power: i32) -> Option<Self> {
        if power >= 0 {
            let up = u32::try_from(power).ok()?;
            let from_scale = up.min(self.scale);
            let digits = self.digits.checked_mul(10i128.checked_pow(up - from_scale)?)?;
            Some(Self::new(digits, self.scale - from_scale))
        } else {
            Some(Self::new(
                self.digits,
                self.scale.checked_add(power.unsigned_abs())?,
            ))
        }
    }

    /// This number with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            digits: -self.digits,
            scale: self.scale,
        }
    }

    /// The whole number, where it is one.
    #[must_use]
    pub fn as_whole(self) -> Option<i128> {
        (self.scale == 0).then_some(self.digits)
    }
}

/// "1,000" and "12,345,678", not "0,125" or "1,5".
fn grouped(text: &str, mark: char) -> bool {
    let mut groups = text.split(mark);
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3)
        && text.chars().all(|c| c == mark || c.is_ascii_digit())
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs().to_string();
        let scale = self.scale as usize;
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Decimal::parse(text).map(|number| number.to_string())
    }

    #[test]
    fn reads_both_ways_of_writing_thousands() {
        for (text, expected) in [
            ("1,000", "1000"),
            ("1.000,5", "1000.5"),
            ("1,000.50", "1000.5"),
            ("12.345.678", "12345678"),
            ("2.50", "2.5"),
            ("2,5", "2.5"),
            ("0,125", "0.125"),
            (".5", "0.5"),
            ("1½", "1.5"),
            ("007", "7"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(read("4.1.2"), None, "a section number is no decimal");
        assert_eq!(read("1,2,3"), None, "a list is no decimal");
    }

    #[test]
    fn shifts_exactly() {
        let half = Decimal::parse("0.5").unwrap();
        assert_eq!(half.shifted(3), Decimal::parse("500"));
        assert_eq!(half.shifted(-3), Decimal::parse("0.0005"));
    }
}
