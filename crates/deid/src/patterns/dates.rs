//! Points in time in all the forms people write them, and ages over 89.

use super::{BY_FORM, CERTAIN, Rule, checked, checks, rule};
use crate::Kind;

/// Month names of English, French, Spanish, Portuguese, Italian and German, and their customary short forms.
pub const MONTHS: &str = "(?:january|february|march|april|may|june|july|august|september|october|november|december\
    |janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre\
    |enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre\
    |janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro\
    |gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre\
    |januar|februar|märz|juni|juli|oktober|dezember\
    |jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\\b\\.?";

/// Whether a word in small letters is the name of a month.
pub fn is_month(word: &str) -> bool {
    word.len() > 2
        && MONTHS
            .trim_start_matches("(?:")
            .trim_end_matches(")\\b\\.?")
            .split('|')
            .any(|month| month == word)
}

pub fn rules() -> Vec<Rule> {
    let month = MONTHS;
    let day = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th|er|º|\.)?";
    let year = r"(?:1[6-9]|20)\d\d";
    let time =
        r"(?:[t\s,]+(?:at\s+)?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[ap]\.?m\.?\b|z|[+-]\d{2}:?\d{2})?)?";
    let of = r"(?:\s+(?:day\s+)?(?:of|de|del))?[\s,]+(?:the\s+)?";
    let weekday = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?(?:the\s+)?";
    vec![
        // 12 March 2019, 12th of March, 2019, 12 de mayo de 2019, the 12th day of March 2019, 12-Mar-2019, 12 Mar '19
        rule(
            Kind::Date,
            CERTAIN,
            &format!(
                r"\b(?P<x>{weekday}{day}{of}{month}(?:(?:\s+de[l]?)?[\s,]+(?:{year}\b|['’]\d\d\b))?{time})"
            ),
        ),
        rule(
            Kind::Date,
            CERTAIN,
            &format!(r"\b{day}[-/.\s]?{month}[-/.\s]?(?:{year}|['’]?\d\d)\b{time}"),
        ),
        // March 12th, 2019; March 12; Mar 12 '19
        rule(
            Kind::Date,
            CERTAIN,
            &format!(
                r"\b(?P<x>{weekday}{month}\s+(?:the\s+)?{day}\b(?:[\s,]+(?:{year}\b|['’]\d\d\b))?{time})"
            ),
        ),
        // end of March 2019, between July and December 1995
        rule(
            Kind::Date,
            CERTAIN,
            &format!(
                r"\b(?:beginning|start|middle|mid|end|early|late|spring|summer|autumn|winter)[\s-]+(?:of\s+)?{month}[\s,]+{year}\b"
            ),
        ),
        rule(
            Kind::Date,
            CERTAIN,
            &format!(r"\b{month}\s*(?:and|to|until|[-–])\s*{month}[\s,]+{year}\b"),
        ),
        // March 2019, mayo de 2019
        rule(
            Kind::Date,
            CERTAIN,
            &format!(r"\b{month}(?:\s+(?:of|de[l]?))?[\s,]+{year}\b"),
        ),
        // 12/03/2019, 12.3.19, 2019-03-12
        checked(
            Kind::Date,
            BY_FORM,
            &format!(r"\b(?P<x>\d{{1,2}}\s?([/.-])\s?\d{{1,2}}\s?[/.-]\s?(?:{year}|\d\d)){time}\b"),
            checks::numeric_date,
        ),
        checked(
            Kind::Date,
            BY_FORM,
            &format!(r"\b{year}[/.-](?:1[0-2]|0?[1-9])[/.-](?:3[01]|[12]\d|0?[1-9]){time}\b"),
            checks::numeric_date,
        ),
        checked(
            Kind::Date,
            CERTAIN,
            r"\b(?:dob|d\.o\.b\.?|born|date of birth|fecha de nacimiento|né[e]? en)\b[^\d\n]{0,12}(?P<x>[\d/.\s-]{3,11}\d)\b",
            |_| true,
        ),
        checked(
            Kind::Age,
            CERTAIN,
            r"\b(?P<x>\d{2,3}[\s-]?(?:years?[\s-]old|y/?o\b|yrs?\b|year[\s-]old|years? of age|años|ans\b))",
            checks::over_89,
        ),
        // A day without its year.
        checked(
            Kind::Date,
            BY_FORM,
            r"\b(?:on|since|dated|admitted|discharged|seen)\s+(?P<x>\d{1,2}/\d{1,2})\b",
            |text| checks::numeric_date(&format!("{text}/00")),
        ),
        // Her husband Gordon, 92, drove her.
        rule(
            Kind::Age,
            BY_FORM,
            r"(?-i:\b\p{Lu}[\p{L}'’-]+),\s+(?P<x>9\d|1[0-2]\d)[,.;)]",
        ),
        rule(
            Kind::Age,
            CERTAIN,
            r"\b(?P<x>(?:9\d|1[0-2]\d)\s?(?:m|f|male|female|man|woman|lady|gentleman))\b",
        ),
        rule(
            Kind::Age,
            CERTAIN,
            r"\b(?:turned|turns|turning|reached)\s+(?P<x>9\d|1[0-2]\d)\b",
        ),
        rule(
            Kind::Age,
            CERTAIN,
            r"\b(?P<x>(?:9\d|1[0-2]\d)(?:st|nd|rd|th))\s+birthday\b",
        ),
        rule(
            Kind::Age,
            CERTAIN,
            r"\b(?:ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|(?:a|one)\s+hundred(?:\s+and\s+\p{L}+)?)[\s-](?:years?[\s-]old|years?\s+of\s+age)\b",
        ),
        rule(
            Kind::Age,
            CERTAIN,
            r"\b(?:aged?)\s+(?P<x>ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?)\b",
        ),
        rule(
            Kind::Age,
            BY_FORM,
            r"\bin\s+(?:his|her|their)\s+(?:early\s+|mid[\s-]|late\s+)?(?P<x>nineties)\b|\b(?:super)?centenarian\b",
        ),
        checked(
            Kind::Age,
            CERTAIN,
            r"\b(?:aged?|edad)\s*:?\s*(?:of\s+)?(?P<x>\d{2,3})\b",
            checks::over_89,
        ),
    ]
}
