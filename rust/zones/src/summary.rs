//! Counts of an interval of media time: what happened in it, and how often the rules had to judge.

use crate::tally::{LineTally, ZoneTally};

/// What happened at a line in an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineSummary {
    /// When the interval began, nanoseconds; it ends at the fact's time.
    pub start_ns: i64,
    /// What was added to the line's counts meanwhile.
    pub added: LineTally,
}

/// What happened in a zone in an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZoneSummary {
    /// When the interval began, nanoseconds; it ends at the fact's time.
    pub start_ns: i64,
    /// What was added to the zone's counts meanwhile; `inside` is how many were inside at its end.
    pub added: ZoneTally,
    /// Fewest and most that were inside in any frame.
    pub least: u32,
    /// See `least`.
    pub most: u32,
    /// How many were inside on average over time.
    pub mean: f64,
    /// How long those who left had been inside on average, nanoseconds; 0 when nobody left.
    pub dwell_mean_ns: i64,
    /// How long at most.
    pub dwell_max_ns: i64,
    /// What happened in its queue, if it has one.
    pub queue: Option<QueueSummary>,
}

/// What happened in a zone's queue in an interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueSummary {
    /// Most who waited after any frame.
    pub longest: u32,
    /// How many left who had waited.
    pub left: u64,
    /// How long they had waited on average, nanoseconds; 0 when nobody left.
    pub wait_mean_ns: i64,
    /// How long at most.
    pub wait_max_ns: i64,
}

/// The part of an interval that has passed at a zone.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ZoneInterval {
    before: ZoneTally,
    least: u32,
    most: u32,
    /// How many have been inside since when.
    inside: u32,
    since_ns: i64,
    /// People times nanoseconds until then.
    person_ns: i128,
    dwell_sum_ns: i128,
    dwell_max_ns: i64,
}

impl ZoneInterval {
    /// Begins at `now_ns`, with what the zone has counted until then.
    pub(crate) fn begin(tally: &ZoneTally, now_ns: i64) -> Self {
        Self {
            before: *tally,
            least: tally.inside,
            most: tally.inside,
            inside: tally.inside,
            since_ns: now_ns,
            ..Self::default()
        }
    }

    /// Leaves what was counted elsewhere out of the interval.
    pub(crate) fn count_on(&mut self, counted: &ZoneTally) {
        self.before.add(counted);
    }

    /// Takes note of how many are inside after a frame.
    pub(crate) fn count(&mut self, inside: u32, now_ns: i64) {
        self.pass(now_ns);
        self.inside = inside;
        self.least = self.least.min(inside);
        self.most = self.most.max(inside);
    }

    /// Takes note of a stay that is over.
    pub(crate) fn leave(&mut self, dwell_ns: i64) {
        self.dwell_sum_ns += i128::from(dwell_ns);
        self.dwell_max_ns = self.dwell_max_ns.max(dwell_ns);
    }

    /// Returns the summary, without a queue's, of the interval from `start_ns` until `end_ns`.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a mean of numbers of 64 bits"
    )]
    pub(crate) fn end(mut self, tally: &ZoneTally, start_ns: i64, end_ns: i64) -> ZoneSummary {
        self.pass(end_ns);
        let added = tally.since(&self.before);
        let (length_ns, exits) = (end_ns - start_ns, i128::from(added.exits));
        ZoneSummary {
            start_ns,
            added,
            least: self.least,
            most: self.most,
            mean: if length_ns > 0 {
                self.person_ns as f64 / length_ns as f64
            } else {
                f64::from(self.inside)
            },
            dwell_mean_ns: if exits > 0 {
                (self.dwell_sum_ns / exits) as i64
            } else {
                0
            },
            dwell_max_ns: self.dwell_max_ns,
            queue: None,
        }
    }

    fn pass(&mut self, now_ns: i64) {
        self.person_ns += i128::from(self.inside) * i128::from(now_ns - self.since_ns);
        self.since_ns = now_ns;
    }
}

/// Whether a zone is overcrowded, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crowding {
    limit: u32,
    min_duration_ns: i64,
    /// Since when there have been as many as the limit.
    since_ns: Option<i64>,
    reported: bool,
    peak: u32,
}

/// What becomes of a crowd.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Crowd {
    /// It has lasted for as long as is allowed, at this time.
    Formed(i64),
    /// It is no more, after its greatest size and so many nanoseconds.
    Gone(u32, i64),
}

impl Crowding {
    pub(crate) fn new(limit: u32, min_duration_ns: i64) -> Self {
        Self {
            limit,
            min_duration_ns,
            since_ns: None,
            reported: false,
            peak: 0,
        }
    }

    /// Judges how many are inside after a frame.
    pub(crate) fn judge(&mut self, inside: u32, now_ns: i64) -> Option<Crowd> {
        if inside < self.limit {
            let was = (std::mem::take(&mut self.reported), self.since_ns.take());
            let peak = std::mem::take(&mut self.peak);
            return match was {
                (true, Some(since_ns)) => Some(Crowd::Gone(peak, now_ns - since_ns)),
                _ => None,
            };
        }
        let since_ns = *self.since_ns.get_or_insert(now_ns);
        self.peak = self.peak.max(inside);
        let due = !self.reported && now_ns - since_ns >= self.min_duration_ns;
        self.reported |= due;
        due.then_some(Crowd::Formed(since_ns + self.min_duration_ns))
    }
}
