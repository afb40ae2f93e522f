//! A make-believe camera: shapes over texture, with noise.

pub(crate) const WIDTH: usize = 400;
pub(crate) const HEIGHT: usize = 256;

/// A small generator, so that every run sees the same noise.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// Returns 0…1.
    pub(crate) fn next(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }
}

/// A box with its luma; round ones are the ellipse within.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) xyxy: [f32; 4],
    pub(crate) luma: f32,
    pub(crate) round: bool,
}

impl Shape {
    /// Draws the pixels whose centers are inside.
    pub(crate) fn draw(&self, picture: &mut [f32]) {
        let [x1, y1, x2, y2] = self.xyxy;
        for (y, row) in picture.chunks_exact_mut(WIDTH).enumerate() {
            let v = (2.0 * y as f32 + 1.0 - y1 - y2) / (y2 - y1);
            if v.abs() > 1.0 {
                continue;
            }
            for (x, pixel) in row.iter_mut().enumerate() {
                let u = (2.0 * x as f32 + 1.0 - x1 - x2) / (x2 - x1);
                let inside = if self.round {
                    u * u + v * v <= 1.0
                } else {
                    u.abs() <= 1.0
                };
                if inside {
                    *pixel = self.luma;
                }
            }
        }
    }
}

pub(crate) struct Camera {
    numbers: Numbers,
    pub(crate) texture: Vec<f32>,
    /// Noise of −1…1, long enough for a frame to start anywhere in its first part.
    noise: Vec<f32>,
    /// Half the range of the noise of each pixel, in luma levels.
    amplitude: f32,
    /// What the light adds.
    pub(crate) light: f32,
    picture: Vec<f32>,
    luma: Vec<u8>,
}

impl Camera {
    pub(crate) fn new(amplitude: f32) -> Self {
        let mut numbers = Numbers(1);
        let striped = |index: usize| {
            if (index / 37).is_multiple_of(2) {
                107.0
            } else {
                95.0
            }
        };
        let texture = (0..WIDTH * HEIGHT)
            .map(|index| striped(index) + 30.0 * numbers.next())
            .collect();
        let noise = (0..2 * WIDTH * HEIGHT)
            .map(|_| 2.0 * numbers.next() - 1.0)
            .collect();
        let (picture, luma) = (Vec::new(), vec![0; WIDTH * HEIGHT]);
        Self {
            numbers,
            texture,
            noise,
            amplitude,
            light: 0.0,
            picture,
            luma,
        }
    }

    pub(crate) fn frame(&mut self, shapes: &[Shape]) -> &[u8] {
        self.picture.clone_from(&self.texture);
        for shape in shapes {
            shape.draw(&mut self.picture);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 1"
        )]
        let start = (self.numbers.next() * (WIDTH * HEIGHT) as f32) as usize;
        let noise = &self.noise[start..];
        for ((luma, pixel), noise) in self.luma.iter_mut().zip(&self.picture).zip(noise) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a float cast saturates"
            )]
            let byte = (pixel + self.light + self.amplitude * noise).round() as u8;
            *luma = byte;
        }
        &self.luma
    }
}
