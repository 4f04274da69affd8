package agent

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
)

// What the agent knows of the end of a task beside the reasons that ECS shows. Rows keep it, so that the question why can be
// answered later.

// suffers keeps why the task or a container of it cannot start.
func (w *taskRunner) suffers(t state.Trouble) {
	t.At, t.Text = w.host.agent.Clock.Now(), reason.Cut(w.view.Scrub(t.Text))
	w.view.Status.Troubles = append(slices.Clip(w.view.Status.Troubles), t)
}

// asksToStop notes that the engine is asked to stop a container; a repeated call changes nothing.
func (w *taskRunner) asksToStop(i int, grace time.Duration) {
	c := &w.view.Status.Containers[i]
	if c.Ending != nil && !c.Ending.StopAt.IsZero() {
		return
	}
	w.stopping[i] = stopping{time.Now(), w.host.Engine.Losses()}
	c.Ending = &state.Ending{StopAt: w.host.agent.Clock.Now(), Grace: grace}
}

// stopping is the first call that stops a container.
type stopping struct {
	began  time.Time // in real time
	losses int       // of the engine until then
}

// sawEnd notes how a container has ended. Engines count the grace in real time, so only this process can tell that it was
// over: not one that has begun since, nor where the end was not heard at once, as the engine was away.
func (w *taskRunner) sawEnd(i int, seen backend.Container) {
	c, ending := &w.view.Status.Containers[i], state.Ending{OutOfMemory: seen.OOMKilled}
	if c.Ending != nil {
		ending.StopAt, ending.Grace = c.Ending.StopAt, c.Ending.Grace
	}
	asked, known := w.stopping[i]
	heard := known && asked.losses == w.host.Engine.Losses()
	ending.Killed = heard && !seen.OOMKilled && aws.ToInt32(c.ExitCode) == killed && time.Since(asked.began) >= ending.Grace
	c.Ending = &ending // of rows of before there is none
}

// killed is the exit code of a process that SIGKILL has ended.
const killed = 128 + 9
