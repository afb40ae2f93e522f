//! All the rules of one source, with what they know of its tracks.

mod invariants;
mod reload;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use sightline_tracks::Track;

use crate::check::{Rules, SceneError, rules_from_spec};
use crate::fact::{ExitReason, Fact};
use crate::line::LineState;
use crate::notes::Notes;
use crate::sighting::{Move, Sighting};
use crate::spec::SceneSpec;
use crate::tally::{DistanceTally, LineTally, ZoneTally};
use crate::zone::ZoneState;

/// The lines, zones and distances of one source, following its tracks.
#[derive(Debug)]
pub struct Scene {
    spec: SceneSpec,
    size_px: (u32, u32),
    rules: Rules,
    /// Dies with the tracks, or with `max_gap_ns`.
    tracks: BTreeMap<u64, TrackState>,
    /// Epoch and time of the last update.
    now: Option<(u32, i64)>,
    /// Updates so far.
    frame: u64,
    /// Memory for the tracks that are given up in one update.
    given_up: Vec<u64>,
}

/// What is known of one track.
#[derive(Debug)]
struct TrackState {
    /// From the sighting before to the last one.
    step: Move,
    /// The update in which it was last seen.
    frame: u64,
    /// One a line, in order; `None` until the line has seen the track.
    lines: Vec<Option<LineState>>,
    /// One a zone, likewise.
    zones: Vec<Option<ZoneState>>,
}

impl Scene {
    /// Returns the scene for frames of this size.
    ///
    /// # Errors
    /// Every fault of `spec`, each with its place.
    pub fn new(spec: &SceneSpec, width_px: u32, height_px: u32) -> Result<Self, Vec<SceneError>> {
        Ok(Self {
            rules: rules_from_spec(spec, width_px, height_px)?,
            spec: spec.clone(),
            size_px: (width_px, height_px),
            tracks: BTreeMap::new(),
            now: None,
            frame: 0,
            given_up: Vec::new(),
        })
    }

    /// Takes one analyzed frame and appends what follows from it to `facts`, in order of time.
    ///
    /// `tracks` are those seen in this frame, `removed` the identities that the tracker gave up since the last one.
    /// `pts_ns` must not decrease within an epoch; where it does, or where the epoch changes, everybody inside a zone
    /// leaves it as lost when last seen, and everything but the counts starts afresh. Tracks without identity (0), with
    /// one that was in the frame already, or with a box that is nowhere (NaN, beyond 1e9 px) reach no rule.
    pub fn update(
        &mut self,
        epoch: u32,
        pts_ns: i64,
        tracks: &[Track],
        removed: &[u64],
        facts: &mut Vec<Fact>,
    ) {
        if self
            .now
            .is_some_and(|(last, then_ns)| last != epoch || then_ns > pts_ns)
        {
            self.close(ExitReason::Lost, facts);
        }
        self.now = Some((epoch, pts_ns));
        self.frame += 1;
        let mut notes = Notes::new(facts, epoch, pts_ns);
        self.give_up(removed, &mut notes);
        for track in tracks {
            if let Some(sighting) = Sighting::first(track, pts_ns) {
                self.follow(sighting, &mut notes);
            }
        }
        let (frame, states) = (self.frame, &self.tracks);
        for distance in &mut self.rules.distances {
            let seen = states.values().filter(|state| state.frame == frame);
            distance.follow(seen.map(|state| &state.step), &mut notes);
        }
        self.report_counts(notes);
    }

    /// Ends the stream: whoever is inside leaves when last seen, with reason `Ended`. Counts remain.
    pub fn finish(&mut self, facts: &mut Vec<Fact>) {
        self.close(ExitReason::Ended, facts);
        self.now = None;
    }

    /// Returns what is watched.
    pub fn spec(&self) -> &SceneSpec {
        &self.spec
    }

    /// Returns the counts of every line, in order.
    pub fn line_tallies(&self) -> impl ExactSizeIterator<Item = &LineTally> {
        self.rules.lines.iter().map(|line| &line.tally)
    }

    /// Returns the counts of every zone, in order.
    pub fn zone_tallies(&self) -> impl ExactSizeIterator<Item = &ZoneTally> {
        self.rules.zones.iter().map(|zone| &zone.tally)
    }

    /// Returns the counts of every distance, in order.
    pub fn distance_tallies(&self) -> impl ExactSizeIterator<Item = &DistanceTally> {
        self.rules.distances.iter().map(|distance| &distance.tally)
    }

    /// Returns how many tracks the scene remembers.
    pub fn track_count(&self) -> usize {
        self.tracks.len()
    }
}

impl Scene {
    /// Takes a track's sighting to every line and zone.
    fn follow(&mut self, sighting: Sighting, notes: &mut Notes) {
        let (frame, rules) = (self.frame, &mut self.rules);
        let state = match self.tracks.entry(sighting.track_id) {
            Entry::Occupied(known) => {
                let state = known.into_mut();
                if state.frame == frame {
                    return;
                }
                state.step = Move::new(state.step.to, sighting, state.frame + 1 < frame);
                state.frame = frame;
                state
            }
            Entry::Vacant(place) => place.insert(TrackState {
                step: Move::still(sighting),
                frame,
                lines: vec![None; rules.lines.len()],
                zones: vec![None; rules.zones.len()],
            }),
        };
        for (line, known) in rules.lines.iter_mut().zip(&mut state.lines) {
            match known {
                Some(known) => line.follow(known, &state.step, notes),
                None => *known = Some(line.begin(&sighting)),
            }
        }
        for (zone, known) in rules.zones.iter_mut().zip(&mut state.zones) {
            match known {
                Some(known) => zone.follow(known, &state.step, notes),
                None => *known = Some(zone.begin(&sighting, notes)),
            }
        }
    }

    /// Forgets the tracks that were removed or not seen for too long.
    fn give_up(&mut self, removed: &[u64], notes: &mut Notes) {
        let mut given_up = std::mem::take(&mut self.given_up);
        given_up.clear();
        given_up.extend_from_slice(removed);
        if let Some(max_gap_ns) = self.spec.max_gap_ns {
            let lasts = self.tracks.values().map(|state| &state.step.to);
            let too_long = lasts.filter(|last| notes.now_ns - last.pts_ns > max_gap_ns);
            given_up.extend(too_long.map(|last| last.track_id));
        }
        for id in &given_up {
            if let Some(state) = self.tracks.remove(id) {
                self.rules.leave(state, ExitReason::Lost, notes);
                for distance in &mut self.rules.distances {
                    distance.leave(Some(*id), ExitReason::Lost, notes);
                }
            }
        }
        self.given_up = given_up;
    }

    /// Forgets every track.
    fn close(&mut self, reason: ExitReason, facts: &mut Vec<Fact>) {
        let Some((epoch, now_ns)) = self.now else {
            return;
        };
        let mut notes = Notes::new(facts, epoch, now_ns);
        for state in std::mem::take(&mut self.tracks).into_values() {
            self.rules.leave(state, reason, &mut notes);
        }
        for distance in &mut self.rules.distances {
            distance.leave(None, reason, &mut notes);
        }
        self.report_counts(notes);
    }

    fn report_counts(&mut self, mut notes: Notes) {
        for zone in &mut self.rules.zones {
            zone.report_count(&mut notes);
        }
        notes.sort();
    }
}

impl Rules {
    /// Ends what lines and zones know of a track.
    fn leave(&mut self, mut state: TrackState, reason: ExitReason, notes: &mut Notes) {
        let last = &state.step.to;
        if reason == ExitReason::Lost {
            for (line, known) in self.lines.iter_mut().zip(&state.lines) {
                if let Some(known) = known {
                    line.lose(known, last);
                }
            }
        }
        for (zone, known) in self.zones.iter_mut().zip(&mut state.zones) {
            if let Some(known) = known {
                zone.leave(known, last, reason, notes);
            }
        }
    }
}
