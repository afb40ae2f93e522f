//! What a decoder must know about a model.

use std::fmt;

use crate::DecodeError;

/// Which kind of head a model has: how its output numbers turn into boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// One output `[B, A, 5+C]`: grid offsets, log sizes, objectness and class scores; needs NMS.
    Yolox,
    /// `YOLOv5` and v7: one output `[B, A, 5+C]`: center and size in input pixels, objectness, class scores; needs NMS.
    YoloV5,
    /// `YOLOv8`, v9 and 11: one output `[B, 4+C, A]` or `[B, A, 4+C]`: center and size in input pixels, class scores, no
    /// objectness; needs NMS.
    YoloV8,
    /// DETR, RT-DETR, D-FINE, RF-DETR: two outputs, boxes `[B, Q, 4]` and logits `[B, Q, C]`; or three, already picked
    /// out: labels `[B, Q]`, boxes `[B, Q, 4]`, scores `[B, Q]`. No NMS.
    Detr,
    /// NMS is in the model: `[B, N, 6]` (x1, y1, x2, y2, score, class), `[N, 7]` (image, x1, y1, x2, y2, class,
    /// score), or the four outputs count, boxes, scores, classes of `TensorRT`'s NMS plug-ins.
    EndToEnd,
    /// Boxes `[B, N, 4]` and class scores `[B, N, C]`, in either order, with NMS to do; or three or four outputs boxes,
    /// classes, scores and count as TensorFlow's detection models give them, with NMS done.
    Ssd,
    /// One output `[B, A, C + 4·(reg_max+1)]`: class scores and a distribution for each side's distance; needs NMS.
    NanoDet,
    /// One output `[B, 5+C, H, W]`: one box for each cell of one grid; needs NMS.
    FastestDet,
}

impl fmt::Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Yolox => "YOLOX",
            Self::YoloV5 => "YOLOv5",
            Self::YoloV8 => "YOLOv8",
            Self::Detr => "DETR",
            Self::EndToEnd => "end-to-end",
            Self::Ssd => "SSD",
            Self::NanoDet => "NanoDet",
            Self::FastestDet => "FastestDet",
        })
    }
}

/// What the model leaves to do between its class numbers and probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// Nothing: they are probabilities.
    Identity,
    /// A sigmoid for each class (focal loss).
    Sigmoid,
    /// A softmax over the classes, the background class included.
    Softmax,
}

/// Where a model that scores "nothing here" as a class puts that class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BackgroundClass {
    /// There is none.
    Absent,
    /// Before the real classes, as in SSD.
    First,
    /// After the real classes, as in DETR.
    Last,
}

/// What a model's box coordinates count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BoxUnit {
    /// Shares of the model's input width and height, 0…1.
    Normalized,
    /// Pixels of the model's input tensor.
    InputPixels,
    /// Pixels of the source picture: the model was told its size.
    SourcePixels,
}

/// What a [`Decoder`](crate::Decoder) must know about a model. [`DecoderSpec::new`] fills in what is usual for a family.
#[derive(Clone, Debug, PartialEq)]
pub struct DecoderSpec {
    /// The model's family.
    pub family: Family,
    /// Width of the model's input tensor in pixels, at least 1.
    pub input_width: u32,
    /// Height of the model's input tensor in pixels, at least 1.
    pub input_height: u32,
    /// Classes that the model scores, at least 1, the background class not counted. May be 0 where the output names each
    /// box's class: [`Family::EndToEnd`], and [`Family::Detr`] and [`Family::Ssd`] with more than two outputs.
    pub num_classes: usize,
    /// Least confidence of a detection, 0…1.
    pub confidence: f32,
    /// Two boxes of one class that overlap by more than this intersection over union, 0…1, are the same object.
    pub nms_iou: f32,
    /// Class ids to keep, as they come out (after [`DecoderSpec::class_offset`]); `None` keeps all.
    pub classes: Option<Vec<i32>>,
    /// Most detections in a frame, at least 1; the most confident ones stay.
    pub max_detections: usize,
    /// Added to the model's class index; what ends below 0 is dropped. −1 makes person class 0 in models that count
    /// COCO's 91 categories from 1 (RF-DETR, TensorFlow).
    pub class_offset: i32,
    /// YOLOX: whether grid and exponential are already applied inside the model.
    pub decoded: bool,
    /// YOLOX, `NanoDet`: the levels' strides in input pixels. Empty: 8, 16, 32 or 8, 16, 32, 64, whichever fits the
    /// number of anchors.
    pub strides: Vec<u32>,
    /// `NanoDet`: index of the last bin of a side's distribution.
    pub reg_max: usize,
    /// `NanoDet`: where in its cell an anchor lies, in strides from the corner. `None`: 0.5 with three levels (`NanoDet`),
    /// 0 with four (`NanoDet-Plus`), as the two were trained.
    pub anchor_offset: Option<f32>,
    /// DETR with two outputs, SSD with two outputs: what is left to do to the class numbers.
    pub activation: Activation,
    /// DETR with two outputs, SSD with two outputs: where the background class is.
    pub background: BackgroundClass,
    /// DETR, SSD, end-to-end: what the box coordinates count.
    pub box_unit: BoxUnit,
    /// SSD: center x, center y, width and height of each anchor in [`DecoderSpec::box_unit`]; empty if the boxes come
    /// decoded. See [`grid_priors`](crate::grid_priors).
    pub priors: Vec<[f32; 4]>,
    /// SSD with priors: what center and size were divided by in training.
    pub variances: [f32; 2],
}

impl DecoderSpec {
    /// Returns the usual specification for a family: confidence 0.4, `IoU` 0.45, every class, at most 300 detections.
    pub fn new(family: Family, input_width: u32, input_height: u32, num_classes: usize) -> Self {
        Self {
            family,
            input_width,
            input_height,
            num_classes,
            confidence: 0.4,
            nms_iou: 0.45,
            classes: None,
            max_detections: 300,
            class_offset: 0,
            decoded: false,
            strides: Vec::new(),
            reg_max: 7,
            anchor_offset: None,
            activation: match family {
                Family::Detr => Activation::Sigmoid,
                _ => Activation::Identity,
            },
            background: match family {
                Family::Ssd => BackgroundClass::First,
                _ => BackgroundClass::Absent,
            },
            box_unit: match family {
                Family::Detr | Family::Ssd => BoxUnit::Normalized,
                _ => BoxUnit::InputPixels,
            },
            priors: Vec::new(),
            variances: [0.1, 0.2],
        }
    }

    /// Checks every field's range.
    ///
    /// # Errors
    /// [`DecodeError::Setting`] names the first field that is out of range.
    pub fn validate(&self) -> Result<(), DecodeError> {
        let side = 1..=MAX_INPUT_SIDE;
        check(
            "input_width",
            side.contains(&self.input_width),
            "1 to 65536",
            self.input_width,
        )?;
        check(
            "input_height",
            side.contains(&self.input_height),
            "1 to 65536",
            self.input_height,
        )?;
        let least = match self.family {
            Family::Detr | Family::EndToEnd | Family::Ssd => 0,
            _ => 1,
        };
        let classes = (least..=MAX_CLASSES).contains(&self.num_classes);
        check("num_classes", classes, "1 to 65536", self.num_classes)?;
        check(
            "confidence",
            in_unit(self.confidence),
            "0 to 1",
            self.confidence,
        )?;
        check("nms_iou", in_unit(self.nms_iou), "0 to 1", self.nms_iou)?;
        check(
            "max_detections",
            self.max_detections >= 1,
            "at least 1",
            self.max_detections,
        )?;
        let bins = self.reg_max < MAX_BINS;
        check("reg_max", bins, "less than 64", self.reg_max)?;
        let strides = self.strides.iter().all(|stride| side.contains(stride));
        check(
            "strides",
            strides,
            "each 1 to 65536",
            format!("{:?}", self.strides),
        )?;
        let offset = self.anchor_offset.is_none_or(f32::is_finite);
        check(
            "anchor_offset",
            offset,
            "a finite number",
            format!("{:?}", self.anchor_offset),
        )?;
        let variances = self
            .variances
            .iter()
            .all(|variance| variance.is_finite() && *variance > 0.0);
        check(
            "variances",
            variances,
            "each above 0",
            format!("{:?}", self.variances),
        )
    }
}

/// Far above any detector's input, and small enough that products of two sides stay far from overflow.
const MAX_INPUT_SIDE: u32 = 1 << 16;
const MAX_CLASSES: usize = 1 << 16;
/// More than any published head has (8 to 33).
pub(crate) const MAX_BINS: usize = 64;

fn in_unit(value: f32) -> bool {
    (0.0..=1.0).contains(&value)
}

fn check(
    field: &'static str,
    holds: bool,
    expected: &str,
    found: impl fmt::Display,
) -> Result<(), DecodeError> {
    if holds {
        return Ok(());
    }
    Err(DecodeError::Setting {
        field,
        expected: expected.to_owned(),
        found: found.to_string(),
    })
}
