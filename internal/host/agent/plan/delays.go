package plan

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Delays are how long ECS takes for what an engine does at once, on the emulator's clock.
// The zero value is none: a task goes as fast as its engine does. The order of a task's
// times is the same either way (ECS0072).
type Delays struct {
	// Interface is from the creation of a task to its network interface.
	Interface time.Duration
	// Provision is from there to PENDING, when pulls begin.
	Provision time.Duration
	// ExecAgent is from the start of a container to that of its execute command agent.
	ExecAgent time.Duration
	// Report is from the end of execution to DEPROVISIONING. An end that the agent finds
	// does not show before.
	Report time.Duration
	// Deprovision is from DEPROVISIONING to STOPPED; DeprovisionEarly is that of a task
	// that was stopped in PROVISIONING.
	Deprovision, DeprovisionEarly time.Duration
	// Logs is from a line of output to its event in CloudWatch Logs.
	Logs time.Duration
}

func (v *View) interfaceAt() time.Time   { return v.CreatedAt.Add(v.Delays.Interface) }
func (v *View) provisionedAt() time.Time { return v.interfaceAt().Add(v.Delays.Provision) }

// deprovisionAt is when a task becomes DEPROVISIONING whose containers have stopped.
func (v *View) deprovisionAt() time.Time {
	if v.Status.ExecutionStoppedAt.IsZero() {
		return v.Stop.At
	}
	return v.Status.ExecutionStoppedAt.Add(v.Delays.Report)
}

// removeAt is when its network interface goes.
func (v *View) removeAt() time.Time {
	if v.Status.ExecutionStoppedAt.IsZero() {
		return v.Stop.At.Add(v.Delays.DeprovisionEarly)
	}
	return v.deprovisionAt().Add(v.Delays.Deprovision)
}

// ReportAt is when ECS learns of an end that the agent finds now.
func (v *View) ReportAt(now time.Time) time.Time {
	if at := v.Status.ExecutionStoppedAt.Add(v.Delays.Report); at.After(now) {
		return at
	}
	return now
}

// sooner is the earlier of two times, of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// startPatience is how long a task may take to come to RUNNING, told by AWS's support (aws/containers-roadmap#2379). With
// which reason and stop code it ends is not told: both are the emulator's choice.
const startPatience = 3 * time.Hour

// StartsBy is when a task has to have come to RUNNING, zero if it has.
func (v *View) StartsBy() time.Time {
	if v.Stop != nil || !state.Before(v.Status.LastStatus, state.Running) {
		return time.Time{}
	}
	return v.HeldUntil.Add(startPatience)
}
