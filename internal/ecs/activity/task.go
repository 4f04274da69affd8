package activity

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Task says what a change of a task at a time means. before is nil for the first row that is known.
func Task(before, after *state.Task, at time.Time) (lines []Line) {
	say := func(tone Tone, text string) {
		lines = append(lines, Line{At: at, Tone: tone, Text: nameOf(after) + " " + text})
	}
	if before == nil {
		before = &state.Task{}
	}
	was, is := &before.Status, &after.Status
	switch {
	case after.Ended():
		if !before.Ended() {
			say(ending(after))
		}
		return lines
	case after.Stop != nil:
		if before.Stop == nil && was.LastStatus == state.Running {
			say(Passing, fmt.Sprintf("is stopping (%s)", after.Stop.Code))
		}
	case is.LastStatus != was.LastStatus && is.LastStatus == state.Running:
		say(Good, "is RUNNING"+where(after))
	case is.LastStatus != was.LastStatus:
		say(Passing, "is "+is.LastStatus)
	}
	if after.Stop != nil || is.LastStatus != state.Running {
		return lines
	}
	for i := range is.Containers {
		if tone, text := containerChange(before, &is.Containers[i]); text != "" {
			say(tone, text)
		}
	}
	return lines
}

// nameOf is a task in a line: task d88f6994 of service:web.
func nameOf(t *state.Task) string {
	return fmt.Sprintf("task %s of %s%s", ShortID(arn.Name(t.ARN)), strings.TrimPrefix(t.Spec.Group, "family:"), inCluster(t.ARN))
}

// where is the address of a task, or the container instance whose address it has.
func where(t *state.Task) string {
	switch address, instance := t.Status.Attachment.PrivateIPv4, t.Placement.ContainerInstance; {
	case address != "":
		return " at " + address
	case instance != "":
		return " on container instance " + ShortID(arn.Name(instance))
	}
	return ""
}

// Health says what became of the health of a task that runs. ECS announces no event of it.
func Health(before, after *state.Task) []Line {
	is := &after.Status
	if before != nil && before.Status.HealthStatus == is.HealthStatus || after.Stop != nil || is.LastStatus != state.Running {
		return nil
	}
	var since time.Time
	for _, c := range is.Containers {
		if c.HealthStatus == is.HealthStatus && c.HealthSince.After(since) {
			since = c.HealthSince
		}
	}
	switch is.HealthStatus {
	case types.HealthStatusHealthy:
		return []Line{{At: since, Tone: Good, Text: nameOf(after) + " is HEALTHY"}}
	case types.HealthStatusUnhealthy:
		return []Line{{At: since, Tone: Bad, Text: nameOf(after) + " is UNHEALTHY" + unhealthy(is.Containers)}}
	}
	return nil
}

// containerChange says what became of a container of a task that goes on.
func containerChange(before *state.Task, c *state.Container) (Tone, string) {
	i := slices.IndexFunc(before.Status.Containers, func(b state.Container) bool { return b.Name == c.Name })
	switch {
	case i < 0:
		return Plain, ""
	case c.Restarts > before.Status.Containers[i].Restarts:
		return Warning, "restarts container " + c.Name
	case c.Phase == state.ContainerStopped && before.Status.Containers[i].Phase != state.ContainerStopped:
		tone := Plain
		if failed(c) {
			tone = Warning
		}
		return tone, "goes on without container " + c.Name + ": " + exit(c, "")
	}
	return Plain, ""
}

// unhealthy names the containers that fail their health checks, where a task has several.
func unhealthy(containers []state.Container) string {
	if len(containers) == 1 {
		return ""
	}
	var names []string
	for _, c := range containers {
		if c.HealthStatus == types.HealthStatusUnhealthy {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ": container " + strings.Join(names, ", ")
}

// ending says why a task has stopped, and how its containers have.
func ending(t *state.Task) (Tone, string) {
	text, tone, reason := "is STOPPED", Plain, ""
	if t.Stop != nil {
		reason = t.Stop.Reason
		text += ": " + string(t.Stop.Code) + ": " + reason
	}
	anyFailed := false
	for i := range t.Status.Containers {
		c := &t.Status.Containers[i]
		anyFailed = anyFailed || failed(c)
		how := exit(c, reason)
		if how == "" {
			continue
		}
		if len(t.Status.Containers) > 1 {
			how = c.Name + " " + how
		}
		text += "; " + how
	}
	switch {
	case t.Stop == nil:
	case t.Stop.Code == types.TaskStopCodeTaskFailedToStart, t.Stop.Code == types.TaskStopCodeEssentialContainerExited && anyFailed:
		tone = Bad
	case t.Stop.Code == types.TaskStopCodeEssentialContainerExited && t.Spec.ServiceARN == "":
		tone = Good
	case t.Stop.Code == types.TaskStopCodeUserInitiated, strings.HasPrefix(reason, "Scaling activity"):
	default:
		tone = Warning
	}
	return tone, text
}

// exit says how a container has ended, without the reason that was said before.
func exit(c *state.Container, said string) string {
	var parts []string
	if c.ExitCode != nil {
		parts = append(parts, fmt.Sprintf("exit code %d", *c.ExitCode))
	}
	if c.Reason != "" && !strings.Contains(said, c.Reason) {
		parts = append(parts, c.Reason)
	}
	return strings.Join(parts, ", ")
}

func failed(c *state.Container) bool {
	return c.Reason != "" || c.ExitCode != nil && *c.ExitCode != 0
}
