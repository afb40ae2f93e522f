//! What holds for every walk: people on a lattice that hits every edge, with gaps, losses and restarts.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sightline_geometry::{Point, Segment};
use sightline_zones::{DistanceSpec, EntryReason, ExitReason, Fact, FactKind, SceneSpec, ZoneSpec};

use crate::walk::{Run, SIZE_PX, line, rectangle, word, zone};

const LOITER_NS: i64 = 100_000_000;
const ABSENCE_NS: i64 = 80_000_000;

fn scene(confirm_frames: u32, max_gap: bool) -> SceneSpec {
    SceneSpec {
        lines: vec![
            line("whole", [0.0, 500.0], [1024.0, 500.0]),
            line("part", [400.0, 400.0], [600.0, 600.0]),
        ],
        zones: vec![
            ZoneSpec {
                confirm_frames,
                dwell_ns: Some(70_000_000),
                queue_after_ns: Some(70_000_000),
                wait_limit_ns: Some(90_000_000),
                loiter_ns: Some(LOITER_NS),
                loiter_absence_ns: ABSENCE_NS,
                ..rectangle("square", [400.0, 400.0], [600.0, 600.0])
            },
            zone(
                "notched",
                &[
                    [400.0, 400.0],
                    [600.0, 400.0],
                    [600.0, 600.0],
                    [500.0, 500.0],
                    [400.0, 600.0],
                ],
            ),
            rectangle("thin", [300.0, 500.0], [700.0, 502.0]),
            ZoneSpec {
                even_odd: true,
                ..zone(
                    "tie",
                    &[
                        [400.0, 400.0],
                        [600.0, 600.0],
                        [600.0, 400.0],
                        [400.0, 600.0],
                    ],
                )
            },
        ],
        distances: vec![DistanceSpec::new("keep", 0.1)],
        ground: None,
        summary_ns: Some(330_000_000),
        max_gap_ns: max_gap.then_some(70_000_000),
    }
}

/// One frame: for each of four people a lattice place and a nudge in pixels, or nothing; then what else happens.
pub(crate) type Frame = (Vec<Option<(u8, u8, i8)>>, u8);

pub(crate) fn frames() -> impl Strategy<Value = Vec<Frame>> {
    let place = proptest::option::weighted(0.85, (0..7_u8, 0..7_u8, -3..4_i8));
    proptest::collection::vec((proptest::collection::vec(place, 4), 0..40_u8), 1..60)
}

/// Plays the frames; returns the run and where each update's facts start.
pub(crate) fn play(spec: &SceneSpec, frames: &[Frame]) -> (Run, Vec<usize>) {
    let mut run = Run::new(spec);
    let mut starts = Vec::new();
    // Identities are never reused: who is removed comes back as somebody else.
    let mut ids = [1_u64, 2, 3, 4];
    for (places, event) in frames {
        starts.push(run.facts.len());
        let mut removed = Vec::new();
        match event {
            0..4 => {
                let id = &mut ids[usize::from(*event)];
                removed.push(*id);
                *id += 4;
            }
            4 => {
                run.epoch += 1;
                run.frame = 0;
                ids = ids.map(|id| id + 4);
            }
            _ => {}
        }
        let people: Vec<_> = places
            .iter()
            .zip(ids)
            .filter_map(|(place, id)| {
                let (x, y, nudge) = (*place)?;
                let at = |lattice: u8| 350.0 + 50.0 * f64::from(lattice);
                Some((id, [at(x), at(y) + f64::from(nudge)]))
            })
            .collect();
        run.show(&people, &removed);
    }
    starts.push(run.facts.len());
    run.finish();
    (run, starts)
}

/// Checks that entries and exits of each track and zone alternate, with one dwell at most in between.
fn check_stays(facts: &[Fact]) -> Result<(), TestCaseError> {
    let mut stays: BTreeMap<(u32, Option<u64>), (i64, bool)> = BTreeMap::new();
    for fact in facts {
        let key = (fact.rule, fact.track_id);
        match fact.kind {
            FactKind::ZoneEntered { .. } => {
                prop_assert!(
                    stays.insert(key, (fact.pts_ns, false)).is_none(),
                    "{fact:?}"
                );
            }
            FactKind::ZoneDwelled {
                dwell_ns,
                bridged_ns,
            } => {
                let Some((entered_ns, dwelled)) = stays.get_mut(&key) else {
                    return Err(TestCaseError::fail("dwelled outside"));
                };
                prop_assert!(!std::mem::replace(dwelled, true));
                prop_assert_eq!(*entered_ns + dwell_ns, fact.pts_ns);
                prop_assert!((0..=dwell_ns).contains(&bridged_ns));
            }
            FactKind::ZoneExited {
                dwell_ns,
                bridged_ns,
                ..
            } => {
                let stay = stays.remove(&key);
                prop_assert_eq!(
                    stay.map(|(entered, _)| fact.pts_ns - entered),
                    Some(dwell_ns)
                );
                prop_assert!(
                    dwell_ns >= 0 && (0..=dwell_ns).contains(&bridged_ns),
                    "{:?}",
                    fact
                );
                let due = fact.rule == 0 && dwell_ns >= 70_000_000;
                prop_assert_eq!(stay.map(|(_, dwelled)| dwelled), Some(due));
            }
            _ => {}
        }
    }
    prop_assert!(stays.is_empty(), "{:?}", stays);
    Ok(())
}

/// Checks that after each frame those wait who have dwelled and are still inside, whose threshold is the same, and that
/// they leave with the waits that their exits give.
fn check_queue(run: &Run, starts: &[usize]) -> Result<(), TestCaseError> {
    let mut waiting: BTreeMap<Option<u64>, i64> = BTreeMap::new();
    let mut length = 0;
    let end = run.facts.len();
    let ends = starts[1..].iter().chain([&end]);
    let updates = starts
        .iter()
        .zip(ends)
        .map(|(&start, &end)| &run.facts[start..end]);
    // A jump of the clock gives the facts of two frames at once.
    let frames = updates.flat_map(|facts| facts.chunk_by(|a, b| a.epoch == b.epoch));
    for facts in frames {
        let (mut changes, mut exits, mut served, mut now) = (0, Vec::new(), Vec::new(), None);
        for fact in facts.iter().filter(|fact| fact.rule == 0) {
            let key = (fact.track_id, fact.pts_ns);
            match fact.kind {
                FactKind::ZoneDwelled { dwell_ns, .. } => {
                    waiting.insert(fact.track_id, fact.pts_ns - dwell_ns);
                }
                FactKind::ZoneExited {
                    dwell_ns,
                    reason,
                    bridged_ns,
                    ..
                } if waiting.remove(&fact.track_id).is_some() => {
                    exits.push((key, dwell_ns, reason, bridged_ns));
                }
                FactKind::QueueLeft {
                    wait_ns,
                    reason,
                    bridged_ns,
                } => {
                    served.push((key, wait_ns, reason, bridged_ns));
                }
                FactKind::QueueChanged {
                    length: to,
                    previous,
                    longest_wait_ns,
                } => {
                    prop_assert_eq!((previous, fact.pts_ns), (length, fact.confirmed_pts_ns));
                    now = Some((to, longest_wait_ns));
                    changes += 1;
                }
                _ => {}
            }
        }
        prop_assert_eq!(served, exits);
        let now_ns = facts[0].confirmed_pts_ns;
        let counted = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
        let longest_ns = waiting
            .values()
            .min()
            .map_or(0, |&entered_ns| now_ns - entered_ns);
        prop_assert_eq!(changes, u32::from(counted != length));
        if let Some(now) = now {
            prop_assert_eq!(now, (counted, longest_ns));
        }
        length = counted;
    }
    prop_assert_eq!(length, 0);
    Ok(())
}

/// Checks that loitering starts and ends in turn, each at the moment that the entries and exits give.
fn check_loitering(facts: &[Fact]) -> Result<(), TestCaseError> {
    let facts = || facts.iter().filter(|fact| fact.rule == 0);
    let mut stays: BTreeMap<Option<u64>, Vec<(i64, i64)>> = BTreeMap::new();
    for fact in facts() {
        if let FactKind::ZoneExited { dwell_ns, .. } = fact.kind {
            let stay = (fact.pts_ns - dwell_ns, fact.pts_ns);
            stays.entry(fact.track_id).or_default().push(stay);
        }
    }
    for (id, stays) in stays {
        let mut expected = Vec::new();
        let (mut inside_ns, mut left_ns) = (0, i64::MIN);
        for &(entered_ns, exited_ns) in &stays {
            if left_ns != i64::MIN && entered_ns - left_ns > ABSENCE_NS {
                if inside_ns >= LOITER_NS {
                    expected.push((left_ns, inside_ns));
                }
                inside_ns = 0;
            }
            let before_ns = inside_ns;
            inside_ns += exited_ns - entered_ns;
            left_ns = exited_ns;
            if (before_ns..=inside_ns).contains(&LOITER_NS) && before_ns < LOITER_NS {
                expected.push((entered_ns + LOITER_NS - before_ns, LOITER_NS));
            }
        }
        if inside_ns >= LOITER_NS {
            expected.push((left_ns, inside_ns));
        }
        let of_loitering = |fact: &Fact| match fact.kind {
            FactKind::ZoneLoiteringStarted { inside_ns, .. }
            | FactKind::ZoneLoiteringEnded { inside_ns, .. } => Some((fact.pts_ns, inside_ns)),
            _ => None,
        };
        let of_track = facts().filter(|fact| fact.track_id == id);
        let found: Vec<_> = of_track.filter_map(of_loitering).collect();
        prop_assert_eq!(found, expected);
    }
    Ok(())
}

/// Checks that every count follows the one before.
fn check_counts(facts: &[Fact]) -> Result<(), TestCaseError> {
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    for fact in facts {
        if let FactKind::ZoneCountChanged { count, previous } = fact.kind {
            prop_assert_eq!(counts.insert(fact.rule, count).unwrap_or(0), previous);
            prop_assert_ne!(count, previous);
        }
    }
    prop_assert!(counts.values().all(|&count| count == 0));
    Ok(())
}

/// Checks that whoever came or went over the boundary was then on the side that is named, and that nobody else has one.
fn check_sides(run: &Run) -> Result<(), TestCaseError> {
    for fact in &run.facts {
        let (side, over) = match fact.kind {
            FactKind::ZoneEntered { side, reason } => (side, reason == EntryReason::Entered),
            FactKind::ZoneExited { side, reason, .. } => (side, reason == ExitReason::Exited),
            _ => continue,
        };
        prop_assert_eq!(side.is_some(), over, "{:?}", fact);
        let Some(side) = side else { continue };
        let corners = &run.scene.spec().zones[fact.rule as usize].polygon;
        let corner = |number: u32| {
            let [x, y] = corners[number as usize % corners.len()];
            Point::new(x * f64::from(SIZE_PX), y * f64::from(SIZE_PX))
        };
        let edge = Segment::new(corner(side - 1), corner(side));
        let gap = edge.map_or(f64::NAN, |edge| edge.distance(fact.anchor.into()));
        prop_assert!(gap < 1e-9, "{:?} is {} off", fact, gap);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn stays_counts_and_order_are_consistent(frames in frames(), confirm in 1..4_u32, max_gap: bool) {
        let (run, starts) = play(&scene(confirm, max_gap), &frames);
        check_stays(&run.facts)?;
        check_counts(&run.facts)?;
        check_sides(&run)?;
        check_loitering(&run.facts)?;
        check_queue(&run, &starts)?;
        for pair in starts.windows(2) {
            let update = &run.facts[pair[0]..pair[1]];
            prop_assert!(update.is_sorted_by_key(|fact| (fact.epoch, fact.pts_ns)));
            prop_assert!(update.iter().all(|fact| fact.pts_ns <= fact.confirmed_pts_ns));
            prop_assert!(update.iter().all(|fact| fact.bridged_ns >= 0));
        }
    }

    #[test]
    fn a_line_across_the_frame_is_crossed_in_and_out_in_turn(frames in frames()) {
        let (run, _) = play(&scene(1, false), &frames);
        let mut last: BTreeMap<Option<u64>, &str> = BTreeMap::new();
        for fact in run.facts.iter().filter(|fact| fact.rule == 0) {
            if let FactKind::LineCrossed { .. } = fact.kind {
                let way = word(fact).unwrap_or_default();
                prop_assert_ne!(last.insert(fact.track_id, way), Some(way));
            }
        }
    }

    #[test]
    fn the_same_frames_give_the_same_facts(frames in frames()) {
        let spec = scene(2, true);
        prop_assert_eq!(play(&spec, &frames).0.facts, play(&spec, &frames).0.facts);
    }
}
