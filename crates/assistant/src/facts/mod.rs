//! Facts that a claim must share with its source to the letter: numbers, doses, dates, times, ages, money, how
//! often, sections and identifiers.
//!
//! Each is brought to one form, so that "5mg" and "5 mg", "twice daily" and "b.d.", "3rd March 2021" and
//! "March 3, 2021" compare equal. Nothing is converted that a reader would have to think about: grams become
//! milligrams, weeks never become days.

mod bounds;
mod dates;
mod decimal;
mod frequency;
pub(crate) mod lexer;
mod numbers;
mod quantities;
mod references;
mod units;

pub use bounds::Bound;
use cabinet_text::Span;
pub use dates::Date;
pub use decimal::Decimal;
pub use frequency::Frequency;
use lexer::Lexeme;
pub use quantities::{Amount, Currency};
pub use units::{Measure, Unit};

/// One checkable fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it says.
    pub value: Value,
    /// "At least", "before" and the like, where such words stand with it.
    pub bound: Option<Bound>,
    /// Where it stands, the words of its bound included.
    pub span: Span,
    /// Where its value stands.
    pub value_span: Span,
    /// Lexemes it is made of, those of its bound included.
    pub(crate) lexemes: std::ops::Range<usize>,
}

/// What a fact says, in one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number without a unit.
    Number(Amount),
    /// "third", "3rd".
    Ordinal(i128),
    /// A number with a unit.
    Quantity(Amount, Unit),
    /// An amount of money.
    Money(Amount, Currency),
    /// "120/80".
    Ratio(Decimal, Decimal),
    /// A date or a part of one.
    Date(Date),
    /// A time of day in minutes after midnight.
    Time(u16),
    /// Years of age.
    Age(Decimal),
    /// How often.
    Frequency(Frequency),
    /// "section 4.1(b)".
    Section(String),
    /// A record number, docket number, code, telephone number: letters and digits alone.
    Identifier(String),
}

/// Facts of one kind compete: where one of them stands by a noun, another must not be moved there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Numbers, quantities and ratios.
    Number,
    /// Amounts of money.
    Money,
    /// Dates.
    Date,
    /// Times of day.
    Time,
    /// Ages.
    Age,
    /// How often.
    Frequency,
    /// Sections and identifiers.
    Reference,
}

impl Value {
    /// The kind it competes in.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Number(_) | Self::Ordinal(_) | Self::Quantity(..) | Self::Ratio(..) => Kind::Number,
            Self::Money(..) => Kind::Money,
            Self::Date(_) => Kind::Date,
            Self::Time(_) => Kind::Time,
            Self::Age(_) => Kind::Age,
            Self::Frequency(_) => Kind::Frequency,
            Self::Section(_) | Self::Identifier(_) => Kind::Reference,
        }
    }

    /// True where `source` says the same or more: "March 2021" is borne out by "3 March 2021".
    #[must_use]
    pub fn is_borne_out_by(&self, source: &Self) -> bool {
        match (self, source) {
            (Self::Date(mine), Self::Date(theirs)) => mine.is_part_of(theirs),
            (Self::Quantity(mine, unit), Self::Quantity(theirs, other)) => {
                quantities::same(mine, unit, theirs, other)
            }
            _ => self == source,
        }
    }
}

impl Fact {
    /// True where `source` bears this fact out, its bound included.
    #[must_use]
    pub fn is_borne_out_by(&self, source: &Self) -> bool {
        self.bound == source.bound && self.value.is_borne_out_by(&source.value)
    }
}

/// Finds every fact of a text, in order.
///
/// ```
/// use cabinet_assistant::facts::facts;
/// let claim = facts("Ramipril 2.5mg b.d. from 3rd March 2021");
/// let source = facts("from March 3, 2021: ramipril 2.5 mg twice daily");
/// assert!(claim.iter().all(|fact| source.iter().any(|other| fact.is_borne_out_by(other))));
/// ```
#[must_use]
pub fn facts(text: &str) -> Vec<Fact> {
    read(&lexer::lex(text))
}

pub(crate) fn read(lexemes: &[Lexeme]) -> Vec<Fact> {
    let mut found: Vec<Fact> = Vec::new();
    let mut at = 0;
    let mut free_from = 0;
    while at < lexemes.len() {
        let Some((value, end)) = value_at(lexemes, at) else {
            at += 1;
            continue;
        };
        let dated = matches!(value, Value::Date(_) | Value::Time(_));
        let bounded = !matches!(
            value,
            Value::Section(_) | Value::Identifier(_) | Value::Frequency(_) | Value::Ordinal(_)
        );
        let before = bounds::before(lexemes, at).filter(|(bound, start)| {
            let span_of_time = matches!(&value, Value::Quantity(_, unit) if unit.is_time());
            // "Increased by 5 mg", "from 5 mg": directions, not bounds.
            let timely = matches!(
                bound,
                Bound::Before | Bound::After | Bound::Until | Bound::Since | Bound::Within
            );
            bounded && *start >= free_from && (!timely || dated || span_of_time)
        });
        let after = bounds::after(lexemes, end).filter(|_| bounded && before.is_none());
        let start = before.map_or(at, |(_, start)| start);
        let stop = after.map_or(end, |(_, stop)| stop);
        found.push(Fact {
            value,
            bound: before.map(|(bound, _)| bound).or(after.map(|(bound, _)| bound)),
            span: Span::new(lexemes[start].span.start, lexemes[stop - 1].span.end),
            value_span: Span::new(lexemes[at].span.start, lexemes[end - 1].span.end),
            lexemes: start..stop,
        });
        at = stop;
        free_from = stop;
    }
    found
}

fn value_at(lexemes: &[Lexeme], at: usize) -> Option<(Value, usize)> {
    references::section(lexemes, at)
        .map(|(text, end)| (Value::Section(text), end))
        .or_else(|| dates::time(lexemes, at).map(|(time, end)| (Value::Time(time), end)))
        .or_else(|| dates::age(lexemes, at).map(|(years, end)| (Value::Age(years), end)))
        .or_else(|| quantities::money(lexemes, at))
        .or_else(|| quantities::measured(lexemes, at))
        .or_else(|| dates::date(lexemes, at).map(|(date, end)| (Value::Date(date), end)))
        .or_else(|| frequency::frequency(lexemes, at).map(|(often, end)| (Value::Frequency(often), end)))
        .or_else(|| references::identifier(lexemes, at).map(|(text, end)| (Value::Identifier(text), end)))
        .or_else(|| numbers::ordinal(lexemes, at).map(|(place, end)| (Value::Ordinal(place), end)))
        .or_else(|| quantities::bare(lexemes, at))
}
