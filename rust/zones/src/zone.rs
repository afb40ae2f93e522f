//! A zone: who is in it, since when, and how they came and went.

mod counts;
mod state;

use sightline_geometry::{Cut, Point, Polygon};

use crate::fact::{EntryReason, ExitReason, FactKind};
use crate::notes::Notes;
use crate::sighting::{Moment, Move, Sighting};
use crate::spec::{Anchor, CLEAR_SIGHTINGS};
use crate::summary::{Crowding, ZoneInterval};
use crate::tally::ZoneTally;
use crate::watch::{Known, Watch};
use state::{Change, Stay};

pub(crate) use state::ZoneState;

/// A zone with its counts.
#[derive(Debug)]
pub(crate) struct Zone {
    pub(crate) rule: u32,
    /// The edit of the scene that brought it.
    pub(crate) born: u64,
    pub(crate) polygon: Polygon,
    pub(crate) anchor: Anchor,
    /// Farther than this from the boundary is certain when seen so twice in a row.
    pub(crate) band_px: f64,
    /// Farther than this is certain at once.
    pub(crate) sure_px: f64,
    pub(crate) dwell_ns: Option<i64>,
    pub(crate) confirm_frames: u32,
    pub(crate) tally: ZoneTally,
    pub(crate) crowding: Option<Crowding>,
    /// What has passed of the interval that is summarized.
    pub(crate) interval: ZoneInterval,
    /// The count that was last handed out.
    pub(crate) reported: u32,
    /// Memory for one move's cuts.
    pub(crate) cuts: Vec<Cut>,
    /// What is watched beyond entries, exits and dwell.
    pub(crate) watch: Option<Box<Watch>>,
}

impl Zone {
    /// Judges a track's first sighting.
    pub(crate) fn begin(&mut self, first: &Sighting, notes: &mut Notes) -> ZoneState {
        if !self.polygon.contains(self.anchor.of(first.xyxy)) {
            return ZoneState::OUTSIDE;
        }
        let mut state = ZoneState {
            contained: true,
            stay: None,
            // Who is first seen in the band has no other side to be on than the one it is on.
            change: Some(Change {
                moment: Moment::from(first),
                reason: EntryReason::Appeared,
                side: None,
                clear: true,
                beyond: 1,
                frames: 1,
            }),
            conduct: None,
        };
        self.settle(&mut state, &Move::still(*first), notes);
        state
    }

    /// Follows a track to its next sighting on a move that may cut the boundary.
    pub(crate) fn follow(&mut self, state: &mut ZoneState, step: &Move, notes: &mut Notes) {
        state.lose_sight(step);
        let (from, to) = step.anchors(self.anchor);
        let mut cuts = std::mem::take(&mut self.cuts);
        self.polygon.path_cuts(from, to, &mut cuts);
        let mut start = from;
        for cut in &cuts {
            let end = from.toward(to, cut.t);
            self.stretch(state, (start, end), step, notes);
            self.cut(state, step.at(cut.t), cut.edge + 1);
            start = end;
        }
        self.cuts = cuts;
        self.arrive(state, (start, to), step, notes);
    }

    /// Follows a track to its next sighting on a move that is certain not to cut the boundary.
    pub(crate) fn stay(&mut self, state: &mut ZoneState, step: &Move, notes: &mut Notes) {
        state.lose_sight(step);
        let path = step.anchors(self.anchor);
        self.arrive(state, path, step, notes);
    }

    /// Judges the last stretch of a move and the sighting at its end.
    fn arrive(
        &mut self,
        state: &mut ZoneState,
        path: (Point, Point),
        step: &Move,
        notes: &mut Notes,
    ) {
        if let Some(change) = &mut state.change {
            change.frames += 1;
            let beyond = self.polygon.boundary_distance(path.1) > self.band_px;
            change.beyond = if beyond { change.beyond + 1 } else { 0 };
            change.clear |= change.beyond >= CLEAR_SIGHTINGS;
        }
        self.stretch(state, path, step, notes);
        // While an exit is under way, only what passed before it is certain.
        let until_ns = state
            .change
            .as_ref()
            .map_or(step.to.pts_ns, |c| c.moment.pts_ns);
        if let Some(stay) = &mut state.stay {
            self.report_dwell(stay, until_ns, step, notes);
        }
        if self.watch.is_some() {
            self.observe(state, until_ns, step, notes);
        }
    }

    /// Lets the watch judge a sighting of a track that was where it counts as being until `until_ns` for certain.
    fn observe(&mut self, state: &mut ZoneState, until_ns: i64, step: &Move, notes: &mut Notes) {
        let Some(watch) = &mut self.watch else {
            return;
        };
        let (of, conduct) = ((self.rule, self.anchor), &mut state.conduct);
        match (&state.stay, &state.change) {
            (Some(stay), leaving) => {
                let part = stay.until(until_ns, of, step);
                watch.follow(conduct, &part, notes);
                // While an exit is under way it is open how they moved meanwhile.
                if leaving.is_none() {
                    watch.see(conduct, &part, true, notes);
                }
            }
            (None, Some(Change { moment, .. })) => {
                watch.away(conduct, (of, until_ns), true, notes);
                let part = Stay::since(moment).until(until_ns, of, step);
                watch.see(conduct, &part, false, notes);
            }
            (None, None) => watch.away(conduct, (of, until_ns), false, notes),
        }
    }

    /// Ends a track's stay, if there is one, at its last sighting.
    pub(crate) fn leave(
        &mut self,
        state: &mut ZoneState,
        last: &Sighting,
        reason: ExitReason,
        notes: &mut Notes,
    ) {
        let step = Move::still(*last);
        if let Some(change) = &mut state.change {
            // Beyond the band once is enough when there is no more to be seen.
            change.clear |= change.beyond > 0;
            self.settle(state, &step, notes);
        }
        if let Some(stay) = state.stay.take() {
            let end = (&Moment::from(last), reason, None);
            self.exit(stay, &mut state.conduct, end, &step, notes);
        }
        state.change = None;
        if let Some(watch) = &mut self.watch {
            watch.leave(&mut state.conduct, (self.rule, self.anchor), notes);
        }
    }

    /// Takes note of a cut of the boundary.
    fn cut(&mut self, state: &mut ZoneState, moment: Moment, side: u32) {
        state.contained = !state.contained;
        if state.contained == state.is_inside() {
            state.change = None;
            self.tally.flips_suppressed += 1;
        } else {
            state.change = Some(Change {
                moment,
                reason: EntryReason::Entered,
                side: Some(side),
                clear: false,
                beyond: 0,
                frames: 0,
            });
        }
    }

    /// Judges a stretch of path between two cuts.
    fn stretch(
        &mut self,
        state: &mut ZoneState,
        (start, end): (Point, Point),
        step: &Move,
        notes: &mut Notes,
    ) {
        if let Some(change) = &mut state.change {
            change.clear = change.clear || self.polygon.strays_beyond(start, end, self.sure_px);
            self.settle(state, step, notes);
        }
    }

    /// Lets an entry or exit count if it is certain.
    fn settle(&mut self, state: &mut ZoneState, step: &Move, notes: &mut Notes) {
        let inside = state.is_inside();
        let long_enough = |change: &Change| {
            inside || self.confirm_frames <= 1 || change.frames >= self.confirm_frames
        };
        let Some(change) = state.change.take_if(|c| c.clear && long_enough(c)) else {
            return;
        };
        match state.stay.take() {
            Some(stay) => {
                let end = (&change.moment, ExitReason::Exited, change.side);
                self.exit(stay, &mut state.conduct, end, step, notes);
            }
            None => state.stay = Some(self.enter(&change, &mut state.conduct, step, notes)),
        }
    }

    fn enter(
        &mut self,
        change: &Change,
        conduct: &mut Known,
        step: &Move,
        notes: &mut Notes,
    ) -> Stay {
        let (reason, moment) = (change.reason, &change.moment);
        self.tally.inside += 1;
        self.tally.entries += 1;
        self.tally.born_inside += u64::from(reason == EntryReason::Appeared);
        self.tally.gaps_bridged += u64::from(moment.gap_ns > 0);
        let kind = FactKind::ZoneEntered {
            reason,
            side: change.side,
        };
        let of = (self.rule, self.anchor);
        notes.add(kind, of, &step.to, moment);
        let stay = Stay::since(moment);
        if let Some(watch) = &mut self.watch {
            watch.enter(conduct, &stay.until(stay.entered_ns, of, step), notes);
        }
        stay
    }

    fn exit(
        &mut self,
        mut stay: Stay,
        conduct: &mut Known,
        (moment, reason, side): (&Moment, ExitReason, Option<u32>),
        step: &Move,
        notes: &mut Notes,
    ) {
        let of = (self.rule, self.anchor);
        let part = stay.until(moment.pts_ns, of, step);
        self.report_dwell(&mut stay, moment.pts_ns, step, notes);
        if let Some(watch) = &mut self.watch {
            watch.conclude(conduct, &part, notes);
        }
        self.tally.inside -= 1;
        self.tally.exits += 1;
        self.interval.leave(moment.pts_ns - stay.entered_ns);
        self.tally.gaps_bridged += u64::from(moment.gap_ns > 0);
        let kind = FactKind::ZoneExited {
            reason,
            side,
            dwell_ns: moment.pts_ns - stay.entered_ns,
            bridged_ns: moment.unseen_ns - stay.unseen_ns,
        };
        notes.add(kind, of, &step.to, moment);
        if let Some(watch) = &mut self.watch {
            watch.exit(conduct, &part, (moment, reason), notes);
        }
    }

    /// Reports, once a stay, that it has lasted as long as the threshold.
    fn report_dwell(&self, stay: &mut Stay, until_ns: i64, step: &Move, notes: &mut Notes) {
        let Some(dwell_ns) = self.dwell_ns else {
            return;
        };
        if stay.dwelled || until_ns - stay.entered_ns < dwell_ns {
            return;
        }
        stay.dwelled = true;
        let moment = step.at_pts(stay.entered_ns + dwell_ns);
        let kind = FactKind::ZoneDwelled {
            dwell_ns,
            bridged_ns: (moment.unseen_ns - stay.unseen_ns).clamp(0, dwell_ns),
        };
        notes.add(kind, (self.rule, self.anchor), &step.to, &moment);
    }
}
