package command

import (
	"context"
	"errors"
	"testing"
)

func TestACommandWaitsForAnotherNoLongerThanItsCaller(t *testing.T) {
	var c Commands
	if _, err := c.turn(t.Context(), "sandbox"); err != nil { // as of one whose sandbox does not answer
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Send(ctx, "sandbox", "filter"); !errors.Is(err, context.Canceled) {
		t.Errorf("Send: %v", err)
	}
}
