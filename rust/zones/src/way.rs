//! The wrong way: who goes against the direction of a zone for too long.

use crate::fact::FactKind;
use crate::motion::Motion;
use crate::notes::Notes;
use crate::watch::{Glance, Part, passed_ns};

/// The way that people are to go.
#[derive(Debug)]
pub(crate) struct Way {
    /// Degrees clockwise, as a heading.
    pub(crate) toward_deg: f64,
    /// Who is off by more goes the wrong way.
    pub(crate) tolerance_deg: f64,
    /// For how long they must, without a break.
    pub(crate) min_duration_ns: i64,
}

/// What is known of one track.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Straying {
    /// Since when it has gone the wrong way without a break.
    since_ns: Option<i64>,
    /// Where to, when last seen to.
    heading_deg: f64,
    /// Whether that was handed out.
    reported: bool,
}

impl Straying {
    pub(crate) fn since_ns(&self) -> Option<i64> {
        self.since_ns
    }
}

impl Way {
    /// Judges how a track inside moves after a sighting, given how it did before; what is due is handed out if it `counts`.
    pub(crate) fn see(
        &self,
        known: &mut Straying,
        part: &Part,
        (before, now): (&Glance, &Glance),
        counts: bool,
        notes: &mut Notes,
    ) {
        let (was, is) = (self.off_deg(&before.motion), self.off_deg(&now.motion));
        let passed = was.zip(is).map(|(was, is)| {
            let limit = self.tolerance_deg;
            passed_ns(limit, (before.pts_ns, was), (now.pts_ns, is))
        });
        if is.is_some_and(|off| off > self.tolerance_deg) {
            // Of who stood before it is known from now on.
            let since_ns = passed.unwrap_or(now.pts_ns).max(part.entered_ns);
            known.since_ns.get_or_insert(since_ns);
            known.heading_deg = now.motion.heading_deg.unwrap_or_default();
            return;
        }
        if let (Some(until_ns), true) = (passed, counts) {
            self.follow(known, &Part { until_ns, ..*part }, notes);
        }
        *known = Straying::default();
    }

    /// Reports, once, that a track has gone the wrong way for too long, as far as that is certain.
    pub(crate) fn follow(&self, known: &mut Straying, part: &Part, notes: &mut Notes) {
        let since_ns = known.since_ns.filter(|_| !known.reported);
        let due = since_ns.and_then(|since_ns| part.after_since(since_ns, self.min_duration_ns));
        let Some(moment) = due else {
            return;
        };
        known.reported = true;
        let motion = Motion {
            heading_deg: Some(known.heading_deg),
            ..Motion::default()
        };
        let off_deg = self.off_deg(&motion).unwrap_or_default();
        let kind = FactKind::ZoneWrongWay { off_deg };
        part.note(kind, &moment, notes);
        notes.amend(|fact| fact.motion.heading_deg = motion.heading_deg);
    }

    /// Returns by how much somebody is off, 0 to 180 degrees; `None` of who stands.
    fn off_deg(&self, motion: &Motion) -> Option<f64> {
        let turn = (motion.heading_deg? - self.toward_deg).rem_euclid(360.0);
        Some(turn.min(360.0 - turn))
    }
}
