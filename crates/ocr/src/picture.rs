//! The picture of a page, in shades of grey.
//!
//! Text is told from its ground by brightness; one channel is a third of the memory of three.

use crate::geometry::Quad;

/// A picture, row by row from the top, 0 black to 255 white.
#[derive(Clone)]
pub struct Picture {
    width: usize,
    height: usize,
    grey: Vec<u8>,
}

impl Picture {
    /// A picture from its pixels; `None` if they are not `width` times `height` or there are none.
    pub fn new(width: usize, height: usize, grey: Vec<u8>) -> Option<Self> {
        (!grey.is_empty() && width.checked_mul(height) == Some(grey.len())).then_some(Self {
            width,
            height,
            grey,
        })
    }

    /// Pixels from left to right.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels from top to bottom.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The pixels.
    pub fn grey(&self) -> &[u8] {
        &self.grey
    }

    /// Turned clockwise by so many quarters.
    pub fn turned(&self, quarters: u8) -> Self {
        let (w, h) = (self.width, self.height);
        let place: &dyn Fn(usize, usize) -> usize = match quarters % 4 {
            0 => return self.clone(),
            1 => &|x, y| (h - 1 - x) * w + y,
            2 => &|x, y| (h - 1 - y) * w + (w - 1 - x),
            _ => &|x, y| x * w + (w - 1 - y),
        };
        let (width, height) = if quarters % 2 == 1 { (h, w) } else { (w, h) };
        let mut grey = Vec::with_capacity(self.grey.len());
        for y in 0..height {
            grey.extend((0..width).map(|x| self.grey[place(x, y)]));
        }
        Self { width, height, grey }
    }

    /// Brought to another size; each new pixel is the mean of what it covers.
    pub(crate) fn resized(&self, width: usize, height: usize) -> Self {
        let whole: Quad = [
            (0, 0),
            (self.width, 0),
            (self.width, self.height),
            (0, self.height),
        ]
        .map(|(x, y)| crate::Point::new(x as f32, y as f32));
        Self {
            width,
            height,
            grey: self.cut_out(&whole, width, height),
        }
    }

    /// What lies in a quadrilateral, straightened and brought to a size.
    pub(crate) fn cut_out(&self, quad: &Quad, width: usize, height: usize) -> Vec<u8> {
        let [a, b, _, d] = *quad;
        let (ux, uy) = ((b.x - a.x) / width as f32, (b.y - a.y) / width as f32);
        let (vx, vy) = ((d.x - a.x) / height as f32, (d.y - a.y) / height as f32);
        // As many samples each way as source pixels lie in one new pixel, so that thin strokes are not skipped.
        let samples = |x: f32, y: f32| (x.hypot(y).ceil().max(1.0) as usize).min(8);
        let (across, down) = (samples(ux, uy), samples(vx, vy));
        let mut out = Vec::with_capacity(width * height);
        for row in 0..height {
            for column in 0..width {
                let mut sum = 0.0;
                for j in 0..down {
                    let v = row as f32 + (j as f32 + 0.5) / down as f32;
                    for i in 0..across {
                        let u = column as f32 + (i as f32 + 0.5) / across as f32;
                        sum += self.at(a.x + u * ux + v * vx - 0.5, a.y + u * uy + v * vy - 0.5);
                    }
                }
                out.push((sum / (across * down) as f32 + 0.5) as u8);
            }
        }
        out
    }

    /// Between the four nearest pixels; the border goes on outside.
    fn at(&self, x: f32, y: f32) -> f32 {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (fx, fy) = (x - left as f32, y - top as f32);
        let pixel = |x: usize, y: usize| f32::from(self.grey[y * self.width + x]);
        let upper = pixel(left, top) * (1.0 - fx) + pixel(right, top) * fx;
        let lower = pixel(left, bottom) * (1.0 - fx) + pixel(right, bottom) * fx;
        upper * (1.0 - fy) + lower * fy
    }
}

// Without the pixels: a page is not to be printed.
impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_quarters_are_a_whole() {
        let picture = Picture::new(3, 2, vec![1, 2, 3, 4, 5, 6]).unwrap();
        let once = picture.turned(1);
        assert_eq!(
            (once.width(), once.height(), once.grey()),
            (2, 3, &[4, 1, 5, 2, 6, 3][..])
        );
        assert_eq!(picture.turned(2).grey(), [6, 5, 4, 3, 2, 1]);
        assert_eq!(once.turned(1).grey(), picture.turned(2).grey());
        assert_eq!(once.turned(2).grey(), picture.turned(3).grey());
        assert_eq!(once.turned(3).grey(), picture.grey());
    }

    #[test]
    fn a_smaller_picture_keeps_thin_strokes() {
        let mut grey = vec![255; 64 * 64];
        for y in 0..64 {
            grey[y * 64 + 31] = 0;
        }
        let small = Picture::new(64, 64, grey).unwrap().resized(16, 16);
        assert!(small.grey()[7] < 210, "{:?}", &small.grey()[..16]);
        assert_eq!(small.grey()[0], 255);
    }

    #[test]
    fn rejects_pixels_of_another_size() {
        assert!(Picture::new(2, 2, vec![0; 3]).is_none());
        assert!(Picture::new(0, 0, vec![]).is_none());
        assert!(Picture::new(usize::MAX, 2, vec![0]).is_none());
    }
}
