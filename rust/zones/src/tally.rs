//! What each rule has counted so far, and how often it had to judge.

/// Counts of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineTally {
    /// Crossings from left to right.
    pub in_count: u64,
    /// Crossings from right to left.
    pub out_count: u64,
    /// Tracks given up within the band, or after a cut that was not confirmed yet: each may be a missed crossing.
    pub lost_at_line: u64,
    /// Cuts that came to nothing because the track turned back or went round an end.
    pub flips_suppressed: u64,
    /// Crossings that were interpolated over a gap between sightings.
    pub gaps_bridged: u64,
}

impl LineTally {
    /// Adds what was counted elsewhere.
    pub(crate) fn add(&mut self, other: &Self) {
        self.in_count = self.in_count.saturating_add(other.in_count);
        self.out_count = self.out_count.saturating_add(other.out_count);
        self.lost_at_line = self.lost_at_line.saturating_add(other.lost_at_line);
        self.flips_suppressed = self.flips_suppressed.saturating_add(other.flips_suppressed);
        self.gaps_bridged = self.gaps_bridged.saturating_add(other.gaps_bridged);
    }

    /// Returns what was added since `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        Self {
            in_count: self.in_count - before.in_count,
            out_count: self.out_count - before.out_count,
            lost_at_line: self.lost_at_line - before.lost_at_line,
            flips_suppressed: self.flips_suppressed - before.flips_suppressed,
            gaps_bridged: self.gaps_bridged - before.gaps_bridged,
        }
    }
}

/// Counts of a zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZoneTally {
    /// Tracks inside now.
    pub inside: u32,
    /// Entries, those that appeared inside included.
    pub entries: u64,
    /// Exits, for whatever reason.
    pub exits: u64,
    /// Entries of tracks that were inside when first seen.
    pub born_inside: u64,
    /// Cuts that came to nothing because the track turned back within the band, or was not inside long enough.
    pub flips_suppressed: u64,
    /// Entries and exits that were interpolated over a gap between sightings.
    pub gaps_bridged: u64,
}

impl ZoneTally {
    /// Adds what was counted elsewhere; who is inside now stays as it is.
    pub(crate) fn add(&mut self, other: &Self) {
        self.entries = self.entries.saturating_add(other.entries);
        self.exits = self.exits.saturating_add(other.exits);
        self.born_inside = self.born_inside.saturating_add(other.born_inside);
        self.flips_suppressed = self.flips_suppressed.saturating_add(other.flips_suppressed);
        self.gaps_bridged = self.gaps_bridged.saturating_add(other.gaps_bridged);
    }

    /// Returns what was added since `before`, with how many are inside now.
    pub(crate) fn since(&self, before: &Self) -> Self {
        Self {
            inside: self.inside,
            entries: self.entries - before.entries,
            exits: self.exits - before.exits,
            born_inside: self.born_inside - before.born_inside,
            flips_suppressed: self.flips_suppressed - before.flips_suppressed,
            gaps_bridged: self.gaps_bridged - before.gaps_bridged,
        }
    }
}

/// Counts of a zone's queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueTally {
    /// People who wait now.
    pub length: u32,
    /// How long the first of them has waited at the last frame, nanoseconds; 0 when nobody waits.
    pub longest_wait_ns: i64,
    /// People who waited and left, for whatever reason.
    pub left: u64,
    /// How long they had waited on average, nanoseconds; 0 for none.
    pub wait_mean_ns: i64,
    /// How long at most.
    pub wait_max_ns: i64,
}

/// Counts of a distance rule.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DistanceTally {
    /// Pairs that are close now.
    pub close: u32,
    /// Pairs that became close so far.
    pub contacts: u64,
    /// Distance of the two that were closest in the last frame, pixels; `None` with fewer than two in the zone.
    pub nearest_px: Option<f64>,
    /// Distance of the same two on the ground, metres; `None` where that is not known.
    pub nearest_m: Option<f64>,
}
