//! What a scene has counted, on its own: taken out of one and put into another, over a restart or a change of picture size.

use super::Scene;
use crate::tally::{LineTally, QueueTally, ZoneTally};

/// What the rules of a scene have counted, each list in the scene's order; without anything that is known of tracks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// Of each line; `None` for one that starts at nothing.
    pub lines: Vec<Option<LineTally>>,
    /// Of each zone, with its queue's where it has one; `None` for one that starts at nothing.
    pub zones: Vec<Option<(ZoneTally, Option<QueueTally>)>>,
    /// Contacts of each distance; `None` for one that starts at nothing.
    pub contacts: Vec<Option<u64>>,
}

impl Scene {
    /// Returns what was counted so far.
    pub fn counts(&self) -> Counts {
        let queues = self.queue_tallies();
        Counts {
            lines: self.line_tallies().copied().map(Some).collect(),
            zones: self.zone_tallies().copied().zip(queues).map(Some).collect(),
            contacts: self
                .distance_tallies()
                .map(|tally| Some(tally.contacts))
                .collect(),
        }
    }

    /// Counts on from what was counted elsewhere, such as before a restart. Lists that are too short leave the rules beyond
    /// their end as they are.
    ///
    /// Of the people who were in a zone then, nothing is known any more: they count as gone, and those who are still there
    /// as having appeared when they are seen. The present interval's summary has no part in what is added.
    pub fn count_on(&mut self, counts: &Counts) {
        for (line, counted) in self.rules.lines.iter_mut().zip(&counts.lines) {
            if let Some(counted) = counted {
                line.tally.add(counted);
                line.before.add(counted);
            }
        }
        for (zone, counted) in self.rules.zones.iter_mut().zip(&counts.zones) {
            let Some((counted, waits)) = counted else {
                continue;
            };
            let mut counted = *counted;
            counted.exits = counted.entries;
            counted.inside = 0;
            zone.tally.add(&counted);
            zone.interval.count_on(&counted);
            if let (Some(queue), Some(waits)) = (zone.queue_mut(), waits) {
                queue.count_on(waits);
            }
        }
        for (distance, contacts) in self.rules.distances.iter_mut().zip(&counts.contacts) {
            let tally = &mut distance.tally;
            tally.contacts = tally.contacts.saturating_add(contacts.unwrap_or(0));
        }
    }
}
