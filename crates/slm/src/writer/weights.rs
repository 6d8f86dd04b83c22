//! The weights of a file, packed for the kernels.
//!
//! Q4_0, Q4_1, Q4_K and Q8_0 are packed as they are (of Q4_K the product of its two scales is rounded to 16 bits). Every other type is turned into floats by candle, a row at a time,
//! and kept as bytes with a scale for every 32 weights, which loses less than those types did.

use candle_core::CpuStorage;
use candle_core::quantized::GgmlDType;
use half::{bf16, f16};

use crate::SlmError;
use crate::gguf::{Gguf, TensorData};
use crate::kernels::pack::{BLOCK, Block, Form, NotFinite, Packed, Rows};
use crate::kernels::pool::Pool;

/// A matrix of the file.
pub(crate) struct Matrix<'a> {
    kind: GgmlDType,
    rows: usize,
    cols: usize,
    bytes: &'a [u8],
}

impl<'a> Matrix<'a> {
    /// The tensor of this name, which must have this shape.
    pub(crate) fn read(file: &Gguf<'a>, name: &str, rows: usize, cols: usize) -> Result<Self, SlmError> {
        let &TensorData { kind, bytes, .. } = file.tensor(name, &[rows, cols])?;
        let matrix = Self {
            kind,
            rows,
            cols,
            bytes,
        };
        if matrix.form() == Form::Byte && kind != GgmlDType::Q8_0 && matrix.floats(0).is_none() {
            return Err(SlmError::unsupported(format!("weights of the type {kind:?}")));
        }
        Ok(matrix)
    }

    /// Bytes it takes once packed.
    pub(crate) fn packed_size(&self) -> usize {
        self.form().size(self.rows, self.cols)
    }

    fn row_bytes(&self, row: usize) -> &'a [u8] {
        let bytes = self.cols / self.kind.block_size() * self.kind.type_size();
        &self.bytes[row * bytes..(row + 1) * bytes]
    }

    /// One row as floats, through candle. A copy of its own, because candle wants its blocks aligned.
    fn floats(&self, row: usize) -> Option<Vec<f32>> {
        let blocks = self.kind.from_data(self.row_bytes(row).to_vec().into());
        match blocks.dequantize(self.cols) {
            Ok(CpuStorage::F32(floats)) => Some(floats),
            _ => None,
        }
    }
}

impl Rows for Matrix<'_> {
    fn shape(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }

    fn form(&self) -> Form {
        match self.kind {
            GgmlDType::Q4_0 | GgmlDType::Q4_1 | GgmlDType::Q4K => Form::Nibble,
            _ => Form::Byte,
        }
    }

    fn row(&self, row: usize, blocks: &mut [Block]) {
        let half = |bytes: &[u8]| f16::from_le_bytes([bytes[0], bytes[1]]).to_f32();
        let bytes = self.row_bytes(row);
        match self.kind {
            GgmlDType::Q4_0 => {
                for (block, bytes) in blocks.iter_mut().zip(bytes.chunks_exact(18)) {
                    let scale = half(bytes);
                    *block = Block {
                        q: nibbles(&bytes[2..]),
                        scale,
                        offset: -8.0 * scale,
                    };
                }
            }
            GgmlDType::Q4_1 => {
                for (block, bytes) in blocks.iter_mut().zip(bytes.chunks_exact(20)) {
                    *block = Block {
                        q: nibbles(&bytes[4..]),
                        scale: half(bytes),
                        offset: half(&bytes[2..]),
                    };
                }
            }
            GgmlDType::Q4K => {
                for (blocks, bytes) in blocks.chunks_mut(8).zip(bytes.chunks_exact(144)) {
                    let (scale, least) = (half(bytes), half(&bytes[2..]));
                    for (at, block) in blocks.iter_mut().enumerate() {
                        let (by, less) = six_bits(&bytes[4..16], at);
                        // Two neighbouring blocks share 32 bytes: the low halves are the first's.
                        let both = &bytes[16 + at / 2 * BLOCK..][..BLOCK];
                        *block = Block {
                            q: std::array::from_fn(|i| both[i] >> (4 * (at % 2)) & 15),
                            scale: scale * by,
                            offset: -least * less,
                        };
                    }
                }
            }
            GgmlDType::Q8_0 => {
                for (block, bytes) in blocks.iter_mut().zip(bytes.chunks_exact(34)) {
                    let mut q = [0; BLOCK];
                    q.iter_mut()
                        .zip(&bytes[2..])
                        .for_each(|(q, byte)| *q = byte ^ 0x80);
                    *block = Block {
                        q,
                        scale: half(bytes),
                        offset: 0.0,
                    };
                }
            }
            _ => {
                // Checked for the first row when the matrix was read; candle fails by type, not by content.
                let floats = self.floats(row).unwrap_or_else(|| vec![f32::NAN; self.cols]);
                for (block, weights) in blocks.iter_mut().zip(floats.chunks(BLOCK)) {
                    *block = Block::from_f32(weights);
                }
            }
        }
    }
}

/// Scale and minimum of block `at` of eight, from the twelve bytes that hold all sixteen in six bits each.
fn six_bits(packed: &[u8], at: usize) -> (f32, f32) {
    let (scale, least) = match at {
        0..4 => (packed[at] & 63, packed[at + 4] & 63),
        _ => (
            (packed[at + 4] & 15) | (packed[at - 4] >> 6 << 4),
            (packed[at + 4] >> 4) | (packed[at] >> 6 << 4),
        ),
    };
    (f32::from(scale), f32::from(least))
}

/// Sixteen bytes: their low halves, then their high halves.
fn nibbles(bytes: &[u8]) -> [u8; BLOCK] {
    std::array::from_fn(|at| {
        if at < 16 {
            bytes[at] & 15
        } else {
            bytes[at - 16] >> 4
        }
    })
}

/// Packs matrices below one another.
pub(crate) fn pack(pool: &mut Pool, sources: &[&Matrix<'_>]) -> Result<Packed, SlmError> {
    let sources: Vec<&dyn Rows> = sources.iter().map(|source| *source as &dyn Rows).collect();
    Packed::pack(pool, &sources).map_err(|NotFinite| not_finite())
}

/// A small tensor as floats.
pub(crate) fn vector(file: &Gguf<'_>, name: &str, len: usize) -> Result<Vec<f32>, SlmError> {
    floats(file.tensor(name, &[len])?, name)
}

/// The numbers of a tensor of floats.
pub(crate) fn floats(data: &TensorData<'_>, name: &str) -> Result<Vec<f32>, SlmError> {
    let pairs = || data.bytes.chunks_exact(2).map(|b| [b[0], b[1]]);
    let values: Vec<f32> = match data.kind {
        GgmlDType::F32 => data
            .bytes
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect(),
        GgmlDType::F16 => pairs().map(|b| f16::from_le_bytes(b).to_f32()).collect(),
        GgmlDType::BF16 => pairs().map(|b| bf16::from_le_bytes(b).to_f32()).collect(),
        kind => {
            return Err(SlmError::unsupported(format!(
                "the tensor {name} of the type {kind:?}"
            )));
        }
    };
    if values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(not_finite())
    }
}

fn not_finite() -> SlmError {
    SlmError::malformed("some of its weights are not numbers")
}

#[cfg(test)]
mod tests {
    use candle_core::quantized::QTensor;
    use candle_core::{Device, Tensor};

    use super::*;

    #[test]
    fn q4_k_is_packed_as_candle_reads_it() {
        let (rows, cols) = (3, 512);
        let mut seed = 21;
        let floats: Vec<f32> = (0..rows * cols)
            .map(|_| crate::made::number(&mut seed) * 0.4)
            .collect();
        let tensor = Tensor::from_vec(floats, (rows, cols), &Device::Cpu).unwrap();
        let packed = QTensor::quantize(&tensor, GgmlDType::Q4K).unwrap();
        let bytes = packed.data().unwrap();
        let matrix = Matrix {
            kind: GgmlDType::Q4K,
            rows,
            cols,
            bytes: &bytes,
        };
        assert_eq!(matrix.form(), Form::Nibble);
        let mut blocks = vec![Block::from_f32(&[]); cols / BLOCK];
        for row in 0..rows {
            matrix.row(row, &mut blocks);
            let found = blocks
                .iter()
                .flat_map(|b| b.q.map(|q| b.scale * f32::from(q) + b.offset));
            for (found, right) in found.zip(matrix.floats(row).unwrap()) {
                assert!((found - right).abs() < 1e-6, "row {row}: {found}, not {right}");
            }
        }
    }
}
