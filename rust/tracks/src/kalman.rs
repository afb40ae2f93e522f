//! Where a box is going: a constant-velocity Kalman filter over four numbers per box.
//!
//! Initial, process and measurement noise are diagonal and the motion couples each axis only with its own velocity,
//! so the 8×8 covariance is four 2×2 blocks. Axes with the same noise have equal blocks for ever, which leaves two
//! to carry. This is exact, not an approximation: the matrix form gives the same numbers up to rounding.

use crate::CameraMotion;

/// What the axes are: the center x, y, then two for the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Aspect (width / height) and height; all noise in proportion to the height, that of the aspect fixed.
    AspectHeight,
    /// Width and height; all noise in proportion to the geometric mean of both, that of the size apart from that of
    /// the place: people change their way, not their size.
    WidthHeight,
}

/// Standard deviations of one covariance block, as shares of its length.
#[derive(Clone, Copy, Debug)]
struct Noise {
    first_position: f64,
    first_velocity: f64,
    /// What one step adds.
    position: f64,
    velocity: f64,
    /// Of a detection.
    measured: f64,
}

/// The published filter's: a twentieth of the height for a place, a 160th for a velocity per frame.
const PUBLISHED: Noise = Noise {
    first_position: 2.0 * (1.0 / 20.0),
    first_velocity: 10.0 * (1.0 / 160.0),
    position: 1.0 / 20.0,
    velocity: 1.0 / 160.0,
    measured: 1.0 / 20.0,
};
/// The published filter's for the aspect, whatever its length.
const PUBLISHED_ASPECT: Noise = Noise {
    first_position: 1e-2,
    first_velocity: 1e-5,
    position: 1e-2,
    velocity: 1e-5,
    measured: 1e-1,
};

/// Of a place, for steps of a thirtieth of a second. These two and the settings of the default
/// [`ByteTrackSpec`](crate::ByteTrackSpec) were found together by a random search over recorded and simulated scenes of
/// 3 to 30 frames a second; `python -m benches crowds` scores them on others.
const PLACE: Noise = Noise {
    first_position: 0.12,
    first_velocity: 0.045,
    position: 0.021,
    velocity: 0.0027,
    measured: 0.05,
};
/// Of a size, likewise.
const SIZE: Noise = Noise {
    first_position: 0.12,
    first_velocity: 0.001,
    position: 0.025,
    velocity: 0.00025,
    measured: 0.05,
};

impl Shape {
    /// Returns which of the two covariance blocks each axis uses.
    const fn blocks(self) -> [usize; 4] {
        match self {
            Self::AspectHeight => [0, 0, 1, 0],
            Self::WidthHeight => [0, 0, 1, 1],
        }
    }

    /// Returns each block's noise.
    const fn noise(self) -> [Noise; 2] {
        match self {
            Self::AspectHeight => [PUBLISHED, PUBLISHED_ASPECT],
            Self::WidthHeight => [PLACE, SIZE],
        }
    }

    /// Returns the length in pixels that scales each block's noise; 1 for the aspect's, which is fixed.
    fn lengths(self, position: &[f64; 4]) -> [f64; 2] {
        match self {
            Self::AspectHeight => [position[3], 1.0],
            Self::WidthHeight => [(position[2].max(1.0) * position[3].max(1.0)).sqrt(); 2],
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
        let lengths = shape.lengths(&position);
        let blocks = [0, 1].map(|block| {
            let (noise, length) = (shape.noise()[block], lengths[block]);
            let position = noise.first_position * length;
            let velocity = noise.first_velocity * length;
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

    /// Moves on by so many steps, 1 for the next frame at the rate that the noise is made for.
    pub(crate) fn predict(&mut self, step: f64) {
        let lengths = self.shape.lengths(&self.position);
        let noise = self.shape.noise();
        for ((block, noise), length) in self.blocks.iter_mut().zip(noise).zip(lengths) {
            let (position, velocity) = (noise.position * length, noise.velocity * length);
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

    /// Corrects the state with a box x1, y1, x2, y2, finite and with positive sides, whose errors are `spread` times as
    /// large as usual.
    pub(crate) fn update(&mut self, xyxy: &[f64; 4], spread: f64) {
        let measured = self.shape.measure(xyxy);
        let lengths = self.shape.lengths(&self.position);
        let noise = self.shape.noise();
        let mut gains = [(0.0, 0.0); 2];
        let blocks = self.blocks.iter_mut().zip(noise).zip(lengths);
        for (((block, noise), length), gain) in blocks.zip(&mut gains) {
            let noise = noise.measured * length * spread;
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

    /// Returns the standard deviation of the center, pixels.
    pub(crate) fn deviation(&self) -> f64 {
        self.blocks[0].position.max(0.0).sqrt()
    }

    /// Lets an object that is not seen keep only a share of its velocity.
    pub(crate) fn slow_down(&mut self, share: f64) {
        for velocity in &mut self.velocity[..2] {
            *velocity *= share;
        }
        self.blocks[0].cross *= share;
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
    /// exact for shifts, turns and uniform scale, since x and y are equally uncertain.
    pub(crate) fn move_by(&mut self, motion: &CameraMotion) {
        let scale = motion.scale();
        let scaled = match self.shape {
            Shape::AspectHeight => &mut self.blocks[..1],
            Shape::WidthHeight => &mut self.blocks[..],
        };
        for block in scaled {
            block.position *= scale * scale;
            block.cross *= scale * scale;
            block.velocity *= scale * scale;
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
    pub(crate) fn walk(
        &mut self,
        from: &[f64; 4],
        to: &[f64; 4],
        steps: u64,
        (step, spread): (f64, f64),
    ) {
        for number in 1..=steps {
            let share = number as f64 / steps as f64;
            let mut between = *to;
            for (end, start) in between.iter_mut().zip(from) {
                *end = start * (1.0 - share) + *end * share;
            }
            self.predict(step);
            self.update(&between, spread);
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
                filter.update(&[x, 0.0, x + 40.0, 100.0], 1.0);
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
                filter.update(&[grow, 0.0, 3.0 * grow + 40.0, 100.0 + grow], 1.0);
            }
            filter.freeze_size();
            let before = filter.xyxy();
            filter.predict(1.0);
            let after = filter.xyxy();
            assert!(((after[3] - after[1]) - (before[3] - before[1])).abs() < 1e-9);
            assert!(after[0] > before[0]);
        }
    }

    /// Shows a walk of 3 px a frame to the right, then one box 10 px farther.
    fn surprised(spread: f64) -> Kalman {
        let mut filter = Kalman::new(Shape::WidthHeight, &[0.0, 0.0, 40.0, 100.0]);
        for step in 1..30 {
            let x = 3.0 * f64::from(step);
            filter.predict(1.0);
            filter.update(&[x, 0.0, x + 40.0, 100.0], 1.0);
        }
        filter.predict(1.0);
        filter.update(&[100.0, 0.0, 140.0, 100.0], spread);
        filter
    }

    #[test]
    fn a_wider_spread_is_followed_less() {
        let [left, far_left] = [1.0, 2.0].map(|spread| surprised(spread).xyxy()[0]);
        assert!(90.0 < far_left && far_left < left && left < 100.0);
    }

    #[test]
    fn uncertainty_grows_with_time_and_shrinks_with_sightings() {
        let mut filter = surprised(1.0);
        let seen = filter.deviation();
        filter.predict(1.0);
        let soon = filter.deviation();
        filter.predict(20.0);
        assert!(seen < soon && 3.0 * soon < filter.deviation());
        filter.update(&[180.0, 0.0, 220.0, 100.0], 1.0);
        assert!(filter.deviation() < 1.5 * soon);
    }

    #[test]
    fn who_slows_down_goes_a_share_of_the_way() {
        let (mut fast, mut slow) = (surprised(1.0), surprised(1.0));
        let start = fast.xyxy()[0];
        slow.slow_down(0.25);
        for filter in [&mut fast, &mut slow] {
            filter.predict(4.0);
        }
        assert!((slow.xyxy()[0] - start - 0.25 * (fast.xyxy()[0] - start)).abs() < 1e-9);
    }
}
