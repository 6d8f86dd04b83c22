//! The threads that the kernels share.
//!
//! A generated token runs about 150 short parallel steps, so a step must start within a microsecond: workers
//! spin for a moment after each step before they sleep. Tasks are handed out one by one; a step ends when all its
//! tasks are done, never when all workers have arrived, so a worker that the system has paused delays nothing, unless it
//! was paused in the middle of a task. On a machine busy with other things that happens in every other step and costs
//! milliseconds each time; the caller then works alone for a while before it tries again.
//!
//! Must always hold: `run` returns only after every task has finished, because tasks borrow from its caller.
#![expect(
    unsafe_code,
    reason = "lends a borrowed closure to threads that outlive the borrow"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many times a worker looks for new work before it sleeps: some 50 microseconds. Miri takes its time for each.
const SPINS: u32 = if cfg!(miri) { 20 } else { 2_000 };
/// Waiting longer than this for the others, and longer than one's own work took, means that one of them was paused.
const LATE: Duration = Duration::from_micros(300);
/// How long to work alone after that: at first, and at most when it happens again and again.
const ALONE: [Duration; 2] = [Duration::from_millis(20), Duration::from_millis(320)];
/// Steps without delay after which the machine counts as free again.
const CALM: u32 = 300;

/// How often a thread that does not take part looks whether it may again.
const IDLE: Duration = Duration::from_millis(100);

type Task<'a> = dyn Fn(usize) + Sync + 'a;

/// A fixed set of threads; the caller of [`Pool::run`] is one of them.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    crowd: Crowd,
}

/// What the caller knows of how busy the machine is with other things.
#[derive(Default)]
struct Crowd {
    alone_until: Option<Instant>,
    alone: Duration,
    calm: u32,
}

impl Crowd {
    /// Whether the others should be left out now.
    fn is_dense(&mut self, now: Instant) -> bool {
        if self.alone_until.is_some_and(|until| now < until) {
            return true;
        }
        self.alone_until = None;
        false
    }

    /// Takes note of how long a step's own work and the wait for the others took.
    fn note(&mut self, work: Duration, wait: Duration, now: Instant) {
        if wait > LATE.max(work) {
            self.alone = (self.alone * 2).clamp(ALONE[0], ALONE[1]);
            self.alone_until = Some(now + self.alone);
            self.calm = 0;
        } else {
            self.calm = self.calm.saturating_add(1);
            if self.calm == CALM {
                self.alone = Duration::ZERO;
            }
        }
    }
}

struct Shared {
    /// Step number (32 bits), tasks of the step (16), next task to hand out (16). One word, so that a successful
    /// exchange proves that the step it names is still running.
    ticket: AtomicU64,
    /// Points at the caller's `&Task`. Only valid while the ticket has tasks left or unfinished.
    job: AtomicPtr<&'static Task<'static>>,
    done: AtomicU32,
    panicked: AtomicBool,
    stop: AtomicBool,
    /// Threads that take part, the caller included.
    active: AtomicUsize,
    sleepers: AtomicUsize,
    sleep: Mutex<()>,
    wake: Condvar,
}

impl Pool {
    /// Starts `threads - 1` workers (the caller is the remaining thread).
    pub(crate) fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared {
            ticket: AtomicU64::new(0),
            job: AtomicPtr::new(std::ptr::null_mut()),
            done: AtomicU32::new(0),
            panicked: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            active: AtomicUsize::new(threads.max(1)),
            sleepers: AtomicUsize::new(0),
            sleep: Mutex::new(()),
            wake: Condvar::new(),
        });
        let workers = (1..threads.max(1))
            .filter_map(|number| {
                let shared = Arc::clone(&shared);
                // A system that grants no more threads leaves a smaller pool, which is still correct.
                std::thread::Builder::new()
                    .name(format!("model-{number}"))
                    .spawn(move || shared.work(number))
                    .ok()
            })
            .collect();
        Self {
            shared,
            workers,
            crowd: Crowd::default(),
        }
    }

    /// Lets only so many threads take part from now on, the caller included: at least that one.
    pub(crate) fn limit(&mut self, threads: usize) {
        self.shared.active.store(threads.max(1), Ordering::Relaxed);
    }

    /// Threads that take part, the caller included.
    pub(crate) fn threads(&self) -> usize {
        (self.workers.len() + 1).min(self.shared.active.load(Ordering::Relaxed))
    }

    /// Calls `task` once with every number below `count`, on all threads, and returns when all have finished.
    ///
    /// # Panics
    /// If a task panicked, after all others have finished.
    pub(crate) fn run(&mut self, count: usize, task: &Task<'_>) {
        let begin = Instant::now();
        if count <= 1 || self.threads() == 1 || self.crowd.is_dense(begin) {
            (0..count).for_each(task);
            return;
        }
        let mut first = 0;
        while first < count {
            let batch = (count - first).min(usize::from(u16::MAX));
            let ready = self.run_batch(batch, &|index| task(first + index));
            first += batch;
            let end = Instant::now();
            self.crowd.note(ready - begin, end - ready, end);
        }
    }

    /// Runs one step and says when the caller's own part of it was done.
    fn run_batch(&mut self, count: usize, task: &Task<'_>) -> Instant {
        // SAFETY: only the lifetime changes. Tasks are called only between here and the wait below, which ends
        // when all have finished; a later claim fails because the ticket has moved on.
        let mut task = unsafe { std::mem::transmute::<&Task<'_>, &'static Task<'static>>(task) };
        let shared = &*self.shared;
        shared.done.store(0, Ordering::Relaxed);
        shared.job.store(&raw mut task, Ordering::Relaxed);
        let step = (shared.ticket.load(Ordering::Relaxed) >> 32).wrapping_add(1) & 0xffff_ffff;
        shared
            .ticket
            .store(step << 32 | (count as u64) << 16, Ordering::SeqCst);
        if shared.sleepers.load(Ordering::SeqCst) > 0 {
            let _asleep = lock(&shared.sleep);
            shared.wake.notify_all();
        }
        while shared.claim_and_run() {}
        let ready = Instant::now();
        let mut spins = 0;
        while shared.done.load(Ordering::Acquire) < count as u32 {
            spins += 1;
            if spins < SPINS {
                std::hint::spin_loop()
            } else {
                std::thread::yield_now()
            }
        }
        assert!(
            !shared.panicked.swap(false, Ordering::Relaxed),
            "a kernel task panicked"
        );
        ready
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        {
            let _asleep = lock(&self.shared.sleep);
            self.shared.wake.notify_all();
        }
        for worker in self.workers.drain(..) {
            // A worker catches its tasks' panics, so there is nothing to report here.
            let _ = worker.join();
        }
    }
}

impl Shared {
    fn work(&self, number: usize) {
        while !self.stop.load(Ordering::Relaxed) {
            if number >= self.active.load(Ordering::Relaxed) {
                std::thread::sleep(IDLE);
                continue;
            }
            if self.claim_and_run() {
                continue;
            }
            let seen = self.ticket.load(Ordering::Relaxed);
            let fresh = (0..SPINS).any(|_| {
                std::hint::spin_loop();
                self.ticket.load(Ordering::Relaxed) != seen || self.stop.load(Ordering::Relaxed)
            });
            if !fresh {
                self.sleep_unless_changed(seen);
            }
        }
    }

    fn sleep_unless_changed(&self, seen: u64) {
        let mut asleep = lock(&self.sleep);
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        while self.ticket.load(Ordering::SeqCst) == seen && !self.stop.load(Ordering::SeqCst) {
            asleep = self.wake.wait(asleep).unwrap_or_else(PoisonError::into_inner);
        }
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
    }

    /// Takes one task of the current step, if any is left, and runs it.
    fn claim_and_run(&self) -> bool {
        let ticket = self.ticket.load(Ordering::Acquire);
        let (count, next) = ((ticket >> 16) & 0xffff, ticket & 0xffff);
        if next >= count {
            return false;
        }
        let job = self.job.load(Ordering::Relaxed);
        if self
            .ticket
            .compare_exchange_weak(ticket, ticket + 1, Ordering::AcqRel, Ordering::Relaxed)
            .is_err()
        {
            return true;
        }
        // SAFETY: the exchange shows that the ticket did not change since it was read, so `job` belongs to this
        // step, and that this task was unclaimed, so `run_batch` is still waiting and its closure alive.
        let task = unsafe { *job };
        if catch_unwind(AssertUnwindSafe(|| task(next as usize))).is_err() {
            self.panicked.store(true, Ordering::Relaxed);
        }
        self.done.fetch_add(1, Ordering::Release);
        true
    }
}

/// The lock guards no data, so a panic elsewhere cannot have left any half changed.
fn lock(mutex: &Mutex<()>) -> MutexGuard<'_, ()> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A buffer whose parts are written by different tasks of one step.
#[derive(Clone, Copy)]
pub(crate) struct Parts<T> {
    start: *mut T,
    len: usize,
}

// SAFETY: it is only a place and a length; `part` asks its caller to keep the parts apart.
unsafe impl<T: Send> Sync for Parts<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Parts<T> {}

impl<T> Parts<T> {
    /// Borrows the buffer for one step. The caller keeps `buffer` untouched until the step has ended.
    pub(crate) fn of(buffer: &mut [T]) -> Self {
        Self {
            start: buffer.as_mut_ptr(),
            len: buffer.len(),
        }
    }

    /// The elements `at..at + len`.
    ///
    /// # Safety
    /// No two parts in use at the same time may overlap, and the buffer must outlive the part.
    pub(crate) unsafe fn part<'a>(&self, at: usize, len: usize) -> &'a mut [T] {
        assert!(
            at <= self.len && len <= self.len - at,
            "a part lies inside its buffer"
        );
        // SAFETY: inside the buffer by the check above; alone and alive by the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(at), len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_runs_exactly_once() {
        let mut pool = Pool::new(3);
        // More than the 16 bits of a step's tasks; an interpreter would take an hour for that many.
        let many = if cfg!(miri) { 300 } else { 70_000 };
        for count in [0, 1, 2, 7, 100, many] {
            let seen: Vec<AtomicU32> = (0..count).map(|_| AtomicU32::new(0)).collect();
            pool.run(count, &|index| {
                seen[index].fetch_add(1, Ordering::Relaxed);
            });
            assert!(
                seen.iter().all(|times| times.load(Ordering::Relaxed) == 1),
                "{count} tasks"
            );
        }
    }

    #[test]
    fn a_limit_leaves_the_work_to_fewer_threads() {
        let mut pool = Pool::new(3);
        for limit in [1, 2, 3, 0] {
            pool.limit(limit);
            assert_eq!(pool.threads(), limit.max(1));
            let names = Mutex::new(std::collections::HashSet::new());
            for _ in 0..if cfg!(miri) { 5 } else { 200 } {
                pool.run(9, &|_| {
                    lock_of(&names).insert(std::thread::current().id());
                });
            }
            // A thread that was about to claim a task when the limit fell may still take that one.
            assert!(lock_of(&names).len() <= 3);
            if limit <= 1 {
                assert_eq!(lock_of(&names).len(), 1, "the caller alone");
            }
        }
    }

    fn lock_of<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[test]
    fn many_short_steps_after_sleeping() {
        let mut pool = Pool::new(4);
        let sum = AtomicUsize::new(0);
        let rounds = if cfg!(miri) { 40 } else { 2_000 };
        for round in 0..rounds {
            if round % (rounds / 4) == 0 {
                std::thread::sleep(Duration::from_millis(5));
            }
            pool.run(5, &|index| {
                sum.fetch_add(index, Ordering::Relaxed);
            });
        }
        assert_eq!(sum.into_inner(), rounds * 10);
    }

    #[test]
    fn a_panicking_task_reaches_the_caller_and_the_pool_lives_on() {
        let mut pool = Pool::new(2);
        let caught = catch_unwind(AssertUnwindSafe(|| pool.run(8, &|index| assert_ne!(index, 5))));
        assert!(caught.is_err());
        let ran = AtomicUsize::new(0);
        pool.run(8, &|_| {
            ran.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(ran.into_inner(), 8);
    }

    #[test]
    fn works_alone_for_a_while_after_a_long_wait() {
        let mut crowd = Crowd::default();
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        crowd.note(Duration::from_millis(5), Duration::from_millis(4), at(0));
        assert!(
            !crowd.is_dense(at(0)),
            "a wait shorter than the work is only the last task"
        );
        crowd.note(Duration::from_micros(20), Duration::from_micros(200), at(0));
        assert!(!crowd.is_dense(at(0)), "a short wait is no reason");
        crowd.note(Duration::from_micros(20), Duration::from_millis(3), at(0));
        assert!(crowd.is_dense(at(19)) && !crowd.is_dense(at(21)));
        crowd.note(Duration::from_micros(20), Duration::from_millis(3), at(30));
        assert!(
            crowd.is_dense(at(69)) && !crowd.is_dense(at(71)),
            "twice as long the next time"
        );
        for _ in 0..CALM {
            crowd.note(Duration::from_micros(20), Duration::from_micros(1), at(80));
        }
        crowd.note(Duration::from_micros(20), Duration::from_millis(3), at(90));
        assert!(!crowd.is_dense(at(111)), "after calm it begins anew");
    }
}
