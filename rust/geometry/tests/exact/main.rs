//! Polygons and lines against exact arithmetic on whole numbers.

mod oracle;
mod polygon;
mod segment;
mod sets;
