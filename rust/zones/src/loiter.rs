//! Loitering: the time that somebody spends in a zone in all, while they are never away for long.

use crate::fact::{ExitReason, FactKind};
use crate::notes::Notes;
use crate::sighting::{Moment, Sighting};
use crate::spec::Anchor;
use crate::watch::Part;

/// When people loiter.
#[derive(Debug)]
pub(crate) struct Loiter {
    /// Time inside after which somebody loiters.
    pub(crate) after_ns: i64,
    /// Who is away for no longer goes on where they left.
    pub(crate) absence_ns: i64,
}

/// What is known of one track: its stays with no more than short absences between them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loitering {
    /// Time inside during the stays that are over, and how much of it unseen.
    inside_ns: i64,
    unseen_ns: i64,
    /// Whether it was handed out that the track loiters.
    reported: bool,
    /// How the last stay ended, while the track is away.
    left: Option<Leaving>,
}

#[derive(Clone, Debug)]
struct Leaving {
    who: Sighting,
    moment: Moment,
    reason: ExitReason,
}

impl Loiter {
    pub(crate) fn enter(&self, known: &mut Loitering, part: &Part, notes: &mut Notes) {
        self.waits(known, part.of, part.entered_ns, notes);
        known.left = None;
    }

    /// Reports, once, that the time inside has reached what is allowed.
    pub(crate) fn follow(&self, known: &mut Loitering, part: &Part, notes: &mut Notes) {
        if known.reported {
            return;
        }
        if let Some(moment) = part.after(self.after_ns - known.inside_ns) {
            known.reported = true;
            let unseen_ns = part.unseen_until(&moment, self.after_ns - known.inside_ns);
            let kind = FactKind::ZoneLoiteringStarted {
                inside_ns: self.after_ns,
                bridged_ns: known.unseen_ns + unseen_ns,
            };
            part.note(kind, &moment, notes);
        }
    }

    /// Ends an absence that was still one at `until_ns` and is too long; returns whether one goes on.
    pub(crate) fn waits(
        &self,
        known: &mut Loitering,
        of: (u32, Anchor),
        until_ns: i64,
        notes: &mut Notes,
    ) -> bool {
        let since_ns = known.left.as_ref().map(|left| left.moment.pts_ns);
        if since_ns.is_some_and(|since_ns| until_ns - since_ns > self.absence_ns) {
            known.end(of, notes);
        }
        known.left.is_some()
    }
}

impl Loitering {
    /// Adds a stay to those before.
    pub(crate) fn exit(&mut self, part: &Part, (moment, reason): (&Moment, ExitReason)) {
        let stay_ns = moment.pts_ns - part.entered_ns;
        self.inside_ns += stay_ns;
        self.unseen_ns += part.unseen_until(moment, stay_ns);
        self.left = Some(Leaving {
            who: part.step.to,
            moment: *moment,
            reason,
        });
    }

    /// Hands out that the track, which has left, loiters no longer, if it was handed out that it did.
    pub(crate) fn end(&mut self, of: (u32, Anchor), notes: &mut Notes) {
        if let (true, Some(left)) = (self.reported, &self.left) {
            let kind = FactKind::ZoneLoiteringEnded {
                reason: left.reason,
                inside_ns: self.inside_ns,
                bridged_ns: self.unseen_ns,
            };
            notes.add(kind, of, &left.who, &left.moment);
        }
        *self = Self::default();
    }

    /// Returns whether the track was inside, is away, and may come back.
    pub(crate) fn is_away(&self) -> bool {
        self.left.is_some()
    }
}
