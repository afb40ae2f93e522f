//! Cameras whose clock is right, wrong, set, or not sent, and pictures that are held up on their way.

use proptest::prelude::*;

use super::*;

const SECOND: i64 = 1_000_000_000;
const FRAME: i64 = SECOND / 10;
/// True time of `pts_ns` 0.
const START: i64 = 1_790_000_000 * SECOND;

/// A camera's picture: how long it was on its way, and how far the camera's clock is ahead, if it is sent.
#[derive(Clone, Copy, Debug)]
struct Sent {
    delay_ns: i64,
    ahead_ns: Option<i64>,
}

/// Shows so many pictures from `first` on; returns by how much the time told is later than the true one.
fn show(clock: &mut WallClock, first: i64, pictures: impl IntoIterator<Item = Sent>) -> Vec<i64> {
    let pictures = pictures.into_iter().enumerate();
    pictures
        .map(|(number, sent)| {
            let pts_ns = (first + i64::try_from(number).unwrap()) * FRAME;
            let true_ns = START + pts_ns;
            let came = Came {
                arrived_at_ns: true_ns + sent.delay_ns,
                captured_at_ns: sent.ahead_ns.map(|ahead_ns| true_ns + ahead_ns),
            };
            clock.observe(pts_ns, came);
            clock.tell(pts_ns).unwrap() - true_ns
        })
        .collect()
}

fn steady(delay_ns: i64, ahead_ns: Option<i64>) -> impl Iterator<Item = Sent> {
    std::iter::repeat(Sent { delay_ns, ahead_ns })
}

#[test]
fn without_reports_arrival_tells_the_time() {
    let mut clock = WallClock::new(Clock::Auto);
    let late = show(&mut clock, 0, steady(SECOND / 2, None).take(5));
    assert_eq!(late, [SECOND / 2; 5]);
    assert_eq!(clock.origin(), ClockOrigin::Arrival);
    assert_eq!(clock.camera_ahead_ns(), None);
}

#[test]
fn a_camera_that_is_right_tells_when_pictures_were_taken() {
    let mut clock = WallClock::new(Clock::Auto);
    let late = show(&mut clock, 0, steady(SECOND / 2, Some(0)).take(5));
    assert_eq!(late, [0; 5]);
    assert_eq!(clock.origin(), ClockOrigin::Camera);
    assert_eq!(clock.camera_ahead_ns(), Some(-SECOND / 2));
}

#[test]
fn a_report_that_comes_late_slows_time_for_a_while() {
    let mut clock = WallClock::new(Clock::Auto);
    show(&mut clock, 0, steady(SECOND / 2, None).take(10));
    let late = show(&mut clock, 10, steady(SECOND / 2, Some(0)).take(60));
    assert_eq!(late[0], SECOND / 2 - FRAME / 10);
    assert_eq!(late[48], FRAME / 10);
    assert_eq!(late[49..], [0; 11]);
}

#[test]
fn a_camera_that_is_wrong_is_not_believed() {
    for ahead_ns in [-75 * SECOND / 10, 2 * SECOND, -1_790_000_000 * SECOND] {
        let mut clock = WallClock::new(Clock::Auto);
        let late = show(&mut clock, 0, steady(SECOND / 10, Some(ahead_ns)).take(5));
        assert_eq!(late, [SECOND / 10; 5]);
        assert_eq!(clock.origin(), ClockOrigin::Arrival);
        assert_eq!(clock.camera_ahead_ns(), Some(ahead_ns - SECOND / 10));
    }
}

#[test]
fn whoever_asks_for_a_clock_gets_it() {
    let mut camera = WallClock::new(Clock::Camera);
    let late = show(&mut camera, 0, steady(SECOND, Some(-3600 * SECOND)).take(3));
    assert_eq!(late, [-3600 * SECOND; 3]);
    assert_eq!(camera.origin(), ClockOrigin::Camera);
    let mut arrival = WallClock::new(Clock::Arrival);
    let late = show(&mut arrival, 0, steady(SECOND, Some(0)).take(3));
    assert_eq!(late, [SECOND; 3]);
    assert_eq!(arrival.origin(), ClockOrigin::Arrival);
    assert_eq!(arrival.camera_ahead_ns(), Some(-SECOND));
}

#[test]
fn a_figure_that_is_wrong_until_the_next_report_changes_nothing() {
    let mut clock = WallClock::new(Clock::Auto);
    show(&mut clock, 0, steady(0, Some(0)).take(10));
    let late = show(&mut clock, 10, steady(0, Some(-3 * SECOND)).take(50));
    assert_eq!(late, [0; 50]);
    assert_eq!(show(&mut clock, 60, steady(0, Some(0)).take(10)), [0; 10]);
}

#[test]
fn a_camera_that_was_set_is_followed_once_it_stands_by_it() {
    let mut clock = WallClock::new(Clock::Auto);
    show(&mut clock, 0, steady(SECOND, Some(-9 * SECOND)).take(10));
    assert_eq!(clock.origin(), ClockOrigin::Arrival);
    show(&mut clock, 10, steady(SECOND, Some(0)).take(300));
    assert_eq!(clock.origin(), ClockOrigin::Arrival);
    let late = show(&mut clock, 310, steady(SECOND, Some(0)).take(110));
    assert_eq!(clock.origin(), ClockOrigin::Camera);
    assert_eq!(late.last(), Some(&0));
}

#[test]
fn a_connection_begins_with_what_the_one_before_knew() {
    let mut clock = WallClock::new(Clock::Auto);
    show(&mut clock, 0, steady(2 * SECOND, Some(0)).take(10));
    clock.reconnect();
    assert_eq!(clock.camera_ahead_ns(), None);
    let late = show(&mut clock, 100, steady(2 * SECOND, None).take(5));
    assert_eq!(late, [0; 5]);
    assert_eq!(clock.origin(), ClockOrigin::Arrival);
    // Another camera at the same address, whose clock is wrong.
    let late = show(
        &mut clock,
        105,
        steady(2 * SECOND, Some(-99 * SECOND)).take(1),
    );
    assert_eq!(late, [2 * SECOND]);
}

#[test]
fn our_own_clock_may_be_set() {
    let mut clock = WallClock::new(Clock::Auto);
    show(&mut clock, 0, steady(0, None).take(10));
    let hour = 3600 * SECOND;
    assert_eq!(
        show(&mut clock, 10, steady(-hour, None).take(3)),
        [-hour; 3]
    );
    let late = show(&mut clock, 13, steady(hour, None).take(1300));
    assert_eq!(late.last(), Some(&hour));
}

fn on_their_way(ahead_ns: i64) -> impl Strategy<Value = Vec<Sent>> {
    let picture = (0..3 * SECOND, any::<bool>()).prop_map(move |(delay_ns, is_reported)| Sent {
        delay_ns,
        ahead_ns: is_reported.then_some(ahead_ns),
    });
    proptest::collection::vec(picture, 1..400)
}

proptest! {
    #[test]
    fn time_never_runs_backward(
        sent in on_their_way(0),
        then in on_their_way(-900_000_000),
    ) {
        let mut clock = WallClock::new(Clock::Auto);
        let mut late = show(&mut clock, 0, sent);
        clock.reconnect();
        late.extend(show(&mut clock, i64::try_from(late.len()).unwrap(), then));
        // From one picture to the next a tenth of a second passes.
        prop_assert!(late.windows(2).all(|pair| pair[1] - pair[0] > -FRAME));
    }

    #[test]
    fn a_right_clock_is_found_whatever_the_network_does(sent in on_their_way(0)) {
        let mut clock = WallClock::new(Clock::Auto);
        show(&mut clock, 0, sent);
        let late = show(&mut clock, 400, steady(3 * SECOND, Some(0)).take(600));
        prop_assert_eq!(late.last(), Some(&0));
    }

    #[test]
    fn a_wrong_clock_never_shows(
        sent in on_their_way(-3600 * SECOND),
        least_ns in 0..SECOND / 10,
    ) {
        let mut clock = WallClock::new(Clock::Auto);
        let first = Sent { delay_ns: least_ns, ahead_ns: None };
        let late = show(&mut clock, 0, std::iter::once(first).chain(sent));
        prop_assert!(late.iter().all(|late_ns| (0..=SECOND / 10).contains(late_ns)));
    }

    #[test]
    fn drift_is_followed(parts_per_million in -200_i64..200) {
        // An hour of a camera whose seconds are not ours: its pts fall behind, or get ahead, and its clock is set now and then.
        let mut clock = WallClock::new(Clock::Auto);
        let drifted = (0..36_000).map(|number| {
            let gone_ns = number * FRAME / 1_000_000 * parts_per_million;
            Sent { delay_ns: SECOND / 5 + gone_ns, ahead_ns: Some(gone_ns) }
        });
        let late = show(&mut clock, 0, drifted);
        let gone_ns = 35_999 * FRAME / 1_000_000 * parts_per_million;
        prop_assert!((late[35_999] - gone_ns).abs() < SECOND / 1000);
    }
}
