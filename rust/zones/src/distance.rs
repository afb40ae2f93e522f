//! A distance: which pairs of people are closer than it, since when, and how close they came.

use sightline_geometry::Polygon;
use sightline_ground::GroundPlane;

use crate::fact::{ExitReason, FactKind};
use crate::groups::{Groups, Verdict};
use crate::notes::Notes;
use crate::pairs::{ByPair, PairId};
use crate::person::{Apart, Person, each_near, find, sort_by_x};
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
    /// Whether it is measured on the ground, in metres, and not in the picture, in pixels.
    pub(crate) on_ground: bool,
    /// Nearer than this is close.
    pub(crate) close: f64,
    /// Farther than this is parted.
    pub(crate) apart: f64,
    pub(crate) min_duration_ns: Option<i64>,
    /// Who came together, where that is no breach.
    pub(crate) groups: Option<Groups>,
    pub(crate) tally: DistanceTally,
    pub(crate) pairs: ByPair<Pair>,
    /// Pairs that have parted before it was known whether they are of one group.
    pub(crate) held: Vec<Held>,
    /// Memory for one frame's people, in order of identity.
    people: Vec<Person>,
    /// Memory for the same in order from left to right.
    by_x: Vec<usize>,
}

/// Two tracks that are close; the first is the one with the smaller identity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    /// When they came close, and where the first one was.
    since: Moment,
    stage: Stage,
    /// The last outward pass of the threshold, while they are between close and apart.
    parting: Option<Moment>,
    minimum: Apart,
    /// The first one when both were last seen.
    last: Sighting,
    /// Time in which one of them was not seen.
    unseen_ns: i64,
}

/// How far a pair has come.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    /// Not close for long enough yet.
    Brief,
    /// Close for long enough, and so far apart when that was certain, but may be of one group.
    Due(Apart),
    /// It was handed out that they are close.
    Reported,
}

/// Two who were close for long enough and have parted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) id: PairId,
    pair: Pair,
    parted: Moment,
}

impl Distance {
    pub(crate) fn new(rule: u32, polygon: Option<Polygon>, anchor: Anchor, band_px: f64) -> Self {
        Self {
            rule,
            polygon,
            anchor,
            band_px,
            on_ground: false,
            close: 0.0,
            apart: 0.0,
            min_duration_ns: None,
            groups: None,
            tally: DistanceTally::default(),
            pairs: ByPair::default(),
            held: Vec::new(),
            people: Vec::new(),
            by_x: Vec::new(),
        }
    }

    /// Judges one frame's moves, in order of identity.
    pub(crate) fn follow<'a>(&mut self, steps: impl Iterator<Item = &'a Move>, notes: &mut Notes) {
        let mut people = std::mem::take(&mut self.people);
        let mut by_x = std::mem::take(&mut self.by_x);
        people.clear();
        people.extend(steps.filter_map(|step| self.person(step, notes.ground.plane())));
        by_x.clear();
        by_x.extend(0..people.len());
        if let Some(groups) = &mut self.groups {
            sort_by_x(&people, &mut by_x);
            groups.follow(&people, &by_x, notes.now_ns);
            by_x.retain(|&i| people[i].within);
        } else {
            by_x.retain(|&i| people[i].within);
            sort_by_x(&people, &mut by_x);
        }
        self.follow_pairs(&people, notes);
        self.find_pairs(&people, &by_x, notes);
        self.settle_held(notes);
        (self.people, self.by_x) = (people, by_x);
    }

    /// Ends the pairs of a track, or all of them, when both were last seen.
    pub(crate) fn leave(&mut self, track_id: Option<u64>, reason: ExitReason, notes: &mut Notes) {
        let stays = |(a, b): PairId| track_id.is_some_and(|id| id != a && id != b);
        // Who is gone comes together with nobody, so that whatever was held back is certain.
        let mut held = std::mem::take(&mut self.held);
        held.retain(|held| stays(held.id) || self.release(held, notes));
        self.held = held;
        let mut pairs = std::mem::take(&mut self.pairs);
        pairs.retain(|id, pair| {
            if !stays(id) {
                self.admit(id, pair, notes);
                self.part(id, pair, &Moment::from(&pair.last), reason, notes);
            }
            stays(id)
        });
        self.pairs = pairs;
        if let Some((groups, id)) = self.groups.as_mut().zip(track_id) {
            groups.leave(id);
        }
    }

    /// Returns how the rule looks at a track, if it can be measured.
    fn person(&self, step: &Move, ground: Option<&GroundPlane>) -> Option<Person> {
        let (before, in_picture) = step.anchors(self.anchor);
        let locate = |seen: &Sighting| ground?.locate(Anchor::BottomCenter.of(seen.xyxy));
        let on_ground = locate(&step.to);
        let (before, place) = if self.on_ground {
            (locate(&step.from), on_ground?)
        } else {
            (Some(before), in_picture)
        };
        let within = self.polygon.as_ref().is_none_or(|p| p.contains(in_picture));
        let beyond = |polygon: &Polygon| polygon.boundary_distance(in_picture) > self.band_px;
        Some(Person {
            step: *step,
            in_picture,
            on_ground,
            place,
            before,
            within,
            gone: !within && self.polygon.as_ref().is_some_and(beyond),
        })
    }

    fn verdict(&self, id: PairId, notes: &Notes) -> Verdict {
        let groups = self.groups.as_ref();
        groups.map_or(Verdict::Strangers, |groups| {
            groups.verdict(id, notes.now_ns)
        })
    }

    /// Judges the pairs that were close.
    fn follow_pairs(&mut self, people: &[Person], notes: &mut Notes) {
        let mut pairs = std::mem::take(&mut self.pairs);
        pairs.retain(|(a, b), pair| {
            if pair.stage != Stage::Reported && self.verdict((a, b), notes) == Verdict::Together {
                return false;
            }
            let both = find(people, a).zip(find(people, b));
            let goes_on =
                both.is_none_or(|(first, second)| self.follow_pair(pair, first, second, notes));
            if goes_on && self.verdict((a, b), notes) == Verdict::Strangers {
                self.admit((a, b), pair, notes);
            }
            goes_on
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
        if first.was_missed() || second.was_missed() {
            pair.unseen_ns += notes.now_ns - pair.last.pts_ns;
        }
        pair.last = first.step.to;
        pair.minimum = pair.minimum.least(Apart::between(first, second));
        if distance < self.close {
            pair.parting = None;
        } else if pair.parting.is_none() {
            pair.parting = Some(self.passed(first, second));
        }
        let gone = first.gone || second.gone;
        if pair.stage == Stage::Brief {
            self.ripen(pair, first, second, notes);
            return pair.parting.is_none() && !gone;
        }
        if distance <= self.apart && !gone {
            return true;
        }
        let moment = pair.parting.unwrap_or_else(|| Moment::from(&first.step.to));
        let id = (first.id(), second.id());
        if pair.stage == Stage::Reported {
            self.part(id, pair, &moment, ExitReason::Exited, notes);
        } else {
            self.held.push(Held {
                id,
                pair: *pair,
                parted: moment,
            });
        }
        false
    }

    /// Finds pairs that have become close, from left to right, and the closest of all.
    fn find_pairs(&mut self, people: &[Person], by_x: &[usize], notes: &mut Notes) {
        let (mut nearest, mut apart) = (f64::INFINITY, None);
        each_near(people, by_x, f64::INFINITY, |first, second, distance| {
            if distance < nearest {
                nearest = distance;
                apart = Some(Apart::between(first, second));
            }
            if distance < self.close {
                self.meet(first, second, notes);
            }
            nearest.max(self.close)
        });
        self.pairs.settle();
        self.tally.nearest_px = apart.map(|apart| apart.px);
        self.tally.nearest_m = apart.and_then(|apart| apart.m);
    }

    /// Starts a pair, unless it was close already or is of one group.
    fn meet(&mut self, first: &Person, second: &Person, notes: &mut Notes) {
        let id = (first.id(), second.id());
        if self.pairs.contains(id) {
            return;
        }
        let verdict = self.verdict(id, notes);
        if verdict == Verdict::Together {
            return;
        }
        let mut pair = Pair {
            since: self.passed(first, second),
            stage: Stage::Brief,
            parting: None,
            minimum: Apart::between(first, second),
            last: first.step.to,
            unseen_ns: 0,
        };
        self.ripen(&mut pair, first, second, notes);
        if verdict == Verdict::Strangers {
            self.admit(id, &mut pair, notes);
        }
        self.pairs.add(id, pair);
    }

    /// Returns when the distance of two passed the threshold on their way here, and where the first one was.
    fn passed(&self, first: &Person, second: &Person) -> Moment {
        let after = first.place.distance(second.place) - self.close;
        let together = first.step.from.pts_ns == second.step.from.pts_ns;
        let places = first.before.zip(second.before).filter(|_| together);
        let before = places.map(|(first, second)| first.distance(second) - self.close);
        match before {
            Some(before) if (before < 0.0) != (after < 0.0) => {
                first.step.at((before / (before - after)).clamp(0.0, 1.0))
            }
            _ => Moment::from(&first.step.to),
        }
    }

    /// Takes note that a pair has been close for long enough.
    fn ripen(&self, pair: &mut Pair, first: &Person, second: &Person, notes: &Notes) {
        let lasted_ns = notes.now_ns - pair.since.pts_ns;
        let gone = first.gone || second.gone;
        if pair.parting.is_none()
            && !gone
            && self.min_duration_ns.is_none_or(|least| lasted_ns >= least)
        {
            pair.stage = Stage::Due(Apart::between(first, second));
        }
    }

    /// Hands out that a pair is close, if that is due.
    fn admit(&mut self, (_, other): PairId, pair: &mut Pair, notes: &mut Notes) {
        let Stage::Due(apart) = pair.stage else {
            return;
        };
        pair.stage = Stage::Reported;
        self.tally.close += 1;
        self.tally.contacts += 1;
        let kind = FactKind::PeopleClose {
            other,
            distance_px: apart.px,
            distance_m: apart.m,
        };
        notes.add(kind, (self.rule, self.anchor), &pair.last, &pair.since);
    }

    /// Hands out that a pair is close no longer, if it was handed out that it was.
    fn part(
        &mut self,
        (_, other): PairId,
        pair: &Pair,
        moment: &Moment,
        reason: ExitReason,
        notes: &mut Notes,
    ) {
        if pair.stage != Stage::Reported {
            return;
        }
        self.tally.close -= 1;
        let close_ns = (moment.pts_ns - pair.since.pts_ns).max(0);
        let kind = FactKind::PeopleParted {
            other,
            reason,
            close_ns,
            bridged_ns: pair.unseen_ns.min(close_ns),
            minimum_px: pair.minimum.px,
            minimum_m: pair.minimum.m,
        };
        notes.add(kind, (self.rule, self.anchor), &pair.last, moment);
    }

    /// Hands out what was held back of those who turn out to be strangers, and forgets it of those of one group.
    fn settle_held(&mut self, notes: &mut Notes) {
        let mut held = std::mem::take(&mut self.held);
        held.retain(|held| match self.verdict(held.id, notes) {
            Verdict::Together => false,
            Verdict::Open => true,
            Verdict::Strangers => self.release(held, notes),
        });
        self.held = held;
    }

    /// Hands out what was held back; returns that it is held back no longer.
    fn release(&mut self, held: &Held, notes: &mut Notes) -> bool {
        let Held {
            id,
            mut pair,
            parted,
        } = *held;
        self.admit(id, &mut pair, notes);
        self.part(id, &pair, &parted, ExitReason::Exited, notes);
        false
    }
}

impl Pair {
    /// Returns whether it was handed out that the two are close.
    pub(crate) fn is_reported(&self) -> bool {
        self.stage == Stage::Reported
    }
}
