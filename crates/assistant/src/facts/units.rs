//! Units, and which of them may be turned into one another: only by powers of ten, and only within one measure.

use super::lexer::Lexeme;

/// A unit as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Unit {
    /// Its one name: "mg", "ml", "business day", "mg/kg".
    pub name: String,
    /// The measure it belongs to and its power of ten there, where it may be turned into others of it.
    pub scale: Option<(Measure, i32)>,
}

/// What may be converted within.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Grams and their parts.
    Mass,
    /// Litres and their parts.
    Volume,
    /// Metres and their parts.
    Length,
}

impl Unit {
    fn plain(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            scale: None,
        }
    }

    /// True for "day", "week", "business day": a length of time.
    #[must_use]
    pub fn is_time(&self) -> bool {
        let last = self.name.rsplit(' ').next().unwrap_or_default();
        matches!(
            last,
            "second" | "minute" | "hour" | "day" | "week" | "fortnight" | "month" | "year"
        )
    }
}

fn simple(form: &str) -> Option<Unit> {
    use Measure::{Length, Mass, Volume};
    let (name, scale) = match form {
        "kg" | "kgs" | "kilogram" | "kilograms" | "kilo" | "kilos" => ("kg", Some((Mass, 9))),
        "g" | "gm" | "gms" | "gram" | "grams" | "gramm" => ("g", Some((Mass, 6))),
        "mg" | "mgs" | "milligram" | "milligrams" | "milligramm" => ("mg", Some((Mass, 3))),
        "mcg" | "μg" | "ug" | "mcgs" | "microgram" | "micrograms" | "mikrogramm" => ("mcg", Some((Mass, 0))),
        "ng" | "nanogram" | "nanograms" => ("ng", Some((Mass, -3))),
        "l" | "litre" | "litres" | "liter" | "liters" => ("l", Some((Volume, 3))),
        "dl" => ("dl", Some((Volume, 2))),
        "cl" => ("cl", Some((Volume, 1))),
        "ml" | "mls" | "cc" | "millilitre" | "millilitres" | "milliliter" | "milliliters" => {
            ("ml", Some((Volume, 0)))
        }
        "μl" | "microlitre" | "microlitres" => ("μl", Some((Volume, -3))),
        "km" | "kilometre" | "kilometres" | "kilometer" | "kilometers" => ("km", Some((Length, 6))),
        "m" | "metre" | "metres" | "meter" | "meters" => ("m", Some((Length, 3))),
        "cm" | "cms" | "centimetre" | "centimetres" | "centimeter" | "centimeters" => {
            ("cm", Some((Length, 1)))
        }
        "mm" | "millimetre" | "millimetres" | "millimeter" | "millimeters" => ("mm", Some((Length, 0))),
        "mol" => ("mol", None),
        "mmol" | "millimoles" | "millimole" => ("mmol", None),
        "μmol" | "umol" | "micromol" => ("μmol", None),
        "nmol" => ("nmol", None),
        "pmol" => ("pmol", None),
        "meq" => ("meq", None),
        "u" | "unit" | "units" | "iu" => ("unit", None),
        "miu" => ("miu", None),
        "mmhg" => ("mmhg", None),
        "kpa" => ("kpa", None),
        "bpm" => ("bpm", None),
        "kcal" => ("kcal", None),
        "lb" | "lbs" | "pound" | "pounds" => ("pound", None),
        "oz" | "ounce" | "ounces" => ("ounce", None),
        "st" | "stone" => ("stone", None),
        "inch" | "inches" => ("inch", None),
        "ft" | "foot" | "feet" => ("foot", None),
        "yd" | "yard" | "yards" => ("yard", None),
        "mile" | "miles" => ("mile", None),
        "acre" | "acres" => ("acre", None),
        "hectare" | "hectares" => ("hectare", None),
        "second" | "seconds" | "sec" | "secs" => ("second", None),
        "minute" | "minutes" | "min" | "mins" => ("minute", None),
        "hour" | "hours" | "hr" | "hrs" | "stunden" | "stunde" => ("hour", None),
        "day" | "days" | "days'" | "day'" | "tage" | "tag" | "tagen" => ("day", None),
        "week" | "weeks" | "weeks'" | "wk" | "wks" | "wochen" | "woche" => ("week", None),
        "fortnight" | "fortnights" => ("fortnight", None),
        "month" | "months" | "months'" | "mo" | "mos" | "monate" | "monat" | "monaten" => ("month", None),
        "year" | "years" | "years'" | "yr" | "yrs" | "jahre" | "jahr" | "jahren" => ("year", None),
        "tablet" | "tablets" | "tab" | "tabs" => ("tablet", None),
        "capsule" | "capsules" | "cap" | "caps" => ("capsule", None),
        "puff" | "puffs" => ("puff", None),
        "drop" | "drops" | "gtt" => ("drop", None),
        "spray" | "sprays" => ("spray", None),
        "ampoule" | "ampoules" => ("ampoule", None),
        "sachet" | "sachets" => ("sachet", None),
        "patch" | "patches" => ("patch", None),
        "dose" | "doses" => ("dose", None),
        "percent" | "pct" => ("%", None),
        _ => return None,
    };
    Some(Unit {
        name: name.to_owned(),
        scale,
    })
}

/// Reads the unit that starts at `at`; gives it and the place after it.
///
/// `glued` letters such as the "h" of "24h" count as units only directly after the number.
pub(crate) fn unit(lexemes: &[Lexeme], at: usize) -> Option<(Unit, usize)> {
    let mut start = at;
    // "30-day notice", "5-mg tablet".
    if lexemes.get(start)?.is_dash() && lexemes[start].glued && lexemes.get(start + 1)?.glued {
        start += 1;
    }
    let first = lexemes.get(start)?;
    if first.is_mark('%') {
        return Some((Unit::plain("%"), start + 1));
    }
    if first.is_mark('°') {
        let next = lexemes.get(start + 1);
        return match next.map(|next| next.form.as_str()) {
            Some("c") => Some((Unit::plain("°c"), start + 2)),
            Some("f") => Some((Unit::plain("°f"), start + 2)),
            _ => Some((Unit::plain("°"), start + 1)),
        };
    }
    if !first.is_word() {
        return None;
    }
    match (
        first.form.as_str(),
        lexemes.get(start + 1).map(|next| next.form.as_str()),
    ) {
        ("per", Some("cent")) => return Some((Unit::plain("%"), start + 2)),
        ("percentage", Some("points")) => return Some((Unit::plain("percentage point"), start + 2)),
        ("beats", Some("per")) if lexemes.get(start + 2).is_some_and(|word| word.is("minute")) => {
            return Some((Unit::plain("bpm"), start + 3));
        }
        ("business" | "working" | "calendar" | "clear" | "banking", Some("day" | "days" | "days'")) => {
            let kind = if first.is("working") {
                "business"
            } else {
                first.form.as_str()
            };
            return Some((Unit::plain(&format!("{kind} day")), start + 2));
        }
        ("calendar", Some("month" | "months")) => return Some((Unit::plain("calendar month"), start + 2)),
        ("calendar", Some("year" | "years")) => return Some((Unit::plain("calendar year"), start + 2)),
        ("square", Some(_)) => {
            let inner = simple(&lexemes[start + 1].form)?;
            return Some((Unit::plain(&format!("square {}", inner.name)), start + 2));
        }
        _ => {}
    }
    if first.glued && start == at {
        match first.form.as_str() {
            "h" => return Some((Unit::plain("hour"), start + 1)),
            "d" => return Some((Unit::plain("day"), start + 1)),
            "c" => return Some((Unit::plain("°c"), start + 1)),
            "f" => return Some((Unit::plain("°f"), start + 1)),
            "y" => return Some((Unit::plain("year"), start + 1)),
            _ => {}
        }
    }
    let unit = simple(&first.form)?;
    Some(per(lexemes, unit, start + 1))
}

/// "mg/kg", "mmol/l", "ml/min": the divisor changes the unit. "mg/day" does not: that is a frequency.
fn per(lexemes: &[Lexeme], unit: Unit, at: usize) -> (Unit, usize) {
    let divisor = || {
        let slash = lexemes.get(at)?;
        let next = lexemes.get(at + 1)?;
        let compound =
            slash.is_mark('/') && !next.is("day") && !next.is("d") && !next.is("week") && !next.is("month");
        let divisor = match next.form.as_str() {
            "h" => Unit::plain("hour"),
            form => simple(form)?,
        };
        compound.then_some(divisor)
    };
    match divisor() {
        Some(divisor) => per(
            lexemes,
            Unit::plain(&format!("{}/{}", unit.name, divisor.name)),
            at + 2,
        ),
        None => (unit, at),
    }
}
