package docker_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// BenchmarkGoalWarmClaim has tasks claim warm sandboxes by telling them, as on the networks of a swarm, beside by renaming
// them.
func BenchmarkGoalWarmClaim(b *testing.B) {
	told, renamed := openBench(b, docker.Options{WarmSandboxes: 1}), openBench(b, docker.Options{WarmSandboxes: 1})
	told.TellClaims()
	for b.Loop() {
		b.ReportMetric(medianClaim(b, told), "ms≤150")
		b.ReportMetric(medianClaim(b, renamed), "ms-renamed")
	}
}

// BenchmarkGoalSwarm makes and starts sandboxes on a network of a swarm, beside containers that the Docker API makes on the same
// networks, and has tasks claim warm ones.
func BenchmarkGoalSwarm(b *testing.B) {
	host := pairHosts(b)[0]
	cold := openBench(b, docker.Options{Host: host, Swarm: docker.NewSwarm(docker.SwarmOptions{})})
	warm := openBench(b, docker.Options{Host: host, Swarm: docker.NewSwarm(docker.SwarmOptions{}), WarmSandboxes: 1})
	ctx, cli := context.Background(), dockertest.Client(b)
	if _, err := cold.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var first time.Duration
		var ours, bare []time.Duration
		for n := range 13 {
			began := time.Now()
			c, err := cold.CreateSandbox(ctx, backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc"})
			if err != nil {
				b.Fatal(err)
			}
			if err := cold.Start(ctx, c.ID); err != nil {
				b.Fatal(err)
			}
			if n == 0 {
				first = time.Since(began)
			} else {
				ours = append(ours, time.Since(began))
				bare = append(bare, runBeside(b, cli, c.ID))
			}
			if err := cold.Remove(ctx, c.ID); err != nil {
				b.Fatal(err)
			}
		}
		slices.Sort(ours)
		slices.Sort(bare)
		b.ReportMetric(ours[6].Seconds()/bare[6].Seconds(), "ratio≤1.15")
		b.ReportMetric(float64(first.Milliseconds()), "ms-first")
		b.ReportMetric(float64(ours[6].Milliseconds()), "ms-sandbox")
		b.ReportMetric(float64(bare[6].Milliseconds()), "ms-docker-run")
		b.ReportMetric(medianClaim(b, warm), "ms-claim≤150")
	}
}

// runBeside makes and starts a container on the networks of another one, and returns how long that takes.
func runBeside(b *testing.B, cli *client.Client, id string) time.Duration {
	b.Helper()
	ctx := context.Background()
	found, err := cli.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		b.Fatal(err)
	}
	first := found.Container.HostConfig.NetworkMode
	began := time.Now()
	made, err := cli.ContainerCreate(ctx, client.ContainerCreateOptions{
		Config: &container.Config{Image: found.Container.Config.Image}, HostConfig: &container.HostConfig{NetworkMode: first}, Name: dockertest.Owner(),
	})
	if err != nil {
		b.Fatal(err)
	}
	for name := range found.Container.NetworkSettings.Networks {
		if name == string(first) {
			continue
		}
		if _, err := cli.NetworkConnect(ctx, name, client.NetworkConnectOptions{Container: made.ID}); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := cli.ContainerStart(ctx, made.ID, client.ContainerStartOptions{}); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	if _, err := cli.ContainerRemove(ctx, made.ID, client.ContainerRemoveOptions{Force: true}); err != nil {
		b.Fatal(err)
	}
	return took
}

// openBench opens an engine for an owner of its own, whose things are removed in the end.
func openBench(b *testing.B, opts docker.Options) *docker.Engine {
	b.Helper()
	opts.Owner = dockertest.Owner()
	engine, err := docker.Open(context.Background(), opts)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := errors.Join(engine.RemoveAll(context.Background()), engine.Close()); err != nil {
			b.Error(err)
		}
	})
	return engine
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
