//! Decoding of raw model output.

use std::sync::Mutex;

use numpy::ndarray::Dimension;
use numpy::{
    Element, IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray, PyReadonlyArrayDyn,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sightline_detections as core;

use crate::detach::{detached, lock};
use crate::frames::Placement;

/// Columns as numpy arrays: xyxy (N, 4) float32, confidence (N,) float32, `class_id` (N,) int32.
pub(crate) type Columns<'py> = (
    Bound<'py, PyArray2<f32>>,
    Bound<'py, PyArray1<f32>>,
    Bound<'py, PyArray1<i32>>,
);

/// Moves detections into numpy arrays.
pub(crate) fn columns_from_detections(
    py: Python<'_>,
    detections: core::Detections,
) -> PyResult<Columns<'_>> {
    let rows = detections.len();
    let xyxy = detections.xyxy.into_flattened().into_pyarray(py);
    Ok((
        xyxy.reshape([rows, 4])?,
        detections.confidence.into_pyarray(py),
        detections.class_id.into_pyarray(py),
    ))
}

/// Borrows an array's numbers unless they are in another order than that of rows, or apart.
///
/// `as_slice` alone takes an array in column order too, as it lies.
pub(crate) fn in_row_order<'a, T: Element, D: Dimension>(
    array: &'a PyReadonlyArray<'_, T, D>,
) -> Option<&'a [T]> {
    array.as_slice().ok().filter(|_| array.is_c_contiguous())
}

/// Borrows the model's outputs as views; each must be a C-contiguous float32 array.
pub(crate) fn views<'a>(
    outputs: &'a [PyReadonlyArrayDyn<'_, f32>],
) -> PyResult<Vec<core::OutputView<'a>>> {
    outputs
        .iter()
        .enumerate()
        .map(|(position, output)| {
            let data = in_row_order(output).ok_or_else(|| {
                PyTypeError::new_err(format!(
                    "outputs[{position}]: expected a C-contiguous float32 array; pass numpy.ascontiguousarray(output)"
                ))
            })?;
            Ok(core::OutputView {
                shape: output.shape(),
                data,
            })
        })
        .collect()
}

/// Turns a model's raw outputs into detections.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct Decoder(pub(crate) Mutex<core::Decoder>);

#[pymethods]
impl Decoder {
    #[new]
    #[pyo3(signature = (*, family, input_width, input_height, num_classes, confidence=0.25, nms_iou=0.45, classes=None, max_detections=300, options=None))]
    #[allow(clippy::too_many_arguments, reason = "keyword-only in Python")]
    fn new(
        family: &str,
        input_width: u32,
        input_height: u32,
        num_classes: usize,
        confidence: f32,
        nms_iou: f32,
        classes: Option<Vec<i32>>,
        max_detections: usize,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let family = family_from_name(family)?;
        let mut spec = core::DecoderSpec {
            confidence,
            nms_iou,
            classes,
            max_detections,
            ..core::DecoderSpec::new(family, input_width, input_height, num_classes)
        };
        for (name, value) in options.into_iter().flatten() {
            set_option(&mut spec, &name.extract::<String>()?, &value)?;
        }
        core::Decoder::new(spec)
            .map(|decoder| Self(Mutex::new(decoder)))
            .map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Returns one image's xyxy (N, 4), confidence (N,) and `class_id` (N,).
    fn decode<'py>(
        &self,
        py: Python<'py>,
        outputs: Vec<PyReadonlyArrayDyn<'py, f32>>,
        image: usize,
        placement: &Placement,
    ) -> PyResult<Columns<'py>> {
        let outputs = views(&outputs)?;
        let found = detached(py, || {
            let mut found = core::Detections::default();
            lock(&self.0)
                .decode(&outputs, image, &placement.0, &mut found)
                .map(|()| found)
        })?;
        columns_from_detections(py, found)
    }
}

fn family_from_name(name: &str) -> PyResult<core::Family> {
    Ok(match name {
        "yolox" => core::Family::Yolox,
        "yolov5" => core::Family::YoloV5,
        "yolov8" => core::Family::YoloV8,
        "detr" => core::Family::Detr,
        "end_to_end" => core::Family::EndToEnd,
        "ssd" => core::Family::Ssd,
        "nanodet" => core::Family::NanoDet,
        "fastestdet" => core::Family::FastestDet,
        other => {
            let allowed = "yolox, yolov5, yolov8, detr, end_to_end, ssd, nanodet or fastestdet";
            return Err(expected("family", allowed, other));
        }
    })
}

fn set_option(spec: &mut core::DecoderSpec, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    match name {
        "class_offset" => spec.class_offset = value.extract()?,
        "decoded" => spec.decoded = value.extract()?,
        "strides" => spec.strides = value.extract()?,
        "reg_max" => spec.reg_max = value.extract()?,
        "anchor_offset" => spec.anchor_offset = value.extract()?,
        "priors" => spec.priors = value.extract()?,
        "variances" => spec.variances = value.extract()?,
        "activation" => {
            spec.activation = match value.extract::<String>()?.as_str() {
                "identity" => core::Activation::Identity,
                "sigmoid" => core::Activation::Sigmoid,
                "softmax" => core::Activation::Softmax,
                other => return Err(expected(name, "identity, sigmoid or softmax", other)),
            };
        }
        "background" => {
            spec.background = match value.extract::<String>()?.as_str() {
                "absent" => core::BackgroundClass::Absent,
                "first" => core::BackgroundClass::First,
                "last" => core::BackgroundClass::Last,
                other => return Err(expected(name, "absent, first or last", other)),
            };
        }
        "box_unit" => {
            spec.box_unit = match value.extract::<String>()?.as_str() {
                "normalized" => core::BoxUnit::Normalized,
                "input_pixels" => core::BoxUnit::InputPixels,
                "source_pixels" => core::BoxUnit::SourcePixels,
                other => {
                    return Err(expected(
                        name,
                        "normalized, input_pixels or source_pixels",
                        other,
                    ));
                }
            };
        }
        other => {
            let allowed = "class_offset, decoded, strides, reg_max, anchor_offset, priors, variances, activation, \
                           background or box_unit";
            return Err(expected("options", allowed, other));
        }
    }
    Ok(())
}

fn expected(field: &str, allowed: &str, found: &str) -> PyErr {
    PyValueError::new_err(format!("{field}: expected {allowed}, found {found:?}"))
}
