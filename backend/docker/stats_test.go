package docker_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// What the sandbox program reads is what the engine tells, of the same container at rest, also
// when the line to the program breaks.
func TestStatsAreThoseOfTheEngine(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	task := newTask(t, engine, backend.SandboxSpec{CPU: 256, Memory: 128 << 20})
	id := task.run(backend.ContainerSpec{CPU: 128, Memory: 64 << 20}, "eat", "8")
	task.says(id, "ate 8 MiB")
	told, err := engine.EngineStats(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	seen, err := engine.Inspect(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if n := engine.OpenLines(); n != 0 {
		t.Errorf("%d lines before anything is read", n)
	}
	for range 2 {
		read, err := engine.Stats(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if engine.OpenLines() != 1 {
			t.Error("the sandbox program is not asked")
		}
		if read.ID != id || read.Name != "/"+seen.Name {
			t.Errorf("stats of %s %s, want %s /%s", read.ID, read.Name, id, seen.Name)
		}
		expectAlike(t, told, read)
		engine.CutLines()
	}
	if err := engine.Remove(t.Context(), task.sandbox); err != nil {
		t.Fatal(err)
	}
	if n := engine.OpenLines(); n != 0 {
		t.Errorf("%d lines to a sandbox that is gone", n)
	}
}

// Behind ssh there are few lines, and who has none gets one.
func TestStatsOverFewLines(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	engine.BoundLines(1)
	one, other := newTask(t, engine, backend.SandboxSpec{}), newTask(t, engine, backend.SandboxSpec{})
	ids := []string{one.run(backend.ContainerSpec{}, "sleep", "1h"), other.run(backend.ContainerSpec{}, "sleep", "1h")}
	for range 2 {
		for _, id := range ids {
			if s, err := engine.Stats(t.Context(), id); err != nil || s.MemoryStats.Usage == 0 {
				t.Errorf("%+v, %v", s, err)
			}
			if n := engine.OpenLines(); n != 1 {
				t.Errorf("%d lines", n)
			}
		}
	}
}

func expectAlike(t *testing.T, told, read backend.Stats) {
	t.Helper()
	for what, same := range map[string]bool{
		"time":            read.Read.After(told.Read),
		"memory":          near(told.MemoryStats.Usage, read.MemoryStats.Usage) && near(told.MemoryStats.MaxUsage, read.MemoryStats.MaxUsage),
		"limit of memory": told.MemoryStats.Limit == read.MemoryStats.Limit,
		"names of memory": !slices.ContainsFunc(slices.Collect(maps.Keys(told.MemoryStats.Stats)), func(name string) bool {
			_, has := read.MemoryStats.Stats[name]
			return !has
		}),
		"processes": told.PidsStats.Limit == read.PidsStats.Limit && near(told.PidsStats.Current, read.PidsStats.Current),
		"CPU": told.CPUStats.CPUUsage.TotalUsage <= read.CPUStats.CPUUsage.TotalUsage && near(told.CPUStats.CPUUsage.TotalUsage, read.CPUStats.CPUUsage.TotalUsage) &&
			len(told.CPUStats.CPUUsage.PercpuUsage) == len(read.CPUStats.CPUUsage.PercpuUsage),
		"all CPUs": told.CPUStats.OnlineCPUs == read.CPUStats.OnlineCPUs && told.CPUStats.SystemCPUUsage <= read.CPUStats.SystemCPUUsage &&
			near(told.CPUStats.SystemCPUUsage, read.CPUStats.SystemCPUUsage),
		"networks": slices.Equal(slices.Sorted(maps.Keys(told.Networks)), slices.Sorted(maps.Keys(read.Networks))) &&
			near(told.Networks["eth0"].RxBytes, read.Networks["eth0"].RxBytes),
		"devices": (told.BlkioStats.IoServicedRecursive == nil) == (read.BlkioStats.IoServicedRecursive == nil),
	} {
		if !same {
			t.Errorf("%s: the engine tells\n%+v\nand read was\n%+v", what, told, read)
		}
	}
}

// near allows for what happened meanwhile.
func near(a, b uint64) bool { return max(a, b) <= 2*min(a, b)+4096 }

// Where the program does not see the groups, the engine is asked.
func TestStatsWithoutGroups(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	task := newTask(t, engine, backend.SandboxSpec{})
	id := task.run(backend.ContainerSpec{}, "eat", "8")
	task.says(id, "ate 8 MiB")
	engine.LoseGroups()
	first, err := engine.Stats(t.Context(), id)
	if err != nil || first.MemoryStats.Usage < 8<<20 || len(first.Networks) != 1 || engine.OpenLines() != 0 {
		t.Errorf("%+v, %v; %d lines", first, err, engine.OpenLines())
	}
	if again, err := engine.Stats(t.Context(), id); err != nil || !again.Read.Equal(first.Read) {
		t.Errorf("the engine was asked again at once: %s and %s, %v", first.Read, again.Read, err)
	}
}

func BenchmarkStats(b *testing.B) {
	engine := dockertest.Engine(b)
	ctx := b.Context()
	if _, err := engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		b.Fatal(err)
	}
	id := started(b, engine)
	for b.Loop() {
		if _, err := engine.Stats(ctx, id); err != nil {
			b.Fatal(err)
		}
	}
}

// started runs a container in a sandbox of its own.
func started(b *testing.B, engine *docker.Engine) (id string) {
	b.Helper()
	ctx := b.Context()
	sandbox, err := engine.CreateSandbox(ctx, backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc"})
	if err == nil {
		err = engine.Start(ctx, sandbox.ID)
	}
	if err == nil {
		id, err = engine.Create(ctx, backend.ContainerSpec{Name: dockertest.Owner(), Image: dockertest.Image(b), Sandbox: sandbox.ID, Command: []string{"sleep", "1h"}})
	}
	if err == nil {
		err = engine.Start(ctx, id)
	}
	if err != nil {
		b.Fatal(err)
	}
	return id
}
