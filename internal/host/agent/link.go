package agent

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/containerspec"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// linkedBy are the containers that a container links to. They have started, so they are on
// the engine.
func (w *taskRunner) linkedBy(i int) (list []containerspec.Linked) {
	v := &w.view
	for _, l := range containerspec.Links(&v.Definitions[i]) {
		if c := v.Container(l.Container); c != nil && c.EngineID != "" {
			list = append(list, containerspec.Linked{
				EngineName: enginename.Of(w.task, c.Name), EngineID: c.EngineID, Alias: l.Alias, Definition: v.Definition(c.Name),
			})
		}
	}
	return list
}

// addLinks lets a container find those that it links to, as a link on Docker's bridge does.
// One without a network has no address.
func addLinks(ctx context.Context, engine *enginecall.Engine, spec *backend.ContainerSpec, to []containerspec.Linked) error {
	for _, l := range to {
		seen, err := engine.Inspect(ctx, l.EngineID)
		if errors.Is(err, backend.ErrNotFound) { // which is no news of the sandbox
			return errors.New(err.Error())
		}
		if err != nil {
			return err
		}
		if seen.IP.IsValid() {
			l.AddTo(spec, seen.IP)
		}
	}
	return nil
}
