//! A line: how often the path of a track's anchor cut it until the anchor was clear of it again.

use sightline_geometry::{Segment, Side};

use crate::fact::{Direction, ExitReason, FactKind};
use crate::notes::Notes;
use crate::sighting::{Moment, Move, Sighting};
use crate::spec::{Anchor, CLEAR_AT_ONCE, CLEAR_SIGHTINGS};
use crate::tally::LineTally;

/// A line with its counts.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) rule: u32,
    /// The edit of the scene that brought it.
    pub(crate) born: u64,
    pub(crate) segment: Segment,
    pub(crate) anchor: Anchor,
    pub(crate) band_px: f64,
    pub(crate) wrong_way: Option<Direction>,
    pub(crate) tally: LineTally,
    /// What it was when the interval that is summarized began.
    pub(crate) before: LineTally,
}

/// A track whose path has cut the line and that is not clear of it yet.
#[derive(Clone, Debug)]
pub(crate) struct LineState {
    /// The side that it came from.
    side: Side,
    /// Cuts since, those toward the positive side less the others.
    net: i32,
    /// The last cut away from `side`.
    cut: Option<Moment>,
    /// Sightings in a row beyond the band, and on which side.
    beyond: (Side, u32),
}

impl LineState {
    /// Returns what is wrong with the state, if anything is.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        self.cut
            .is_none()
            .then_some("a line is open that was not cut")
    }
}

impl Line {
    /// Returns the state of a track that was clear of the line until this move.
    pub(crate) fn begin(&self, step: &Move) -> LineState {
        let (from, _) = step.anchors(self.anchor);
        let side = self.segment.side(from);
        LineState {
            side,
            net: 0,
            cut: None,
            beyond: (side, 0),
        }
    }

    /// Follows a track to its next sighting; returns whether something is open after it.
    pub(crate) fn follow(&mut self, state: &mut LineState, step: &Move, notes: &mut Notes) -> bool {
        let (from, to) = step.anchors(self.anchor);
        if let Some(crossing) = self.segment.crossing(from, to) {
            state.net += sign(crossing.toward);
            if crossing.toward != state.side {
                state.cut = Some(step.at(crossing.t));
            }
        }
        if state.cut.is_none() {
            return false;
        }
        let (side, distance) = (
            self.segment.side(to),
            self.segment.signed_distance_to_line(to).abs(),
        );
        let before = if state.beyond.0 == side {
            state.beyond.1
        } else {
            0
        };
        let sightings = if distance > self.band_px {
            before + 1
        } else {
            0
        };
        state.beyond = (side, sightings);
        let clear = sightings >= CLEAR_SIGHTINGS
            || sightings > 0 && distance > CLEAR_AT_ONCE * self.band_px;
        if clear {
            self.conclude(state, &step.to, notes);
        }
        !clear
    }

    /// Judges a track that will not be seen again: beyond the band once is enough then.
    pub(crate) fn leave(
        &mut self,
        state: &mut LineState,
        last: &Sighting,
        reason: ExitReason,
        notes: &mut Notes,
    ) {
        if state.beyond.1 > 0 {
            self.conclude(state, last, notes);
        } else if reason == ExitReason::Lost {
            self.tally.lost_at_line += 1;
        }
    }

    /// Notes in the telemetry that a track was given up where it may have been about to cross.
    pub(crate) fn lose(&mut self, last: &Sighting) {
        if self.segment.distance(self.anchor.of(last.xyxy)) <= self.band_px {
            self.tally.lost_at_line += 1;
        }
    }

    /// Judges the cuts, now that the track is clear of the line.
    fn conclude(&mut self, state: &mut LineState, who: &Sighting, notes: &mut Notes) {
        let side = state.beyond.0;
        match state.cut.take() {
            Some(cut) if side != state.side && state.net % 2 != 0 => {
                self.count(side, &cut, who, notes);
            }
            _ => self.tally.flips_suppressed += 1,
        }
    }

    fn count(&mut self, toward: Side, cut: &Moment, who: &Sighting, notes: &mut Notes) {
        let direction = match toward {
            Side::Positive => Direction::In,
            Side::Negative => Direction::Out,
        };
        match direction {
            Direction::In => self.tally.in_count += 1,
            Direction::Out => self.tally.out_count += 1,
        }
        self.tally.gaps_bridged += u64::from(cut.gap_ns > 0);
        let kind = FactKind::LineCrossed { direction };
        notes.add(kind, (self.rule, self.anchor), who, cut);
        if self.wrong_way == Some(direction) {
            let kind = FactKind::LineWrongWay { direction };
            notes.add(kind, (self.rule, self.anchor), who, cut);
        }
    }
}

fn sign(side: Side) -> i32 {
    match side {
        Side::Positive => 1,
        Side::Negative => -1,
    }
}
