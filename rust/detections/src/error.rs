//! Why model output could not be decoded.

use crate::Family;

/// Why a decoder could not be made, or an output could not be read.
///
/// Every message says what was expected and what was found; all of them mean that the model and its
/// [`DecoderSpec`](crate::DecoderSpec) don't fit each other, so trying again with the next frame won't help.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DecodeError {
    /// A field of the decoder's specification is out of its range.
    #[error("decoder setting `{field}`: expected {expected}, found {found}")]
    Setting {
        /// Name of the field of [`DecoderSpec`](crate::DecoderSpec).
        field: &'static str,
        /// The range or form it should have.
        expected: String,
        /// The value it has.
        found: String,
    },
    /// The model has more or fewer outputs than its family.
    #[error("{family} decoder: expected {expected}, found {found} outputs")]
    OutputCount {
        /// Family the decoder was made for.
        family: Family,
        /// How many outputs it reads, and which.
        expected: &'static str,
        /// How many there were.
        found: usize,
    },
    /// An output's shape is not the family's.
    #[error("{family} decoder, output {output}: expected shape {expected}, found {found:?}")]
    Shape {
        /// Family the decoder was made for.
        family: Family,
        /// Position of the output, from 0.
        output: usize,
        /// The shape or shapes it could have had.
        expected: String,
        /// The shape it has.
        found: Vec<usize>,
    },
    /// An output holds fewer or more numbers than its shape says.
    #[error(
        "{family} decoder, output {output}: shape {shape:?} needs another number of values than the {found} that are there"
    )]
    Length {
        /// Family the decoder was made for.
        family: Family,
        /// Position of the output, from 0.
        output: usize,
        /// Its shape.
        shape: Vec<usize>,
        /// How many values it holds.
        found: usize,
    },
    /// The picture asked for is not in the batch.
    #[error(
        "{family} decoder, output {output}: expected a batch of more than {image}, found {batch}"
    )]
    Batch {
        /// Family the decoder was made for.
        family: Family,
        /// Position of the output, from 0.
        output: usize,
        /// Index of the picture that was asked for.
        image: usize,
        /// Pictures in the batch.
        batch: usize,
    },
    /// A score is far above 1: most likely a logit where a probability was expected.
    #[error(
        "{family} decoder: expected scores from 0 to 1, found {found}; the model may leave out the sigmoid or softmax (see `activation`)"
    )]
    Score {
        /// Family the decoder was made for.
        family: Family,
        /// The score.
        found: f32,
    },
}
