//! A batch: the model's input for some frames, with the tags that say which frames they are.

use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use sightline_frames::{Placement, TensorMut, TensorSpec, TensorType};

use crate::pace::now;
use crate::stream::StreamEnd;

/// The memory of one or more images, as the model wants it.
#[derive(Debug)]
pub enum TensorBuffer {
    /// 32-bit floats.
    F32(Vec<f32>),
    /// Bytes.
    U8(Vec<u8>),
}

impl TensorBuffer {
    /// Returns a zeroed buffer for `images` images.
    pub(crate) fn new(spec: &TensorSpec, images: usize) -> Self {
        let len = spec.len() * images;
        match spec.dtype {
            TensorType::F32 => Self::F32(vec![0.0; len]),
            TensorType::U8 => Self::U8(vec![0; len]),
        }
    }

    /// Returns the whole buffer as a place to convert one image into.
    pub(crate) fn as_tensor_mut(&mut self) -> TensorMut<'_> {
        match self {
            Self::F32(values) => TensorMut::F32(values),
            Self::U8(values) => TensorMut::U8(values),
        }
    }

    fn extend(&mut self, other: &Self) {
        match (self, other) {
            (Self::F32(all), Self::F32(one)) => all.extend_from_slice(one),
            (Self::U8(all), Self::U8(one)) => all.extend_from_slice(one),
            (Self::F32(_), Self::U8(_)) | (Self::U8(_), Self::F32(_)) => {}
        }
    }
}

/// Which frame an image of a batch is.
#[derive(Clone, Debug)]
pub struct FrameTag {
    /// Number of the stream in the engine.
    pub stream: usize,
    /// Number of the frame in its source, from 0, frames that were not analyzed included.
    pub index: u64,
    /// Increases at each discontinuity of the source's clock.
    pub epoch: u32,
    /// Presentation time within the epoch, nanoseconds.
    pub pts_ns: i64,
    /// Time of day at which a camera took the picture, nanoseconds since 1970; `None` of a file.
    pub captured_at_ns: Option<i64>,
    /// Upright width in pixels.
    pub width: u32,
    /// Upright height in pixels.
    pub height: u32,
    /// Where the picture lies in the tensor.
    pub placement: Placement,
}

/// One frame, ready for the model.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) tag: FrameTag,
    pub(crate) tensor: TensorBuffer,
    /// Packed RGB of the whole picture, when the stream was asked to keep pictures.
    pub(crate) rgb: Option<Vec<u8>>,
    /// Since when it could have been taken.
    pub(crate) ready: Instant,
    /// Where the tensor goes when nobody needs it any more.
    pub(crate) recycle: Sender<TensorBuffer>,
}

/// Some frames on their way through the model. Dropping it gives its memory back to the streams.
#[derive(Debug)]
pub struct Batch {
    frames: Vec<Prepared>,
    /// All images one after another, where there are several.
    joined: Option<TensorBuffer>,
    pub(crate) ended: Vec<StreamEnd>,
    pub(crate) number: u64,
}

impl Batch {
    pub(crate) fn new(frames: Vec<Prepared>, ended: Vec<StreamEnd>, number: u64) -> Self {
        let joined = match frames.as_slice() {
            [] | [_] => None,
            [first, ..] => {
                let mut all = match first.tensor {
                    TensorBuffer::F32(_) => TensorBuffer::F32(Vec::new()),
                    TensorBuffer::U8(_) => TensorBuffer::U8(Vec::new()),
                };
                for frame in &frames {
                    all.extend(&frame.tensor);
                }
                Some(all)
            }
        };
        Self {
            frames,
            joined,
            ended,
            number,
        }
    }

    /// Returns the number of images.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Returns whether the batch holds no image, only news of streams that ended.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Returns the images, contiguous, in the order of [`Batch::tags`]; `None` where there are none.
    pub fn tensor(&self) -> Option<&TensorBuffer> {
        self.joined
            .as_ref()
            .or_else(|| self.frames.first().map(|frame| &frame.tensor))
    }

    /// Iterates over the frames' tags.
    pub fn tags(&self) -> impl ExactSizeIterator<Item = &FrameTag> {
        self.frames.iter().map(|frame| &frame.tag)
    }

    /// Returns for how long each frame has been decoded, or due where its source is paced.
    pub fn ages(&self) -> Vec<Duration> {
        let now = now();
        let since = |frame: &Prepared| now.saturating_duration_since(frame.ready);
        self.frames.iter().map(since).collect()
    }

    /// Returns the packed RGB of image `image`, if its stream keeps pictures.
    pub fn rgb(&self, image: usize) -> Option<&[u8]> {
        self.frames.get(image)?.rgb.as_deref()
    }

    /// Returns the streams that ended after these frames.
    pub fn ended(&self) -> &[StreamEnd] {
        &self.ended
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        for frame in self.frames.drain(..) {
            // A stream that has ended has no more use for its memory.
            let _ = frame.recycle.send(frame.tensor);
        }
    }
}
