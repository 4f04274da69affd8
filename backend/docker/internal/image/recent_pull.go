package image

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// recently is for how long a pull by digest serves those who come after its end: tasks that were started together look for
// their image at one time, and come to pull it one after the other.
const recently = 10 * time.Second

// pullDigest pulls what the engine has not pulled recently, or does not have any more.
func (s *Store) pullDigest(ctx context.Context, key string, spec backend.PullSpec, auth string, patience time.Duration, of *progress) error {
	if ended, _ := s.recent.Load(spec.Ref); ended == key { // else the digest may stand for the image of another platform
		if _, err := s.Inspect(ctx, spec.Ref, spec.Platform); err == nil {
			return nil
		}
	}
	err := s.pullImage(ctx, spec, auth, patience, func() {}, of)
	if err == nil {
		s.recent.Store(spec.Ref, key)
		time.AfterFunc(recently, func() { s.recent.CompareAndDelete(spec.Ref, key) })
	}
	return err
}
