//! Speed: who is faster in a zone than is allowed there, for too long, and until when.

use crate::fact::{ExitReason, FactKind};
use crate::notes::Notes;
use crate::sighting::Moment;
use crate::watch::{Glance, Part, passed_ns};

/// Who was too fast must be slower than this share of the limit to be so no longer.
const RESTORED_SHARE: f64 = 0.9;

/// The speed that is allowed.
#[derive(Debug)]
pub(crate) struct SpeedLimit {
    /// Metres a second.
    pub(crate) limit_mps: f64,
    /// For how long somebody must be faster, without a break.
    pub(crate) min_duration_ns: i64,
}

/// What is known of one track.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Speeding {
    /// Since when it has been too fast without a break, or until it is slow again once that was handed out.
    since_ns: Option<i64>,
    /// Its speed when last seen to be too fast, and the highest since then.
    speed_mps: f64,
    top_mps: f64,
    /// Whether it was handed out that it is too fast.
    reported: bool,
}

impl SpeedLimit {
    /// Judges how fast a track inside is after a sighting, given how it was before; what is due is handed out if it
    /// `counts`. Where its speed is not known, one that was reported goes on, and all else starts afresh.
    pub(crate) fn see(
        &self,
        known: &mut Speeding,
        part: &Part,
        (before, now): (&Glance, &Glance),
        counts: bool,
        notes: &mut Notes,
    ) {
        let (was, is) = (before.motion.speed_mps, now.motion.speed_mps);
        let passed = |limit_mps: f64| {
            let (was, is) = was.zip(is)?;
            Some(passed_ns(limit_mps, (before.pts_ns, was), (now.pts_ns, is)))
        };
        if let Some(speed_mps) = is.filter(|&speed| speed > self.limit_mps) {
            let since_ns = passed(self.limit_mps).unwrap_or(now.pts_ns);
            known.since_ns.get_or_insert(since_ns.max(part.entered_ns));
            known.speed_mps = speed_mps;
            known.top_mps = known.top_mps.max(speed_mps);
            return;
        }
        if let (Some(until_ns), true) = (passed(self.limit_mps), counts) {
            self.follow(known, &Part { until_ns, ..*part }, notes);
        }
        if !known.reported {
            *known = Speeding::default();
        } else if is.is_some_and(|speed| speed < RESTORED_SHARE * self.limit_mps) {
            let slow_ns = passed(RESTORED_SHARE * self.limit_mps).unwrap_or(now.pts_ns);
            known.end(part, (&part.step.at_pts(slow_ns), None), notes);
        }
    }

    /// Reports, once, that a track has been too fast for too long, as far as that is certain.
    pub(crate) fn follow(&self, known: &mut Speeding, part: &Part, notes: &mut Notes) {
        let since_ns = known.since_ns.filter(|_| !known.reported);
        let due = since_ns.and_then(|since_ns| part.after_since(since_ns, self.min_duration_ns));
        let Some(moment) = due else {
            return;
        };
        known.reported = true;
        let kind = FactKind::ZoneSpeedExceeded {
            limit_mps: self.limit_mps,
        };
        part.note(kind, &moment, notes);
        notes.amend(|fact| fact.motion.speed_mps = Some(known.speed_mps));
    }
}

impl Speeding {
    pub(crate) fn since_ns(&self) -> Option<i64> {
        self.since_ns
    }

    /// Hands out that a track is too fast no longer, if it was handed out that it was: it left, or slowed down.
    pub(crate) fn end(
        &mut self,
        part: &Part,
        (moment, reason): (&Moment, Option<ExitReason>),
        notes: &mut Notes,
    ) {
        let known = std::mem::take(self);
        if let (true, Some(since_ns)) = (known.reported, known.since_ns) {
            let kind = FactKind::ZoneSpeedRestored {
                reason,
                top_mps: known.top_mps,
                lasted_ns: moment.pts_ns - since_ns,
            };
            part.note(kind, moment, notes);
        }
    }
}
