//! Cameras fitted to people: what comes out is right within the error that is stated, or it is refused.

#![expect(clippy::unwrap_used, reason = "a fault here is a fault of the test")]

use sightline_geometry::Point;
use sightline_ground::{Camera, GroundError, PeopleFit, PeopleSpec, StandardErrors};

const SIZE_PX: (u32, u32) = (1920, 1080);

/// Numbers from 0 to 1, the same every time.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1_u32 << 31)
    }

    /// About normal: the sum of twelve.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// People of 1.70 ± 0.08 m who walk before a camera, each seen a few times, with noisy boxes and some bad ones.
fn seen(camera: &Camera, people: u64, random: &mut Random, focal_px: Option<f64>) -> PeopleFit {
    let mut fit = PeopleFit::new(PeopleSpec {
        size_px: SIZE_PX,
        stature_m: 1.7,
        focal_px,
    })
    .unwrap();
    for person in 0..people {
        let stature = 1.7 + 0.08 * random.normal();
        for _ in 0..8 {
            let pixel = Point::new(1920.0 * random.unit(), 1080.0 * random.unit());
            let Some(place) = camera.locate(pixel).filter(|place| place.y < 60.0) else {
                continue;
            };
            let Some(head) = camera.project(place, stature) else {
                continue;
            };
            let height = pixel.y - head.y;
            let noise = 0.02 * height;
            let (top, bottom) = (
                head.y + noise * random.normal(),
                pixel.y + noise * random.normal(),
            );
            // One in twenty is half hidden.
            let bottom = if random.unit() < 0.05 {
                bottom - 0.4 * height
            } else {
                bottom
            };
            let x = f64::midpoint(pixel.x, head.x);
            fit.add(person, [x - 0.2 * height, top, x + 0.2 * height, bottom]);
        }
    }
    fit
}

#[test]
fn people_tell_height_tilt_and_focal_length() {
    let (mut solved, mut within) = (0, 0);
    let mut random = Random(7);
    for _ in 0..60 {
        let (height, tilt) = (
            2.5 + 7.0 * random.unit(),
            (15.0 + 35.0 * random.unit()).to_radians(),
        );
        let focal = 1000.0 + 1200.0 * random.unit();
        let camera = Camera::above(height, tilt, 0.0, focal, Point::new(960.0, 540.0)).unwrap();
        let fit = seen(&camera, 150, &mut random, None);
        let Ok((found, errors)) = fit.solve() else {
            continue;
        };
        solved += 1;
        let StandardErrors {
            height_m,
            tilt_rad,
            focal_px,
            distance,
        } = errors;
        assert!(distance < 0.25 && height_m > 0.0 && tilt_rad > 0.0 && focal_px > 0.0);
        let off = [
            (found.height_m() - height).abs() / height_m,
            (found.tilt_rad() - tilt).abs() / tilt_rad,
            (found.focal_px().1 - focal).abs() / focal_px,
        ];
        within += usize::from(off.iter().all(|&sigmas| sigmas < 3.0));
    }
    assert!(solved >= 45, "{solved} of 60 were solved");
    assert!(
        within * 100 >= solved * 85,
        "{within} of {solved} within three standard errors"
    );
}

#[test]
fn a_known_focal_length_helps_level_cameras() {
    let mut random = Random(11);
    for tilt_deg in [4.0_f64, 8.0] {
        let camera = Camera::above(
            3.0,
            tilt_deg.to_radians(),
            0.0,
            1400.0,
            Point::new(960.0, 540.0),
        )
        .unwrap();
        let (found, errors) = seen(&camera, 150, &mut random, Some(1400.0))
            .solve()
            .unwrap();
        assert!((found.height_m() - 3.0).abs() < 0.2, "{found:?} {errors:?}");
        assert!((found.tilt_rad() - tilt_deg.to_radians()).abs() < 0.02);
        assert!(errors.focal_px == 0.0 && (found.focal_px().1 - 1400.0).abs() < 1e-9);
    }
}

#[test]
fn what_the_people_do_not_tell_is_refused() {
    let reason = |fit: &PeopleFit| match fit.solve() {
        Err(GroundError::Undetermined { reason }) => reason,
        other => panic!("{other:?}"),
    };
    let spec = PeopleSpec {
        size_px: SIZE_PX,
        stature_m: 1.7,
        focal_px: None,
    };
    let mut fit = PeopleFit::new(spec).unwrap();
    assert!(reason(&fit).contains("found 0"));
    // Cut by the border, or lying: none is kept.
    fit.add(1, [0.0, 100.0, 50.0, 250.0]);
    fit.add(1, [100.0, 900.0, 150.0, 1080.0]);
    fit.add(1, [100.0, 500.0, 300.0, 560.0]);
    assert!(fit.is_empty());
    // All in one row.
    for person in 0..100 {
        let x = 15.0 * f64::from(u32::try_from(person).unwrap());
        fit.add(person, [100.0 + x, 500.0, 140.0 + x, 600.0]);
    }
    assert!(
        reason(&fit).contains("nearer and farther"),
        "{}",
        reason(&fit)
    );
    // A level camera leaves the focal length open.
    let level = Camera::above(1.6, 0.0, 0.0, 1400.0, Point::new(960.0, 540.0)).unwrap();
    let said = reason(&seen(&level, 200, &mut Random(3), None));
    assert!(said.contains("focal_px"), "{said}");
}

#[test]
fn memory_is_bounded() {
    let camera = Camera::above(5.0, 0.5, 0.0, 1400.0, Point::new(960.0, 540.0)).unwrap();
    let few = seen(&camera, 500, &mut Random(5), None);
    let many = seen(&camera, 20_000, &mut Random(5), None);
    assert!(
        few.len() > 1_000 && many.len() <= 32 * 128,
        "{} {}",
        few.len(),
        many.len()
    );
    let (a, b) = (few.solve().unwrap().0, many.solve().unwrap().0);
    assert!((a.height_m() - 5.0).abs() < 0.3, "{a:?}");
    assert!((b.height_m() - 5.0).abs() < 0.3, "{b:?}");
}
