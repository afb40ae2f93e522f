//! All the rules of one source, with what they know of its tracks.

mod counts;
mod ground;
mod invariants;
mod reload;

pub use self::counts::Counts;
use sightline_tracks::Track;

use crate::check::{Rules, SceneError, rules_from_spec};
use crate::fact::{ExitReason, Fact};
use crate::known::Known;
use crate::motion::Ground;
use crate::nearby::Nearby;
use crate::notes::Notes;
use crate::sighting::{Move, Sighting};
use crate::spec::SceneSpec;
use crate::tally::{DistanceTally, LineTally, QueueTally, ZoneTally};
use crate::zone::Zone;

/// The lines, zones and distances of one source, following its tracks.
#[derive(Debug)]
pub struct Scene {
    spec: SceneSpec,
    size_px: (u32, u32),
    rules: Rules,
    ground: Ground,
    nearby: Nearby,
    /// Dies with the tracks, or with `max_gap_ns`.
    tracks: Known,
    /// Epoch and time of the last update.
    now: Option<(u32, i64)>,
    /// Updates so far.
    frame: u64,
    /// Edits of the rules so far.
    edit: u64,
    /// When the interval began that is summarized next.
    interval_ns: i64,
    /// Memory for the tracks that are given up in one update, and for the order of its facts.
    given_up: Vec<u64>,
    order: Vec<usize>,
}

impl Scene {
    /// Returns the scene for frames of this size.
    ///
    /// # Errors
    /// Every fault of `spec`, each with its place.
    pub fn new(spec: &SceneSpec, width_px: u32, height_px: u32) -> Result<Self, Vec<SceneError>> {
        let rules = rules_from_spec(spec, width_px, height_px)?;
        Ok(Self {
            ground: Ground::of(spec.ground.as_ref(), (width_px, height_px)),
            nearby: Nearby::new(&rules),
            rules,
            spec: spec.clone(),
            size_px: (width_px, height_px),
            tracks: Known::default(),
            now: None,
            frame: 0,
            edit: 0,
            interval_ns: 0,
            given_up: Vec::new(),
            order: Vec::new(),
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
            self.now = None;
        }
        let starts = self.now.is_none();
        self.now = Some((epoch, pts_ns));
        self.frame += 1;
        let ground = std::mem::take(&mut self.ground);
        let mut notes = Notes::new(facts, (epoch, pts_ns), &ground);
        if starts {
            self.begin_interval(pts_ns);
        } else {
            self.end_intervals(&mut notes);
        }
        self.give_up(removed, &mut notes);
        self.tracks.begin_frame();
        for track in tracks {
            if let Some(sighting) = Sighting::first(track, pts_ns) {
                self.follow(sighting, &mut notes);
            }
        }
        let (frame, states) = (self.frame, &self.tracks);
        for distance in &mut self.rules.distances {
            let seen = states.states().filter(|state| state.frame == frame);
            distance.follow(seen.map(|state| &state.step), &mut notes);
        }
        self.report_counts(notes);
        self.ground = ground;
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

    /// Returns the counts of every zone's queue, in order; `None` for a zone without one.
    pub fn queue_tallies(&self) -> impl ExactSizeIterator<Item = Option<QueueTally>> {
        let now_ns = self.now.map_or(0, |(_, now_ns)| now_ns);
        let queues = self.rules.zones.iter().map(Zone::queue);
        queues.map(move |queue| queue.map(|queue| queue.tally(now_ns)))
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
    /// Takes a track's sighting to the rules that it can matter to.
    fn follow(&mut self, sighting: Sighting, notes: &mut Notes) {
        let (frame, edit) = (self.frame, self.edit);
        let Some(slot) = self.tracks.find(sighting.track_id) else {
            let slot = self.tracks.add(sighting, frame, edit);
            self.nearby.look_around(&sighting);
            let zones = &self.nearby.zones;
            self.rules.begin(self.tracks.at(slot), zones, notes);
            return;
        };
        let state = self.tracks.at(slot);
        if state.frame == frame {
            return;
        }
        state.step = Move::new(state.step.to, sighting, state.frame + 1 < frame);
        state.frame = frame;
        self.nearby.look_along(&state.step);
        let (lines, zones) = (&mut self.nearby.lines, &mut self.nearby.zones);
        if state.edit != edit {
            self.rules.skip_newer(state, lines, zones);
            self.rules.begin_newer(state, notes);
            state.edit = edit;
        }
        if !lines.is_empty() || !state.lines.is_empty() {
            self.rules.follow_lines(state, lines, notes);
        }
        if !zones.is_empty() || !state.zones.is_empty() {
            self.rules.follow_zones(state, zones, notes);
        }
    }

    /// Forgets the tracks that were removed or not seen for too long.
    fn give_up(&mut self, removed: &[u64], notes: &mut Notes) {
        let mut given_up = std::mem::take(&mut self.given_up);
        given_up.clear();
        given_up.extend_from_slice(removed);
        if let Some(max_gap_ns) = self.spec.max_gap_ns {
            let lasts = self.tracks.states().map(|state| &state.step.to);
            let too_long = lasts.filter(|last| notes.now_ns - last.pts_ns > max_gap_ns);
            given_up.extend(too_long.map(|last| last.track_id));
        }
        for &id in &given_up {
            self.forget(id, ExitReason::Lost, notes);
        }
        self.given_up = given_up;
    }

    fn forget(&mut self, id: u64, reason: ExitReason, notes: &mut Notes) {
        if self.tracks.contains(id) {
            let rules = &mut self.rules;
            self.tracks
                .remove(id, |state| rules.leave(state, reason, notes));
            for distance in &mut rules.distances {
                distance.leave(Some(id), reason, notes);
            }
        }
    }

    /// Forgets every track.
    fn close(&mut self, reason: ExitReason, facts: &mut Vec<Fact>) {
        let Some((epoch, now_ns)) = self.now else {
            return;
        };
        let ground = std::mem::take(&mut self.ground);
        let mut notes = Notes::new(facts, (epoch, now_ns), &ground);
        while let Some(id) = self.tracks.first_id() {
            self.forget(id, reason, &mut notes);
        }
        for zone in &mut self.rules.zones {
            zone.report_count(&mut notes);
        }
        if self.spec.summary_ns.is_some() {
            self.rules.summarize(self.interval_ns, now_ns, &mut notes);
        }
        notes.sort(&mut self.order);
        self.ground = ground;
    }

    /// Starts counting up at the first frame.
    fn begin_interval(&mut self, now_ns: i64) {
        self.interval_ns = now_ns;
        self.rules.begin_interval(now_ns);
    }

    /// Sums up the intervals that were over before this frame, as one.
    fn end_intervals(&mut self, notes: &mut Notes) {
        let Some(length_ns) = self.spec.summary_ns else {
            return;
        };
        let boundary_ns = notes.now_ns - notes.now_ns.rem_euclid(length_ns);
        if boundary_ns > self.interval_ns {
            self.rules.summarize(self.interval_ns, boundary_ns, notes);
            self.begin_interval(boundary_ns);
        }
    }

    fn report_counts(&mut self, mut notes: Notes) {
        for zone in &mut self.rules.zones {
            zone.report_count(&mut notes);
        }
        notes.sort(&mut self.order);
    }
}
