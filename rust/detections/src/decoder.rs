//! From a model's output tensors to the detections of one picture.

use sightline_frames::Placement;

use crate::candidates::Candidates;
use crate::families::{detr, end_to_end, fastestdet, nanodet, ssd, yolov5, yolov8, yolox};
use crate::outputs::{OutputView, Outputs};
use crate::{BoxUnit, DecodeError, DecoderSpec, Detections, Family, NonMaxSuppression};

/// Turns a model's output tensors into detections, one picture of a batch at a time.
///
/// A decoder holds only scratch memory: the same outputs give the same detections, whatever came before. Once it has
/// seen its busiest picture it allocates no more.
#[derive(Debug)]
pub struct Decoder {
    spec: DecoderSpec,
    candidates: Candidates,
    suppression: NonMaxSuppression,
}

impl Decoder {
    /// Makes a decoder for one model.
    ///
    /// # Errors
    /// [`DecodeError::Setting`] if a field of the specification is out of its range.
    pub fn new(spec: DecoderSpec) -> Result<Self, DecodeError> {
        spec.validate()?;
        let candidates = Candidates::new(&spec);
        Ok(Self {
            spec,
            candidates,
            suppression: NonMaxSuppression::new(),
        })
    }

    /// Returns what the decoder was made from.
    pub fn spec(&self) -> &DecoderSpec {
        &self.spec
    }

    /// Replaces `out` by the detections of picture `image` of the batch, most confident first.
    ///
    /// `placement` is how that picture lies in the model's input tensor. Boxes come out in source pixels, neither
    /// rounded nor clipped. Empty boxes and those with a number that isn't finite are dropped. The order of `outputs`
    /// is the model's; each [`Family`] says which it reads.
    ///
    /// # Errors
    /// Fails if the outputs' number, shapes or lengths are not the family's, if the batch has no such picture, or if a
    /// score is no probability; `out` is then empty.
    pub fn decode(
        &mut self,
        outputs: &[OutputView<'_>],
        image: usize,
        placement: &Placement,
        out: &mut Detections,
    ) -> Result<(), DecodeError> {
        out.clear();
        self.candidates.clear();
        let outputs = Outputs {
            family: self.spec.family,
            views: outputs,
            image,
        };
        self.collect(&outputs)?;
        self.candidates.checked()?;
        let in_source = self.gives_source_pixels();
        let rows = &self.candidates.rows;
        let overlapping = self.leaves_overlaps(outputs.views.len());
        let kept = if overlapping {
            self.suppression
                .suppress(rows, self.spec.nms_iou, self.spec.max_detections)
        } else {
            self.suppression.rank(rows, self.spec.max_detections)
        };
        for &row in kept {
            let xyxy = rows.xyxy[row];
            let xyxy = if in_source {
                xyxy
            } else {
                placement.source_from_tensor(xyxy)
            };
            if xyxy.iter().all(|corner| corner.is_finite()) {
                out.push(xyxy, rows.confidence[row], rows.class_id[row]);
            }
        }
        Ok(())
    }

    fn collect(&mut self, outputs: &Outputs<'_>) -> Result<(), DecodeError> {
        let (spec, candidates) = (&self.spec, &mut self.candidates);
        match spec.family {
            Family::Yolox => yolox::collect(spec, outputs, candidates),
            Family::YoloV5 => yolov5::collect(spec, outputs, candidates),
            Family::YoloV8 => yolov8::collect(spec, outputs, candidates),
            Family::Detr => detr::collect(spec, outputs, candidates),
            Family::EndToEnd => end_to_end::collect(spec, outputs, candidates),
            Family::Ssd => ssd::collect(spec, outputs, candidates),
            Family::NanoDet => nanodet::collect(spec, outputs, candidates),
            Family::FastestDet => fastestdet::collect(spec, outputs, candidates),
        }
    }

    /// Returns whether a model with this many outputs gives several boxes for one object.
    fn leaves_overlaps(&self, outputs: usize) -> bool {
        match self.spec.family {
            Family::Detr | Family::EndToEnd => false,
            Family::Ssd => outputs == 2,
            _ => true,
        }
    }

    fn gives_source_pixels(&self) -> bool {
        let chooses = matches!(
            self.spec.family,
            Family::Detr | Family::EndToEnd | Family::Ssd
        );
        chooses && self.spec.box_unit == BoxUnit::SourcePixels
    }
}
