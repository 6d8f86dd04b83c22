//! Reading the header of a GGUF file: metadata and the places of tensors.
//!
//! The file is not trusted, whoever signed it. Nothing is copied or allocated by a length that the file claims:
//! strings and arrays stay where they are in the mapped file, and every length is held against what is left of it.
//!
//! Does not know what keys mean; [`crate::writer`] does.

use std::collections::HashMap;

use candle_core::quantized::GgmlDType;

use crate::SlmError;

/// More metadata or tensors than any real model has: the largest have some two thousand.
const MAX_ENTRIES: u64 = 100_000;
const MAX_DIMENSIONS: u32 = 4;

/// One value of the metadata.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Whole(u64),
    Negative(i64),
    Real(f64),
    Truth(bool),
    Text(&'a str),
    Array(Array<'a>),
}

/// An array of numbers or strings, still in the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Array<'a> {
    kind: u32,
    len: u64,
    bytes: &'a [u8],
}

/// One tensor, still in the file.
#[derive(Debug, Clone)]
pub(crate) struct TensorData<'a> {
    pub(crate) kind: GgmlDType,
    /// Slowest first, as in `rows × columns`.
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: &'a [u8],
}

/// A parsed header.
#[derive(Debug)]
pub(crate) struct Gguf<'a> {
    metadata: HashMap<&'a str, Value<'a>>,
    tensors: HashMap<&'a str, TensorData<'a>>,
}

impl<'a> Gguf<'a> {
    /// Reads the header of a file.
    pub(crate) fn parse(file: &'a [u8]) -> Result<Self, SlmError> {
        let mut cursor = Cursor { file, at: 0 };
        if cursor.take(4)? != b"GGUF" {
            return Err(SlmError::malformed("it is not a GGUF file"));
        }
        let version = cursor.u32()?;
        if !(2..=3).contains(&version) {
            return Err(SlmError::unsupported(format!("GGUF version {version}")));
        }
        let (tensors, entries) = (cursor.u64()?, cursor.u64()?);
        if tensors > MAX_ENTRIES || entries > MAX_ENTRIES {
            return Err(SlmError::malformed(format!(
                "it claims {tensors} tensors and {entries} metadata entries"
            )));
        }
        let mut metadata = HashMap::new();
        for _ in 0..entries {
            let key = cursor.text()?;
            let kind = cursor.u32()?;
            let value = cursor.value(kind)?;
            if metadata.insert(key, value).is_some() {
                return Err(SlmError::malformed("it has a metadata key twice"));
            }
        }
        let mut places = Vec::new();
        for _ in 0..tensors {
            places.push((cursor.text()?, cursor.place()?));
        }
        let start = data_start(&metadata, cursor.at)?;
        let mut tensors = HashMap::new();
        for (name, place) in places {
            let data = place.data(file, start).map_err(|problem| {
                SlmError::malformed(format!(
                    "tensor {}: {problem}",
                    name.chars().take(64).collect::<String>()
                ))
            })?;
            if tensors.insert(name, data).is_some() {
                return Err(SlmError::malformed("it has a tensor twice"));
            }
        }
        Ok(Self { metadata, tensors })
    }

    pub(crate) fn value(&self, key: &str) -> Option<Value<'a>> {
        self.metadata.get(key).copied()
    }

    /// A required text.
    pub(crate) fn text(&self, key: &str) -> Result<&'a str, SlmError> {
        match self.value(key) {
            Some(Value::Text(text)) => Ok(text),
            other => Err(wrong(key, other.is_some(), "text")),
        }
    }

    /// A required whole number that fits 32 bits.
    pub(crate) fn number(&self, key: &str) -> Result<usize, SlmError> {
        match self.value(key) {
            Some(Value::Whole(number)) if number <= u64::from(u32::MAX) => Ok(number as usize),
            other => Err(wrong(key, other.is_some(), "a whole number")),
        }
    }

    /// A required finite number.
    pub(crate) fn real(&self, key: &str) -> Result<f32, SlmError> {
        match self.value(key) {
            Some(Value::Real(number)) if number.is_finite() => Ok(number as f32),
            other => Err(wrong(key, other.is_some(), "a number")),
        }
    }

    /// A required array.
    pub(crate) fn array(&self, key: &str) -> Result<Array<'a>, SlmError> {
        match self.value(key) {
            Some(Value::Array(array)) => Ok(array),
            other => Err(wrong(key, other.is_some(), "an array")),
        }
    }

    pub(crate) fn has_tensor(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// A required tensor of this shape.
    pub(crate) fn tensor(&self, name: &str, shape: &[usize]) -> Result<&TensorData<'a>, SlmError> {
        let data = self
            .tensors
            .get(name)
            .ok_or_else(|| SlmError::malformed(format!("the tensor {name} is missing")))?;
        if data.shape != shape {
            let found = &data.shape;
            return Err(SlmError::malformed(format!(
                "the tensor {name} is {found:?}, not {shape:?}"
            )));
        }
        Ok(data)
    }
}

fn wrong(key: &str, there: bool, expected: &str) -> SlmError {
    let problem = if there {
        format!("is not {expected}")
    } else {
        "is missing".to_owned()
    };
    SlmError::malformed(format!("the metadata entry {key} {problem}"))
}

fn data_start(metadata: &HashMap<&str, Value<'_>>, header: usize) -> Result<usize, SlmError> {
    let alignment = match metadata.get("general.alignment") {
        None => 32,
        Some(Value::Whole(n)) if n.is_power_of_two() && (8..=65_536).contains(n) => *n as usize,
        Some(_) => {
            return Err(SlmError::malformed(
                "its alignment is not a power of two from 8 to 65536",
            ));
        }
    };
    Ok(header.next_multiple_of(alignment))
}

impl<'a> Array<'a> {
    /// How many elements; never more than the file has bytes.
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    /// The texts of an array of texts.
    pub(crate) fn texts(&self) -> Result<impl Iterator<Item = &'a str> + use<'a>, SlmError> {
        if self.kind != TEXT {
            return Err(SlmError::malformed("an array holds numbers where texts belong"));
        }
        let mut cursor = Cursor {
            file: self.bytes,
            at: 0,
        };
        Ok((0..self.len).map_while(move |_| cursor.text().ok()))
    }

    /// The numbers of an array of 32-bit numbers.
    pub(crate) fn numbers(&self) -> Result<impl Iterator<Item = u32> + use<'a>, SlmError> {
        if !matches!(self.kind, U32 | I32) {
            return Err(SlmError::malformed(
                "an array holds something else where 32-bit numbers belong",
            ));
        }
        Ok(self
            .bytes
            .chunks_exact(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])))
    }

    /// The numbers of an array of 32-bit floats.
    pub(crate) fn reals(&self) -> Result<impl Iterator<Item = f32> + use<'a>, SlmError> {
        if self.kind != F32 {
            return Err(SlmError::malformed(
                "an array holds something else where 32-bit floats belong",
            ));
        }
        Ok(self
            .bytes
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])))
    }
}

const U32: u32 = 4;
const I32: u32 = 5;
const F32: u32 = 6;
const TEXT: u32 = 8;
const ARRAY: u32 = 9;

/// Bytes of one number of this kind.
fn width(kind: u32) -> Option<usize> {
    Some(match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        _ => return None,
    })
}

struct Cursor<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], SlmError> {
        let rest = &self.file[self.at..];
        let taken = rest.get(..count).ok_or_else(|| {
            SlmError::malformed(format!(
                "it ends where {count} more bytes should be, {} are left",
                rest.len()
            ))
        })?;
        self.at += count;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], SlmError> {
        Ok(self.take(N)?.try_into().expect("took N bytes"))
    }

    fn u32(&mut self) -> Result<u32, SlmError> {
        self.fixed().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, SlmError> {
        self.fixed().map(u64::from_le_bytes)
    }

    /// A length, as far as a length can be true in this file.
    fn length(&mut self) -> Result<usize, SlmError> {
        let length = self.u64()?;
        let left = (self.file.len() - self.at) as u64;
        if length > left {
            return Err(SlmError::malformed(format!(
                "it claims {length} elements where {left} bytes are left"
            )));
        }
        Ok(length as usize)
    }

    fn text(&mut self) -> Result<&'a str, SlmError> {
        let length = self.length()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| SlmError::malformed("a text in it is not UTF-8"))
    }

    fn value(&mut self, kind: u32) -> Result<Value<'a>, SlmError> {
        let whole = |n: i64| u64::try_from(n).map_or(Value::Negative(n), Value::Whole);
        Ok(match kind {
            0 => Value::Whole(u64::from(self.fixed::<1>()?[0])),
            1 => whole(i64::from(i8::from_le_bytes(self.fixed()?))),
            2 => Value::Whole(u64::from(u16::from_le_bytes(self.fixed()?))),
            3 => whole(i64::from(i16::from_le_bytes(self.fixed()?))),
            U32 => Value::Whole(u64::from(self.u32()?)),
            I32 => whole(i64::from(i32::from_le_bytes(self.fixed()?))),
            6 => Value::Real(f64::from(f32::from_le_bytes(self.fixed()?))),
            7 => match self.fixed()? {
                [0] => Value::Truth(false),
                [1] => Value::Truth(true),
                [other] => return Err(SlmError::malformed(format!("a truth value in it is {other}"))),
            },
            TEXT => Value::Text(self.text()?),
            ARRAY => Value::Array(self.array()?),
            10 => Value::Whole(self.u64()?),
            11 => whole(i64::from_le_bytes(self.fixed()?)),
            12 => Value::Real(f64::from_le_bytes(self.fixed()?)),
            other => {
                return Err(SlmError::malformed(format!(
                    "a metadata entry has the unknown type {other}"
                )));
            }
        })
    }

    fn array(&mut self) -> Result<Array<'a>, SlmError> {
        let kind = self.u32()?;
        let len = self.length()?;
        let start = self.at;
        match width(kind) {
            Some(width) => {
                // `length` compared elements with bytes; wide elements may still be too many.
                self.take(len.saturating_mul(width))?;
            }
            None if kind == TEXT => {
                for _ in 0..len {
                    self.text()?;
                }
            }
            None => {
                return Err(SlmError::malformed(format!(
                    "an array has elements of type {kind}"
                )));
            }
        }
        Ok(Array {
            kind,
            len: len as u64,
            bytes: &self.file[start..self.at],
        })
    }

    fn place(&mut self) -> Result<Place, SlmError> {
        let dimensions = self.u32()?;
        if !(1..=MAX_DIMENSIONS).contains(&dimensions) {
            return Err(SlmError::malformed(format!(
                "a tensor has {dimensions} dimensions"
            )));
        }
        // The file has the fastest dimension first.
        let mut shape = (0..dimensions)
            .map(|_| self.u64())
            .collect::<Result<Vec<_>, _>>()?;
        shape.reverse();
        Ok(Place {
            shape,
            kind: self.u32()?,
            offset: self.u64()?,
        })
    }
}

/// What the header says of one tensor.
struct Place {
    shape: Vec<u64>,
    kind: u32,
    offset: u64,
}

impl Place {
    fn data<'a>(&self, file: &'a [u8], start: usize) -> Result<TensorData<'a>, String> {
        let kind =
            kind(self.kind).ok_or_else(|| format!("its weights are of the unknown type {}", self.kind))?;
        let columns = self.shape.last().copied().unwrap_or(0);
        let elements = self
            .shape
            .iter()
            .try_fold(1u64, |all, n| all.checked_mul(*n).filter(|all| *all > 0));
        let elements = elements.ok_or_else(|| format!("its shape {:?} is impossible", self.shape))?;
        let block = kind.block_size() as u64;
        if columns % block != 0 {
            return Err(format!(
                "its rows of {columns} do not divide into blocks of {block}"
            ));
        }
        let bytes = (elements / block).checked_mul(kind.type_size() as u64);
        let from = (start as u64).checked_add(self.offset);
        let range = bytes.zip(from).and_then(|(bytes, from)| {
            let (from, to) = (
                usize::try_from(from).ok()?,
                usize::try_from(from.checked_add(bytes)?).ok()?,
            );
            file.get(from..to)
        });
        let bytes =
            range.ok_or_else(|| format!("its shape {:?} lies beyond the end of the file", self.shape))?;
        // Elements are no more than eight for each byte that exists, so every dimension fits.
        Ok(TensorData {
            kind,
            shape: self.shape.iter().map(|n| *n as usize).collect(),
            bytes,
        })
    }
}

/// The types that can be read, by their numbers in GGUF.
fn kind(number: u32) -> Option<GgmlDType> {
    Some(match number {
        0 => GgmlDType::F32,
        1 => GgmlDType::F16,
        2 => GgmlDType::Q4_0,
        3 => GgmlDType::Q4_1,
        6 => GgmlDType::Q5_0,
        7 => GgmlDType::Q5_1,
        8 => GgmlDType::Q8_0,
        10 => GgmlDType::Q2K,
        11 => GgmlDType::Q3K,
        12 => GgmlDType::Q4K,
        13 => GgmlDType::Q5K,
        14 => GgmlDType::Q6K,
        30 => GgmlDType::BF16,
        _ => return None,
    })
}

#[cfg(test)]
#[path = "gguf_tests.rs"]
mod tests;
