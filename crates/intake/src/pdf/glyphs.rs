//! The letters drawn on a page and where they stand.
//!
//! Owns the conversation with the PDF interpreter. Draws nothing: images and paths are only counted,
//! so that a page without letters can be told from a blank one. Every glyph is turned into a frame in
//! which its text runs to the right and lines follow downwards, whatever way it stands on the page.

use hayro_interpret::font::{Glyph as Drawn, GlyphRun, PositionedGlyph};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect, Vec2};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};

/// More than any real page holds; what a bomb draws beyond is not kept.
const MOST_GLYPHS: usize = 1_000_000;

/// A way text can stand on the page; lines of different ways never join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Way {
    /// As one reads.
    Upright,
    /// Turned by a quarter, a half and three quarters.
    Turned(u8),
    /// Set from top to bottom, as Chinese and Japanese may be.
    Vertical,
}

/// One glyph.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    /// What it says; more than one character for ligatures, a blank for spaces.
    pub text: String,
    /// Start of the glyph on its base line.
    pub x: f64,
    /// The base line, counted downwards.
    pub y: f64,
    /// How far the pen moves.
    pub width: f64,
    /// The font size as seen on the page.
    pub size: f64,
    pub way: Way,
}

/// What a page holds.
#[derive(Default)]
pub(super) struct Drawing {
    pub glyphs: Vec<Glyph>,
    /// Glyphs whose font does not say which letter they show.
    pub unmapped: usize,
    /// Images and painted paths.
    pub pictures: usize,
    /// The share of the page that its largest image covers.
    pub pictured: f64,
}

/// Interprets one page. May panic on damaged files; the caller catches.
pub(super) fn draw<'a>(pdf: &'a Pdf, page: &Page<'a>, cache: &InterpreterCache<'a>) -> Drawing {
    let (width, height) = page.render_dimensions();
    let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let turn = Affine::new(page.initial_transform(true).as_coeffs());
    let mut context = Context::new(turn, area, cache, pdf.xref(), InterpreterSettings::default());
    let mut sink = Sink {
        visible: area.inflate(0.02 * area.width() + 1.0, 0.02 * area.height() + 1.0),
        drawing: Drawing::default(),
    };
    interpret_page(page, &mut context, &mut sink);
    sink.drawing
}

struct Sink {
    visible: Rect,
    drawing: Drawing,
}

impl Sink {
    fn place(&mut self, glyph: &PositionedGlyph<'_>, transform: Affine, even: bool, vertical: bool) {
        let placed = transform * glyph.transform();
        let origin = placed * Point::ZERO;
        let [ax, ay, bx, by, ..] = placed.as_coeffs();
        let (along, up) = (Vec2::new(ax, ay), Vec2::new(bx, by));
        let size = up.hypot() * 1000.0;
        let advance = f64::from(
            match &**glyph {
                Drawn::Outline(glyph) => glyph.advance_width(),
                Drawn::Type3(glyph) => glyph.advance_width(),
            }
            .unwrap_or(500.0),
        );
        let width = if vertical {
            size
        } else {
            advance * if even { along.hypot() } else { up.hypot() }
        };
        let sane = size.is_finite() && width.is_finite() && size > 0.01 && self.visible.contains(origin);
        if !sane || self.drawing.glyphs.len() >= MOST_GLYPHS {
            return;
        }
        let way = if vertical { Way::Vertical } else { way(along) };
        let (x, y) = match way {
            Way::Upright => (origin.x, origin.y),
            Way::Turned(1) | Way::Vertical => (origin.y, -origin.x),
            Way::Turned(2) => (-origin.x, -origin.y),
            Way::Turned(_) => (-origin.y, origin.x),
        };
        let text = match glyph.as_unicode() {
            Some(BfString::Char(c)) => c.to_string(),
            Some(BfString::String(text)) => text,
            None => '\u{fffd}'.to_string(),
        };
        // Private code points say no more than none at all.
        let unmapped = text
            .chars()
            .all(|c| matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..));
        self.drawing.unmapped += usize::from(unmapped);
        self.drawing.glyphs.push(Glyph {
            text,
            x,
            y,
            width,
            size,
            way,
        });
    }
}

/// The nearest quarter turn.
fn way(along: Vec2) -> Way {
    let quarters = (along.y.atan2(along.x) / std::f64::consts::FRAC_PI_2).round();
    match quarters.rem_euclid(4.0) as u8 {
        0 => Way::Upright,
        turn => Way::Turned(turn),
    }
}

/// Whether every glyph of a run is stretched alike. Glyphs of a font that stands in for a missing one
/// are each stretched to the width the file asks for; the widths then already say what is needed.
fn stretched_evenly(run: &GlyphRun<'_, '_>) -> bool {
    let mut ratios = run.glyphs().iter().map(|glyph| {
        let [ax, ay, bx, by, ..] = glyph.transform().as_coeffs();
        ax.hypot(ay) / bx.hypot(by).max(1e-9)
    });
    let first = ratios.next().unwrap_or(1.0);
    ratios.all(|ratio| (ratio - first).abs() < 0.01)
}

impl Device<'_> for Sink {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {
        self.drawing.pictures += 1;
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        let even = stretched_evenly(run);
        let vertical = run.writing_mode() == WritingMode::Vertical;
        for glyph in run.glyphs() {
            self.place(glyph, props.transform, even, vertical);
        }
    }

    fn draw_image(&mut self, image: Image<'_, '_>, props: ImageDrawProps<'_>) {
        self.drawing.pictures += 1;
        let whole = Rect::new(0.0, 0.0, f64::from(image.width()), f64::from(image.height()));
        let covered = props.transform.transform_rect_bbox(whole).intersect(self.visible);
        let share = covered.area() / self.visible.area().max(1.0);
        self.drawing.pictured = self.drawing.pictured.max(share);
    }

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
