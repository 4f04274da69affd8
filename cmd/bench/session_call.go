package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/execterminal"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/requestload"
)

// terminals opens one for a command, in one way or the other.
type terminals func(ctx context.Context, command ...string) (execterminal.Terminal, error)

// measureEcho is how long it takes from a key to its echo.
func (b *bench) measureEcho(ctx context.Context, name string, e *executable) (err error) {
	keys := int(b.burst / (2 * time.Millisecond))
	var times [2][]time.Duration
	var turns [2]func() error
	for i, open := range []terminals{e.session, e.bare} {
		t, err := open(ctx, "sh")
		if err != nil {
			return err
		}
		defer func() { _ = t.Close() }()
		if err := t.Await(ctx, execterminal.Prompt); err != nil {
			return err
		}
		turns[i] = func() error {
			took, err := execterminal.Echoes(ctx, t, keys)
			times[i] = append(times[i], took...)
			return err
		}
	}
	for range 2 * b.rounds {
		if err := b.inTurn(turns[0], turns[1]); err != nil {
			return err
		}
	}
	own, bare := milliseconds(requestload.Percentile(times[0], 50)), milliseconds(requestload.Percentile(times[1], 50))
	b.report.add(row{
		name: name, figure: fmt.Sprintf("%.2f ms p99 %.2f", own, milliseconds(requestload.Percentile(times[0], 99))),
		reference: fmt.Sprintf("%.2f ms p99 %.2f", bare, milliseconds(requestload.Percentile(times[1], 99))),
		ratio:     own / bare, held: own - bare, goal: atMost(2, " ms more"),
	})
	return nil
}

// measureCall is how long it takes from the call to the first prompt of a shell.
func (b *bench) measureCall(ctx context.Context, name string, e *executable) error {
	var times [2][]float64
	call := func(i int, open terminals) func() error {
		return func() error {
			took, err := execterminal.ToPrompt(ctx, func() (execterminal.Terminal, error) { return open(ctx, "sh") })
			times[i] = append(times[i], milliseconds(took))
			return err
		}
	}
	for range 4 * b.rounds {
		if err := b.inTurn(call(0, e.session), call(1, e.bare)); err != nil {
			return err
		}
	}
	own, bare := median(times[0]), median(times[1])
	b.report.add(row{
		name: name, figure: fmt.Sprintf("%.0f ms", own), reference: fmt.Sprintf("%.0f ms", bare),
		ratio: own / bare, held: own - bare, goal: atMost(60, " ms more"),
	})
	return nil
}
