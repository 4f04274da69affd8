package sim_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

const tasks = 10_000

// BenchmarkTasks creates and starts 10,000 sandboxes with a container each, as
// the emulator labels them, and waits for the last of their events.
func BenchmarkTasks(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		startTasks(b, sim.New(sim.Options{Images: []string{"web"}}))
	}
}

// BenchmarkTaskMemory reports the heap that a running task of one container takes.
func BenchmarkTaskMemory(b *testing.B) {
	heap := func() uint64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	for b.Loop() {
		before := heap()
		e := sim.New(sim.Options{Images: []string{"web"}})
		startTasks(b, e)
		b.ReportMetric(float64(heap()-before)/tasks, "heap-B/task")
		runtime.KeepAlive(e)
	}
}

func BenchmarkList(b *testing.B) {
	e := sim.New(sim.Options{Images: []string{"web"}})
	startTasks(b, e)
	b.ReportAllocs()
	for b.Loop() {
		list, err := e.List(b.Context(), map[string]string{"com.amazonaws.ecs.cluster": "default"})
		if err != nil || len(list) != 2*tasks {
			b.Fatalf("%d containers, %v", len(list), err)
		}
	}
}

func startTasks(b *testing.B, e *sim.Engine) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	watching, done := make(chan struct{}), make(chan struct{})
	started := 0
	go e.Watch(ctx, nil, func(event backend.Event) {
		switch event.Kind {
		case backend.Resync:
			close(watching)
		case backend.ContainerStarted:
			if started++; started == 2*tasks {
				close(done)
			}
		}
	})
	<-watching
	if _, err := e.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		b.Fatal(err)
	}
	for i := range tasks {
		labels := map[string]string{
			"com.amazonaws.ecs.cluster":                 "default",
			"com.amazonaws.ecs.container-name":          "web",
			"com.amazonaws.ecs.task-arn":                fmt.Sprint("arn:aws:ecs:us-east-1:000000000000:task/default/", i),
			"com.amazonaws.ecs.task-definition-family":  "web",
			"com.amazonaws.ecs.task-definition-version": "1",
		}
		sandbox, err := e.CreateSandbox(ctx, backend.SandboxSpec{
			Name: fmt.Sprint("pause-", i), Network: "vpc", Labels: map[string]string{"host": "fargate"}})
		if err != nil {
			b.Fatal(err)
		}
		if err := e.Start(ctx, sandbox.ID); err != nil {
			b.Fatal(err)
		}
		id, err := e.Create(ctx, backend.ContainerSpec{Name: fmt.Sprint("web-", i), Image: "web", Sandbox: sandbox.ID, Labels: labels})
		if err != nil {
			b.Fatal(err)
		}
		if err := e.Start(ctx, id); err != nil {
			b.Fatal(err)
		}
	}
	<-done
}
