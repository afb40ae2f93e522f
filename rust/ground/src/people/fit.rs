//! Robust least squares of the heads' rows given the feet's.

use nalgebra::{Matrix3, Vector3};

/// Rounds of reweighted least squares.
const ROUNDS: usize = 100;
/// Residuals beyond so many standard deviations don't count (Tukey's bisquare: 95 % efficient for normal errors), since
/// people who are half hidden are all short the same way.
const BEYOND: f64 = 4.685;
/// Standard deviation over median absolute deviation, of normal errors.
const DEVIATION: f64 = 1.4826;
/// Groups of people by row for the first guess.
const GROUPS: usize = 8;

/// One box, rows as shares of the picture's height from its middle down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows {
    pub(crate) feet: f64,
    pub(crate) head: f64,
    pub(crate) person: usize,
}

/// Stature over the camera's height, row of the horizon, and 1 over the row of the nadir.
type Parameters = [f64; 3];

pub(crate) struct Fit {
    pub(crate) parameters: Parameters,
    /// What one step of each free parameter does to all three.
    pub(crate) free: Vec<Parameters>,
    /// Of the free parameters; rows and columns of others are zero.
    pub(crate) covariance: Matrix3<f64>,
}

impl Fit {
    /// Fits the rows, with the focal length open or given; `None` when nothing fits.
    pub(crate) fn new(rows: &[Rows], focal: Option<f64>) -> Option<Self> {
        // A given focal length ties the nadir to the horizon: their rows' product is minus its square.
        let tie = focal.map(|f| -1.0 / (f * f));
        let free = match tie {
            Some(tie) => vec![[1.0, 0.0, 0.0], [0.0, 1.0, tie]],
            None => vec![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        };
        let mut parameters = first_guess(rows)?;
        parameters[2] = tie.map_or(0.0, |tie| tie * parameters[1]);
        let mut damping = 1e-3;
        for _ in 0..ROUNDS {
            let sigma = spread(rows, parameters);
            let (normal, gradient) = equations(rows, parameters, &free, sigma);
            let damped = normal + Matrix3::from_diagonal(&(normal.diagonal() * damping));
            let step = solved(&damped, &gradient, free.len())?;
            let moved = stepped(parameters, &free, &step);
            let better = cost_at(rows, moved, sigma) < cost_at(rows, parameters, sigma);
            if better {
                parameters = moved;
                damping = (damping / 5.0).max(1e-12);
            } else {
                damping *= 5.0;
            }
            if damping > 1e9 || better && step.amax() < 1e-12 {
                break;
            }
        }
        let sigma = spread(rows, parameters);
        let covariance = sandwich(rows, parameters, &free, sigma)?;
        Some(Self {
            parameters,
            free,
            covariance,
        })
    }
}

/// Returns the row of a head, given that of the feet.
fn head([statures, horizon, nadir]: Parameters, feet: f64) -> f64 {
    let above = statures * (feet - horizon) / (1.0 - horizon * nadir);
    (feet - above) / (1.0 - above * nadir)
}

/// Returns by how much a person's height in the picture is missed: the logarithm, since statures differ by shares.
fn residual(p: Parameters, rows: &Rows) -> f64 {
    ((rows.feet - head(p, rows.feet)) / (rows.feet - rows.head)).ln()
}

/// Fits a straight line to the heights of groups of people by row: a camera without a nadir.
fn first_guess(rows: &[Rows]) -> Option<Parameters> {
    let mut sorted: Vec<&Rows> = rows.iter().collect();
    sorted.sort_by(|a, b| a.feet.total_cmp(&b.feet));
    let (mut n, mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for group in sorted.chunks(sorted.len().div_ceil(GROUPS)) {
        let mut heights: Vec<f64> = group.iter().map(|rows| rows.feet - rows.head).collect();
        heights.sort_unstable_by(f64::total_cmp);
        let (feet, height) = (group[group.len() / 2].feet, heights[heights.len() / 2]);
        n += 1.0;
        x += feet;
        y += height;
        xx += feet * feet;
        xy += feet * height;
    }
    let statures = (n * xy - x * y) / (n * xx - x * x);
    let horizon = x / n - y / n / statures;
    // People grow toward the bottom of the picture, and stand below the horizon.
    let sound = statures > 1e-3 && statures < 5.0 && horizon < sorted[0].feet;
    sound.then_some([statures, horizon, 0.0])
}

/// Returns the residuals' standard deviation, robustly.
fn spread(rows: &[Rows], p: Parameters) -> f64 {
    let mut sizes: Vec<f64> = rows.iter().map(|each| residual(p, each).abs()).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    (DEVIATION * sizes[sizes.len() / 2]).max(1e-9)
}

fn cost_at(rows: &[Rows], p: Parameters, sigma: f64) -> f64 {
    let total: f64 = rows
        .iter()
        .map(|each| 1.0 - part(residual(p, each), sigma).powi(3))
        .sum();
    if total.is_nan() { f64::INFINITY } else { total }
}

fn weight(residual: f64, sigma: f64) -> f64 {
    part(residual, sigma).powi(2)
}

/// Returns 1 for a residual of 0, and 0 from where it doesn't count.
fn part(residual: f64, sigma: f64) -> f64 {
    if residual.is_nan() {
        return f64::NAN;
    }
    (1.0 - (residual / (BEYOND * sigma)).powi(2)).max(0.0)
}

/// Returns the residual's derivatives by the free parameters.
fn slopes(p: Parameters, axes: &[Parameters], rows: &Rows) -> Vector3<f64> {
    let mut slope = Vector3::zeros();
    for (position, axis) in axes.iter().enumerate() {
        let step = 1e-6;
        let at = |way: f64| {
            residual(
                stepped(p, &[*axis], &Vector3::new(way * step, 0.0, 0.0)),
                rows,
            )
        };
        slope[position] = (at(1.0) - at(-1.0)) / (2.0 * step);
    }
    slope
}

fn equations(
    rows: &[Rows],
    p: Parameters,
    axes: &[Parameters],
    sigma: f64,
) -> (Matrix3<f64>, Vector3<f64>) {
    let (mut normal, mut gradient) = (Matrix3::zeros(), Vector3::zeros());
    for each in rows {
        let (miss, slope) = (residual(p, each), slopes(p, axes, each));
        let weight = weight(miss, sigma);
        normal += weight * slope * slope.transpose();
        gradient -= weight * miss * slope;
    }
    (normal, gradient)
}

/// Returns the covariance of the free parameters, boxes of one person being one witness (Huber's sandwich by clusters).
fn sandwich(rows: &[Rows], p: Parameters, axes: &[Parameters], sigma: f64) -> Option<Matrix3<f64>> {
    let (mut normal, _) = equations(rows, p, axes, sigma);
    let people = rows.iter().map(|each| each.person).max()? + 1;
    let mut scores = vec![Vector3::zeros(); people];
    for each in rows {
        let miss = residual(p, each);
        scores[each.person] += weight(miss, sigma) * miss * slopes(p, axes, each);
    }
    for axis in axes.len()..3 {
        normal[(axis, axis)] = 1.0;
    }
    let inverse = normal.try_inverse()?;
    let middle: Matrix3<f64> = scores.iter().map(|score| score * score.transpose()).sum();
    let few = people as f64 / (people as f64 - axes.len() as f64);
    (few > 0.0).then(|| inverse * middle * inverse.transpose() * few)
}

fn solved(normal: &Matrix3<f64>, gradient: &Vector3<f64>, count: usize) -> Option<Vector3<f64>> {
    let mut whole = *normal;
    for axis in count..3 {
        whole[(axis, axis)] = 1.0;
    }
    whole
        .lu()
        .solve(gradient)
        .filter(|step| step.iter().all(|v| v.is_finite()))
}

fn stepped(p: Parameters, axes: &[Parameters], step: &Vector3<f64>) -> Parameters {
    let mut moved = p;
    for (axis, length) in axes.iter().zip(step.iter()) {
        for (parameter, share) in moved.iter_mut().zip(axis) {
            *parameter += length * share;
        }
    }
    moved
}
