//! The engine's thread: loads models, runs jobs, looks up between steps.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::queue::{Job, Next, Queue, Work};
use super::{FinishReason, GenerateEvent, Priority, Purpose, Shared};
use crate::embedder::{self, Encoder, Scratch};
use crate::kernels::{Compute, power};
use crate::writer::cache::Cache;
use crate::writer::{Buffers, Generation, Model, Sampling, Step, WriterText};
use crate::{SlmError, memory};

/// Word pieces of one batch: enough that weights are read from memory once for many rows, few enough that whoever
/// waits for a layer of it waits some seven milliseconds.
const BATCH: usize = 512;
/// Bytes of texts read before that are kept for the case that a prompt begins as they did: some 4,000 tokens of the
/// default model.
const REMEMBERED: usize = 96 << 20;
/// Fewer tokens than this are read again sooner than they are found and copied.
const WORTHWHILE: usize = 16;

/// What the thread owns.
pub(super) struct Worker {
    shared: Arc<Shared>,
    threads: usize,
    power_seen: Option<Instant>,
    compute: Compute,
    encoder: Option<Arc<Encoder>>,
    scratch: Scratch,
    writers: [Option<Arc<Model>>; 2],
    buffers: Buffers,
    /// Least recently used first, each with whose model read it.
    remembered: Vec<(Purpose, Cache)>,
    aside: Aside,
}

/// What serves a typed text between two layers of something else, whose threads and buffers are in use then.
struct Aside {
    compute: Compute,
    scratch: Scratch,
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>, threads: usize) -> Self {
        Self {
            shared,
            threads,
            power_seen: None,
            compute: Compute::new(threads),
            encoder: None,
            scratch: Scratch::default(),
            writers: Default::default(),
            buffers: Buffers::default(),
            remembered: Vec::new(),
            aside: Aside {
                compute: Compute::new(1),
                scratch: Scratch::default(),
            },
        }
    }

    /// Works until the engine is closed.
    pub(super) fn work(mut self) {
        loop {
            match self.shared.queue.next() {
                Next::Run(job) => self.run(job),
                Next::Forget(done) => {
                    self.forget();
                    for done in done {
                        // Whoever locked may have gone away; it is forgotten all the same.
                        let _ = done.send(());
                    }
                }
                Next::Stop => break,
            }
        }
        self.forget();
    }

    /// Overwrites everything that says what was read.
    fn forget(&mut self) {
        self.remembered.clear();
        self.buffers.wipe();
        self.scratch.wipe();
        self.aside.scratch.wipe();
    }

    fn run(&mut self, job: Job) {
        if job.work.is_abandoned() || job.epoch != self.shared.queue.epoch() {
            return job.work.drop_undone(SlmError::Cancelled);
        }
        self.take_power_into_account();
        let (priority, epoch) = (job.priority, job.epoch);
        // The job's place is given back when the job is done.
        let _place = job.place;
        match job.work {
            Work::Embed { texts, reply } => {
                let vectors = self.caught(|worker| worker.embed(&texts, priority, epoch, &reply));
                drop(reply.send(vectors));
            }
            Work::Generate {
                purpose,
                text,
                prompt,
                max_new_tokens,
                sampling,
                cancel,
                events,
            } => {
                let answer = Answer {
                    purpose,
                    text,
                    cancel,
                    events,
                    priority,
                    epoch,
                };
                let last = self.caught(|worker| worker.generate(&answer, prompt, max_new_tokens, *sampling));
                drop(answer.events.try_send(last.unwrap_or_else(GenerateEvent::Failed)));
            }
            Work::Load { texts, reply } => {
                let loaded = self.caught(|worker| worker.load(&texts));
                drop(reply.send(loaded));
            }
        }
    }

    /// Uses fewer threads while the machine runs on battery.
    fn take_power_into_account(&mut self) {
        /// A plug is not pulled more often than that.
        const OFTEN: Duration = Duration::from_secs(10);
        if self.power_seen.is_none_or(|seen| seen.elapsed() > OFTEN) {
            self.power_seen = Some(Instant::now());
            self.compute.pool.limit(power::affordable(self.threads));
        }
    }

    /// Runs something; a panic becomes an error. Weights do not change, so they are sound after it; the working
    /// memory is dropped.
    fn caught<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, SlmError>) -> Result<T, SlmError> {
        catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or_else(|_| {
            self.forget();
            Err(SlmError::Panicked)
        })
    }

    /// Runs what is more urgent than the job at hand.
    fn look_up(&mut self, running: Priority) {
        while let Some(job) = self.shared.queue.more_urgent(running) {
            self.run(job);
        }
    }

    fn load(&mut self, texts: &[(Purpose, Arc<WriterText>)]) -> Result<(), SlmError> {
        if self.shared.models.embedder.is_some() {
            self.encoder()?;
        }
        for (purpose, text) in texts {
            self.writer(*purpose, text)?;
        }
        Ok(())
    }

    fn encoder(&mut self) -> Result<Arc<Encoder>, SlmError> {
        if let Some(encoder) = &self.encoder {
            return Ok(Arc::clone(encoder));
        }
        let model = self.shared.models.embedder.as_ref();
        let model = model.ok_or(SlmError::NotInstalled {
            task: "comparing texts",
        })?;
        let encoder = Arc::new(embedder::load(&mut self.compute, model)?);
        Ok(Arc::clone(self.encoder.insert(encoder)))
    }

    fn writer(&mut self, purpose: Purpose, text: &WriterText) -> Result<Arc<Model>, SlmError> {
        if let Some(writer) = &self.writers[purpose as usize] {
            return Ok(Arc::clone(writer));
        }
        let model = self.shared.models.writer_for(purpose);
        let model = model.ok_or(SlmError::NotInstalled { task: "writing" })?;
        let writer = Arc::new(text.load(&mut self.compute, model)?);
        Ok(Arc::clone(self.writers[purpose as usize].insert(writer)))
    }

    fn embed(
        &mut self,
        texts: &[Vec<u32>],
        priority: Priority,
        epoch: u64,
        reply: &oneshot::Sender<Result<Vec<Vec<f32>>, SlmError>>,
    ) -> Result<Vec<Vec<f32>>, SlmError> {
        let encoder = self.encoder()?;
        // What comes in between has working memory of its own.
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut vectors = Vec::with_capacity(texts.len());
        while vectors.len() < texts.len() {
            if reply.is_closed() || epoch != self.shared.queue.epoch() {
                return Err(SlmError::Cancelled);
            }
            let rest = &texts[vectors.len()..];
            let mut pieces = 0;
            let fit = rest.iter().take_while(|text| {
                pieces += text.len();
                pieces <= BATCH
            });
            let batch = &rest[..fit.count().max(1)];
            let mut batch = encoder.begin(&mut self.compute, &mut scratch, batch);
            vectors.extend(loop {
                if let Some(vectors) = batch.pass(&mut self.compute) {
                    break vectors;
                }
                self.look_up(priority);
            });
        }
        self.scratch = scratch;
        if vectors.iter().flatten().all(|value| value.is_finite()) {
            Ok(vectors)
        } else {
            Err(SlmError::NotANumber)
        }
    }

    /// Writes an answer and returns its last event.
    fn generate(
        &mut self,
        answer: &Answer,
        prompt: Vec<u32>,
        max_new_tokens: usize,
        sampling: Sampling,
    ) -> Result<GenerateEvent, SlmError> {
        let model = self.writer(answer.purpose, &answer.text)?;
        memory::require(Cache::size(model.config(), prompt.len() + max_new_tokens) as u64)?;
        let cache = self.recall(answer.purpose, &model, &prompt);
        let mut generation = Generation::begin(prompt, cache, max_new_tokens, sampling, &answer.text)?;
        let mut gave_way = false;
        let reason = loop {
            let (queue, aside, encoder) = (&self.shared.queue, &mut self.aside, self.encoder.as_deref());
            // A step that gave way once goes on to its end, or typing would keep it from ever ending.
            let (may_give_way, mut gives_way) = (!gave_way, false);
            let mut pause = || {
                answer.pause(queue, aside, encoder)?;
                gives_way = may_give_way && queue.waits_for(answer.priority);
                if gives_way {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            };
            let step = generation.step(
                &mut self.compute,
                &mut self.buffers,
                &model,
                &answer.text,
                &mut pause,
            );
            gave_way = gives_way;
            let (text, end) = match step {
                ControlFlow::Break(()) if gave_way => (String::new(), None),
                ControlFlow::Break(()) => break FinishReason::Cancelled,
                ControlFlow::Continue(step) => match step? {
                    Step::Reading => (String::new(), None),
                    Step::Wrote(text) => (text, None),
                    Step::Finished(reason, text) => (text, Some(reason)),
                },
            };
            if !text.is_empty() {
                // There is room for every event; only a dropped receiver refuses, and the next pause sees that.
                let _ = answer.events.try_send(GenerateEvent::Token(text));
            }
            if let Some(reason) = end {
                break reason;
            }
            self.look_up(answer.priority);
        };
        let (prompt_tokens, new_tokens) = (generation.prompt_tokens(), generation.new_tokens());
        let guessed_tokens = generation.guessed_tokens();
        if answer.epoch == self.shared.queue.epoch() {
            self.remember(answer.purpose, generation.into_cache());
        }
        Ok(GenerateEvent::Finished {
            reason,
            prompt_tokens,
            new_tokens,
            guessed_tokens,
        })
    }

    /// What is known of the beginning of this prompt: of all remembered texts the longest such beginning.
    fn recall(&mut self, purpose: Purpose, model: &Model, prompt: &[u32]) -> Cache {
        let known = self
            .remembered
            .iter()
            .map(|(whose, cache)| match *whose == purpose {
                true => cache.shared(prompt),
                false => 0,
            });
        match known.enumerate().max_by_key(|(_, shared)| *shared) {
            Some((index, shared)) if shared >= WORTHWHILE => {
                let (_, cache) = self.remembered.remove(index);
                // A text that goes on is continued in place; one that only begins alike stays for its own sequel.
                if 4 * shared >= 3 * cache.len() {
                    return cache;
                }
                let beginning = cache.fork(shared);
                self.remembered.push((purpose, cache));
                beginning
            }
            _ => Cache::new(model.config()),
        }
    }

    fn remember(&mut self, purpose: Purpose, cache: Cache) {
        self.remembered.push((purpose, cache));
        while self
            .remembered
            .iter()
            .map(|(_, cache)| cache.bytes())
            .sum::<usize>()
            > REMEMBERED
        {
            self.remembered.remove(0);
        }
    }
}

/// Who waits for an answer, and since when.
struct Answer {
    purpose: Purpose,
    text: Arc<WriterText>,
    cancel: CancellationToken,
    events: mpsc::Sender<GenerateEvent>,
    priority: Priority,
    epoch: u64,
}

impl Answer {
    /// Called between layers: ends an answer that nobody wants, and embeds a text that someone types.
    fn pause(&self, queue: &Queue, aside: &mut Aside, encoder: Option<&Encoder>) -> ControlFlow<()> {
        if self.cancel.is_cancelled() || self.events.is_closed() || self.epoch != queue.epoch() {
            return ControlFlow::Break(());
        }
        let typed = encoder.and_then(|encoder| Some((encoder, queue.typed_text(self.priority, BATCH)?)));
        if let Some((
            encoder,
            Job {
                work: Work::Embed { texts, reply },
                ..
            },
        )) = typed
        {
            // Not caught here: a panic ends the answer too, which is the honest thing once the encoder is in doubt.
            drop(reply.send(Ok(encoder.embed(&mut aside.compute, &mut aside.scratch, &texts))));
        }
        ControlFlow::Continue(())
    }
}
