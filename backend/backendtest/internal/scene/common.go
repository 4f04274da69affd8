package scene

import (
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// common is what cases share to which it does not matter: it saves a real engine most of its time.
type common struct {
	sandbox, host, stopped shared[string]
	friend                 shared[friend]
	machine, inTurn        shared[usedMachine]
}

// shared is made by the first case that wants it.
type shared[T any] struct {
	once  sync.Once
	value T
	made  bool
}

func (c *shared[T]) of(s *Env, name string, first func() T) T {
	s.Helper()
	c.once.Do(func() { c.value, c.made = first(), true })
	if !c.made {
		s.Fatalf("the %s that the cases share did not come to be", name)
	}
	return c.value
}

// friend is a sandbox with servers, and a container in it that may have sessions.
type friend struct {
	sandbox backend.Container
	host    string
}

// usedMachine is a machine with the sandbox of a task on it.
type usedMachine struct {
	Machine
	task string
}

// forAll makes what outlives the case, and goes with the suite. It has these labels.
func (s *Env) forAll(labels map[string]string) *Env {
	return &Env{T: s.T, Suite: s.Suite, Ctx: s.Ctx, askers: map[vantage]*asker{}, outlives: true, shares: labels}
}

// SharedSandbox is one that runs, and has no labels.
func (s *Env) SharedSandbox() string {
	s.Helper()
	return s.common.sandbox.of(s, "sandbox", func() string {
		all := s.forAll(nil)
		sandbox := all.CreatedSandbox()
		all.Start(sandbox)
		return sandbox
	})
}

// SharedFriend is another one, in which servers of either kind run.
func (s *Env) SharedFriend() backend.Container {
	s.Helper()
	made := s.common.friend.of(s, "second sandbox", func() friend {
		all := s.forAll(s.suiteLabels())
		sandbox := all.StartedSandbox()
		all.ServeBoth(sandbox.ID)
		return friend{sandbox, all.idle(all.Spec(sandbox.ID, "sleep"))}
	})
	if at := (vantage{sandbox: made.sandbox.ID}); s.askers[at] == nil {
		s.askers[at] = newAsker(made.host)
	}
	return made.sandbox
}

// SharedStopped is one that has run and does not any more.
func (s *Env) SharedStopped() string {
	s.Helper()
	return s.common.stopped.of(s, "stopped sandbox", func() string {
		all := s.forAll(s.suiteLabels())
		stopped := all.StartedSandbox().ID
		all.Stop(stopped, time.Second)
		return stopped
	})
}

// SharedHost is a container in the shared sandbox that may have sessions, and does nothing.
func (s *Env) SharedHost() string {
	s.Helper()
	return s.common.host.of(s, "container", func() string { return s.forAll(nil).Host() })
}

// SharedMachine is one whose traffic, filter and life stay as they are, and the sandbox of a task on it.
func (s *Env) SharedMachine() (Machine, string) {
	s.Helper()
	made := s.common.machine.of(s, "machine", func() usedMachine { return s.forAll(nil).usedMachine() })
	return made.Machine, made.task
}

func (s *Env) usedMachine() usedMachine {
	s.Helper()
	m := s.Machine()
	return usedMachine{m, s.TaskOn(m)}
}

// MachineInTurn is the one of the cases that have it in turn, which runs and leads and filters nothing, and a sandbox of a task on it.
func (s *Env) MachineInTurn() (m Machine, task string) {
	s.Helper()
	made := s.common.inTurn.of(s, "machine of the cases in turn", func() usedMachine { return s.forAll(s.suiteLabels()).usedMachine() })
	if s.Inspect(made.ID).State != backend.Running {
		s.Start(made.ID)
	}
	if err := s.Engine.SetTraffic(s.Ctx, made.ID, backend.Traffic{}); err != nil {
		s.Fatalf("SetTraffic: %v", err)
	}
	if err := s.Engine.SetFilter(s.Ctx, made.ID, nil); err != nil {
		s.Fatalf("SetFilter: %v", err)
	}
	return made.Machine, made.task
}
