//! What a zone watches beyond who comes and goes, where that is asked for.

use crate::fact::{ExitReason, FactKind};
use crate::loiter::{Loiter, Loitering};
use crate::notes::Notes;
use crate::queue::{Queue, Waiting};
use crate::sighting::{Moment, Move};
use crate::spec::Anchor;

/// The rules of a zone that it has only if asked for.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) loiter: Option<Loiter>,
    pub(crate) queue: Option<Queue>,
    /// Memory for what is known of the tracks to come.
    #[expect(clippy::vec_box, reason = "they move between tracks and here")]
    pub(crate) spare: Vec<Box<Conduct>>,
}

/// What these rules know of one track.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conduct {
    loitering: Loitering,
    waiting: Waiting,
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
        (self.until_ns - self.entered_ns >= after_ns)
            .then(|| self.step.at_pts(self.entered_ns + after_ns))
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
        self.loiter.is_some() || self.queue.is_some()
    }

    /// Takes note of an entry.
    pub(crate) fn enter(&mut self, known: &mut Known, part: &Part, notes: &mut Notes) {
        let spare = &mut self.spare;
        let conduct = known.get_or_insert_with(|| spare.pop().unwrap_or_default());
        if let Some(loiter) = &self.loiter {
            loiter.enter(&mut conduct.loitering, part, notes);
        }
        if let Some(queue) = &mut self.queue {
            queue.follow(&mut conduct.waiting, part, notes);
        }
    }

    /// Judges a stay as far as it is certain.
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
            conduct.loitering.exit(part, (moment, reason), notes);
        }
        if let Some(queue) = &mut self.queue {
            queue.exit(&mut conduct.waiting, part, (moment, reason), notes);
        }
    }

    /// Judges an absence that has lasted until `until_ns` for certain.
    pub(crate) fn away(
        &mut self,
        known: &mut Known,
        of: (u32, Anchor),
        until_ns: i64,
        notes: &mut Notes,
    ) {
        if let Some(conduct) = known
            && !self
                .loiter
                .as_ref()
                .is_some_and(|loiter| loiter.waits(&mut conduct.loitering, of, until_ns, notes))
        {
            self.forget(known);
        }
    }

    /// Ends what is known of a track that has left, and will not be seen again.
    pub(crate) fn leave(&mut self, known: &mut Known, of: (u32, Anchor), notes: &mut Notes) {
        if let Some(conduct) = known {
            conduct.loitering.end(of, notes);
            self.forget(known);
        }
    }

    fn forget(&mut self, known: &mut Known) {
        if let Some(mut conduct) = known.take() {
            *conduct = Conduct::default();
            self.spare.push(conduct);
        }
    }
}

impl Conduct {
    /// Returns what is wrong with it, if anything is.
    pub(crate) fn fault(&self, inside: bool) -> Option<&'static str> {
        let outside = !inside && self.waiting.is_in_queue();
        let outside = outside.then_some("it waits, and is outside");
        outside.or_else(|| self.loitering.fault(inside))
    }

    pub(crate) fn is_in_queue(&self) -> bool {
        self.waiting.is_in_queue()
    }
}
