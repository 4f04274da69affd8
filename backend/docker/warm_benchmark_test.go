package docker_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// BenchmarkGoalWarmClaim has tasks claim warm sandboxes by telling them, as on the networks of a swarm, beside by renaming
// them.
func BenchmarkGoalWarmClaim(b *testing.B) {
	var engines [2]*docker.Engine
	for i := range engines {
		engine, err := docker.Open(context.Background(), docker.Options{Owner: dockertest.Owner(), WarmSandboxes: 1})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			if err := errors.Join(engine.RemoveAll(context.Background()), engine.Close()); err != nil {
				b.Error(err)
			}
		})
		engines[i] = engine
	}
	engines[0].TellClaims()
	for b.Loop() {
		b.ReportMetric(medianClaim(b, engines[0]), "ms≤150")
		b.ReportMetric(medianClaim(b, engines[1]), "ms-renamed")
	}
}

// medianClaim is how many milliseconds a task waits for a sandbox that is warm.
func medianClaim(b *testing.B, engine *docker.Engine) float64 {
	b.Helper()
	ctx := context.Background()
	if _, err := engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for n := range 12 {
		began := time.Now()
		c, err := engine.CreateSandbox(ctx, backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc"})
		if err != nil {
			b.Fatal(err)
		}
		if c.State == backend.Running {
			took = append(took, time.Since(began))
		} else if n > 0 {
			b.Fatal("a task has no warm sandbox")
		}
		if err := engine.Start(ctx, c.ID); err != nil {
			b.Fatal(err)
		}
		for ready := 0; ready == 0; {
			if ready, err = engine.Unclaimed(ctx); err != nil {
				b.Fatal(err)
			}
			_ = pause.For(ctx, 5*time.Millisecond)
		}
	}
	slices.Sort(took)
	return took[len(took)/2].Seconds() * 1000
}
