//! The unit of a stream's timestamps, and what its header says of them.

/// The clock of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticks {
    /// A tick is `num/den` seconds.
    pub(crate) num: i32,
    pub(crate) den: i32,
    /// Nominal ticks from one frame to the next, at least 1.
    pub(crate) per_frame: i64,
    /// Where the stream begins, if its header says.
    pub(crate) start: Option<i64>,
    /// How long the stream is to be, if its header says.
    pub(crate) promised: Option<i64>,
}

impl Default for Ticks {
    fn default() -> Self {
        Self {
            num: 1,
            den: 1_000_000_000,
            per_frame: 1,
            start: None,
            promised: None,
        }
    }
}

impl Ticks {
    /// Returns how far a timestamp may be off: a tick, unless frames are as far apart as ticks, so that they are exact.
    pub(crate) fn rounding_ns(&self) -> f64 {
        if self.per_frame > 1 {
            f64::from(self.num) * 1e9 / f64::from(self.den)
        } else {
            0.0
        }
    }
}
