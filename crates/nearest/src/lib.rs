//! The vectors of a cabinet in memory, a byte a dimension: which are nearest to a query?
//!
//! Owns: the codes, the scan, and what each vector belongs to. A scan looks at every vector that is admitted, so that
//! a wall between folders costs nothing and nothing has to be trained, rebuilt or written to disk.
//!
//! Does not know: text, documents as records, models, storage.
//!
//! Must always hold: numbers are wiped when they go; text can be reconstructed from vectors.

mod kernels;

use std::ops::Range;

use zeroize::Zeroize;

/// From this many vectors on, signs are compared first and bytes only where signs are near.
const SIGNS_FROM: usize = 60_000;
/// How many vectors' bytes are compared for each one that is wanted.
const FINALISTS: usize = 24;
/// Vectors that are worth a thread of their own.
const SHARE: usize = 20_000;

/// Whose a vector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The passage.
    pub passage: i64,
    /// Its document.
    pub document: i64,
    /// The document's folder.
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
    places: Vec<Place>,
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
            places: Vec::new(),
            scales: Vec::new(),
            bytes: Vec::new(),
            signs: Vec::new(),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// True where there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Makes room, so that no half-filled copy is left behind by growing.
    pub fn reserve(&mut self, more: usize) {
        self.places.reserve(more);
        self.scales.reserve(more);
        self.bytes.reserve(more * self.width);
        self.signs.reserve(more * self.words());
    }

    /// Adds one.
    ///
    /// # Panics
    /// If `vector` has another width.
    pub fn push(&mut self, place: Place, vector: &[f32]) {
        assert_eq!(vector.len(), self.width, "vectors of one model have one width");
        let (bytes, scale) = quantise(vector);
        self.places.push(place);
        self.scales.push(scale);
        self.bytes.extend(bytes);
        self.signs.extend(signs(vector));
    }

    /// Keeps only those whose place is wanted; the others are wiped.
    pub fn retain(&mut self, keep: impl Fn(&Place) -> bool) {
        let (width, words) = (self.width, self.words());
        let mut kept = 0;
        for at in 0..self.places.len() {
            if keep(&self.places[at]) {
                if kept < at {
                    self.places[kept] = self.places[at];
                    self.scales[kept] = self.scales[at];
                    self.bytes.copy_within(at * width..(at + 1) * width, kept * width);
                    self.signs.copy_within(at * words..(at + 1) * words, kept * words);
                }
                kept += 1;
            }
        }
        self.bytes[kept * width..].zeroize();
        self.signs[kept * words..].zeroize();
        self.places.truncate(kept);
        self.scales.truncate(kept);
        self.bytes.truncate(kept * width);
        self.signs.truncate(kept * words);
    }

    /// Follows documents into another folder.
    pub fn move_to(&mut self, folder: i64, moved: impl Fn(&Place) -> bool) {
        for place in self.places.iter_mut().filter(|place| moved(place)) {
            place.folder = folder;
        }
    }

    /// The nearest to `query` of those that are admitted, best first. Uses up to `threads` threads.
    ///
    /// # Panics
    /// If `query` has another width.
    #[must_use]
    pub fn nearest(
        &self,
        query: &[f32],
        limit: usize,
        threads: usize,
        admits: impl Fn(&Place) -> bool + Sync,
    ) -> Vec<Near> {
        assert_eq!(query.len(), self.width, "vectors of one model have one width");
        let query = Query::new(query);
        let threads = threads.clamp(1, self.len().div_ceil(SHARE).max(1));
        let share = self.len().div_ceil(threads).max(1);
        let shares = (0..threads).map(|n| n * share..((n + 1) * share).min(self.len()));
        let mut found: Vec<(f32, usize)> = std::thread::scope(|scope| {
            let (query, admits) = (&query, &admits);
            let running: Vec<_> = shares
                .filter(|part| !part.is_empty())
                .map(|part| scope.spawn(move || self.best_of(part, query, limit, admits)))
                .collect();
            running
                .into_iter()
                .flat_map(|thread| match thread.join() {
                    Ok(found) => found,
                    Err(panic) => std::panic::resume_unwind(panic),
                })
                .collect()
        });
        best(&mut found, limit);
        found
            .into_iter()
            .map(|(cosine, at)| Near {
                passage: self.places[at].passage,
                cosine,
            })
            .collect()
    }

    /// The vectors of these passages, as the bytes have them, in no order; those that are not here are left out.
    #[must_use]
    pub fn of(&self, passages: &[i64]) -> Vec<Vec<f32>> {
        let found = (0..self.len()).filter(|&at| passages.contains(&self.places[at].passage));
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

    fn best_of(
        &self,
        part: Range<usize>,
        query: &Query,
        limit: usize,
        admits: &(impl Fn(&Place) -> bool + Sync),
    ) -> Vec<(f32, usize)> {
        let admitted: Vec<usize> = part.filter(|&at| admits(&self.places[at])).collect();
        let chosen = if self.len() < SIGNS_FROM {
            admitted
        } else {
            self.alike(&admitted, query, limit.saturating_mul(FINALISTS))
        };
        let mut found: Vec<(f32, usize)> = chosen
            .into_iter()
            .map(|at| {
                let bytes = &self.bytes[at * self.width..(at + 1) * self.width];
                let product = kernels::dot(bytes, &query.bytes) as f32;
                (product * self.scales[at] * query.scale, at)
            })
            .collect();
        best(&mut found, limit);
        found
    }

    /// Those with the fewest signs that differ from the query's, at least `wanted` where there are as many.
    fn alike(&self, admitted: &[usize], query: &Query, wanted: usize) -> Vec<usize> {
        let words = self.words();
        let apart = kernels::differing(&self.signs, words, admitted, &query.signs);
        let mut counts = vec![0usize; self.width + 1];
        for distance in &apart {
            counts[usize::from(*distance)] += 1;
        }
        let mut so_far = 0;
        let most = counts
            .iter()
            .position(|count| {
                so_far += count;
                so_far >= wanted
            })
            .unwrap_or(self.width);
        admitted
            .iter()
            .zip(&apart)
            .filter(|(_, distance)| usize::from(**distance) <= most)
            .map(|(at, _)| *at)
            .collect()
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
