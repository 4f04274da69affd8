package docker_test

import (
	"context"
	"testing"

	"github.com/docker/docker/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// BenchmarkTask starts and removes a task of one container: what the engine
// interface costs over the same calls to the Docker API in BenchmarkBareTask.
func BenchmarkTask(b *testing.B) {
	engine, app, ctx := dockertest.Engine(b), dockertest.Image(b), context.Background()
	if _, err := engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		b.Fatal(err)
	}
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		sandbox, err := engine.CreateSandbox(ctx, backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc", Memory: 64 << 20, CPU: 256})
		must(err)
		must(engine.Start(ctx, sandbox.ID))
		id, err := engine.Create(ctx, backend.ContainerSpec{Name: dockertest.Owner(), Image: app, Sandbox: sandbox.ID, Command: []string{"ignore-term"}})
		must(err)
		must(engine.Start(ctx, id))
		b.StopTimer()
		must(engine.Remove(ctx, id))
		must(engine.Remove(ctx, sandbox.ID))
		b.StartTimer()
	}
}

// BenchmarkBareTask is BenchmarkTask without this package.
func BenchmarkBareTask(b *testing.B) {
	cli, app, ctx := dockertest.Client(b), dockertest.Image(b), context.Background()
	start := func(command string, host *container.HostConfig) string {
		b.Helper()
		made, err := cli.ContainerCreate(ctx, &container.Config{Image: app, Cmd: []string{command}}, host, nil, nil, dockertest.Owner())
		if err != nil {
			b.Fatal(err)
		}
		if err := cli.ContainerStart(ctx, made.ID, container.StartOptions{}); err != nil {
			b.Fatal(err)
		}
		return made.ID
	}
	for b.Loop() {
		first := start("ignore-term", &container.HostConfig{Resources: container.Resources{Memory: 64 << 20, CPUPeriod: 100000, CPUQuota: 25000}})
		second := start("ignore-term", &container.HostConfig{NetworkMode: container.NetworkMode("container:" + first)})
		b.StopTimer()
		for _, id := range []string{second, first} {
			if err := cli.ContainerRemove(ctx, id, container.RemoveOptions{Force: true}); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
	}
}
