//! People walking about, as a detector would report them: noise, misses, low confidences, false alarms, blackouts.

use sightline_detections::Detections;

/// How a crowd behaves and how well it is seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crowd {
    /// Start of the random numbers: equal crowds give equal detections.
    pub(crate) seed: u64,
    /// People in the picture.
    pub(crate) people: usize,
    /// Side of the square that they walk in, in pixels.
    pub(crate) side: f32,
    /// Standard spread of a box's edges, as a share of its width.
    pub(crate) jitter: f32,
    /// Share of detections that are missing, in runs of a few frames per person.
    pub(crate) missing: f32,
    /// Share of detections with a confidence of 0.1…0.6 instead of 0.6…1.
    pub(crate) unsure: f32,
    /// False alarms per person and frame.
    pub(crate) false_alarms: f32,
    /// Share of frames without any detection.
    pub(crate) blackouts: f32,
}

struct Person {
    center: [f32; 2],
    velocity: [f32; 2],
    width: f32,
    hidden_for: u64,
}

impl Crowd {
    /// Returns the detections of each of `count` frames.
    pub(crate) fn frames(&self, count: usize) -> Vec<Detections> {
        let mut random = Random(self.seed);
        let mut people: Vec<Person> = (0..self.people).map(|_| self.person(&mut random)).collect();
        (0..count)
            .map(|_| self.frame(&mut people, &mut random))
            .collect()
    }

    fn person(&self, random: &mut Random) -> Person {
        Person {
            center: [random.unit() * self.side, random.unit() * self.side],
            velocity: [random.around(3.0), random.around(3.0)],
            width: 20.0 + 30.0 * random.unit(),
            hidden_for: 0,
        }
    }

    fn frame(&self, people: &mut [Person], random: &mut Random) -> Detections {
        let mut detections = Detections::default();
        let is_black = random.unit() < self.blackouts;
        for person in people {
            person.walk(self.side, random);
            if person.hidden_for > 0 {
                person.hidden_for -= 1;
            } else if random.unit() < self.missing {
                person.hidden_for = random.below(8);
            } else if !is_black {
                self.report(person, random, &mut detections);
            }
            if random.unit() < self.false_alarms && !is_black {
                self.report(&self.person(random), random, &mut detections);
            }
        }
        detections
    }

    fn report(&self, person: &Person, random: &mut Random, detections: &mut Detections) {
        let (x, y, w) = (person.center[0], person.center[1], person.width);
        let edges = [x - w / 2.0, y - w * 1.25, x + w / 2.0, y + w * 1.25];
        let xyxy = edges.map(|edge| edge + random.around(w * self.jitter));
        let confidence = if random.unit() < self.unsure {
            0.1 + 0.5 * random.unit()
        } else {
            0.6 + 0.4 * random.unit()
        };
        detections.push(xyxy, confidence, 0);
    }
}

impl Person {
    fn walk(&mut self, side: f32, random: &mut Random) {
        for (position, velocity) in self.center.iter_mut().zip(&mut self.velocity) {
            *velocity = (*velocity + random.around(0.3)).clamp(-6.0, 6.0);
            *position += *velocity;
            if !(0.0..side).contains(position) {
                *velocity = -*velocity;
            }
        }
    }
}

/// Random numbers (`SplitMix64`, Steele et al. 2014), the same on every machine.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    /// Returns a number in 0…1, 1 excluded, on a grid fine enough that equal confidences are rare.
    fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1_u32 << 24) as f32
    }

    /// Returns a number around 0 with about the given spread.
    fn around(&mut self, spread: f32) -> f32 {
        (self.unit() + self.unit() + self.unit() - 1.5) * 2.0 * spread
    }
}
