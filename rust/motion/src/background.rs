//! What each cell usually shows, and which cells show something else.
//!
//! Each cell keeps its background's brightness and how far it usually strays from it. What differs by more is
//! foreground. Foreground does not move the background; but a cell that shows the same new thing long enough takes it
//! over (a parked cart), and at the start that is soon, so that people who walk through while the scene is learned leave
//! nothing behind.
//!
//! All numbers are 16-bit fixed point, [`LEVEL`] to the luma level, and the loop has no branches: eight cells to an
//! instruction.

use crate::MotionSpec;
use crate::cells::LEVEL;

/// Seconds in which the background follows slow change (daylight, exposure) by 63 %.
const FOLLOW_S: f64 = 3.0;
/// How many times faster a new scene's noise is learned.
const FASTER: i16 = 4;
/// How many times longer than being absorbed it takes a cell to find foreground usual; so a person who waits does not
/// raise the threshold against themselves before.
const UNUSUAL: f64 = 4.0;
/// Seconds of stillness that make background while the scene is learned.
const SETTLE_S: f64 = 0.5;

/// The brightest a cell can be.
const WHITE: i16 = 255 * LEVEL;
/// One, as a gain. Up to twice as bright fits an `i16`.
const UNIT_GAIN: i16 = 1 << 14;
/// Cells whose brightness adds up in an `i32` without overflow.
const SUMMABLE: usize = 1 << 15;

/// The background of every cell.
#[derive(Debug)]
pub(crate) struct Background {
    rates: Rates,
    /// Brightness of the background.
    mean: Vec<i16>,
    /// `noise_factor` times the usual deviation.
    spread: Vec<i16>,
    /// What a foreground cell has shown since it last changed.
    candidate: Vec<i16>,
    /// For how many frames.
    age: Vec<i16>,
    /// What the camera's exposure, or the light, has done to all of the scene since the background was learned: a
    /// factor, in 1/[`UNIT_GAIN`].
    gain: i16,
}

/// The specification in frames and fixed point.
#[derive(Clone, Copy, Debug)]
struct Rates {
    min_contrast: i16,
    noise_factor: i16,
    /// Deviations above this count as this: a person must not teach a cell that it strays by a person's contrast.
    deviation_cap: i16,
    /// Share of 2¹⁶.
    shadow: i16,
    /// Share of a difference, of 2¹⁶, by which the mean follows in one frame.
    follow: i16,
    /// The same for the spread, and for that of a cell that is foreground: leaves in the wind become usual, slowly.
    spread: i16,
    spread_foreground: i16,
    /// Frames of stillness that make background: at the start, and later.
    settle: i16,
    absorb: i16,
}

impl Rates {
    fn new(spec: &MotionSpec) -> Self {
        let frames = |seconds: f64| (seconds * spec.fps).round().max(2.0);
        let min_contrast = fixed(f64::from(spec.min_contrast) * f64::from(LEVEL));
        let noise_factor = i16::from(spec.noise_factor);
        Self {
            min_contrast,
            noise_factor,
            deviation_cap: min_contrast.saturating_mul(2).min(i16::MAX / noise_factor),
            shadow: fixed(f64::from(spec.shadow) * 32768.0),
            follow: fixed(65536.0 / frames(FOLLOW_S)),
            spread: fixed(65536.0 / frames(FOLLOW_S)),
            spread_foreground: fixed(65536.0 / frames(UNUSUAL * spec.absorb_s)),
            settle: fixed(frames(SETTLE_S)),
            absorb: fixed(frames(spec.absorb_s)),
        }
    }
}

/// Returns the nearest `i16`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float cast saturates, which is what is wanted"
)]
fn fixed(value: f64) -> i16 {
    value.round() as i16
}

/// Returns `value` times `share` / 2¹⁶, rounded down: one instruction on eight numbers.
fn part(value: i16, share: i16) -> i16 {
    ((i32::from(value) * i32::from(share)) >> 16) as i16
}

impl Background {
    pub(crate) fn new(spec: &MotionSpec, cells: usize) -> Self {
        let rates = Rates::new(spec);
        let zeros = || vec![0; cells];
        Self {
            rates,
            mean: zeros(),
            spread: zeros(),
            candidate: zeros(),
            age: zeros(),
            gain: UNIT_GAIN,
        }
    }

    /// Takes a frame for the background. What was learned of the cells' noise stays.
    pub(crate) fn restart(&mut self, values: &[i16]) {
        self.mean.copy_from_slice(values);
        self.candidate.copy_from_slice(values);
        self.age.fill(0);
        self.gain = UNIT_GAIN;
    }

    /// Learns from a frame and marks its foreground: `mask`, which holds the marks of the frame before, becomes 1 there,
    /// else 0. `settling` while the scene is new. Returns the number of foreground cells.
    pub(crate) fn update(&mut self, values: &[i16], settling: bool, mask: &mut [u8]) -> usize {
        self.gain = gain(values, &self.mean, mask);
        let mut rates = self.rates;
        if settling {
            rates.absorb = rates.absorb.min(rates.settle);
            rates.spread_foreground = rates.spread;
            rates.spread = rates.spread.saturating_mul(FASTER);
        }
        let state = self
            .mean
            .iter_mut()
            .zip(&mut self.spread)
            .zip(&mut self.candidate)
            .zip(&mut self.age);
        for (((((mean, spread), candidate), age), &value), mask) in
            state.zip(values).zip(&mut *mask)
        {
            let cell = Cell {
                mean: *mean,
                spread: *spread,
                candidate: *candidate,
                age: *age,
            };
            let (cell, foreground) = cell.step(value, self.gain, &rates);
            (*mean, *spread, *candidate, *age) = (cell.mean, cell.spread, cell.candidate, cell.age);
            *mask = u8::from(foreground);
        }
        mask.iter().map(|&marked| usize::from(marked)).sum()
    }

    /// Returns the brightness a cell of the background has in this frame's light.
    pub(crate) fn expected(&self, cell: usize) -> i16 {
        lit(self.mean[cell], self.gain)
    }

    /// Returns how far a cell is from its background, as a multiple of what makes it foreground.
    pub(crate) fn contrast(&self, cell: usize, value: i16) -> f32 {
        let threshold = self.spread[cell].max(self.rates.min_contrast);
        f32::from((value - self.expected(cell)).abs()) / f32::from(threshold)
    }

    /// Takes over what a cell shows, if it has shown it for a moment.
    pub(crate) fn settle(&mut self, cell: usize) {
        if self.age[cell] >= self.rates.settle {
            self.mean[cell] = self.candidate[cell];
            self.age[cell] = 0;
        }
    }
}

/// Returns how much brighter the frame is than the background, where there was no foreground before: cells that people
/// cover would tell of their clothes.
fn gain(values: &[i16], mean: &[i16], mask: &[u8]) -> i16 {
    let (mut now, mut usual) = (0_i64, 0_i64);
    let chunks = values
        .chunks(SUMMABLE)
        .zip(mean.chunks(SUMMABLE))
        .zip(mask.chunks(SUMMABLE));
    for ((values, mean), mask) in chunks {
        let (mut sum_now, mut sum_usual) = (0_i32, 0_i32);
        for ((&value, &mean), &marked) in values.iter().zip(mean).zip(mask) {
            let counts = i16::from(marked) - 1; // all ones or none
            sum_now += i32::from(value & counts);
            sum_usual += i32::from(mean & counts);
        }
        now += i64::from(sum_now);
        usual += i64::from(sum_usual);
    }
    // Darkness tells nothing.
    if usual < i64::from(LEVEL) * 64 {
        return UNIT_GAIN;
    }
    fixed(now as f64 / usual as f64 * f64::from(UNIT_GAIN)).max(UNIT_GAIN / 2)
}

/// Returns a brightness times a gain, no brighter than white.
fn lit(mean: i16, gain: i16) -> i16 {
    part(mean, gain).min(WHITE >> 2) << 2
}

/// One cell's state.
#[derive(Clone, Copy, Debug)]
struct Cell {
    mean: i16,
    spread: i16,
    candidate: i16,
    age: i16,
}

impl Cell {
    /// Returns the state after a frame, and whether the frame shows foreground. Selections, no branches.
    #[inline]
    fn step(self, value: i16, gain: i16, rates: &Rates) -> (Self, bool) {
        let expected = lit(self.mean, gain);
        let difference = value - expected;
        let distance = difference.abs();
        let threshold = self.spread.max(rates.min_contrast);
        // Twice, because a share of one half would not fit 16 bits.
        let shade = if difference < 0 {
            part(expected, rates.shadow).saturating_mul(2)
        } else {
            0
        };
        let foreground = distance > threshold.max(shade);
        // A shadow is neither: it must not be learned.
        let usual = distance <= threshold;

        let step = part(difference, if usual { rates.follow } else { 0 });
        // In a dimmed frame, white may be brighter than expected although the background is white.
        let mean = self.mean.saturating_add(step).clamp(0, WHITE);
        let deviation = distance.min(rates.deviation_cap) * rates.noise_factor;
        let rate = if usual {
            rates.spread
        } else {
            rates.spread_foreground
        };
        let spread = self.spread + part(deviation - self.spread, rate);

        let change = value - self.candidate;
        let same = foreground & (change.abs() <= rates.min_contrast);
        let candidate = if same {
            self.candidate + (change >> 2)
        } else {
            value
        };
        let age = if same { self.age + 1 } else { 0 };
        let absorbed = age >= rates.absorb;
        let mean = if absorbed { candidate } else { mean };
        let age = if absorbed { 0 } else { age };
        (
            Self {
                mean,
                spread,
                candidate,
                age,
            },
            foreground,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows one level for some frames and returns how often it was foreground. The cell is marked before each, so that
    /// one cell is not taken for the light.
    fn frames(background: &mut Background, level: i16, count: usize) -> usize {
        let differs = |_: &usize| background.update(&[level * LEVEL], false, &mut [1]) == 1;
        (0..count).filter(differs).count()
    }

    fn learned(spec: &MotionSpec) -> Background {
        let mut background = Background::new(spec, 1);
        background.restart(&[100 * LEVEL]);
        assert_eq!(frames(&mut background, 100, 20), 0);
        background
    }

    #[test]
    fn a_new_thing_is_foreground_until_it_is_absorbed() {
        let spec = MotionSpec {
            absorb_s: 5.0,
            ..MotionSpec::default()
        };
        let mut background = learned(&spec);
        assert_eq!(
            frames(&mut background, 180, 200),
            51,
            "five seconds at ten frames, and the one it came in"
        );
    }

    #[test]
    fn while_the_scene_is_new_half_a_second_makes_background() {
        let mut background = learned(&MotionSpec::default());
        let differs = |_: &usize| background.update(&[180 * LEVEL], true, &mut [1]) == 1;
        assert_eq!((0..50).filter(differs).count(), 6);
    }

    #[test]
    fn light_changes_all_cells_by_one_factor() {
        let mut background = Background::new(&MotionSpec::default(), 200);
        let scene: Vec<i16> = (0..200).map(|cell| (50 + cell % 100) * LEVEL).collect();
        background.restart(&scene);
        for (twentieths, person) in [(26, false), (14, true), (39, true)] {
            let mut lit: Vec<i16> = scene
                .iter()
                .map(|&value| (value / 20).saturating_mul(twentieths))
                .collect();
            for value in &mut lit {
                *value = (*value).min(WHITE);
            }
            let mut mask = vec![0; 200];
            if person {
                lit[150] /= 2;
            }
            assert_eq!(
                background.update(&lit, false, &mut mask),
                usize::from(person),
                "{twentieths}/20"
            );
        }
    }

    #[test]
    fn slow_change_is_followed() {
        let mut background = learned(&MotionSpec::default());
        let seen: usize = (100..200)
            .map(|level| frames(&mut background, level, 8))
            .sum();
        assert_eq!(seen, 0);
    }

    #[test]
    fn a_slightly_darker_cell_is_shadow_and_is_not_learned() {
        let mut background = learned(&MotionSpec::default());
        assert_eq!(frames(&mut background, 86, 100), 0);
        assert_eq!(background.mean[0], 100 * LEVEL);
        assert_eq!(frames(&mut background, 70, 1), 1);
        let mut strict = learned(&MotionSpec {
            shadow: 0.0,
            ..MotionSpec::default()
        });
        assert_eq!(frames(&mut strict, 86, 1), 1);
    }

    #[test]
    fn noise_raises_the_threshold() {
        let mut background = learned(&MotionSpec {
            shadow: 0.0,
            ..MotionSpec::default()
        });
        for _ in 0..100 {
            frames(&mut background, 108, 1);
            frames(&mut background, 92, 1);
        }
        assert_eq!(frames(&mut background, 140, 1), 0);
        assert_eq!(frames(&mut background, 180, 1), 1);
    }

    #[test]
    fn extremes_do_not_overflow() {
        let spec = MotionSpec {
            min_contrast: 64.0,
            noise_factor: 16,
            shadow: 0.9,
            ..MotionSpec::default()
        };
        let mut background = Background::new(&spec, 1);
        background.restart(&[255 * LEVEL]);
        for round in 0..1000 {
            frames(
                &mut background,
                if round % 3 == 0 { 0 } else { 255 },
                1 + round % 5,
            );
        }
    }
}
