//! Tracks become facts: counts, entries, exits, dwell, crossings, distances.
//!
//! [`Scene`] is the type to know. Make one per source from a [`SceneSpec`], give it every analyzed frame's tracks with
//! the frame's time, and read the [`Fact`]s that it appends.
//!
//! The way through a frame: `scene` turns each track's last two sightings into a move (`sighting`) and hands it to the
//! rules that are near (`nearby`, `following`), or that it is not done with (`known`). A `line` looks at how often the anchor's path cut it between two places clear of it; a `zone` at which
//! cuts led clearly in or out, and, where that is asked for, at how people behave inside (`watch`); a `distance` at pairs of
//! people (`person`, `pairs`), `groups` left out. What they conclude is put in order of time (`notes`), and counted up by
//! intervals (`summary`).
//!
//! Three ideas keep counts right without special cases. Whether a path cuts a boundary is decided exactly, by
//! `sightline_geometry`. A change counts once the anchor is clear of the boundary by a band, so jitter is silent; its
//! time is that of the cut, interpolated. And state lives as long as the tracker keeps the identity, so a person who
//! was hidden while crossing is counted when seen again, and the fact says how long the gap was.

mod check;
mod distance;
mod fact;
mod following;
mod groups;
mod known;
mod line;
mod loiter;
mod motion;
mod nearby;
mod notes;
mod pairs;
mod person;
mod queue;
mod scene;
mod sighting;
mod spec;
mod speed;
mod summary;
mod tally;
mod watch;
mod way;
mod zone;

pub use check::SceneError;
pub use fact::{Direction, EntryReason, ExitReason, Fact, FactKind};
pub use motion::{Motion, TrackMotion};
pub use scene::{Counts, Scene};
pub use spec::{
    Anchor, CrowdSpec, DistanceSpec, GroundSpec, LineSpec, SceneSpec, Threshold, ZoneSpec,
};
pub use summary::{LineSummary, QueueSummary, ZoneSummary};
pub use tally::{DistanceTally, LineTally, QueueTally, ZoneTally};
