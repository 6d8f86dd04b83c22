//! Numbers that stand for a person, a thing or a case.

use super::{BY_FORM, CERTAIN, Rule, checked, checks, rule};
use crate::Kind;

/// A number, code or several, as it follows the word that announces it.
const CODE: &str =
    r"(?P<x>(?:[\p{L}]{1,6}[-/.]){0,3}[\p{L}]{0,6}\d[\p{L}\d]*(?:[-/.:\\][\p{L}\d]+|\s\d{2,}|\s[\p{L}]\b)*)";

/// What may stand between the word and its number: "number", "no.", "#", "is", a colon ...
const BETWEEN: &str = r"(?:\s*(?:number|numbers|num\b\.?|nos?\b\.?|nr\b\.?|n[º°]\.?|#|id\b|code|is|are|of|was|were|as|taken|stored|recorded|held|filed|under|:|=|-|\.|\())*\s*#?\s*";

/// Words that announce a number; each stands for what the law on health privacy or court practice lists.
const ANNOUNCED: &[(&str, Kind)] = &[
    // Records of patients and their insurance.
    (
        r"mrns?|medical\s+records?|health\s+records?|patient\s+(?:id|identifier|no|number|record)|hospital\s+(?:id|no|number)|chart|unit\s+no|nhs|chi\s+no|nhc|cipa|nass|historia|episodio|accession|specimen|encounter|visit\s+(?:id|no|number)",
        Kind::Identifier,
    ),
    (
        r"hpbn|hpb|hicn|mbi|medicare|medicaid|health\s+plan(?:\s+(?:beneficiary|id|member))?|beneficiary|member(?:\s*ship)?\s+(?:id|no|number)|member\s*#|subscriber|insurance(?:\s+(?:id|policy|no|number|member))?|policy\s+(?:id|no|number|holder)|policy|group\s+(?:id|no|number)|claim\s+(?:id|no|number|ref)|claim\s*#",
        Kind::Identifier,
    ),
    // Persons before the state.
    (
        r"ssn|s\.s\.n\.?|social\s+security|national\s+insurance|nino\b|tax\s+(?:id|no|number|file)|tin\b|ein\b|passport|identity\s+card|national\s+id|id\s+card|dni|nie\b|nif|aadhaa?r|pan\s+(?:no|number|card)",
        Kind::Identifier,
    ),
    (
        r"licen[cs]e|certificate|registration|reg\.?\s*(?:no|number)|registration\s+plate|index\s+mark|vrm|badge|dea|npi|permit|colegiado|nºcol|gmc|bar\s+(?:id|no|number)|roll\s+(?:no|number)|enrolment\s+(?:no|number)",
        Kind::Identifier,
    ),
    // Money and things.
    (
        r"account|acct|a/c|iban|sort\s+code|routing|swift|bic\b|credit\s+card|debit\s+card|card\s+(?:no|number|ending)|invoice|order\s+(?:id|no|number)|transaction|reference|ref|customer\s+(?:id|no|number)|employee\s+(?:id|no|number)|user\s*(?:id|name)|student\s+(?:id|no|number)",
        Kind::Identifier,
    ),
    (
        r"s/n|sn|vin|vehicle|plate|number\s*plate|license\s+plate|serial|device|implant|imei|udi|model\s+no|lot\s+(?:no|number)",
        Kind::Identifier,
    ),
    // Courts.
    (
        r"docket|file\s+(?:no|number|ref)|(?:our|your)\s+(?:ref|reference|file)|claim\s+no|civil\s+action|index\s+no|claim\s+no|fir|cnr|f\.i\.r\.?|crime|suit|complaint\s+(?:no|number)",
        Kind::Identifier,
    ),
    (
        r"(?:finger\s*prints?|palm\s*prints?|retina(?:l)?(?:\s+scan)?|iris(?:\s+scan)?|voice\s*prints?|face(?:\s+|-)?(?:print|template)|biometric|dna\s+profile)(?:\s+(?:template|scan|hash|profile|record|sample))?",
        Kind::Biometric,
    ),
];

/// A maker's mark may hold hardly a digit; "serial" alone announces none, for measurements are serial too.
const SERIALS: &str = r"s/n|imei|udi|(?:serial|batch|lot)\s*(?:number|no\b\.?|nr\b\.?|#|:)";

pub fn rules() -> Vec<Rule> {
    let mut rules: Vec<Rule> = ANNOUNCED
        .iter()
        .map(|(words, kind)| {
            checked(
                *kind,
                CERTAIN,
                &format!(r"\b(?:{words})\b{BETWEEN}{CODE}"),
                |text| text.chars().filter(char::is_ascii_digit).count() >= 3,
            )
        })
        .collect();
    rules.push(checked(
        Kind::Identifier,
        CERTAIN,
        &format!(r"\b(?:{SERIALS})\s*[:#=]?\s*(?:is\s+)?{CODE}"),
        |text| text.chars().filter(|c| c.is_alphanumeric()).count() >= 6,
    ));
    rules.extend([
        checked(Kind::Identifier, CERTAIN, r"\b\d{3}[-\s]\d{2}[-\s]\d{4}\b", checks::ssn),
        checked(Kind::Identifier, CERTAIN, r"\b\d{3}[-\s]?\d{3}[-\s]?\d{4}\b", checks::nhs),
        checked(
            Kind::Identifier,
            CERTAIN,
            r"\b[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){2,7}(?:\s?[a-z0-9]{1,4})?\b",
            checks::iban,
        ),
        checked(Kind::Identifier, CERTAIN, r"\b\d{4}(?:[-\s]?\d{4}){2}[-\s]?\d{1,7}\b", checks::luhn),
        checked(Kind::Identifier, CERTAIN, r"\b3[47]\d{2}[-\s]?\d{6}[-\s]?\d{5}\b", checks::luhn),
        checked(Kind::Identifier, CERTAIN, r"\b\d{12,19}\b", checks::luhn),
        checked(Kind::Identifier, CERTAIN, r"\b[a-hj-npr-z0-9]{17}\b", checks::vin),
        checked(Kind::Identifier, CERTAIN, r"\b[\dxyz]\d{7}-?[a-z]\b", checks::dni),
        // United Kingdom: national insurance number.
        rule(Kind::Identifier, CERTAIN, r"\b[a-ceghj-prtw-z][a-ceghj-nprtw-z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[a-d]\b"),
        // Applications to the European Court of Human Rights: "no. 61234/08", "nos. 61234/08 and 9931/09", "no 20022 / 92".
        rule(
            Kind::Identifier,
            CERTAIN,
            r"\b(?:nos?|n[º°])\b[.\s]*(?P<x>\d{1,6}\s?/\s?\d{2}(?:(?:,|\s+and|\s+et|\s+y)\s+\d{1,6}\s?/\s?\d{2})*)\b",
        ),
        checked(Kind::Identifier, BY_FORM, r"\b\d{4,6}\s?/\s?\d{2}\b", checks::has_digit),
        checked(Kind::Identifier, BY_FORM, r"\b\d{2,4}\s/\s\d{4}\s/\s\d{2,4}\s/\s\d{2,4}\b", checks::has_digit),
        // Federal dockets of the United States.
        rule(Kind::Identifier, CERTAIN, r"\b\d{1,2}:\d{2}-[a-z]{2,4}-\d{3,6}(?:-[a-z]{2,4})*\b"),
        // "Case No. 123 of 2019", "W.P.(C) No. 1234/2019", "Nos. 17981, 17982 and 17983 of 2017"
        rule(
            Kind::Identifier,
            CERTAIN,
            r"\b(?:case|appeal|petition|application|suit|o\.?s|cause|matter|crl|w\.?p|s\.?l\.?p|fir|f\.i\.r|complaint|judgment|decision|order|proceedings?)\b[\p{L}.()&\s/]{0,24}?\bno\(?s?\)?\b[.:]?\s*(?P<x>[\p{L}]{0,4}[-./]?\d[\d/.\-\p{L}]*(?:(?:,|\s+and|\s*&)\s+\d[\d/.-]*)*(?:\s+of\s+\d{4})?)",
        ),
        rule(Kind::Identifier, CERTAIN, r"\bno[s]?\b\.?\s*(?P<x>\d+(?:\s*[-/]\s*\d+)?\s+of\s+(?:19|20)\d{2})\b"),
        // Medicare beneficiaries, number plates of the United Kingdom.
        rule(Kind::Identifier, BY_FORM, r"\b[1-9][ac-hj-kmnp-rt-y][ac-hj-kmnp-rt-y0-9]\d-?[ac-hj-kmnp-rt-y][ac-hj-kmnp-rt-y0-9]\d-?[ac-hj-kmnp-rt-y]{2}\d{2}\b"),
        rule(Kind::Identifier, BY_FORM, r"\b(?-i:[A-Z]{2}\d{2}\s?[A-Z]{3})\b"),
        // Letters and figures mixed in a long run: AB-123456, X1234567
        checked(Kind::Identifier, BY_FORM, r"\b[a-z]{1,5}[-#]?\d{5,}[a-z]?\b", checks::has_digit),
        checked(Kind::Identifier, BY_FORM, r"\b\d{7,}\b", checks::has_digit),
        checked(Kind::Identifier, BY_FORM, r"\b[a-z]{2,5}(?:[-/][a-z\d]{1,6}){0,3}[-/]\d{3,}(?:[-/][a-z\d]{1,8})*\b", |text| {
            text.chars().filter(char::is_ascii_digit).count() >= 4
        }),
    ]);
    rules
}
