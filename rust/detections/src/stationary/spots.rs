//! The spots of one stream, found by place and forgotten by age.
//!
//! Spots lie in a table by the cell of a grid over center and size, so that a detection meets only its neighbors, and in a list
//! from the latest seen to the one that was not seen for longest, which makes room where there is none.

/// Spots remembered. Somebody who walks leaves a few a second, so that this is a minute of ten people, in about 1.2 MB.
const MAX_SPOTS: usize = 4_096;
/// Chains of the table, a power of two.
const CHAINS: usize = 8_192;
/// Parts of a window that time is counted in; the oldest one leaves it bit by bit.
const PARTS: usize = 60;
const NONE: u32 = u32::MAX;

/// A box by its center and size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    center: [f64; 2],
    size: [f64; 2],
}

impl Place {
    /// Returns the place of a box, `None` where it has none.
    pub(super) fn of(xyxy: &[f32; 4]) -> Option<Self> {
        let [x1, y1, x2, y2] = xyxy.map(f64::from);
        xyxy.iter().all(|side| side.is_finite()).then_some(Self {
            center: [f64::midpoint(x1, x2), f64::midpoint(y1, y2)],
            size: [x2 - x1, y2 - y1],
        })
    }

    fn is_near(&self, other: &Self, distance_px: f64) -> bool {
        let squared = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
        let limit = distance_px * distance_px;
        squared(self.center, other.center) < limit && squared(self.size, other.size) < limit
    }

    fn numbers(&self) -> [f64; 4] {
        [self.center[0], self.center[1], self.size[0], self.size[1]]
    }
}

/// A cell of the grid, twice the distance wide.
type Cell = [i64; 4];

#[derive(Clone, Debug)]
struct Spot {
    place: Place,
    chain: usize,
    next_in_chain: u32,
    /// Neighbors in the list by age.
    newer: u32,
    older: u32,
    /// Number of the frame that it was seen in last, and its time.
    frame: u64,
    seen_us: i64,
    /// Number of the latest part of time that is counted.
    part: i64,
    /// Sum of `parts_us`.
    total_us: i64,
    /// Time seen, in the parts up to `part`; the place of a part is its number modulo the length.
    parts_us: [u32; PARTS + 1],
}

/// Spots, and the frame that is looked at.
#[derive(Clone, Debug)]
pub(super) struct Spots {
    distance_px: f64,
    window_us: i64,
    part_us: i64,
    store: Vec<Spot>,
    free: Vec<u32>,
    chains: Vec<u32>,
    newest: u32,
    oldest: u32,
    frame: u64,
    from_us: i64,
    now_us: i64,
    /// Whether so much time has passed that only what was seen in the frame before counts.
    after_gap: bool,
}

impl Spots {
    pub(super) fn new(distance_px: f64, window_us: i64) -> Self {
        let parts = i64::try_from(PARTS).unwrap_or(i64::MAX);
        Self {
            distance_px,
            window_us,
            part_us: (window_us + parts - 1) / parts,
            store: Vec::new(),
            free: Vec::with_capacity(MAX_SPOTS),
            chains: vec![NONE; CHAINS],
            newest: NONE,
            oldest: NONE,
            frame: 0,
            from_us: 0,
            now_us: 0,
            after_gap: false,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.store.len() - self.free.len()
    }

    pub(super) fn clear(&mut self) {
        self.store.clear();
        self.free.clear();
        self.chains.fill(NONE);
        (self.newest, self.oldest) = (NONE, NONE);
    }

    /// Goes on to the frame that stands for the time from `from_us` to `now_us`, and forgets what left the window.
    pub(super) fn begin_frame(&mut self, from_us: i64, now_us: i64, after_gap: bool) {
        self.frame += 1;
        (self.from_us, self.now_us, self.after_gap) = (from_us, now_us, after_gap);
        while let Some(spot) = self.store.get(self.oldest as usize) {
            if now_us - spot.seen_us <= self.window_us {
                break;
            }
            let oldest = self.oldest;
            self.unlink(oldest);
            self.free.push(oldest);
        }
    }

    /// Notes that this frame shows something at a place; returns the longest time, in microseconds of the window, for which
    /// something was seen at a spot near it.
    pub(super) fn longest_us(&mut self, place: &Place) -> f64 {
        let mut longest_us: Option<f64> = None;
        let side = 2.0 * self.distance_px;
        let low = cell(
            place.numbers().map(|number| number - self.distance_px),
            side,
        );
        let high = cell(
            place.numbers().map(|number| number + self.distance_px),
            side,
        );
        for corner in 0..16_u32 {
            let pick = |axis: usize| {
                if corner >> axis & 1 == 0 {
                    low[axis]
                } else {
                    high[axis]
                }
            };
            let mut at = self.chains[chain_of([pick(0), pick(1), pick(2), pick(3)])];
            while let Some(spot) = self.store.get(at as usize) {
                let next = spot.next_in_chain;
                if spot.place.is_near(place, self.distance_px) {
                    let seen_us = self.see(at);
                    longest_us = Some(longest_us.map_or(seen_us, |longest| longest.max(seen_us)));
                }
                at = next;
            }
        }
        longest_us.unwrap_or_else(|| {
            self.add(*place);
            0.0
        })
    }

    /// Counts this frame for a spot, once; returns the time for which the window has seen it.
    fn see(&mut self, at: u32) -> f64 {
        let (frame, part_us) = (self.frame, self.part_us);
        let (from_us, now_us) = (self.from_us, self.now_us);
        let spot = &mut self.store[at as usize];
        if spot.frame != frame {
            let counts = !self.after_gap || spot.frame + 1 == frame;
            spot.advance(now_us.div_euclid(part_us));
            if counts {
                spot.count(from_us, now_us, part_us);
            }
            (spot.frame, spot.seen_us) = (frame, now_us);
            self.unlist(at);
            self.list(at);
        }
        self.store[at as usize].seen_us(now_us, part_us)
    }

    fn add(&mut self, place: Place) {
        let chain = chain_of(cell(place.numbers(), 2.0 * self.distance_px));
        // Before the chain is read: what makes room may be its first.
        let at = self.room();
        let spot = Spot {
            place,
            chain,
            next_in_chain: self.chains[chain],
            newer: NONE,
            older: NONE,
            frame: self.frame,
            seen_us: self.now_us,
            part: self.now_us.div_euclid(self.part_us),
            total_us: 0,
            parts_us: [0; PARTS + 1],
        };
        match self.store.get_mut(at as usize) {
            Some(place) => *place = spot,
            None => self.store.push(spot),
        }
        self.chains[chain] = at;
        self.list(at);
    }

    /// Returns a place for a spot: one that is free, a new one, or that of the spot that was not seen for longest.
    fn room(&mut self) -> u32 {
        if let Some(at) = self.free.pop() {
            return at;
        }
        if self.store.len() < MAX_SPOTS {
            return u32::try_from(self.store.len()).unwrap_or(NONE);
        }
        let oldest = self.oldest;
        self.unlink(oldest);
        oldest
    }

    fn unlink(&mut self, at: u32) {
        self.unlist(at);
        let (chain, next) = {
            let spot = &self.store[at as usize];
            (spot.chain, spot.next_in_chain)
        };
        if self.chains[chain] == at {
            self.chains[chain] = next;
            return;
        }
        let mut before = self.chains[chain];
        while let Some(spot) = self.store.get_mut(before as usize) {
            if spot.next_in_chain == at {
                spot.next_in_chain = next;
                return;
            }
            before = spot.next_in_chain;
        }
    }

    /// Takes a spot out of the list by age.
    fn unlist(&mut self, at: u32) {
        let (newer, older) = {
            let spot = &self.store[at as usize];
            (spot.newer, spot.older)
        };
        match self.store.get_mut(newer as usize) {
            Some(spot) => spot.older = older,
            None => self.newest = older,
        }
        match self.store.get_mut(older as usize) {
            Some(spot) => spot.newer = newer,
            None => self.oldest = newer,
        }
    }

    /// Puts a spot before all others in the list by age.
    fn list(&mut self, at: u32) {
        let older = self.newest;
        match self.store.get_mut(older as usize) {
            Some(spot) => spot.newer = at,
            None => self.oldest = at,
        }
        let spot = &mut self.store[at as usize];
        (spot.newer, spot.older) = (NONE, older);
        self.newest = at;
    }

    /// Says whether list, table and sums fit together.
    #[cfg(test)]
    pub(super) fn check_invariants(&self) {
        let (mut listed, mut at, mut later) = (0, self.newest, i64::MAX);
        while let Some(spot) = self.store.get(at as usize) {
            assert!(spot.seen_us <= later, "the list is in order of age");
            later = spot.seen_us;
            let sum: i64 = spot.parts_us.iter().map(|&part| i64::from(part)).sum();
            assert_eq!(sum, spot.total_us);
            assert!(sum <= self.window_us + 2 * self.part_us);
            let mut found = self.chains[spot.chain];
            while found != at {
                found = self.store[found as usize].next_in_chain;
            }
            listed += 1;
            at = spot.older;
        }
        assert_eq!(listed, self.len());
        assert!(listed <= MAX_SPOTS);
    }
}

impl Spot {
    /// Goes on to a later part of time: what is older than a window is dropped.
    fn advance(&mut self, part: i64) {
        let length = self.parts_us.len();
        let passed = usize::try_from(part - self.part).unwrap_or(0);
        for step in 1..=passed.min(length) {
            let place = slot(self.part + i64::try_from(step).unwrap_or(0));
            self.total_us -= i64::from(std::mem::take(&mut self.parts_us[place]));
        }
        self.part = part;
    }

    /// Counts the time between two moments as seen; the later one is in `part`.
    fn count(&mut self, from_us: i64, now_us: i64, part_us: i64) {
        let earliest = self.part - i64::try_from(PARTS).unwrap_or(0);
        let from_us = from_us.max(earliest * part_us);
        for part in from_us.div_euclid(part_us)..=self.part {
            let begin = from_us.max(part * part_us);
            let end = now_us.min((part + 1) * part_us);
            let seen = u32::try_from(end - begin).unwrap_or(0);
            let sum = &mut self.parts_us[slot(part)];
            *sum = sum.saturating_add(seen);
            self.total_us += i64::from(seen);
        }
    }

    /// Returns for how long the window that ends now has seen it. Of its oldest part, what is still inside counts in proportion.
    fn seen_us(&self, now_us: i64, part_us: i64) -> f64 {
        let oldest = self.parts_us[slot(self.part + 1)];
        let left = now_us.rem_euclid(part_us) as f64 / part_us as f64;
        self.total_us as f64 - f64::from(oldest) * left
    }
}

/// Returns where a part of time is counted.
fn slot(part: i64) -> usize {
    let length = i64::try_from(PARTS + 1).unwrap_or(1);
    usize::try_from(part.rem_euclid(length)).unwrap_or(0)
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "saturates; what is that far away shares a cell"
)]
fn cell(numbers: [f64; 4], side: f64) -> Cell {
    numbers.map(|number| (number / side).floor() as i64)
}

/// Returns the chain of a cell.
fn chain_of(cell: Cell) -> usize {
    let mut mixed: u64 = 0;
    for number in cell {
        // Odd multipliers from the golden ratio spread neighbors over the table.
        mixed =
            (mixed.rotate_left(23) ^ number.cast_unsigned()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    usize::try_from(mixed >> 51).unwrap_or(0) % CHAINS
}
