//! Groups: who came together is no breach; ten frames a second, close is nearer than 100 px, the window two seconds.

use sightline_zones::{DistanceSpec, Fact, FactKind, SceneSpec};

use crate::walk::{Run, unit, word};
use crate::walker::Walker;

/// What happens beside walking.
enum Beside {
    Nothing,
    /// A track is given up before a frame.
    Removed(u32, u64),
    /// The source's clock is restarted before a frame.
    Restarted(u32),
}

struct Case {
    name: &'static str,
    spec: DistanceSpec,
    walkers: &'static [&'static str],
    beside: Beside,
    /// Who, what, when in frames, and the frame in which it was certain.
    expected: &'static [&'static str],
}

fn spec() -> DistanceSpec {
    DistanceSpec {
        group_ns: Some(2_000_000_000),
        ..DistanceSpec::new("keep", 100.0 / 1024.0)
    }
}

fn case(
    name: &'static str,
    walkers: &'static [&'static str],
    expected: &'static [&'static str],
) -> Case {
    Case {
        name,
        spec: spec(),
        walkers,
        beside: Beside::Nothing,
        expected,
    }
}

fn said(fact: &Fact) -> String {
    let frame = |ns: i64| ns as f64 / 1e8;
    let (FactKind::PeopleClose { other, .. } | FactKind::PeopleParted { other, .. }) = fact.kind
    else {
        return format!("{:?}", fact.kind);
    };
    let who = format!("{}-{other}", fact.track_id.unwrap_or_default());
    let (when, certain) = (frame(fact.pts_ns), frame(fact.confirmed_pts_ns));
    format!(
        "{who} {} {when:.1}@{certain:.0}",
        word(fact).unwrap_or_default()
    )
}

fn play(case: &Case) -> Vec<String> {
    let mut run = Run::new(&SceneSpec {
        distances: vec![case.spec.clone()],
        ..SceneSpec::default()
    });
    run.fps = 10.0;
    let walkers: Vec<_> = case
        .walkers
        .iter()
        .filter_map(|text| Walker::read(text))
        .collect();
    assert_eq!(walkers.len(), case.walkers.len(), "{}", case.name);
    let ends = walkers.iter().filter_map(|walker| walker.path.last());
    let last = ends.map(|&(frame, _)| frame).max().unwrap_or_default();
    for frame in 0..=last {
        let mut removed = Vec::new();
        match case.beside {
            Beside::Removed(when, id) if when == frame => removed.push(id),
            Beside::Restarted(when) if when == frame => {
                run.epoch += 1;
                run.frame = 0;
            }
            _ => {}
        }
        let seen = |walker: &Walker| Some((walker.id, walker.at(frame)?));
        let people: Vec<_> = walkers.iter().filter_map(seen).collect();
        run.show(&people, &removed);
    }
    run.finish();
    run.facts.iter().map(said).collect()
}

fn check(cases: &[Case]) {
    for case in cases {
        assert_eq!(play(case), case.expected, "{}", case.name);
    }
}

#[test]
fn who_came_together_is_no_breach() {
    check(&[
        case(
            "two side by side",
            &["1 0:100 60:400", "2 0:150 60:450"],
            &[],
        ),
        case(
            "one who comes to somebody who was there",
            &["1 0:100 75:100", "2 30:600 75:150"],
            &["1-2 close 70.0@71", "1-2 ended 75.0@75"],
        ),
        case(
            "the last moments that count",
            &["1 0:100 60:100", "2 20:300 39:205 40:199 60:199"],
            &[],
        ),
        case(
            "close a frame too late",
            &["1 0:100 60:100", "2 20:300 40:206 41:196 60:196"],
            &["1-2 close 40.6@41", "1-2 ended 60.0@60"],
        ),
        case(
            "there a frame too late",
            &["1 0:100 60:100", "2 21:150 60:150"],
            &["1-2 close 21.0@41", "1-2 ended 60.0@60"],
        ),
    ]);
}

#[test]
fn groups_are_an_exception_where_asked_for_and_form_anywhere() {
    check(&[
        Case {
            spec: DistanceSpec {
                group_ns: None,
                ..spec()
            },
            ..case(
                "no exception unless it is asked for",
                &["1 0:100 9:100", "2 0:150 9:150"],
                &["1-2 close 0.0@0", "1-2 ended 9.0@9"],
            )
        },
        Case {
            spec: DistanceSpec {
                polygon: Some(
                    [
                        [300.0, 400.0],
                        [900.0, 400.0],
                        [900.0, 600.0],
                        [300.0, 600.0],
                    ]
                    .map(unit)
                    .to_vec(),
                ),
                ..spec()
            },
            ..case(
                "they came together before they came to the polygon",
                // The last one stands outside, by less than what makes that certain.
                &[
                    "1 0:100 50:500",
                    "2 0:150 50:550",
                    "3 30:500 50:500",
                    "4 30:297 50:297",
                ],
                &[
                    "2-3 close 31.2@41",
                    "1-3 close 37.5@41",
                    "1-3 ended 50.0@50",
                    "2-3 ended 50.0@50",
                ],
            )
        },
    ]);
}

#[test]
fn groups_are_transitive() {
    check(&[
        case(
            "a family of three and a stranger",
            &[
                "1 0:100 60:100 80:200",
                "2 0:180 80:180",
                "3 0:260 80:260",
                "4 50:600 80:300",
            ],
            &["3-4 close 74.0@75", "3-4 ended 80.0@80"],
        ),
        case(
            "two who were never close come to be of one group through another",
            &["1 0:100 60:100", "2 15:20 60:20", "3 30:180 40:100 60:100"],
            &[],
        ),
        case(
            "and do not",
            &["1 0:100 60:100", "2 15:20 60:20", "3 30:180 60:180"],
            &["1-3 close 30.0@56", "1-3 ended 60.0@60"],
        ),
        case(
            "what was held back is forgotten",
            &[
                "1 0:300 60:300",
                "2 15:220 60:220",
                // Close to 1, away, and close to 2 just in time.
                "3 30:390 33:390 34:415 45:415 46:315 60:315",
            ],
            &[],
        ),
    ]);
}

#[test]
fn nothing_is_said_before_it_is_known() {
    const BRIEF: &[&str] = &["1 0:100 60:100", "2 21:150 24:150 30:450 60:450"];
    check(&[
        case(
            "they part meanwhile",
            BRIEF,
            &["1-2 close 21.0@41", "1-2 exited 25.0@41"],
        ),
        Case {
            spec: DistanceSpec {
                min_duration_ns: Some(500_000_000),
                ..spec()
            },
            ..case("they were close too briefly", BRIEF, &[])
        },
        Case {
            spec: DistanceSpec {
                min_duration_ns: Some(400_000_000),
                ..spec()
            },
            ..case(
                "they were close for long enough when that was certain",
                &["1 0:100 60:100", "2 38:150 60:150"],
                &["1-2 close 38.0@42", "1-2 ended 60.0@60"],
            )
        },
        Case {
            beside: Beside::Removed(35, 2),
            ..case(
                "one is lost meanwhile",
                &["1 0:100 60:100", "2 21:150 30:150"],
                &["1-2 close 21.0@35", "1-2 lost 30.0@35"],
            )
        },
        Case {
            beside: Beside::Removed(35, 2),
            ..case(
                "they part, and one is lost meanwhile",
                &["1 0:100 60:100", "2 21:150 24:150 30:450"],
                &["1-2 close 21.0@35", "1-2 exited 25.0@35"],
            )
        },
        case(
            "the stream ends meanwhile",
            &["1 0:100 30:100", "2 21:150 30:150"],
            &["1-2 close 21.0@30", "1-2 ended 30.0@30"],
        ),
    ]);
}

#[test]
fn a_group_that_splits_is_one_no_longer() {
    check(&[
        case(
            "away for long enough, and back",
            &[
                "1 0:100 80:100",
                // Not near, at 200 px, from frame 28 on.
                "2 0:150 20:150 40:550 60:550 80:150",
            ],
            &["1-2 close 77.5@78", "1-2 ended 80.0@80"],
        ),
        case(
            "near again in the last moment",
            &[
                "1 0:100 80:100",
                "2 0:150 20:150 30:350 45:350 55:150 80:150",
            ],
            &[],
        ),
        case(
            "near again a frame later",
            &[
                "1 0:100 80:100",
                "2 0:150 20:150 30:350 46:350 56:150 80:150",
            ],
            &["1-2 close 53.5@54", "1-2 ended 80.0@80"],
        ),
        case(
            "two and two: each is one, both are not",
            &[
                "1 0:100 80:100",
                "2 0:150 80:150",
                "3 0:240 20:240 30:640 60:640 70:240 80:240",
                "4 0:330 20:330 30:730 60:730 70:330 80:330",
            ],
            &["2-3 close 69.8@70", "2-3 ended 80.0@80"],
        ),
    ]);
}

#[test]
fn groups_last_as_long_as_their_tracks() {
    check(&[
        case(
            "a member that is lost and found",
            &["1 0:100 60:100", "2 0:150 60:150 hidden 10..50"],
            &[],
        ),
        case(
            "found far away: only what is seen counts",
            &[
                "1 0:100 70:100",
                "2 0:150 9:150 45:600 50:600 60:150 70:150 hidden 10..45",
            ],
            &[],
        ),
        Case {
            beside: Beside::Removed(20, 2),
            ..case(
                "a member that comes back under another number is a stranger",
                &["1 0:100 60:100", "2 0:150 10:150", "5 50:150 60:150"],
                &["1-5 close 50.0@50", "1-5 ended 60.0@60"],
            )
        },
        Case {
            beside: Beside::Removed(20, 2),
            ..case(
                "the rest of a group without the one in the middle",
                &["1 0:100 50:100 60:200", "2 0:180 10:180", "3 0:260 60:260"],
                &[],
            )
        },
        Case {
            beside: Beside::Restarted(50),
            ..case(
                "after a restart everybody is first seen",
                &["1 0:100 80:100", "2 30:150 80:150"],
                &["1-2 close 30.0@41", "1-2 lost 49.0@49"],
            )
        },
    ]);
}

#[test]
fn an_edit_keeps_groups_with_their_rule() {
    let scene = |distances: Vec<DistanceSpec>| SceneSpec {
        distances,
        ..SceneSpec::default()
    };
    let longer = DistanceSpec {
        name: "longer".to_owned(),
        min_duration_ns: Some(1),
        ..spec()
    };
    let mut run = Run::new(&scene(vec![spec()]));
    run.fps = 10.0;
    run.show(&[(1, [100.0, 500.0]), (2, [150.0, 500.0])], &[]);
    for _ in 0..50 {
        run.show(&[(1, [100.0, 500.0])], &[]);
    }
    let reloaded = run
        .scene
        .reload(&scene(vec![longer, spec()]), &mut run.facts);
    assert_eq!(reloaded, Ok(()));
    let show = |run: &mut Run, gap: f64, frames: u32| {
        for _ in 0..frames {
            run.show(&[(1, [100.0, 500.0]), (2, [100.0 + gap, 500.0])], &[]);
        }
    };
    // Near, for long enough that they come together no more for the new rule; the one that is kept knows them.
    show(&mut run, 150.0, 30);
    assert_eq!(run.facts, []);
    show(&mut run, 50.0, 12);
    let said: Vec<_> = run
        .facts
        .iter()
        .map(|fact| (fact.rule, said(fact)))
        .collect();
    assert_eq!(said, [(0, "1-2 close 80.5@92".to_owned())]);
}
