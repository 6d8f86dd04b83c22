//! Products against their definition, for every instruction set of this machine.

use proptest::prelude::*;

use super::pack::{BLOCK, Block, Floats, Form, NotFinite, Packed, Rows, read};
use super::pool::Pool;
use super::{Activations, Compute, Grain, Isa, Linear, Place};

/// Made-up weights of either form.
struct Made {
    rows: usize,
    cols: usize,
    form: Form,
    seed: u32,
}

fn mix(a: usize, b: u32) -> u32 {
    let mut x = (a as u32).wrapping_mul(0x9e37_79b9) ^ b.wrapping_mul(0x85eb_ca6b);
    x ^= x >> 15;
    x = x.wrapping_mul(0x2c1b_3c6d);
    x ^ x >> 13
}

impl Rows for Made {
    fn shape(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }

    fn form(&self) -> Form {
        self.form
    }

    fn row(&self, row: usize, blocks: &mut [Block]) {
        for (block, made) in blocks.iter_mut().enumerate() {
            *made = self.block(row, block);
        }
    }
}

impl Made {
    fn block(&self, row: usize, block: usize) -> Block {
        let at = (row * self.cols.div_ceil(BLOCK) + block) * BLOCK;
        let mut made = Block {
            q: [0; BLOCK],
            scale: 0.0,
            offset: 0.0,
        };
        for (i, q) in made.q.iter_mut().enumerate() {
            let any = mix(at + i, self.seed) as u8;
            // Every value of the form turns up, the extremes too; columns beyond the matrix hold nothing.
            *q = match self.form {
                _ if block * BLOCK + i >= self.cols => {
                    if self.form == Form::Byte {
                        128
                    } else {
                        0
                    }
                }
                Form::Nibble => any & 15,
                Form::Byte => any,
            };
        }
        made.scale = (mix(at, self.seed ^ 1) % 1_000) as f32 / 65_536.0;
        if self.form == Form::Nibble {
            made.offset = (mix(at, self.seed ^ 2) % 1_000) as f32 / -8_192.0;
        }
        made
    }
}

fn activations(isa: Isa, rows: usize, cols: usize, grain: Grain, seed: u32) -> (Activations, Compute) {
    let mut compute = Compute {
        isa,
        pool: Pool::new(2),
    };
    let values: Vec<f32> = (0..rows * cols)
        .map(|i| (mix(i, seed) % 20_001) as f32 / 1_000.0 - 10.0)
        .collect();
    let mut x = Activations::default();
    x.fill(&mut compute, &values, cols, grain);
    (x, compute)
}

/// Number `i` of a block, before its scale.
fn kept(x: &Activations, at: usize, i: usize) -> f64 {
    let q = &x.q[at * x.grain().block_bytes()..];
    match x.grain() {
        Grain::Coarse => f64::from(q[i]),
        Grain::Fine => 255.0 * f64::from(q[i]) + f64::from(q[BLOCK + i]),
    }
}

fn grain(fine: bool) -> Grain {
    if fine { Grain::Fine } else { Grain::Coarse }
}

/// The product of one row and one column as the packed numbers say, in 64-bit floats.
fn defined(weights: &Packed, x: &Activations, row: usize, column: usize) -> f64 {
    let lines = weights.form().lines();
    let group = weights.group(column / 16);
    (0..weights.blocks())
        .map(|b| {
            let block = read(weights.form(), &group[b * lines..(b + 1) * lines], column % 16);
            let at = row * x.blocks() + b;
            let (zero, scale, offset) = match weights.form() {
                Form::Nibble => (0.0, f64::from(block.scale), f64::from(block.offset)),
                Form::Byte => (128.0, f64::from(block.scale), 0.0),
            };
            let weights = block.q.iter().map(|w| (f64::from(*w) - zero) * scale + offset);
            weights.enumerate().map(|(i, w)| w * kept(x, at, i)).sum::<f64>() * f64::from(x.scale[at])
        })
        .sum()
}

/// Products of made numbers on every instruction set of this machine: right, and nothing beside them touched.
fn products_are_right(made: &Made, inputs: usize, grain: Grain) -> Result<(), TestCaseError> {
    let Made { rows, cols, seed, .. } = *made;
    for isa in Isa::available() {
        let (x, mut compute) = activations(isa, inputs, cols, grain, seed);
        let weights = Packed::pack(&mut compute.pool, &[made]).expect("made of finite numbers");
        let bias: Vec<f32> = (0..rows).map(|r| r as f32).collect();
        let linear = Linear::new(weights, Some(bias));
        let mut out = vec![0.5; inputs * (rows + 3)];
        let place = Place {
            out: &mut out,
            stride: rows + 3,
            at: 2,
            add: true,
        };
        linear.apply(&mut compute, &x, place);
        for (row, out) in out.chunks(rows + 3).enumerate() {
            prop_assert_eq!(
                (out[0], out[1], out[rows + 2]),
                (0.5, 0.5, 0.5),
                "beside the product nothing changes"
            );
            for column in 0..rows {
                let right = defined(linear.weights(), &x, row, column) + column as f64 + 0.5;
                let found = f64::from(out[2 + column]);
                prop_assert!(
                    (found - right).abs() <= 2e-4 * right.abs().max(20.0),
                    "{:?} {} {}",
                    isa,
                    found,
                    right
                );
            }
        }
    }
    Ok(())
}

/// The fewest products that reach every kernel: one row, a tile of rows as they are packed, and more than a tile; two
/// whole groups and a part of one; a block and a part. Few enough for Miri, which does not run what is drawn at random.
#[test]
fn every_kernel_is_right_once() {
    for form in [Form::Nibble, Form::Byte] {
        for grain in [Grain::Coarse, Grain::Fine] {
            for (inputs, rows) in [(1, 17), (4, 17), (7, 33)] {
                let made = Made {
                    rows,
                    cols: 35,
                    form,
                    seed: 5,
                };
                products_are_right(&made, inputs, grain)
                    .unwrap_or_else(|error| panic!("{form:?} {grain:?}: {error}"));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    #[cfg_attr(miri, ignore = "takes hours there")]
    fn products_match_their_definition(
        rows in 1usize..90, cols in 1usize..200, inputs in 1usize..15, byte in any::<bool>(), fine in any::<bool>(), seed in any::<u32>()
    ) {
        let form = if byte { Form::Byte } else { Form::Nibble };
        products_are_right(&Made { rows, cols, form, seed }, inputs, grain(fine))?;
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes hours there")]
    fn a_row_alone_gives_the_same_bits(cols in 1usize..400, inputs in 2usize..20, byte in any::<bool>(), fine in any::<bool>(), seed in any::<u32>()) {
        let form = if byte { Form::Byte } else { Form::Nibble };
        for isa in Isa::available() {
            let (x, mut compute) = activations(isa, inputs, cols, grain(fine), seed);
            let made = Made { rows: 40, cols, form, seed };
            let linear = Linear::new(Packed::pack(&mut compute.pool, &[&made]).expect("finite"), None);
            let mut together = vec![0.0; inputs * 40];
            linear.apply(&mut compute, &x, Place::whole(&mut together, 40));
            let values: Vec<f32> = (0..inputs * cols).map(|i| (mix(i, seed) % 20_001) as f32 / 1_000.0 - 10.0).collect();
            for (row, together) in together.chunks(40).enumerate() {
                let mut one = Activations::default();
                one.fill(&mut compute, &values[row * cols..(row + 1) * cols], cols, grain(fine));
                let mut alone = vec![0.0; 40];
                linear.apply(&mut compute, &one, Place::whole(&mut alone, 40));
                prop_assert_eq!(&alone[..], together, "{:?}", isa);
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes hours there")]
    fn activations_are_within_half_a_step(cols in 1usize..100, fine in any::<bool>(), seed in any::<u32>()) {
        for isa in Isa::available() {
            let (x, _) = activations(isa, 3, cols, grain(fine), seed);
            for i in 0..3 * cols {
                let value = (mix(i, seed) % 20_001) as f32 / 1_000.0 - 10.0;
                let at = i / cols * x.blocks() + i % cols / BLOCK;
                let kept = kept(&x, at, i % cols % BLOCK) as f32 * x.scale[at];
                prop_assert!((kept - value).abs() <= x.scale[at] * 0.51, "{:?}: {} for {}", isa, kept, value);
            }
        }
    }
}

#[test]
fn packed_rows_read_back() {
    let mut pool = Pool::new(2);
    let values: Vec<f32> = (0..20 * 50)
        .map(|i| (mix(i, 3) % 2_001) as f32 / 1_000.0 - 1.0)
        .collect();
    let half = Floats {
        values: &values[..10 * 50],
        cols: 50,
    };
    let rest = Floats {
        values: &values[10 * 50..],
        cols: 50,
    };
    let packed = Packed::pack(&mut pool, &[&half, &rest]).expect("finite");
    assert_eq!((packed.rows(), packed.blocks(), packed.groups()), (20, 2, 2));
    let mut row = [0.0; 50];
    for (index, values) in values.chunks(50).enumerate() {
        packed.row(index, &mut row);
        assert!(
            row.iter().zip(values).all(|(a, b)| (a - b).abs() < 1.0 / 250.0),
            "row {index}"
        );
    }
}

#[test]
fn rejects_weights_that_are_not_numbers() {
    let mut pool = Pool::new(1);
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut values = vec![0.5; 64];
        values[40] = bad;
        let packed = Packed::pack(
            &mut pool,
            &[&Floats {
                values: &values,
                cols: 32,
            }],
        );
        assert_eq!(packed.err(), Some(NotFinite), "{bad}");
    }
}
