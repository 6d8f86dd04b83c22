//! Ways to reach someone: e-mail, web, network, telephone, fax.

use super::{BY_FORM, CERTAIN, Rule, checked, checks, rule};
use crate::Kind;

pub fn rules() -> Vec<Rule> {
    vec![
        rule(
            Kind::Email,
            CERTAIN,
            r"[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+",
        ),
        rule(
            Kind::Url,
            CERTAIN,
            r#"\b(?:https?|ftp)://[^\s<>"“”«»]*[^\s<>"“”«».,;:!?)\]']"#,
        ),
        rule(
            Kind::Url,
            CERTAIN,
            r#"\bwww\.[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+(?:/[^\s<>"”»]*[^\s<>"”».,;:!?)\]'])?"#,
        ),
        rule(
            Kind::Url,
            BY_FORM,
            r"\b[\p{L}\p{N}][\p{L}\p{N}-]*\.(?:com|org|net|edu|gov|info|biz|io)(?:\.[a-z]{2})?\b(?:/[^\s<>”»]*[^\s<>”».,;:!?)\]'])?",
        ),
        // A name on a network of people: @marta.l
        rule(
            Kind::Url,
            BY_FORM,
            r"(?:^|[\s(:,])(?P<x>@[\p{L}\p{N}_][\p{L}\p{N}_.]*[\p{L}\p{N}_])",
        ),
        checked(Kind::Ip, BY_FORM, r"\b\d{1,3}(?:\.\d{1,3}){3}\b", checks::ipv4),
        checked(
            Kind::Ip,
            CERTAIN,
            r"\b(?:[0-9a-f]{1,4}(?::{1,2})){2,7}[0-9a-f]{1,4}\b",
            checks::ipv6,
        ),
        rule(
            Kind::Identifier,
            BY_FORM,
            r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b",
        ),
        checked(
            Kind::Fax,
            CERTAIN,
            r"\bfax\b[^\d\n+(]{0,20}(?P<x>[+(]?\d[\d\s().+/-]{4,20}\d)",
            checks::phone,
        ),
        checked(
            Kind::Phone,
            CERTAIN,
            r"\b(?:tel|tél|telephone|phone|mobile|cell|contact|call|teléfono|móvil|téléphone|telefon|tfno|whatsapp|pager)\b[^\d\n+(]{0,24}(?P<x>[+(]?\d[\d\s().+/-]{4,20}\d(?:\s*(?:x|ext\.?|extension)\s*\d{1,6})?)",
            checks::phone,
        ),
        checked(
            Kind::Phone,
            BY_FORM,
            r"(?P<x>(?:\+|\b00)\d{1,3}[\s.-]?(?:\(0?\d*\)[\s.-]?)?\d(?:[\s.-]?\d){5,12}(?:\s*(?:x|ext\.?|extension)\s*\d{1,6})?)\b",
            checks::phone,
        ),
        rule(
            Kind::Phone,
            BY_FORM,
            r"(?:\b1[\s.-])?(?:\(\d{3}\)\s?|\b\d{3}[\s.-])\d{3}[\s.-]\d{4}(?:\s*(?:x|ext\.?|extension)\s*\d{1,6})?\b",
        ),
        // National forms that begin with a nought: 020 7946 0958, 07700 900 123, 0471 29 02 92.
        checked(
            Kind::Phone,
            BY_FORM,
            r"(?:\(0\d{1,4}\)|\b0\d{1,4})(?:[\s.-]\d{2,4}){2,4}\b",
            |text| checks::phone(text) && !checks::numeric_date(text),
        ),
        checked(
            Kind::Phone,
            BY_FORM,
            r"\(\d{2,4}\)\s?\d{3,4}[\s.-]\d{3,4}\b",
            checks::phone,
        ),
        checked(Kind::Phone, BY_FORM, r"\b\d{2,3}(?:[ .-]\d{2,3}){3}\b", |text| {
            checks::phone(text) && !checks::ipv4(text)
        }),
    ]
}
