package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/trouble"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/firelens"
)

// resourceTimeout bounds the reading. Its length is the emulator's own.
const resourceTimeout = 30 * time.Second

// readResources reads all that the containers refer to.
func (w *taskRunner) readResources() run {
	h, t, definitions := w.host, w.task, w.view.Definitions
	return func(ctx context.Context) func() {
		var read map[string]executionresource.Resources
		late, err := enginecall.Until(ctx, resourceTimeout, func(ctx context.Context) (err error) {
			read, err = executionresource.Read(ctx, h.agent.Secrets, t, definitions)
			return err
		})
		if late && err != nil {
			err = fmt.Errorf("there was no answer within %s", resourceTimeout)
		}
		return func() {
			delete(w.cuts, plan.Resources)
			switch {
			case err == nil:
				w.view.Resources.Read, w.view.Resources.Of = true, read
			case errors.Is(err, context.Canceled): // the task ends meanwhile
			default:
				why := executionresource.Failure(t, err)
				h.agent.Log.Warn("cannot read the secrets or environment files of a task", "task", t.ARN, "reason", why)
				w.suffers(executionresource.TroubleOf(err))
				w.view.StopExecution(h.agent.Clock.Now())
				w.fail(why)
			}
		}
	}
}

// makeVolume has a volume made, or found.
func (w *taskRunner) makeVolume(k int) run {
	h, v := w.host, &w.view.Volumes[k]
	request := w.maker.VolumeRequest(&v.Definition)
	source, err := w.maker.VolumeSource(request)
	return func(ctx context.Context) func() {
		var mount backend.Mount
		if err == nil {
			mount, err = source.Obtain(ctx, h.Engine)
		}
		socket := ""
		if err == nil && firelens.IsVolume(&v.Definition) {
			socket, err = h.socketIn(ctx, mount)
		}
		return func() {
			delete(w.cuts, plan.Volume(k))
			switch {
			case h.Engine.Lost(err): // or the task ends meanwhile
			case err != nil:
				why := request.Failure(err)
				h.agent.Log.Warn("cannot make the volume of a task", "task", w.task.ARN, "volume", v.Name(), "reason", why)
				if request.Managed != nil {
					w.view.Status.Volume.Reason = reason.Cut(why)
				}
				w.suffers(trouble.Volume(v.Name(), err))
				w.fail(why)
			default:
				v.Made, v.Mount, v.Socket = true, mount, socket
				if socket != "" {
					w.warnOfRouter()
				}
			}
		}
	}
}
