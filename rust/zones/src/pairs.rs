//! What is known of pairs of tracks, in order of their identities; memory stays when pairs go.

/// Two identities, the smaller one first.
pub(crate) type PairId = (u64, u64);

/// A value for each of some pairs.
#[derive(Debug)]
pub(crate) struct ByPair<T> {
    /// Pairs with the slots of their values.
    order: Vec<(PairId, usize)>,
    /// How many of them are in order; those behind were added since the last [`settle`](Self::settle).
    settled: usize,
    slots: Vec<T>,
    /// Slots of pairs that are gone.
    free: Vec<usize>,
}

impl<T> Default for ByPair<T> {
    fn default() -> Self {
        Self {
            order: Vec::new(),
            settled: 0,
            slots: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> ByPair<T> {
    /// Returns whether there is a value for a pair; one that was added counts once it is settled.
    pub(crate) fn contains(&self, pair: PairId) -> bool {
        let settled = &self.order[..self.settled];
        settled.binary_search_by_key(&pair, |&(id, _)| id).is_ok()
    }

    /// Adds a pair that is not there.
    pub(crate) fn add(&mut self, pair: PairId, value: T) {
        let slot = if let Some(slot) = self.free.pop() {
            self.slots[slot] = value;
            slot
        } else {
            self.slots.push(value);
            self.slots.len() - 1
        };
        self.order.push((pair, slot));
    }

    /// Puts what was added in order; returns whether anything was.
    pub(crate) fn settle(&mut self) -> bool {
        let added = self.settled < self.order.len();
        if added {
            self.order.sort_unstable();
            self.settled = self.order.len();
        }
        added
    }

    /// Keeps the pairs for which `judge` says so, in order; returns whether any is gone.
    pub(crate) fn retain(&mut self, mut judge: impl FnMut(PairId, &mut T) -> bool) -> bool {
        let before = self.order.len();
        let Self {
            order, slots, free, ..
        } = self;
        order.retain(|&(id, slot)| {
            let stays = judge(id, &mut slots[slot]);
            if !stays {
                free.push(slot);
            }
            stays
        });
        self.settled = self.order.len();
        self.settled < before
    }

    /// Returns the pairs with their values, in order once they are settled.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (PairId, &T)> {
        self.order.iter().map(|&(id, slot)| (id, &self.slots[slot]))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}
