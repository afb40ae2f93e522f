//! What was read so far, and what was wrong with it.

/// Distinct warnings kept; what comes after them is only counted.
const MAX_WARNINGS: usize = 16;

/// Counters of one source. They only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Packets of the video stream read.
    pub packets: u64,
    /// Frames that came out of the decoder.
    pub frames_decoded: u64,
    /// Frames returned by [`Source::next_frame`](crate::Source::next_frame).
    pub frames_delivered: u64,
    /// Frames that were not due, decoded or not.
    pub frames_gated: u64,
    /// Packets that failed to decode, and frames in which the decoder had to guess parts of the picture.
    pub decode_errors: u64,
    /// Packets of a camera that were lost on the network, as far as libav says so: over UDP.
    pub packets_lost: u64,
    /// How often a looped file was started again.
    pub restarts: u64,
    /// How often a camera was reached again after it was lost.
    pub reconnects: u64,
    /// Why a camera was lost the last time, without secrets.
    pub last_error: Option<String>,
    /// Whether the file ended before its header says it does. Known only at its end.
    pub truncated: bool,
    /// What was wrong, once for each kind, with the stream's time; at most 17 lines.
    pub warnings: Vec<String>,
    /// Warnings of kinds that stand in `warnings` already, or that found no room there.
    pub warnings_suppressed: u64,
    /// The latest warning of any kind, with the stream's time.
    pub last_warning: Option<String>,
}

impl Stats {
    /// Adds a warning about the moment `pts_ns`, if none of its kind is there.
    pub(crate) fn warn(&mut self, pts_ns: Option<i64>, message: &str) {
        let line = match pts_ns {
            Some(pts_ns) => format!("at {:.3} s: {message}", pts_ns as f64 / 1e9),
            None => message.to_owned(),
        };
        self.last_warning = Some(line.clone());
        let kind = without_numbers(message);
        let known = self.warnings.iter().any(|line| {
            let message = line
                .split_once(" s: ")
                .map_or(line.as_str(), |(_, message)| message);
            without_numbers(message) == kind
        });
        if known || self.warnings.len() > MAX_WARNINGS {
            self.warnings_suppressed += 1;
            return;
        }
        self.warnings.push(if self.warnings.len() == MAX_WARNINGS {
            "and more of other kinds".to_owned()
        } else {
            line
        });
    }
}

/// Messages of one kind differ in their numbers: block positions, offsets, sizes.
fn without_numbers(message: &str) -> String {
    message
        .chars()
        .filter(|c| !c.is_ascii_digit() && *c != '-')
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_is_told_once() {
        let mut stats = Stats::default();
        stats.warn(
            Some(1_500_000_000),
            "error while decoding MB 12 7, bytestream -8",
        );
        stats.warn(
            Some(1_600_000_000),
            "error while decoding MB 3 11, bytestream 20",
        );
        stats.warn(None, "moov atom not found");
        assert_eq!(
            stats.warnings,
            [
                "at 1.500 s: error while decoding MB 12 7, bytestream -8",
                "moov atom not found"
            ]
        );
        assert_eq!(stats.warnings_suppressed, 1);
    }

    #[test]
    fn the_list_is_bounded() {
        let mut stats = Stats::default();
        for letter in 'a'..='z' {
            stats.warn(None, &format!("kind {letter}"));
        }
        assert_eq!(stats.warnings.len(), MAX_WARNINGS + 1);
        assert_eq!(stats.warnings[MAX_WARNINGS], "and more of other kinds");
        assert_eq!(stats.warnings_suppressed, 26 - MAX_WARNINGS as u64 - 1);
    }
}
