//! Invented scans, drawn in memory.

use crate::{fixtures, pdf};
use hayro_interpret::hayro_syntax::Pdf;
use std::fmt::Write as _;
use std::io::Cursor;
use std::sync::Arc;
use tiff::encoder::{TiffEncoder, colortype::Gray8};

/// A sheet of paper as a scanner sees it, in shades of grey, row by row.
#[derive(Clone)]
pub struct Sheet {
    width: usize,
    height: usize,
    grey: Vec<u8>,
}

/// A sheet with lines of text at 200 dots an inch; one that begins with `# ` is set larger.
pub fn sheet(text: &str) -> Sheet {
    let pdf = Pdf::new(Arc::new(fixtures::pdf(&[text]))).expect("a built PDF can be opened");
    let drawn = pdf::picture(&pdf, 1).expect("a built page can be drawn");
    Sheet {
        width: drawn.width(),
        height: drawn.height(),
        grey: drawn.grey().to_vec(),
    }
}

/// A sheet of noise, as a fax gives that lost its line.
pub fn noise() -> Sheet {
    let (width, height) = (800, 1000);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut grey = Vec::with_capacity(width * height);
    for _ in 0..width * height {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        grey.push((state >> 32) as u8);
    }
    Sheet { width, height, grey }
}

impl Sheet {
    /// Turned clockwise about its middle by so many degrees, white at the corners; whole quarters change its sides.
    #[must_use]
    pub fn turned(&self, degrees: f32) -> Self {
        let quarters = (degrees / 90.0).round();
        let odd = quarters as i32 % 2 != 0;
        let (width, height) = if odd {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        };
        let (sin, cos) = (-degrees.to_radians()).sin_cos();
        let middle = |side: usize| side as f32 / 2.0 - 0.5;
        let mut grey = Vec::with_capacity(self.grey.len());
        for y in 0..height {
            for x in 0..width {
                let (dx, dy) = (x as f32 - middle(width), y as f32 - middle(height));
                let (sx, sy) = (
                    (dx * cos - dy * sin + middle(self.width)).round(),
                    (dx * sin + dy * cos + middle(self.height)).round(),
                );
                let inside = sx >= 0.0 && sy >= 0.0 && sx < self.width as f32 && sy < self.height as f32;
                grey.push(if inside {
                    self.grey[sy as usize * self.width + sx as usize]
                } else {
                    255
                });
            }
        }
        Self { width, height, grey }
    }
}

/// A PDF whose pages are texts, or sheets as a scanner puts them there.
pub fn scanned_pdf(pages: &[Result<&str, Sheet>]) -> Vec<u8> {
    scanned_pdf_with(pages, &[])
}

/// The same with these annotations on every page, each the inside of a dictionary.
pub fn scanned_pdf_with(pages: &[Result<&str, Sheet>], annotations: &[&str]) -> Vec<u8> {
    let annotations: String = annotations
        .iter()
        .map(|inside| format!("<< /Type /Annot /Rect [60 700 200 720] {inside} >> "))
        .collect();
    let mut objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        Vec::new(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
    ];
    let stream = |head: &str, data: &[u8]| {
        let mut object = format!("<< {head} /Length {} >>\nstream\n", data.len()).into_bytes();
        object.extend(data);
        object.extend(b"\nendstream");
        object
    };
    let mut kids = String::new();
    for page in pages {
        let (content, sides) = match page {
            Ok(text) => {
                let mut content = String::from("BT /F1 11 Tf 72 760 Td 15 TL");
                for line in text.lines() {
                    let _ = write!(content, " ({line}) Tj T*");
                }
                (content + " ET", (595.0, 842.0))
            }
            Err(sheet) => {
                let head = format!(
                    "/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8 /Width {} /Height {}",
                    sheet.width, sheet.height
                );
                objects.push(stream(&head, &sheet.grey));
                let sides = (sheet.width as f32 * 0.36, sheet.height as f32 * 0.36);
                (
                    format!("{} 0 0 {} 0 0 cm /I{} Do", sides.0, sides.1, objects.len()),
                    sides,
                )
            }
        };
        let image = objects.len();
        objects.push(stream("", content.as_bytes()));
        let contents = objects.len();
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {} {}] /Contents {contents} 0 R \
                 /Annots [{annotations}] /Resources << /Font << /F1 3 0 R >> /XObject << /I{image} {image} 0 R >> >> >>",
                sides.0, sides.1
            )
            .into_bytes(),
        );
        let _ = write!(kids, "{} 0 R ", objects.len());
    }
    objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len()).into_bytes();
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(file.len());
        file.extend(format!("{number} 0 obj\n").bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let start = file.len();
    let mut tail = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        let _ = writeln!(tail, "{place:010} 00000 n ");
    }
    let size = objects.len() + 1;
    let _ = write!(
        tail,
        "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.extend(tail.bytes());
    file
}

/// A TIFF file with a picture for each sheet.
pub fn tiff(sheets: &[Sheet]) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).expect("memory can be written");
    for sheet in sheets {
        let side = |side: usize| u32::try_from(side).expect("sheets are small");
        encoder
            .write_image::<Gray8>(side(sheet.width), side(sheet.height), &sheet.grey)
            .expect("memory can be written");
    }
    file.into_inner()
}

/// A PNG file that says it has these sides; its rows are those of the sheet, uncompressed (RFC 1950, RFC 1951).
pub fn png_of_size(sheet: &Sheet, width: u32, height: u32) -> Vec<u8> {
    let mut rows = Vec::with_capacity(sheet.grey.len() + sheet.height);
    for row in sheet.grey.chunks(sheet.width) {
        rows.push(0);
        rows.extend(row);
    }
    let mut packed = vec![0x78, 0x01];
    let mut pieces = rows.chunks(0xffff).peekable();
    while let Some(piece) = pieces.next() {
        packed.push(u8::from(pieces.peek().is_none()));
        let length = u16::try_from(piece.len()).expect("pieces are short");
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(piece);
    }
    let (a, b) = rows.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    packed.extend((b << 16 | a).to_be_bytes());
    let mut head = [width.to_be_bytes(), height.to_be_bytes()].concat();
    head.extend([8, 0, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", &head), (b"IDAT", &packed), (b"IEND", &Vec::new())] {
        file.extend(u32::try_from(data.len()).expect("sheets are small").to_be_bytes());
        let covered = [name.as_slice(), data].concat();
        file.extend(&covered);
        let sum = covered.iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
            })
        });
        file.extend((!sum).to_be_bytes());
    }
    file
}

/// A PNG file.
pub fn png(sheet: &Sheet) -> Vec<u8> {
    let side = |side: usize| u32::try_from(side).expect("sheets are small");
    png_of_size(sheet, side(sheet.width), side(sheet.height))
}

/// A WebP file without loss.
pub fn webp(sheet: &Sheet) -> Vec<u8> {
    let side = |side: usize| u32::try_from(side).expect("sheets are small");
    let mut file = Vec::new();
    image_webp::WebPEncoder::new(&mut file)
        .encode(
            &sheet.grey,
            side(sheet.width),
            side(sheet.height),
            image_webp::ColorType::L8,
        )
        .expect("memory can be written");
    file
}

/// A GIF file whose picture stands `margin` pixels from the left and upper edge of its canvas; the canvas shows through.
pub fn gif(sheet: &Sheet, margin: u16) -> Vec<u8> {
    let side = |side: usize| u16::try_from(side).expect("sheets are small");
    let palette: Vec<u8> = (0..=255).flat_map(|grey| [grey; 3]).collect();
    let (width, height) = (side(sheet.width), side(sheet.height));
    let mut file = Vec::new();
    let mut encoder =
        gif::Encoder::new(&mut file, width + margin, height + margin, &palette).expect("a head");
    let mut frame = gif::Frame::from_indexed_pixels(width, height, sheet.grey.clone(), None);
    (frame.left, frame.top) = (margin, margin);
    encoder.write_frame(&frame).expect("memory can be written");
    drop(encoder);
    file
}

/// The head of a JPEG file that says it has these sides, and nothing of its picture.
pub fn jpeg_head(width: u16, height: u16) -> Vec<u8> {
    let mut file =
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x0b\x08".to_vec();
    file.extend(height.to_be_bytes());
    file.extend(width.to_be_bytes());
    file.extend(b"\x01\x01\x11\x00");
    file
}
