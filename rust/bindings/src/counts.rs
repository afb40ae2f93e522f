//! What a scene has counted, as dicts: out to Python, and back in where counts go on from somewhere else.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use sightline_zones as core;

const NS_IN_MS: i64 = 1_000_000;

/// What a scene is to count on from, in the shape of `dict_from_counts`; None for a rule that starts at nothing.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct CountsSettings {
    lines: Vec<Option<LineCounts>>,
    zones: Vec<Option<ZoneCounts>>,
    distances: Vec<Option<DistanceCounts>>,
}

#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
struct LineCounts {
    #[pyo3(item("in"))]
    in_count: u64,
    out: u64,
    lost_at_line: u64,
    flips_suppressed: u64,
    gaps_bridged: u64,
}

#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
struct ZoneCounts {
    entries: u64,
    born_inside: u64,
    flips_suppressed: u64,
    gaps_bridged: u64,
    queue: Option<QueueCounts>,
}

#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
struct QueueCounts {
    left: u64,
    wait_mean_ms: u64,
    wait_max_ms: u64,
}

#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
struct DistanceCounts {
    contacts: u64,
}

impl From<CountsSettings> for core::Counts {
    fn from(counts: CountsSettings) -> Self {
        let line = |line: LineCounts| core::LineTally {
            in_count: line.in_count,
            out_count: line.out,
            lost_at_line: line.lost_at_line,
            flips_suppressed: line.flips_suppressed,
            gaps_bridged: line.gaps_bridged,
        };
        let queue = |queue: QueueCounts| core::QueueTally {
            left: queue.left,
            wait_mean_ns: ns(queue.wait_mean_ms),
            wait_max_ns: ns(queue.wait_max_ms),
            ..core::QueueTally::default()
        };
        let zone = |zone: ZoneCounts| {
            let tally = core::ZoneTally {
                entries: zone.entries,
                born_inside: zone.born_inside,
                flips_suppressed: zone.flips_suppressed,
                gaps_bridged: zone.gaps_bridged,
                ..core::ZoneTally::default()
            };
            (tally, zone.queue.map(queue))
        };
        let contacts = |distance: DistanceCounts| distance.contacts;
        Self {
            lines: counts.lines.into_iter().map(|of| of.map(line)).collect(),
            zones: counts.zones.into_iter().map(|of| of.map(zone)).collect(),
            contacts: counts
                .distances
                .into_iter()
                .map(|of| of.map(contacts))
                .collect(),
        }
    }
}

/// Copies what a scene has counted: for each line, zone and distance a dict.
pub(crate) fn dict_from_counts<'py>(
    py: Python<'py>,
    scene: &core::Scene,
) -> PyResult<Bound<'py, PyDict>> {
    let lines = PyList::empty(py);
    for tally in scene.line_tallies() {
        let dict = PyDict::new(py);
        dict.set_item("in", tally.in_count)?;
        dict.set_item("out", tally.out_count)?;
        dict.set_item("lost_at_line", tally.lost_at_line)?;
        dict.set_item("flips_suppressed", tally.flips_suppressed)?;
        dict.set_item("gaps_bridged", tally.gaps_bridged)?;
        lines.append(dict)?;
    }
    let zones = PyList::empty(py);
    for (tally, queue) in scene.zone_tallies().zip(scene.queue_tallies()) {
        let dict = PyDict::new(py);
        dict.set_item("inside", tally.inside)?;
        dict.set_item("entries", tally.entries)?;
        dict.set_item("exits", tally.exits)?;
        dict.set_item("born_inside", tally.born_inside)?;
        dict.set_item("flips_suppressed", tally.flips_suppressed)?;
        dict.set_item("gaps_bridged", tally.gaps_bridged)?;
        let queue = queue.map(|queue| dict_from_queue(py, &queue)).transpose()?;
        dict.set_item("queue", queue)?;
        zones.append(dict)?;
    }
    let distances = PyList::empty(py);
    for tally in scene.distance_tallies() {
        let dict = PyDict::new(py);
        dict.set_item("close", tally.close)?;
        dict.set_item("contacts", tally.contacts)?;
        dict.set_item("nearest_px", tally.nearest_px)?;
        dict.set_item("nearest_m", tally.nearest_m)?;
        distances.append(dict)?;
    }
    let counts = PyDict::new(py);
    counts.set_item("lines", lines)?;
    counts.set_item("zones", zones)?;
    counts.set_item("distances", distances)?;
    Ok(counts)
}

fn dict_from_queue<'py>(py: Python<'py>, queue: &core::QueueTally) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("length", queue.length)?;
    dict.set_item("longest_wait_ms", ms(queue.longest_wait_ns))?;
    dict.set_item("left", queue.left)?;
    dict.set_item("wait_mean_ms", ms(queue.wait_mean_ns))?;
    dict.set_item("wait_max_ms", ms(queue.wait_max_ns))?;
    Ok(dict)
}

fn ns(ms: u64) -> i64 {
    i64::try_from(ms).map_or(i64::MAX, |ms| ms.saturating_mul(NS_IN_MS))
}

/// Returns whole milliseconds, rounded as those of events.
fn ms(ns: i64) -> i64 {
    (ns + NS_IN_MS / 2).div_euclid(NS_IN_MS)
}
