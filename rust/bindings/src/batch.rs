//! Frames on their way through the model, as Python sees them.

use std::sync::atomic::{AtomicBool, Ordering};

use numpy::ndarray::{ArrayView4, ShapeBuilder};
use numpy::{IntoPyArray, PyArray3, PyArray4, PyArrayMethods};
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sightline_engine as core;

use crate::frames::{Placement, tensor_shape};
use crate::video::dict_from_stats;

/// Some frames on their way through the model.
#[pyclass(frozen, module = "sightline._core")]
pub(crate) struct Batch {
    pub(crate) inner: core::Batch,
    shape: [usize; 4],
    advanced: AtomicBool,
}

impl Batch {
    pub(crate) fn new(inner: core::Batch, tensor: &sightline_frames::TensorSpec) -> Self {
        Self {
            shape: tensor_shape(tensor, inner.len()),
            inner,
            advanced: AtomicBool::new(false),
        }
    }

    /// Takes note that it is advanced, which happens once.
    pub(crate) fn advance_once(&self) -> PyResult<()> {
        if self.advanced.swap(true, Ordering::Relaxed) {
            return Err(PyValueError::new_err("the batch was advanced already"));
        }
        Ok(())
    }

    fn column<T>(&self, of: impl Fn(&core::FrameTag) -> T) -> Vec<T> {
        self.inner.tags().map(of).collect()
    }
}

#[pymethods]
impl Batch {
    fn __len__(&self) -> usize {
        self.inner.len()
    }

    /// (images, channels, height, width), float32 or uint8: a view of the batch's memory, not a copy.
    #[getter]
    fn tensor<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyAny> {
        let batch = slf.get();
        match batch.inner.tensor() {
            Some(core::TensorBuffer::F32(values)) => borrowed(slf, values),
            Some(core::TensorBuffer::U8(values)) => borrowed(slf, values),
            None => PyArray4::<f32>::zeros(slf.py(), batch.shape, false).into_any(),
        }
    }

    #[getter]
    fn streams(&self) -> Vec<usize> {
        self.column(|tag| tag.stream)
    }

    #[getter]
    fn indices(&self) -> Vec<u64> {
        self.column(|tag| tag.index)
    }

    #[getter]
    fn epochs(&self) -> Vec<u32> {
        self.column(|tag| tag.epoch)
    }

    #[getter]
    fn pts_ns(&self) -> Vec<i64> {
        self.column(|tag| tag.pts_ns)
    }

    /// Time of day at which a camera took each picture, nanoseconds since 1970; None of a file.
    #[getter]
    fn captured_at_ns(&self) -> Vec<Option<i64>> {
        self.column(|tag| tag.captured_at_ns)
    }

    #[getter]
    fn sizes_px(&self) -> Vec<(u32, u32)> {
        self.column(|tag| (tag.width, tag.height))
    }

    /// For how long each frame has been decoded (or due, of a paced file) by now, seconds.
    fn ages_s(&self) -> Vec<f64> {
        let ages = self.inner.ages();
        ages.iter().map(std::time::Duration::as_secs_f64).collect()
    }

    #[getter]
    fn placements(&self) -> Vec<Placement> {
        self.column(|tag| Placement(tag.placement))
    }

    /// The picture of an image, uint8 (height, width, 3) RGB, if its stream keeps pictures.
    fn picture<'py>(
        &self,
        py: Python<'py>,
        image: usize,
    ) -> PyResult<Option<Bound<'py, PyArray3<u8>>>> {
        let tag = self.inner.tags().nth(image);
        let tag = tag.ok_or_else(|| PyIndexError::new_err(format!("no image {image}")))?;
        self.inner
            .rgb(image)
            .map(|rgb| {
                let shape = [tag.height as usize, tag.width as usize, 3];
                rgb.to_vec().into_pyarray(py).reshape(shape)
            })
            .transpose()
    }

    /// Streams that ended after these frames, as dicts.
    #[getter]
    fn ended<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        self.inner
            .ended()
            .iter()
            .map(|end| {
                let dict = dict_from_stats(py, &end.stats)?;
                dict.set_item("frames_dropped", end.connection.frames_dropped)?;
                dict.set_item("stream", end.stream)?;
                dict.set_item("error", &end.error)?;
                Ok(dict)
            })
            .collect()
    }
}

/// Returns a read-only array over the batch's memory, which keeps the batch alive.
fn borrowed<'py, T: numpy::Element>(batch: &Bound<'py, Batch>, values: &[T]) -> Bound<'py, PyAny> {
    let view = ArrayView4::from_shape(batch.get().shape.into_shape_with_order(), values);
    let Ok(view) = view else {
        return PyArray4::<T>::zeros(batch.py(), batch.get().shape, false).into_any();
    };
    #[allow(
        unsafe_code,
        reason = "a copy of every input tensor would cost as much as filling it"
    )]
    // SAFETY: the memory belongs to `batch`, which is frozen: nothing moves or frees it before the batch is dropped,
    // and the array holds a reference to the batch. The array is made read-only, so nobody writes through it.
    let array = unsafe { PyArray4::borrow_from_array(&view, batch.clone().into_any()) };
    array.readwrite().make_nonwriteable();
    array.into_any()
}
