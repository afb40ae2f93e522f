//! A line: how often the path of a track's anchor cut it between two places clear of it.

use sightline_geometry::{Point, Segment, Side};

use crate::fact::{Direction, FactKind};
use crate::notes::Notes;
use crate::sighting::{Moment, Move, Sighting};
use crate::spec::Anchor;
use crate::tally::LineTally;

/// More than a measured distance can be off, pixels.
const DISTANCE_ERROR_PX: f64 = 1e-6;

/// A line with its counts.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) rule: u32,
    pub(crate) segment: Segment,
    pub(crate) anchor: Anchor,
    pub(crate) band_px: f64,
    pub(crate) tally: LineTally,
}

/// What a line knows of a track.
#[derive(Clone, Debug)]
pub(crate) struct LineState {
    /// The side of which the track was last clear; of one born within the band, the side of its birth.
    side: Side,
    /// Whether the track was clear of the line when last seen.
    clear: bool,
    /// Cuts since then, those toward the positive side less the others.
    net: i32,
    /// The last cut away from `side`; in a box because it is rare, and there is a state for each line and track.
    cut: Option<Box<Moment>>,
}

impl LineState {
    /// Returns what is wrong with the state, if anything is.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let open = self.net != 0 || self.cut.is_some();
        (self.clear && open).then_some("cuts are open though the track is clear of the line")
    }
}

impl Line {
    /// Returns what there is to know of a track's first sighting.
    pub(crate) fn begin(&self, first: &Sighting) -> LineState {
        let place = self.anchor.of(first.xyxy);
        LineState {
            side: self.segment.side(place),
            clear: self.segment.signed_distance_to_line(place).abs() > self.band_px,
            net: 0,
            cut: None,
        }
    }

    /// Follows a track to its next sighting.
    pub(crate) fn follow(&mut self, state: &mut LineState, step: &Move, notes: &mut Notes) {
        let (from, to) = step.anchors(self.anchor);
        let distance = self.segment.signed_distance_to_line(to);
        if state.clear && stays(state.side, distance, self.band_px) {
            return;
        }
        self.cut(state, from, to, step);
        state.clear = distance.abs() > self.band_px;
        if state.clear {
            self.conclude(state, self.segment.side(to), step, notes);
        }
    }

    /// Notes in the telemetry that a track was given up where it may have been about to cross.
    pub(crate) fn lose(&mut self, state: &LineState, last: &Sighting) {
        let near = self.segment.distance(self.anchor.of(last.xyxy)) <= self.band_px;
        if near || state.cut.is_some() {
            self.tally.lost_at_line += 1;
        }
    }

    fn cut(&self, state: &mut LineState, from: Point, to: Point, step: &Move) {
        let Some(crossing) = self.segment.crossing(from, to) else {
            return;
        };
        state.net += sign(crossing.toward);
        if crossing.toward != state.side {
            state.cut = Some(Box::new(step.at(crossing.t)));
        }
    }

    /// Judges the cuts since the track was last clear of the line, now that it is so again.
    fn conclude(&mut self, state: &mut LineState, side: Side, step: &Move, notes: &mut Notes) {
        let cut = state.cut.take();
        let net = std::mem::take(&mut state.net);
        let crossed = side != state.side && net % 2 != 0;
        state.side = side;
        match cut {
            Some(cut) if crossed => self.count(side, &cut, &step.to, notes),
            None if net == 0 => {}
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
    }
}

/// Returns whether a track that was clear on `side` still is, with certainty: then it can't have cut the line.
fn stays(side: Side, distance: f64, band_px: f64) -> bool {
    f64::from(sign(side)) * distance > band_px + DISTANCE_ERROR_PX
}

fn sign(side: Side) -> i32 {
    match side {
        Side::Positive => 1,
        Side::Negative => -1,
    }
}
