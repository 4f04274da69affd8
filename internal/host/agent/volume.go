package agent

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
)

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
				w.fail(why)
			default:
				v.Made, v.Mount = true, mount
			}
		}
	}
}
