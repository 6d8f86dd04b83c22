//! Operations on rows of floats between the matrix products. Plain Rust without branches in the inner loops,
//! compiled once per instruction set, so that the compiler vectorises exponentials too.

use super::isa::by_isa;

/// Partial sums kept side by side; adding floats one after the other would not vectorise.
const LANES: usize = 16;

#[inline(always)]
fn sum_of(values: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest: f32 = chunks.remainder().iter().map(|v| f(*v)).sum();
    for chunk in chunks {
        for (lane, v) in lanes.iter_mut().zip(chunk) {
            *lane += f(*v);
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// eˣ to about seven digits; beyond ±87 the result stays at the smallest or largest ordinary float.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    /// Rounds to a whole number, which then stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 87.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    // ln 2 in two parts, so that the difference is exact.
    let r = (x - n * 0.693_359_4) + n * 2.121_944_4e-4;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 5e-1;
    let e = p * r * r + r + 1.0;
    // Multiplies by 2ⁿ through the exponent bits.
    let power = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    e * f32::from_bits(power)
}

/// The error function, within 2·10⁻⁷ (Abramowitz and Stegun 7.1.26).
#[inline(always)]
fn erf(x: f32) -> f32 {
    let a = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * a);
    let p = 1.061_405_4;
    let p = p * t - 1.453_152;
    let p = p * t + 1.421_413_8;
    let p = p * t - 0.284_496_74;
    let p = p * t + 0.254_829_6;
    (1.0 - p * t * exp(-a * a)).copysign(x)
}

#[inline(always)]
fn rms_norm_rows(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let width = weight.len();
    for (x, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        let scale = 1.0 / (sum_of(x, |v| v * v) / width as f32 + epsilon).sqrt();
        for ((out, x), w) in out.iter_mut().zip(x).zip(weight) {
            *out = x * scale * w;
        }
    }
}

by_isa! {
    /// Divides each row by its root mean square and multiplies by `weight`.
    pub(crate) rms_norm = rms_norm_rows; (x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32])
}

#[inline(always)]
fn rms_norm_rows_in_place(x: &mut [f32], weight: &[f32], epsilon: f32) {
    let width = weight.len();
    for x in x.chunks_exact_mut(width) {
        let scale = 1.0 / (sum_of(x, |v| v * v) / width as f32 + epsilon).sqrt();
        x.iter_mut().zip(weight).for_each(|(x, w)| *x = *x * scale * w);
    }
}

by_isa! {
    /// As [`rms_norm`], in place.
    pub(crate) rms_norm_in_place = rms_norm_rows_in_place; (x: &mut [f32], weight: &[f32], epsilon: f32)
}

#[inline(always)]
fn layer_norm_rows(x: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) {
    let width = weight.len();
    for x in x.chunks_exact_mut(width) {
        let mean = sum_of(x, |v| v) / width as f32;
        let variance = sum_of(x, |v| (v - mean) * (v - mean)) / width as f32;
        let scale = 1.0 / (variance + epsilon).sqrt();
        for ((x, w), b) in x.iter_mut().zip(weight).zip(bias) {
            *x = (*x - mean) * scale * w + b;
        }
    }
}

by_isa! {
    /// Brings each row to mean 0 and variance 1, then multiplies by `weight` and adds `bias`.
    pub(crate) layer_norm = layer_norm_rows; (x: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32)
}

#[inline(always)]
fn gate_rows(both: &[f32], width: usize, out: &mut [f32]) {
    for (both, out) in both.chunks_exact(2 * width).zip(out.chunks_exact_mut(width)) {
        let (gate, up) = both.split_at(width);
        for ((out, g), u) in out.iter_mut().zip(gate).zip(up) {
            *out = g / (1.0 + exp(-g)) * u;
        }
    }
}

by_isa! {
    /// Each row of `both` is a gate and a value of `width`: the value times the gate's SiLU.
    pub(crate) gate = gate_rows; (both: &[f32], width: usize, out: &mut [f32])
}

#[inline(always)]
fn gelu_gate_rows(both: &[f32], width: usize, out: &mut [f32]) {
    for (both, out) in both.chunks_exact(2 * width).zip(out.chunks_exact_mut(width)) {
        let (gate, up) = both.split_at(width);
        for ((out, g), u) in out.iter_mut().zip(gate).zip(up) {
            // (1 + tanh t) / 2 is 1 / (1 + e^-2t).
            let t = 1.595_769 * (g + 0.044_715 * g * g * g);
            *out = g / (1.0 + exp(-t)) * u;
        }
    }
}

by_isa! {
    /// As [`gate`], with the gate's GELU in its approximation by tanh.
    pub(crate) gelu_gate = gelu_gate_rows; (both: &[f32], width: usize, out: &mut [f32])
}

#[inline(always)]
fn gelu_values(x: &mut [f32]) {
    for x in x {
        *x = 0.5 * *x * (1.0 + erf(*x * std::f32::consts::FRAC_1_SQRT_2));
    }
}

by_isa! {
    /// The GELU of each value, in its exact form.
    pub(crate) gelu = gelu_values; (x: &mut [f32])
}

#[inline(always)]
fn rotate_rows(x: &mut [f32], stride: usize, heads: usize, size: usize, angles: &[f32]) {
    // One row of angles is the cosines of the rotated pairs, then their sines.
    for (x, angles) in x.chunks_exact_mut(stride).zip(angles.chunks_exact(size)) {
        let (cos, sin) = angles.split_at(size / 2);
        for head in x[..heads * size].chunks_exact_mut(size) {
            for ((pair, c), s) in head.chunks_exact_mut(2).zip(cos).zip(sin) {
                (pair[0], pair[1]) = (pair[0] * c - pair[1] * s, pair[0] * s + pair[1] * c);
            }
        }
    }
}

by_isa! {
    /// Turns the first `heads` heads of each row by its position's angles (rotary position embedding). Neighbouring
    /// numbers form a pair: files of the llama architecture are ordered so.
    pub(crate) rotate = rotate_rows; (x: &mut [f32], stride: usize, heads: usize, size: usize, angles: &[f32])
}

#[inline(always)]
fn rotate_half_rows(x: &mut [f32], stride: usize, heads: usize, size: usize, angles: &[f32]) {
    for (x, angles) in x.chunks_exact_mut(stride).zip(angles.chunks_exact(size)) {
        let (cos, sin) = angles.split_at(size / 2);
        for head in x[..heads * size].chunks_exact_mut(size) {
            let (first, second) = head.split_at_mut(size / 2);
            for (((a, b), c), s) in first.iter_mut().zip(second).zip(cos).zip(sin) {
                (*a, *b) = (*a * c - *b * s, *a * s + *b * c);
            }
        }
    }
}

by_isa! {
    /// As [`rotate`], with pairs of one number of a head's first half and one of its second.
    pub(crate) rotate_halves = rotate_half_rows; (x: &mut [f32], stride: usize, heads: usize, size: usize, angles: &[f32])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Isa;

    #[test]
    fn exp_is_close_everywhere() {
        for step in (-8_700..=8_700).step_by(if cfg!(miri) { 87 } else { 1 }) {
            let x = step as f32 / 100.0;
            let (found, right) = (f64::from(exp(x)), f64::from(x).exp());
            assert!(
                (found - right).abs() <= right * 3e-7,
                "exp({x}) = {found}, not {right}"
            );
        }
        assert!(exp(-1e9) > 0.0 && exp(-1e9) < 1e-37, "far below: nearly nothing");
        assert!(exp(1e9).is_finite(), "far above: no infinity");
    }

    #[test]
    fn gelu_matches_known_values_on_every_instruction_set() {
        // x·Φ(x), Φ from tables.
        let known = [
            (-3.0, -0.004_049_7),
            (-1.0, -0.158_655),
            (0.0, 0.0),
            (0.5, 0.345_731),
            (2.0, 1.954_5),
        ];
        for isa in Isa::available() {
            let mut x: Vec<f32> = known.iter().map(|(x, _)| *x).collect();
            gelu(isa, &mut x);
            for (found, (at, right)) in x.iter().zip(known) {
                assert!((found - right).abs() < 2e-6, "{isa:?}: gelu({at}) = {found}");
            }
        }
    }

    #[test]
    fn a_gelu_gate_matches_its_definition_on_every_instruction_set() {
        let gates = [-4.0f32, -1.0, -0.3, 0.0, 0.5, 1.0, 3.0];
        let both: Vec<f32> = gates.iter().copied().chain(gates.map(|_| 2.0)).collect();
        for isa in Isa::available() {
            let mut out = [0.0; 7];
            gelu_gate(isa, &both, 7, &mut out);
            for (found, x) in out.iter().zip(gates) {
                let t = (std::f32::consts::FRAC_2_PI.sqrt() * (x + 0.044715 * x.powi(3))).tanh();
                assert!((found - x * (1.0 + t)).abs() < 2e-6, "{isa:?}: {x} gives {found}");
            }
        }
    }

    #[test]
    fn norms_agree_between_instruction_sets() {
        let x: Vec<f32> = (0..3 * 53)
            .map(|i| ((i * 37 % 101) as f32 - 50.0) / 9.0)
            .collect();
        let weight: Vec<f32> = (0..53).map(|i| 1.0 + i as f32 / 53.0).collect();
        let bias = vec![0.25; 53];
        let mut right = vec![0.0; x.len()];
        rms_norm(Isa::Portable, &x, &weight, 1e-5, &mut right);
        let mut right_layer = x.clone();
        layer_norm(Isa::Portable, &mut right_layer, &weight, &bias, 1e-12);
        for row in right_layer.chunks(53) {
            let plain: f32 = row.iter().zip(&weight).map(|(v, w)| (v - 0.25) / w).sum();
            assert!(plain.abs() < 1e-3, "the mean before scaling is 0");
        }
        for isa in Isa::available() {
            let mut out = vec![0.0; x.len()];
            rms_norm(isa, &x, &weight, 1e-5, &mut out);
            assert!(
                out.iter().zip(&right).all(|(a, b)| (a - b).abs() < 1e-5),
                "{isa:?}"
            );
            let mut out = x.clone();
            layer_norm(isa, &mut out, &weight, &bias, 1e-12);
            assert!(
                out.iter().zip(&right_layer).all(|(a, b)| (a - b).abs() < 1e-5),
                "{isa:?}"
            );
        }
    }
}
