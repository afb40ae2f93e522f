//! Dense matrices as rows of numbers.

pub(crate) type Matrix = Vec<Vec<f64>>;

pub(crate) fn diagonal(values: &[f64]) -> Matrix {
    let row = |i: usize| {
        (0..values.len())
            .map(|j| if i == j { values[i] } else { 0.0 })
            .collect()
    };
    (0..values.len()).map(row).collect()
}

pub(crate) fn identity(size: usize) -> Matrix {
    diagonal(&vec![1.0; size])
}

pub(crate) fn transposed(a: &[Vec<f64>]) -> Matrix {
    (0..a[0].len())
        .map(|j| a.iter().map(|row| row[j]).collect())
        .collect()
}

pub(crate) fn times(a: &Matrix, b: &Matrix) -> Matrix {
    let columns = transposed(b);
    let dot = |x: &Vec<f64>, y: &Vec<f64>| x.iter().zip(y).map(|(x, y)| x * y).sum();
    a.iter()
        .map(|row| columns.iter().map(|column| dot(row, column)).collect())
        .collect()
}

pub(crate) fn plus(a: &Matrix, b: &Matrix) -> Matrix {
    a.iter()
        .zip(b)
        .map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect())
        .collect()
}

pub(crate) fn minus(a: &Matrix, b: &Matrix) -> Matrix {
    a.iter()
        .zip(b)
        .map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect())
        .collect()
}

/// Inverts a symmetric positive definite matrix by Gauss-Jordan elimination.
pub(crate) fn inverse(a: &Matrix) -> Matrix {
    let (mut a, mut result) = (a.clone(), identity(a.len()));
    for pivot in 0..a.len() {
        let scale = 1.0 / a[pivot][pivot];
        for m in [&mut a, &mut result] {
            m[pivot].iter_mut().for_each(|x| *x *= scale);
        }
        for row in (0..a.len()).filter(|&row| row != pivot) {
            let factor = a[row][pivot];
            for m in [&mut a, &mut result] {
                let source = m[pivot].clone();
                m[row]
                    .iter_mut()
                    .zip(source)
                    .for_each(|(x, y)| *x -= factor * y);
            }
        }
    }
    result
}
