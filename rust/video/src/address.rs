//! Addresses of cameras: which there are, what libav needs for them, and what of them may be shown.

use std::ffi::CString;

use crate::error::VideoError;

/// Characters that stand for themselves in every part of a URL.
const UNRESERVED: &[u8] = b"-._~";
/// What stands for a secret.
const MASK: &str = "***";

/// How a camera is talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Rtsp,
    Rtsps,
    Http,
    Https,
    Rtmp,
}

impl Scheme {
    fn of(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "rtsp" => Self::Rtsp,
            "rtsps" => Self::Rtsps,
            "http" => Self::Http,
            "https" => Self::Https,
            "rtmp" => Self::Rtmp,
            _ => return None,
        })
    }

    /// Containers that may come. A playlist's addresses are opened without a check of certificates, so that there is none
    /// over https.
    pub(crate) fn containers(self) -> &'static str {
        match self {
            Self::Rtsp | Self::Rtsps => "rtsp",
            Self::Http => {
                "mpjpeg,mjpeg,hls,mov,mp4,matroska,webm,avi,mpegts,mpeg,h264,hevc,flv,asf,ivf"
            }
            Self::Https => {
                "mpjpeg,mjpeg,mov,mp4,matroska,webm,avi,mpegts,mpeg,h264,hevc,flv,asf,ivf"
            }
            Self::Rtmp => "flv",
        }
    }

    /// Protocols that may be used on the way, redirections included: never files.
    pub(crate) fn protocols(self) -> &'static str {
        match self {
            Self::Rtsp => "rtsp,rtp,udp,tcp",
            Self::Rtsps => "rtsps,rtsp,rtp,tls,tcp",
            Self::Http => "http,tcp",
            Self::Https => "https,tls,tcp",
            Self::Rtmp => "rtmp,tcp",
        }
    }

    pub(crate) fn is_rtsp(self) -> bool {
        matches!(self, Self::Rtsp | Self::Rtsps)
    }
}

/// An address as it was given: secrets are in it by name, as `{env:NAME}` or `{file:PATH}`, or in person.
#[derive(Clone)]
pub(crate) struct Address {
    given: String,
    pub(crate) scheme: Scheme,
}

/// An address that can be used now. What it hides, it hides from errors too.
pub(crate) struct Resolved {
    pub(crate) url: CString,
    secrets: Vec<String>,
    shown: String,
}

impl Address {
    /// Returns the address, or `None` for what is not one that can be read.
    pub(crate) fn parse(uri: &str) -> Option<Self> {
        let (scheme, _) = uri.split_once("://")?;
        Some(Self {
            given: uri.to_owned(),
            scheme: Scheme::of(scheme)?,
        })
    }

    /// Returns the address without anything that may be a secret.
    pub(crate) fn shown(&self) -> String {
        masked(&self.given)
    }

    /// Looks up the secrets that the address names.
    pub(crate) fn resolve(&self) -> Result<Resolved, VideoError> {
        let mut secrets = Vec::new();
        let mut url = String::new();
        let mut rest = self.given.as_str();
        while let Some((before, name, after)) = next_placeholder(rest) {
            let secret = look_up(name).map_err(|reason| VideoError::Unreachable {
                address: self.shown(),
                reason,
            })?;
            let encoded = percent_encoded(&secret);
            url.push_str(before);
            url.push_str(&encoded);
            secrets.extend([secret, encoded]);
            rest = after;
        }
        url.push_str(rest);
        if let Some((_, after)) = url.split_once("://") {
            let (place, query) = after.split_once('?').unwrap_or((after, ""));
            let user = place.rsplit_once('@').map_or("", |(user, _)| user);
            let parts = user.splitn(2, ':').skip(1).chain([user, query]);
            secrets.extend(parts.map(str::to_owned));
        }
        secrets.retain(|secret| !secret.is_empty());
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let url = CString::new(url).map_err(|_| VideoError::Unreachable {
            address: self.shown(),
            reason: "an address can't contain a NUL character".to_owned(),
        })?;
        Ok(Resolved {
            url,
            secrets,
            shown: self.shown(),
        })
    }
}

impl Resolved {
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Strikes out what must not be shown.
    pub(crate) fn scrubbed(&self, line: &str) -> String {
        let mut line = line.replace(self.url.to_str().unwrap_or(&self.shown), &self.shown);
        for secret in &self.secrets {
            line = line.replace(secret.as_str(), MASK);
        }
        line
    }
}

/// Strikes out user name, password and query, and rather too much than too little.
pub(crate) fn masked(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else {
        return uri.to_owned();
    };
    let (user, place) = match rest.rsplit_once('@') {
        Some((_, place)) => ("***@", place),
        None => ("", rest),
    };
    match place.split_once('?') {
        Some((place, _)) => format!("{scheme}://{user}{place}?{MASK}"),
        None => format!("{scheme}://{user}{place}"),
    }
}

/// Strikes out what `masked` does in every address of a text.
pub(crate) fn without_secrets(line: &str) -> String {
    let words: Vec<_> = line.split(' ').map(masked).collect();
    words.join(" ")
}

/// Splits at the first `{env:…}` or `{file:…}`: what is before it, what is in it, what is after it.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let start = ["{env:", "{file:"]
        .iter()
        .filter_map(|mark| text.find(mark))
        .min()?;
    let (name, after) = text[start + 1..].split_once('}')?;
    Some((&text[..start], name, after))
}

fn look_up(name: &str) -> Result<String, String> {
    let (place, found) = match name.split_once(':') {
        Some(("env", variable)) => (
            format!("environment variable {variable}"),
            std::env::var(variable).unwrap_or_default(),
        ),
        Some(("file", path)) => match std::fs::read_to_string(path) {
            Ok(text) => (
                format!("file {path}"),
                text.trim_end_matches(['\r', '\n']).to_owned(),
            ),
            Err(error) => return Err(format!("file {path}: cannot be read: {error}")),
        },
        _ => return Err("expected {env:NAME} or {file:PATH}".to_owned()),
    };
    if found.is_empty() {
        return Err(format!(
            "{place}: expected a secret, found nothing; set it, or name another place"
        ));
    }
    Ok(found)
}

fn percent_encoded(text: &str) -> String {
    let encoded = text.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() || UNRESERVED.contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    encoded.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_no_addresses() {
        for path in [
            "a:b.mp4",
            "/srv/a.mp4",
            "file:///srv/a.mp4",
            "ftp://host/a",
            "://",
        ] {
            assert!(Address::parse(path).is_none(), "{path}");
        }
        let address = Address::parse("RTSP://10.0.0.7/stream1").unwrap();
        assert_eq!(address.scheme, Scheme::Rtsp);
    }

    #[test]
    fn what_is_shown_has_no_secrets() {
        assert_eq!(
            masked("rtsp://u:p@ss@10.0.0.7/stream1?token=1"),
            "rtsp://***@10.0.0.7/stream1?***"
        );
        assert_eq!(masked("lobby.mp4"), "lobby.mp4");
    }

    #[test]
    fn secrets_are_looked_up_encoded_and_struck_out() {
        let path = std::env::temp_dir().join(format!("sightline-secret-{}", std::process::id()));
        std::fs::write(&path, "p@ss/w?rd\n").unwrap();
        let given = format!(
            "rtsp://admin:{{file:{}}}@host/stream?key=q1",
            path.display()
        );
        let resolved = Address::parse(&given).unwrap().resolve().unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(
            resolved.url.to_str().unwrap(),
            "rtsp://admin:p%40ss%2Fw%3Frd@host/stream?key=q1"
        );
        let line = resolved
            .scrubbed("at rtsp://admin:p%40ss%2Fw%3Frd@host/stream?key=q1: p@ss/w?rd, key=q1");
        assert_eq!(line, "at rtsp://***@host/stream?***: ***, ***");
    }

    #[test]
    fn a_secret_that_is_not_there_is_named_by_its_place() {
        let address = Address::parse("rtsp://u:{env:SIGHTLINE_NO_SUCH}@host/a").unwrap();
        let error = address.resolve().err().unwrap().to_string();
        assert!(
            error.contains("environment variable SIGHTLINE_NO_SUCH"),
            "{error}"
        );
        assert!(error.starts_with("rtsp://***@host/a: "), "{error}");
    }
}
