//! Image files: what they hold and their pixels.
//!
//! Owns sniffing, the number of pictures in a file, the refusal of bombs before a pixel is read, and the pixels as
//! colours. The decoders are those of the `zune` family and, alone, those that `image` is made of; `image` itself would
//! bring a PNG encoder whose features build LanceDB anew. HEIC is read by `heic-rs`, which is safe code alone. A picture that ends early is shown and recognised as far as it goes where its decoder can.

use crate::document::Kind;
use crate::error::{Excess, IntakeError};
use crate::limits::MOST_PAGES;
use crate::scan::Drawn;
use heic_rs::PixelLayout;
use image_webp::WebPDecoder;
use std::io::Cursor;
use tiff::ColorType;
use tiff::decoder::{Decoder as Tiff, DecodingResult, Limits};
use tiff::tags::Tag;
use zune_bmp::BmpDecoder;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_png::PngDecoder;

/// The most pixels of one picture: a page of A3 at 600 dots an inch has 70 million.
const MOST_PIXELS: u64 = 120_000_000;
/// The longest side of a picture.
const LONGEST: usize = 32_000;

/// The format of an image file, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Png,
    Jpeg,
    Tiff,
    Bmp,
    Webp,
    Gif,
    /// A still picture of HEVC, as telephones take them (ISO/IEC 23008-12).
    Heic,
}

impl Format {
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some(Self::Tiff),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Some(Self::Bmp),
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => is_heic(brand).then_some(Self::Heic),
            _ => None,
        }
    }
}

/// Whether the brands of a container name a still picture of HEVC; `mif1` alone may hold any picture.
fn is_heic(brands: &[u8]) -> bool {
    let named = |brand: &[u8]| matches!(brand, b"heic" | b"heix" | b"heim" | b"heis");
    let first = brands.get(..4).unwrap_or_default();
    let others = brands.get(8..brands.len().min(64)).unwrap_or_default();
    named(first) || matches!(first, b"mif1") && others.chunks_exact(4).any(named)
}

/// A picture as it stands in its file, turned as the file says it is to be shown.
pub(crate) struct Pixels {
    pub width: usize,
    pub height: usize,
    /// Red, green and blue for each pixel, row by row, on white paper.
    pub rgb: Vec<u8>,
}

/// How many pictures the file holds, each of which can be a page of text.
///
/// # Errors
/// `corrupt` if the beginning cannot be understood, `too_large` for more pixels than any page has.
pub(crate) fn count(bytes: &[u8]) -> Result<usize, IntakeError> {
    let corrupt = IntakeError::Corrupt(Kind::Image);
    let (width, height) = match Format::of(bytes).ok_or(corrupt.clone())? {
        Format::Tiff => return pictures(bytes),
        Format::Png => {
            let mut decoder = PngDecoder::new_with_options(ZCursor::new(bytes), options());
            decoder.decode_headers().map_err(|_| refused(png_size(bytes)))?;
            decoder.dimensions().ok_or(corrupt)?
        }
        Format::Jpeg => {
            let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options());
            decoder.decode_headers().map_err(|_| refused(jpeg_size(bytes)))?;
            decoder.dimensions().ok_or(corrupt)?
        }
        Format::Bmp => {
            let mut decoder = BmpDecoder::new_with_options(ZCursor::new(bytes), options());
            decoder.decode_headers().map_err(|_| corrupt.clone())?;
            decoder.dimensions().ok_or(corrupt)?
        }
        Format::Webp => {
            let (width, height) = WebPDecoder::new(Cursor::new(bytes))
                .map_err(|_| corrupt)?
                .dimensions();
            (width as usize, height as usize)
        }
        Format::Heic => {
            let picture = heic_rs::probe(bytes).map_err(|_| corrupt.clone())?;
            sized(picture.coded_width as usize, picture.coded_height as usize)?;
            (picture.width as usize, picture.height as usize)
        }
        Format::Gif => {
            let decoder = gif::DecodeOptions::new().read_info(bytes).map_err(|_| corrupt)?;
            (usize::from(decoder.width()), usize::from(decoder.height()))
        }
    };
    sized(width, height).map(|()| 1)
}

/// The pixels of one picture, counted from 0.
///
/// # Errors
/// `corrupt` or `too_large`.
pub(crate) fn pixels(bytes: &[u8], at: usize) -> Result<Pixels, IntakeError> {
    let corrupt = || IntakeError::Corrupt(Kind::Image);
    match Format::of(bytes).ok_or_else(corrupt)? {
        Format::Tiff => tiff(bytes, at),
        Format::Png => {
            count(bytes)?;
            let options = options().png_set_strip_to_8bit(true);
            let mut decoder = PngDecoder::new_with_options(ZCursor::new(bytes), options);
            let data = decoder.decode_raw().map_err(|_| corrupt())?;
            let (width, height) = decoder.dimensions().ok_or_else(corrupt)?;
            let channels = decoder.colorspace().ok_or_else(corrupt)?.num_components();
            flat(width, height, channels, &data)
        }
        Format::Bmp => {
            count(bytes)?;
            let mut decoder = BmpDecoder::new_with_options(ZCursor::new(bytes), options());
            let data = decoder.decode().map_err(|_| corrupt())?;
            let (width, height) = decoder.dimensions().ok_or_else(corrupt)?;
            let channels = decoder.colorspace().ok_or_else(corrupt)?.num_components();
            flat(width, height, channels, &data)
        }
        Format::Webp => {
            count(bytes)?;
            let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|_| corrupt())?;
            let (width, height) = decoder.dimensions();
            let channels = if decoder.has_alpha() { 4 } else { 3 };
            let mut data = vec![0; decoder.output_buffer_size().ok_or_else(corrupt)?];
            decoder.read_image(&mut data).map_err(|_| corrupt())?;
            let shown = decoder.exif_metadata().ok().flatten();
            let shown = shown.map_or(1, |exif| orientation(&exif));
            flat(width as usize, height as usize, channels, &data).map(|pixels| pixels.shown(shown))
        }
        Format::Gif => {
            count(bytes)?;
            gif(bytes)
        }
        Format::Heic => {
            count(bytes)?;
            let options = heic_rs::DecodeOptions::default()
                .with_layout(PixelLayout::Rgba8)
                .with_max_pixels(Some(MOST_PIXELS));
            let picture = heic_rs::decode(bytes, &options).map_err(|_| corrupt())?;
            flat(picture.width as usize, picture.height as usize, 4, &picture.data)
        }
        Format::Jpeg => {
            count(bytes)?;
            let options = options().jpeg_set_out_colorspace(ColorSpace::RGB);
            let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
            let data = decoder.decode().map_err(|_| corrupt())?;
            let (width, height) = decoder.dimensions().ok_or_else(corrupt)?;
            let channels = decoder.output_colorspace().ok_or_else(corrupt)?.num_components();
            let shown = decoder.exif().map_or(1, |exif| orientation(exif));
            flat(width, height, channels, &data).map(|pixels| pixels.shown(shown))
        }
    }
}

fn options() -> DecoderOptions {
    DecoderOptions::default()
        .set_max_width(LONGEST)
        .set_max_height(LONGEST)
        .set_strict_mode(false)
}

fn sized(width: usize, height: usize) -> Result<(), IntakeError> {
    if width == 0 || height == 0 {
        return Err(IntakeError::Corrupt(Kind::Image));
    }
    if width > LONGEST || height > LONGEST || width as u64 * height as u64 > MOST_PIXELS {
        return Err(IntakeError::TooLarge(Excess::Unpacked));
    }
    Ok(())
}

/// Why a decoder refused a head: the decoders do not tell too large from broken.
fn refused(size: Option<(usize, usize)>) -> IntakeError {
    match size.map(|(width, height)| sized(width, height)) {
        Some(Err(excess)) => excess,
        _ => IntakeError::Corrupt(Kind::Image),
    }
}

/// The size in the first chunk of a PNG (ISO/IEC 15948, 11.2.2).
fn png_size(bytes: &[u8]) -> Option<(usize, usize)> {
    let side = |from: usize| Some(u32::from_be_bytes(bytes.get(from..from + 4)?.try_into().ok()?) as usize);
    Some((side(16)?, side(20)?))
}

/// The size in the frame header of a JPEG (ITU-T T.81, B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut at = 2;
    loop {
        let [0xff, marker] = *bytes.get(at..at + 2)? else {
            return None;
        };
        let two =
            |from: usize| Some(u16::from_be_bytes(bytes.get(from..from + 2)?.try_into().ok()?) as usize);
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((two(at + 7)?, two(at + 5)?));
        }
        at += 2 + two(at + 2)?;
    }
}

/// Samples of one, two, three or four channels as colours on white.
fn flat(width: usize, height: usize, channels: usize, data: &[u8]) -> Result<Pixels, IntakeError> {
    sized(width, height)?;
    if !(1..=4).contains(&channels) || data.len() < width * height * channels {
        return Err(IntakeError::Corrupt(Kind::Image));
    }
    let on_white = |part: u8, alpha: u8| {
        let (part, alpha) = (u32::from(part), u32::from(alpha));
        ((part * alpha + 255 * (255 - alpha)) / 255) as u8
    };
    let mut rgb = Vec::with_capacity(3 * width * height);
    for pixel in data.chunks_exact(channels).take(width * height) {
        match *pixel {
            [grey] => rgb.extend([grey; 3]),
            [grey, alpha] => rgb.extend([on_white(grey, alpha); 3]),
            [red, green, blue] => rgb.extend([red, green, blue]),
            [red, green, blue, alpha] => rgb.extend([red, green, blue].map(|part| on_white(part, alpha))),
            _ => {}
        }
    }
    Ok(Pixels { width, height, rgb })
}

impl Pixels {
    /// No side longer than `longest`; each new pixel is the mean of those it covers.
    pub(crate) fn reduced(self, longest: usize) -> Self {
        let step = self.width.max(self.height).div_ceil(longest.max(1));
        if step <= 1 {
            return self;
        }
        let (width, height) = ((self.width / step).max(1), (self.height / step).max(1));
        let mut rgb = Vec::with_capacity(3 * width * height);
        for y in 0..height {
            for x in 0..width {
                let (mut sums, mut count) = ([0_usize; 3], 0);
                for sy in (y * step..(y + 1) * step).take_while(|sy| *sy < self.height) {
                    for sx in (x * step..(x + 1) * step).take_while(|sx| *sx < self.width) {
                        let at = 3 * (sy * self.width + sx);
                        for (sum, part) in sums.iter_mut().zip(&self.rgb[at..at + 3]) {
                            *sum += usize::from(*part);
                        }
                        count += 1;
                    }
                }
                rgb.extend(sums.map(|sum| (sum / count.max(1)) as u8));
            }
        }
        Self { width, height, rgb }
    }

    /// Turned clockwise by quarters.
    pub(crate) fn turned(self, quarters: u8) -> Drawn {
        let turned = self.shown([1, 6, 3, 8][usize::from(quarters % 4)]);
        Drawn {
            width: u32::try_from(turned.width).unwrap_or(u32::MAX),
            height: u32::try_from(turned.height).unwrap_or(u32::MAX),
            rgb: turned.rgb,
        }
    }

    /// Turned and mirrored as the orientation tag of TIFF and Exif says.
    fn shown(self, orientation: u32) -> Self {
        let (w, h) = (self.width, self.height);
        let from: fn(usize, usize, usize, usize) -> (usize, usize) = match orientation {
            2 => |x, y, w, _| (w - 1 - x, y),
            3 => |x, y, w, h| (w - 1 - x, h - 1 - y),
            4 => |x, y, _, h| (x, h - 1 - y),
            5 => |x, y, _, _| (y, x),
            6 => |x, y, _, h| (y, h - 1 - x),
            7 => |x, y, w, h| (w - 1 - y, h - 1 - x),
            8 => |x, y, w, _| (w - 1 - y, x),
            _ => return self,
        };
        let (width, height) = if orientation >= 5 { (h, w) } else { (w, h) };
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for y in 0..height {
            for x in 0..width {
                let (sx, sy) = from(x, y, w, h);
                let at = 3 * (sy * w + sx);
                rgb.extend_from_slice(&self.rgb[at..at + 3]);
            }
        }
        Self { width, height, rgb }
    }
}

/// The orientation in Exif data, which is a TIFF directory (Exif 2.32, 4.6.4); 1 where there is none.
fn orientation(exif: &[u8]) -> u32 {
    let little = exif.starts_with(b"II");
    let number = |from: usize, size: usize| -> Option<u32> {
        let bytes = exif.get(from..from + size)?;
        let fold = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        Some(if little {
            bytes.iter().rev().fold(0, fold)
        } else {
            bytes.iter().fold(0, fold)
        })
    };
    let find = || {
        let directory = number(4, 4)? as usize;
        (0..number(directory, 2)? as usize)
            .map(|at| directory + 2 + 12 * at)
            .find(|entry| number(*entry, 2) == Some(0x112))
            .and_then(|entry| number(entry + 8, 2))
    };
    find().unwrap_or(1)
}

fn open(bytes: &[u8]) -> Result<Tiff<Cursor<&[u8]>>, IntakeError> {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = 4 * MOST_PIXELS as usize;
    limits.intermediate_buffer_size = 4 * MOST_PIXELS as usize;
    Tiff::new(Cursor::new(bytes))
        .map(|decoder| decoder.with_limits(limits))
        .map_err(|_| IntakeError::Corrupt(Kind::Image))
}

fn pictures(bytes: &[u8]) -> Result<usize, IntakeError> {
    let mut decoder = open(bytes)?;
    let mut count = 0;
    loop {
        let (width, height) = decoder
            .dimensions()
            .map_err(|_| IntakeError::Corrupt(Kind::Image))?;
        sized(width as usize, height as usize)?;
        count += 1;
        if count > MOST_PAGES {
            return Err(IntakeError::TooLarge(Excess::Pages));
        }
        if !decoder.more_images() || decoder.next_image().is_err() {
            return Ok(count);
        }
    }
}

/// The first picture of a GIF on its canvas; what moves in the others is no page.
fn gif(bytes: &[u8]) -> Result<Pixels, IntakeError> {
    let corrupt = |_| IntakeError::Corrupt(Kind::Image);
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(bytes).map_err(corrupt)?;
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    let frame = decoder
        .read_next_frame()
        .map_err(corrupt)?
        .ok_or(IntakeError::Corrupt(Kind::Image))?;
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let mut canvas = vec![0; 4 * width * height];
    let shown = usize::from(frame.width).min(width.saturating_sub(left));
    for (y, row) in frame
        .buffer
        .chunks_exact(4 * usize::from(frame.width).max(1))
        .enumerate()
    {
        if top + y >= height {
            break;
        }
        // A frame may lie beside the picture.
        let from = 4 * ((top + y) * width + left);
        if let Some(place) = canvas.get_mut(from..from + 4 * shown) {
            place.copy_from_slice(&row[..4 * shown]);
        }
    }
    flat(width, height, 4, &canvas)
}

fn tiff(bytes: &[u8], at: usize) -> Result<Pixels, IntakeError> {
    let corrupt = || IntakeError::Corrupt(Kind::Image);
    let mut decoder = open(bytes)?;
    decoder.seek_to_image(at).map_err(|_| corrupt())?;
    let (width, height) = decoder.dimensions().map_err(|_| corrupt())?;
    sized(width as usize, height as usize)?;
    let colours = decoder.colortype().map_err(|_| corrupt())?;
    let shown = decoder
        .find_tag_unsigned::<u32>(Tag::Orientation)
        .ok()
        .flatten()
        .unwrap_or(1);
    let data = decoder.read_image().map_err(|_| corrupt())?;
    let samples: Vec<u8> = match data {
        DecodingResult::U8(data) => data,
        DecodingResult::U16(data) => data.into_iter().map(|sample| (sample >> 8) as u8).collect(),
        _ => return Err(corrupt()),
    };
    let (width, height) = (width as usize, height as usize);
    let pixels = match colours {
        ColorType::Gray(bits @ (1 | 2 | 4)) => flat(width, height, 1, &unpacked(&samples, bits, width)),
        ColorType::Gray(8 | 16) => flat(width, height, 1, &samples),
        ColorType::GrayA(8 | 16) => flat(width, height, 2, &samples),
        ColorType::RGB(8 | 16) | ColorType::YCbCr(8) => flat(width, height, 3, &samples),
        ColorType::RGBA(8 | 16) => flat(width, height, 4, &samples),
        ColorType::CMYK(8) => flat(width, height, 3, &from_inks(&samples)),
        ColorType::Palette(bits @ (1 | 2 | 4 | 8)) => {
            let palette = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(|_| corrupt())?;
            let indices = if bits == 8 {
                samples
            } else {
                spread(&samples, bits, width)
            };
            flat(width, height, 3, &coloured(&indices, &palette))
        }
        _ => Err(corrupt()),
    }?;
    Ok(pixels.shown(shown))
}

/// One sample a byte, of samples of fewer bits whose rows begin with a byte.
fn spread(packed: &[u8], bits: u8, width: usize) -> Vec<u8> {
    let in_byte = usize::from(8 / bits);
    let mask = (1_u16 << bits) as u8 - 1;
    packed
        .chunks(width.div_ceil(in_byte))
        .flat_map(|row| {
            (0..width).map(move |x| {
                let byte = row.get(x / in_byte).copied().unwrap_or(0);
                byte >> (8 - usize::from(bits) * (x % in_byte + 1)) & mask
            })
        })
        .collect()
}

/// As [`spread`], from black to white.
fn unpacked(packed: &[u8], bits: u8, width: usize) -> Vec<u8> {
    let step = 255 / ((1_u16 << bits) - 1) as u8;
    spread(packed, bits, width)
        .into_iter()
        .map(|sample| sample * step)
        .collect()
}

fn from_inks(samples: &[u8]) -> Vec<u8> {
    let part = |ink: u8, key: u8| (u32::from(255 - ink) * u32::from(255 - key) / 255) as u8;
    samples
        .as_chunks::<4>()
        .0
        .iter()
        .flat_map(|[c, m, y, k]| [part(*c, *k), part(*m, *k), part(*y, *k)])
        .collect()
}

fn coloured(indices: &[u8], palette: &[u16]) -> Vec<u8> {
    let colours = palette.len() / 3;
    let part = |channel: usize, at: usize| {
        palette
            .get(channel * colours + at)
            .map_or(0, |part| (part >> 8) as u8)
    };
    indices
        .iter()
        .map(|at| usize::from(*at))
        .flat_map(|at| [part(0, at), part(1, at), part(2, at)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_beside_its_picture_shows_nothing() {
        // One pixel; the frame lies a thousand pixels to the right of it.
        let gif = |left: u16| {
            let head = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,";
            let tail = b"\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
            [&head[..], &left.to_le_bytes(), tail].concat()
        };
        let shown = |left| pixels(&gif(left), 0).map(|pixels| pixels.rgb);
        assert_eq!(shown(0), Ok(vec![0; 3]));
        assert_eq!(shown(1000), Ok(vec![255; 3]), "white paper");
    }
}
