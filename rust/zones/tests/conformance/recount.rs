//! Distances and groups, counted again by looking at every pair in every frame, as the configuration's page tells it.

mod naive;

use proptest::prelude::*;
use sightline_ground::GroundPlane;
use sightline_zones::{DistanceSpec, Fact, FactKind, GroundSpec, SceneSpec};

use crate::walk::{Run, SIZE_PX, word};
use naive::{Recount, Said};

fn said(fact: &Fact) -> Option<Said> {
    let (FactKind::PeopleClose { other, .. } | FactKind::PeopleParted { other, .. }) = fact.kind
    else {
        return None;
    };
    Some((
        (fact.track_id?, other),
        word(fact)?,
        fact.pts_ns,
        fact.confirmed_pts_ns,
    ))
}

fn scene(metric: bool, window: Option<i64>, least: Option<i64>) -> SceneSpec {
    let keep = if metric {
        DistanceSpec::on_ground("keep", 3.0)
    } else {
        DistanceSpec::new("keep", 100.0 / 1024.0)
    };
    SceneSpec {
        distances: vec![DistanceSpec {
            group_ns: window.map(|frames| frames * FRAME_NS),
            min_duration_ns: least.map(|frames| frames * FRAME_NS),
            ..keep
        }],
        ground: metric.then(|| camera(4.0)),
        ..SceneSpec::default()
    }
}

fn camera(height_m: f64) -> GroundSpec {
    GroundSpec::Camera {
        height_m,
        tilt_deg: 10.0,
        roll_deg: 5.0,
        view_deg: 60.0,
    }
}

/// The ground that a camera so high sees.
#[expect(clippy::expect_used, reason = "a fault here is a fault of the test")]
fn plane(height_m: f64) -> GroundPlane {
    let plane = camera(height_m).plane(SIZE_PX, SIZE_PX);
    plane.expect("sound").expect("known")
}

const FRAME_NS: i64 = 100_000_000;
const PEOPLE: usize = 7;

/// For each of some people a place on a lattice, or nothing; then what else happens.
type Frame = (Vec<Where>, u8);
type Where = Option<(u8, u8)>;

/// People who mostly stay where they are, come at different times and are hidden now and then.
fn frames() -> impl Strategy<Value = Vec<Frame>> {
    let place = prop_oneof![
        6 => Just(None),
        2 => (0..6_u8, 0..6_u8).prop_map(|place| Some(Some(place))),
        1 => Just(Some(None)),
    ];
    let frame = (proptest::collection::vec(place, PEOPLE), 0..60_u8);
    proptest::collection::vec(frame, 1..60).prop_map(|frames| {
        let mut places = vec![None; PEOPLE];
        let mut show = |(changes, event): (Vec<Option<Where>>, u8)| {
            for (place, change) in places.iter_mut().zip(changes) {
                *place = change.unwrap_or(*place);
            }
            (places.clone(), event)
        };
        frames.into_iter().map(&mut show).collect()
    })
}

/// Plays the frames; returns what the scene says and what the recount says, in order of who, when and what.
///
/// Before each of the frames in `found` the ground is told, the camera being higher each time.
fn play(spec: &SceneSpec, frames: &[Frame], found: &[usize]) -> (Vec<Said>, Vec<Said>) {
    let mut run = Run::new(spec);
    run.fps = 10.0;
    let mut recount = Recount::new(spec);
    let mut ids: Vec<u64> = (1..).take(PEOPLE).collect();
    for (number, (places, event)) in frames.iter().enumerate() {
        for (_, height_m) in found
            .iter()
            .zip([4.0, 5.0])
            .filter(|&(&at, _)| at == number)
        {
            assert_eq!(run.scene.set_ground(plane(height_m)), Ok(()));
            recount.plane = Some(plane(height_m));
        }
        let mut removed = Vec::new();
        if let Some(id) = ids.get_mut(usize::from(*event)) {
            removed.push(*id);
            *id += 10;
        } else if *event == 59 {
            recount.close("lost");
            run.epoch += 1;
            run.frame = 0;
        }
        let at = |lattice: u8| 60.0 * f64::from(lattice);
        let place = |&(place, id): &(&Where, u64)| {
            let (x, y) = (*place)?;
            Some((id, [300.0 + at(x), 330.0 + at(y)]))
        };
        let people: Vec<_> = places
            .iter()
            .zip(ids.iter().copied())
            .filter_map(|each| place(&each))
            .collect();
        recount.show(i64::from(run.frame) * FRAME_NS, &people, &removed);
        run.show(&people, &removed);
    }
    run.finish();
    recount.close("ended");
    let mut found: Vec<_> = run.facts.iter().filter_map(said).collect();
    found.sort_unstable();
    recount.said.sort_unstable();
    (found, recount.said)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_pair_by_itself_says_the_same(
        frames in frames(),
        metric: bool,
        window in proptest::option::weighted(0.8, 1..8_i64),
        least in proptest::option::of(1..4_i64),
    ) {
        let (found, expected) = play(&scene(metric, window, least), &frames, &[]);
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn so_it_does_on_a_ground_that_is_found_later_and_again(
        frames in frames(),
        at in 0..30_usize,
        again in 1..30_usize,
        window in proptest::option::weighted(0.5, 1..8_i64),
        least in proptest::option::of(1..4_i64),
    ) {
        let spec = SceneSpec {
            ground: Some(GroundSpec::Later),
            ..scene(true, window, least)
        };
        let (found, expected) = play(&spec, &frames, &[at, at + again]);
        prop_assert_eq!(found, expected);
    }
}
