package backendtest

import (
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var usageCases = []testCase{
	{"StatsCountWhatAContainerUses", testStats},
	{"NetworksAreCountedWhereTheContainerHasThem", testNetworkStats},
	{"StatsAreOfContainersThatRun", testStatsRefused},
	{"UsageIsToldOfManyAtOnce", testUsage},
}

func (s *env) stats(id string) backend.Stats {
	s.Helper()
	stats, err := s.Engine.Stats(s.Ctx, id)
	if err != nil {
		s.Fatalf("Stats: %v", err)
	}
	return stats
}

// awaitStats reads until they are as they should be.
func (s *env) awaitStats(id, what string, ok func(backend.Stats) bool) backend.Stats {
	s.Helper()
	return scene.Await(s.Env, "stats with "+what, func() backend.Stats { return s.stats(id) }, ok)
}

func testStats(s *env) {
	info, err := s.Engine.Info(s.Ctx)
	if err != nil {
		s.Fatalf("Info: %v", err)
	}
	sandbox := s.SharedSandbox()
	spec := s.Spec(sandbox, "eat", "8")
	spec.Memory = 64 << 20
	small, other := s.CreateFrom(spec), s.Create(sandbox, "sleep", "1h")
	s.Start(small)
	s.Start(other)
	if !info.Simulated {
		s.AwaitLine(small, "ate 8 MiB")
	}
	before := s.stats(small)
	switch m := before.MemoryStats; {
	case before.ID != small || before.Name != "/"+spec.Name:
		s.Errorf("stats are of %s (%s), want %s (/%s)", before.ID, before.Name, small, spec.Name)
	case m.Usage < 8<<20:
		s.Errorf("%d bytes of memory in use, want 8 MiB at least", m.Usage)
	case m.Usage > m.Limit || m.Limit > uint64(info.Memory):
		s.Errorf("%d bytes of memory in use of %d, where the engine has %d", m.Usage, m.Limit, info.Memory)
	case before.PidsStats.Current == 0:
		s.Error("no process counted")
	case before.CPUStats.OnlineCPUs == 0:
		s.Error("no CPUs counted")
	}
	if of := s.stats(other); of.ID != other {
		s.Errorf("stats of its neighbour are of %s, want %s", of.ID, other)
	}
	after := s.awaitStats(small, "a later time and more of the host's", func(now backend.Stats) bool {
		return now.Read.After(before.Read) && now.CPUStats.SystemCPUUsage > before.CPUStats.SystemCPUUsage
	})
	if used := after.CPUStats.CPUUsage.TotalUsage; used == 0 || used < before.CPUStats.CPUUsage.TotalUsage {
		s.Errorf("CPU time went from %d to %d", before.CPUStats.CPUUsage.TotalUsage, used)
	}
}

// testNetworkStats has a namespace of a sandbox, a network of the container's own, a
// namespace that belongs to another container, and none.
func testNetworkStats(s *env) {
	server := s.StartedSandbox()
	shared := s.Serve(server.ID, "8080")
	s.Ask(s.Spec(s.SharedSandbox(), "check"), server.IP, 8080, true)()
	counts := func(stats backend.Stats) bool {
		names := slices.Collect(maps.Keys(stats.Networks))
		return len(names) == 1 && stats.Networks[names[0]].RxBytes > 0 && !stats.NetworksRead.IsZero()
	}
	s.awaitStats(shared, "what came in at the sandbox", counts)

	m, task := s.SharedMachine()
	own := s.Served(s.On(m.Bridge.Name, task, "serve", "8080"))
	s.Ask(s.On(m.Bridge.Name, task, "check"), own.IP, 8080, true)()
	s.awaitStats(own.ID, "what came in at the container", counts)
	for _, spec := range []backend.ContainerSpec{s.Joining(m, task, "sleep", "1h"), s.Spec(task, "sleep", "1h")} {
		id := s.CreateFrom(spec)
		s.Start(id)
		if found := s.stats(id).Networks; len(found) > 0 {
			s.Errorf("networks of a container without its own: %v", found)
		}
	}
}

func testStatsRefused(s *env) {
	refused := func(id string) error {
		_, err := s.Engine.Stats(s.Ctx, id)
		return err
	}
	s.ExpectMissing("Stats of an unknown one", refused(unknownID), backend.KindContainer)
	sandbox := s.SharedSandbox()
	s.ExpectError("Stats of a created container", refused(s.Create(sandbox, "exit", "0")), backend.ErrNotRunning)
	exited := s.Launch(sandbox, "exit", "0")
	s.AwaitExit(exited)
	s.ExpectError("Stats of an exited container", refused(exited), backend.ErrNotRunning)
}

// testUsage asks about containers in the namespace of their sandbox and with a network of their own,
// and about some that do not run or are not there.
func testUsage(s *env) {
	reader, ok := s.Engine.(backend.UsageReader)
	if !ok {
		s.Skip("the engine tells of one container at a time")
	}
	info, err := s.Engine.Info(s.Ctx)
	if err != nil {
		s.Fatalf("Info: %v", err)
	}
	sandbox := s.SharedSandbox()
	m, task := s.SharedMachine()
	created, big := s.Create(sandbox, "exit", "0"), s.Create(sandbox, "eat", "8")
	s.Start(big)
	own := s.Served(s.On(m.Bridge.Name, task, "serve", "8080"))
	exited := s.Launch(sandbox, "exit", "0")
	s.AwaitExit(exited)
	if !info.Simulated {
		s.AwaitLine(big, "ate 8 MiB")
	}
	running := []string{big, own.ID}
	usage := func() map[string]backend.Usage {
		s.Helper()
		found, err := reader.Usage(s.Ctx, append([]string{created, exited, unknownID}, running...))
		if err != nil {
			s.Fatalf("Usage: %v", err)
		}
		return found
	}
	before := scene.Await(s.Env, "Usage of what runs, and of nothing else", usage, func(found map[string]backend.Usage) bool {
		return len(found) == len(running)
	})
	for _, id := range running {
		u := before[id]
		switch {
		case u.ID != id || u.Read.IsZero():
			s.Errorf("usage of %s, want of %s: %+v", u.ID, id, u)
		case u.PidsStats.Current == 0 || u.CPUStats.OnlineCPUs == 0:
			s.Errorf("no process or no CPU counted: %+v", u)
		case (u.Load != nil) != info.Simulated:
			s.Errorf("load %v, on an engine that is simulated: %v", u.Load, info.Simulated)
		}
	}
	if before[big].MemoryStats.Usage < 8<<20 {
		s.Errorf("%d bytes of memory in use, want 8 MiB at least", before[big].MemoryStats.Usage)
	}
	scene.Await(s.Env, "more CPU time, read later", usage, func(found map[string]backend.Usage) bool {
		now, was := found[big], before[big]
		return now.Read.After(was.Read) && now.CPUStats.CPUUsage.TotalUsage >= was.CPUStats.CPUUsage.TotalUsage && now.CPUStats.SystemCPUUsage > was.CPUStats.SystemCPUUsage
	})
	if found, err := reader.Usage(s.Ctx, nil); err != nil || len(found) != 0 {
		s.Errorf("Usage of no container: %v, %v", found, err)
	}
}
