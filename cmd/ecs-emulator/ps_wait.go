package main

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

// exitCode is 0 if all is as wanted, 4 if what is not stays so, and 3 if it may yet come.
func exitCode(view *overview.Overview) error {
	switch {
	case view.NotAsWanted.Sum() == 0:
		return nil
	case view.Settled:
		return exitError{code: 4}
	default:
		return exitError{code: 3}
	}
}

// answerPatience is how long after the time to wait an emulator may take for its last answer.
const answerPatience = 10 * time.Second

// readSettled reads what there is once nothing moves any more, or when o.wait is over.
func readSettled(ctx context.Context, o psOptions, screen terminal.Terminal) (view *overview.Overview, body []byte, err error) {
	waiting, cancel := context.WithTimeout(ctx, o.wait)
	defer cancel()
	if o.wait > 0 { // otherwise it waits for an emulator that starts
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, o.wait+answerPatience)
		defer end()
	}
	for {
		if view, body, err = readOverview(ctx, o, screen); err != nil || settled(view) || waiting.Err() != nil {
			return view, body, err
		}
		if err := untilSettled(waiting, o); err != nil && waiting.Err() == nil {
			return nil, nil, err
		}
	}
}

// untilSettled follows the emulator's changes until nothing moves any more.
func untilSettled(ctx context.Context, o psOptions) error {
	response, err := askOverview(ctx, o, url.Values{"follow": {"true"}, "tasks": {"1"}})
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
			return whyEnded(ctx, o)
		case settled(view):
			return nil
		}
	}
}
