//! The work that waits, most urgent first, first come first served among equals.
//!
//! Must always hold: each lane has a bounded number of jobs, because a job holds one of its lane's places until it is
//! done; nothing submitted before an unload runs after it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{FinishReason, GenerateEvent, Priority, Purpose};
use crate::SlmError;
use crate::writer::{Sampling, WriterText};

/// Jobs that one lane holds, waiting and running; whoever comes then waits to submit.
const PLACES: usize = 64;

/// Something to do.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) priority: Priority,
    /// The number of unloads before it was submitted.
    pub(super) epoch: u64,
    /// Given back when the job is dropped.
    pub(super) place: OwnedSemaphorePermit,
}

/// What to do.
pub(super) enum Work {
    Embed {
        texts: Vec<Vec<u32>>,
        reply: oneshot::Sender<Result<Vec<Vec<f32>>, SlmError>>,
    },
    Generate {
        /// Whose model writes.
        purpose: Purpose,
        text: Arc<WriterText>,
        prompt: Vec<u32>,
        max_new_tokens: usize,
        sampling: Box<Sampling>,
        cancel: CancellationToken,
        events: mpsc::Sender<GenerateEvent>,
    },
    Load {
        texts: Vec<(Purpose, Arc<WriterText>)>,
        reply: oneshot::Sender<Result<(), SlmError>>,
    },
}

impl Work {
    /// Whether nobody wants it any more.
    pub(super) fn is_abandoned(&self) -> bool {
        match self {
            Self::Embed { reply, .. } => reply.is_closed(),
            Self::Generate { cancel, events, .. } => cancel.is_cancelled() || events.is_closed(),
            Self::Load { reply, .. } => reply.is_closed(),
        }
    }

    /// Ends it without having done it.
    pub(super) fn drop_undone(self, error: SlmError) {
        // A receiver that is gone wants no answer.
        match self {
            Self::Embed { reply, .. } => drop(reply.send(Err(error))),
            Self::Generate { events, prompt, .. } => {
                let reason = FinishReason::Cancelled;
                let event = GenerateEvent::Finished {
                    reason,
                    prompt_tokens: prompt.len(),
                    new_tokens: 0,
                    guessed_tokens: 0,
                };
                drop(events.try_send(event));
            }
            Self::Load { reply, .. } => drop(reply.send(Err(error))),
        }
    }
}

/// What the thread should do next.
pub(super) enum Next {
    Run(Job),
    /// Forget everything, then say so.
    Forget(Vec<oneshot::Sender<()>>),
    Stop,
}

/// The queue of one engine.
pub(super) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    places: [Arc<Semaphore>; 3],
    epoch: AtomicU64,
}

#[derive(Default)]
struct State {
    lanes: [VecDeque<Job>; 3],
    forget: Vec<oneshot::Sender<()>>,
    closed: bool,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            wake: Condvar::new(),
            places: std::array::from_fn(|_| Arc::new(Semaphore::new(PLACES))),
            epoch: AtomicU64::new(0),
        }
    }
}

fn lane(priority: Priority) -> usize {
    match priority {
        Priority::Typing => 0,
        Priority::Foreground => 1,
        Priority::Background => 2,
    }
}

impl Queue {
    /// Unloads so far.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Waits for a place in a lane.
    pub(super) async fn place(&self, priority: Priority) -> Result<OwnedSemaphorePermit, SlmError> {
        let lane = Arc::clone(&self.places[lane(priority)]);
        lane.acquire_owned().await.map_err(|_| SlmError::Stopped)
    }

    pub(super) fn push(&self, job: Job) -> Result<(), SlmError> {
        let mut state = self.lock();
        if state.closed {
            return Err(SlmError::Stopped);
        }
        if job.epoch != self.epoch() {
            return Err(SlmError::Cancelled);
        }
        state.lanes[lane(job.priority)].push_back(job);
        self.wake.notify_one();
        Ok(())
    }

    /// Drops all queued work and makes running work stale. The receiver hears when everything is forgotten; there is
    /// none if the engine has stopped.
    pub(super) fn unload(&self) -> Option<oneshot::Receiver<()>> {
        let mut state = self.lock();
        if state.closed {
            return None;
        }
        self.epoch.fetch_add(1, Ordering::AcqRel);
        let (done, receiver) = oneshot::channel();
        state.forget.push(done);
        let dropped = state.take_all();
        self.wake.notify_one();
        drop(state);
        dropped
            .into_iter()
            .for_each(|job| job.work.drop_undone(SlmError::Cancelled));
        Some(receiver)
    }

    /// Ends the engine: nothing more is taken, what waits is dropped, what runs becomes stale.
    pub(super) fn close(&self) {
        self.places.iter().for_each(|places| places.close());
        let mut state = self.lock();
        state.closed = true;
        self.epoch.fetch_add(1, Ordering::AcqRel);
        let dropped = state.take_all();
        self.wake.notify_one();
        drop(state);
        dropped
            .into_iter()
            .for_each(|job| job.work.drop_undone(SlmError::Stopped));
    }

    /// Waits for the next thing to do.
    pub(super) fn next(&self) -> Next {
        let mut state = self.lock();
        loop {
            if !state.forget.is_empty() {
                return Next::Forget(std::mem::take(&mut state.forget));
            }
            if state.closed {
                return Next::Stop;
            }
            if let Some(job) = state.lanes.iter_mut().find_map(VecDeque::pop_front) {
                return Next::Run(job);
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next job that is more urgent than `running`, if there is one. Ends the jobs that nobody wants any more on
    /// the way, so that they need not wait for their turn to hear of it.
    pub(super) fn more_urgent(&self, running: Priority) -> Option<Job> {
        let mut state = self.lock();
        let abandoned = state.take_abandoned();
        let job = state.lanes[..lane(running)]
            .iter_mut()
            .find_map(VecDeque::pop_front);
        drop(state);
        abandoned
            .into_iter()
            .for_each(|job| job.work.drop_undone(SlmError::Cancelled));
        job
    }

    /// Whether anything more urgent than `running` waits.
    pub(super) fn waits_for(&self, running: Priority) -> bool {
        let state = self.lock();
        state.lanes[..lane(running)].iter().any(|lane| !lane.is_empty())
    }

    /// A text that someone types, if one waits at the head of its lane and `running` is something else.
    pub(super) fn typed_text(&self, running: Priority, most_pieces: usize) -> Option<Job> {
        if running == Priority::Typing {
            return None;
        }
        let mut state = self.lock();
        let typed = &mut state.lanes[lane(Priority::Typing)];
        let fits = matches!(typed.front(), Some(Job { work: Work::Embed { texts, .. }, .. })
            if texts.iter().map(Vec::len).sum::<usize>() <= most_pieces);
        if fits { typed.pop_front() } else { None }
    }

    /// Jobs that wait in a lane.
    #[cfg(test)]
    pub(super) fn waiting(&self, priority: Priority) -> usize {
        self.lock().lanes[lane(priority)].len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Jobs are moved in and out whole; a panic cannot leave one half queued.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_all(&mut self) -> Vec<Job> {
        self.lanes.iter_mut().flat_map(std::mem::take).collect()
    }

    fn take_abandoned(&mut self) -> Vec<Job> {
        let mut abandoned = Vec::new();
        for lane in &mut self.lanes {
            if lane.iter().any(|job| job.work.is_abandoned()) {
                let (gone, wanted) = std::mem::take(lane)
                    .into_iter()
                    .partition(|job| job.work.is_abandoned());
                *lane = wanted;
                abandoned.extend::<VecDeque<Job>>(gone);
            }
        }
        abandoned
    }
}
