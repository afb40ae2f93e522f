//! Which way a stream's pictures must be turned to be upright.

/// Returns the quarter turns, clockwise, that a container's display matrix asks for: 0 to 3.
///
/// Angles between are rounded to the nearest quarter; mirroring is not undone.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number from 0 to 3"
)]
pub(crate) fn quarter_turns_from_matrix(matrix: &[i32; 9]) -> u8 {
    let [a, b, c, d] = [matrix[0], matrix[1], matrix[3], matrix[4]].map(f64::from);
    let (across, down) = (a.hypot(c), b.hypot(d));
    if across == 0.0 || down == 0.0 {
        return 0;
    }
    let turns = (b / down).atan2(a / across) / std::f64::consts::FRAC_PI_2;
    turns.round().rem_euclid(4.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: i32 = 1 << 16;

    #[test]
    fn quarters_are_told_apart() {
        let turns = |a, b, c, d| quarter_turns_from_matrix(&[a, b, 0, c, d, 0, 0, 0, 1 << 30]);
        assert_eq!(turns(ONE, 0, 0, ONE), 0);
        assert_eq!(turns(0, ONE, -ONE, 0), 1);
        assert_eq!(turns(-ONE, 0, 0, -ONE), 2);
        assert_eq!(turns(0, -ONE, ONE, 0), 3);
    }

    #[test]
    fn a_matrix_of_zeros_turns_nothing() {
        assert_eq!(quarter_turns_from_matrix(&[0; 9]), 0);
    }
}
