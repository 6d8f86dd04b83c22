//! `field:value` in a query: which documents to look in.

use crate::Millis;

const DAY: Millis = 86_400_000;

/// What a document must be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Filters {
    /// `folder:` the name of a folder.
    pub folder: Option<String>,
    /// `title:` words that stand in the title or in the file's name.
    pub title: Vec<String>,
    /// `type:` kinds of file.
    pub kinds: Vec<String>,
    /// Added at this moment or later (`added:`, `after:`).
    pub from: Option<Millis>,
    /// Added before this moment (`added:`, `before:`).
    pub until: Option<Millis>,
    /// Values that could not be read, in words.
    pub unread: Vec<String>,
}

impl Filters {
    /// Whether this is the name of a field.
    pub(crate) fn knows(field: &str) -> bool {
        matches!(
            field.to_lowercase().as_str(),
            "folder" | "title" | "file" | "name" | "type" | "kind" | "added" | "after" | "before"
        )
    }

    /// True where every document will do.
    pub(crate) fn is_empty(&self) -> bool {
        self.title.is_empty() && self.kinds.is_empty() && self.from.is_none() && self.until.is_none()
    }

    /// Reads one field. Days are days of Greenwich; a span takes in both its ends.
    pub(crate) fn read(&mut self, field: &str, value: &str) {
        match field {
            "folder" => self.folder = Some(value.to_string()),
            "title" | "file" | "name" => self.title.push(value.to_string()),
            "type" | "kind" => self.kinds.push(kind(&value.to_lowercase()).to_string()),
            _ => self.read_date(field, value),
        }
    }

    fn read_date(&mut self, field: &str, value: &str) {
        let (first, last) = value.split_once("..").unwrap_or((value, value));
        let (begin, end) = (span(first), span(last));
        let readable = |text: &str, read: &Option<(Millis, Millis)>| text.is_empty() || read.is_some();
        if !readable(first, &begin) || !readable(last, &end) || (begin.is_none() && end.is_none()) {
            self.unread.push(format!(
                "\u{201c}{field}:{value}\u{201d} is no date: write 2024, 2024-05 or 2024-05-31"
            ));
            return;
        }
        match field {
            "after" => self.from = begin.map(|(_, end)| end),
            "before" => self.until = end.map(|(begin, _)| begin),
            _ => {
                self.from = begin.map(|(begin, _)| begin);
                self.until = end.map(|(_, end)| end);
            }
        }
    }
}

/// What people call kinds of file.
fn kind(name: &str) -> &str {
    match name {
        "word" | "doc" => "docx",
        "txt" => "text",
        "md" => "markdown",
        "htm" => "html",
        other => other,
    }
}

/// First moment of a year, month or day, and the first one after it.
fn span(text: &str) -> Option<(Millis, Millis)> {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
    let year = parts.next()??;
    let month = parts.next();
    let day = parts.next();
    if parts.next().is_some() || !(1900..=2200).contains(&year) {
        return None;
    }
    match (month, day) {
        (None, _) => Some((days(year, 1, 1) * DAY, days(year + 1, 1, 1) * DAY)),
        (Some(Some(month @ 1..=12)), None) => {
            let (next_year, next) = if month == 12 {
                (year + 1, 1)
            } else {
                (year, month + 1)
            };
            Some((days(year, month, 1) * DAY, days(next_year, next, 1) * DAY))
        }
        (Some(Some(month @ 1..=12)), Some(Some(day @ 1..=31))) => {
            let at = days(year, month, day) * DAY;
            Some((at, at + DAY))
        }
        _ => None,
    }
}

/// Days from 1970-01-01 to a day of the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date
/// algorithms", `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_years_months_days_and_spans_of_them() {
        assert_eq!(span("1970-01-02"), Some((DAY, 2 * DAY)));
        assert_eq!(days(2024, 2, 29), 19_782);
        let mut filters = Filters::default();
        filters.read("added", "2024-02..2024-03");
        assert_eq!(filters.from, Some(days(2024, 2, 1) * DAY));
        assert_eq!(filters.until, Some(days(2024, 4, 1) * DAY));
        filters.read("after", "2023");
        assert_eq!(filters.from, Some(days(2024, 1, 1) * DAY));
        filters.read("before", "sometime");
        assert_eq!(filters.unread.len(), 1);
        for wrong in ["2024-13", "2024-0", "24", "2024-05-05-05", ""] {
            assert_eq!(span(wrong), None, "{wrong}");
        }
    }
}
