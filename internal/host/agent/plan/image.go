package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Pulled notes that the image of a container is there.
func (v *View) Pulled(i int, image backend.Image, digest string, startedAt, stoppedAt time.Time) {
	s := v.Status
	if s.PullStartedAt.IsZero() || startedAt.Before(s.PullStartedAt) {
		s.PullStartedAt = startedAt
	}
	s.PullStoppedAt = stoppedAt
	s.Containers[i].ImageDigest = digest
	s.Containers[i].ImageID = image.ID
	s.Containers[i].Phase = state.ContainerPulled
	v.State(Container(i)).Region = slices.ContainsFunc(image.Env, func(v string) bool {
		return strings.HasPrefix(v, "AWS_REGION=") || strings.HasPrefix(v, "AWS_DEFAULT_REGION=")
	})
}
