//! The picture of a page, for recognition.
//!
//! Owns the drawing of what the interpreter says on a canvas. `hayro`, which draws more, brings a PNG encoder whose
//! features would build LanceDB anew; what recognition needs is dark marks on light paper: paths, letters and images
//! with their clips. Soft masks, blend modes and patterns, which make nothing legible, are left out: a pattern is drawn
//! as an even grey.

use cabinet_ocr::Picture;
use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, FillRule, Image, ImageData, ImageDrawProps,
    InterpreterCache, InterpreterSettings, LumaData, Paint as Ink, SoftMask, StrokeProps, interpret_page,
};
use std::rc::Rc;
use tiny_skia::{
    Color, FillRule as Rule, FilterQuality, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, Pixmap,
    PixmapPaint, PremultipliedColorU8, Stroke, Transform,
};

/// Dots an inch; a point is a 72nd of an inch.
const RESOLUTION: f32 = 200.0;
/// The longest side of a picture. A poster is drawn coarser.
const LONGEST: f32 = 4000.0;

/// Draws a page on white. May panic on damaged files; the caller catches. `None` for a page without size.
pub(super) fn picture<'a>(pdf: &'a Pdf, page: &Page<'a>, cache: &InterpreterCache<'a>) -> Option<Picture> {
    let (width, height) = page.render_dimensions();
    let scale = (RESOLUTION / 72.0).min(LONGEST / width.max(height));
    let side = |points: f32| ((points * scale).ceil() as u32).max(1);
    let mut pixmap = Pixmap::new(side(width), side(height))?;
    pixmap.fill(Color::WHITE);
    let area = Rect::new(0.0, 0.0, f64::from(pixmap.width()), f64::from(pixmap.height()));
    let turn = Affine::scale(f64::from(scale)) * Affine::new(page.initial_transform(true).as_coeffs());
    let mut context = Context::new(turn, area, cache, pdf.xref(), InterpreterSettings::default());
    let mut canvas = Canvas {
        pixmap,
        clips: Vec::new(),
    };
    interpret_page(page, &mut context, &mut canvas);
    let (width, height) = (canvas.pixmap.width() as usize, canvas.pixmap.height() as usize);
    let grey = canvas
        .pixmap
        .pixels()
        .iter()
        .map(|c| shade(c.red(), c.green(), c.blue()));
    Picture::new(width, height, grey.collect())
}

/// Brightness as the eye weighs it (ITU-R BT.601).
pub(crate) fn shade(red: u8, green: u8, blue: u8) -> u8 {
    let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    (sum / 1000) as u8
}

struct Canvas {
    pixmap: Pixmap,
    /// Each narrower than the one before; `None` where nothing is cut off.
    clips: Vec<Option<Rc<Mask>>>,
}

impl Canvas {
    fn clip(&self) -> Option<Rc<Mask>> {
        self.clips.last().cloned().flatten()
    }

    fn draw(&mut self, path: &Path, transform: Affine, ink: &Ink<'_>, mode: &DrawMode) {
        let (paint, transform, clip) = (paint(ink), matrix(transform), self.clip());
        let fill = |pixmap: &mut Pixmap, how: FillRule| {
            pixmap.fill_path(path, &paint, rule(how), transform, clip.as_deref());
        };
        let line = |pixmap: &mut Pixmap, how: &StrokeProps| {
            pixmap.stroke_path(path, &paint, &stroke(how), transform, clip.as_deref());
        };
        match mode {
            DrawMode::Fill(how) => fill(&mut self.pixmap, *how),
            DrawMode::Stroke(how) => line(&mut self.pixmap, how),
            DrawMode::FillAndStroke(inside, border) => {
                fill(&mut self.pixmap, *inside);
                line(&mut self.pixmap, border);
            }
            DrawMode::Invisible => {}
        }
    }

    /// Draws an image whose pixels are given as colour and cover.
    fn place(
        &mut self,
        (width, height): (u32, u32),
        pixel: impl Fn(usize) -> [u8; 4],
        factors: (f32, f32),
        transform: Affine,
    ) {
        let whole = transform * Affine::scale_non_uniform(f64::from(factors.0), f64::from(factors.1));
        let [a, b, c, d, ..] = whole.as_coeffs();
        // Fine scans are averaged down first: sampling alone would skip strokes.
        let step = |x: f64, y: f64, side: u32| ((1.0 / x.hypot(y).max(1e-6)) as u32).clamp(1, side.max(1));
        let (across, down) = (step(a, b, width), step(c, d, height));
        let Some(mut small) = Pixmap::new(width.div_ceil(across), height.div_ceil(down)) else {
            return;
        };
        let columns = small.width();
        for (at, out) in (0..).zip(small.pixels_mut()) {
            let (left, top) = (at % columns * across, at / columns * down);
            let (mut sums, mut cover, mut count) = ([0_u32; 3], 0_u32, 0_u32);
            for y in top..(top + down).min(height) {
                for x in left..(left + across).min(width) {
                    let [red, green, blue, alpha] = pixel(y as usize * width as usize + x as usize);
                    for (sum, part) in sums.iter_mut().zip([red, green, blue]) {
                        *sum += u32::from(part) * u32::from(alpha) / 255;
                    }
                    cover += u32::from(alpha);
                    count += 1;
                }
            }
            let [red, green, blue, alpha] =
                [sums[0], sums[1], sums[2], cover].map(|sum| (sum / count.max(1)) as u8);
            *out = PremultipliedColorU8::from_rgba(red.min(alpha), green.min(alpha), blue.min(alpha), alpha)
                .unwrap_or(PremultipliedColorU8::TRANSPARENT);
        }
        let paint = PixmapPaint {
            quality: FilterQuality::Bilinear,
            ..PixmapPaint::default()
        };
        let onto = whole * Affine::scale_non_uniform(f64::from(across), f64::from(down));
        let clip = self.clip();
        self.pixmap
            .draw_pixmap(0, 0, small.as_ref(), &paint, matrix(onto), clip.as_deref());
    }
}

impl<'a> Device<'a> for Canvas {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        if let Some(path) = outline(path) {
            self.draw(&path, props.transform, &props.paint, mode);
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        let before = self.clip();
        let narrower = outline(&clip.path).and_then(|path| {
            let mut mask = match &before {
                Some(mask) => (**mask).clone(),
                None => {
                    let mut mask = Mask::new(width, height)?;
                    mask.data_mut().fill(255);
                    mask
                }
            };
            mask.intersect_path(&path, rule(clip.fill), false, Transform::identity());
            Some(Rc::new(mask))
        });
        // An empty path would cut off everything; what it hides is not worth missing text.
        self.clips.push(narrower.or(before));
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        let whole = Rect::new(
            0.0,
            0.0,
            f64::from(self.pixmap.width()),
            f64::from(self.pixmap.height()),
        );
        if rect.contains_rect(whole) {
            let before = self.clip();
            self.clips.push(before);
        } else {
            let path = hayro_interpret::kurbo::Shape::to_path(rect, 0.1);
            self.push_clip_path(&ClipPath {
                path,
                fill: FillRule::NonZero,
            });
        }
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        for glyph in run.glyphs() {
            match &**glyph {
                Glyph::Outline(letter) => {
                    // Into the run's space, where the width of a stroke is meant.
                    if let Some(path) = outline(&(glyph.transform() * letter.outline())) {
                        self.draw(&path, props.transform, &props.paint, mode);
                    }
                }
                Glyph::Type3(letter) if !matches!(mode, DrawMode::Invisible) => {
                    letter.interpret(self, props.transform, glyph.transform(), &props.paint);
                }
                Glyph::Type3(_) => {}
            }
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        match image {
            Image::Stencil(stencil) => stencil.with_stencil(
                |cover, ink| {
                    let [red, green, blue, _] = colour(ink);
                    let alpha = |at: usize| cover.data.get(at).copied().unwrap_or(0);
                    self.place(
                        (cover.width, cover.height),
                        |at| [red, green, blue, alpha(at)],
                        cover.scale_factors,
                        props.transform,
                    );
                },
                None,
            ),
            Image::Raster(raster) => raster.with_rgba(
                |pixels, cover| {
                    let size = (pixels.width(), pixels.height());
                    let alpha = |at: usize| covering(cover.as_ref(), size, at);
                    let pixel = |at: usize| match &pixels {
                        ImageData::Rgb(data) => {
                            let part = |channel| data.data.get(3 * at + channel).copied().unwrap_or(255);
                            [part(0), part(1), part(2), alpha(at)]
                        }
                        ImageData::Luma(data) => {
                            let grey = data.data.get(at).copied().unwrap_or(255);
                            [grey, grey, grey, alpha(at)]
                        }
                    };
                    self.place(size, pixel, pixels.scale_factors(), props.transform);
                },
                None,
            ),
        }
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {}
}

/// How far an image's mask, which may have another size, lets a pixel through.
fn covering(mask: Option<&LumaData>, (width, height): (u32, u32), at: usize) -> u8 {
    let Some(mask) = mask else { return 255 };
    let (x, y) = (at % width as usize, at / width as usize);
    let (x, y) = (
        x * mask.width as usize / width as usize,
        y * mask.height as usize / height as usize,
    );
    mask.data.get(y * mask.width as usize + x).copied().unwrap_or(255)
}

fn colour(ink: &Ink<'_>) -> [u8; 4] {
    match ink {
        Ink::Color(colour) => colour.to_rgba().to_rgba8(),
        Ink::Pattern(_) => [200, 200, 200, 255],
    }
}

fn paint(ink: &Ink<'_>) -> Paint<'static> {
    let [red, green, blue, alpha] = colour(ink);
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, alpha);
    paint
}

fn matrix(transform: Affine) -> Transform {
    let [a, b, c, d, e, f] = transform.as_coeffs().map(|value| value as f32);
    Transform::from_row(a, b, c, d, e, f)
}

fn rule(how: FillRule) -> Rule {
    match how {
        FillRule::NonZero => Rule::Winding,
        FillRule::EvenOdd => Rule::EvenOdd,
    }
}

fn stroke(how: &StrokeProps) -> Stroke {
    use hayro_interpret::kurbo::{Cap, Join};
    Stroke {
        width: how.line_width,
        miter_limit: how.miter_limit,
        line_cap: match how.line_cap {
            Cap::Butt => LineCap::Butt,
            Cap::Square => LineCap::Square,
            Cap::Round => LineCap::Round,
        },
        line_join: match how.line_join {
            Join::Bevel => LineJoin::Bevel,
            Join::Miter => LineJoin::Miter,
            Join::Round => LineJoin::Round,
        },
        dash: None,
    }
}

/// `None` for a path without length or with places that are no numbers.
fn outline(path: &BezPath) -> Option<Path> {
    let mut out = PathBuilder::new();
    for element in path.elements() {
        match *element {
            PathEl::MoveTo(p) => out.move_to(p.x as f32, p.y as f32),
            PathEl::LineTo(p) => out.line_to(p.x as f32, p.y as f32),
            PathEl::QuadTo(a, p) => out.quad_to(a.x as f32, a.y as f32, p.x as f32, p.y as f32),
            PathEl::CurveTo(a, b, p) => out.cubic_to(
                a.x as f32, a.y as f32, b.x as f32, b.y as f32, p.x as f32, p.y as f32,
            ),
            PathEl::ClosePath => out.close(),
        }
    }
    out.finish()
}
