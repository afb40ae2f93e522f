//! Packets from the file or camera to the decoder.

use ffmpeg_the_third::Error;

use super::{MAX_FAILURES, Source};
use crate::error::VideoError;
use crate::libav::{self, Effort};
use crate::timeline::{Fate, Key};

impl Source {
    /// Gives the decoder the next packet that it needs, or tells it that there is none.
    pub(super) fn feed(&mut self) -> Result<(), VideoError> {
        let Some(media) = &mut self.media else {
            return self.end();
        };
        let (read, lines) = libav::capture(|| media.input.read(&mut self.packet));
        let (late, stream) = (media.input.is_late(), media.stream);
        self.warn(&lines);
        match read {
            Err(Error::Exit) if self.interrupter.is_interrupted() || !(late || self.is_live()) => {
                return Err(VideoError::Interrupted);
            }
            _ if late => self.lose(None)?,
            Ok(()) if self.packet.stream() == stream => {
                self.time_packet();
                self.send();
                if self.is_futile() {
                    self.lose(None)?;
                }
            }
            Ok(()) => {}
            Err(error) if self.is_live() => self.lose(Some((error, &lines)))?,
            Err(Error::Eof) => {
                self.stats.truncated |= self.failures > 0;
                self.drain()?;
            }
            Err(error) => {
                self.failures += 1;
                if lines.is_empty() {
                    self.stats
                        .warn(self.packet_ns, &format!("reading failed: {error}"));
                }
                if self.failures >= MAX_FAILURES {
                    self.stats.truncated = true;
                    self.drain()?;
                }
            }
        }
        Ok(())
    }

    /// Sends the packet that was read, unless its frame is not wanted and nobody needs it.
    fn send(&mut self) {
        self.stats.packets += 1;
        let key =
            self.timeline
                .packet(self.packet.pts(), self.packet.dts(), self.packet.duration());
        self.packet_ns = self
            .packet
            .pts()
            .or(self.packet.dts())
            .map(|ticks| self.timeline.ns(ticks));
        let key = key.filter(|_| !libav::is_hidden(&self.packet));
        if let Some((_, pts)) = key {
            self.timeline.lengthen(pts, self.packet.duration());
        }
        let undue = key.is_some_and(|key| self.is_undue(key));
        if let Some(key) = key {
            self.timeline
                .expect(key, if undue { Fate::Gated } else { Fate::Expected });
        }
        let Some(media) = &mut self.media else {
            return;
        };
        if undue && (media.decoder.is_intra_only() || libav::is_disposable(&self.packet)) {
            self.note_picture();
            return;
        }
        media.decoder.set_effort(if undue {
            Effort::ReferencesOnly
        } else {
            Effort::Full
        });
        let (sent, lines) = libav::capture(|| media.decoder.send(&self.packet));
        self.warn(&lines);
        self.note_packet(sent.is_err());
        match sent {
            Ok(()) => self.failures = 0,
            Err(error) => {
                if let Some(key) = key {
                    self.timeline.expect(key, Fate::Broken);
                }
                self.note_broken(error, &lines);
            }
        }
    }

    /// Returns whether a packet's frame is sure not to be due.
    fn is_undue(&self, key: Key) -> bool {
        let gate = self.gate.as_ref();
        gate.filter(|_| self.timeline.knows_start())
            .is_some_and(|gate| {
                gate.is_undue(
                    key.0,
                    self.timeline.ns(key.1),
                    self.timeline.earlier_ns(key),
                )
            })
    }
}
