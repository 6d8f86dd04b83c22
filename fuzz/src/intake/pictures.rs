//! Pictures, a few pixels each.

use crate::{containers, owned};
use cabinet_intake::fixtures;

pub(crate) const SIDE: u32 = 9;

pub(crate) fn png_seeds() -> Vec<Vec<u8>> {
    containers::pngs(SIDE)
        .into_iter()
        .map(|png| png[8..].to_vec())
        .collect()
}

pub(crate) fn jpeg_seeds() -> Vec<Vec<u8>> {
    vec![
        containers::jpeg()[3..].to_vec(),
        fixtures::jpeg_head(16, 16)[3..].to_vec(),
    ]
}

pub(crate) fn tiff_seeds() -> Vec<Vec<u8>> {
    // 1 is plain, 2 to 4 are the fax forms, 5 LZW, 8 deflate, 32773 PackBits.
    [1, 2, 3, 4, 5, 8, 32773]
        .map(|compression| containers::tiff(SIDE, compression))
        .to_vec()
}

/// The bytes after a head whose length is right.
pub(crate) fn webp(data: &[u8]) -> Vec<u8> {
    [b"RIFF", &(data.len() as u32 + 4).to_le_bytes()[..], b"WEBP", data].concat()
}

pub(crate) fn webp_seeds() -> Vec<Vec<u8>> {
    let lossless = b"VP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0";
    let lossy =
        b"VP8 \x18\0\0\0\x30\x01\0\x9d\x01\x2a\x01\0\x01\0\x01\x40\x26\x25\xa4\0\x03\x70\0\xfe\xfd\x36\x68\0";
    let extended = [
        b"VP8X\x0a\0\0\0\x10\0\0\0\0\0\0\0\0\0ALPH\x02\0\0\0\0\x80",
        &lossy[..],
    ]
    .concat();
    vec![lossless.to_vec(), lossy.to_vec(), extended]
}

pub(crate) fn gif_seeds() -> Vec<Vec<u8>> {
    owned(&[
        b"9a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
        b"7a\x02\0\x02\0\x80\0\0\0\0\0\xff\xff\xff,\x01\0\x01\0\x02\0\x02\0\x40\x02\x03\x44\x02\x05\0;",
    ])
}

pub(crate) fn bmp_seeds() -> Vec<Vec<u8>> {
    let bmp = |bits: u16, compression: u32, data: &[u8]| {
        [
            &(54 + data.len() as u32).to_le_bytes()[..],
            &[0; 4],
            &54_u32.to_le_bytes(),
            &40_u32.to_le_bytes(),
            &2_u32.to_le_bytes(),
            &2_u32.to_le_bytes(),
            &1_u16.to_le_bytes(),
            &bits.to_le_bytes(),
            &compression.to_le_bytes(),
            &[0; 20],
            data,
        ]
        .concat()
    };
    vec![
        bmp(24, 0, &[7; 16]),
        bmp(8, 1, &[0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 1]),
        bmp(32, 0, &[9; 16]),
    ]
}

/// The bytes after a brand that names a still picture of HEVC.
pub(crate) fn heic(data: &[u8]) -> Vec<u8> {
    [&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], data].concat()
}

pub(crate) fn heic_seeds() -> Vec<Vec<u8>> {
    let letter = fixtures::LETTER_HEIC;
    let brands = u32::from_be_bytes([letter[0], letter[1], letter[2], letter[3]]) as usize;
    vec![letter[brands..].to_vec()]
}
