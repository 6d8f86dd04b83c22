//! Points, and the smallest rectangle around some of them.

use serde::{Deserialize, Serialize};

/// A place in a picture, in pixels to the right and downwards.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

impl Point {
    pub(crate) fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub(crate) fn towards(self, other: Self, share: f32) -> Self {
        Self::new(
            self.x + (other.x - self.x) * share,
            self.y + (other.y - self.y) * share,
        )
    }
}

/// Four corners of a rectangle that may be turned: upper left, upper right, lower right, lower left as its text is read.
pub type Quad = [Point; 4];

/// A rectangle that may be turned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turned {
    pub centre: Point,
    /// The direction of its width, of length 1.
    pub along: (f32, f32),
    pub width: f32,
    pub height: f32,
}

impl Turned {
    /// Its corners, with the width taken as the direction of reading.
    pub(crate) fn quad(&self) -> Quad {
        let (ax, ay) = (self.along.0 * self.width / 2.0, self.along.1 * self.width / 2.0);
        let (bx, by) = (
            -self.along.1 * self.height / 2.0,
            self.along.0 * self.height / 2.0,
        );
        let at =
            |a: f32, b: f32| Point::new(self.centre.x + a * ax + b * bx, self.centre.y + a * ay + b * by);
        [at(-1.0, -1.0), at(1.0, -1.0), at(1.0, 1.0), at(-1.0, 1.0)]
    }

    /// The same rectangle with its width to the right, as far as that can be said: turned by less than an eighth.
    pub(crate) fn levelled(self) -> Self {
        let (x, y) = self.along;
        if x.abs() >= y.abs() {
            let along = if x < 0.0 { (-x, -y) } else { (x, y) };
            Self { along, ..self }
        } else {
            let along = if y > 0.0 { (y, -x) } else { (-y, x) };
            Self {
                along,
                width: self.height,
                height: self.width,
                ..self
            }
        }
    }

    /// Larger by `by` on every side.
    pub(crate) fn grown(self, by: f32) -> Self {
        Self {
            width: self.width + 2.0 * by,
            height: self.height + 2.0 * by,
            ..self
        }
    }
}

/// The convex hull, counter-clockwise (Andrew's monotone chain, 1979).
fn hull(points: &mut [Point]) -> Vec<Point> {
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let turn = |o: Point, a: Point, b: Point| (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
    let mut hull: Vec<Point> = Vec::new();
    for forwards in [true, false] {
        let start = hull.len();
        let mut step = |point: Point| {
            while hull.len() >= start + 2 && turn(hull[hull.len() - 2], hull[hull.len() - 1], point) <= 0.0 {
                hull.pop();
            }
            hull.push(point);
        };
        if forwards {
            points.iter().copied().for_each(&mut step);
        } else {
            points.iter().rev().copied().for_each(&mut step);
        }
        hull.pop();
    }
    hull
}

/// The rectangle of least area around the points: one of its sides lies on a side of their hull (Freeman and Shapira,
/// 1975). `None` for no points.
pub(crate) fn least_rectangle(points: &mut [Point]) -> Option<Turned> {
    let first = *points.first()?;
    let hull = hull(points);
    let count = hull.len();
    let mut best: Option<(f32, Turned)> = None;
    for at in 0..count {
        let (from, to) = (hull[at], hull[(at + 1) % count]);
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = dx.hypot(dy);
        let (x, y) = if length > 0.0 {
            (dx / length, dy / length)
        } else {
            (1.0, 0.0)
        };
        let mut sides = [f32::MAX, f32::MIN, f32::MAX, f32::MIN];
        for point in &hull {
            let (a, b) = (point.x * x + point.y * y, point.y * x - point.x * y);
            sides = [sides[0].min(a), sides[1].max(a), sides[2].min(b), sides[3].max(b)];
        }
        let [a0, a1, b0, b1] = sides;
        let area = (a1 - a0) * (b1 - b0);
        if best.as_ref().is_none_or(|(least, _)| area < *least) {
            let (a, b) = ((a0 + a1) / 2.0, (b0 + b1) / 2.0);
            let rectangle = Turned {
                centre: Point::new(a * x - b * y, a * y + b * x),
                along: (x, y),
                width: a1 - a0,
                height: b1 - b0,
            };
            best = Some((area, rectangle));
        }
    }
    best.map(|(_, rectangle)| rectangle).or(Some(Turned {
        centre: first,
        along: (1.0, 0.0),
        width: 0.0,
        height: 0.0,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_rectangle_that_is_turned() {
        let angle = 0.2_f32;
        let (cos, sin) = (angle.cos(), angle.sin());
        let mut points = Vec::new();
        for a in 0..=40 {
            for b in 0..=8 {
                let (a, b) = (a as f32 - 20.0, b as f32 - 4.0);
                points.push(Point::new(100.0 + a * cos - b * sin, 50.0 + a * sin + b * cos));
            }
        }
        let found = least_rectangle(&mut points).unwrap().levelled();
        assert!(
            (found.width - 40.0).abs() < 0.1 && (found.height - 8.0).abs() < 0.1,
            "{found:?}"
        );
        assert!((found.along.1 - sin).abs() < 0.01, "{found:?}");
        assert!((found.centre.x - 100.0).abs() < 0.1 && (found.centre.y - 50.0).abs() < 0.1);
    }

    #[test]
    fn a_single_point_is_a_rectangle_without_size() {
        let found = least_rectangle(&mut [Point::new(3.0, 4.0)]).unwrap();
        assert_eq!((found.width, found.height), (0.0, 0.0));
        assert!(least_rectangle(&mut []).is_none());
    }

    #[test]
    fn a_standing_rectangle_is_levelled_to_read_to_the_right() {
        let standing = Turned {
            centre: Point::new(0.0, 0.0),
            along: (0.0, 1.0),
            width: 10.0,
            height: 2.0,
        };
        let level = standing.levelled();
        assert_eq!((level.width, level.height, level.along), (2.0, 10.0, (1.0, 0.0)));
    }
}
