//! The arithmetic of the models: products of quantised weights with rows of floats, attention, and the row
//! operations between them.
//!
//! Owns the instruction sets and the threads. Knows nothing of models, files or text. All of the crate's `unsafe`
//! code except the mapping of files is here.
//!
//! Must always hold: a row's result does not depend on which other rows were computed with it, nor on the number
//! of threads. Reusing the cached beginning of a prompt gives the same text as reading it again only because of
//! this.
//!
//! Why not candle's own products: candle has vector kernels for rows divisible by 256 and none for Q4_1; the
//! default model has rows of 576 in Q4_1 and reads 22 tokens a second there.

mod activations;
pub(crate) mod attention;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod isa;
mod matmul;
#[cfg(target_arch = "aarch64")]
mod neon;
pub(crate) mod pack;
mod panel;
pub(crate) mod pool;
mod portable;
pub(crate) mod power;
pub(crate) mod rows;
#[cfg(test)]
mod tests;

pub(crate) use activations::{Activations, Grain};
pub(crate) use isa::Isa;
pub(crate) use matmul::{Linear, Place, TILE_ROWS};

use pool::{Parts, Pool};

/// Row operations on fewer rows than this are not worth another thread.
pub(crate) const PARALLEL_ROWS: usize = 8;

/// The processor, as the models see it: instructions and threads.
pub(crate) struct Compute {
    pub(crate) isa: Isa,
    pub(crate) pool: Pool,
}

impl Compute {
    /// The fastest instructions here, on `threads` threads.
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            isa: Isa::best(),
            pool: Pool::new(threads),
        }
    }

    /// Calls `task(first, count)` for consecutive ranges that cover `rows`, in parallel from `least` rows on.
    pub(crate) fn each_rows(&mut self, rows: usize, least: usize, task: &(dyn Fn(usize, usize) + Sync)) {
        if rows < least {
            if rows > 0 {
                task(0, rows);
            }
            return;
        }
        let size = rows.div_ceil(self.pool.threads() * 2);
        self.pool.run(rows.div_ceil(size), &|index| {
            task(index * size, size.min(rows - index * size))
        });
    }

    /// Calls `task` once for each of `items`, in parallel.
    pub(crate) fn each<T: Send>(&mut self, items: &mut [T], task: &(dyn Fn(&mut T) + Sync)) {
        let parts = Parts::of(items);
        self.pool.run(items.len(), &|index| {
            #[expect(unsafe_code, reason = "items of one list are changed by several threads")]
            // SAFETY: every task has its own item; `items` is borrowed until `run` has returned.
            let item = unsafe { parts.part(index, 1) };
            task(&mut item[0]);
        });
    }

    /// Calls `task` once for each part of `out`, in parallel, with the part's number. Part `i` ends before `ends[i]`,
    /// where the next begins.
    pub(crate) fn each_part(
        &mut self,
        out: &mut [f32],
        ends: &[usize],
        task: &(dyn Fn(usize, &mut [f32]) + Sync),
    ) {
        assert!(ends.is_sorted(), "parts follow one another");
        let out = Parts::of(out);
        self.pool.run(ends.len(), &|index| {
            let start = if index == 0 { 0 } else { ends[index - 1] };
            #[expect(unsafe_code, reason = "parts of one buffer are written by several threads")]
            // SAFETY: the ends are in order, so parts do not overlap; `out` is borrowed until `run` has returned.
            let part = unsafe { out.part(start, ends[index] - start) };
            task(index, part);
        });
    }

    /// Calls `task(first, rows)` for consecutive runs of rows of `width` floats that cover `out`, in parallel if there
    /// are enough of them.
    pub(crate) fn write_rows(
        &mut self,
        out: &mut [f32],
        width: usize,
        task: &(dyn Fn(usize, &mut [f32]) + Sync),
    ) {
        let rows = out.len() / width;
        if rows < PARALLEL_ROWS {
            return task(0, out);
        }
        let size = rows.div_ceil(self.pool.threads() * 2);
        let ends: Vec<usize> = (1..=rows.div_ceil(size))
            .map(|part| (part * size).min(rows) * width)
            .collect();
        self.each_part(out, &ends, &|part, out| task(part * size, out));
    }
}
