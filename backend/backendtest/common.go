package backendtest

import "sync"

// common is what cases share to which it does not matter: it saves a real engine most of its time.
type common struct {
	sandboxOnce, hostOnce, machineOnce sync.Once

	sandbox, host string
	machine       machine
	task          string
}

// forAll makes what outlives the case, and goes with the suite.
func (s *env) forAll() *env {
	return &env{T: s.T, suite: s.suite, ctx: s.ctx, outlives: true}
}

// sharedSandbox is one that runs.
func (s *env) sharedSandbox() string {
	s.Helper()
	s.sandboxOnce.Do(func() { s.common.sandbox = s.forAll().runningSandbox() })
	if s.common.sandbox == "" {
		s.Fatal("the sandbox that the cases share did not start")
	}
	return s.common.sandbox
}

// sharedHost is a container in it that may have sessions, and does nothing.
func (s *env) sharedHost() string {
	s.Helper()
	s.hostOnce.Do(func() { s.common.host = s.forAll().host() })
	if s.common.host == "" {
		s.Fatal("the container that the cases share did not start")
	}
	return s.common.host
}

// sharedMachine is one whose traffic, filter and life stay as they are, and the sandbox of a task on it.
func (s *env) sharedMachine() (machine, string) {
	s.Helper()
	s.machineOnce.Do(func() {
		all := s.forAll()
		s.common.machine = all.machine()
		s.common.task = all.taskOn(s.common.machine)
	})
	if s.common.task == "" {
		s.Fatal("the machine that the cases share did not start")
	}
	return s.common.machine, s.common.task
}
