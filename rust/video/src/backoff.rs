//! How long to wait before a camera is tried again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// Waits that double from half a second to 30 s, each shortened by up to a half at random: cameras that were lost together, as when
/// a switch starts anew, do not come back all at once.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub(crate) fn new() -> Self {
        Self { next: FIRST }
    }

    /// Begins again with the shortest wait.
    pub(crate) fn reset(&mut self) {
        self.next = FIRST;
    }

    /// Returns how long to wait now.
    pub(crate) fn next_wait(&mut self) -> Duration {
        let longest = self.next;
        self.next = (longest * 2).min(LONGEST);
        // Every `RandomState` has a key of its own.
        let random = RandomState::new().hash_one(0) >> 40;
        let share = random as f64 / f64::from(1 << 24);
        longest.mul_f64(1.0 - share / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest_and_differ() {
        let mut backoff = Backoff::new();
        let waits: Vec<_> = (0..12).map(|_| backoff.next_wait()).collect();
        let mut longest = FIRST;
        for wait in &waits {
            assert!(*wait <= longest && *wait >= longest / 2, "{waits:?}");
            longest = (longest * 2).min(LONGEST);
        }
        assert!(waits[11] >= LONGEST / 2);
        backoff.reset();
        let again: Vec<_> = (0..20)
            .map(|_| {
                backoff.reset();
                backoff.next_wait()
            })
            .collect();
        assert!(again.iter().all(|wait| *wait <= FIRST));
        assert!(again.iter().any(|wait| *wait != again[0]));
    }
}
