package agent

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/trouble"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// What the agent knows of the end of a task beside the reasons that ECS shows. Rows keep it, so that the question why can be
// answered later.

// suffers keeps why the task or a container of it cannot start.
func (w *taskRunner) suffers(t state.Trouble) {
	t.At, t.Text = w.host.agent.Clock.Now(), reason.Cut(w.view.Scrub(t.Text))
	w.view.Status.Troubles = append(slices.Clip(w.view.Status.Troubles), t)
}

// pullTrouble is why the image of a container could not be pulled. One that is there for another platform would have
// spared the pull.
func (w *taskRunner) pullTrouble(i int, err error) state.Trouble {
	t := trouble.Pull(w.view.Status.Containers[i].Name, w.image(i), w.maker.Platform, err)
	if local, there := w.misfits[i]; there {
		other := trouble.OtherPlatform(t.Container, t.Subject, w.maker.Platform, local)
		t.Kind, t.Wanted, t.Has = other.Kind, other.Wanted, other.Has
	}
	return t
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

// unattached is the end of a task without network interface, or without the sandbox that stands for one.
func (w *taskRunner) unattached(doing string, err error) {
	w.suffers(trouble.Interface(w.task.Placement.SubnetID, err))
	w.fail(reason.Attachment(w.task, doing, err))
}

// asksToStop notes that the engine is asked to stop a container; a repeated call changes nothing.
func (w *taskRunner) asksToStop(i int, grace time.Duration) {
	c := &w.view.Status.Containers[i]
	if c.Ending != nil && !c.Ending.StopAt.IsZero() {
		return
	}
	w.stopping[i] = time.Now()
	c.Ending = &state.Ending{StopAt: w.host.agent.Clock.Now(), Grace: grace}
}

// sawEnd notes how a container has ended. Engines count the grace in real time, so only this process can tell that it was
// over: not one that has begun since.
func (w *taskRunner) sawEnd(i int, seen backend.Container) {
	c, ending := &w.view.Status.Containers[i], state.Ending{OutOfMemory: seen.OOMKilled}
	if c.Ending != nil {
		ending.StopAt, ending.Grace = c.Ending.StopAt, c.Ending.Grace
	}
	began, asked := w.stopping[i]
	ending.Killed = asked && !seen.OOMKilled && aws.ToInt32(c.ExitCode) == killed && time.Since(began) >= ending.Grace
	c.Ending = &ending // of rows of before there is none
}

// killed is the exit code of a process that SIGKILL has ended.
const killed = 128 + 9

// keepCheck keeps what a health check had to say by which a container has become UNHEALTHY.
func (h *host) keepCheck(ctx context.Context, id string) {
	h.Engine.Go(func() {
		seen, err := h.Engine.Inspect(ctx, id)
		if err != nil || seen.LastCheck == (backend.CheckResult{}) {
			return
		}
		h.tell(ctx, id, func(w *taskRunner, on plan.Resource) {
			if on != plan.Sandbox && !w.view.IsProxy(on) {
				w.view.Status.Containers[on.Index].FailedCheck = &state.FailedCheck{
					At: h.agent.Clock.Now(), ExitCode: seen.LastCheck.ExitCode, Output: reason.Cut(w.view.Scrub(seen.LastCheck.Output)),
				}
				w.publication.Touch()
			}
		})
	})
}
