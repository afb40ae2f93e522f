//! What a zone knows of a track: whether it is inside, since when, and what is not certain yet.

use super::Zone;
use crate::fact::EntryReason;
use crate::sighting::{Moment, Move, Sighting};
use crate::spec::Anchor;
use crate::watch::{Known, Part};

/// What a zone knows of a track.
#[derive(Clone, Debug)]
pub(crate) struct ZoneState {
    /// Whether the polygon contains the anchor.
    pub(super) contained: bool,
    /// The stay that counts; `None` while the track counts as outside.
    pub(super) stay: Option<Stay>,
    /// Set exactly while `contained` contradicts `stay`.
    pub(super) change: Option<Change>,
    /// What the zone's watch knows, which may outlast a stay.
    pub(super) conduct: Known,
}

/// From an entry that counted until the exit.
#[derive(Clone, Debug)]
pub(super) struct Stay {
    pub(super) entered_ns: i64,
    /// Time the track had spent unseen until then.
    pub(super) unseen_ns: i64,
    /// Whether the dwell threshold was reported.
    pub(super) dwelled: bool,
}

impl Stay {
    pub(super) fn since(moment: &Moment) -> Self {
        Self {
            entered_ns: moment.pts_ns,
            unseen_ns: moment.unseen_ns,
            dwelled: false,
        }
    }

    /// Returns the stay as far as it is certain.
    pub(super) fn until<'a>(&self, until_ns: i64, of: (u32, Anchor), step: &'a Move) -> Part<'a> {
        Part {
            of,
            entered_ns: self.entered_ns,
            unseen_ns: self.unseen_ns,
            until_ns,
            step,
        }
    }
}

/// An entry or exit that does not count yet.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// The cut.
    pub(super) moment: Moment,
    /// Of an entry: how.
    pub(super) reason: EntryReason,
    /// The side that was cut, from 1; `None` of somebody who was inside when first seen.
    pub(super) side: Option<u32>,
    /// Whether the path has been so far from the boundary since that the change is certain.
    pub(super) clear: bool,
    /// Sightings in a row beyond the band since.
    pub(super) beyond: u32,
    /// Of an entry: frames in a row that saw the track inside.
    pub(super) frames: u32,
}

impl Change {
    fn fault(&self, zone: &Zone) -> Option<&'static str> {
        let sides = 1..=zone.polygon.vertices().len();
        let known = self.side.map(|side| sides.contains(&(side as usize)));
        (known != (self.reason == EntryReason::Entered).then_some(true))
            .then_some("a change over the boundary has no side of the polygon, or another has one")
    }
}

impl ZoneState {
    /// The state of a track that is outside and clear of the boundary, which needs no memory.
    pub(crate) const OUTSIDE: Self = Self {
        contained: false,
        stay: None,
        change: None,
        conduct: None,
    };

    /// Returns whether there is something to remember.
    pub(crate) fn is_open(&self) -> bool {
        self.stay.is_some() || self.change.is_some() || self.conduct.is_some()
    }

    pub(crate) fn is_inside(&self) -> bool {
        self.stay.is_some()
    }

    pub(crate) fn is_in_queue(&self) -> bool {
        self.conduct
            .as_ref()
            .is_some_and(|conduct| conduct.is_in_queue())
    }

    /// Starts the count of frames in a row anew where one was missed.
    pub(super) fn lose_sight(&mut self, step: &Move) {
        if let (true, Some(change)) = (step.gap, &mut self.change) {
            change.frames = 0;
        }
    }

    /// Returns what is wrong with the state of a track that was last seen at `last`, if anything is.
    pub(crate) fn fault(&self, zone: &Zone, last: &Sighting) -> Option<&'static str> {
        if self.contained != zone.polygon.contains(zone.anchor.of(last.xyxy)) {
            return Some("path and containment disagree");
        }
        if self.change.is_some() != (self.contained != self.is_inside()) {
            return Some("a change is due and none is under way, or the reverse");
        }
        if let Some(fault) = self.change.as_ref().and_then(|change| change.fault(zone)) {
            return Some(fault);
        }
        if let Some(conduct) = &self.conduct
            && let Some(fault) = conduct.fault(self.is_inside(), self.change.is_some(), last.pts_ns)
        {
            return Some(fault);
        }
        if self.conduct.is_some() && zone.watch.is_none() {
            return Some("something is known that the zone does not watch");
        }
        let entered_ns = self.stay.as_ref().map(|stay| stay.entered_ns);
        (entered_ns > Some(last.pts_ns)).then_some("a stay begins after the last sighting")
    }
}
