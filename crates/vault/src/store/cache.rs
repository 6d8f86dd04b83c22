//! Opened chunks kept in memory, so that scanning the same vectors again opens nothing again.
//!
//! A clock with admission: each chunk has a warmth that a hit raises and the passing hand lowers, and a cold one under
//! the hand makes room. But only some newcomers may move the hand, so a scan that is larger than the cache keeps a
//! part of itself there, while what is wanted again and again comes in before long.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

/// The content of one chunk, wiped when dropped.
pub(crate) struct Chunk(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A chunk to whoever still holds it after it left the cache.
#[derive(Clone)]
pub(crate) struct SharedChunk(Arc<Chunk>);

impl AsRef<[u8]> for SharedChunk {
    fn as_ref(&self) -> &[u8] {
        self.0.as_ref().as_ref()
    }
}

/// One writing of one object, and the chunk's number in it.
type ChunkId = (u128, u64);

/// How warm a chunk can get: how often the hand must pass a chunk that is not wanted any more.
const MOST_WARMTH: u8 = 2;
/// Of so many newcomers to a full cache one may move the hand. Were it each, a large scan would push out every
/// chunk just before it is wanted again.
const NEWCOMERS_PER_STEP: u32 = 4;

/// Chunks of all objects of a vault.
pub(crate) struct ChunkCache {
    clock: Mutex<Clock>,
}

struct Clock {
    capacity: usize,
    bytes: usize,
    hand: usize,
    newcomers: u32,
    slots: Vec<Slot>,
    places: HashMap<ChunkId, usize>,
}

struct Slot {
    id: ChunkId,
    warmth: u8,
    chunk: SharedChunk,
}

impl ChunkCache {
    /// A cache for at most that many bytes of content.
    pub(crate) fn new(capacity: usize) -> Self {
        let clock = Clock {
            capacity,
            bytes: 0,
            hand: 0,
            newcomers: 0,
            slots: Vec::new(),
            places: HashMap::new(),
        };
        Self {
            clock: Mutex::new(clock),
        }
    }

    /// The chunks of a run, as far as they are here.
    pub(crate) fn run(&self, object: u128, chunks: Range<u64>) -> Vec<Option<SharedChunk>> {
        let mut clock = self.lock();
        chunks.map(|number| clock.get((object, number))).collect()
    }

    /// Keeps a chunk, if there is room or a colder one to make it. Copies the content only then.
    pub(crate) fn offer(&self, object: u128, number: u64, content: &[u8]) {
        let id = (object, number);
        if !self.lock().make_room(id, content.len()) {
            return;
        }
        // Copied outside the lock; the room may be gone again, and then the newcomer is.
        let chunk = SharedChunk(Arc::new(Chunk(Zeroizing::new(content.to_vec()))));
        self.lock().keep(id, chunk);
    }

    /// Drops the chunks of an object that is gone.
    pub(crate) fn forget(&self, object: u128) {
        self.lock().retain(|id| id.0 != object);
    }

    /// Drops everything.
    pub(crate) fn clear(&self) {
        self.lock().retain(|_| false);
    }

    /// Sets the most bytes of content, dropping what is above.
    pub(crate) fn set_capacity(&self, capacity: usize) {
        let mut clock = self.lock();
        clock.capacity = capacity;
        while clock.bytes > capacity {
            let last = clock.slots.len() - 1;
            clock.remove(last);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock {
    fn get(&mut self, id: ChunkId) -> Option<SharedChunk> {
        let slot = &mut self.slots[*self.places.get(&id)?];
        slot.warmth = (slot.warmth + 1).min(MOST_WARMTH);
        Some(slot.chunk.clone())
    }

    /// True where a newcomer of that size may come in; cold chunks are dropped for it.
    fn make_room(&mut self, id: ChunkId, size: usize) -> bool {
        if size == 0 || size > self.capacity || self.places.contains_key(&id) {
            return false;
        }
        if self.bytes + size <= self.capacity {
            return true;
        }
        self.newcomers = self.newcomers.wrapping_add(1);
        if !self.newcomers.is_multiple_of(NEWCOMERS_PER_STEP) {
            return false;
        }
        self.hand %= self.slots.len();
        match &mut self.slots[self.hand].warmth {
            // The newest chunk takes its place, and is passed by: it had no time to get warm.
            0 => self.remove(self.hand),
            warmth => *warmth -= 1,
        }
        self.hand += 1;
        self.bytes + size <= self.capacity
    }

    fn keep(&mut self, id: ChunkId, chunk: SharedChunk) {
        let size = chunk.as_ref().len();
        if self.bytes + size > self.capacity || self.places.contains_key(&id) {
            return;
        }
        self.bytes += size;
        self.places.insert(id, self.slots.len());
        self.slots.push(Slot { id, warmth: 0, chunk });
    }

    fn remove(&mut self, at: usize) {
        let slot = self.slots.swap_remove(at);
        self.bytes -= slot.chunk.as_ref().len();
        self.places.remove(&slot.id);
        if let Some(moved) = self.slots.get(at) {
            self.places.insert(moved.id, at);
        }
    }

    fn retain(&mut self, keep: impl Fn(&ChunkId) -> bool) {
        for at in (0..self.slots.len()).rev() {
            if !keep(&self.slots[at].id) {
                self.remove(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

    use super::ChunkCache;

    fn content(object: u128, number: u64) -> Vec<u8> {
        vec![(object as u64 * 7 + number) as u8; 10]
    }

    fn hits(cache: &ChunkCache, object: u128, chunks: std::ops::Range<u64>) -> usize {
        cache.run(object, chunks).iter().flatten().count()
    }

    #[test]
    fn gives_back_what_it_kept() {
        let cache = ChunkCache::new(100);
        cache.offer(1, 4, &content(1, 4));
        let run = cache.run(1, 3..6);
        assert!(run[0].is_none() && run[2].is_none());
        assert_eq!(run[1].as_ref().unwrap().as_ref(), content(1, 4));
        assert_eq!(
            hits(&cache, 2, 4..5),
            0,
            "another object's chunk of the same number"
        );
    }

    #[test]
    fn a_scan_larger_than_the_cache_keeps_a_part() {
        let cache = ChunkCache::new(500);
        let mut found = 0;
        for _ in 0..20 {
            found = 0;
            for number in 0..100 {
                match hits(&cache, 1, number..number + 1) {
                    0 => cache.offer(1, number, &content(1, number)),
                    _ => found += 1,
                }
            }
        }
        assert!(
            found >= 30,
            "of a hundred chunks fifty fit, {found} were found on the last pass"
        );
    }

    #[test]
    fn what_is_no_longer_wanted_makes_room() {
        let cache = ChunkCache::new(500);
        for _ in 0..10 {
            (0..50).for_each(|number| cache.offer(1, number, &content(1, number)));
            assert_eq!(hits(&cache, 1, 0..50), 50);
        }
        for _ in 0..40 {
            for number in 0..50 {
                if hits(&cache, 2, number..number + 1) == 0 {
                    cache.offer(2, number, &content(2, number));
                }
            }
        }
        let found = hits(&cache, 2, 0..50);
        assert!(
            found >= 45,
            "the second object took over, but for {} chunks",
            50 - found
        );
    }

    #[test]
    fn forgets_on_demand() {
        let cache = ChunkCache::new(1_000);
        for object in [1, 2] {
            (0..20).for_each(|number| cache.offer(object, number, &content(object, number)));
        }
        cache.forget(1);
        assert_eq!((hits(&cache, 1, 0..20), hits(&cache, 2, 0..20)), (0, 20));
        cache.set_capacity(50);
        assert_eq!(hits(&cache, 2, 0..20), 5);
        cache.clear();
        assert_eq!(hits(&cache, 2, 0..20), 0);
        cache.set_capacity(0);
        cache.offer(1, 0, &content(1, 0));
        cache.offer(1, 1, &[]);
        assert_eq!(hits(&cache, 1, 0..2), 0, "no capacity, no chunk");
    }

    #[derive(Debug, Clone)]
    enum Step {
        Offer(u128, u64),
        Run(u128, u64),
        Forget(u128),
        Capacity(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => (0_u128..3, 0_u64..30).prop_map(|(object, number)| Step::Offer(object, number)),
            8 => (0_u128..3, 0_u64..30).prop_map(|(object, number)| Step::Run(object, number)),
            1 => (0_u128..3).prop_map(Step::Forget),
            1 => prop_oneof![Just(0_usize), 0_usize..400].prop_map(Step::Capacity),
        ]
    }

    proptest! {
        #[test]
        fn never_gives_a_wrong_chunk_or_grows_too_large(
            steps in proptest::collection::vec(step(), 0..200),
            capacity in any::<u8>(),
        ) {
            let cache = ChunkCache::new(usize::from(capacity));
            for step in steps {
                match step {
                    Step::Offer(object, number) => cache.offer(object, number, &content(object, number)),
                    Step::Run(object, number) => {
                        for chunk in cache.run(object, number..number + 1).into_iter().flatten() {
                            prop_assert_eq!(chunk.as_ref(), content(object, number));
                        }
                    }
                    Step::Forget(object) => cache.forget(object),
                    Step::Capacity(bytes) => cache.set_capacity(bytes),
                }
                let clock = cache.lock();
                prop_assert!(clock.bytes <= clock.capacity);
                prop_assert_eq!(clock.bytes, clock.slots.len() * 10);
                prop_assert_eq!(clock.places.len(), clock.slots.len());
                prop_assert!(clock.places.iter().all(|(id, at)| clock.slots[*at].id == *id));
            }
        }
    }
}
