package docker_test

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// ways are those in which the engine reads what many containers use.
var ways = map[string]func(*docker.Engine){
	"by groups":     func(*docker.Engine) {},
	"by a helper":   (*docker.Engine).HideGroups,
	"by sandboxes":  func(e *docker.Engine) { e.HideGroups(); e.LoseHelper() },
	"by the engine": func(e *docker.Engine) { e.HideGroups(); e.LoseGroups() },
}

// What is read of many containers at once is what the engine tells of each, and no line stays open.
func TestUsageIsThatOfTheEngine(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	task := newTask(t, engine, backend.SandboxSpec{CPU: 256, Memory: 128 << 20})
	other := newTask(t, engine, backend.SandboxSpec{})
	ids := []string{task.run(backend.ContainerSpec{Memory: 64 << 20}, "eat", "8"), task.run(backend.ContainerSpec{}, "sleep", "1h"), other.run(backend.ContainerSpec{}, "sleep", "1h")}
	task.says(ids[0], "ate 8 MiB")
	for _, way := range []string{"by groups", "by a helper", "by sandboxes", "by the engine"} {
		ways[way](engine)
		told, err := engine.EngineStats(t.Context(), ids[0])
		if err != nil {
			t.Fatal(err)
		}
		read, err := engine.Usage(t.Context(), ids)
		if err != nil || len(read) != len(ids) {
			t.Fatalf("%s: %d read, %v", way, len(read), err)
		}
		u := read[ids[0]]
		if u.ID != ids[0] || u.Load != nil || !near(told.MemoryStats.Usage, u.MemoryStats.Usage) || told.MemoryStats.Limit != u.MemoryStats.Limit ||
			u.CPUStats.CPUUsage.TotalUsage < told.CPUStats.CPUUsage.TotalUsage || !near(told.CPUStats.CPUUsage.TotalUsage, u.CPUStats.CPUUsage.TotalUsage) ||
			u.CPUStats.OnlineCPUs != told.CPUStats.OnlineCPUs || !u.Read.After(told.Read.Add(-time.Second)) {
			t.Errorf("%s: the engine tells\n%+v\nand read was\n%+v", way, told, u.Stats)
		}
		if way != "by the engine" && (len(u.Networks) != 1 || u.Networks["eth0"].RxBytes == 0) {
			t.Errorf("%s: networks %+v", way, u.Networks)
		}
		if n := engine.OpenLines(); n != 0 {
			t.Errorf("%s: %d lines are open", way, n)
		}
	}
}

// Twenty tasks start and stop while they are sampled, and no goroutine and no line is left.
func TestUsageWhileTasksComeAndGo(t *testing.T) {
	for way, choose := range ways {
		t.Run(way, func(t *testing.T) {
			engine := dockertest.Engine(t)
			keeper := newTask(t, engine, backend.SandboxSpec{})
			keeper.run(backend.ContainerSpec{}, "sleep", "1h")
			choose(engine)
			if _, err := engine.Usage(t.Context(), []string{keeper.sandbox}); err != nil {
				t.Fatal(err)
			}
			before := runtime.NumGoroutine()
			var mu sync.Mutex
			var ids []string
			ctx, cancel := context.WithCancel(t.Context())
			var seen atomic.Bool // one of the tasks
			sampled := make(chan struct{})
			go func() {
				defer close(sampled)
				for ctx.Err() == nil {
					mu.Lock()
					now := slices.Clone(ids)
					mu.Unlock()
					found, err := engine.Usage(ctx, now)
					if err != nil && ctx.Err() == nil {
						t.Errorf("Usage: %v", err)
					}
					if len(found) > 0 {
						seen.Store(true)
					}
				}
			}()
			var tasks sync.WaitGroup
			turns := make(chan struct{}, 4)
			for range 20 {
				tasks.Go(func() {
					turns <- struct{}{}
					defer func() { <-turns }()
					task := newTask(t, engine, backend.SandboxSpec{})
					id := task.run(backend.ContainerSpec{}, "sleep", "1h")
					mu.Lock()
					ids = append(ids, id)
					mu.Unlock()
					if _, err := engine.Usage(ctx, []string{id}); err != nil {
						t.Errorf("Usage: %v", err)
					}
					eventually(t, "a task is sampled", seen.Load)
					for _, id := range []string{id, task.sandbox} {
						if err := engine.Remove(ctx, id); err != nil {
							t.Errorf("Remove: %v", err)
						}
					}
				})
			}
			tasks.Wait()
			cancel()
			<-sampled
			eventually(t, "no line and no goroutine is left", func() bool {
				return engine.OpenLines() == 0 && runtime.NumGoroutine() <= before+4 // idle connections of the client
			})
		})
	}
}

// A read of twelve containers, by each way.
func BenchmarkUsage(b *testing.B) {
	engine := dockertest.Engine(b)
	if _, err := engine.EnsureNetwork(b.Context(), backend.NetworkSpec{Name: "vpc"}); err != nil {
		b.Fatal(err)
	}
	var ids []string
	for range 12 {
		ids = append(ids, started(b, engine))
	}
	for _, way := range []string{"by groups", "by a helper", "by sandboxes", "by the engine"} {
		ways[way](engine)
		b.Run(way, func(b *testing.B) {
			for b.Loop() {
				if found, err := engine.Usage(b.Context(), ids); err != nil || len(found) != len(ids) {
					b.Fatalf("%d read, %v", len(found), err)
				}
			}
		})
	}
}
