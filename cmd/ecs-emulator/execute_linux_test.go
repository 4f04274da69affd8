package main

import (
	"bufio"
	"net/http"
	"os/exec"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionmanagerplugin"
)

// pluginFor is AWS's plugin for what ExecuteCommand has answered to the SDK.
func (p *process) pluginFor(task, command string) *exec.Cmd {
	p.Helper()
	_, err := sessionmanagerplugin.Program() // its build may outlast the token of a session that has begun
	p.must(err)
	out, err := p.client.ExecuteCommand(p.Context(), &ecs.ExecuteCommandInput{Task: &task, Command: &command, Interactive: true})
	p.must(err)
	session := sessionmanagerplugin.Session{SessionID: *out.Session.SessionId, StreamURL: *out.Session.StreamUrl, TokenValue: *out.Session.TokenValue}
	return sessionmanagerplugin.Command(p, session, *p.client.Options().BaseEndpoint)
}

// executes has the plugin show the session of a command on a terminal.
func (p *process) executes(task, command string) *screen {
	p.Helper()
	return startOnTerminal(p, 100, p.pluginFor(task, command))
}

// exits types the end of a shell, and waits for that of the plugin.
func (s *screen) exits() {
	s.Helper()
	s.takesKeys()
	s.types("exit\r")
	s.ends()
}

// ends waits for the end of the plugin.
func (s *screen) ends() {
	s.Helper()
	s.awaits("Exiting session with sessionId: ecs-execute-command-")
	if err := s.cmd.Wait(); err != nil {
		s.Errorf("the plugin ends with %v:\n%s", err, s.text())
	}
}

// sessions counts those of a state.
func (p *process) sessions(state ssmtypes.SessionState) (n int) {
	p.Helper()
	o := p.client.Options()
	api := ssm.New(ssm.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
	for page := (*string)(nil); ; {
		out, err := api.DescribeSessions(p.Context(), &ssm.DescribeSessionsInput{State: state, NextToken: page})
		p.must(err)
		n += len(out.Sessions)
		if page = out.NextToken; aws.ToString(page) == "" {
			return n
		}
	}
}

// metric is one of the emulator's own.
func (p *process) metric(name string) (value int) {
	p.Helper()
	answer, err := http.Get(*p.client.Options().BaseEndpoint + "/metrics")
	p.must(err)
	defer answer.Body.Close()
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			number, err := strconv.ParseFloat(text, 64)
			p.must(err)
			value = int(number)
		}
	} // all of it is read, for the connection to be used again
	return value
}

// processes counts those of a container.
func (p *process) processes(id string) int {
	p.Helper()
	top, err := dockertest.Client(p).ContainerTop(p.Context(), id, client.ContainerTopOptions{Arguments: []string{"-o", "pid,args"}})
	p.must(err)
	return len(top.Processes)
}

// untilAlone waits until a container has its own program alone, and no session is left.
func (p *process) untilAlone(id string) {
	p.Helper()
	p.eventually("the container's own program is alone", func() bool { return p.processes(id) == 1 })
	p.eventually("there is no session", func() bool { return p.sessions(ssmtypes.SessionStateActive) == 0 })
	p.eventually("the engine runs no command in the container", func() bool { return p.commands(id) == 0 })
}

// commands counts those that the engine runs in a container beside its own. It knows for a while such as have
// ended.
func (p *process) commands(id string) (running int) {
	p.Helper()
	cli := dockertest.Client(p)
	found, err := cli.ContainerInspect(p.Context(), id, client.ContainerInspectOptions{})
	p.must(err)
	for _, command := range found.Container.ExecIDs {
		if state, err := cli.ExecInspect(p.Context(), command, client.ExecInspectOptions{}); err == nil && state.Running {
			running++
		}
	}
	return running
}
