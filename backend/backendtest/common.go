package backendtest

import (
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// common is what cases share to which it does not matter: it saves a real engine most of its time.
type common struct {
	sandboxOnce, hostOnce, friendOnce, stoppedOnce, machineOnce sync.Once

	sandbox, host, stopped string
	friend                 backend.Container
	friendHost             string
	machine                machine
	task                   string

	inTurn     machine // of machineCases
	taskInTurn string
}

// forAll makes what outlives the case, and goes with the suite. It has these labels.
func (s *env) forAll(labels map[string]string) *env {
	return &env{T: s.T, suite: s.suite, ctx: s.ctx, askers: map[vantage]*asker{}, outlives: true, shares: labels}
}

// sharedSandbox is one that runs, and has no labels.
func (s *env) sharedSandbox() string {
	s.Helper()
	s.sandboxOnce.Do(func() {
		all := s.forAll(nil)
		sandbox := all.createdSandbox()
		all.start(sandbox)
		s.common.sandbox = sandbox
	})
	if s.common.sandbox == "" {
		s.Fatal("the sandbox that the cases share did not start")
	}
	return s.common.sandbox
}

// sharedFriend is another one, in which servers of either kind run.
func (s *env) sharedFriend() backend.Container {
	s.Helper()
	s.friendOnce.Do(func() {
		all := s.forAll(s.suiteLabels())
		friend := all.startedSandbox()
		all.serveBoth(friend.ID)
		s.common.friend, s.common.friendHost = friend, all.idle(all.spec(friend.ID, "sleep"))
	})
	if s.common.friendHost == "" {
		s.Fatal("the second sandbox that the cases share did not start")
	}
	if at := (vantage{sandbox: s.common.friend.ID}); s.askers[at] == nil {
		s.askers[at] = newAsker(s.common.friendHost)
	}
	return s.common.friend
}

// sharedStopped is one that has run and does not any more.
func (s *env) sharedStopped() string {
	s.Helper()
	s.stoppedOnce.Do(func() {
		all := s.forAll(s.suiteLabels())
		stopped := all.startedSandbox().ID
		all.stop(stopped, time.Second)
		s.common.stopped = stopped
	})
	if s.common.stopped == "" {
		s.Fatal("the sandbox that the cases share did not stop")
	}
	return s.common.stopped
}

// sharedHost is a container in the shared sandbox that may have sessions, and does nothing.
func (s *env) sharedHost() string {
	s.Helper()
	s.hostOnce.Do(func() { s.common.host = s.forAll(nil).host() })
	if s.common.host == "" {
		s.Fatal("the container that the cases share did not start")
	}
	return s.common.host
}

// sharedMachine is one whose traffic, filter and life stay as they are, and the sandbox of a task on it.
func (s *env) sharedMachine() (machine, string) {
	s.Helper()
	s.machineOnce.Do(func() {
		all := s.forAll(nil)
		s.common.machine = all.machine()
		s.common.task = all.taskOn(s.common.machine)
	})
	if s.common.task == "" {
		s.Fatal("the machine that the cases share did not start")
	}
	return s.common.machine, s.common.task
}

// machineInTurn is the one of machineCases, which runs and leads and filters nothing, and a sandbox of a task on it.
func (s *env) machineInTurn() (m machine, task string) {
	s.Helper()
	if s.common.taskInTurn == "" {
		all := s.forAll(s.suiteLabels())
		s.common.inTurn = all.machine()
		s.common.taskInTurn = all.taskOn(s.common.inTurn)
		return s.common.inTurn, s.common.taskInTurn
	}
	m = s.common.inTurn
	if s.inspect(m.ID).State != backend.Running {
		s.start(m.ID)
	}
	if err := s.Engine.SetTraffic(s.ctx, m.ID, backend.Traffic{}); err != nil {
		s.Fatalf("SetTraffic: %v", err)
	}
	if err := s.Engine.SetFilter(s.ctx, m.ID, nil); err != nil {
		s.Fatalf("SetFilter: %v", err)
	}
	return m, s.common.taskInTurn
}
