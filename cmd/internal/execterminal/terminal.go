// Package execterminal types in containers, in the two ways that bench compares: in a session of ECS Exec, over
// its data channel, and by the engine's own exec with a terminal.
//
//	terminal, err := execterminal.Bare(ctx, docker, container, "/app", "sh")
//	err = terminal.Await(ctx, execterminal.Prompt)
//	times, err := execterminal.Echoes(ctx, terminal, 100)
package execterminal

import (
	"context"
	"time"
)

// Terminal is one of a program in a container. One goroutine may use it at a time.
type Terminal interface {
	// Type sends keys to the program.
	Type(ctx context.Context, keys string) error
	// Await returns when the terminal shows a text after what was awaited before.
	Await(ctx context.Context, text string) error
	// Close cuts the connection, which need not end the program.
	Close() error
}

// Echoes types keys one after the other, each when the one before is shown, and returns how long each took. It
// takes each back, so that the line does not fill. The program leaves the echo to the terminal, as the shell does.
func Echoes(ctx context.Context, t Terminal, keys int) ([]time.Duration, error) {
	const key, erase, erased = "a", "\x7f", "\b \b"
	times := make([]time.Duration, 0, keys)
	for range keys {
		began := time.Now()
		if err := typed(ctx, t, key, key); err != nil {
			return nil, err
		}
		times = append(times, time.Since(began))
		if err := typed(ctx, t, erase, erased); err != nil {
			return nil, err
		}
	}
	return times, nil
}

func typed(ctx context.Context, t Terminal, key, shown string) error {
	if err := t.Type(ctx, key); err != nil {
		return err
	}
	return t.Await(ctx, shown)
}
