package loadbalancer

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Requests come before the controller runs, and ask where load balancers are reached.
func TestReachedBeforeItRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c := New(Options{Store: rows, Clock: clock.New(clock.Options{}), Log: slog.New(slog.DiscardHandler), Nodes: nodes{&engine{}}})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = c.Run(ctx)
		}()
		if list := c.Reached(); len(list) != 0 {
			t.Errorf("reached: %v", list)
		}
		cancel()
		<-ended
	})
}
