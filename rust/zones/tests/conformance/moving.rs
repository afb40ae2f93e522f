//! What holds for every walk of the rules that judge how people move: the wrong way, and too fast.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sightline_zones::{Fact, FactKind, SceneSpec, ZoneSpec};

use crate::properties::{frames, play};
use crate::walk::{flat, rectangle};

const WAY_NS: i64 = 70_000_000;
const SPEED_NS: i64 = 50_000_000;

fn scene(confirm_frames: u32, max_gap: bool) -> SceneSpec {
    let zone = |name: &str, low, high| ZoneSpec {
        confirm_frames,
        way_deg: Some(0.0),
        way_tolerance_deg: 60.0,
        way_ns: WAY_NS,
        speed_limit_mps: Some(4.0),
        speed_ns: SPEED_NS,
        ..rectangle(name, low, high)
    };
    SceneSpec {
        zones: vec![
            zone("square", [400.0, 400.0], [600.0, 600.0]),
            zone("wide", [340.0, 340.0], [660.0, 560.0]),
        ],
        ground: Some(flat()),
        max_gap_ns: max_gap.then_some(70_000_000),
        ..SceneSpec::default()
    }
}

/// What is open of one track in one zone. Times in nanoseconds.
#[derive(Default)]
struct Open {
    entered: i64,
    fast: Option<i64>,
    /// When it went the wrong way last, or was slow again last.
    wrong: i64,
    slow: i64,
}

/// Checks one fact against what is open.
fn check(fact: &Fact, open: &mut Open) -> Result<(), TestCaseError> {
    match fact.kind {
        FactKind::ZoneWrongWay { off_deg } => {
            let since_ns = fact.pts_ns - WAY_NS;
            prop_assert!(since_ns >= open.entered.max(open.wrong), "{fact:?}");
            let heading_deg = fact.motion.heading_deg.unwrap_or_default();
            let off = heading_deg.min(360.0 - heading_deg);
            prop_assert!(off > 60.0 && (off - off_deg).abs() < 1e-9, "{fact:?}");
            open.wrong = fact.pts_ns;
        }
        FactKind::ZoneSpeedExceeded { limit_mps } => {
            let since_ns = fact.pts_ns - SPEED_NS;
            prop_assert!(since_ns >= open.entered.max(open.slow), "{fact:?}");
            prop_assert!(fact.motion.speed_mps > Some(limit_mps), "{fact:?}");
            prop_assert_eq!(open.fast.replace(fact.pts_ns), None, "{:?}", fact);
        }
        FactKind::ZoneSpeedRestored {
            top_mps, lasted_ns, ..
        } => {
            let Some(fast_ns) = open.fast.take() else {
                return Err(TestCaseError::fail("slow again, but never fast"));
            };
            prop_assert!(fact.pts_ns >= fast_ns && top_mps > 4.0, "{fact:?}");
            prop_assert_eq!(fact.pts_ns - lasted_ns, fast_ns - SPEED_NS);
            open.slow = fact.pts_ns;
        }
        _ => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn too_fast_and_slow_again_alternate_inside_stays(frames in frames(), confirm in 1..4_u32, max_gap: bool) {
        let (run, starts) = play(&scene(confirm, max_gap), &frames);
        let mut stays: BTreeMap<(u32, Option<u64>), Open> = BTreeMap::new();
        let mut gone = BTreeMap::new();
        for fact in &run.facts {
            let key = (fact.rule, fact.track_id);
            match fact.kind {
                FactKind::ZoneEntered { .. } => {
                    let open = Open { entered: fact.pts_ns, ..Open::default() };
                    stays.insert(key, open);
                }
                FactKind::ZoneExited { reason, .. } => {
                    // An excess ends with the stay, at once after it.
                    if let Some(open) = stays.remove(&key).filter(|open| open.fast.is_some()) {
                        gone.insert(key, (open, fact.pts_ns, reason));
                    }
                }
                FactKind::ZoneSpeedRestored { reason: Some(reason), .. } => {
                    let Some((mut open, left_ns, how)) = gone.remove(&key) else {
                        return Err(TestCaseError::fail("left without an exit"));
                    };
                    prop_assert_eq!((left_ns, how), (fact.pts_ns, reason));
                    check(fact, &mut open)?;
                }
                FactKind::ZoneWrongWay { .. }
                | FactKind::ZoneSpeedExceeded { .. }
                | FactKind::ZoneSpeedRestored { .. } => {
                    let Some(open) = stays.get_mut(&key) else {
                        return Err(TestCaseError::fail("outside"));
                    };
                    check(fact, open)?;
                }
                _ => {}
            }
        }
        prop_assert!(stays.is_empty() && gone.is_empty());
        for pair in starts.windows(2) {
            let update = &run.facts[pair[0]..pair[1]];
            prop_assert!(update.is_sorted_by_key(|fact| (fact.epoch, fact.pts_ns)));
            prop_assert!(update.iter().all(|fact| fact.pts_ns <= fact.confirmed_pts_ns));
        }
    }
}
