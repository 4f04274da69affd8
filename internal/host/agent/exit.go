package agent

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/execagent"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
)

// containerExited takes over how a container ended.
func (w *taskRunner) containerExited(i int, seen backend.Container, late bool) {
	c := &w.view.Status.Containers[i]
	w.view.State(plan.Container(i)).Exited = false
	if seen.State == backend.Running {
		return // it was restarted meanwhile
	}
	at := w.endedAt(seen, late)
	c.ExitCode = aws.Int32(int32(seen.ExitCode))
	switch {
	case seen.OOMKilled:
		c.Reason = "OutOfMemoryError: Container killed due to memory usage"
		if w.instance == nil { // Fargate 1.4.0 writes it with a small letter
			c.Reason = "OutOfMemoryError: container killed due to memory usage"
		}
	case seen.Error != "":
		c.Reason = cut(w.view.Scrub("DockerStateError: " + seen.Error))
	}
	if w.view.Restarts(i, seen.ExitCode, w.host.agent.Clock.Now()) {
		c.Phase = state.ContainerCreated
		c.Restarts++
		c.ExitCode = nil
		if w.view.Definitions[i].HealthCheck != nil {
			c.HealthStatus = types.HealthStatusUnknown // its checks begin anew
		}
		w.host.agent.Log.Info("container restarts by its restart policy", "task", w.task.ARN, "container", c.Name, "exitCode", seen.ExitCode)
		return
	}
	w.containerStopped(i, at)
	w.host.agent.Log.Info("container has stopped", "task", w.task.ARN, "container", c.Name, "exitCode", seen.ExitCode)
	w.containerEnded(i, at)
}

// containerVanished is the end of a container that the engine does not know any
// more: its exit code is lost. Source: amazon-ecs-agent's ContainerVanishedError.
func (w *taskRunner) containerVanished(i int) {
	c, now := &w.view.Status.Containers[i], w.host.agent.Clock.Now()
	w.view.State(plan.Container(i)).Exited = false
	c.Reason = "ContainerVanishedError: No container matching saved ID found"
	w.containerStopped(i, now)
	w.containerEnded(i, now)
}

// containerEnded ends the task with a container that it cannot do without, or with
// its last one (ECS0004: however soon), and announces the end of any other (ECS0009), unless the task stops
// anyway (ECS0065).
func (w *taskRunner) containerEnded(i int, at time.Time) {
	if taskdef.Essential(&w.view.Definitions[i]) || w.view.AllStopped() {
		w.executionStopped(at)
		w.end(types.TaskStopCodeEssentialContainerExited, essentialExited)
		return
	}
	w.unbind(i)
	if w.view.Status.LastStatus == state.Running && w.view.Stop == nil {
		w.publication.AnnounceContainer(w.view.Status, w.host.agent.Clock.Now())
	}
}

// containerFailed is the end of a container that never ran. On Fargate the text
// of an essential one is the task's as well; Source: recorded pull failures
// (ECS0002).
func (w *taskRunner) containerFailed(i int, reason, taskReason string) {
	c, now := &w.view.Status.Containers[i], w.host.agent.Clock.Now()
	c.Reason, taskReason = cut(w.view.Scrub(reason)), w.view.Scrub(taskReason)
	w.containerStopped(i, now)
	w.host.agent.Log.Warn("container cannot run", "task", w.task.ARN, "container", c.Name, "reason", c.Reason)
	if w.instance != nil {
		taskReason = failedToStart
	}
	w.failWithout(i, taskReason)
}

// containerGivenUp is the end of a container whose dependencies will never be met. On Fargate
// it has neither exit code nor reason (ECS0066), on container instances those of the agent
// (ECS0192).
func (w *taskRunner) containerGivenUp(i int, why string) {
	if w.instance != nil {
		c := &w.view.Status.Containers[i]
		c.ExitCode, c.Reason = aws.Int32(givenUpCode), cut("CannotStartContainerError: "+why)
	}
	w.containerStopped(i, w.host.agent.Clock.Now())
	w.host.agent.Log.Warn("container will never start", "task", w.task.ARN,
		"container", w.view.Status.Containers[i].Name, "why", why)
	w.failWithout(i, failedToStart)
}

// failWithout fails the task if a container that has stopped is essential, or the last.
func (w *taskRunner) failWithout(i int, reason string) {
	if taskdef.Essential(&w.view.Definitions[i]) || w.view.AllStopped() {
		w.executionStopped(w.host.agent.Clock.Now())
		w.fail(reason)
		return
	}
	w.unbind(i)
}

func (w *taskRunner) containerStopped(i int, at time.Time) {
	c := &w.view.Status.Containers[i]
	c.Phase, c.StoppedAt, c.ExecAgent = state.ContainerStopped, at, execagent.End(c.ExecAgent)
	w.publication.Touch()
}

func (w *taskRunner) executionStopped(at time.Time) {
	if w.view.Status.ExecutionStoppedAt.IsZero() {
		w.view.Status.ExecutionStoppedAt = at
	}
}

// endedAt is when a container ended: now, as its end has just been seen, or when the
// engine says, if the agent did not listen then.
func (w *taskRunner) endedAt(seen backend.Container, late bool) time.Time {
	now := w.host.agent.Clock.Now()
	if !late || seen.ExitedAt.IsZero() {
		return now
	}
	at := w.host.Engine.Time(w.host.agent.Clock, seen.ExitedAt)
	for _, before := range []time.Time{w.view.Status.StartedAt, w.task.Spec.CreatedAt} {
		if at.Before(before) {
			at = before
		}
	}
	return at
}
