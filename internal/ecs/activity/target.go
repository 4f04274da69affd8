package activity

import (
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Targets says how the health of a task's targets has changed by a time. before is nil for a task
// that was not known.
func Targets(before, after *state.Task, at time.Time) (lines []Line) {
	if after.Traffic == nil {
		return nil
	}
	was := map[state.TaskTarget]state.TaskTarget{}
	if before != nil && before.Traffic != nil {
		for _, target := range before.Traffic.Targets {
			was[place(target)] = target
		}
	}
	for _, target := range after.Traffic.Targets {
		if old := was[place(target)]; old.State == target.State && old.Refused == target.Refused && old.Lost == target.Lost {
			continue
		}
		if tone, text := targetState(target); text != "" {
			what := fmt.Sprintf("target %s:%d of target group %s, %s, ", target.ID, target.Port, groupName(target.Group), nameOf(after))
			lines = append(lines, Line{At: at, Tone: tone, Text: what + text})
		}
	}
	return lines
}

// place is where a target is, without how it is.
func place(t state.TaskTarget) state.TaskTarget {
	return state.TaskTarget{Group: t.Group, ID: t.ID, Port: t.Port}
}

func targetState(t state.TaskTarget) (Tone, string) {
	switch {
	case t.Refused != "":
		return Bad, "cannot be registered: " + t.Refused
	case t.Lost != "":
		return Bad, "is lost: " + t.Lost
	case t.State == state.TargetHealthy:
		return Good, "is healthy"
	case t.State == state.TargetUnhealthy:
		return Bad, "is unhealthy: " + t.Description
	case t.State == state.TargetUnused:
		return Warning, "is unused: " + t.Description
	case t.State != "":
		return Passing, "is " + t.State
	}
	return Plain, ""
}

// groupName is the name in the ARN of a target group: …:targetgroup/name/id.
func groupName(targetGroupARN string) string {
	_, rest, _ := strings.Cut(targetGroupARN, ":targetgroup/")
	name, _, _ := strings.Cut(rest, "/")
	return name
}
