//! A scene that is edited while people are in it: what is unchanged goes on.

use super::Scene;
use crate::check::SceneError;
use crate::fact::{ExitReason, Fact};
use crate::nearby::Nearby;
use crate::notes::Notes;
use crate::spec::{SceneSpec, Threshold};
use crate::summary::ZoneInterval;

/// For each rule of a list, its position in the list before; `None` if it is new or changed.
type Kept = Vec<Option<usize>>;

impl Scene {
    /// Changes the rules. Those that are the same in both scenes keep their counts and what they know of tracks; of
    /// those that are gone or changed, everybody leaves when last seen, with reason `Ended`. The facts that are
    /// appended number rules as before the change.
    ///
    /// # Errors
    /// Every fault of `spec`; then the scene stays as it was.
    pub fn reload(
        &mut self,
        spec: &SceneSpec,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Vec<SceneError>> {
        let fresh = Self::new(spec, self.size_px.0, self.size_px.1)?;
        let lines = kept(&self.spec.lines, &spec.lines);
        let zones = kept(&self.spec.zones, &spec.zones);
        let mut distances = kept(&self.spec.distances, &spec.distances);
        if self.spec.ground != spec.ground {
            // Metres of another ground are other distances.
            for (old, distance) in distances.iter_mut().zip(&spec.distances) {
                old.take_if(|_| matches!(distance.threshold, Threshold::Metres(_)));
            }
        }
        self.end_others(&zones, &distances, facts);
        self.tracks.each(|state| {
            renumber(&mut state.lines, &lines);
            renumber(&mut state.zones, &zones);
        });
        let mut before = std::mem::replace(&mut self.rules, fresh.rules);
        self.nearby = Nearby::new(&self.rules);
        if self.spec.ground != spec.ground {
            self.ground = fresh.ground;
        }
        self.spec = fresh.spec;
        self.edit += 1;
        for (line, old) in self.rules.lines.iter_mut().zip(&lines) {
            line.born = self.edit;
            if let Some(old) = *old {
                line.born = before.lines[old].born;
                line.tally = before.lines[old].tally;
                line.before = before.lines[old].before;
            }
        }
        for (zone, old) in self.rules.zones.iter_mut().zip(&zones) {
            zone.born = self.edit;
            zone.interval =
                ZoneInterval::begin(&zone.tally, self.now.map_or(0, |(_, now_ns)| now_ns));
            if let Some(old) = *old {
                zone.born = before.zones[old].born;
                zone.tally = before.zones[old].tally;
                zone.reported = before.zones[old].reported;
                zone.crowding = before.zones[old].crowding;
                zone.interval = before.zones[old].interval;
                zone.watch = before.zones[old].watch.take();
            }
        }
        let mut before: Vec<_> = before.distances.into_iter().map(Some).collect();
        for (distance, old) in self.rules.distances.iter_mut().zip(&distances) {
            if let Some(known) = old.and_then(|old| before[old].take()) {
                distance.tally = known.tally;
                distance.pairs = known.pairs;
                distance.held = known.held;
                distance.groups = known.groups;
            }
        }
        Ok(())
    }

    /// Ends what the rules that are not kept have open.
    fn end_others(&mut self, zones: &Kept, distances: &Kept, facts: &mut Vec<Fact>) {
        let Some((epoch, now_ns)) = self.now else {
            return;
        };
        let ground = std::mem::take(&mut self.ground);
        let mut notes = Notes::new(facts, (epoch, now_ns), &ground);
        for (position, zone) in self.rules.zones.iter_mut().enumerate() {
            if zones.contains(&Some(position)) {
                continue;
            }
            let rule = zone.rule;
            self.tracks.each(|state| {
                for (_, known) in state.zones.iter_mut().filter(|(of, _)| *of == rule) {
                    zone.leave(known, &state.step.to, ExitReason::Ended, &mut notes);
                }
            });
        }
        for (position, distance) in self.rules.distances.iter_mut().enumerate() {
            if !distances.contains(&Some(position)) {
                distance.leave(None, ExitReason::Ended, &mut notes);
            }
        }
        self.report_counts(notes);
        self.ground = ground;
    }
}

fn kept<T: PartialEq>(before: &[T], after: &[T]) -> Kept {
    let position = |rule| before.iter().position(|old| old == rule);
    after.iter().map(position).collect()
}

/// Numbers what is known of a track by the positions of the rules now; of rules that are gone, it is forgotten.
fn renumber<T>(known: &mut Vec<(u32, T)>, kept: &Kept) {
    known.retain_mut(|(rule, _)| {
        let now = (0_u32..)
            .zip(kept)
            .find(|&(_, old)| *old == Some(*rule as usize));
        now.is_some_and(|(now, _)| {
            *rule = now;
            true
        })
    });
}
