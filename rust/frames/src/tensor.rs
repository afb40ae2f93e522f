//! What a model wants as input.

use crate::{FrameError, Placement};

/// The channels of a tensor, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channels {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// Luma alone, 0 black, 255 white.
    Luma,
}

/// How a picture is made to fit a tensor of another shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fit {
    /// Aspect kept, picture at the top left, padding at the right or bottom; sizes rounded down, as YOLOX does.
    LetterboxTopLeft,
    /// Aspect kept, picture in the middle; sizes rounded, as YOLOv5 and its successors do.
    LetterboxCenter,
    /// Aspect not kept, no padding.
    Stretch,
}

/// The type of a tensor's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TensorType {
    /// 32-bit floats.
    F32,
    /// Bytes, rounded.
    U8,
}

impl TensorType {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::U8 => "u8",
        }
    }
}

/// What a model wants as input for one image: channels × height × width values of (c − mean) / std.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorSpec {
    /// Width in pixels, 1…65,536.
    pub width: u32,
    /// Height in pixels, 1…65,536.
    pub height: u32,
    /// The channels, in order.
    pub channels: Channels,
    /// How the picture is placed.
    pub fit: Fit,
    /// Value of the padding before normalization, 0…255.
    pub pad: f32,
    /// Subtracted from each channel, 0…255.
    pub mean: [f32; 3],
    /// What each channel is divided by afterwards, not 0.
    pub std: [f32; 3],
    /// Type of the values.
    pub dtype: TensorType,
}

const MAX_SIDE: u32 = 1 << 16;

impl TensorSpec {
    /// Returns the number of channels, 1 or 3.
    pub fn channel_count(&self) -> usize {
        match self.channels {
            Channels::Rgb | Channels::Bgr => 3,
            Channels::Luma => 1,
        }
    }

    /// Returns the number of values in one image.
    #[allow(clippy::len_without_is_empty, reason = "a valid tensor is never empty")]
    pub fn len(&self) -> usize {
        self.channel_count() * self.width as usize * self.height as usize
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`FrameError::Spec`] names the first field that is out of range.
    pub fn validate(&self) -> Result<(), FrameError> {
        let sides = 1..=MAX_SIDE;
        check(
            "width",
            sides.contains(&self.width),
            "1 to 65536",
            &self.width,
        )?;
        check(
            "height",
            sides.contains(&self.height),
            "1 to 65536",
            &self.height,
        )?;
        check(
            "pad",
            (0.0..=255.0).contains(&self.pad),
            "0 to 255",
            &self.pad,
        )?;
        let mean = self.mean.iter().all(|mean| mean.is_finite());
        check("mean", mean, "finite numbers", &self.mean)?;
        let std = self.std.iter().all(|std| std.is_normal());
        check("std", std, "finite numbers other than 0", &self.std)
    }

    /// Returns what a channel's values 0…255 are multiplied by, and what is added then.
    pub(crate) fn normalization(&self, channel: usize) -> (f32, f32) {
        let (mean, std) = (self.mean[channel], self.std[channel]);
        (1.0 / std, -mean / std)
    }

    /// Returns the padding of a channel as the tensor holds it.
    pub(crate) fn padding(&self, channel: usize) -> f32 {
        let (gain, bias) = self.normalization(channel);
        self.pad * gain + bias
    }

    /// Returns where a picture of this size lies in the tensor, and how many tensor pixels it takes.
    pub(crate) fn place(&self, width: u32, height: u32) -> (Placement, [u32; 2], [u32; 2]) {
        let (tensor, source) = ([self.width, self.height], [width, height]);
        let ratio = f64::from(self.width) / f64::from(width);
        let ratio = ratio.min(f64::from(self.height) / f64::from(height));
        let resized: [u32; 2] = match self.fit {
            Fit::Stretch => tensor,
            Fit::LetterboxTopLeft => source.map(|side| whole((f64::from(side) * ratio).floor())),
            Fit::LetterboxCenter => source.map(|side| whole(f64::from(side) * ratio)),
        };
        let resized = [
            resized[0].clamp(1, tensor[0]),
            resized[1].clamp(1, tensor[1]),
        ];
        let corner = std::array::from_fn(|axis| match self.fit {
            Fit::LetterboxCenter => {
                let spare = f64::from(tensor[axis] - resized[axis]) / 2.0;
                whole((spare - 0.1).max(0.0))
            }
            Fit::LetterboxTopLeft | Fit::Stretch => 0,
        });
        let placement = Placement {
            scale: std::array::from_fn(|axis| f64::from(resized[axis]) / f64::from(source[axis])),
            offset: corner.map(f64::from),
            source,
        };
        (placement, corner, resized)
    }
}

/// Returns the nearest whole number, halves to even as Python rounds.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sides are 0…65,536"
)]
fn whole(value: f64) -> u32 {
    value.round_ties_even() as u32
}

fn check(
    field: &'static str,
    holds: bool,
    expected: &'static str,
    found: &impl std::fmt::Debug,
) -> Result<(), FrameError> {
    if holds {
        return Ok(());
    }
    let found = format!("{found:?}");
    Err(FrameError::Spec {
        field,
        expected,
        found,
    })
}

/// Memory for one image, channel after channel, row after row.
#[derive(Debug)]
pub enum TensorMut<'a> {
    /// For [`TensorType::F32`].
    F32(&'a mut [f32]),
    /// For [`TensorType::U8`].
    U8(&'a mut [u8]),
}
