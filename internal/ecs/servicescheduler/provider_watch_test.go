package servicescheduler

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestAServiceWithoutRoomHearsOfManagedScaling: its tasks wait as soon as their capacity provider has it.
func TestAServiceWithoutRoomHearsOfManagedScaling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newProviderFixture(t, 2, item("fixed", 1, 0))
		f.update(func(tx *store.Tx) {
			cluster := *state.Clusters.Get(tx, state.FindService(tx, serviceARN).ClusterARN)
			cluster.CapacityProviders = []string{"fixed"}
			state.Clusters.Put(tx, &cluster)
		})
		clk := clock.New(clock.Options{})
		defer clk.Close()
		if err := clk.SetSpeed(0); err != nil { // no attempt is due
			t.Fatal(err)
		}
		c := New(Options{Store: f.store, Clock: clk, Log: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = c.Run(ctx) }()
		defer synctest.Wait()
		defer cancel()
		decided := func() {
			t.Helper()
			if err := c.Idle(ctx); err != nil {
				t.Fatal(err)
			}
		}
		decided()
		if n := f.service().Deployments[0].Unplaced; n != 1 {
			t.Fatalf("%d attempts to place tasks", n)
		}
		f.update(func(tx *store.Tx) {
			p := *capacityprovider.Providers.Find(tx, scope, "fixed")
			p.ManagedScaling.Status = types.ManagedScalingStatusEnabled
			capacityprovider.Providers.Put(tx, &p)
		})
		decided()
		f.expectSpread("fixed 2 (2 wait)")
	})
}
