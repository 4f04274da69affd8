// Package phrase has what sentences of answers have in common: times, numbers, names and lists.
package phrase

import (
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Time is a time of the clock in UTC, with its day if that is not today's.
//
//	12:03:11
//	2026-01-02 12:03:11
func Time(now, at time.Time) string {
	now, at = now.UTC(), at.UTC()
	if now.Format(time.DateOnly) == at.Format(time.DateOnly) {
		return at.Format(time.TimeOnly)
	}
	return at.Format(time.DateTime)
}

// Count is a number of things: 1 task, 2 tasks.
func Count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// Verb is the form of a verb that goes with a number: 1 has, 2 have.
func Verb(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}

// List joins parts: a, b and c.
func List(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// Some is List of at most n parts, with the number of the others.
func Some(n int, parts []string) string {
	if len(parts) <= n {
		return List(parts)
	}
	return strings.Join(parts[:n], ", ") + fmt.Sprintf(" and %d more", len(parts)-n)
}

// Task names a task by its ARN: task 3f2a91c0.
func Task(taskARN string) string { return "task " + activity.ShortID(arn.Name(taskARN)) }

// TaskOf names a task with its group: task 3f2a91c0 of service:web.
func TaskOf(t *state.Task) string {
	return Task(t.ARN) + " of " + strings.TrimPrefix(t.Spec.Group, "family:")
}

// Service names a service, with its cluster if that is not the default one.
func Service(serviceARN string) string {
	return "service " + arn.Name(serviceARN) + inCluster(serviceARN)
}

// Daemon names a managed daemon, with its cluster if that is not the default one.
func Daemon(daemonARN string) string {
	return "daemon " + arn.Name(daemonARN) + inCluster(daemonARN)
}

// Instance names a container instance: container instance 1a2b3c4d (i-0123456789).
func Instance(c *state.ContainerInstance) string {
	name := "container instance " + activity.ShortID(arn.Name(c.ARN))
	if c.EC2InstanceID != "" {
		name += " (" + c.EC2InstanceID + ")"
	}
	return name
}

func inCluster(resourceARN string) string {
	if name := arn.ClusterName(resourceARN); name != "default" {
		return " in cluster " + name
	}
	return ""
}

// Upper begins a sentence.
func Upper(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// Stop ends a sentence with one full stop.
func Stop(text string) string { return strings.TrimRight(strings.TrimSpace(text), ". ") + "." }

// NextEngine is what to do about a task that no engine of this run suits.
const NextEngine = "Start the emulator with such an engine, or correct what the task asks for: the tag ecs-emulator:engine, or its architecture."
