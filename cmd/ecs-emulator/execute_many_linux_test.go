package main

import (
	"fmt"
	"strings"
	"testing"

	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// TestDockerHasFiftySessionsInOneContainerUnderLoad opens them at once, which is a load for the engine, and nothing of them
// is left.
func TestDockerHasFiftySessionsInOneContainerUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	p := startServe(t, "--engine", "docker")
	task, shell := p.runExecutable(dockertest.Image(t), "app"), dockertest.AppPath+" sh"
	container := p.engineID(task)
	p.executes(task, shell).exits()
	p.untilAlone(container)
	const many = 50
	before := [...]int{p.metric("go_goroutines"), p.metric("process_open_fds")}

	all := make([]*screen, many)
	for i := range all {
		all[i] = p.executes(task, shell)
	}
	for _, s := range all {
		s.awaits("# ")
	}
	if n := p.sessions(ssmtypes.SessionStateActive); n != many {
		t.Errorf("there are %d sessions, want %d", n, many)
	}
	if n := p.processes(container); n != 1+2*many { // a session has its program and the shell
		t.Errorf("in the container run %d programs, want %d", n, 1+2*many)
	}
	for i, s := range all {
		s.takesKeys()
		s.types(fmt.Sprintf("echo this is %d\r", i))
	}
	for i, s := range all {
		s.awaits(fmt.Sprintf("\nthis is %d\n# ", i))
		if n := strings.Count(s.text(), "\nthis is "); n != 1 {
			t.Errorf("terminal %d shows %d answers:\n%s", i, n, s.text())
		}
	}
	for _, s := range all {
		s.types("exit\r")
	}
	for _, s := range all {
		s.ends()
	}

	p.untilAlone(container)
	if n := p.sessions(ssmtypes.SessionStateHistory); n != many+1 {
		t.Errorf("%d sessions are over, want %d", n, many+1)
	}
	for i, name := range []string{"go_goroutines", "process_open_fds"} {
		// Connections to the engine that are kept for the next call come and go.
		p.eventually(fmt.Sprintf("%s is some %d again", name, before[i]), func() bool { return p.metric(name) < before[i]+many/4 })
	}
}
