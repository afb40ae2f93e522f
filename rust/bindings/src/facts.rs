//! Facts as Python sees them: one flat record, with None where a kind has nothing to say.

use std::collections::BTreeMap;

use pyo3::prelude::*;
use sightline_engine::StreamFact;
use sightline_zones as core;

/// What a rule concluded.
#[pyclass(frozen, module = "sightline._core", get_all)]
#[derive(Clone, Debug, Default)]
pub(crate) struct Fact {
    kind: &'static str,
    stream: usize,
    /// Position in the batch of the frame in which it was concluded; None for what a stream's end concluded.
    image: Option<usize>,
    /// Time of day, nanoseconds since 1970, of a camera.
    time_ns: Option<i64>,
    rule: u32,
    track_id: Option<u64>,
    other_id: Option<u64>,
    epoch: u32,
    pts_ns: i64,
    confirmed_pts_ns: i64,
    bridged_ns: i64,
    direction: Option<&'static str>,
    reason: Option<&'static str>,
    /// The side of a zone's polygon that was cut, from 1.
    side: Option<u32>,
    /// Time inside a zone, or close to one another; of a queue, the longest wait.
    dwell_ns: Option<i64>,
    /// How much of `dwell_ns` was not seen.
    unseen_ns: Option<i64>,
    count: Option<u32>,
    previous: Option<u32>,
    distance_px: Option<f64>,
    /// Distance of a pair on the ground, metres.
    distance_m: Option<f64>,
    /// Counts of a summary, times in nanoseconds.
    figures: Option<BTreeMap<&'static str, i64>>,
    /// How many were inside on average over time.
    mean: Option<f64>,
    xyxy: Option<(f64, f64, f64, f64)>,
    anchor: Option<(f64, f64)>,
    /// Where the feet are on the ground, metres.
    ground_m: Option<(f64, f64)>,
    speed_mps: Option<f64>,
    heading_deg: Option<f64>,
    /// By how much the heading is off where it is the wrong way.
    off_deg: Option<f64>,
    /// The speed that is allowed, and the highest of somebody who was faster, metres a second.
    limit_mps: Option<f64>,
    top_mps: Option<f64>,
    class_id: Option<i32>,
    confidence: Option<f32>,
}

impl From<&StreamFact> for Fact {
    fn from(found: &StreamFact) -> Self {
        Self {
            image: found.image,
            time_ns: found.time_ns,
            ..Self::from_core(found.stream, &found.fact)
        }
    }
}

impl Fact {
    pub(crate) fn from_core(stream: usize, fact: &core::Fact) -> Self {
        let seen = fact.track_id.is_some();
        let common = Self {
            stream,
            rule: fact.rule,
            track_id: fact.track_id,
            epoch: fact.epoch,
            pts_ns: fact.pts_ns,
            confirmed_pts_ns: fact.confirmed_pts_ns,
            bridged_ns: fact.bridged_ns,
            xyxy: seen.then(|| fact.xyxy.into()),
            anchor: seen.then(|| fact.anchor.into()),
            ground_m: fact.motion.ground_m.map(Into::into),
            speed_mps: fact.motion.speed_mps,
            heading_deg: fact.motion.heading_deg,
            class_id: seen.then_some(fact.class_id),
            confidence: seen.then_some(fact.confidence),
            ..Self::default()
        };
        common.with_kind(&fact.kind)
    }

    fn with_kind(self, kind: &core::FactKind) -> Self {
        match *kind {
            core::FactKind::LineCrossed { direction } => Self {
                kind: "line_crossed",
                direction: Some(direction_word(direction)),
                ..self
            },
            core::FactKind::LineWrongWay { direction } => Self {
                kind: "line_wrong_way_crossed",
                direction: Some(direction_word(direction)),
                ..self
            },
            core::FactKind::ZoneEntered { reason, side } => Self {
                side,
                kind: "zone_entered",
                reason: Some(match reason {
                    core::EntryReason::Entered => "entered",
                    core::EntryReason::Appeared => "appeared",
                }),
                ..self
            },
            core::FactKind::ZoneExited {
                reason,
                side,
                dwell_ns,
                bridged_ns,
            } => Self {
                kind: "zone_exited",
                side,
                reason: Some(reason_word(reason)),
                dwell_ns: Some(dwell_ns),
                unseen_ns: Some(bridged_ns),
                ..self
            },
            core::FactKind::ZoneDwelled {
                dwell_ns,
                bridged_ns,
            } => Self {
                kind: "zone_dwelled",
                dwell_ns: Some(dwell_ns),
                unseen_ns: Some(bridged_ns),
                ..self
            },
            core::FactKind::PeopleClose { .. } | core::FactKind::PeopleParted { .. } => {
                self.with_pair(kind)
            }
            core::FactKind::ZoneLoiteringStarted { .. }
            | core::FactKind::ZoneLoiteringEnded { .. }
            | core::FactKind::QueueLeft { .. }
            | core::FactKind::QueueWaitExceeded { .. } => self.with_conduct(kind),
            core::FactKind::ZoneWrongWay { .. }
            | core::FactKind::ZoneSpeedExceeded { .. }
            | core::FactKind::ZoneSpeedRestored { .. } => self.with_motion(kind),
            _ => self.with_rule(kind),
        }
    }

    /// Fills in how somebody moved in a zone.
    fn with_motion(self, kind: &core::FactKind) -> Self {
        match *kind {
            core::FactKind::ZoneWrongWay { off_deg } => Self {
                kind: "zone_wrong_way",
                off_deg: Some(off_deg),
                ..self
            },
            core::FactKind::ZoneSpeedExceeded { limit_mps } => Self {
                kind: "zone_speed_exceeded",
                limit_mps: Some(limit_mps),
                ..self
            },
            core::FactKind::ZoneSpeedRestored {
                reason,
                top_mps,
                lasted_ns,
            } => Self {
                kind: "zone_speed_restored",
                reason: Some(reason.map_or("slowed", reason_word)),
                top_mps: Some(top_mps),
                dwell_ns: Some(lasted_ns),
                ..self
            },
            _ => self,
        }
    }

    /// Fills in how somebody behaved in a zone.
    fn with_conduct(self, kind: &core::FactKind) -> Self {
        match *kind {
            core::FactKind::ZoneLoiteringStarted {
                inside_ns,
                bridged_ns,
            } => Self {
                kind: "zone_loitering_started",
                dwell_ns: Some(inside_ns),
                unseen_ns: Some(bridged_ns),
                ..self
            },
            core::FactKind::ZoneLoiteringEnded {
                reason,
                inside_ns,
                bridged_ns,
            } => Self {
                kind: "zone_loitering_ended",
                reason: Some(reason_word(reason)),
                dwell_ns: Some(inside_ns),
                unseen_ns: Some(bridged_ns),
                ..self
            },
            core::FactKind::QueueLeft {
                reason,
                wait_ns,
                bridged_ns,
            } => Self {
                kind: "zone_queue_left",
                reason: Some(reason_word(reason)),
                dwell_ns: Some(wait_ns),
                unseen_ns: Some(bridged_ns),
                ..self
            },
            core::FactKind::QueueWaitExceeded {
                wait_ns,
                bridged_ns,
            } => Self {
                kind: "zone_queue_wait_exceeded",
                dwell_ns: Some(wait_ns),
                unseen_ns: Some(bridged_ns),
                ..self
            },
            _ => self,
        }
    }

    /// Fills in what is said of a rule, not of a track.
    fn with_rule(self, kind: &core::FactKind) -> Self {
        match *kind {
            core::FactKind::ZoneCountChanged { count, previous } => Self {
                kind: "zone_count_changed",
                count: Some(count),
                previous: Some(previous),
                ..self
            },
            core::FactKind::ZoneOvercrowded { count } => Self {
                kind: "zone_overcrowded",
                count: Some(count),
                ..self
            },
            core::FactKind::ZoneRelieved { peak, lasted_ns } => Self {
                kind: "zone_relieved",
                count: Some(peak),
                dwell_ns: Some(lasted_ns),
                ..self
            },
            core::FactKind::QueueChanged {
                length,
                previous,
                longest_wait_ns,
            } => Self {
                kind: "zone_queue_changed",
                count: Some(length),
                previous: Some(previous),
                dwell_ns: Some(longest_wait_ns),
                ..self
            },
            core::FactKind::LineSummarized(summary) => Self {
                kind: "line_summarized",
                figures: Some(figures_of_line(&summary)),
                ..self
            },
            core::FactKind::ZoneSummarized(summary) => Self {
                kind: "zone_summarized",
                figures: Some(figures_of_zone(&summary)),
                mean: Some(summary.mean),
                ..self
            },
            _ => self,
        }
    }

    fn with_pair(self, kind: &core::FactKind) -> Self {
        match *kind {
            core::FactKind::PeopleClose {
                other,
                distance_px,
                distance_m,
            } => Self {
                kind: "people_close",
                other_id: Some(other),
                distance_px: Some(distance_px),
                distance_m,
                ..self
            },
            core::FactKind::PeopleParted {
                other,
                reason,
                close_ns,
                bridged_ns,
                minimum_px,
                minimum_m,
            } => Self {
                kind: "people_parted",
                other_id: Some(other),
                reason: Some(reason_word(reason)),
                dwell_ns: Some(close_ns),
                unseen_ns: Some(bridged_ns),
                distance_px: Some(minimum_px),
                distance_m: minimum_m,
                ..self
            },
            _ => self,
        }
    }
}

fn figures_of_line(summary: &core::LineSummary) -> BTreeMap<&'static str, i64> {
    let added = &summary.added;
    BTreeMap::from([
        ("start_ns", summary.start_ns),
        ("in", added.in_count.cast_signed()),
        ("out", added.out_count.cast_signed()),
        ("lost_at_line", added.lost_at_line.cast_signed()),
        ("flips_suppressed", added.flips_suppressed.cast_signed()),
        ("gaps_bridged", added.gaps_bridged.cast_signed()),
    ])
}

fn figures_of_zone(summary: &core::ZoneSummary) -> BTreeMap<&'static str, i64> {
    let added = &summary.added;
    let mut figures = BTreeMap::from([
        ("start_ns", summary.start_ns),
        ("inside", i64::from(added.inside)),
        ("entries", added.entries.cast_signed()),
        ("exits", added.exits.cast_signed()),
        ("least", i64::from(summary.least)),
        ("most", i64::from(summary.most)),
        ("dwell_mean_ns", summary.dwell_mean_ns),
        ("dwell_max_ns", summary.dwell_max_ns),
        ("born_inside", added.born_inside.cast_signed()),
        ("flips_suppressed", added.flips_suppressed.cast_signed()),
        ("gaps_bridged", added.gaps_bridged.cast_signed()),
    ]);
    if let Some(queue) = &summary.queue {
        figures.extend([
            ("queue_longest", i64::from(queue.longest)),
            ("queue_left", queue.left.cast_signed()),
            ("wait_mean_ns", queue.wait_mean_ns),
            ("wait_max_ns", queue.wait_max_ns),
        ]);
    }
    figures
}

fn direction_word(direction: core::Direction) -> &'static str {
    match direction {
        core::Direction::In => "in",
        core::Direction::Out => "out",
    }
}

fn reason_word(reason: core::ExitReason) -> &'static str {
    match reason {
        core::ExitReason::Exited => "exited",
        core::ExitReason::Lost => "lost",
        core::ExitReason::Ended => "ended",
    }
}

#[pymethods]
impl Fact {
    fn __repr__(&self) -> String {
        let Self {
            kind,
            rule,
            track_id,
            pts_ns,
            ..
        } = self;
        format!("Fact({kind}, rule={rule}, track_id={track_id:?}, pts_ns={pts_ns})")
    }
}
