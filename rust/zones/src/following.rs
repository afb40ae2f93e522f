//! How one track's move reaches the lines and zones that it can matter to.

use crate::check::Rules;
use crate::fact::{ExitReason, FactKind};
use crate::known::TrackState;
use crate::notes::Notes;
use crate::queue::Queue;
use crate::sighting::Sighting;
use crate::summary::{LineSummary, ZoneInterval};
use crate::zone::ZoneState;

impl Rules {
    /// Judges a track's first sighting by the zones that may contain it.
    pub(crate) fn begin(&mut self, state: &mut TrackState, zones: &[u32], notes: &mut Notes) {
        for &zone in zones {
            self.begin_zone(zone, state, notes);
        }
    }

    /// Judges a sighting by the zones that are newer than the last one, as if it were the first.
    pub(crate) fn begin_newer(&mut self, state: &mut TrackState, notes: &mut Notes) {
        for zone in (0..).take(self.zones.len()) {
            if self.zones[zone as usize].born > state.edit {
                self.begin_zone(zone, state, notes);
            }
        }
    }

    /// Leaves out the rules that are newer than the track's last sighting: they know nothing of its move.
    pub(crate) fn skip_newer(
        &self,
        state: &TrackState,
        lines: &mut Vec<u32>,
        zones: &mut Vec<u32>,
    ) {
        lines.retain(|&line| self.lines[line as usize].born <= state.edit);
        zones.retain(|&zone| self.zones[zone as usize].born <= state.edit);
    }

    /// Follows a move over the lines along it, and over those that the track is not clear of yet.
    pub(crate) fn follow_lines(
        &mut self,
        state: &mut TrackState,
        along: &[u32],
        notes: &mut Notes,
    ) {
        let TrackState { step, lines, .. } = state;
        for &line in along {
            if !lines.iter().any(|&(known, _)| known == line) {
                lines.push((line, self.lines[line as usize].begin(step)));
            }
        }
        lines.retain_mut(|(line, known)| self.lines[*line as usize].follow(known, step, notes));
    }

    /// Follows a move through the zones along it, and those that the track is in or not clear of yet.
    pub(crate) fn follow_zones(
        &mut self,
        state: &mut TrackState,
        along: &[u32],
        notes: &mut Notes,
    ) {
        let TrackState { step, zones, .. } = state;
        for &zone in along {
            if !zones.iter().any(|&(known, _)| known == zone) {
                zones.push((zone, ZoneState::OUTSIDE));
            }
        }
        zones.retain_mut(|(position, known)| {
            let zone = &mut self.zones[*position as usize];
            if along.contains(position) {
                zone.follow(known, step, notes);
            } else {
                zone.stay(known, step, notes);
            }
            known.is_open()
        });
    }

    /// Ends what lines and zones know of a track.
    pub(crate) fn leave(&mut self, state: &mut TrackState, reason: ExitReason, notes: &mut Notes) {
        let TrackState {
            step, lines, zones, ..
        } = state;
        let last: &Sighting = &step.to;
        if reason == ExitReason::Lost {
            for line in &mut self.lines {
                if !lines.iter().any(|&(known, _)| known == line.rule) {
                    line.lose(last);
                }
            }
        }
        for (line, known) in lines {
            self.lines[*line as usize].leave(known, last, reason, notes);
        }
        for (zone, known) in zones {
            self.zones[*zone as usize].leave(known, last, reason, notes);
        }
    }

    /// Starts counting up for the next summaries.
    pub(crate) fn begin_interval(&mut self, now_ns: i64) {
        for line in &mut self.lines {
            line.before = line.tally;
        }
        for zone in &mut self.zones {
            zone.interval = ZoneInterval::begin(&zone.tally, now_ns);
            if let Some(queue) = zone.queue_mut() {
                queue.begin_interval();
            }
        }
    }

    /// Sums up what lines and zones have counted in an interval.
    pub(crate) fn summarize(&self, start_ns: i64, end_ns: i64, notes: &mut Notes) {
        for line in &self.lines {
            let added = line.tally.since(&line.before);
            let kind = FactKind::LineSummarized(LineSummary { start_ns, added });
            notes.add_of_rule(kind, line.rule, end_ns);
        }
        for zone in &self.zones {
            let mut summary = zone.interval.end(&zone.tally, start_ns, end_ns);
            summary.queue = zone.queue().map(Queue::summary);
            notes.add_of_rule(FactKind::ZoneSummarized(summary), zone.rule, end_ns);
        }
    }

    fn begin_zone(&mut self, zone: u32, state: &mut TrackState, notes: &mut Notes) {
        let known = self.zones[zone as usize].begin(&state.step.to, notes);
        if known.is_open() {
            state.zones.push((zone, known));
        }
    }
}
