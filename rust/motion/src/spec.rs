//! What may be tuned, and why a detector can't be made or a frame can't be read.

use std::fmt;

/// How a [`MotionDetector`](crate::MotionDetector) learns, what it calls different, and which differences it reports.
///
/// Sizes are shares of the picture's height, so that they hold at any resolution. The defaults suit people walking
/// 5 % to 90 % of the picture high, at 5 to 15 analyzed frames per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MotionSpec {
    /// Analyzed frames per second, 0.5 to 240; turns the durations below into frames. Default 10.
    pub fps: f64,
    /// Seconds of learning at the start, and again after the light has changed, in which nothing is reported. Default 2.
    pub learn_s: f64,
    /// Seconds for which a cell must show the same new thing to become background. Default 30.
    pub absorb_s: f64,
    /// Least difference from the background, in luma levels (full scale 255), 1 to 64, of a cell that counts.
    /// Default 10.
    pub min_contrast: f32,
    /// The difference must also be this many times the cell's usual deviation, 1 to 16. Default 8.
    pub noise_factor: u8,
    /// A cell darker than its background by less than this share, 0 to 0.9, is taken for shadow. 0 reports shadows;
    /// more also loses clothes a little darker than the floor. Default 0.25.
    pub shadow: f32,
    /// Share of cells, 0.05 to 1, above which a change is the light's or the camera's: the scene is learned anew.
    /// Default 0.6.
    pub max_foreground: f32,
    /// Least height of a box. Default 0.05.
    pub min_height: f32,
    /// Greatest height of a box. Default 0.95.
    pub max_height: f32,
    /// Least number of differing pixels, as a share of the height squared. Default 0.0006.
    pub min_area: f32,
    /// Least width of a box for its height. Default 0.15.
    pub min_aspect: f32,
    /// Greatest width of a box for its height. Default 1.6.
    pub max_aspect: f32,
    /// Parts one above the other (head and legs, say) with at most this gap are one thing. Default 0.03.
    pub merge_gap: f32,
}

impl Default for MotionSpec {
    fn default() -> Self {
        Self {
            fps: 10.0,
            learn_s: 2.0,
            absorb_s: 30.0,
            min_contrast: 10.0,
            noise_factor: 8,
            shadow: 0.25,
            max_foreground: 0.6,
            min_height: 0.05,
            max_height: 0.95,
            min_area: 0.0006,
            min_aspect: 0.15,
            max_aspect: 1.6,
            merge_gap: 0.03,
        }
    }
}

impl MotionSpec {
    /// Checks every field's range.
    ///
    /// # Errors
    /// [`MotionError::Setting`] names the first field that is out of range.
    pub fn validate(&self) -> Result<(), MotionError> {
        check("fps", self.fps, 0.5, 240.0)?;
        check("learn_s", self.learn_s, 0.0, 60.0)?;
        check("absorb_s", self.absorb_s, 0.1, 120.0)?;
        check("min_contrast", self.min_contrast, 1.0, 64.0)?;
        check("noise_factor", self.noise_factor, 1.0, 16.0)?;
        check("shadow", self.shadow, 0.0, 0.9)?;
        check("max_foreground", self.max_foreground, 0.05, 1.0)?;
        check("min_height", self.min_height, 0.0, 1.0)?;
        check(
            "max_height",
            self.max_height,
            f64::from(self.min_height),
            10.0,
        )?;
        check("min_area", self.min_area, 0.0, 10.0)?;
        check("min_aspect", self.min_aspect, 0.0, 100.0)?;
        check(
            "max_aspect",
            self.max_aspect,
            f64::from(self.min_aspect),
            1000.0,
        )?;
        check("merge_gap", self.merge_gap, 0.0, 1.0)
    }
}

fn check(
    field: &'static str,
    value: impl Into<f64> + fmt::Display + Copy,
    least: f64,
    most: f64,
) -> Result<(), MotionError> {
    if (least..=most).contains(&value.into()) {
        return Ok(());
    }
    Err(MotionError::Setting {
        field,
        least,
        most,
        found: value.into(),
    })
}

/// Why a motion detector could not be made, or a frame could not be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MotionError {
    /// A field of the specification is out of its range.
    #[error("motion setting `{field}`: expected {least} to {most}, found {found}")]
    Setting {
        /// Name of the field of [`MotionSpec`].
        field: &'static str,
        /// Least value it may have.
        least: f64,
        /// Greatest value it may have.
        most: f64,
        /// The value it has.
        found: f64,
    },
    /// The luma plane is too small or too large to work on.
    #[error(
        "motion detector: expected a plane of 16 to 8192 pixels a side, found {width}×{height}"
    )]
    Size {
        /// Width of the plane in pixels.
        width: u32,
        /// Height of the plane in pixels.
        height: u32,
    },
    /// A frame holds fewer or more bytes than the plane.
    #[error("motion detector: expected {expected} bytes of luma, found {found}")]
    Length {
        /// Width times height.
        expected: usize,
        /// Bytes in the frame.
        found: usize,
    },
}
