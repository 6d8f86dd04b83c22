//! Weight matrices in the order in which the kernels read them.
//!
//! A matrix has `rows` outputs and `cols` inputs. Sixteen rows form a group; along a row, 32 weights form a block
//! with its own scale. One group's block is a run of whole 64-byte lines: first the weights, ordered so that one
//! line holds four neighbouring weights of each of the sixteen rows (what one int8 dot-product instruction
//! eats), then the scales. Groups follow one another, so a kernel reads memory strictly forward.
//!
//! Two forms: a *nibble* is `scale * q + offset` with `q` in 0..=15 and 16-bit scale and offset, which holds Q4_0
//! and Q4_1 exactly; a *byte* is `scale * (q - 128)` with a 32-bit scale, which holds Q8_0 exactly.
//!
//! Must always hold: every scale and offset is finite; rows and columns beyond the matrix are zero.
#![expect(unsafe_code, reason = "groups of one matrix are packed by several threads")]

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::pool::{Parts, Pool};

/// Rows of one group.
pub(crate) const GROUP: usize = 16;
/// Weights that share a scale.
pub(crate) const BLOCK: usize = 32;

/// 64 bytes on a 64-byte boundary.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Line(pub(crate) [u8; 64]);

/// How one weight is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Four bits, scale and offset.
    Nibble,
    /// Eight bits and scale.
    Byte,
}

impl Form {
    /// Lines of one group's block.
    pub(crate) const fn lines(self) -> usize {
        match self {
            Self::Nibble => 5,
            Self::Byte => 9,
        }
    }

    /// Bytes that a packed matrix takes.
    pub(crate) fn size(self, rows: usize, cols: usize) -> usize {
        rows.div_ceil(GROUP) * cols.div_ceil(BLOCK) * self.lines() * 64
    }
}

/// 32 neighbouring weights of one row.
#[derive(Clone, Copy)]
pub(crate) struct Block {
    /// `q` of each weight: 0..=15 in a nibble, 1..=255 (128 means nothing) in a byte.
    pub(crate) q: [u8; BLOCK],
    pub(crate) scale: f32,
    /// Only a nibble has one.
    pub(crate) offset: f32,
}

impl Block {
    /// The nearest block of bytes to up to 32 weights.
    pub(crate) fn from_f32(weights: &[f32]) -> Self {
        let largest = weights.iter().fold(0.0f32, |largest, w| largest.max(w.abs()));
        // `max` passes over NaN; a sum does not, and the packer refuses a scale that is not finite.
        let all: f32 = weights.iter().map(|w| w * 0.0).sum();
        let scale = largest / 127.0 + all;
        let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
        let mut q = [128; BLOCK];
        for (q, w) in q.iter_mut().zip(weights) {
            *q = ((w * inverse).round() as i32 + 128).clamp(1, 255) as u8;
        }
        Self {
            q,
            scale,
            offset: 0.0,
        }
    }
}

/// Where a matrix's weights come from, row by row.
pub(crate) trait Rows: Sync {
    /// Rows, columns.
    fn shape(&self) -> (usize, usize);
    /// The form in which every block comes.
    fn form(&self) -> Form;
    /// Fills the blocks of row `row`, in order.
    fn row(&self, row: usize, blocks: &mut [Block]);
}

/// A matrix of plain floats, row after row.
pub(crate) struct Floats<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) cols: usize,
}

impl Rows for Floats<'_> {
    fn shape(&self) -> (usize, usize) {
        (self.values.len() / self.cols, self.cols)
    }

    fn form(&self) -> Form {
        Form::Byte
    }

    fn row(&self, row: usize, blocks: &mut [Block]) {
        let row = &self.values[row * self.cols..(row + 1) * self.cols];
        for (block, weights) in blocks.iter_mut().zip(row.chunks(BLOCK)) {
            *block = Block::from_f32(weights);
        }
    }
}

/// A weight that is not a number, or infinite, was found while packing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotFinite;

/// A weight matrix, ready for [`super::matmul`].
pub(crate) struct Packed {
    rows: usize,
    cols: usize,
    form: Form,
    lines: Vec<Line>,
}

impl Packed {
    /// Packs the rows of all `sources`, one source below the other. All have the same width and form.
    pub(crate) fn pack(pool: &mut Pool, sources: &[&dyn Rows]) -> Result<Self, NotFinite> {
        let first = sources.first().expect("a matrix has at least one source");
        let ((_, cols), form) = (first.shape(), first.form());
        assert!(
            sources.iter().all(|s| s.shape().1 == cols && s.form() == form),
            "sources match"
        );
        let rows = sources.iter().map(|s| s.shape().0).sum::<usize>();
        let blocks = cols.div_ceil(BLOCK);
        let groups = rows.div_ceil(GROUP);
        let group_lines = blocks * form.lines();
        let mut lines = vec![Line([0; 64]); groups * group_lines];
        let finite = std::sync::atomic::AtomicBool::new(true);
        let parts = Parts::of(&mut lines);
        pool.run(groups, &|group| {
            // SAFETY: each task writes the lines of its own group, and `lines` outlives the step.
            let lines = unsafe { parts.part(group * group_lines, group_lines) };
            let mut row = vec![empty(form); blocks];
            for lane in 0..GROUP {
                match locate(sources, group * GROUP + lane) {
                    Some((source, at)) => source.row(at, &mut row),
                    None => row.fill(empty(form)),
                }
                for (weights, lines) in row.iter().zip(lines.chunks_exact_mut(form.lines())) {
                    if !place(form, lines, lane, weights) {
                        finite.store(false, std::sync::atomic::Ordering::Relaxed);
                    }
                }
            }
        });
        if finite.into_inner() {
            Ok(Self {
                rows,
                cols,
                form,
                lines,
            })
        } else {
            Err(NotFinite)
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// Blocks of one row.
    pub(crate) fn blocks(&self) -> usize {
        self.cols.div_ceil(BLOCK)
    }

    /// Groups of sixteen rows, the last one filled up with zeros.
    pub(crate) fn groups(&self) -> usize {
        self.rows.div_ceil(GROUP)
    }

    /// All lines of one group.
    pub(crate) fn group(&self, group: usize) -> &[Line] {
        let lines = self.blocks() * self.form.lines();
        &self.lines[group * lines..(group + 1) * lines]
    }

    /// One row as floats: how an embedding table that is also the output matrix is looked up.
    pub(crate) fn row(&self, row: usize, out: &mut [f32]) {
        let (group, lane) = (self.group(row / GROUP), row % GROUP);
        for (lines, out) in group.chunks_exact(self.form.lines()).zip(out.chunks_mut(BLOCK)) {
            let block = read(self.form, lines, lane);
            for (out, q) in out.iter_mut().zip(block.q) {
                *out = match self.form {
                    Form::Nibble => block.scale * f32::from(q) + block.offset,
                    Form::Byte => block.scale * (f32::from(q) - 128.0),
                };
            }
        }
    }
}

/// The source and its row that holds row `row` of the whole.
fn locate<'a>(sources: &[&'a dyn Rows], mut row: usize) -> Option<(&'a dyn Rows, usize)> {
    for source in sources {
        let rows = source.shape().0;
        if row < rows {
            return Some((*source, row));
        }
        row -= rows;
    }
    None
}

fn empty(form: Form) -> Block {
    Block {
        q: [if form == Form::Byte { 128 } else { 0 }; BLOCK],
        scale: 0.0,
        offset: 0.0,
    }
}

/// Writes one row's block into its lane; false if its scale or offset is not a finite number.
fn place(form: Form, lines: &mut [Line], lane: usize, block: &Block) -> bool {
    match form {
        Form::Nibble => {
            for (step, line) in lines[..4].iter_mut().enumerate() {
                for byte in 0..4 {
                    let at = step * 4 + byte;
                    line.0[lane * 4 + byte] = (block.q[at] & 15) | (block.q[at + 16] << 4);
                }
            }
            let mut halves = [f16::ZERO; 2];
            to_halves(&[block.scale, block.offset], &mut halves);
            let [scale, offset] = halves;
            lines[4].0[lane * 2..][..2].copy_from_slice(&scale.to_le_bytes());
            lines[4].0[32 + lane * 2..][..2].copy_from_slice(&offset.to_le_bytes());
            scale.is_finite() && offset.is_finite()
        }
        Form::Byte => {
            for (step, line) in lines[..8].iter_mut().enumerate() {
                line.0[lane * 4..][..4].copy_from_slice(&block.q[step * 4..][..4]);
            }
            lines[8].0[lane * 4..][..4].copy_from_slice(&block.scale.to_le_bytes());
            block.scale.is_finite()
        }
    }
}

/// As many 16-bit floats as there are floats.
pub(crate) fn to_halves(values: &[f32], halves: &mut [f16]) {
    if cfg!(miri) {
        // Miri does not know the instruction that is used otherwise.
        for (half, value) in halves.iter_mut().zip(values) {
            *half = f16::from_f32_const(*value);
        }
    } else {
        halves.convert_from_f32_slice(values);
    }
}

/// What [`place`] wrote.
pub(crate) fn read(form: Form, lines: &[Line], lane: usize) -> Block {
    let mut block = empty(form);
    match form {
        Form::Nibble => {
            for (step, line) in lines[..4].iter().enumerate() {
                for byte in 0..4 {
                    let both = line.0[lane * 4 + byte];
                    block.q[step * 4 + byte] = both & 15;
                    block.q[step * 4 + byte + 16] = both >> 4;
                }
            }
            let half = |at: usize| f16::from_le_bytes([lines[4].0[at], lines[4].0[at + 1]]).to_f32();
            block.scale = half(lane * 2);
            block.offset = half(32 + lane * 2);
        }
        Form::Byte => {
            for (step, line) in lines[..8].iter().enumerate() {
                block.q[step * 4..][..4].copy_from_slice(&line.0[lane * 4..][..4]);
            }
            let at = &lines[8].0[lane * 4..][..4];
            block.scale = f32::from_le_bytes([at[0], at[1], at[2], at[3]]);
        }
    }
    block
}
