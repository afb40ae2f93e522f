//! From an address to an open decoder, or to a reason that a person can act on.

use ffmpeg_the_third::Error;

use super::{OpenOptions, Opened, Transport, decoder_for};
use crate::address::{Address, Scheme};
use crate::error::VideoError;
use crate::libav::{self, Input, Interrupter, Patience};
use crate::timeline::Ticks;

/// Containers without times of their own.
const TIMELESS: [&str; 2] = ["mpjpeg", "mjpeg"];
/// The clock of packets that are timed by their arrival: microseconds.
const ARRIVAL: Ticks = Ticks {
    num: 1,
    den: 1_000_000,
    per_frame: 40_000,
    start: None,
    promised: None,
};

/// Connects to a camera and finds out what it sends.
pub(crate) fn open_address(
    address: &Address,
    options: &OpenOptions,
    interrupter: &Interrupter,
) -> Result<Opened, VideoError> {
    if address.scheme == Scheme::Rtsps && !libav::rtsp_checks_certificates() {
        return Err(VideoError::Unreachable {
            address: address.shown(),
            reason: "this version of libav (FFmpeg) does not check the certificates of rtsps; use rtsp in a network of its own, or a \
                     newer FFmpeg"
                .to_owned(),
        });
    }
    let resolved = address.resolve()?;
    let mut settings = settings_of(address, options);
    let patience = Patience {
        open: Some(options.live.open_timeout),
        read: Some(options.live.read_timeout),
    };
    let (mut opened, mut lines) =
        libav::capture(|| Input::open(&resolved.url, &settings, interrupter, patience));
    if opened.as_ref().is_err_and(|failed| failed.lacks_rate) {
        settings.push(("fpsprobesize", "0"));
        (opened, lines) =
            libav::capture(|| Input::open(&resolved.url, &settings, interrupter, patience));
    }
    let lines: Vec<_> = lines.iter().map(|line| resolved.scrubbed(line)).collect();
    let input = opened.map_err(|failed| {
        if interrupter.is_interrupted() {
            return VideoError::Interrupted;
        }
        VideoError::Unreachable {
            address: resolved.shown().to_owned(),
            reason: reason_of(failed.error, &lines, options),
        }
    })?;
    let opened = decoder_for(input, resolved.shown(), options, lines)?;
    Ok(as_live(opened))
}

fn settings_of<'a>(address: &Address, options: &'a OpenOptions) -> Vec<(&'a str, &'a str)> {
    let scheme = address.scheme;
    let mut settings = vec![
        ("format_whitelist", scheme.containers()),
        ("protocol_whitelist", scheme.protocols()),
        ("tls_verify", "1"),
        // A few pictures say enough: at 10 a second the usual twenty take two seconds.
        ("fpsprobesize", "3"),
    ];
    if let Some(ca_file) = &options.live.ca_file {
        settings.push(("ca_file", ca_file));
    }
    if scheme.is_rtsp() {
        settings.push(("allowed_media_types", "video"));
        settings.push(match options.live.transport {
            Transport::Tcp => ("rtsp_transport", "tcp"),
            Transport::Udp => ("rtsp_transport", "udp"),
            Transport::Auto => ("rtsp_flags", "prefer_tcp"),
        });
    }
    settings
}

/// What has a length is a recording, whose times are its own; everything else is timed from its first frame on.
fn as_live(mut opened: Opened) -> Opened {
    if opened.info.duration_ns.is_none() {
        opened.times_by_arrival = TIMELESS.contains(&opened.info.container.as_str());
        opened.ticks = if opened.times_by_arrival {
            ARRIVAL
        } else {
            Ticks {
                start: None,
                promised: None,
                ..opened.ticks
            }
        };
    }
    opened
}

/// Says what an error means, and what to do.
fn reason_of(error: Error, lines: &[String], options: &OpenOptions) -> String {
    let said = |words| lines.iter().any(|line: &String| line.contains(words));
    match error {
        Error::HttpUnauthorized => {
            "user name or password is wrong or missing (401); check them".to_owned()
        }
        Error::HttpForbidden => "the user may not see this (403); check the rights".to_owned(),
        Error::HttpNotFound => {
            "there is no such stream (404); check the address behind the host".to_owned()
        }
        Error::HttpServerError => format!("the camera is in trouble ({error}){}", told(lines)),
        Error::ProtocolNotFound => {
            "libav has no such protocol here, or was sent to one that is not allowed".to_owned()
        }
        Error::Exit => format!(
            "no picture within {} s; check the address, the network and the camera",
            options.live.open_timeout.as_secs_f64()
        ),
        Error::Other { errno } => {
            let error = std::io::Error::from_raw_os_error(errno);
            format!("{error}{}", told(lines))
        }
        _ if said("401") => {
            "user name or password is wrong or missing (401); check them".to_owned()
        }
        error => format!("{error}{}", told(lines)),
    }
}

fn told(lines: &[String]) -> String {
    if lines.is_empty() {
        String::new()
    } else {
        format!(" ({})", lines.join("; "))
    }
}
