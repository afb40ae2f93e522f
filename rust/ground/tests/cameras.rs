//! Cameras: there and back, lenses, Tsai's numbers, and pairs of points.

#![expect(clippy::unwrap_used, reason = "a fault here is a fault of the test")]

use proptest::prelude::*;
use sightline_geometry::Point;
use sightline_ground::{Camera, Distortion, GroundError, GroundPlane, Tsai};

fn camera(height_m: f64, tilt: f64, roll: f64, focal: f64) -> Camera {
    Camera::above(height_m, tilt, roll, focal, Point::new(960.0, 540.0)).unwrap()
}

#[test]
fn a_camera_knows_where_it_stands() {
    let down = 30.0_f64.to_radians();
    let camera = camera(5.0, down, 0.0, 1000.0);
    assert!((camera.height_m() - 5.0).abs() < 1e-12);
    assert!((camera.tilt_rad() - down).abs() < 1e-12);
    // The middle of the picture is 5 m / tan 30° ahead; the right half lies to the right, the horizon above.
    let ahead = camera.locate(Point::new(960.0, 540.0)).unwrap();
    assert!(
        ahead.x.abs() < 1e-12 && (ahead.y - 5.0 / down.tan()).abs() < 1e-9,
        "{ahead:?}"
    );
    assert!(camera.locate(Point::new(1200.0, 540.0)).unwrap().x > 0.0);
    assert_eq!(
        camera.locate(Point::new(960.0, 540.0 - 1000.0 * down.tan() - 0.1)),
        None
    );
    // A head is above its feet, and nothing is seen behind.
    let feet = camera.project(Point::new(0.0, 10.0), 0.0).unwrap();
    let head = camera.project(Point::new(0.0, 10.0), 1.7).unwrap();
    assert!(
        (feet.x - 960.0).abs() < 1e-9 && (head.x - 960.0).abs() < 1e-9 && head.y < feet.y - 50.0
    );
    assert_eq!(camera.project(Point::new(0.0, -20.0), 0.0), None);
}

#[test]
fn the_camera_of_pets_2009_stands_above_the_plaza() {
    // View 1 of the PETS 2009 benchmark, lengths in millimetres.
    let numbers = Tsai {
        focal: 5.554_918_303_4,
        kappa1: 5.111_304_363_9e-3,
        center_px: (324.221_490_53, 282.566_500_51),
        sx: 1.093_785_539_7,
        pixel: (5.127_327_127_7e-3, 4.65e-3),
        translation: [828.732_142_25, -3_175.479_605_1, 35_469.298_547],
        rotation: [2.040_545_869_5, -0.893_377_037_48, -0.430_561_247_91],
        unit_m: 0.001,
    };
    let camera = Camera::tsai(&numbers).unwrap();
    assert!(
        (5.0..12.0).contains(&camera.height_m()),
        "{}",
        camera.height_m()
    );
    assert!(
        (0.05..0.6).contains(&camera.tilt_rad()),
        "{}",
        camera.tilt_rad()
    );
    // A person of the truth: feet at 514.715, 232.86 px, at -4.212, -7.432 m.
    let place = camera.locate(Point::new(514.715, 232.86)).unwrap();
    assert!(
        place.distance(Point::new(-4.212, -7.432)) < 0.01,
        "{place:?}"
    );
}

#[test]
fn cameras_that_are_none_are_refused() {
    let of = |height, focal| Camera::above(height, 0.3, 0.0, focal, Point::new(1.0, 1.0));
    assert!(matches!(
        of(0.0, 500.0),
        Err(GroundError::Camera {
            field: "height_m",
            ..
        })
    ));
    assert!(matches!(of(3.0, -1.0), Err(GroundError::Camera { .. })));
    assert!(matches!(
        of(3.0, f64::NAN),
        Err(GroundError::NotFinite { .. })
    ));
    let bent = [[1.0, 0.5, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let pinhole = |rotation, translation| {
        Camera::pinhole(
            (500.0, 500.0),
            Point::default(),
            Distortion::None,
            rotation,
            translation,
        )
    };
    assert!(matches!(
        pinhole(bent, [0.0, 0.0, 1.0]),
        Err(GroundError::Camera {
            field: "rotation",
            ..
        })
    ));
    let upright = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    assert!(matches!(
        pinhole(upright, [0.0; 3]),
        Err(GroundError::Camera {
            field: "position",
            ..
        })
    ));
}

proptest! {
    #[test]
    fn pixels_return_from_the_ground(
        (height, tilt, roll) in (2.0..12.0_f64, 0.1..1.2_f64, -0.3..0.3_f64),
        focal in 700.0..2500.0_f64,
        (x, y) in (0.0..1920.0_f64, 0.0..1080.0_f64),
    ) {
        let camera = camera(height, tilt, roll, focal);
        let pixel = Point::new(x, y);
        if let Some(place) = camera.locate(pixel) {
            let back = camera.project(place, 0.0).unwrap();
            prop_assert!(back.distance(pixel) < 1e-6, "{:?} {:?}", place, back);
            let plane = GroundPlane::from_camera(camera);
            prop_assert!(plane.metres_per_px(pixel).is_none_or(|metres| metres > 0.0));
        }
    }

    #[test]
    fn lenses_are_undone(k1 in -0.2..0.2_f64, k2 in -0.02..0.02_f64, (x, y) in (0.0..1920.0_f64, 300.0..1080.0_f64), tsai: bool) {
        let distortion = if tsai { Distortion::Tsai { kappa: k1 } } else { Distortion::Brown { k1, k2 } };
        // Level camera axes, 4 m up, looking 0.5 rad down.
        let (sin, cos) = 0.5_f64.sin_cos();
        let rotation = [[1.0, 0.0, 0.0], [0.0, -sin, -cos], [0.0, cos, -sin]];
        let translation = [0.0, 4.0 * cos, 4.0 * sin];
        let camera = Camera::pinhole((1200.0, 1200.0), Point::new(960.0, 540.0), distortion, rotation, translation).unwrap();
        let pixel = Point::new(x, y);
        if let Some(back) = camera.locate(pixel).and_then(|place| camera.project(place, 0.0)) {
            prop_assert!(back.distance(pixel) < 1e-6, "{:?}", back);
        }
    }

    #[test]
    fn points_find_the_plane_of_a_camera(
        (height, tilt, focal) in (2.0..12.0_f64, 0.3..1.2_f64, 700.0..2500.0_f64),
        extra in prop::collection::vec((100.0..1820.0_f64, 560.0..1060.0_f64), 0..6),
    ) {
        let camera = camera(height, tilt, 0.05, focal);
        let corners = [(200.0, 600.0), (1700.0, 620.0), (1750.0, 1040.0), (150.0, 1000.0)];
        let pixels: Vec<Point> = corners.into_iter().chain(extra).map(|(x, y)| Point::new(x, y)).collect();
        let metres: Vec<Point> = pixels.iter().filter_map(|&pixel| camera.locate(pixel)).collect();
        prop_assume!(metres.len() == pixels.len());
        let (plane, residual) = GroundPlane::from_points(&pixels, &metres).unwrap();
        prop_assert!(residual < 1e-6, "{}", residual);
        let probe = Point::new(900.0, 800.0);
        let apart = plane.locate(probe).unwrap().distance(camera.locate(probe).unwrap());
        prop_assert!(apart < 1e-6, "{}", apart);
    }
}

#[test]
fn points_that_make_no_plane_are_refused() {
    let p = |x: f64, y: f64| Point::new(x, y);
    let square = [p(0.0, 0.0), p(1.0, 0.0), p(1.0, 1.0), p(0.0, 1.0)];
    let line = [p(0.0, 0.0), p(1.0, 1.0), p(2.0, 2.0), p(0.0, 1.0)];
    let of =
        |pixels: &[Point], metres: &[Point]| GroundPlane::from_points(pixels, metres).unwrap_err();
    assert_eq!(
        of(&square[..3], &square[..3]),
        GroundError::TooFewPoints { found: 3 }
    );
    assert_eq!(
        of(&square, &square[..3]),
        GroundError::Unpaired {
            pixels: 4,
            metres: 3
        }
    );
    assert_eq!(of(&line, &square), GroundError::Degenerate);
    assert_eq!(of(&square, &line), GroundError::Degenerate);
    assert_eq!(of(&[p(3.0, 3.0); 4], &square), GroundError::Degenerate);
    let nan = [p(0.0, 0.0), p(1.0, f64::NAN), p(1.0, 1.0), p(0.0, 1.0)];
    assert!(matches!(of(&nan, &square), GroundError::NotFinite { .. }));
    // More than four, measured to a few centimetres: the residual says so.
    let rough = [
        p(0.0, 0.02),
        p(1.0, 0.0),
        p(1.03, 1.0),
        p(0.0, 0.97),
        p(0.5, 0.5),
    ];
    let exact = [
        p(0.0, 0.0),
        p(1.0, 0.0),
        p(1.0, 1.0),
        p(0.0, 1.0),
        p(0.5, 0.5),
    ];
    let (_, residual) = GroundPlane::from_points(&exact, &rough).unwrap();
    assert!(residual > 0.001 && residual < 0.03, "{residual}");
}
