package plan

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/execagent"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
)

// Exit takes over how a container ended, and reports whether it restarts by its policy.
func (v *View) Exit(i int, seen backend.Container, fargate bool, now time.Time) (restarts bool) {
	c := &v.Status.Containers[i]
	c.ExitCode = aws.Int32(int32(seen.ExitCode))
	switch {
	case seen.OOMKilled:
		c.Reason = reason.OutOfMemory(fargate)
	case seen.Error != "":
		c.Reason = reason.Cut(v.Scrub("DockerStateError: " + seen.Error))
	}
	if !v.restarts(i, seen.ExitCode, now) {
		return false
	}
	c.Phase = state.ContainerCreated
	c.Restarts++
	c.ExitCode = nil
	if v.Definitions[i].HealthCheck != nil {
		c.HealthStatus = types.HealthStatusUnknown // its checks begin anew
	}
	return true
}

// StopContainer notes the end of a container.
func (v *View) StopContainer(i int, at time.Time) {
	c := &v.Status.Containers[i]
	c.Phase, c.StoppedAt, c.ExecAgent = state.ContainerStopped, at, execagent.End(c.ExecAgent)
}

// StopExecution notes the end of the first container that the task cannot do without.
func (v *View) StopExecution(at time.Time) {
	if v.Status.ExecutionStoppedAt.IsZero() {
		v.Status.ExecutionStoppedAt = at
	}
}
