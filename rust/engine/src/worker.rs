//! The thread of one source: decode, convert, hand over; wait where nobody takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use sightline_frames::{Converter, FrameError, TensorSpec, rgb_from_picture};
use sightline_video::{Frame, Health, Interrupter, Source, VideoError};

use crate::EngineError;
use crate::batch::{FrameTag, Prepared, TensorBuffer};
use crate::pace::{Pace, now};
use crate::post::{Post, Surplus};
use crate::stream::{StreamEnd, StreamSpec};

/// What a source's thread tells the engine.
#[derive(Debug)]
pub(crate) enum News {
    Frame(Box<Prepared>),
    End(Box<StreamEnd>),
}

/// The engine's end of a source's thread. Dropping it stops the thread and waits for it.
#[derive(Debug)]
pub(crate) struct Worker {
    stream: usize,
    post: Arc<Post>,
    stop: Arc<AtomicBool>,
    interrupter: Interrupter,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts decoding `source` for `post`.
    pub(crate) fn start(
        stream: usize,
        source: Source,
        spec: TensorSpec,
        post: &Arc<Post>,
        stream_spec: &StreamSpec,
    ) -> Result<Self, EngineError> {
        let stop = Arc::new(AtomicBool::new(false));
        let interrupter = source.interrupter();
        let (recycle, spare) = channel();
        let paced = stream_spec.paced && !source.is_live();
        let task = Task {
            stream,
            health: source.health(),
            source,
            preparer: Preparer {
                stream,
                spec,
                converter: None,
                keep_pictures: stream_spec.keep_pictures,
                recycle,
                spare,
            },
            pace: paced.then(|| Pace::new(Arc::clone(&stop))),
            stop: Arc::clone(&stop),
        };
        let mail = LastWord {
            stream,
            post: Arc::clone(post),
        };
        let thread = std::thread::Builder::new()
            .name(format!("sightline-{stream}"))
            .spawn(move || task.run(&mail))
            .map_err(EngineError::Thread)?;
        Ok(Self {
            stream,
            post: Arc::clone(post),
            stop,
            interrupter,
            thread: Some(thread),
        })
    }

    /// Stands for a source that could not be opened, and says why.
    pub(crate) fn gone(stream: usize, post: &Arc<Post>, why: String) -> Self {
        post.put_end(stream, News::End(Box::new(StreamEnd::failed(stream, why))));
        Self {
            stream,
            post: Arc::clone(post),
            stop: Arc::default(),
            interrupter: Interrupter::default(),
            thread: None,
        }
    }

    /// Returns whether the thread is gone.
    pub(crate) fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Asks the thread to end; does not wait.
    pub(crate) fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.interrupter.interrupt();
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
        self.post.close(self.stream);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has already lost its stream; there is nothing more to save.
            let _ = thread.join();
        }
    }
}

/// Says that a thread is gone, however it went.
struct LastWord {
    stream: usize,
    post: Arc<Post>,
}

impl Drop for LastWord {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let why = "the stream's thread ended without a word; please report this";
            let end = StreamEnd::failed(self.stream, why.to_owned());
            self.post.put_end(self.stream, News::End(Box::new(end)));
        }
    }
}

struct Task {
    stream: usize,
    source: Source,
    health: Health,
    preparer: Preparer,
    pace: Option<Pace>,
    stop: Arc<AtomicBool>,
}

impl Task {
    fn run(mut self, mail: &LastWord) {
        let error = match self.decode(&mail.post) {
            Ok(()) => None,
            Err(Ended::Stopped) => return,
            Err(Ended::Failed(message)) => Some(message),
        };
        let end = StreamEnd {
            stream: self.stream,
            stats: self.source.stats().clone(),
            connection: self.health.connection(),
            error,
        };
        mail.post.put_end(self.stream, News::End(Box::new(end)));
    }

    fn decode(&mut self, post: &Post) -> Result<(), Ended> {
        loop {
            let Some(frame) = self.source.next_frame()? else {
                return Ok(());
            };
            if self.stop.load(Ordering::Relaxed) {
                return Err(Ended::Stopped);
            }
            let mut prepared = self.preparer.prepare(&frame)?;
            if let Some(pace) = &mut self.pace {
                pace.wait_for(prepared.tag.pts_ns);
                prepared.ready = now();
            }
            // Who films does not wait: then the oldest frame has to go.
            let surplus = if self.source.is_live() {
                Surplus::DropsOldest(&self.health)
            } else {
                Surplus::Waits
            };
            if !post.put(self.stream, News::Frame(Box::new(prepared)), surplus) {
                return Err(Ended::Stopped);
            }
        }
    }
}

enum Ended {
    Stopped,
    Failed(String),
}

impl From<VideoError> for Ended {
    fn from(error: VideoError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<FrameError> for Ended {
    fn from(error: FrameError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Turns decoded frames into the model's input.
struct Preparer {
    stream: usize,
    spec: TensorSpec,
    /// Made for one picture size; made anew when the source changes its size.
    converter: Option<((u32, u32), Converter)>,
    keep_pictures: bool,
    recycle: Sender<TensorBuffer>,
    spare: Receiver<TensorBuffer>,
}

impl Preparer {
    fn prepare(&mut self, frame: &Frame<'_>) -> Result<Prepared, FrameError> {
        let ready = now();
        let picture = frame.picture();
        let size = (picture.width(), picture.height());
        let converter = match &mut self.converter {
            Some((made_for, converter)) if *made_for == size => converter,
            stale => {
                let made = Converter::new(self.spec.clone(), size.0, size.1)?;
                &mut stale.insert((size, made)).1
            }
        };
        // Memory comes back when a batch is dropped; whoever keeps batches only makes us ask for more.
        let mut tensor = self
            .spare
            .try_recv()
            .unwrap_or_else(|_| TensorBuffer::new(&self.spec, 1));
        converter.convert(&picture, tensor.as_tensor_mut())?;
        let rgb = if self.keep_pictures {
            let mut rgb = vec![0; size.0 as usize * size.1 as usize * 3];
            rgb_from_picture(&picture, &mut rgb)?;
            Some(rgb)
        } else {
            None
        };
        Ok(Prepared {
            tag: FrameTag {
                stream: self.stream,
                index: frame.index,
                epoch: frame.epoch,
                pts_ns: frame.pts_ns,
                captured_at_ns: frame.captured_at_ns,
                width: size.0,
                height: size.1,
                placement: converter.placement(),
            },
            tensor,
            rgb,
            ready,
            recycle: self.recycle.clone(),
        })
    }
}
