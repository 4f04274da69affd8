package activity

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
)

// LifecycleAction says that an instance of an Auto Scaling group waits for a lifecycle hook. It has the
// whole id: CompleteLifecycleAction asks for it.
func LifecycleAction(a *autoscaling.LifecycleChange, at time.Time) []Line {
	in := "Terminating:Wait"
	if a.Launches {
		in = "Pending:Wait"
	}
	text := fmt.Sprintf("instance %s of Auto Scaling group %s is %s for hook %s", a.InstanceID, OneLine(a.Group), in, a.Hook)
	return []Line{{At: at, Tone: Passing, Text: text}}
}
