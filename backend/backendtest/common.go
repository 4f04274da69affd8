package backendtest

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

func (c *shared[T]) of(s *env, name string, first func() T) T {
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
	machine
	task string
}

// forAll makes what outlives the case, and goes with the suite. It has these labels.
func (s *env) forAll(labels map[string]string) *env {
	return &env{T: s.T, suite: s.suite, ctx: s.ctx, askers: map[vantage]*asker{}, outlives: true, shares: labels}
}

// sharedSandbox is one that runs, and has no labels.
func (s *env) sharedSandbox() string {
	s.Helper()
	return s.common.sandbox.of(s, "sandbox", func() string {
		all := s.forAll(nil)
		sandbox := all.createdSandbox()
		all.start(sandbox)
		return sandbox
	})
}

// sharedFriend is another one, in which servers of either kind run.
func (s *env) sharedFriend() backend.Container {
	s.Helper()
	made := s.common.friend.of(s, "second sandbox", func() friend {
		all := s.forAll(s.suiteLabels())
		sandbox := all.startedSandbox()
		all.serveBoth(sandbox.ID)
		return friend{sandbox, all.idle(all.spec(sandbox.ID, "sleep"))}
	})
	if at := (vantage{sandbox: made.sandbox.ID}); s.askers[at] == nil {
		s.askers[at] = newAsker(made.host)
	}
	return made.sandbox
}

// sharedStopped is one that has run and does not any more.
func (s *env) sharedStopped() string {
	s.Helper()
	return s.common.stopped.of(s, "stopped sandbox", func() string {
		all := s.forAll(s.suiteLabels())
		stopped := all.startedSandbox().ID
		all.stop(stopped, time.Second)
		return stopped
	})
}

// sharedHost is a container in the shared sandbox that may have sessions, and does nothing.
func (s *env) sharedHost() string {
	s.Helper()
	return s.common.host.of(s, "container", func() string { return s.forAll(nil).host() })
}

// sharedMachine is one whose traffic, filter and life stay as they are, and the sandbox of a task on it.
func (s *env) sharedMachine() (machine, string) {
	s.Helper()
	made := s.common.machine.of(s, "machine", func() usedMachine { return s.forAll(nil).usedMachine() })
	return made.machine, made.task
}

func (s *env) usedMachine() usedMachine {
	s.Helper()
	m := s.machine()
	return usedMachine{m, s.taskOn(m)}
}

// machineInTurn is the one of machineCases, which runs and leads and filters nothing, and a sandbox of a task on it.
func (s *env) machineInTurn() (m machine, task string) {
	s.Helper()
	made := s.common.inTurn.of(s, "machine of the cases in turn", func() usedMachine { return s.forAll(s.suiteLabels()).usedMachine() })
	if s.inspect(made.ID).State != backend.Running {
		s.start(made.ID)
	}
	if err := s.Engine.SetTraffic(s.ctx, made.ID, backend.Traffic{}); err != nil {
		s.Fatalf("SetTraffic: %v", err)
	}
	if err := s.Engine.SetFilter(s.ctx, made.ID, nil); err != nil {
		s.Fatalf("SetFilter: %v", err)
	}
	return made.machine, made.task
}
