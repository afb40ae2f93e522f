//! Where rules write down what they conclude, and the order in which it is handed out.

use crate::fact::{Fact, FactKind};
use crate::motion::{Ground, Motion};
use crate::sighting::{Moment, Sighting};
use crate::spec::Anchor;

/// Facts in the making, of one frame.
#[derive(Debug)]
pub(crate) struct Notes<'a> {
    pub(crate) facts: &'a mut Vec<Fact>,
    pub(crate) epoch: u32,
    /// Time of the frame in which everything here is certain.
    pub(crate) now_ns: i64,
    pub(crate) ground: &'a Ground,
    /// Facts before this one were handed out earlier.
    first: usize,
}

impl<'a> Notes<'a> {
    pub(crate) fn new(
        facts: &'a mut Vec<Fact>,
        (epoch, now_ns): (u32, i64),
        ground: &'a Ground,
    ) -> Self {
        let first = facts.len();
        Self {
            facts,
            epoch,
            now_ns,
            ground,
            first,
        }
    }

    /// Adds a fact about one track.
    pub(crate) fn add(
        &mut self,
        kind: FactKind,
        (rule, anchor): (u32, Anchor),
        who: &Sighting,
        when: &Moment,
    ) {
        let place = anchor.of(when.xyxy);
        self.facts.push(Fact {
            kind,
            rule,
            track_id: Some(who.track_id),
            epoch: self.epoch,
            pts_ns: when.pts_ns,
            confirmed_pts_ns: self.now_ns,
            bridged_ns: when.gap_ns,
            xyxy: when.xyxy,
            anchor: [place.x, place.y],
            motion: who.past.motion(&when.xyxy, when.pts_ns, self.ground),
            class_id: who.class_id,
            confidence: who.confidence,
        });
    }

    /// Changes the fact that was added last.
    pub(crate) fn amend(&mut self, change: impl FnOnce(&mut Fact)) {
        if let Some(last) = self.facts.last_mut() {
            change(last);
        }
    }

    /// Returns how a track moved when it was seen.
    pub(crate) fn motion(&self, seen: &Sighting) -> Motion {
        seen.past.motion(&seen.xyxy, seen.pts_ns, self.ground)
    }

    /// Adds a fact about a rule, such as a zone's new count.
    pub(crate) fn add_of_rule(&mut self, kind: FactKind, rule: u32, pts_ns: i64) {
        self.facts.push(Fact {
            kind,
            rule,
            track_id: None,
            epoch: self.epoch,
            pts_ns,
            confirmed_pts_ns: self.now_ns,
            bridged_ns: 0,
            xyxy: [0.0; 4],
            anchor: [0.0; 2],
            motion: Motion::default(),
            class_id: 0,
            confidence: 0.0,
        });
    }

    /// Puts the facts in order: of time, then list of rules, rule, track, and counts last. Facts that are equal in all
    /// of this stay in the order in which they were concluded. `order` is memory for that.
    pub(crate) fn sort(self, order: &mut Vec<usize>) {
        let facts = &mut self.facts[self.first..];
        order.clear();
        order.extend(0..facts.len());
        order.sort_unstable_by_key(|&position| (rank(&facts[position]), position));
        // Each place gets its fact; one that was moved away meanwhile is found by following where it went.
        for place in 0..facts.len() {
            let mut from = order[place];
            while from < place {
                from = order[from];
            }
            facts.swap(place, from);
        }
    }
}

/// What facts are sorted by.
fn rank(fact: &Fact) -> (i64, u8, u32, u64, u64) {
    let (list, other) = match fact.kind {
        FactKind::LineCrossed { .. }
        | FactKind::LineWrongWay { .. }
        | FactKind::LineSummarized(_) => (0, 0),
        FactKind::ZoneEntered { .. }
        | FactKind::ZoneExited { .. }
        | FactKind::ZoneDwelled { .. }
        | FactKind::ZoneCountChanged { .. }
        | FactKind::ZoneOvercrowded { .. }
        | FactKind::ZoneRelieved { .. }
        | FactKind::ZoneLoiteringStarted { .. }
        | FactKind::ZoneLoiteringEnded { .. }
        | FactKind::ZoneWrongWay { .. }
        | FactKind::ZoneSpeedExceeded { .. }
        | FactKind::ZoneSpeedRestored { .. }
        | FactKind::QueueChanged { .. }
        | FactKind::QueueLeft { .. }
        | FactKind::QueueWaitExceeded { .. }
        | FactKind::ZoneSummarized(_) => (1, 0),
        FactKind::PeopleClose { other, .. } | FactKind::PeopleParted { other, .. } => (2, other),
    };
    let track_id = fact.track_id.unwrap_or(u64::MAX);
    (fact.pts_ns, list, fact.rule, track_id, other)
}
