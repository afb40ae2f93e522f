//! From a name to an open decoder, or to an error that says what is the matter.

mod live;
mod refusal;

use std::ffi::CString;
use std::time::Duration;

use ffmpeg_the_third::format::stream::Disposition;
use ffmpeg_the_third::{Rational, Stream, media};

use crate::address::masked;
use crate::error::VideoError;
use crate::libav::{self, Decoder, Input, Interrupter, Patience};
use crate::rotation::quarter_turns_from_matrix;
use crate::timeline::Ticks;
use crate::wall_clock::Clock;

use self::refusal::{check_file, not_a_video, open_error};

pub(crate) use live::open_address;

/// Containers that are tried. Playlists are not among them: a file must not make us open others.
const CONTAINERS: &str = "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,m4v,av1,obu,ivf,mjpeg,\
    yuv4mpegpipe,flv,asf,gif";

/// Frame rate assumed where the container gives none.
const ASSUMED_RATE: f64 = 25.0;

/// How to read a source.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenOptions {
    /// Frames per second wanted, chosen by PTS: above 0. `None` gives every frame. A source with fewer gives what it has.
    pub fps: Option<f64>,
    /// Threads of the decoder, 1 to 64. Undamaged pictures are the same with any number.
    pub threads: usize,
    /// Whether the file starts again at its end, for ever. Each start is a new epoch; times and numbers go on growing.
    pub looped: bool,
    /// How a camera is reached.
    pub live: LiveOptions,
}

/// How RTSP carries its pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// In the connection itself: nothing is lost on the way.
    #[default]
    Tcp,
    /// In datagrams of their own.
    Udp,
    /// TCP, and UDP where the camera refuses it.
    Auto,
}

/// How a camera is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveOptions {
    /// How RTSP carries its pictures.
    pub transport: Transport,
    /// How long reaching the camera may take, until it is known what it sends.
    pub open_timeout: Duration,
    /// How long no picture may come before the camera is taken for lost.
    pub read_timeout: Duration,
    /// Which clock gives pictures their time of day.
    pub clock: Clock,
    /// PEM file of the authorities that certificates are checked against; those of libav's TLS library when absent.
    pub ca_file: Option<String>,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            transport: Transport::default(),
            open_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(10),
            clock: Clock::default(),
            ca_file: None,
        }
    }
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            fps: None,
            threads: 1,
            looped: false,
            live: LiveOptions::default(),
        }
    }
}

impl OpenOptions {
    pub(crate) fn check(&self) -> Result<(), VideoError> {
        if let Some(fps) = self.fps.filter(|fps| !(fps.is_finite() && *fps > 0.0)) {
            return Err(VideoError::Option {
                name: "fps",
                expected: "a number above 0",
                found: fps.to_string(),
            });
        }
        if self.threads == 0 || self.threads > 64 {
            return Err(VideoError::Option {
                name: "threads",
                expected: "1 to 64",
                found: self.threads.to_string(),
            });
        }
        let times = [
            ("open_timeout", self.live.open_timeout),
            ("read_timeout", self.live.read_timeout),
        ];
        match times.into_iter().find(|(_, time)| time.is_zero()) {
            Some((name, time)) => Err(VideoError::Option {
                name,
                expected: "a time above 0",
                found: format!("{} s", time.as_secs_f64()),
            }),
            None => Ok(()),
        }
    }
}

/// What a source's header says about its video stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamInfo {
    /// Pixels across, upright (after rotation). A stream may change its size later; each picture has its own.
    pub width: u32,
    /// Pixels down, upright (after rotation).
    pub height: u32,
    /// libav's short name of the codec, as `h264`.
    pub codec: String,
    /// libav's short name of the container, as `mov,mp4,m4a,3gp,3g2,mj2`.
    pub container: String,
    /// Frames per second on average, if the container says or lets it be estimated.
    pub frame_rate: Option<f64>,
    /// Length in nanoseconds, if the container says or lets it be estimated.
    pub duration_ns: Option<i64>,
    /// Number of frames, if the container says.
    pub frames: Option<u64>,
    /// Degrees by which the pictures are turned clockwise to be upright: 0, 90, 180 or 270. They are delivered upright.
    pub rotation: u16,
}

/// An open container and what is known of its video stream.
pub(crate) struct Opened {
    pub(crate) input: Input,
    pub(crate) decoder: Decoder,
    pub(crate) stream: usize,
    pub(crate) info: StreamInfo,
    pub(crate) ticks: Ticks,
    pub(crate) quarter_turns: u8,
    /// Whether the container has no times of its own, so that a packet's is when it arrives.
    pub(crate) times_by_arrival: bool,
    /// What libav had to say about the header.
    pub(crate) warnings: Vec<String>,
}

/// Opens a file.
pub(crate) fn open_file(
    uri: &str,
    options: &OpenOptions,
    interrupter: &Interrupter,
) -> Result<Opened, VideoError> {
    let path = path_from_uri(uri)?;
    check_file(path)?;
    let url = CString::new(format!("file:{path}")).map_err(|_| VideoError::NotFound {
        path: path.escape_debug().to_string(),
    })?;
    let containers = [
        ("format_whitelist", CONTAINERS),
        ("protocol_whitelist", "file"),
    ];
    let (opened, warnings) =
        libav::capture(|| Input::open(&url, &containers, interrupter, Patience::default()));
    let input = opened.map_err(|failed| open_error(path, failed.error, &warnings))?;
    decoder_for(input, path, options, warnings)
}

/// Finds the video stream of what was opened as `path`, and opens its decoder.
pub(crate) fn decoder_for(
    mut input: Input,
    path: &str,
    options: &OpenOptions,
    mut warnings: Vec<String>,
) -> Result<Opened, VideoError> {
    let stream = video_stream(&input, path)?;
    input.keep_only(stream);
    let quarter_turns = input
        .display_matrix(stream)
        .map_or(0, |matrix| quarter_turns_from_matrix(&matrix));
    let (decoder, info, ticks) = {
        let missing = || VideoError::NoVideoStream {
            path: path.to_owned(),
            found: "nothing".to_owned(),
        };
        let stream = input.stream(stream).ok_or_else(missing)?;
        let (decoder, lines) = libav::capture(|| Decoder::open(&stream, options.threads));
        warnings.extend(lines);
        let decoder = decoder.map_err(|error| match error {
            None => VideoError::UnsupportedCodec {
                path: path.to_owned(),
                codec: libav::codec_name(&stream),
            },
            Some(error) => not_a_video(path, error, &warnings),
        })?;
        (
            decoder,
            info_of(&input, &stream, quarter_turns),
            ticks_of(&stream),
        )
    };
    Ok(Opened {
        input,
        decoder,
        stream,
        info,
        ticks,
        quarter_turns,
        times_by_arrival: false,
        warnings,
    })
}

/// Returns the path of a file; an address that nothing is known of is refused.
fn path_from_uri(uri: &str) -> Result<&str, VideoError> {
    let Some((scheme, rest)) = uri.split_once("://") else {
        return Ok(uri);
    };
    let is_scheme = scheme
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    match scheme {
        "file" => Ok(rest),
        _ if is_scheme && !scheme.is_empty() => Err(VideoError::UnsupportedScheme {
            uri: masked(uri),
            scheme: scheme.to_owned(),
        }),
        _ => Ok(uri),
    }
}

/// Returns the index of the best video stream; the cover picture of a piece of music is none.
fn video_stream(input: &Input, path: &str) -> Result<usize, VideoError> {
    let best = input.container().streams().best(media::Type::Video);
    match best.filter(|stream| !stream.disposition().contains(Disposition::ATTACHED_PIC)) {
        Some(stream) => Ok(stream.index()),
        None => Err(VideoError::NoVideoStream {
            path: path.to_owned(),
            found: found_instead(input),
        }),
    }
}

fn found_instead(input: &Input) -> String {
    let names: Vec<_> = input
        .container()
        .streams()
        .map(|stream| {
            let kind = match stream.parameters().medium() {
                media::Type::Audio => "audio",
                media::Type::Subtitle => "subtitles",
                media::Type::Video => "a cover picture",
                _ => "data",
            };
            format!("{kind} ({})", libav::codec_name(&stream))
        })
        .collect();
    if names.is_empty() {
        "no stream at all".to_owned()
    } else {
        names.join(", ")
    }
}

fn info_of(input: &Input, stream: &Stream<'_>, quarter_turns: u8) -> StreamInfo {
    let parameters = stream.parameters();
    let (width, height) = (parameters.width(), parameters.height());
    let (width, height) = if quarter_turns % 2 == 1 {
        (height, width)
    } else {
        (width, height)
    };
    StreamInfo {
        width,
        height,
        codec: libav::codec_name(stream),
        container: input.container_name(),
        frame_rate: rate_of(stream),
        duration_ns: duration_ns_of(input, stream),
        frames: u64::try_from(stream.frames())
            .ok()
            .filter(|&frames| frames > 0),
        rotation: u16::from(quarter_turns) * 90,
    }
}

fn rate_of(stream: &Stream<'_>) -> Option<f64> {
    [stream.avg_frame_rate(), stream.rate()]
        .into_iter()
        .find(|rate| rate.numerator() > 0 && rate.denominator() > 0)
        .map(f64::from)
}

fn duration_ns_of(input: &Input, stream: &Stream<'_>) -> Option<i64> {
    let of_stream = (stream.duration(), stream.time_base());
    let of_container = (input.container().duration(), Rational::new(1, 1_000_000));
    [of_stream, of_container]
        .into_iter()
        .find_map(|(ticks, base)| {
            let (num, den) = (i128::from(base.numerator()), i128::from(base.denominator()));
            (ticks > 0 && den > 0)
                .then(|| i64::try_from(i128::from(ticks) * num * 1_000_000_000 / den).ok())?
        })
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "saturates, and is bounded above"
)]
fn ticks_of(stream: &Stream<'_>) -> Ticks {
    let base = stream.time_base();
    let (num, den) = (base.numerator().max(1), base.denominator().max(1));
    let rate = rate_of(stream).unwrap_or(ASSUMED_RATE);
    let per_frame = f64::from(den) / (f64::from(num) * rate);
    // An AVI's duration is what is there, its count of frames what was to be there.
    let promised = stream
        .duration()
        .max((stream.frames() as f64 * per_frame) as i64);
    Ticks {
        num,
        den,
        per_frame: (per_frame.round() as i64).clamp(1, i64::from(i32::MAX)),
        start: Some(stream.start_time()).filter(|&start| start != i64::MIN),
        promised: Some(promised).filter(|&promised| promised > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_read() {
        assert_eq!(path_from_uri("a:b.mp4").unwrap(), "a:b.mp4");
        assert_eq!(path_from_uri("file:///srv/a.mp4").unwrap(), "/srv/a.mp4");
        let error = path_from_uri("ftp://user:secret@10.0.0.7/stream1")
            .unwrap_err()
            .to_string();
        assert!(error.contains("ftp://***@10.0.0.7/stream1"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn options_are_checked() {
        for fps in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(
                OpenOptions {
                    fps: Some(fps),
                    ..OpenOptions::default()
                }
                .check()
                .is_err()
            );
        }
        assert!(
            OpenOptions {
                threads: 0,
                ..OpenOptions::default()
            }
            .check()
            .is_err()
        );
        assert!(
            OpenOptions {
                fps: Some(0.2),
                threads: 4,
                ..OpenOptions::default()
            }
            .check()
            .is_ok()
        );
    }
}
