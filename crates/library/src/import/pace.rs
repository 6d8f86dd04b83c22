//! How long the queue still takes, from the pace so far.
//!
//! Owns: the clock of the running file and of those before it. A file of two hundred scanned pages behind ten letters
//! takes no tenth of what they took together, so the pages of the running file count for themselves.

use std::time::{Duration, Instant};

/// The pace since the queue was last empty.
#[derive(Debug, Default)]
pub(super) struct Pace {
    finished: u32,
    worked: Duration,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    since: Instant,
    pages: Option<Pages>,
}

/// Pages of the running file that are recognised one by one.
#[derive(Debug)]
struct Pages {
    since: Instant,
    done: u32,
    of: u32,
}

impl Pace {
    /// A file is taken up.
    pub(super) fn begin(&mut self, now: Instant) {
        self.running = Some(Running {
            since: now,
            pages: None,
        });
    }

    /// So many pages of the running file are recognised.
    pub(super) fn recognised(&mut self, done: u32, of: u32, now: Instant) {
        let Some(running) = &mut self.running else { return };
        let since = running.pages.as_ref().map_or(now, |pages| pages.since);
        running.pages = Some(Pages { since, done, of });
    }

    /// The running file has its outcome.
    pub(super) fn end(&mut self, now: Instant) {
        let Some(running) = self.running.take() else {
            return;
        };
        self.finished += 1;
        self.worked += now.duration_since(running.since);
    }

    /// Nothing waits any more: what comes next is another run.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Files finished.
    pub(super) fn finished(&self) -> u32 {
        self.finished
    }

    /// Until `open` files, the running one among them, are done. None while there is nothing to tell it from.
    pub(super) fn left(&self, open: u32, now: Instant) -> Option<Duration> {
        let usual = (self.finished > 0).then(|| self.worked / self.finished);
        let waiting = open.checked_sub(u32::from(self.running.is_some()))?;
        let running = match &self.running {
            Some(running) => running.left(usual, now)?,
            None => Duration::ZERO,
        };
        match (waiting, usual) {
            (0, _) => Some(running),
            (waiting, Some(usual)) => Some(running + usual * waiting),
            (_, None) => None,
        }
        .filter(|_| open > 0)
    }
}

impl Running {
    fn left(&self, usual: Option<Duration>, now: Instant) -> Option<Duration> {
        if let Some(Pages { since, done, of }) = self.pages
            && done > 0
        {
            return Some(now.duration_since(since) / done * of.saturating_sub(done));
        }
        let usual = usual?;
        let taken = now.duration_since(self.since);
        // One that takes longer than usual is another kind of file: half of it being done is as good a guess as any.
        Some(usual.checked_sub(taken).unwrap_or(taken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn nothing_is_said_before_there_is_a_pace() {
        let now = Instant::now();
        let mut pace = Pace::default();
        assert_eq!(pace.left(3, now), None);
        pace.begin(now);
        assert_eq!(pace.left(3, now + SECOND), None);
        pace.end(now + 2 * SECOND);
        assert_eq!((pace.finished(), pace.left(0, now)), (1, None));
    }

    #[test]
    fn files_like_those_before_take_as_long() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.begin(now);
        pace.end(now + 2 * SECOND);
        assert_eq!(pace.left(3, now + 2 * SECOND), Some(6 * SECOND));
        pace.begin(now + 2 * SECOND);
        assert_eq!(pace.left(3, now + 3 * SECOND), Some(5 * SECOND));
    }

    #[test]
    fn a_long_file_does_not_stand_at_the_pace_of_short_ones() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.begin(now);
        pace.end(now + 2 * SECOND);
        pace.begin(now + 2 * SECOND);
        assert_eq!(pace.left(1, now + 32 * SECOND), Some(30 * SECOND));
        pace.recognised(0, 100, now + 32 * SECOND);
        pace.recognised(10, 100, now + 72 * SECOND);
        assert_eq!(pace.left(1, now + 72 * SECOND), Some(360 * SECOND));
        assert_eq!(pace.left(2, now + 72 * SECOND), Some(362 * SECOND));
        pace.recognised(100, 100, now + 500 * SECOND);
        assert_eq!(pace.left(1, now + 500 * SECOND), Some(Duration::ZERO));
    }

    #[test]
    fn pages_tell_it_even_for_the_first_file() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.begin(now);
        pace.recognised(0, 4, now);
        pace.recognised(1, 4, now + 3 * SECOND);
        assert_eq!(pace.left(1, now + 3 * SECOND), Some(9 * SECOND));
        assert_eq!(pace.left(2, now + 3 * SECOND), None);
    }
}
