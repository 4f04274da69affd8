package customhealth_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery/customhealth"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A status that is asked for comes when it is due: a second request for it does not hasten or delay it, and one that is
// set at once takes its place.
func TestStatusesComeWhenTheyAreDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		c := clock.New(clock.Options{})
		defer c.Close()
		ctx, cancel := context.WithCancel(t.Context())
		loop, ended := customhealth.New(s, c, slog.New(slog.DiscardHandler)), make(chan struct{})
		c.SetQuiet(loop.Idle)
		go func() { _ = loop.Run(ctx); close(ended) }()
		defer func() { cancel(); <-ended }()

		service := servicediscovery.NewServiceARN(arn.Scope{Region: "us-east-1", Account: "123456789012"})
		advance := func(d time.Duration) {
			t.Helper()
			if err := c.Advance(ctx, d); err != nil {
				t.Fatal(err)
			}
		}
		update := func(change func(tx *store.Tx)) {
			t.Helper()
			if err := s.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		ask := func(health types.HealthStatus) {
			t.Helper()
			update(func(tx *store.Tx) { servicediscovery.AskHealth(tx, service, "i", health, c.Now().Add(30*time.Second)) })
		}
		is := func(want types.HealthStatus) {
			t.Helper()
			synctest.Wait()
			if got := servicediscovery.FindInstance(s.Read(), service, "i").Health; got != want {
				t.Errorf("the instance is %s, want %s", got, want)
			}
		}
		update(func(tx *store.Tx) {
			servicediscovery.PutService(tx, &servicediscovery.Service{ARN: service, CustomHealthCheck: true})
			servicediscovery.Register(tx, &servicediscovery.Instance{ServiceARN: service, ID: "i", Health: types.HealthStatusHealthy})
		})

		ask(types.HealthStatusUnhealthy)
		advance(20 * time.Second)
		ask(types.HealthStatusUnhealthy)
		is(types.HealthStatusHealthy)
		advance(10 * time.Second)
		is(types.HealthStatusUnhealthy)

		ask(types.HealthStatusHealthy)
		update(func(tx *store.Tx) { servicediscovery.SetHealth(tx, service, "i", types.HealthStatusUnhealthy) })
		advance(time.Minute)
		is(types.HealthStatusUnhealthy)
	})
}
