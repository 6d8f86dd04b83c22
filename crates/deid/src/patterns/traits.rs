//! Rare facts in free words: what only one person of a place is, has won or wears. A person must look at each.

use super::{Rule, rule};
use crate::Kind;

/// Less than one half: whether it tells is for a person to say.
const LOOK: f32 = 0.45;

pub fn rules() -> Vec<Rule> {
    // The rest of the phrase, up to its end.
    let rest = r"(?:\s+[\p{L}\d'’-]+){0,8}";
    let someone = r"(?:woman|man|female|male|girl|boy|person\s+to|people\s+to|black|asian|deaf|blind|openly|surviving|survivor|known\s+survivor)";
    let great = r"(?:mayor|bishop|archbishop|senator|congress\w+|governor|president|(?:prime\s+)?minister|ambassador|king|queen|prince\w*|duke|duchess|chief\s+constable|sheriff|footballer|actor|actress|singer|celebrity|member\s+of\s+parliament|mp)";
    [
        format!(r"\b(?:only|sole|first|youngest|oldest|tallest|last|longest[\s-]serving)\s+(?:[\p{{L}}-]+\s+){{0,2}}?{someone}\b{rest}"),
        format!(r"\b(?:won|wins|winning|holds?|held|broke|breaking)\s+(?:the|a|an|two|three|several)\s+(?:[\p{{L}}'’-]+\s+){{0,4}}?(?:records?|titles?|medals?|lottery|prizes?|championships?|cup|oscar|jackpot)\b{rest}"),
        r"\b(?:olympic|paralympic|nobel|world|national)\s+(?:gold\s+|silver\s+|bronze\s+)?(?:champion|medall?ist|laureate|record[\s-]holder)\b".to_string(),
        format!(r"\b(?:the\s+)?(?:former\s+|late\s+)?{great}['’]s\s+(?:wife|husband|spouse|partner|son|daughter|brother|sister|mother|father|niece|nephew|cousin)\b"),
        format!(r"\b(?:tattoo(?:s|ed)?|birthmarks?|brand(?:ed)?\s+mark)\s+(?:of|reading|saying|which|that|on|over|in|with|shaped){rest}"),
    ]
    .iter()
    .map(|form| rule(Kind::Other, LOOK, form))
    .collect()
}
