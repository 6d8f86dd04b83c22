//! The vectors of a cabinet in memory, a byte a dimension: which are nearest to a query?
//!
//! Owns: the codes, the scan, and which document each vector belongs to. A scan looks at every vector that is admitted,
//! so that a wall between folders costs nothing and nothing has to be trained, rebuilt or written to disk.
//!
//! Does not know: text, documents as records, models, storage.
//!
//! Must always hold: numbers are wiped when they go; text can be reconstructed from vectors.

mod kernels;

use std::collections::HashMap;
use std::ops::Range;

use zeroize::Zeroize;

/// From this many vectors on, signs are compared first and bytes only where signs are near.
const SIGNS_FROM: usize = 60_000;
/// How many vectors' bytes are compared for each one that is wanted.
const FINALISTS: usize = 48;
/// How many vectors ahead bytes are fetched.
const AHEAD: usize = 8;
/// Vectors that are worth a thread of their own.
const SHARE: usize = 20_000;

/// Whose a vector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The document.
    pub document: i64,
    /// Its folder.
    pub folder: i64,
}

/// A passage near a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// The passage.
    pub passage: i64,
    /// The cosine of the angle between them, as the bytes have it: within about 0.01.
    pub cosine: f32,
}

/// Vectors of length 1, a byte a dimension, with their signs apart for a first glance.
///
/// Scalar quantisation with one scale a vector; the first glance counts differing signs, which grows with the angle
/// (Charikar, "Similarity estimation techniques from rounding algorithms", 2002).
pub struct Vectors {
    width: usize,
    /// Each document once: few beside its vectors, so that a search asks of each once whether it is admitted.
    owners: Vec<Owner>,
    /// Where in `owners` a document is.
    known: HashMap<i64, u32>,
    passages: Vec<i64>,
    /// For each vector, where in `owners` its document is.
    owned: Vec<u32>,
    scales: Vec<f32>,
    bytes: Vec<i8>,
    signs: Vec<u64>,
}

impl Vectors {
    /// None yet, of so many dimensions.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            width,
            owners: Vec::new(),
            known: HashMap::new(),
            passages: Vec::new(),
            owned: Vec::new(),
            scales: Vec::new(),
            bytes: Vec::new(),
            signs: Vec::new(),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.passages.len()
    }

    /// True where there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.passages.is_empty()
    }

    /// Makes room, so that no half-filled copy is left behind by growing.
    pub fn reserve(&mut self, more: usize) {
        self.passages.reserve(more);
        self.owned.reserve(more);
        self.scales.reserve(more);
        self.bytes.reserve(more * self.width);
        self.signs.reserve(more * self.words());
    }

    /// Adds the vector of a passage.
    ///
    /// # Panics
    /// If `vector` has another width.
    pub fn push(&mut self, passage: i64, owner: Owner, vector: &[f32]) {
        assert_eq!(vector.len(), self.width, "vectors of one model have one width");
        let (bytes, scale) = quantise(vector);
        self.passages.push(passage);
        let owned = self.owner(owner);
        self.owned.push(owned);
        self.scales.push(scale);
        self.bytes.extend(bytes);
        self.signs.extend(signs(vector));
    }

    /// Where this document is in `owners`; a document is in one folder, the one named last.
    fn owner(&mut self, owner: Owner) -> u32 {
        let next = u32::try_from(self.owners.len()).expect("documents in memory are fewer than 2^32");
        let at = *self.known.entry(owner.document).or_insert(next);
        match self.owners.get_mut(at as usize) {
            Some(known) => *known = owner,
            None => self.owners.push(owner),
        }
        at
    }

    /// Keeps only those of the documents that are wanted; the others are wiped.
    pub fn retain(&mut self, keep: impl Fn(&Owner) -> bool) {
        let (width, words) = (self.width, self.words());
        let wanted: Vec<bool> = self.owners.iter().map(keep).collect();
        let mut kept = 0;
        for at in 0..self.len() {
            if wanted[self.owned[at] as usize] {
                if kept < at {
                    self.passages[kept] = self.passages[at];
                    self.owned[kept] = self.owned[at];
                    self.scales[kept] = self.scales[at];
                    self.bytes.copy_within(at * width..(at + 1) * width, kept * width);
                    self.signs.copy_within(at * words..(at + 1) * words, kept * words);
                }
                kept += 1;
            }
        }
        self.bytes[kept * width..].zeroize();
        self.signs[kept * words..].zeroize();
        self.passages.truncate(kept);
        self.owned.truncate(kept);
        self.scales.truncate(kept);
        self.bytes.truncate(kept * width);
        self.signs.truncate(kept * words);
    }

    /// Follows documents into another folder.
    pub fn move_to(&mut self, folder: i64, moved: impl Fn(&Owner) -> bool) {
        for owner in self.owners.iter_mut().filter(|owner| moved(owner)) {
            owner.folder = folder;
        }
    }

    /// The nearest to `query` of the documents that are admitted, best first. Uses up to `threads` threads.
    ///
    /// # Panics
    /// If `query` has another width.
    #[must_use]
    pub fn nearest(
        &self,
        query: &[f32],
        limit: usize,
        threads: usize,
        admits: impl Fn(&Owner) -> bool,
    ) -> Vec<Near> {
        assert_eq!(query.len(), self.width, "vectors of one model have one width");
        let admitted: Vec<bool> = self.owners.iter().map(admits).collect();
        let query = Query::new(query);
        let threads = threads.clamp(1, self.len().div_ceil(SHARE).max(1));
        let share = self.len().div_ceil(threads).max(1);
        let parts = (0..threads).map(|n| n * share..((n + 1) * share).min(self.len()));
        let glances = each(parts.filter(|part| !part.is_empty()), |part| {
            self.glance(part, &query, &admitted)
        });
        // One bound for all parts: what is found must not hang on the number of threads.
        let most = farthest(&glances, limit.saturating_mul(FINALISTS));
        let found = each(glances.into_iter(), |glance| {
            let mut found = self.compare(&glance.within(most), &query);
            best(&mut found, limit);
            found
        });
        let mut found = found.concat();
        best(&mut found, limit);
        found
            .into_iter()
            .map(|(cosine, at)| Near {
                passage: self.passages[at],
                cosine,
            })
            .collect()
    }

    /// The vectors of these passages, as the bytes have them, in no order; those that are not here are left out.
    #[must_use]
    pub fn of(&self, passages: &[i64]) -> Vec<Vec<f32>> {
        let found = (0..self.len()).filter(|&at| passages.contains(&self.passages[at]));
        found
            .map(|at| {
                let bytes = &self.bytes[at * self.width..(at + 1) * self.width];
                bytes
                    .iter()
                    .map(|byte| f32::from(*byte) * self.scales[at])
                    .collect()
            })
            .collect()
    }

    /// The admitted vectors of a part; with the signs of each compared, where there are many in all.
    fn glance(&self, part: Range<usize>, query: &Query, admitted: &[bool]) -> Glance {
        let runs = self.runs(part, admitted);
        let mut apart = Vec::new();
        if self.len() >= SIGNS_FROM {
            apart.resize(runs.iter().map(Range::len).sum(), 0);
            let words = query.signs.len();
            let mut rest = &mut apart[..];
            for run in &runs {
                let signs = &self.signs[run.start * words..run.end * words];
                let (of_run, others) = rest.split_at_mut(run.len());
                kernels::differing(signs, &query.signs, of_run);
                rest = others;
            }
        }
        let mut counts = vec![0; self.width + 1];
        for differing in &apart {
            counts[usize::from(*differing)] += 1;
        }
        Glance { runs, apart, counts }
    }

    /// The cosines of these vectors, with where they are.
    fn compare(&self, chosen: &[usize], query: &Query) -> Vec<(f32, usize)> {
        let bytes = |at: usize| &self.bytes[at * self.width..(at + 1) * self.width];
        chosen
            .iter()
            .enumerate()
            .map(|(n, &at)| {
                // They lie far apart, and memory answers late: without this most of the time is waiting.
                if let Some(&soon) = chosen.get(n + AHEAD) {
                    kernels::fetch(bytes(soon));
                }
                let product = kernels::dot(bytes(at), &query.bytes) as f32;
                (product * self.scales[at] * query.scale, at)
            })
            .collect()
    }

    /// The vectors of a part whose documents are admitted, as runs of neighbours.
    fn runs(&self, part: Range<usize>, admitted: &[bool]) -> Vec<Range<usize>> {
        let (start, mut runs) = (part.start, Vec::new());
        let mut from = None;
        for (at, owner) in (start..).zip(&self.owned[part.clone()]) {
            match (admitted[*owner as usize], from) {
                (true, None) => from = Some(at),
                (false, Some(first)) => {
                    runs.push(first..at);
                    from = None;
                }
                _ => {}
            }
        }
        runs.extend(from.map(|first| first..part.end));
        runs
    }

    /// 64-bit words of one vector's signs.
    fn words(&self) -> usize {
        self.width.div_ceil(64)
    }
}

impl Drop for Vectors {
    fn drop(&mut self) {
        self.bytes.zeroize();
        self.signs.zeroize();
        self.scales.zeroize();
    }
}

/// What a first look at a part saw.
struct Glance {
    /// The admitted vectors, as runs of neighbours.
    runs: Vec<Range<usize>>,
    /// For each of them, how many signs differ from the query's; empty where signs are not compared.
    apart: Vec<u16>,
    /// How many differ in 0, in 1, in 2 ... signs.
    counts: Vec<usize>,
}

impl Glance {
    /// The vectors of which no more signs than `most` differ; without signs all of them.
    fn within(self, most: u16) -> Vec<usize> {
        let all = self.runs.into_iter().flatten();
        if self.apart.is_empty() {
            return all.collect();
        }
        all.zip(&self.apart)
            .filter(|(_, apart)| **apart <= most)
            .map(|(at, _)| at)
            .collect()
    }
}

/// How many signs may differ, so that at least `wanted` vectors are within, where there are as many.
fn farthest(glances: &[Glance], wanted: usize) -> u16 {
    let mut so_far = 0;
    let bound = (0..=u16::MAX).find(|&apart| {
        let here = glances
            .iter()
            .map(|glance| glance.counts.get(usize::from(apart)).copied());
        let Some(here) = here.sum::<Option<usize>>() else {
            return true;
        };
        so_far += here;
        so_far >= wanted
    });
    bound.unwrap_or(u16::MAX)
}

/// Does the work on each part in a thread of its own; the results in the order of the parts.
fn each<P: Send, T: Send>(parts: impl Iterator<Item = P>, work: impl Fn(P) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        running
            .into_iter()
            .map(|thread| match thread.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

struct Query {
    bytes: Vec<i8>,
    scale: f32,
    signs: Vec<u64>,
}

impl Query {
    fn new(vector: &[f32]) -> Self {
        let (bytes, scale) = quantise(vector);
        Self {
            bytes: bytes.collect(),
            scale,
            signs: signs(vector).collect(),
        }
    }
}

/// Sorts, best first, and drops all but the best.
fn best(found: &mut Vec<(f32, usize)>, limit: usize) {
    let order = |a: &(f32, usize), b: &(f32, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if found.len() > limit && limit > 0 {
        found.select_nth_unstable_by(limit - 1, order);
    }
    found.truncate(limit);
    found.sort_by(order);
}

/// A byte a number, and what one step of it is worth.
fn quantise(vector: &[f32]) -> (impl Iterator<Item = i8> + '_, f32) {
    let largest = vector.iter().fold(f32::MIN_POSITIVE, |most, x| most.max(x.abs()));
    let scale = largest / 127.0;
    // From -127 to 127 by the choice of the scale; a number that is none becomes 0.
    (vector.iter().map(move |x| (x / scale).round() as i8), scale)
}

/// A bit a number, set where it is above 0.
fn signs(vector: &[f32]) -> impl Iterator<Item = u64> + '_ {
    vector.chunks(64).map(|some| {
        some.iter()
            .enumerate()
            .fold(0, |bits, (at, x)| bits | (u64::from(*x > 0.0) << at))
    })
}

#[cfg(test)]
mod tests;
