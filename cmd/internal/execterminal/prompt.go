package execterminal

import (
	"context"
	"errors"
	"time"
)

// Prompt is what the shell in the image of tests shows when it waits for a line.
const Prompt = "# "

// ToPrompt opens a shell, times it until its first prompt, and ends it.
func ToPrompt(ctx context.Context, open func() (Terminal, error)) (took time.Duration, err error) {
	began := time.Now()
	t, err := open()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	err = t.Await(ctx, Prompt)
	took = time.Since(began)
	return took, errors.Join(err, typed(ctx, t, "exit\r", "exit\r\n"))
}
