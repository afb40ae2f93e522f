//! Class numbers become confidences, for families that leave the last step to the reader.

use crate::candidates::{Candidates, argmax, below, real_classes, sigmoid};
use crate::{Activation, BackgroundClass, BoxUnit, DecoderSpec};

/// Reads rows of class numbers, one row a box.
#[derive(Debug)]
pub(crate) struct ClassReader {
    activation: Activation,
    background: BackgroundClass,
    /// A class number below this can't reach the confidence threshold.
    floor: f32,
}

impl ClassReader {
    pub(crate) fn new(spec: &DecoderSpec) -> Self {
        let threshold = spec.confidence;
        let floor = match spec.activation {
            Activation::Identity => threshold,
            // The logit of the threshold, less a little for rounding: `push` compares again.
            Activation::Sigmoid => (threshold / (1.0 - threshold)).ln() - 1e-3,
            Activation::Softmax => f32::NEG_INFINITY,
        };
        Self {
            activation: spec.activation,
            background: spec.background,
            floor,
        }
    }

    /// Adds a candidate for each wanted class with enough confidence; with a softmax only for the most probable one, as
    /// DETR does. The box is computed only if it is needed.
    pub(crate) fn push(
        &self,
        candidates: &mut Candidates,
        numbers: &[f32],
        xyxy: impl Fn() -> [f32; 4],
    ) {
        let real = real_classes(numbers, self.background);
        if self.activation == Activation::Softmax {
            let best = softmax_best(numbers, real).filter(|&(index, _)| candidates.wants(index));
            if let Some((index, probability)) = best {
                candidates.push(xyxy(), probability, index);
            }
            return;
        }
        for (index, &number) in real.iter().enumerate() {
            if below(number, self.floor) || !candidates.wants(index) {
                continue;
            }
            let confidence = if self.activation == Activation::Sigmoid {
                sigmoid(number)
            } else {
                number
            };
            candidates.push(xyxy(), confidence, index);
        }
    }
}

/// Returns the most probable real class and its share of the softmax over all `numbers`.
fn softmax_best(numbers: &[f32], real: &[f32]) -> Option<(usize, f32)> {
    let (_, top) = argmax(numbers.iter().copied())?;
    let (index, best) = argmax(real.iter().copied())?;
    let sum: f32 = numbers.iter().map(|number| (number - top).exp()).sum();
    Some((index, (best - top).exp() / sum))
}

/// Returns what takes x and y of the model's boxes to tensor pixels (or leaves them in source pixels).
pub(crate) fn pixels_from_unit(spec: &DecoderSpec) -> [f32; 2] {
    match spec.box_unit {
        BoxUnit::Normalized => [spec.input_width as f32, spec.input_height as f32],
        BoxUnit::InputPixels | BoxUnit::SourcePixels => [1.0, 1.0],
    }
}

/// Returns corners or center and size, each x and y times its factor.
pub(crate) fn scaled(numbers: [f32; 4], [of_x, of_y]: [f32; 2]) -> [f32; 4] {
    let [x, y, other_x, other_y] = numbers;
    [x * of_x, y * of_y, other_x * of_x, other_y * of_y]
}
