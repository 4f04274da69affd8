package agent

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/trouble"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// containerExited takes over how a container ended.
func (w *taskRunner) containerExited(i int, seen backend.Container, late bool) {
	c := &w.view.Status.Containers[i]
	w.view.State(plan.Container(i)).Exited = false
	if seen.State == backend.Running {
		return // it was restarted meanwhile
	}
	at := w.endedAt(seen, late)
	if w.view.Exit(i, seen, w.instance == nil, w.host.agent.Clock.Now()) {
		w.host.agent.Log.Info("container restarts by its restart policy", "task", w.task.ARN, "container", c.Name, "exitCode", seen.ExitCode)
		return
	}
	w.sawEnd(i, seen)
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
		w.view.StopExecution(at)
		w.end(types.TaskStopCodeEssentialContainerExited, reason.EssentialExited)
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
func (w *taskRunner) containerFailed(i int, why string) {
	c, now := &w.view.Status.Containers[i], w.host.agent.Clock.Now()
	why = w.view.Scrub(why)
	c.Reason = reason.Cut(why)
	w.containerStopped(i, now)
	w.host.agent.Log.Warn("container cannot run", "task", w.task.ARN, "container", c.Name, "reason", c.Reason)
	if w.instance != nil {
		why = reason.FailedToStart
	}
	w.failWithout(i, why)
}

// containerGivenUp is the end of a container whose dependencies will never be met. On Fargate
// it has neither exit code nor reason (ECS0066), on container instances those of the agent
// (ECS0192).
func (w *taskRunner) containerGivenUp(i int, why string) {
	w.suffers(plan.Unmet(&w.view, i))
	if w.instance != nil {
		c := &w.view.Status.Containers[i]
		c.ExitCode, c.Reason = aws.Int32(reason.GivenUpCode), reason.Cut("CannotStartContainerError: "+why)
	}
	w.containerStopped(i, w.host.agent.Clock.Now())
	w.host.agent.Log.Warn("container will never start", "task", w.task.ARN,
		"container", w.view.Status.Containers[i].Name, "why", why)
	w.failWithout(i, reason.FailedToStart)
}

// failWithout fails the task if a container that has stopped is essential, or the last.
func (w *taskRunner) failWithout(i int, why string) {
	if taskdef.Essential(&w.view.Definitions[i]) || w.view.AllStopped() {
		w.failTask(why)
		return
	}
	w.unbind(i)
}

func (w *taskRunner) failTask(why string) {
	w.view.StopExecution(w.host.agent.Clock.Now())
	w.fail(why)
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

// notBegun is the end of a container that could not be made or started: an error of a kind.
func (w *taskRunner) notBegun(i int, kind string, err error) {
	w.suffers(trouble.Start(w.view.Status.Containers[i].Name, w.image(i), err))
	w.containerFailed(i, reason.NotBegun(kind, err))
}

// logless is the end of a container on a container instance for want of a log.
func (w *taskRunner) logless(i int, group string, err error) {
	w.suffers(trouble.Log(w.view.Status.Containers[i].Name, group, err))
	w.containerFailed(i, reason.NotBegun("CannotStartContainerError", awslogs.EngineFailure(err)))
}
