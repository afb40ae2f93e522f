//! The tracks that a scene knows, found fast because they mostly come in the order of the frame before.

use std::collections::BTreeMap;

use crate::line::LineState;
use crate::sighting::{Move, Sighting};
use crate::zone::ZoneState;

/// What is known of one track.
#[derive(Debug)]
pub(crate) struct TrackState {
    /// From the sighting before to the last one.
    pub(crate) step: Move,
    /// The update in which it was last seen.
    pub(crate) frame: u64,
    /// The edit of the scene that it was last judged by.
    pub(crate) edit: u64,
    /// Lines whose crossing is not certain yet, by position. Of all others the track is clear.
    pub(crate) lines: Vec<(u32, LineState)>,
    /// Zones that it is in, or may be entering or leaving, by position. It is outside of all others.
    pub(crate) zones: Vec<(u32, ZoneState)>,
    /// Where it stood in the list of its last frame.
    place: usize,
}

impl TrackState {
    pub(crate) fn id(&self) -> u64 {
        self.step.to.track_id
    }
}

/// All tracks of one source.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Slot of each living track.
    by_id: BTreeMap<u64, usize>,
    slots: Vec<TrackState>,
    /// Slots of tracks that are gone.
    free: Vec<usize>,
    /// Slots in the order of the frame before, and of this one.
    before: Vec<usize>,
    order: Vec<usize>,
    /// Where in `before` the next track is looked for first.
    next: usize,
}

impl Known {
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn begin_frame(&mut self) {
        std::mem::swap(&mut self.before, &mut self.order);
        self.order.clear();
        self.next = 0;
    }

    /// Returns the slot of a track, or `None` of one that is new.
    pub(crate) fn find(&mut self, id: u64) -> Option<usize> {
        let slot = match self.before.get(self.next) {
            Some(&slot) if self.slots[slot].id() == id => slot,
            _ => *self.by_id.get(&id)?,
        };
        let state = &mut self.slots[slot];
        self.next = state.place + 1;
        state.place = self.order.len();
        self.order.push(slot);
        Some(slot)
    }

    /// Takes in a track that [`find`](Self::find) didn't find, and returns its slot.
    pub(crate) fn add(&mut self, first: Sighting, frame: u64, edit: u64) -> usize {
        let step = Move::still(first);
        let place = self.order.len();
        let slot = if let Some(slot) = self.free.pop() {
            let state = &mut self.slots[slot];
            (state.step, state.frame, state.edit, state.place) = (step, frame, edit, place);
            slot
        } else {
            self.slots.push(TrackState {
                step,
                frame,
                edit,
                lines: Vec::new(),
                zones: Vec::new(),
                place,
            });
            self.slots.len() - 1
        };
        self.by_id.insert(first.track_id, slot);
        self.order.push(slot);
        slot
    }

    pub(crate) fn get(&self, id: u64) -> Option<&TrackState> {
        self.by_id.get(&id).map(|&slot| &self.slots[slot])
    }

    pub(crate) fn at(&mut self, slot: usize) -> &mut TrackState {
        &mut self.slots[slot]
    }

    /// Forgets a track after `leave` has seen it.
    pub(crate) fn remove(&mut self, id: u64, leave: impl FnOnce(&mut TrackState)) {
        if let Some(slot) = self.by_id.remove(&id) {
            let state = &mut self.slots[slot];
            leave(state);
            state.step.to.track_id = 0;
            state.lines.clear();
            state.zones.clear();
            self.free.push(slot);
        }
    }

    /// Returns the least identity, if there is any track.
    pub(crate) fn first_id(&self) -> Option<u64> {
        self.by_id.keys().next().copied()
    }

    pub(crate) fn contains(&self, id: u64) -> bool {
        self.by_id.contains_key(&id)
    }

    /// Returns the tracks in order of identity.
    pub(crate) fn states(&self) -> impl Iterator<Item = &TrackState> {
        self.by_id.values().map(|&slot| &self.slots[slot])
    }

    /// Calls `judge` with each track, in order of identity.
    pub(crate) fn each(&mut self, mut judge: impl FnMut(&mut TrackState)) {
        for &slot in self.by_id.values() {
            judge(&mut self.slots[slot]);
        }
    }
}
