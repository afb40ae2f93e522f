//! One module a model family: raw output numbers become candidate boxes.

pub(crate) mod detr;
pub(crate) mod end_to_end;
pub(crate) mod fastestdet;
mod grid;
mod lists;
pub(crate) mod nanodet;
mod scores;
pub(crate) mod ssd;
pub(crate) mod yolov5;
pub(crate) mod yolov8;
pub(crate) mod yolox;
