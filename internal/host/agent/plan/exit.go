package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
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

// restarts applies the restart policy. Source: ECS developer guide, container
// restart policies: a container that has not run for the attempt period since its
// last start is not restarted.
func (v *View) restarts(i, exitCode int, now time.Time) bool {
	policy, c := v.Definitions[i].RestartPolicy, &v.Status.Containers[i]
	if policy == nil || !aws.ToBool(policy.Enabled) || v.Stop != nil {
		return false
	}
	if slices.Contains(policy.IgnoredExitCodes, int32(exitCode)) {
		return false
	}
	period := 300 * time.Second
	if policy.RestartAttemptPeriod != nil {
		period = time.Duration(*policy.RestartAttemptPeriod) * time.Second
	}
	return now.Sub(c.StartedAt) >= period
}

// AboutToRestart reports whether a container starts again, which may take long enough for its execute command
// agent to be seen STOPPED.
func (v *View) AboutToRestart(actions []Action) bool {
	return slices.ContainsFunc(actions, func(a Action) bool {
		return a.Verb == Start && v.Status.Containers[a.On.Index].Restarts > 0
	})
}

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
