//! What is known of pairs of tracks, in order of their identities; memory stays when pairs go.

/// Two identities, the smaller one first.
pub(crate) type PairId = (u64, u64);

/// A value for each of some pairs.
#[derive(Debug)]
pub(crate) struct ByPair<T> {
    entries: Vec<(PairId, T)>,
    /// Entries in order; those behind were added since the last [`settle`](Self::settle).
    settled: usize,
}

impl<T> Default for ByPair<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            settled: 0,
        }
    }
}

impl<T> ByPair<T> {
    /// Returns whether there is a value for a pair; one that was added counts once it is settled.
    pub(crate) fn contains(&self, pair: PairId) -> bool {
        let settled = &self.entries[..self.settled];
        settled.binary_search_by_key(&pair, |&(id, _)| id).is_ok()
    }

    /// Adds a pair that is not there.
    pub(crate) fn add(&mut self, pair: PairId, value: T) {
        self.entries.push((pair, value));
    }

    /// Puts what was added in order; returns whether anything was.
    pub(crate) fn settle(&mut self) -> bool {
        let added = self.settled < self.entries.len();
        if added {
            self.entries.sort_unstable_by_key(|&(id, _)| id);
            self.settled = self.entries.len();
        }
        added
    }

    /// Keeps the pairs for which `judge` says so, in order; returns whether any is gone.
    pub(crate) fn retain(&mut self, mut judge: impl FnMut(PairId, &mut T) -> bool) -> bool {
        let before = self.entries.len();
        self.entries.retain_mut(|(id, value)| judge(*id, value));
        self.settled = self.entries.len();
        self.settled < before
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (PairId, &T)> {
        self.entries.iter().map(|(id, value)| (*id, value))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
