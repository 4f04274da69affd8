package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	discovery "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// A WebSocket and a stream of gRPC go through two proxies, and they go on, as all names do, while the emulator is killed under
// load. When it runs again it has nothing to tell the proxies. A service that comes later is unknown to the tasks of an
// older deployment, and an application that hangs gets no requests for a while.
func TestDockerServiceConnectGoesOnWithoutTheEmulatorUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := t.TempDir()
	m := startMesh(t, "--data-dir", dir)
	const socket, stream = "ws+http://echo/ws", "grpc+http://rpc/grpc"
	m.create(meshService{name: "rpc", alias: "rpc", grace: "0s", protocol: types.ApplicationProtocolGrpc, registry: m.registry("names", discovery.RecordTypeA)}, "rpc", 1)
	m.create(meshService{name: "echo", alias: "echo", grace: "0s", timeout: aws.Int32(1)}, "echo", 2)
	m.settles("rpc", "echo")
	m.create(meshService{name: "caller", grace: "0s", rate: 100, calls: []string{socket, stream, echoURL, "dns+http://names.shop.local:8081/"}}, "caller", 1)
	m.settles("caller")
	callers := m.callers("caller")

	m.phase("killed", func() {
		m.next(callers, "", 100)
		m.kill()
		m.next(callers, "", 500)
		part := m.T
		m.process = startServe(t, "--engine", "docker", "--on-exit", "remove", "--log-level", "debug", "--data-dir", dir)
		m.T = part
		const knows = "a Service Connect proxy knows what to do"
		m.eventually("all proxies are connected to", func() bool { return strings.Count(m.log(), knows) == 4 })
		for line := range strings.Lines(m.log()) {
			if strings.Contains(line, knows) && !strings.HasSuffix(strings.TrimSpace(line), "pushed=0") {
				t.Errorf("a proxy is told what it knows: %s", line)
			}
		}
		m.next(callers, "", 100)
		for _, url := range []string{socket, stream} {
			if c := m.calls(callers)[url]; len(c.Answered) != 1 || c.Answered["1"] != c.Asked {
				t.Errorf("messages to %s by the number of the connection: %v", url, c.Answered)
			}
		}
	}, "caller")

	m.part("a later endpoint", m.learnsOf)
	m.part("an application that hangs", m.ejects)
}

// Calls of caller, of which the second is to a service that comes later.
const echoURL, lateURL = "http://echo/", "http://late/"

// learnsOf has a service come that old tasks do not know, nor those that replace them or join them.
func (m *mesh) learnsOf() {
	caller := meshService{name: "caller", grace: "0s", rate: 100, calls: []string{echoURL, lateURL}}
	m.update(ecs.UpdateServiceInput{Service: aws.String("caller"), TaskDefinition: m.define(caller, "caller")})
	m.settles("caller")
	m.create(meshService{name: "late", alias: "late", grace: "0s"}, "late", 1)
	m.settles("late")
	first := m.tasksOf("caller")[0]
	_, err := m.client.StopTask(m.Context(), &ecs.StopTaskInput{Task: &first})
	m.must(err)
	m.update(ecs.UpdateServiceInput{Service: aws.String("caller"), DesiredCount: aws.Int32(2)})
	m.until(first, "STOPPED")
	m.settles("caller")
	if c := m.next(m.callers("caller"), lateURL, 100); c.Failed != c.Asked {
		m.Errorf("tasks of the older deployment know it: %+v", c)
	}
	if c := m.next(m.callers("caller"), echoURL, 100); c.Failed > 0 {
		m.Errorf("%d of %d calls of them fail", c.Failed, c.Asked)
	}
	m.update(ecs.UpdateServiceInput{Service: aws.String("caller"), ForceNewDeployment: true})
	m.settles("caller")
	if c := m.next(m.callers("caller"), lateURL, 100); c.Failed > 0 {
		m.Errorf("%d of %d calls of the new deployment fail", c.Failed, c.Asked)
	}
}

// ejects has an application hang, and go on when it gets no requests any more.
func (m *mesh) ejects() {
	callers, hangs := m.callers("caller"), m.tasksOf("echo")[0]
	name := "ip-" + strings.ReplaceAll(*m.task(hangs).Containers[0].NetworkInterfaces[0].PrivateIpv4Address, ".", "-")
	answers := func(c called) bool {
		for by := range c.By {
			if strings.HasPrefix(by, name+".") {
				return true
			}
		}
		return false
	}
	m.eventually("it answers", func() bool { return answers(m.next(callers, echoURL, 10)) })
	engine, id := dockertest.Client(m.T), m.containerID(hangs)
	_, err := engine.ContainerPause(m.Context(), id, client.ContainerPauseOptions{})
	m.must(err)
	var c called
	m.eventually("it is ejected", func() bool {
		c = m.next(callers, echoURL, 400)
		return c.Failed == 0
	})
	if answers(c) {
		m.Errorf("what hangs answers: %v", c.By)
	}
	_, err = engine.ContainerUnpause(m.Context(), id, client.ContainerUnpauseOptions{})
	m.must(err)
	m.eventually("it is taken back", func() bool { return answers(m.next(callers, echoURL, 10)) })
	if c := m.next(callers, echoURL, 100); c.Failed > 0 {
		m.Errorf("%s: %d of %d calls fail", fmt.Sprint(c.By), c.Failed, c.Asked)
	}
}
