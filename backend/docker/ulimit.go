package docker

import (
	"slices"
	"strings"

	"github.com/docker/go-units"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// trialUlimits are more open files than an engine may have itself. The lifeline, which
// comes before all else, tries whether the engine can give them.
func (e *Engine) trialUlimits() []*units.Ulimit {
	if e.ulimitsFixed.Load() {
		return nil
	}
	return []*units.Ulimit{{Name: "nofile", Soft: 65_535, Hard: 65_535}}
}

// refusesUlimits notes an error that says that limits cannot be raised: the engine runs
// without that right, rootless or in a container. It is true once.
// Sources: runc, "error setting rlimit type 7"; crun, "setrlimit `RLIMIT_NOFILE`".
func (e *Engine) refusesUlimits(err error) bool {
	if err == nil || !strings.Contains(strings.ToLower(err.Error()), "rlimit") || !e.ulimitsFixed.CompareAndSwap(false, true) {
		return false
	}
	e.log.Warn("the engine cannot raise limits of processes: containers have its own number of open files where their definition names none", "error", err)
	return true
}

// ulimits leaves out what the engine cannot give.
func (e *Engine) ulimits(asked []backend.Ulimit) []backend.Ulimit {
	return slices.DeleteFunc(slices.Clone(asked), func(u backend.Ulimit) bool { return u.Optional && e.ulimitsFixed.Load() })
}
