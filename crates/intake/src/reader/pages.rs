//! Recognising and drawing pages through the child, one by one.

use super::wire::{self, Asked, DrawReply, MOST_ANSWERED, MOST_ASKED, PageReply, Ready};
use super::{Broken, Reader, Running, exactly, receive};
use crate::clean::is_tidy;
use crate::document::{Extracted, Method, PageProblem, PageWarning};
use crate::error::{Excess, IntakeError};
use crate::scan::{LEAST_CONFIDENCE, Recognition, Scan};
use crate::source::Source;
use crate::{guess, title};
use cabinet_ocr::ModelFiles;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::AsyncRead;
use tokio::time::timeout;

/// Gives the verified bytes of the recognition models; `None` where there are none.
pub type Models = Arc<dyn Fn() -> Option<ModelFiles> + Send + Sync>;

/// How long a child may take to load the models.
const LOADING: Duration = Duration::from_secs(60);
/// A file on whose pages so many children died is not tried further.
const MOST_DEATHS: u32 = 5;
/// The longest side of a drawing.
const LONGEST: u32 = 8192;

/// A document as read, with what was recognised on pictures of its pages.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// Its pages; those recognised have [`Method::Ocr`].
    pub read: Extracted,
    /// Where the words of the recognised pages stand, in page order.
    pub scans: Vec<Scan>,
}

/// How far recognition is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Pages done.
    pub done: u32,
    /// Pages to recognise.
    pub of: u32,
}

/// A drawn page.
#[derive(Clone, PartialEq, Eq)]
pub struct Drawing {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Red, green and blue for each pixel, row by row.
    pub rgb: Vec<u8>,
}

impl Reader {
    /// Reads one file as [`Reader::read`] does and tells after each recognised page how far it is.
    ///
    /// # Errors
    /// As [`Reader::read`]. A page that cannot be recognised is no error: it has no text and a warning.
    pub async fn read_pages(
        &self,
        source: &Source,
        name_hint: &str,
        password: Option<&str>,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Document, IntakeError> {
        let mut slot = self.running.lock().await;
        // Taken out while in use: if this future is dropped half-way, the child dies with it.
        let (running, result) = self.open(slot.take(), source, name_hint, password).await?;
        let (mut read, wanted) = match result {
            Ok(done) => done,
            Err(error) => {
                *slot = self.keep(running);
                return Err(error);
            }
        };
        let work = Work {
            file: (source, name_hint, password),
            of: u32::try_from(wanted.len()).unwrap_or(u32::MAX),
            waiting: Mutex::new(wanted.into_iter().rev().collect()),
            done: Mutex::new(Vec::new()),
            progress,
        };
        let second = self.limits.lanes > 1 && work.of > 1;
        let beside = async {
            match second {
                true => self.lane(None, &work).await,
                false => Ok(None),
            }
        };
        let (first, beside) = tokio::join!(self.lane(Some(running), &work), beside);
        // A second child that could not be had leaves its pages to the first; what the first leaves has no text.
        drop(beside);
        match first {
            Ok(running) => *slot = running.and_then(|running| self.keep(running)),
            Err(_) => {
                for page in lock(&work.waiting).drain(..) {
                    warn(&mut read, page, PageProblem::GivenUp);
                }
            }
        }
        let mut done = lock(&work.done).split_off(0);
        done.sort_by_key(|(page, _)| *page);
        let mut scans = Vec::new();
        for (page, reply) in done {
            match reply {
                PageReply::Recognised(found) => take(&mut read, &mut scans, found),
                PageReply::Failed(problem) => warn(&mut read, page, problem),
            }
        }
        if !read.has_text() {
            let damaged = read
                .warnings
                .iter()
                .all(|warning| warning.problem == PageProblem::Damaged);
            return Err(if damaged {
                IntakeError::Corrupt(read.kind)
            } else {
                IntakeError::NoText {
                    pages: u32::try_from(read.pages.len()).unwrap_or(u32::MAX),
                }
            });
        }
        if read.title.is_none() {
            let first = read.pages.iter().find(|page| page.method != Method::None);
            read.title = first.and_then(|page| title::heading(&page.text));
        }
        if !scans.is_empty() {
            guess::complete(&mut read);
        }
        Ok(Document { read, scans })
    }

    /// Recognises pages with one child, opening the file in it first where there is none yet, until none waits. Gives the
    /// child back if it is still there.
    async fn lane(&self, running: Option<Running>, work: &Work<'_>) -> Result<Option<Running>, IntakeError> {
        let (source, name_hint, password) = work.file;
        let mut running = running;
        let mut deaths = 0;
        while let Some(page) = work.next() {
            let mut child = match running.take() {
                Some(child) => child,
                None => match self.open(None, source, name_hint, password).await {
                    Ok((child, Ok(_))) => child,
                    Ok((_, Err(error))) | Err(error) => {
                        lock(&work.waiting).push(page);
                        return Err(error);
                    }
                },
            };
            match self.give_models(&mut child).await {
                Ok(true) => {}
                Ok(false) => return Ok(Some(child)),
                Err(error) => {
                    lock(&work.waiting).push(page);
                    return Err(error);
                }
            }
            match self.recognise(&mut child, page).await {
                Ok(reply) => {
                    work.finish(page, reply);
                    running = Some(child);
                }
                Err(()) => {
                    work.finish(page, PageReply::Failed(PageProblem::GivenUp));
                    deaths += 1;
                    if deaths == MOST_DEATHS {
                        return Err(IntakeError::Crashed);
                    }
                }
            }
        }
        Ok(running)
    }

    /// Draws a page of an image file, turned clockwise by `quarters`, no side longer than `longest`.
    ///
    /// # Errors
    /// As [`Reader::read`].
    pub async fn draw(
        &self,
        source: &Source,
        page: u32,
        quarters: u8,
        longest: u32,
    ) -> Result<Drawing, IntakeError> {
        let mut slot = self.running.lock().await;
        let (mut running, opened) = self.open(slot.take(), source, "", None).await?;
        if let Err(error) = opened {
            *slot = self.keep(running);
            return Err(error);
        }
        let longest = longest.min(LONGEST);
        let deadline = self.limits.deadline_per_page;
        match timeout(deadline, running.draw(page, quarters, longest)).await {
            Err(_) => Err(IntakeError::Timeout {
                seconds: deadline.as_secs(),
            }),
            Ok(Err(broken)) => Err(running.post_mortem(&broken, deadline).await),
            Ok(Ok(drawn)) => {
                *slot = self.keep(running);
                drawn
            }
        }
    }

    /// Sees to it that the child has the models; false where there are none.
    async fn give_models(&self, running: &mut Running) -> Result<bool, IntakeError> {
        if running.recognises {
            return Ok(true);
        }
        let Some(models) = self.models.clone() else {
            return Ok(false);
        };
        // Reading and hashing the files blocks.
        let Ok(Some(files)) = tokio::task::spawn_blocking(move || models()).await else {
            return Ok(false);
        };
        running.yield_to_others(self.limits.nice);
        match timeout(LOADING, running.take_models(&files)).await {
            Ok(Ok(())) => {
                running.recognises = true;
                Ok(true)
            }
            Ok(Err(_)) => Err(IntakeError::TooLarge(Excess::Memory)),
            Err(_) => Err(IntakeError::Timeout {
                seconds: LOADING.as_secs(),
            }),
        }
    }

    /// Recognises a page; an error means that the child is lost. The deadline counts the child's own time, because it
    /// waits for everything else the machine has to do.
    async fn recognise(&self, running: &mut Running, page: u32) -> Result<PageReply, ()> {
        let begun = Instant::now();
        let child = running.child.id();
        let before = child.and_then(processor_time);
        let mut reply = pin!(running.page(page));
        loop {
            if let Ok(reply) = timeout(Duration::from_secs(1), &mut reply).await {
                return reply
                    .map_err(|_| ())
                    .and_then(|reply| if sound(&reply, page) { Ok(reply) } else { Err(()) });
            }
            let spent = match (before, child.and_then(processor_time)) {
                (Some(before), Some(now)) => now.saturating_sub(before),
                _ => begun.elapsed(),
            };
            if spent > self.limits.deadline_per_page || begun.elapsed() > 20 * self.limits.deadline_per_page {
                return Err(());
            }
        }
    }
}

/// The pages of one file that are being recognised.
struct Work<'w> {
    file: (&'w Source, &'w str, Option<&'w str>),
    of: u32,
    /// Pages not begun, the next one last.
    waiting: Mutex<Vec<u32>>,
    done: Mutex<Vec<(u32, PageReply)>>,
    progress: &'w (dyn Fn(Progress) + Sync),
}

impl Work<'_> {
    fn next(&self) -> Option<u32> {
        let page = lock(&self.waiting).pop();
        if page.is_some() {
            self.tell();
        }
        page
    }

    fn finish(&self, page: u32, reply: PageReply) {
        lock(&self.done).push((page, reply));
        self.tell();
    }

    fn tell(&self) {
        let done = u32::try_from(lock(&self.done).len()).unwrap_or(u32::MAX);
        (self.progress)(Progress { done, of: self.of });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Running {
    async fn take_models(&mut self, files: &ModelFiles) -> Result<(), Broken> {
        let parts = [&files.detector, &files.recogniser, &files.characters];
        let frame = wire::frame(&Asked::Models(parts.map(|part| part.len() as u64)), MOST_ASKED);
        self.send(&frame.ok_or(Broken::Nonsense)?, &[]).await?;
        for part in parts {
            self.send(&[], part).await?;
        }
        self.receive::<Ready>(MOST_ASKED).await.map(|_| ())
    }

    async fn page(&mut self, page: u32) -> Result<PageReply, Broken> {
        let frame = wire::frame(&Asked::Page(page), MOST_ASKED).ok_or(Broken::Nonsense)?;
        self.send(&frame, &[]).await?;
        self.receive(MOST_ANSWERED).await
    }

    async fn draw(
        &mut self,
        page: u32,
        quarters: u8,
        longest: u32,
    ) -> Result<Result<Drawing, IntakeError>, Broken> {
        let asked = Asked::Draw {
            page,
            quarters,
            longest,
        };
        let frame = wire::frame(&asked, MOST_ASKED).ok_or(Broken::Nonsense)?;
        self.send(&frame, &[]).await?;
        drawn(&mut self.output).await
    }

    /// Recognition is long work in the background: what else the machine has to do goes first.
    fn yield_to_others(&self, nice: i32) {
        #[cfg(not(unix))]
        let _ = nice;
        #[cfg(unix)]
        if let Some(child) = self
            .child
            .id()
            .and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()))
        {
            // A system that refuses runs it like any other process.
            let _ = rustix::process::setpriority_process(Some(child), nice);
        }
    }
}

/// Reads the answer to a request for a drawing, its pixels after it.
pub(super) async fn drawn(
    output: &mut (impl AsyncRead + Unpin),
) -> Result<Result<Drawing, IntakeError>, Broken> {
    match receive::<DrawReply>(output, MOST_ANSWERED).await? {
        DrawReply::Failed(error) => Ok(Err(error)),
        DrawReply::Drawn { width, height } if width.max(height) <= LONGEST => {
            let rgb = exactly(output, 3 * u64::from(width) * u64::from(height)).await?;
            Ok(Ok(Drawing { width, height, rgb }))
        }
        DrawReply::Drawn { .. } => Err(Broken::Nonsense),
    }
}

/// Processor time a process has used so far; `None` where the system does not tell.
fn processor_time(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold anything; user and system time are the 14th and 15th fields (proc(5)).
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    // Linux has counted in hundredths of a second for user space on every architecture since 2.6.
    Some(Duration::from_millis(10 * (ticks()? + ticks()?)))
}

/// Whether a sound reader could have given this.
pub(super) fn sound(reply: &PageReply, page: u32) -> bool {
    match reply {
        PageReply::Failed(_) => true,
        PageReply::Recognised(Recognition { text, scan }) => {
            scan.page == page && !text.is_empty() && is_tidy(text) && scan.is_sound(text.chars().count())
        }
    }
}

/// Takes a recognised page in, unless more text stands in the file itself.
pub(super) fn take(read: &mut Extracted, scans: &mut Vec<Scan>, found: Recognition) {
    let Recognition { text, scan } = found;
    let Some(page) = read.pages.get_mut(scan.page as usize - 1) else {
        return;
    };
    if text.chars().count() <= page.text.chars().count() {
        return;
    }
    page.text = text;
    page.method = Method::Ocr;
    read.warnings.retain(|warning| warning.page != scan.page);
    if scan.confidence < LEAST_CONFIDENCE {
        warn(read, scan.page, PageProblem::Faint);
    }
    scans.push(scan);
}

/// Puts a warning in its place by page; one page has one.
pub(super) fn warn(read: &mut Extracted, page: u32, problem: PageProblem) {
    let native = read
        .pages
        .get(page as usize - 1)
        .is_some_and(|page| page.method == Method::Native);
    if native {
        // What stands in the file was read.
        return;
    }
    read.warnings.retain(|warning| warning.page != page);
    let at = read.warnings.partition_point(|warning| warning.page < page);
    read.warnings.insert(at, PageWarning { page, problem });
}

// Without the pixels.
impl std::fmt::Debug for Drawing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Drawing({} x {})", self.width, self.height)
    }
}
