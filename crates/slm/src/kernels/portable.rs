//! The kernels in plain Rust, for processors that no other version fits. The others are tested against these.

use half::f16;

use super::activations::Activations;
use super::matmul::{TILE_COLS, Tile, WIDE_LINES};
use super::pack::{BLOCK, Form, GROUP, Line};

/// One group's block of nibbles as bytes.
pub(crate) fn widen(nibbles: &[Line], bytes: &mut [Line]) {
    for step in 0..4 {
        for at in 0..64 {
            let both = nibbles[step].0[at];
            bytes[step].0[at] = both & 15;
            bytes[step + 4].0[at] = both >> 4;
        }
    }
    for (line, halves) in bytes[8..10].iter_mut().zip(nibbles[4].0.chunks_exact(32)) {
        for (float, half) in line.0.chunks_exact_mut(4).zip(halves.chunks_exact(2)) {
            float.copy_from_slice(&f16::from_le_bytes([half[0], half[1]]).to_f32().to_le_bytes());
        }
    }
}

/// One row times one group of packed weights.
pub(crate) fn one_row(form: Form, x: &Activations, group: &[Line], sums: &mut [f32; GROUP]) {
    let mut wide = [Line([0; 64]); WIDE_LINES];
    *sums = [0.0; GROUP];
    for (block, lines) in group.chunks_exact(form.lines()).enumerate() {
        match form {
            Form::Nibble => {
                widen(lines, &mut wide);
                add_block(form, x, 0, block, &wide, sums);
            }
            Form::Byte => add_block(form, x, 0, block, lines, sums),
        }
    }
}

/// Up to six rows times two groups of widened weights.
pub(crate) fn multiply(
    form: Form,
    x: &Activations,
    first: usize,
    count: usize,
    groups: [&[Line]; 2],
    tile: &mut Tile,
) {
    let lines = if form == Form::Nibble {
        WIDE_LINES
    } else {
        form.lines()
    };
    for (row, sums) in tile[..count].iter_mut().enumerate() {
        *sums = [0.0; TILE_COLS];
        for (group, sums) in groups.iter().zip(sums.chunks_exact_mut(GROUP)) {
            for (block, lines) in group.chunks_exact(lines).enumerate() {
                add_block(form, x, first + row, block, lines, sums);
            }
        }
    }
}

/// Adds one block's share to the sums of sixteen columns.
fn add_block(form: Form, x: &Activations, row: usize, block: usize, lines: &[Line], sums: &mut [f32]) {
    let at = row * x.blocks() + block;
    let mut dots = [0; GROUP];
    let planes = x.q[at * x.grain().block_bytes()..][..x.grain().block_bytes()].chunks_exact(BLOCK);
    for q in planes {
        // The high bytes come first and count 255 times.
        dots.iter_mut().for_each(|dot| *dot *= 255);
        for (line, q) in lines[..8].iter().zip(q.chunks_exact(4)) {
            for (dot, w) in dots.iter_mut().zip(line.0.chunks_exact(4)) {
                *dot += i32::from(w[0]) * i32::from(q[0])
                    + i32::from(w[1]) * i32::from(q[1])
                    + i32::from(w[2]) * i32::from(q[2])
                    + i32::from(w[3]) * i32::from(q[3]);
            }
        }
    }
    if form == Form::Byte {
        dots.iter_mut().for_each(|dot| *dot += x.shift[at]);
    }
    for (lane, (sum, dot)) in sums.iter_mut().zip(dots).enumerate() {
        *sum += dot as f32 * x.scale[at] * float(&lines[8], lane);
        if form == Form::Nibble {
            *sum += x.sum[at] * float(&lines[9], lane);
        }
    }
}

fn float(line: &Line, lane: usize) -> f32 {
    let at = &line.0[lane * 4..][..4];
    f32::from_le_bytes([at[0], at[1], at[2], at[3]])
}
