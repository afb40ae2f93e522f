//! Packed RGB pictures become an MP4 file, the same bytes for the same pictures.

use std::fmt;
use std::io::ErrorKind;
use std::path::Path;

use ffmpeg_the_third::codec::{self, Flags, threading};
use ffmpeg_the_third::encoder::video::Encoder;
use ffmpeg_the_third::format::context::Output;
use ffmpeg_the_third::format::{self, Pixel};
use ffmpeg_the_third::{Dictionary, Error, Packet, Rational, color, encoder, frame};
use sightline_frames::{Matrix, Range};

use crate::error::VideoError;
use crate::libav::{self, Colors, Conversion, Scaler};

/// Encoder that every build of libav has.
const DEFAULT_CODEC: &str = "mpeg4";
/// libav's quality scale has this many steps for one of the quantizer.
const LAMBDA_PER_QUANTIZER: u8 = 118;
/// Frames from one key frame to the next.
const KEY_FRAME_DISTANCE: u32 = 50;
/// Largest number that MPEG-4 can hold as its clock rate.
const MAX_CLOCK_RATE: u32 = 65_535;
const MAX_SIZE: u32 = 8_176;

/// What to write.
#[derive(Clone, Debug, PartialEq)]
pub struct WriterOptions {
    /// Pixels across, 2 to 8176.
    pub width: u32,
    /// Pixels down, 2 to 8176.
    pub height: u32,
    /// Frames per second as numerator and denominator, each 1 to 65535: `(30000, 1001)`.
    pub fps: (u32, u32),
    /// libav's name of an encoder; `None` is `mpeg4`. Others, as `libx264`, need a libav that has them.
    pub codec: Option<String>,
    /// From 1 (best) to 31 (smallest file).
    pub quality: u8,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            width: 0,
            height: 0,
            fps: (10, 1),
            codec: None,
            quality: 3,
        }
    }
}

impl WriterOptions {
    fn check(&self) -> Result<(), VideoError> {
        let refuse = |name, expected, found: String| {
            Err(VideoError::Option {
                name,
                expected,
                found,
            })
        };
        for (name, size) in [("width", self.width), ("height", self.height)] {
            if !(2..=MAX_SIZE).contains(&size) {
                return refuse(name, "2 to 8176 pixels", size.to_string());
            }
        }
        let (num, den) = self.fps;
        if !(1..=MAX_CLOCK_RATE).contains(&num) || !(1..=MAX_CLOCK_RATE).contains(&den) {
            return refuse(
                "fps",
                "a numerator and a denominator from 1 to 65535",
                format!("{num}/{den}"),
            );
        }
        if !(1..=31).contains(&self.quality) {
            return refuse("quality", "1 (best) to 31", self.quality.to_string());
        }
        Ok(())
    }
}

/// Encodes pictures into an MP4 file.
///
/// [`finish`](Self::finish) ends the file. A writer that is dropped before ends it too as well as it can, so that what
/// was written can be played, but says nothing of what failed.
pub struct Writer {
    output: Output,
    encoder: Encoder,
    scaler: Scaler,
    rgb: frame::Video,
    /// What the encoder takes.
    pixel: Pixel,
    target: Target,
    /// Quantizer on libav's scale.
    lambda: u16,
    /// Position of the latest picture.
    position: Option<u64>,
    finished: bool,
}

/// What error messages name, and the size that pictures must have.
#[derive(Clone, Debug)]
struct Target {
    path: String,
    codec: String,
    width: u32,
    height: u32,
    fps: (u32, u32),
}

impl Target {
    fn failed(&self, error: Error, lines: &[String]) -> VideoError {
        let reason = if lines.is_empty() {
            error.to_string()
        } else {
            lines.join("; ")
        };
        match error {
            Error::Other { errno } => VideoError::Io {
                path: self.path.clone(),
                source: std::io::Error::from_raw_os_error(errno),
            },
            _ => VideoError::Encode {
                path: self.path.clone(),
                codec: self.codec.clone(),
                reason,
            },
        }
    }
}

impl Writer {
    /// Creates the file, over one that is there, and opens the encoder.
    ///
    /// # Errors
    ///
    /// [`VideoError::Option`] for a size, rate or codec that can't be; [`VideoError::Io`] where the file can't be written.
    pub fn create(path: &str, options: &WriterOptions) -> Result<Self, VideoError> {
        options.check()?;
        check_target(path)?;
        let codec = options.codec.as_deref().unwrap_or(DEFAULT_CODEC);
        let target = Target {
            path: path.to_owned(),
            codec: codec.to_owned(),
            width: options.width,
            height: options.height,
            fps: options.fps,
        };
        let (opened, lines) = libav::capture(|| open(&target, options.quality));
        let (output, encoder, conversion) = match opened {
            Ok(opened) => opened,
            Err(Error::EncoderNotFound) => {
                return Err(VideoError::Option {
                    name: "codec",
                    expected: "an encoder that libav has here: mpeg4, mjpeg",
                    found: codec.to_owned(),
                });
            }
            Err(error) => return Err(target.failed(error, &lines)),
        };
        Ok(Self {
            output,
            encoder,
            scaler: Scaler::new(conversion).map_err(|error| target.failed(error, &[]))?,
            rgb: frame::Video::new(Pixel::RGB24, options.width, options.height),
            pixel: conversion.to,
            target,
            lambda: lambda(options.quality),
            position: None,
            finished: false,
        })
    }

    /// Appends one picture: `height × width × 3` bytes, R, G, B, without padding.
    ///
    /// `position` is its place in time in frames from the start; it grows from call to call. A gap shows the
    /// picture before it for longer.
    ///
    /// # Errors
    ///
    /// [`VideoError::Option`] for a picture of another size or a position that does not grow; [`VideoError::Io`]
    /// where the disk is full.
    pub fn write_rgb(&mut self, rgb: &[u8], position: u64) -> Result<(), VideoError> {
        self.check_picture(rgb, position)?;
        let (written, lines) = libav::capture(|| self.encode(rgb, position));
        written.map_err(|error| self.target.failed(error, &lines))?;
        self.position = Some(position);
        Ok(())
    }

    /// Encodes what the encoder held back and ends the file.
    ///
    /// # Errors
    ///
    /// [`VideoError::Io`] where the disk is full; the file is not complete then.
    pub fn finish(mut self) -> Result<(), VideoError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), VideoError> {
        if std::mem::replace(&mut self.finished, true) {
            return Ok(());
        }
        let (ended, lines) = libav::capture(|| {
            let flushed = self.encoder.send_eof().and_then(|()| self.write_packets());
            // The index is worth writing even where the last picture failed.
            self.output.write_trailer().and(flushed)
        });
        ended.map_err(|error| self.target.failed(error, &lines))
    }

    fn check_picture(&self, rgb: &[u8], position: u64) -> Result<(), VideoError> {
        let Target { width, height, .. } = self.target;
        if rgb.len() as u64 != u64::from(width) * u64::from(height) * 3 {
            return Err(VideoError::Option {
                name: "rgb",
                expected: "height × width × 3 bytes",
                found: format!("{} bytes for {width}×{height}", rgb.len()),
            });
        }
        let grows = self.position.is_none_or(|before| position > before);
        if !grows || i64::try_from(position).is_err() {
            return Err(VideoError::Option {
                name: "position",
                expected: "a number above that of the picture before",
                found: position.to_string(),
            });
        }
        Ok(())
    }

    fn encode(&mut self, rgb: &[u8], position: u64) -> Result<(), Error> {
        let stride = self.rgb.stride(0);
        let bytes_in_row = self.target.width as usize * 3;
        let rows = self.rgb.data_mut(0).chunks_mut(stride);
        for (row, pixels) in rows.zip(rgb.chunks_exact(bytes_in_row)) {
            row[..bytes_in_row].copy_from_slice(pixels);
        }
        // A new one each time: the encoder may still look at the one before.
        let mut converted = frame::Video::new(self.pixel, self.target.width, self.target.height);
        self.scaler.run(&self.rgb, &mut converted)?;
        converted.set_pts(i64::try_from(position).ok());
        libav::set_quality(&mut converted, i32::from(self.lambda));
        self.encoder.send_frame(&converted)?;
        self.write_packets()
    }

    fn write_packets(&mut self) -> Result<(), Error> {
        let stream_base = self
            .output
            .stream(0)
            .ok_or(Error::StreamNotFound)?
            .time_base();
        let encoder_base = time_base(self.target.fps);
        let mut packet = Packet::empty();
        loop {
            match self.encoder.receive_packet(&mut packet) {
                Ok(()) => {}
                Err(
                    Error::Eof
                    | Error::Other {
                        errno: libc::EAGAIN,
                    },
                ) => return Ok(()),
                Err(error) => return Err(error),
            }
            packet.set_stream(0);
            packet.set_duration(1);
            packet.rescale_ts(encoder_base, stream_base);
            packet.write_interleaved(&mut self.output)?;
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Whoever wants to know whether it worked calls `finish`.
        let _ = self.end();
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("target", &self.target)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

/// Finds what libav would only call a missing file.
fn check_target(path: &str) -> Result<(), VideoError> {
    let io = |kind: ErrorKind, message: &str| VideoError::Io {
        path: path.escape_debug().to_string(),
        source: std::io::Error::new(kind, message),
    };
    if path.contains('\0') {
        return Err(io(
            ErrorKind::InvalidInput,
            "a path can't contain a NUL character",
        ));
    }
    let target = Path::new(path);
    if target.is_dir() {
        return Err(VideoError::IsDirectory {
            path: path.to_owned(),
        });
    }
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !parent.is_dir() => Err(io(
            ErrorKind::NotFound,
            "the folder to write into does not exist; create it first",
        )),
        _ => Ok(()),
    }
}

fn lambda(quality: u8) -> u16 {
    u16::from(quality) * u16::from(LAMBDA_PER_QUANTIZER)
}

fn time_base(fps: (u32, u32)) -> Rational {
    // Both are at most 65535.
    Rational::new(fps.1.cast_signed(), fps.0.cast_signed())
}

/// Opens encoder and file and writes the header.
fn open(target: &Target, quality: u8) -> Result<(Output, Encoder, Conversion), Error> {
    let name = Some(target.codec.as_str()).filter(|name| !name.contains('\0'));
    let codec = name
        .and_then(encoder::find_by_name)
        .ok_or(Error::EncoderNotFound)?;
    // A JPEG is BT.601 at full range by definition; others follow the habit of players.
    let jpeg = target.codec == "mjpeg";
    let colors = Colors {
        matrix: if target.height >= 720 && !jpeg {
            Matrix::Bt709
        } else {
            Matrix::Bt601
        },
        range: if jpeg { Range::Full } else { Range::Limited },
    };
    let conversion = Conversion {
        width: target.width,
        height: target.height,
        from: Pixel::RGB24,
        to: if jpeg {
            Pixel::YUVJ420P
        } else {
            Pixel::YUV420P
        },
        colors,
    };
    let mut video = codec::Context::new_with_codec(codec).encoder().video()?;
    video.set_threading(threading::Config::count(1));
    video.set_width(target.width);
    video.set_height(target.height);
    video.set_format(conversion.to);
    video.set_time_base(time_base(target.fps));
    video.set_frame_rate(Some(time_base(target.fps).invert()));
    video.set_gop(KEY_FRAME_DISTANCE);
    video.set_flags(Flags::GLOBAL_HEADER | Flags::BITEXACT | Flags::QSCALE);
    video.set_quality(usize::from(lambda(quality)));
    video.set_color_range(if jpeg {
        color::Range::JPEG
    } else {
        color::Range::MPEG
    });
    video.set_colorspace(match colors.matrix {
        Matrix::Bt601 => color::Space::SMPTE170M,
        Matrix::Bt709 => color::Space::BT709,
    });
    libav::set_primaries(&mut video, colors.matrix);
    // Encoders that have no quantizer scale have a rate factor instead; the others don't know the name.
    let crf = (16 + 2 * u32::from(quality)).min(51).to_string();
    let encoder = video.open_with(Dictionary::from_iter([("crf", crf.as_str())]))?;
    let mut output = format::output_as(format!("file:{}", target.path), "mp4")?;
    let mut stream = output.add_stream(codec)?;
    stream.copy_parameters_from_context(&encoder);
    stream.set_time_base(time_base(target.fps));
    stream.set_avg_frame_rate(time_base(target.fps).invert());
    // No version, no date: the same pictures give the same bytes.
    output.write_header_with(Dictionary::from_iter([("fflags", "bitexact")]))?;
    Ok((output, encoder, conversion))
}
