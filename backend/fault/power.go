package fault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// powerOffTime is how long an engine may take to end all that it runs.
const powerOffTime = 20 * time.Second

// PowerOff puts the engine out of reach as Leave does, and ends all that runs on it, as a power cut of its machine would.
// If the engine cannot do that, it is back.
func (e *Engine) PowerOff(reason string) error {
	e.Leave(reason) // first: a machine without power tells of no end
	ctx, cancel := context.WithTimeout(context.Background(), powerOffTime)
	defer cancel()
	err := e.endAll(ctx)
	if err != nil {
		e.Return()
		return fmt.Errorf("end what the engine runs: %w", err)
	}
	return nil
}

func (e *Engine) endAll(ctx context.Context) error {
	if engine, ok := e.Engine.(backend.PowerCutter); ok {
		return engine.CutPower(ctx)
	}
	crasher, ok := e.Engine.(backend.Crasher)
	if !ok {
		return errCannotCrash
	}
	list, err := e.Engine.List(ctx, nil)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := crasher.Crash(ctx, c.ID); err != nil && !errors.Is(err, backend.ErrNotFound) {
			return err
		}
	}
	return nil
}
