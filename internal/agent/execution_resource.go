package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/executionresource"
)

// resourceTimeout bounds the reading. Its length is the emulator's own.
const resourceTimeout = 30 * time.Second

// readResources reads all that the containers refer to.
func (w *taskRunner) readResources() run {
	h, t, definitions := w.host, w.task, w.view.definitions
	return func(ctx context.Context) func() {
		read, late, err := enginecall.Until(ctx, resourceTimeout, func(ctx context.Context) (map[string]executionresource.Resources, error) {
			return executionresource.Read(ctx, h.agent.Secrets, t, definitions)
		})
		if late && err != nil {
			err = fmt.Errorf("there was no answer within %s", resourceTimeout)
		}
		return func() {
			delete(w.cuts, theResources)
			switch {
			case err == nil:
				w.view.resources.read, w.view.resources.of = true, read
			case errors.Is(err, context.Canceled): // the task ends meanwhile
			default:
				why := executionresource.Failure(t, err)
				h.agent.Log.Warn("cannot read the secrets or environment files of a task", "task", t.ARN, "reason", why)
				w.executionStopped(h.agent.Clock.Now())
				w.fail(why)
			}
		}
	}
}

// withResources is a definition with what the container refers to.
func (w *taskRunner) withResources(d *types.ContainerDefinition) *types.ContainerDefinition {
	if r, found := w.view.resources.of[aws.ToString(d.Name)]; found {
		return r.With(d)
	}
	return d
}

// scrub has stars for the values that were read for the task. of a container that a former runner has
// made, before it had nothing more to do or the emulator was started again, the values are not
// known any more, so nothing is told but the kind of the error. The lock is held.
func (w *taskRunner) scrub(text string) string {
	for i := range w.view.definitions {
		if executionresource.Refers(&w.view.definitions[i]) && w.view.status.Containers[i].EngineID != "" && !w.view.state(theContainer(i)).ours {
			kind, _, found := strings.Cut(text, "Error: ")
			if found && !strings.ContainsAny(kind, " :") {
				return kind + "Error: " + leftOut
			}
			return leftOut
		}
	}
	return executionresource.Scrub(w.view.resources.of, text)
}

// said is an error of the engine for the log. The lock is not held.
func (w *taskRunner) said(err error) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.scrub(err.Error())
}
