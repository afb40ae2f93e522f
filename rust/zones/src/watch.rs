//! What a zone watches beyond who comes and goes, where that is asked for.

use crate::fact::{ExitReason, FactKind};
use crate::loiter::{Loiter, Loitering};
use crate::motion::Motion;
use crate::notes::Notes;
use crate::queue::{Queue, Waiting};
use crate::sighting::{Moment, Move, Sighting};
use crate::spec::Anchor;
use crate::speed::{SpeedLimit, Speeding};
use crate::way::{Straying, Way};

/// The rules of a zone that it has only if asked for.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) loiter: Option<Loiter>,
    pub(crate) queue: Option<Queue>,
    pub(crate) way: Option<Way>,
    pub(crate) speed: Option<SpeedLimit>,
    pub(crate) spare: Spare,
}

/// What these rules know of one track.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conduct {
    loitering: Loitering,
    waiting: Waiting,
    /// How it moved when last seen inside; nothing is known of how it moves while there is none.
    last: Option<Glance>,
    straying: Straying,
    speeding: Speeding,
}

/// How a track moved when it was seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glance {
    pub(crate) pts_ns: i64,
    pub(crate) motion: Motion,
}

impl Glance {
    fn of(seen: &Sighting, notes: &Notes) -> Self {
        Self {
            pts_ns: seen.pts_ns,
            motion: notes.motion(seen),
        }
    }
}

/// The place of it in the state of a track; empty while there is nothing to know.
pub(crate) type Known = Option<Box<Conduct>>;

/// A stay as far as it is certain, on the move that made it so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    /// The zone, and the point of a box that is inside.
    pub(crate) of: (u32, Anchor),
    pub(crate) entered_ns: i64,
    /// Time the track had spent unseen when it entered.
    pub(crate) unseen_ns: i64,
    /// Until then it was inside for certain.
    pub(crate) until_ns: i64,
    pub(crate) step: &'a Move,
}

impl Part<'_> {
    /// Returns the moment when the stay has lasted for `after_ns`, if it is certain that it has.
    pub(crate) fn after(&self, after_ns: i64) -> Option<Moment> {
        self.after_since(self.entered_ns, after_ns)
    }

    /// Returns the moment when something that began at `since_ns` has lasted for `after_ns`, if it is certain that it has.
    pub(crate) fn after_since(&self, since_ns: i64, after_ns: i64) -> Option<Moment> {
        (self.until_ns - since_ns >= after_ns).then(|| self.step.at_pts(since_ns + after_ns))
    }

    /// Returns how much of the first `lasted_ns` of the stay, until `moment`, the track was not seen.
    pub(crate) fn unseen_until(&self, moment: &Moment, lasted_ns: i64) -> i64 {
        (moment.unseen_ns - self.unseen_ns).clamp(0, lasted_ns)
    }

    /// Returns when who entered, which no other stay in the zone has.
    pub(crate) fn entry(&self) -> (i64, u64) {
        (self.entered_ns, self.step.to.track_id)
    }

    /// Hands out something about the track at a moment.
    pub(crate) fn note(&self, kind: FactKind, moment: &Moment, notes: &mut Notes) {
        notes.add(kind, self.of, &self.step.to, moment);
    }
}

impl Watch {
    /// Returns whether there is any rule.
    pub(crate) fn is_asked_for(&self) -> bool {
        self.loiter.is_some() || self.queue.is_some() || self.judges_motion()
    }

    fn judges_motion(&self) -> bool {
        self.way.is_some() || self.speed.is_some()
    }

    /// Takes note of an entry.
    pub(crate) fn enter(&mut self, known: &mut Known, part: &Part, notes: &mut Notes) {
        let conduct = self.spare.room(known);
        if let Some(loiter) = &self.loiter {
            loiter.enter(&mut conduct.loitering, part, notes);
        }
        if let Some(queue) = &mut self.queue {
            queue.follow(&mut conduct.waiting, part, notes);
        }
    }

    /// Judges how a track inside moves after a sighting. Where it does not count yet that it is inside, nothing is due;
    /// what has begun meanwhile goes on when it does.
    pub(crate) fn see(&mut self, known: &mut Known, part: &Part, counts: bool, notes: &mut Notes) {
        if !self.judges_motion() {
            return;
        }
        let conduct = self.spare.room(known);
        let now = Glance::of(&part.step.to, notes);
        let before = conduct.last.replace(now);
        let before = before.unwrap_or_else(|| Glance::of(&part.step.from, notes));
        if let Some(way) = &self.way {
            let straying = &mut conduct.straying;
            way.see(straying, part, (&before, &now), counts, notes);
        }
        if let Some(speed) = &self.speed {
            let speeding = &mut conduct.speeding;
            speed.see(speeding, part, (&before, &now), counts, notes);
        }
        if counts && let Some(conduct) = known {
            self.follow_motion(conduct, part, notes);
        }
    }

    /// Judges how long a stay has lasted, as far as it is certain.
    pub(crate) fn follow(&mut self, known: &mut Known, part: &Part, notes: &mut Notes) {
        let Some(conduct) = known else {
            return;
        };
        if let Some(loiter) = &self.loiter {
            loiter.follow(&mut conduct.loitering, part, notes);
        }
        if let Some(queue) = &mut self.queue {
            queue.follow(&mut conduct.waiting, part, notes);
        }
    }

    /// Judges a stay that is over at the end of `part`: until then they moved as when last seen inside.
    pub(crate) fn conclude(&mut self, known: &mut Known, part: &Part, notes: &mut Notes) {
        self.follow(known, part, notes);
        if let Some(conduct) = known {
            self.follow_motion(conduct, part, notes);
        }
    }

    fn follow_motion(&self, conduct: &mut Conduct, part: &Part, notes: &mut Notes) {
        if let Some(way) = &self.way {
            way.follow(&mut conduct.straying, part, notes);
        }
        if let Some(speed) = &self.speed {
            speed.follow(&mut conduct.speeding, part, notes);
        }
    }

    /// Takes note of the exit at the end of `part`.
    pub(crate) fn exit(
        &mut self,
        known: &mut Known,
        part: &Part,
        (moment, reason): (&Moment, ExitReason),
        notes: &mut Notes,
    ) {
        let Some(conduct) = known else {
            return;
        };
        if self.loiter.is_some() {
            conduct.loitering.exit(part, (moment, reason));
        }
        if let Some(queue) = &mut self.queue {
            queue.exit(&mut conduct.waiting, part, (moment, reason), notes);
        }
        conduct.speeding.end(part, (moment, Some(reason)), notes);
        conduct.stand_still();
    }

    /// Judges an absence that has lasted until `until_ns` for certain; who may be `coming` in is not forgotten.
    pub(crate) fn away(
        &mut self,
        known: &mut Known,
        (of, until_ns): ((u32, Anchor), i64),
        coming: bool,
        notes: &mut Notes,
    ) {
        let Some(conduct) = known else {
            return;
        };
        let loitering = &mut conduct.loitering;
        let waits = (self.loiter.as_ref())
            .is_some_and(|loiter| loiter.waits(loitering, of, until_ns, notes));
        if !coming {
            conduct.stand_still();
            if !waits {
                self.spare.keep(known);
            }
        }
    }

    /// Ends what is known of a track that has left, and will not be seen again.
    pub(crate) fn leave(&mut self, known: &mut Known, of: (u32, Anchor), notes: &mut Notes) {
        if let Some(conduct) = known {
            conduct.loitering.end(of, notes);
            self.spare.keep(known);
        }
    }
}

/// Memory for what is known of the tracks to come.
#[derive(Debug, Default)]
#[expect(clippy::vec_box, reason = "they move between tracks and here")]
pub(crate) struct Spare(Vec<Box<Conduct>>);

impl Spare {
    /// Returns what is known of a track, which may be nothing yet.
    fn room<'a>(&mut self, known: &'a mut Known) -> &'a mut Conduct {
        known.get_or_insert_with(|| self.0.pop().unwrap_or_default())
    }

    /// Takes back the memory of what need not be known any longer.
    fn keep(&mut self, known: &mut Known) {
        if let Some(mut conduct) = known.take() {
            *conduct = Conduct::default();
            self.0.push(conduct);
        }
    }
}

/// Returns when a quantity that changes evenly passed a limit, or the first moment if it was beyond it already.
#[expect(clippy::cast_possible_truncation, reason = "a share of an i64")]
pub(crate) fn passed_ns(limit: f64, (from_ns, from): (i64, f64), (to_ns, to): (i64, f64)) -> i64 {
    let share = ((limit - from) / (to - from)).clamp(0.0, 1.0);
    let share = if (from > limit) == (to > limit) {
        0.0
    } else {
        share
    };
    from_ns + ((to_ns - from_ns) as f64 * share).round() as i64
}

impl Conduct {
    /// Forgets how the track moved.
    fn stand_still(&mut self) {
        self.last = None;
        self.straying = Straying::default();
        self.speeding = Speeding::default();
    }

    /// Returns what is wrong with it for a track that was last seen at `last_ns`, if anything is: `inside` says whether it
    /// counts as inside, `coming` whether it may be entering.
    pub(crate) fn fault(&self, inside: bool, coming: bool, last_ns: i64) -> Option<&'static str> {
        let since_ns = self.straying.since_ns().max(self.speeding.since_ns());
        let moves = self.last.is_some() || since_ns.is_some();
        let faults = [
            (!inside && self.is_in_queue(), "it waits, and is outside"),
            (
                inside && self.loitering.is_away(),
                "it has left, and is inside",
            ),
            (
                !inside && !coming && moves,
                "it moves inside, and is outside",
            ),
            (
                !inside && !coming && !self.loitering.is_away(),
                "it is outside for good, and not forgotten",
            ),
            (
                since_ns > Some(last_ns),
                "it went astray after it was last seen",
            ),
        ];
        faults.iter().find(|fault| fault.0).map(|fault| fault.1)
    }

    pub(crate) fn is_in_queue(&self) -> bool {
        self.waiting.is_in_queue()
    }
}
