package limits

import (
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/docker/go-units"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Ulimits are limits of processes that an engine can give.
type Ulimits struct {
	fixed   atomic.Bool // they cannot be raised
	address string      // of the engine
	log     *slog.Logger
}

// refusing has the addresses of engines that have refused to raise limits, and their errors: the next emulator of this
// process, as tests have many, need not try again.
var refusing sync.Map

// NewUlimits returns the limits of an engine at an address, which may have refused some to another emulator of this process.
func NewUlimits(address string, log *slog.Logger) *Ulimits {
	u := &Ulimits{address: address, log: log}
	if err, known := refusing.Load(address); known {
		u.fix(err)
	}
	return u
}

// Trial asks for more open files than an engine may have itself. The owner's heartbeat, which is made
// first, tries whether the engine can give them.
func (u *Ulimits) Trial() []*units.Ulimit {
	if u.fixed.Load() {
		return nil
	}
	return []*units.Ulimit{{Name: "nofile", Soft: 65_535, Hard: 65_535}}
}

// Refused notes an error that says that limits cannot be raised: the engine runs
// without that right, rootless or in a container. It returns true for the first such error.
// Sources: runc, "error setting rlimit type 7"; crun, "setrlimit `RLIMIT_NOFILE`".
func (u *Ulimits) Refused(err error) bool {
	if err == nil || !strings.Contains(strings.ToLower(err.Error()), "rlimit") || !u.fixed.CompareAndSwap(false, true) {
		return false
	}
	refusing.Store(u.address, err)
	u.fix(err)
	return true
}

func (u *Ulimits) fix(err any) {
	u.fixed.Store(true)
	u.log.Warn("the engine cannot raise ulimits: containers whose definition sets none have the engine's limit of open files", "error", err)
}

// Possible leaves out optional limits that the engine cannot give.
func (u *Ulimits) Possible(asked []backend.Ulimit) []backend.Ulimit {
	return slices.DeleteFunc(slices.Clone(asked), func(limit backend.Ulimit) bool { return limit.Optional && u.fixed.Load() })
}
