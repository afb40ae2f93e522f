//! A camera whose timestamps stand still.

/// Packets in a row that may have the same timestamp: some cameras send a picture in several.
const MAX_REPEATS: u32 = 16;

/// Counts how often a timestamp is repeated.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Repeats {
    last: Option<i64>,
    times: u32,
}

impl Repeats {
    /// Takes a packet's timestamp; returns whether it says nothing, since those before it were the same.
    pub(crate) fn is_stuck(&mut self, timestamp: Option<i64>) -> bool {
        self.times = match timestamp {
            Some(_) if timestamp == self.last => self.times.saturating_add(1),
            _ => 0,
        };
        self.last = timestamp;
        self.times > MAX_REPEATS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_says_nothing_once_it_is_repeated_for_long() {
        let mut repeats = Repeats::default();
        let stuck: Vec<_> = (0..40).map(|_| repeats.is_stuck(Some(9))).collect();
        assert_eq!(stuck.iter().position(|&stuck| stuck), Some(17));
        assert!(stuck[17..].iter().all(|&stuck| stuck));
        assert!(!repeats.is_stuck(Some(10)));
    }

    #[test]
    fn slices_and_packets_without_a_time_are_no_matter() {
        let mut repeats = Repeats::default();
        assert!((0..400).all(|number| !repeats.is_stuck(Some(number / 8))));
        assert!((0..400).all(|_| !repeats.is_stuck(None)));
    }
}
