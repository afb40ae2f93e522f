//! What is always true of a scene, for tests and fuzzers to ask after every step.

use super::Scene;
use crate::distance::{Distance, Pair};
use crate::zone::{Zone, ZoneState};

impl Scene {
    /// Checks that counts, tracks and pairs agree with each other.
    ///
    /// # Errors
    /// A sentence that says what does not.
    pub fn check_invariants(&self) -> Result<(), String> {
        for (position, zone) in self.rules.zones.iter().enumerate() {
            self.check_zone(position, zone)
                .map_err(|fault| format!("zones[{position}]: {fault}"))?;
        }
        for (position, distance) in self.rules.distances.iter().enumerate() {
            self.check_distance(distance)
                .map_err(|fault| format!("distances[{position}]: {fault}"))?;
        }
        for state in self.tracks.states() {
            for (position, known) in &state.lines {
                if let Some(fault) = known.fault() {
                    return Err(format!("lines[{position}]: track {}: {fault}", state.id()));
                }
            }
        }
        Ok(())
    }

    fn check_zone(&self, position: usize, zone: &Zone) -> Result<(), String> {
        let (mut inside, mut waiting) = (0, 0);
        for state in self.tracks.states().filter(|state| state.edit >= zone.born) {
            let mut entries = state
                .zones
                .iter()
                .filter(|(of, _)| *of as usize == position);
            let known = entries
                .next()
                .map_or(&ZoneState::OUTSIDE, |(_, known)| known);
            inside += u32::from(known.is_inside());
            waiting += u32::from(known.is_in_queue());
            let twice = entries.next().map(|_| "the zone is listed twice");
            if let Some(fault) = twice.or_else(|| known.fault(zone, &state.step.to)) {
                return Err(format!("track {}: {fault}", state.id()));
            }
        }
        if let Some(fault) = zone.queue().and_then(|queue| queue.fault(waiting)) {
            return Err(fault);
        }
        let tally = &zone.tally;
        if tally.inside != inside || zone.reported != inside {
            let reported = zone.reported;
            return Err(format!(
                "{inside} are inside, {reported} reported: {tally:?}"
            ));
        }
        if tally.entries != tally.exits + u64::from(inside) {
            return Err(format!("entries are not exits and those inside: {tally:?}"));
        }
        Ok(())
    }

    fn check_distance(&self, distance: &Distance) -> Result<(), String> {
        let is_empty = distance.pairs.iter().next().is_none() && distance.held.is_empty();
        if distance.on_ground && self.ground.plane().is_none() && !is_empty {
            return Err("somebody is close in metres of a ground that nobody knows".to_owned());
        }
        let known = |id: u64| self.tracks.contains(id);
        let pairs = distance.pairs.iter().map(|(id, _)| id);
        let held = distance.held.iter().map(|held| held.id);
        if let Some(pair) = pairs.chain(held).find(|&(a, b)| !known(a) || !known(b)) {
            return Err(format!("the pair {pair:?} outlived one of its tracks"));
        }
        if let Some(fault) = distance
            .groups
            .as_ref()
            .and_then(|groups| groups.fault(known))
        {
            return Err(fault);
        }
        let reported = distance
            .pairs
            .iter()
            .filter(|(_, pair)| Pair::is_reported(pair));
        let (close, counted) = (reported.count(), distance.tally.close);
        if close != counted as usize {
            return Err(format!("{close} pairs are close, {counted} counted"));
        }
        Ok(())
    }
}
