//! A distance: which pairs of people are closer than it, since when, and how close they came.

use std::collections::BTreeMap;

use sightline_geometry::{Point, Polygon};

use crate::fact::{ExitReason, FactKind};
use crate::notes::Notes;
use crate::sighting::{Moment, Move, Sighting};
use crate::spec::Anchor;
use crate::tally::DistanceTally;

/// A distance with its counts and with the pairs that are close.
#[derive(Debug)]
pub(crate) struct Distance {
    pub(crate) rule: u32,
    pub(crate) polygon: Option<Polygon>,
    pub(crate) anchor: Anchor,
    pub(crate) band_px: f64,
    /// Nearer than this is close.
    pub(crate) close_px: f64,
    /// Farther than this is parted.
    pub(crate) apart_px: f64,
    pub(crate) min_duration_ns: Option<i64>,
    pub(crate) tally: DistanceTally,
    pub(crate) pairs: BTreeMap<(u64, u64), Pair>,
    /// Memory for one frame's people, in order of identity.
    people: Vec<Person>,
    /// Memory for the same in order from left to right.
    by_x: Vec<usize>,
}

/// Two tracks that are close; the first is the one with the smaller identity.
#[derive(Debug)]
pub(crate) struct Pair {
    /// When they came close, and where the first one was.
    since: Moment,
    /// Whether that was handed out.
    reported: bool,
    /// The last outward pass of the threshold, while they are between close and apart.
    parting: Option<Moment>,
    minimum_px: f64,
    /// The first one when both were last seen.
    last: Sighting,
    /// Time in which one of them was not seen.
    unseen_ns: i64,
}

/// A track that was seen in this frame, as one rule looks at it.
#[derive(Clone, Copy, Debug)]
struct Person {
    step: Move,
    before: Point,
    place: Point,
    /// Whether the rule's polygon contains it.
    within: bool,
    /// Whether it is clear of the polygon.
    gone: bool,
}

impl Distance {
    pub(crate) fn new(rule: u32, polygon: Option<Polygon>, anchor: Anchor, band_px: f64) -> Self {
        Self {
            rule,
            polygon,
            anchor,
            band_px,
            close_px: 0.0,
            apart_px: 0.0,
            min_duration_ns: None,
            tally: DistanceTally::default(),
            pairs: BTreeMap::new(),
            people: Vec::new(),
            by_x: Vec::new(),
        }
    }

    /// Judges one frame's moves, in order of identity.
    pub(crate) fn follow<'a>(&mut self, steps: impl Iterator<Item = &'a Move>, notes: &mut Notes) {
        let mut people = std::mem::take(&mut self.people);
        people.clear();
        people.extend(steps.map(|step| self.person(step)));
        self.follow_pairs(&people, notes);
        self.find_pairs(&people, notes);
        self.people = people;
    }

    /// Ends the pairs of a track, or all of them, when both were last seen.
    pub(crate) fn leave(&mut self, track_id: Option<u64>, reason: ExitReason, notes: &mut Notes) {
        let mut pairs = std::mem::take(&mut self.pairs);
        pairs.retain(|&(a, b), pair| {
            let stays = track_id.is_some_and(|id| id != a && id != b);
            if !stays {
                let moment = Moment::from(&pair.last);
                self.part(b, pair, &moment, reason, notes);
            }
            stays
        });
        self.pairs = pairs;
    }

    fn person(&self, step: &Move) -> Person {
        let (before, place) = step.anchors(self.anchor);
        let within = self.polygon.as_ref().is_none_or(|p| p.contains(place));
        let beyond = |polygon: &Polygon| polygon.boundary_distance(place) > self.band_px;
        Person {
            step: *step,
            before,
            place,
            within,
            gone: !within && self.polygon.as_ref().is_some_and(beyond),
        }
    }

    /// Judges the pairs that were close.
    fn follow_pairs(&mut self, people: &[Person], notes: &mut Notes) {
        let find = |id: u64| {
            let found = people.binary_search_by_key(&id, |person| person.step.to.track_id);
            found.ok().map(|position| &people[position])
        };
        let mut pairs = std::mem::take(&mut self.pairs);
        pairs.retain(|&(a, b), pair| match (find(a), find(b)) {
            (Some(first), Some(second)) => self.follow_pair(pair, first, second, notes),
            _ => true,
        });
        self.pairs = pairs;
    }

    /// Judges one pair of which both are seen; returns whether it goes on.
    fn follow_pair(
        &mut self,
        pair: &mut Pair,
        first: &Person,
        second: &Person,
        notes: &mut Notes,
    ) -> bool {
        let distance = first.place.distance(second.place);
        if first.step.gap || second.step.gap {
            pair.unseen_ns += notes.now_ns - pair.last.pts_ns;
        }
        pair.last = first.step.to;
        pair.minimum_px = pair.minimum_px.min(distance);
        if distance < self.close_px {
            pair.parting = None;
        } else if pair.parting.is_none() {
            pair.parting = Some(self.passed(first, second));
        }
        let gone = first.gone || second.gone;
        if !pair.reported {
            let goes_on = pair.parting.is_none() && !gone;
            if goes_on {
                self.report(pair, second, notes);
            }
            return goes_on;
        }
        if distance <= self.apart_px && !gone {
            return true;
        }
        let moment = pair.parting.unwrap_or_else(|| Moment::from(&first.step.to));
        let other = second.step.to.track_id;
        self.part(other, pair, &moment, ExitReason::Exited, notes);
        false
    }

    /// Finds pairs that have become close, from left to right, and the closest of all.
    fn find_pairs(&mut self, people: &[Person], notes: &mut Notes) {
        let mut by_x = std::mem::take(&mut self.by_x);
        by_x.clear();
        by_x.extend((0..people.len()).filter(|&i| people[i].within));
        by_x.sort_unstable_by(|&i, &j| {
            let order = people[i].place.x.total_cmp(&people[j].place.x);
            order.then(i.cmp(&j))
        });
        let mut nearest = f64::INFINITY;
        for (position, &i) in by_x.iter().enumerate() {
            for &j in &by_x[position + 1..] {
                let across = people[j].place.x - people[i].place.x;
                if across >= self.close_px && across >= nearest {
                    break;
                }
                let (first, second) = (&people[i.min(j)], &people[i.max(j)]);
                let distance = first.place.distance(second.place);
                nearest = nearest.min(distance);
                if distance < self.close_px {
                    self.meet(first, second, distance, notes);
                }
            }
        }
        self.by_x = by_x;
        self.tally.nearest_px = nearest.is_finite().then_some(nearest);
    }

    /// Starts a pair, unless it was close already.
    fn meet(&mut self, first: &Person, second: &Person, distance: f64, notes: &mut Notes) {
        let key = (first.step.to.track_id, second.step.to.track_id);
        if self.pairs.contains_key(&key) {
            return;
        }
        let mut pair = Pair {
            since: self.passed(first, second),
            reported: false,
            parting: None,
            minimum_px: distance,
            last: first.step.to,
            unseen_ns: 0,
        };
        self.report(&mut pair, second, notes);
        self.pairs.insert(key, pair);
    }

    /// Returns when the distance of two passed the threshold on their way here, and where the first one was.
    fn passed(&self, first: &Person, second: &Person) -> Moment {
        let before = first.before.distance(second.before) - self.close_px;
        let after = first.place.distance(second.place) - self.close_px;
        let together = first.step.from.pts_ns == second.step.from.pts_ns;
        if together && (before < 0.0) != (after < 0.0) {
            first.step.at((before / (before - after)).clamp(0.0, 1.0))
        } else {
            Moment::from(&first.step.to)
        }
    }

    /// Hands out that a pair is close once it has been so for long enough.
    fn report(&mut self, pair: &mut Pair, second: &Person, notes: &mut Notes) {
        let lasted_ns = notes.now_ns - pair.since.pts_ns;
        if self.min_duration_ns.is_some_and(|least| lasted_ns < least) {
            return;
        }
        pair.reported = true;
        self.tally.close += 1;
        self.tally.contacts += 1;
        let kind = FactKind::PeopleClose {
            other: second.step.to.track_id,
            distance_px: self.anchor.of(pair.last.xyxy).distance(second.place),
        };
        notes.add(kind, (self.rule, self.anchor), &pair.last, &pair.since);
    }

    /// Hands out that a pair is close no longer, if it was handed out that it was.
    fn part(
        &mut self,
        other: u64,
        pair: &Pair,
        moment: &Moment,
        reason: ExitReason,
        notes: &mut Notes,
    ) {
        if !pair.reported {
            return;
        }
        self.tally.close -= 1;
        let close_ns = (moment.pts_ns - pair.since.pts_ns).max(0);
        let kind = FactKind::PeopleParted {
            other,
            reason,
            close_ns,
            bridged_ns: pair.unseen_ns.min(close_ns),
            minimum_px: pair.minimum_px,
        };
        notes.add(kind, (self.rule, self.anchor), &pair.last, moment);
    }
}

impl Pair {
    /// Returns whether it was handed out that the two are close.
    pub(crate) fn is_reported(&self) -> bool {
        self.reported
    }
}
