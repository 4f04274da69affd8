package agent

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// essentialExited is the reason of a task whose essential container ended, with
// whatever exit code. Source: recorded tasks.
const essentialExited = "Essential container in task exited"

// containerExited takes over how a container ended.
func (w *work) containerExited(i int, seen backend.Container) {
	c := &w.view.status.Containers[i]
	delete(w.view.exited, c.Name)
	if seen.State == backend.Running {
		return // it was restarted meanwhile
	}
	c.ExitCode = aws.Int32(int32(seen.ExitCode))
	switch {
	case seen.OOMKilled:
		// Fargate 1.4.0 writes "container" with a small letter.
		c.Reason = "OutOfMemoryError: container killed due to memory usage"
	case seen.Error != "":
		c.Reason = cut("DockerStateError: " + seen.Error)
	}
	if w.restarts(i, seen.ExitCode) {
		c.Phase = state.ContainerCreated
		c.Restarts++
		c.ExitCode = nil
		w.agent.Log.Info("container restarts by its restart policy", "task", w.task.ARN, "container", c.Name, "exitCode", seen.ExitCode)
		return
	}
	w.containerStopped(i)
	w.agent.Log.Info("container has stopped", "task", w.task.ARN, "container", c.Name, "exitCode", seen.ExitCode)
	if essential(&w.view.definitions[i]) || w.allStopped() {
		w.executionStopped()
		w.end(types.TaskStopCodeEssentialContainerExited, essentialExited)
	}
}

// containerVanished is the end of a container that the engine does not know any
// more: its exit code is lost. Source: amazon-ecs-agent's ContainerVanishedError.
func (w *work) containerVanished(i int) {
	c := &w.view.status.Containers[i]
	delete(w.view.exited, c.Name)
	c.Reason = "ContainerVanishedError: No container matching saved ID found"
	w.containerStopped(i)
	if essential(&w.view.definitions[i]) || w.allStopped() {
		w.executionStopped()
		w.end(types.TaskStopCodeEssentialContainerExited, essentialExited)
	}
}

// containerFailed is the end of a container that never ran. On Fargate the text
// of an essential one is the task's as well; Source: recorded pull failures.
func (w *work) containerFailed(i int, reason, taskReason string) {
	c := &w.view.status.Containers[i]
	c.Reason = cut(reason)
	w.containerStopped(i)
	w.agent.Log.Warn("container cannot run", "task", w.task.ARN, "container", c.Name, "reason", c.Reason)
	if essential(&w.view.definitions[i]) || w.allStopped() {
		w.executionStopped()
		w.fail(taskReason)
	}
}

func (w *work) containerStopped(i int) {
	c := &w.view.status.Containers[i]
	c.Phase = state.ContainerStopped
	c.StoppedAt = w.agent.Clock.Now()
	w.dirty = true
}

func (w *work) executionStopped() {
	if w.view.status.ExecutionStoppedAt.IsZero() {
		w.view.status.ExecutionStoppedAt = w.agent.Clock.Now()
	}
}

func (w *work) allStopped() bool {
	return !slices.ContainsFunc(w.view.status.Containers, func(c state.Container) bool {
		return c.Phase != state.ContainerStopped
	})
}

// restarts applies the restart policy. Source: ECS developer guide, container
// restart policies: a container that has not run for the attempt period since its
// last start is not restarted.
func (w *work) restarts(i, exitCode int) bool {
	policy, c := w.view.definitions[i].RestartPolicy, &w.view.status.Containers[i]
	if policy == nil || !aws.ToBool(policy.Enabled) || w.view.stop != nil {
		return false
	}
	if slices.Contains(policy.IgnoredExitCodes, int32(exitCode)) {
		return false
	}
	period := 300 * time.Second
	if policy.RestartAttemptPeriod != nil {
		period = time.Duration(*policy.RestartAttemptPeriod) * time.Second
	}
	return w.agent.Clock.Now().Sub(c.StartedAt) >= period
}

// cut shortens a reason as ECS does. Source: amazon-ecs-agent, 1024 characters.
func cut(reason string) string {
	const longest = 1024
	if runes := []rune(reason); len(runes) > longest {
		return string(runes[:longest])
	}
	return reason
}
