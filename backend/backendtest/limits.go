package backendtest

import (
	"cmp"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var limitCases = []testCase{
	{"ASandboxBoundsItsContainers", testLimits},
}

// testLimits holds an engine to what it says of its limits, and tells which they are.
func testLimits(s *env) {
	spec := s.SingleSpec()
	spec.Memory, spec.CPU = 64<<20, 512
	sandbox := s.CreateSandbox(spec)
	s.Start(sandbox)
	info, err := s.Engine.Info(s.Ctx)
	if err != nil {
		s.Fatalf("Info: %v", err)
	}
	s.Logf("%s %s, %s: bounds the sum of a sandbox's containers: %v %s",
		info.Name, info.Version, cmp.Or(info.Groups, "no control groups"), info.TaskLimits, info.Unlimited)
	if info.TaskLimits != (info.Unlimited == "") {
		s.Errorf("TaskLimits is %v, and the reason why not %q", info.TaskLimits, info.Unlimited)
	}
	if info.Simulated {
		return // where nothing runs, nothing is used up
	}
	if c := s.AwaitExit(s.Launch(sandbox, "eat", "120")); c.ExitCode != 137 || !c.OOMKilled {
		s.Errorf("one container with more than the sandbox may have: %+v; want exit code 137 and OOMKilled", c)
	}
	first := s.Launch(sandbox, "eat", "40")
	s.AwaitLine(first, "ate 40 MiB")
	second := s.Launch(sandbox, "eat", "40")
	if !info.TaskLimits {
		s.AwaitLine(second, "ate 40 MiB")
		return
	}
	s.AwaitInspect(second, "killed, nor is its neighbour", func(c backend.Container) bool {
		return c.OOMKilled || s.Inspect(first).OOMKilled
	})
}
