package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// advance moves the emulator's clock on, and returns when all has happened that happens meanwhile.
func (e *emulator) advance(ctx context.Context, by time.Duration) error {
	body := strings.NewReader(fmt.Sprintf(`{"advance": %q}`, by))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+e.address+"/_emulator/clock", body)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("advance the clock: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("advance the clock: %s", answer.Status)
	}
	return nil
}
