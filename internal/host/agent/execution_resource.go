package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// resourceTimeout bounds the reading. Its length is the emulator's own.
const resourceTimeout = 30 * time.Second

// readResources reads all that the containers refer to.
func (w *taskRunner) readResources() run {
	h, t, definitions := w.host, w.task, w.view.Definitions
	return func(ctx context.Context) func() {
		read, late, err := enginecall.Until(ctx, resourceTimeout, func(ctx context.Context) (map[string]executionresource.Resources, error) {
			return executionresource.Read(ctx, h.agent.Secrets, t, definitions)
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
				w.view.StopExecution(h.agent.Clock.Now())
				w.fail(why)
			}
		}
	}
}
