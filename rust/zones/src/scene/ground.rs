//! Where people are on the ground, and how they move; and a ground that is found while the scene runs.

use sightline_ground::GroundPlane;
use sightline_tracks::Track;

use super::Scene;
use crate::check::SceneError;
use crate::motion::{Ground, TrackMotion};
use crate::spec::GroundSpec;

impl Scene {
    /// Says where the ground is that was to be found later, or that it is somewhere else after all. From the next update on
    /// places, speeds and distances in metres are measured on it; what goes on meanwhile goes on. Who is there when it
    /// becomes known is seen on it for the first time then, as if they had come together.
    ///
    /// # Errors
    /// When the scene's ground is not [`GroundSpec::Later`].
    pub fn set_ground(&mut self, plane: GroundPlane) -> Result<(), SceneError> {
        if self.spec.ground != Some(GroundSpec::Later) {
            return Err(SceneError {
                path: "ground".to_owned(),
                message: "expected a ground that is found later, found a scene that says where it is, or that has none"
                    .to_owned(),
            });
        }
        self.ground = Ground::Plane(plane);
        Ok(())
    }

    /// Returns where the ground is, if that is known.
    pub fn ground(&self) -> Option<&GroundPlane> {
        self.ground.plane()
    }

    /// Fills `motions` with how each of these tracks moves, after the update that showed them; one that reached no rule
    /// then has nothing known of it.
    #[expect(clippy::float_cmp, reason = "the very box, not one like it")]
    pub fn motions(&self, tracks: &[Track], motions: &mut Vec<TrackMotion>) {
        let motion = |track: &Track| {
            let seen = self
                .tracks
                .get(track.id)
                .filter(|state| state.frame == self.frame);
            let seen = &seen
                .filter(|state| state.step.to.xyxy == track.xyxy)?
                .step
                .to;
            Some(seen.past.both(&seen.xyxy, seen.pts_ns, &self.ground))
        };
        motions.clear();
        motions.extend(tracks.iter().map(|track| motion(track).unwrap_or_default()));
    }
}
