//! Boxes that passed the confidence threshold, before overlapping ones are removed.

use crate::spec::BackgroundClass;
use crate::{DecodeError, DecoderSpec, Detections, Family};

/// A score this far above 1 is no rounding of a half-precision model.
const SCORE_TOLERANCE: f32 = 0.01;

/// Collects a picture's candidates and knows which scores and classes are wanted at all.
#[derive(Debug)]
pub(crate) struct Candidates {
    /// The boxes, in the unit of the family's output (tensor pixels, or source pixels if it gives those).
    pub(crate) rows: Detections,
    /// Best class score of each anchor, for outputs that hold a class's scores side by side.
    pub(crate) best: Vec<f32>,
    family: Family,
    threshold: f32,
    class_offset: i32,
    /// Class ids to keep, as they come out; sorted.
    wanted_ids: Option<Vec<i32>>,
    /// The same as the model's class indices, those that it scores.
    wanted_indices: Option<Vec<usize>>,
    /// The greatest score above 1 in this picture.
    excess: Option<f32>,
}

impl Candidates {
    pub(crate) fn new(spec: &DecoderSpec) -> Self {
        let mut wanted_ids = spec.classes.clone();
        if let Some(ids) = &mut wanted_ids {
            ids.sort_unstable();
            ids.dedup();
        }
        let wanted_indices = wanted_ids.as_ref().map(|ids| {
            let indices = ids
                .iter()
                .filter_map(|id| id.checked_sub(spec.class_offset));
            let indices = indices.filter_map(|index| usize::try_from(index).ok());
            indices.filter(|&index| index < spec.num_classes).collect()
        });
        Self {
            rows: Detections::default(),
            best: Vec::new(),
            family: spec.family,
            threshold: spec.confidence,
            class_offset: spec.class_offset,
            wanted_ids,
            wanted_indices,
            excess: None,
        }
    }

    /// Forgets the last picture.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.excess = None;
    }

    /// Returns the confidence threshold.
    pub(crate) fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Returns whether detections of a class index of the model are wanted.
    pub(crate) fn wants(&self, index: usize) -> bool {
        self.wanted_indices
            .as_ref()
            .is_none_or(|indices| indices.binary_search(&index).is_ok())
    }

    /// Returns the most probable class and its confidence, if both are wanted.
    ///
    /// `confidence_of` turns a class score into a confidence and must not decrease. With a class filter the wanted
    /// scores are looked at first: mostly one number rather than eighty.
    pub(crate) fn best_class(
        &self,
        scores: &[f32],
        confidence_of: impl Fn(f32) -> f32,
    ) -> Option<(usize, f32)> {
        if let Some(indices) = &self.wanted_indices {
            let wanted = indices.iter().filter_map(|&index| scores.get(index));
            let best = wanted.fold(f32::NEG_INFINITY, |best, &score| greater(score, best));
            if below(confidence_of(best), self.threshold) {
                return None;
            }
        }
        let (index, score) = argmax(scores.iter().copied())?;
        let confidence = confidence_of(score);
        if below(confidence, self.threshold) || !self.wants(index) {
            return None;
        }
        Some((index, confidence))
    }

    /// Adds a box of a class the model scores, unless the box is empty, not finite, or its score below the threshold.
    pub(crate) fn push(&mut self, xyxy: [f32; 4], confidence: f32, index: usize) {
        if let Some(class_id) = i32::try_from(index)
            .ok()
            .and_then(|index| index.checked_add(self.class_offset))
        {
            self.push_id(xyxy, confidence, class_id);
        }
    }

    /// Adds a box whose class the model names by number; the class filter applies.
    pub(crate) fn push_named(&mut self, xyxy: [f32; 4], confidence: f32, class: f32) {
        if below(confidence, self.threshold) || below(class, -0.5) {
            return;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float cast saturates, and no model has that many classes"
        )]
        let class_id = (class.round() as i32).saturating_add(self.class_offset);
        if self
            .wanted_ids
            .as_ref()
            .is_none_or(|ids| ids.binary_search(&class_id).is_ok())
        {
            self.push_id(xyxy, confidence, class_id);
        }
    }

    fn push_id(&mut self, xyxy: [f32; 4], confidence: f32, class_id: i32) {
        if below(confidence, self.threshold) || class_id < 0 {
            return;
        }
        if confidence > 1.0 + SCORE_TOLERANCE {
            self.excess = Some(
                self.excess
                    .map_or(confidence, |excess| greater(excess, confidence)),
            );
            return;
        }
        let [x1, y1, x2, y2] = xyxy;
        if x1 < x2 && y1 < y2 && xyxy.iter().all(|corner| corner.is_finite()) {
            self.rows.push(xyxy, confidence.min(1.0), class_id);
        }
    }

    /// Fails if a score was too great to be a probability.
    pub(crate) fn checked(&self) -> Result<(), DecodeError> {
        match self.excess {
            Some(found) => Err(DecodeError::Score {
                family: self.family,
                found,
            }),
            None => Ok(()),
        }
    }
}

/// Returns whether a value is less than a bound; a NaN is.
pub(crate) fn below(value: f32, bound: f32) -> bool {
    !matches!(value.partial_cmp(&bound), Some(ordering) if ordering.is_ge())
}

/// Returns the greater of two values, the second if the first is NaN.
fn greater(value: f32, other: f32) -> f32 {
    if value > other { value } else { other }
}

/// Returns position and value of the greatest score, the first of equals; `None` if there is no number.
pub(crate) fn argmax(scores: impl Iterator<Item = f32>) -> Option<(usize, f32)> {
    let mut best = None;
    for (index, score) in scores.enumerate() {
        let leads = best.is_none_or(|(_, best)| score > best);
        if leads && !score.is_nan() {
            best = Some((index, score));
        }
    }
    best
}

/// Returns the corners of a box given by its center and size.
pub(crate) fn xyxy_from_cxcywh([cx, cy, width, height]: [f32; 4]) -> [f32; 4] {
    [
        cx - width / 2.0,
        cy - height / 2.0,
        cx + width / 2.0,
        cy + height / 2.0,
    ]
}

/// Returns the first four values of a row; the row has that many (callers checked the shape).
pub(crate) fn first_four(row: &[f32]) -> [f32; 4] {
    row.first_chunk().copied().unwrap_or([f32::NAN; 4])
}

/// Returns 1 / (1 + e^−x).
pub(crate) fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// The real classes among a row of class numbers.
pub(crate) fn real_classes(scores: &[f32], background: BackgroundClass) -> &[f32] {
    let real = match background {
        BackgroundClass::Absent => Some(scores),
        BackgroundClass::First => scores.get(1..),
        BackgroundClass::Last => scores.get(..scores.len().saturating_sub(1)),
    };
    real.unwrap_or_default()
}

/// How many numbers a model gives for its real classes and the background.
pub(crate) fn class_columns(spec: &DecoderSpec) -> usize {
    spec.num_classes + usize::from(spec.background != BackgroundClass::Absent)
}
