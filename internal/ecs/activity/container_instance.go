package activity

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ContainerInstance says what a change of a container instance at a time means. before is nil for
// the first row that is known.
func ContainerInstance(before, after *state.ContainerInstance, at time.Time) (lines []Line) {
	say := func(tone Tone, text string) {
		name := "container instance " + ShortID(arn.Name(after.ARN))
		if after.EC2InstanceID != "" {
			name += fmt.Sprintf(" (%s)", after.EC2InstanceID)
		}
		lines = append(lines, Line{At: at, Tone: tone, Text: name + inCluster(after.ARN) + " " + text})
	}
	if before == nil {
		before = &state.ContainerInstance{AgentConnected: true}
	}
	if after.Status != before.Status {
		tones := map[string]Tone{state.InstanceActive: Good, state.InstanceDraining: Warning, state.InstanceInactive: Warning}
		say(tones[after.Status], "is "+after.Status)
	}
	switch {
	case after.AgentConnected == before.AgentConnected || after.Status == state.InstanceInactive:
	case after.AgentConnected:
		say(Good, "has its agent connected again")
	default:
		say(Bad, "has its agent disconnected: no task is placed there")
	}
	return lines
}
