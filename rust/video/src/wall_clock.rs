//! The time of day of a camera's pictures, from two clocks that both err.
//!
//! When a picture arrives, this machine's clock tells; that is too late by what the camera, the network and buffers need. When it was
//! taken, a camera tells that sends RTCP sender reports (RFC 3550 §6.4.1); that is as wrong as the camera's clock. By default
//! the camera is believed where both can be true at once, and arrival goes everywhere else.
//!
//! Both are kept as what has to be added to a picture's `pts_ns`, so that drift shows as a slow change of a number. Arrival is the
//! least of the last one to two minutes: what came without waiting. Times told never run backward when an estimate is
//! mended: where they have to, they run a tenth slower until they are right. Only a clock that is off by more than 10 s is followed at once.

/// Which clock gives a camera's pictures their time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The camera's, where it sends it and it agrees with the pictures' arrival; else their arrival.
    #[default]
    Auto,
    /// This machine's, when pictures arrive.
    Arrival,
    /// The camera's, however wrong, where it sends it.
    Camera,
}

/// Which clock gave the latest picture its time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockOrigin {
    /// This machine's, when the picture arrived.
    Arrival,
    /// The camera's, from RTCP sender reports.
    Camera,
}

/// How long before its arrival a picture may have been taken, by the camera's clock, for that to be believed.
const MAX_BEHIND_NS: i64 = 5_000_000_000;
/// How long after its arrival: pictures do not come before they are taken, but our clock may be a little slow.
const MAX_AHEAD_NS: i64 = 1_000_000_000;
/// What is believed already may be off by so much more: a clock at the limit is not to be believed now and then.
const SLACK_NS: i64 = 500_000_000;
/// How much the camera's clock may move against its timestamps at once.
const MAX_STEP_NS: i64 = 500_000_000;
/// How long it has to stand by a greater step. After a jump of the timestamps, libav's figure is wrong until the next report.
const STEP_LASTS_NS: i64 = 30_000_000_000;
/// Of media time, over which the least delay is taken.
const WINDOW_NS: i64 = 60_000_000_000;
/// What is told may be too late by so much, and is made up for slowly.
const MAX_MENDED_NS: i64 = 10_000_000_000;
/// While that is made up for, a second is told as so many parts less.
const MENDED_PART: i64 = 10;

/// When a packet came, nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Came {
    /// By this machine's clock.
    pub(crate) arrived_at_ns: i64,
    /// When its picture was taken, by the camera's clock.
    pub(crate) captured_at_ns: Option<i64>,
}

/// Tells the time of day of one camera's pictures.
#[derive(Clone, Debug)]
pub(crate) struct WallClock {
    clock: Clock,
    arrival: Least,
    /// What the camera says has to be added to `pts_ns`.
    camera_ns: Option<i64>,
    /// What it says otherwise, and since which `pts_ns`.
    doubted: Option<(i64, i64)>,
    is_believed: bool,
    /// What pictures needed to come on the connection before, by the camera's clock, if that was believed.
    delay_before_ns: Option<i64>,
    /// `pts_ns` that was told last, and what was added to it.
    told: Option<(i64, i64)>,
}

impl WallClock {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            arrival: Least::default(),
            camera_ns: None,
            doubted: None,
            is_believed: false,
            delay_before_ns: None,
            told: None,
        }
    }

    /// Measures anew: the camera was reached again.
    pub(crate) fn reconnect(&mut self) {
        *self = Self {
            delay_before_ns: self.delay_ns().filter(|_| self.is_believed),
            told: self.told,
            ..Self::new(self.clock)
        };
    }

    /// Takes note of when a picture came; pictures come in order of their `pts_ns`.
    pub(crate) fn observe(&mut self, pts_ns: i64, came: Came) {
        self.arrival
            .take(pts_ns, came.arrived_at_ns.saturating_sub(pts_ns));
        if let Some(captured_at_ns) = came.captured_at_ns {
            self.hear(pts_ns, captured_at_ns.saturating_sub(pts_ns));
        }
        let slack_ns = if self.is_believed { SLACK_NS } else { 0 };
        let believable = -MAX_AHEAD_NS - slack_ns..=MAX_BEHIND_NS + slack_ns;
        self.is_believed = match self.clock {
            Clock::Arrival => false,
            Clock::Camera => self.camera_ns.is_some(),
            Clock::Auto => self
                .delay_ns()
                .is_some_and(|delay_ns| believable.contains(&delay_ns)),
        };
    }

    /// Returns the time of day of a picture, nanoseconds since 1970; `None` before anything was observed.
    ///
    /// Pictures are asked for in order of their `pts_ns`.
    pub(crate) fn tell(&mut self, pts_ns: i64) -> Option<i64> {
        let target_ns = self.target_ns().or(self.told.map(|(_, told_ns)| told_ns))?;
        let offset_ns = match self.told {
            Some((before_ns, told_ns)) => {
                let late_ns = told_ns.saturating_sub(target_ns);
                let passed_ns = pts_ns.saturating_sub(before_ns).max(0);
                if (1..=MAX_MENDED_NS).contains(&late_ns) {
                    target_ns.max(told_ns - passed_ns / MENDED_PART)
                } else {
                    target_ns
                }
            }
            None => target_ns,
        };
        self.told = Some((pts_ns, offset_ns));
        Some(pts_ns.saturating_add(offset_ns))
    }

    /// Returns which clock is followed now.
    pub(crate) fn origin(&self) -> ClockOrigin {
        if self.is_believed {
            ClockOrigin::Camera
        } else {
            ClockOrigin::Arrival
        }
    }

    /// Returns by how much the camera's clock is ahead of the pictures' arrival, if it sends it: what pictures need to come
    /// makes it less.
    pub(crate) fn camera_ahead_ns(&self) -> Option<i64> {
        self.delay_ns().map(i64::saturating_neg)
    }

    /// Returns what pictures need to come, by the camera's clock.
    fn delay_ns(&self) -> Option<i64> {
        Some(self.arrival.least_ns()?.saturating_sub(self.camera_ns?))
    }

    fn target_ns(&self) -> Option<i64> {
        if self.is_believed {
            return self.camera_ns;
        }
        // Until the camera says what time it is, pictures are taken to need as long as before.
        let delay_ns = self.delay_before_ns.filter(|_| self.camera_ns.is_none());
        let arrived_ns = self.arrival.least_ns()?;
        Some(arrived_ns.saturating_sub(delay_ns.unwrap_or(0)))
    }

    /// Takes what the camera says has to be added to `pts_ns`; a step is believed once it lasts.
    fn hear(&mut self, pts_ns: i64, says_ns: i64) {
        let near = |known_ns: i64| known_ns.abs_diff(says_ns) <= MAX_STEP_NS.unsigned_abs();
        let lasts = |since_ns: i64| pts_ns.saturating_sub(since_ns) >= STEP_LASTS_NS;
        match (self.camera_ns, self.doubted) {
            (Some(known_ns), Some((doubted_ns, since_ns))) if !near(known_ns) => {
                if !near(doubted_ns) {
                    self.doubted = Some((says_ns, pts_ns));
                    return;
                }
                if !lasts(since_ns) {
                    return;
                }
            }
            (Some(known_ns), None) if !near(known_ns) => {
                self.doubted = Some((says_ns, pts_ns));
                return;
            }
            _ => {}
        }
        (self.camera_ns, self.doubted) = (Some(says_ns), None);
    }
}

/// The least of what came in a window that moves on, cheaply: of this window and the one before it.
#[derive(Clone, Copy, Debug, Default)]
struct Least {
    /// `pts_ns` at which the window began.
    since_ns: i64,
    now: Option<i64>,
    before: Option<i64>,
}

impl Least {
    fn take(&mut self, pts_ns: i64, value_ns: i64) {
        match self.now {
            Some(least_ns) if pts_ns.saturating_sub(self.since_ns) < WINDOW_NS => {
                self.now = Some(least_ns.min(value_ns));
            }
            full => {
                *self = Self {
                    since_ns: pts_ns,
                    now: Some(value_ns),
                    before: full,
                };
            }
        }
    }

    fn least_ns(&self) -> Option<i64> {
        [self.now, self.before].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests;
