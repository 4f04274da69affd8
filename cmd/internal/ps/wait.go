package ps

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// settled reports whether there is nothing to wait for.
func settled(view *overview.Overview) bool { return view.Settled || view.NotAsWanted.Sum() == 0 }

// codeOf is the exit code of what there is.
func codeOf(view *overview.Overview) int {
	switch {
	case view.NotAsWanted.Sum() == 0:
		return 0
	case view.Settled:
		return 4
	default:
		return 3
	}
}

// answerPatience is how long after the time to wait an emulator may take for its last answer.
const answerPatience = 10 * time.Second

// readSettled reads what there is once nothing moves any more, or when the time to wait is over.
func (c *Command) readSettled(ctx context.Context, screen terminal.Terminal) (view *overview.Overview, body []byte, err error) {
	waiting, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	if c.Wait > 0 { // otherwise it waits for an emulator that starts
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, c.Wait+answerPatience)
		defer end()
	}
	for {
		if view, body, err = c.read(ctx, screen); err != nil || settled(view) || waiting.Err() != nil {
			return view, body, err
		}
		if err := c.untilSettled(waiting); err != nil && waiting.Err() == nil {
			return nil, nil, err
		}
	}
}

// untilSettled follows the emulator's changes until nothing moves any more.
func (c *Command) untilSettled(ctx context.Context) error {
	response, err := c.ask(ctx, url.Values{"follow": {"true"}, "tasks": {"1"}})
	if err != nil {
		return err
	}
	defer response.Body.Close()
	for decoder := json.NewDecoder(response.Body); ; {
		view := &overview.Overview{}
		switch err := decoder.Decode(view); {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return c.whyEnded(ctx)
		case settled(view):
			return nil
		}
	}
}
