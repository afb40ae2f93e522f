//! Where a box is going: a constant-velocity Kalman filter over four numbers per box.
//!
//! Initial, process and measurement noise are diagonal and the motion couples each axis only with its own velocity,
//! so the 8×8 covariance is four 2×2 blocks. Axes with the same noise have equal blocks for ever, which leaves two
//! to carry. This is exact, not an approximation: the matrix form gives the same numbers up to rounding.

use crate::CameraMotion;

/// Standard deviation of a position, as a share of the box's size.
const POSITION_WEIGHT: f64 = 1.0 / 20.0;
/// Standard deviation of a velocity, as a share of the box's size, per frame.
const VELOCITY_WEIGHT: f64 = 1.0 / 160.0;

/// What the axes are: the center x, y, then two for the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Aspect (width / height) and height; all noise in proportion to the height, that of the aspect fixed.
    AspectHeight,
    /// Width and height; noise of x and width in proportion to the width, of y and height to the height.
    WidthHeight,
}

impl Shape {
    /// Returns which of the two covariance blocks each axis uses.
    const fn blocks(self) -> [usize; 4] {
        match self {
            Self::AspectHeight => [0, 0, 1, 0],
            Self::WidthHeight => [0, 1, 0, 1],
        }
    }

    /// Returns the length in pixels that scales each block's noise; `None` for the aspect's, which is fixed.
    const fn lengths(self, position: &[f64; 4]) -> [Option<f64>; 2] {
        match self {
            Self::AspectHeight => [Some(position[3]), None],
            Self::WidthHeight => [Some(position[2]), Some(position[3])],
        }
    }

    fn measure(self, xyxy: &[f64; 4]) -> [f64; 4] {
        let (width, height) = (xyxy[2] - xyxy[0], xyxy[3] - xyxy[1]);
        let size = match self {
            Self::AspectHeight => width / height,
            Self::WidthHeight => width,
        };
        [xyxy[0] + width / 2.0, xyxy[1] + height / 2.0, size, height]
    }
}

/// Covariance of one axis and its velocity: a symmetric 2×2 matrix.
#[derive(Clone, Copy, Debug)]
struct Block {
    position: f64,
    cross: f64,
    velocity: f64,
}

/// The filter of one box.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kalman {
    shape: Shape,
    position: [f64; 4],
    velocity: [f64; 4],
    blocks: [Block; 2],
}

impl Kalman {
    /// Starts at a box x1, y1, x2, y2, finite and with positive sides, at rest.
    pub(crate) fn new(shape: Shape, xyxy: &[f64; 4]) -> Self {
        let position = shape.measure(xyxy);
        let blocks = shape.lengths(&position).map(|length| {
            let (position, velocity) = length.map_or((1e-2, 1e-5), |length| {
                (
                    2.0 * POSITION_WEIGHT * length,
                    10.0 * VELOCITY_WEIGHT * length,
                )
            });
            Block {
                position: position * position,
                cross: 0.0,
                velocity: velocity * velocity,
            }
        });
        Self {
            shape,
            position,
            velocity: [0.0; 4],
            blocks,
        }
    }

    /// Moves on by so many frames, 1 for the next one.
    pub(crate) fn predict(&mut self, step: f64) {
        let lengths = self.shape.lengths(&self.position);
        for (block, length) in self.blocks.iter_mut().zip(lengths) {
            let (position, velocity) = length.map_or((1e-2, 1e-5), |length| {
                (POSITION_WEIGHT * length, VELOCITY_WEIGHT * length)
            });
            // In this order a step of 1 gives what the published filter gives, bit for bit.
            block.position += step * block.cross
                + step * (block.cross + step * block.velocity)
                + step * (position * position);
            block.cross += step * block.velocity;
            block.velocity += step * (velocity * velocity);
        }
        for (position, velocity) in self.position.iter_mut().zip(self.velocity) {
            *position += step * velocity;
        }
    }

    /// Corrects the state with a box x1, y1, x2, y2, finite and with positive sides.
    pub(crate) fn update(&mut self, xyxy: &[f64; 4]) {
        let measured = self.shape.measure(xyxy);
        let lengths = self.shape.lengths(&self.position);
        let mut gains = [(0.0, 0.0); 2];
        for ((block, length), gain) in self.blocks.iter_mut().zip(lengths).zip(&mut gains) {
            let noise = length.map_or(1e-1, |length| POSITION_WEIGHT * length);
            let total = block.position + noise * noise;
            let (position, velocity) = (block.position / total, block.cross / total);
            block.position -= position * total * position;
            block.cross -= position * total * velocity;
            block.velocity -= velocity * total * velocity;
            *gain = (position, velocity);
        }
        for (axis, block) in self.shape.blocks().into_iter().enumerate() {
            let error = measured[axis] - self.position[axis];
            self.position[axis] += gains[block].0 * error;
            self.velocity[axis] += gains[block].1 * error;
        }
    }

    /// Stops the growth of an object that is not seen: a box must not swell or vanish on memory alone.
    pub(crate) fn freeze_size(&mut self) {
        self.velocity[3] = 0.0;
        if self.shape == Shape::WidthHeight {
            self.velocity[2] = 0.0;
        }
    }

    /// Follows the picture where the camera moved it.
    ///
    /// Means go exactly where the motion takes them, sizes grow by its scale, and covariances by the square of that:
    /// exact for shifts and uniform scale, and for turns as far as x and y are equally uncertain (`AspectHeight`).
    pub(crate) fn move_by(&mut self, motion: &CameraMotion) {
        let scale = motion.scale();
        let lengths = self.shape.lengths(&self.position);
        for (block, length) in self.blocks.iter_mut().zip(lengths) {
            if length.is_some() {
                block.position *= scale * scale;
                block.cross *= scale * scale;
                block.velocity *= scale * scale;
            }
        }
        let ([x, y, size, height], [vx, vy, grows, rises]) = (self.position, self.velocity);
        let wide = if self.shape == Shape::WidthHeight {
            scale
        } else {
            1.0
        };
        let ((x, y), (vx, vy)) = (motion.place(x, y), motion.velocity(vx, vy));
        self.position = [x, y, size * wide, height * scale];
        self.velocity = [vx, vy, grows * wide, rises * scale];
    }

    /// Follows a straight line from one box to another, seen in so many equal steps.
    pub(crate) fn walk(&mut self, from: &[f64; 4], to: &[f64; 4], steps: u64, step: f64) {
        for number in 1..=steps {
            let share = number as f64 / steps as f64;
            let mut between = *to;
            for (end, start) in between.iter_mut().zip(from) {
                *end = start * (1.0 - share) + *end * share;
            }
            self.predict(step);
            self.update(&between);
        }
    }

    /// Returns the box x1, y1, x2, y2 in pixels.
    pub(crate) fn xyxy(&self) -> [f64; 4] {
        let [x, y, size, height] = self.position;
        let width = match self.shape {
            Shape::AspectHeight => size * height,
            Shape::WidthHeight => size,
        };
        let (left, top) = (x - width / 2.0, y - height / 2.0);
        [left, top, width + left, height + top]
    }
}

#[cfg(test)]
mod tests {
    use super::{Kalman, Shape};

    const SHAPES: [Shape; 2] = [Shape::AspectHeight, Shape::WidthHeight];

    #[test]
    fn starts_on_the_box_and_stays() {
        for shape in SHAPES {
            let mut filter = Kalman::new(shape, &[10.0, 20.0, 50.0, 120.0]);
            filter.predict(1.0);
            for (found, expected) in filter.xyxy().iter().zip([10.0, 20.0, 50.0, 120.0]) {
                assert!((found - expected).abs() < 1e-12, "{shape:?}");
            }
        }
    }

    #[test]
    fn learns_a_steady_walk() {
        for shape in SHAPES {
            let mut filter = Kalman::new(shape, &[0.0, 0.0, 40.0, 100.0]);
            for step in 1..60 {
                let x = 3.0 * f64::from(step);
                filter.predict(1.0);
                filter.update(&[x, 0.0, x + 40.0, 100.0]);
            }
            filter.predict(1.0);
            assert!(
                (filter.xyxy()[0] - 180.0).abs() < 0.1,
                "{shape:?} {:?}",
                filter.xyxy()
            );
        }
    }

    #[test]
    fn frozen_size_holds_while_the_center_moves() {
        for shape in SHAPES {
            let mut filter = Kalman::new(shape, &[0.0, 0.0, 40.0, 100.0]);
            for step in 1..10 {
                let grow = 2.0 * f64::from(step);
                filter.predict(1.0);
                filter.update(&[grow, 0.0, 3.0 * grow + 40.0, 100.0 + grow]);
            }
            filter.freeze_size();
            let before = filter.xyxy();
            filter.predict(1.0);
            let after = filter.xyxy();
            assert!(((after[3] - after[1]) - (before[3] - before[1])).abs() < 1e-9);
            assert!(after[0] > before[0]);
        }
    }

    #[test]
    fn width_does_not_reach_the_vertical_axes() {
        let run = |grow: f64| {
            let mut filter = Kalman::new(Shape::WidthHeight, &[0.0, 0.0, 40.0, 100.0]);
            for step in 1..10 {
                let step = f64::from(step);
                filter.predict(1.0);
                filter.update(&[0.0, step, 40.0 + grow * step, 100.0 + 3.0 * step]);
            }
            filter.xyxy()
        };
        let (steady, growing) = (run(0.0), run(8.0));
        assert!(steady[2] < growing[2]);
        for edge in [1, 3] {
            assert!((steady[edge] - growing[edge]).abs() < 1e-12);
        }
    }
}
