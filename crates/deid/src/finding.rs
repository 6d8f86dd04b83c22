//! What was found, and by which layer.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What sort of thing points at a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A person's name or initials.
    Person,
    /// A town, region, country or other place.
    Place,
    /// A company, hospital, court, school or other body.
    Organisation,
    /// A point or span of time.
    Date,
    /// An age.
    Age,
    /// A telephone number.
    Phone,
    /// A fax number.
    Fax,
    /// An e-mail address.
    Email,
    /// A postal address or part of one.
    Address,
    /// A postcode.
    Postcode,
    /// A number that stands for a person, thing or case: record, insurance, account, licence, docket ...
    Identifier,
    /// An address on the web.
    Url,
    /// An address of a machine on a network.
    Ip,
    /// A fingerprint, voice print or other biometric template.
    Biometric,
    /// A rare fact that may tell who is meant: an occupation, an amount, a trait.
    Other,
}

impl Kind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 15] = [
        Self::Person,
        Self::Place,
        Self::Organisation,
        Self::Date,
        Self::Age,
        Self::Phone,
        Self::Fax,
        Self::Email,
        Self::Address,
        Self::Postcode,
        Self::Identifier,
        Self::Url,
        Self::Ip,
        Self::Biometric,
        Self::Other,
    ];

    /// The kind in a word or two for people; pseudonyms are made of it too.
    pub fn label(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Place => "Place",
            Self::Organisation => "Organisation",
            Self::Date => "Date",
            Self::Age => "Age",
            Self::Phone => "Phone",
            Self::Fax => "Fax",
            Self::Email => "Email",
            Self::Address => "Address",
            Self::Postcode => "Postcode",
            Self::Identifier => "Number",
            Self::Url => "Link",
            Self::Ip => "IP address",
            Self::Biometric => "Biometric",
            Self::Other => "Detail",
        }
    }
}

/// What noticed a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The user marked it.
    User,
    /// It has the form of such a thing; where the form has a check digit, the digit was right.
    Pattern,
    /// It is on the list of people and parties of the folder.
    NameList,
    /// It is on a list of places or names.
    Gazetteer,
    /// The trained classifier took it for one.
    Classifier,
}

/// One run of a text that points at a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Where it stands, in bytes, on character boundaries; never empty.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
    /// How sure the layer is, 0 to 1. Below 0.5 it was kept to be on the safe side and wants a look.
    pub confidence: f32,
    /// What noticed it.
    pub layer: Layer,
}

impl Finding {
    /// Where it stands as Unicode scalar values of `text`, the text it was found in, end exclusive.
    pub fn scalar_range(&self, text: &str) -> Range<usize> {
        let start = text[..self.range.start].chars().count();
        start..start + text[self.range.clone()].chars().count()
    }
}

/// Makes findings sorted and free of overlap: what overlaps becomes one finding that covers all of it, of the kind of
/// the surest part; of the longer where both are as sure.
pub(crate) fn merged(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.retain(|found| !found.range.is_empty());
    findings.sort_by_key(|found| (found.range.start, std::cmp::Reverse(found.range.end)));
    let mut out: Vec<Finding> = Vec::with_capacity(findings.len());
    for found in findings {
        match out.last_mut() {
            Some(last) if found.range.start < last.range.end => {
                let end = last.range.end.max(found.range.end);
                if found.confidence > last.confidence {
                    last.kind = found.kind;
                    last.confidence = found.confidence;
                    last.layer = found.layer;
                }
                last.range.end = end;
            }
            _ => out.push(found),
        }
    }
    out
}
