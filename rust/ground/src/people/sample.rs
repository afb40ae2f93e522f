//! Boxes of whole, standing people, few enough to keep, spread over the picture.

/// Strips of the picture from top to bottom, each of which keeps its own boxes.
const STRIPS: usize = 32;
/// Most boxes of a strip.
const MOST: usize = 128;
/// A box nearer to the border than this may be cut, pixels.
const BORDER_PX: f64 = 2.0;
/// Height to width of a standing person's box.
const STANDING: std::ops::RangeInclusive<f64> = 1.4..=6.0;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) id: u64,
    /// Rows, pixels.
    pub(crate) feet: f64,
    pub(crate) head: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct Samples {
    size: (f64, f64),
    strips: Vec<Strip>,
}

#[derive(Clone, Debug)]
struct Strip {
    kept: Vec<Sample>,
    /// Every so manieth box is kept.
    stride: u64,
    seen: u64,
}

impl Samples {
    pub(crate) fn new((width, height): (u32, u32)) -> Self {
        let strip = Strip {
            kept: Vec::new(),
            stride: 1,
            seen: 0,
        };
        Self {
            size: (f64::from(width), f64::from(height)),
            strips: vec![strip; STRIPS],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.strips.iter().map(|strip| strip.kept.len()).sum()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Sample> {
        self.strips.iter().flat_map(|strip| &strip.kept)
    }

    pub(crate) fn add(&mut self, id: u64, [x1, y1, x2, y2]: [f64; 4]) {
        let (width, height) = self.size;
        let whole =
            x1 > BORDER_PX && y1 > BORDER_PX && x2 < width - BORDER_PX && y2 < height - BORDER_PX;
        if !whole || !STANDING.contains(&((y2 - y1) / (x2 - x1))) {
            return;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "inside the picture, so from 0 to the number of strips"
        )]
        let strip = (y2 / height * STRIPS as f64) as usize;
        self.strips[strip.min(STRIPS - 1)].add(Sample {
            id,
            feet: y2,
            head: y1,
        });
    }
}

impl Strip {
    /// Keeps every `stride`-th box; when there are too many, every other of them, and from then on half as many.
    fn add(&mut self, sample: Sample) {
        if self.seen.is_multiple_of(self.stride) {
            if self.kept.len() == MOST {
                let mut odd = false;
                self.kept.retain(|_| {
                    odd = !odd;
                    odd
                });
                self.stride *= 2;
            }
            self.kept.push(sample);
        }
        self.seen += 1;
    }
}
