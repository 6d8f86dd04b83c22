//! One fact of a sentence that stands in the source is changed: the result must never be supported.

use crate::grounding::sources;
use cabinet_assistant::Verdict;
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Facts {
    name: usize,
    drug: usize,
    dose: u32,
    unit: usize,
    often: usize,
    day: u32,
    month: usize,
    year: u32,
    side: usize,
    verb: usize,
    negated: bool,
}

const NAMES: &[&str] = &["Okafor", "Lindqvist", "Hale", "Brandt", "Adeyemi"];
const DRUGS: &[&str] = &["ramipril", "aspirin", "metformin", "bisoprolol", "warfarin"];
const UNITS: &[&str] = &["mg", "mcg", "ml", "g", "units"];
const OFTEN: &[&str] = &[
    "once daily",
    "twice daily",
    "three times daily",
    "every 8 hours",
    "weekly",
];
const MONTHS: &[&str] = &["January", "March", "May", "July", "October", "December"];
const SIDES: &[&str] = &["left", "right"];
const VERBS: &[&str] = &["started", "stopped", "increased", "reduced", "continued"];

fn facts() -> impl Strategy<Value = Facts> {
    (
        (
            0..NAMES.len(),
            0..DRUGS.len(),
            1u32..500,
            0..UNITS.len(),
            0..OFTEN.len(),
        ),
        (
            1u32..29,
            0..MONTHS.len(),
            1990u32..2025,
            0..SIDES.len(),
            0..VERBS.len(),
            any::<bool>(),
        ),
    )
        .prop_map(
            |((name, drug, dose, unit, often), (day, month, year, side, verb, negated))| Facts {
                name,
                drug,
                dose,
                unit,
                often,
                day,
                month,
                year,
                side,
                verb,
                negated,
            },
        )
}

fn sentence(f: &Facts, shape: usize) -> String {
    let not = if f.negated { "not " } else { "" };
    let (name, drug, dose, unit, often) = (
        NAMES[f.name],
        DRUGS[f.drug],
        f.dose,
        UNITS[f.unit],
        OFTEN[f.often],
    );
    let (day, month, year, side, verb) = (f.day, MONTHS[f.month], f.year, SIDES[f.side], VERBS[f.verb]);
    match shape {
        0 => format!(
            "Mrs {name} was {not}{verb} on {drug} {dose} {unit} {often} on {day} {month} {year} for pain in the {side} knee."
        ),
        1 => format!(
            "On {month} {day}, {year} {drug} {dose}{unit} {often} was {not}{verb} by Dr {name} because of the {side} hip."
        ),
        _ => format!(
            "Dr {name} has {not}{verb} {drug} at {dose} {unit} {often} since {day} {month} {year}; the {side} arm is weak."
        ),
    }
}

/// Changes one fact to another value.
fn mutate(f: &Facts, which: usize, by: usize) -> Facts {
    let turn = |at: usize, of: usize| (at + 1 + by % (of - 1)) % of;
    let mut g = f.clone();
    match which {
        0 => g.name = turn(f.name, NAMES.len()),
        1 => g.drug = turn(f.drug, DRUGS.len()),
        2 => g.dose = f.dose * 10,
        3 => g.dose = f.dose + 1 + u32::try_from(by).unwrap(),
        4 => g.unit = turn(f.unit, UNITS.len()),
        5 => g.often = turn(f.often, OFTEN.len()),
        6 => g.day = if f.day == 28 { 1 } else { f.day + 1 },
        7 => g.month = turn(f.month, MONTHS.len()),
        8 => g.year = f.year + 1,
        9 => g.side = 1 - f.side,
        10 => g.verb = turn(f.verb, VERBS.len()),
        _ => g.negated = !f.negated,
    }
    g
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn one_changed_fact_is_never_supported(f in facts(), other in facts(), shape in 0usize..3, which in 0usize..12, by in 0usize..7) {
        let g = mutate(&f, which, by);
        // Another sentence stands beside it, from which facts could be borrowed.
        let page = format!("{} {}", sentence(&f, shape), sentence(&other, (shape + 1) % 3));
        let sources = sources(&page);
        prop_assert_eq!(sources.check(&sentence(&f, shape)).verdict, Verdict::Supported, "it stands there word for word");
        let claim = sources.check(&sentence(&g, shape));
        prop_assert_ne!(claim.verdict, Verdict::Supported, "{}", claim.text);
    }
}
