//! A model's output tensors, and the part of them that belongs to one picture of the batch.

use crate::{DecodeError, Family};

/// One output tensor, borrowed: row-major, contiguous.
#[derive(Clone, Copy, Debug)]
pub struct OutputView<'a> {
    /// Size of each dimension, the batch first.
    pub shape: &'a [usize],
    /// The values; as many as the product of `shape`. Integer outputs (labels, counts) are to be converted.
    pub data: &'a [f32],
}

/// All outputs of one inference, seen for one picture of the batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outputs<'a> {
    pub(crate) family: Family,
    pub(crate) views: &'a [OutputView<'a>],
    /// Index of the picture in the batch.
    pub(crate) image: usize,
}

impl<'a> Outputs<'a> {
    /// Returns the dimensions after the batch and the values of this picture in output `output`.
    ///
    /// Fails unless the output has a batch and `RANK` more dimensions, holds as many values as they say, and reaches
    /// this picture. `expected` words the shape for the error.
    pub(crate) fn image<const RANK: usize>(
        &self,
        output: usize,
        expected: impl Fn() -> String,
    ) -> Result<([usize; RANK], &'a [f32]), DecodeError> {
        let view = self.checked(output, &expected)?;
        let shape = || self.shape_error(output, expected());
        let (&batch, rest) = view.shape.split_first().ok_or_else(shape)?;
        let dimensions: [usize; RANK] = rest.try_into().map_err(|_| shape())?;
        if self.image >= batch {
            return Err(DecodeError::Batch {
                family: self.family,
                output,
                image: self.image,
                batch,
            });
        }
        // No overflow: `checked` found the product of the whole shape to be the length of a slice.
        let length = view.data.len() / batch;
        let data = view
            .data
            .get(self.image * length..)
            .and_then(|data| data.get(..length));
        Ok((dimensions, data.ok_or_else(shape)?))
    }

    /// Returns an output whose values are as many as its shape says.
    pub(crate) fn checked(
        &self,
        output: usize,
        expected: impl Fn() -> String,
    ) -> Result<OutputView<'a>, DecodeError> {
        let view = self
            .views
            .get(output)
            .ok_or_else(|| self.shape_error(output, expected()))?;
        let length = view
            .shape
            .iter()
            .try_fold(1_usize, |product, &side| product.checked_mul(side));
        if length != Some(view.data.len()) {
            return Err(DecodeError::Length {
                family: self.family,
                output,
                shape: view.shape.to_vec(),
                found: view.data.len(),
            });
        }
        Ok(*view)
    }

    /// Returns the single output's dimensions and values; see [`Outputs::image`].
    pub(crate) fn only<const RANK: usize>(
        &self,
        expected: impl Fn() -> String,
    ) -> Result<([usize; RANK], &'a [f32]), DecodeError> {
        if self.views.len() != 1 {
            return Err(self.count_error("1 output"));
        }
        self.image(0, expected)
    }

    pub(crate) fn shape_error(&self, output: usize, expected: String) -> DecodeError {
        let found = self
            .views
            .get(output)
            .map_or_else(Vec::new, |view| view.shape.to_vec());
        DecodeError::Shape {
            family: self.family,
            output,
            expected,
            found,
        }
    }

    pub(crate) fn count_error(&self, expected: &'static str) -> DecodeError {
        DecodeError::OutputCount {
            family: self.family,
            expected,
            found: self.views.len(),
        }
    }

    /// Returns the position of the boxes among two outputs: the one whose last dimension is 4, the first if both are.
    pub(crate) fn boxes_of_two(&self) -> usize {
        let last_is_four = |output: usize| {
            self.views
                .get(output)
                .is_some_and(|view| view.shape.last() == Some(&4))
        };
        usize::from(!last_is_four(0) && last_is_four(1))
    }
}
