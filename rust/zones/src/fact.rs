//! What the rules conclude.

use crate::motion::Motion;
use crate::summary::{LineSummary, ZoneSummary};

/// Which way a line was crossed, as somebody sees it who stands at its start and faces its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From left to right: toward the positive side of the line.
    In,
    /// From right to left.
    Out,
}

/// How a track came to be in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryReason {
    /// Its path cut the boundary.
    Entered,
    /// It was inside when first seen.
    Appeared,
}

/// How something that lasted came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitReason {
    /// The path cut the boundary, or the pair moved apart.
    Exited,
    /// The track was given up, or the source's clock was restarted.
    Lost,
    /// The stream came to its end, or the rule was taken away.
    Ended,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FactKind {
    /// A track crossed a line.
    LineCrossed {
        /// Which way.
        direction: Direction,
    },
    /// A track is in a zone.
    ZoneEntered {
        /// How it came there.
        reason: EntryReason,
        /// The side of the polygon over which it came: 1 from the first to the second corner, and so on; `None` for one
        /// that appeared.
        side: Option<u32>,
    },
    /// A track is in a zone no longer.
    ZoneExited {
        /// How it went.
        reason: ExitReason,
        /// The side over which it went, as of an entry; `None` for one that was lost, or that the stream's end found inside.
        side: Option<u32>,
        /// From entry to exit, nanoseconds, never negative.
        dwell_ns: i64,
        /// How much of that it was not seen.
        bridged_ns: i64,
    },
    /// A track has been in a zone for the zone's `dwell_ns`; once a stay.
    ZoneDwelled {
        /// From entry until this fact's moment: the zone's threshold.
        dwell_ns: i64,
        /// How much of that it was not seen.
        bridged_ns: i64,
    },
    /// Another number of tracks is in a zone than after the frame before. At most one a zone and frame, and its time is
    /// the frame's, so that the counts of a zone are in order of time.
    ZoneCountChanged {
        /// Tracks inside now.
        count: u32,
        /// Tracks inside before.
        previous: u32,
    },
    /// There have been as many in a zone as its limit for as long as is allowed; once a crowd.
    ZoneOvercrowded {
        /// Tracks inside now.
        count: u32,
    },
    /// There are fewer in an overcrowded zone than its limit. Its time is the frame's.
    ZoneRelieved {
        /// Most that were inside.
        peak: u32,
        /// How long there were as many as the limit, nanoseconds.
        lasted_ns: i64,
    },
    /// An interval is over: at a multiple of its length, or where the stream ends or its clock jumps back. After a time
    /// without frames one summary may cover several.
    LineSummarized(LineSummary),
    /// An interval is over, for a zone.
    ZoneSummarized(ZoneSummary),
    /// A track has been in a zone for the zone's `loiter_ns` in all, and was never away for longer than its
    /// `loiter_absence_ns` meanwhile; once until the end of that.
    ZoneLoiteringStarted {
        /// Time inside until this fact's moment: the zone's threshold.
        inside_ns: i64,
        /// How much of that it was not seen.
        bridged_ns: i64,
    },
    /// A track that loitered has left and did not come back soon. Moment and reason are those of its last exit.
    ZoneLoiteringEnded {
        /// How it left.
        reason: ExitReason,
        /// Time inside in all, absences left out, nanoseconds.
        inside_ns: i64,
        /// How much of that it was not seen.
        bridged_ns: i64,
    },
    /// Another number of tracks waits in a zone's queue than after the frame before. At most one a zone and frame, and
    /// its time is the frame's.
    QueueChanged {
        /// Tracks that wait now: those seen inside after `queue_after_ns` or more.
        length: u32,
        /// Tracks that waited before.
        previous: u32,
        /// How long the first of them has waited, nanoseconds; 0 when nobody waits.
        longest_wait_ns: i64,
    },
    /// A track that waited in a zone's queue is in the zone no longer.
    QueueLeft {
        /// How it went.
        reason: ExitReason,
        /// From entry to exit, nanoseconds.
        wait_ns: i64,
        /// How much of that it was not seen.
        bridged_ns: i64,
    },
    /// A track has been in a zone for the zone's `wait_limit_ns`; once a stay.
    QueueWaitExceeded {
        /// From entry until this fact's moment: the zone's limit.
        wait_ns: i64,
        /// How much of that it was not seen.
        bridged_ns: i64,
    },
    /// A track crossed a line the wrong way; beside the crossing, with the same evidence.
    LineWrongWay {
        /// Which way.
        direction: Direction,
    },
    /// A track in a zone has gone the wrong way for the zone's `way_ns`; once until it goes another way, stands or leaves.
    /// The heading is that of the frame in which this was certain.
    ZoneWrongWay {
        /// By how much the heading was off then, degrees, more than the zone's tolerance and at most 180.
        off_deg: f64,
    },
    /// A track in a zone has been faster than the zone's `speed_limit_mps` for its `speed_ns`. The speed is that of the
    /// frame in which this was certain.
    ZoneSpeedExceeded {
        /// The limit, metres a second.
        limit_mps: f64,
    },
    /// A track that was too fast in a zone is so no longer; once for each time that it was.
    ZoneSpeedRestored {
        /// How it left; `None` when it slowed down inside, to less than nine tenths of the limit.
        reason: Option<ExitReason>,
        /// Highest speed meanwhile, metres a second.
        top_mps: f64,
        /// From when it passed the limit, nanoseconds.
        lasted_ns: i64,
    },
    /// Two tracks are closer than a distance rule's threshold.
    PeopleClose {
        /// The other track; its id is the larger of the two.
        other: u64,
        /// How far apart they were in the frame in which they had been close for long enough, pixels.
        distance_px: f64,
        /// The same between their feet on the ground, metres; `None` where one of them is not on the ground.
        distance_m: Option<f64>,
    },
    /// Two tracks that were close are so no longer.
    PeopleParted {
        /// The other track; its id is the larger of the two.
        other: u64,
        /// Why.
        reason: ExitReason,
        /// How long they were close, nanoseconds, never negative.
        close_ns: i64,
        /// How much of that one of them was not seen.
        bridged_ns: i64,
        /// The least distance meanwhile, pixels.
        minimum_px: f64,
        /// The least distance between their feet on the ground, metres; `None` if that was never known.
        minimum_m: Option<f64>,
    },
}

/// One conclusion of one rule, with the evidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fact {
    /// What happened, which also says whether `rule` is a line, a zone or a distance.
    pub kind: FactKind,
    /// Position of the rule in its list in the scene.
    pub rule: u32,
    /// Whom it is about; `None` for a count, whose evidence below is all zero.
    pub track_id: Option<u64>,
    /// The epoch that both times belong to.
    pub epoch: u32,
    /// When it happened, interpolated between frames, nanoseconds.
    pub pts_ns: i64,
    /// Time of the frame in which it was certain, nanoseconds.
    pub confirmed_pts_ns: i64,
    /// Length of the gap between sightings in which the moment lies, nanoseconds; 0 when no frame was missed.
    pub bridged_ns: i64,
    /// The box at that moment, interpolated: x1, y1, x2, y2 in source pixels.
    pub xyxy: [f64; 4],
    /// The rule's anchor of that box, source pixels.
    pub anchor: [f64; 2],
    /// How the track moved then, and where on the ground it was.
    pub motion: Motion,
    /// The track's class when it was certain.
    pub class_id: i32,
    /// The track's confidence when it was certain, 0…1.
    pub confidence: f32,
}
