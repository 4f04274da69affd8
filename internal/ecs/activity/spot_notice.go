package activity

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// SpotNotice says that a Spot Instance will be interrupted.
func SpotNotice(n *state.SpotNotice, at time.Time) []Line {
	return []Line{{At: at, Tone: Warning, Text: "Spot Instance " + n.InstanceID + " has its notice and will be terminated in two minutes"}}
}
