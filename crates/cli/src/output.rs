//! Results on standard output, for people or as JSON; everything else on standard error.

use std::io::Write;

use cabinet_library::Millis;
use serde::Serialize;

/// Where results go and how.
#[derive(Clone, Copy)]
pub struct Output {
    /// One JSON object a line instead of words.
    pub json: bool,
}

impl Output {
    /// One result: as JSON, or as the words that `text` makes of it.
    pub fn result(self, value: &impl Serialize, text: impl FnOnce() -> String) {
        let line = if self.json {
            serde_json::to_string(value).expect("results hold nothing that JSON cannot")
        } else {
            text()
        };
        // A reader that went away (`| head`) is no error of ours.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }

    /// A part of a result that is still being made, for people alone: JSON comes whole.
    pub fn part(self, text: &str) {
        if !self.json {
            let _ = writeln!(std::io::stdout().lock(), "{text}");
        }
    }

    /// A word on progress, for people alone.
    pub fn note(self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

/// A moment for people: the day and time of Greenwich. By Hinnant's days of the civil calendar, which counts years from
/// March.
pub fn moment(at: Millis) -> String {
    let seconds = at.div_euclid(1000);
    let (days, time) = (seconds.div_euclid(86_400) + 719_468, seconds.rem_euclid(86_400));
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn moments_fall_on_their_days() {
        for (at, words) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399_999, "2000-02-28 23:59:59 UTC"),
            (951_782_400_000, "2000-02-29 00:00:00 UTC"),
            (1_794_787_201_000, "2026-11-16 00:00:01 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"),
            (4_107_542_400_000, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(moment(at), words);
        }
    }
}
