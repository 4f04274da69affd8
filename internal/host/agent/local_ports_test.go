package agent

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport/hostporttest"
)

// withLocalPorts is about tasks of a service that have their own port numbers on a loopback
// address.
func withLocalPorts(t *testing.T, story func(b *bench, q *hostporttest.Loopback)) {
	withAgent(t, func(b *bench) {
		b.stop()
		b.service = scope.Service("default", "web")
		q := hostporttest.New()
		b.startLocal(q)
		story(b, q)
	})
}

func (b *bench) startLocal(q *hostporttest.Loopback) {
	a := New(Options{Store: b.store, Clock: b.clock, Log: b.agent.Log, Hosts: []HostOptions{{Engine: b.engine, LocalPorts: true}}})
	a.named[""].ports = hostport.New(hostport.Options{Log: b.agent.Log, Engine: a.named[""].Engine, Listen: q.Listen})
	b.runAgent(a)
}

// serving is a container that says its name on port 80.
func serving(name string) types.ContainerDefinition {
	c := container("web", "serve", "80", name)
	c.PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(80)}}
	return c
}

// stubborn takes the time that it is given to stop.
var stubborn = container("stubborn", "ignore-term")

// get is what an address answers; empty is nothing.
func (b *bench) get(q *hostporttest.Loopback, address string) string {
	b.Helper()
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return q.Dial(address) },
	}}
	answer, err := client.Get("http://web/")
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Error(err)
	}
	return string(text)
}

const local80 = "127.0.0.1:80"

// opened are the addresses of ports.
func opened(ports []hostport.Port) (addresses []string) {
	for _, p := range ports {
		addresses = append(addresses, p.Address)
	}
	return addresses
}

// has80 says which of some tasks shows that it has port 80.
func (b *bench) has80(tasks ...string) (who []string) {
	for _, id := range tasks {
		if slices.Contains(opened(b.agent.HostPorts(id, false)), local80) {
			who = append(who, id)
		}
	}
	return who
}

func TestAPortStaysOverADeployment(t *testing.T) {
	withLocalPorts(t, func(b *bench, q *hostporttest.Loopback) {
		start := func(name string) string {
			defer time.Sleep(time.Second)
			return b.run(serving(name), stubborn)
		}
		one, two := start("one"), start("two")
		b.expect("at first", b.get(q, local80), "one")
		listener := q.Open()[local80]
		three, four := start("three"), start("four")
		all := []string{one, two, three, four}
		b.expect("who has it", b.has80(all...), []string{one})
		b.expect("with new tasks beside", b.get(q, local80), "one")
		b.stopTask(one)
		b.expect("while the first stops", b.get(q, local80), "two")
		b.expect("who has it then", b.has80(all...), []string{two})
		b.stopTask(two)
		b.expect("while both stop", b.get(q, local80), "three")
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("after the deployment", b.get(q, local80), "three")
		b.expect("who has it in the end", b.has80(all...), []string{three})
		b.expect("the listener is the same", q.Open()[local80] == listener, true)
	})
}

func TestAPortIsKeptUntilTheLastTaskOfItsServiceEnds(t *testing.T) {
	withLocalPorts(t, func(b *bench, q *hostporttest.Loopback) {
		only := b.run(serving("only"), stubborn)
		b.stopTask(only)
		b.expect("while it stops", b.has80(only), []string{only})
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("ports left open", len(q.Open()), 0)
		b.run(serving("next"))
		b.expect("with another task", b.get(q, local80), "next")
	})
}

func TestAPortOutlivesATaskThatCrashes(t *testing.T) {
	withLocalPorts(t, func(b *bench, q *hostporttest.Loopback) {
		first := b.run(serving("first"))
		time.Sleep(time.Second)
		b.run(serving("second"))
		if err := b.engine.Crash(b.Context(), b.task(first).Status.Containers[0].EngineID); err != nil {
			b.Fatal(err)
		}
		synctest.Wait()
		b.expect("after the crash", b.get(q, local80), "second")
	})
}

// The ids of tasks are arbitrary: they are not found in the order in which they began.
func TestTheOldestTaskHasThePortAfterARestart(t *testing.T) {
	withLocalPorts(t, func(b *bench, q *hostporttest.Loopback) {
		var tasks []string
		for range 20 {
			tasks = append(tasks, b.run(serving("web")))
			time.Sleep(time.Second)
		}
		b.stop()
		b.expect("ports open while it is down", len(q.Open()), 0)
		b.startLocal(q)
		b.expect("who has it", b.has80(tasks...), tasks[:1])
		b.expect("it answers", b.get(q, local80), "web")
	})
}

func TestAServiceDoesNotTakeAnothersPort(t *testing.T) {
	withLocalPorts(t, func(b *bench, q *hostporttest.Loopback) {
		web := b.run(serving("web"))
		b.service = scope.Service("default", "api")
		api := b.run(serving("api"))
		time.Sleep(time.Second) // of two that began at once either may have it
		b.service = ""
		alone := b.run(serving("alone"))
		b.expect("who has it", b.has80(web, api, alone), []string{web})
		own := b.agent.HostPorts(api, true)
		b.expect("ports of the other", len(own), 1)
		b.expect("which answers", b.get(q, own[0].Address), "api")
		b.stopTask(web)
		b.expect("who has it when it is given back", b.has80(web, api, alone), []string{api})
		b.expect("it answers then", b.get(q, local80), "api")
		b.stopTask(api)
		b.expect("who has it after that", b.has80(web, api, alone), []string{alone})
		b.stopTask(alone)
		b.expect("without any", b.get(q, local80), "")
		b.expect("the next to begin has it", b.has80(b.run(serving("next"))) != nil, true)
	})
}

func TestLocalPortsOfContainerInstances(t *testing.T) {
	for name, c := range map[string]struct {
		mode    types.NetworkMode
		mapping types.PortMapping
		want    string
	}{
		"a fixed port":  {types.NetworkModeBridge, hostPort(8080), "127.0.0.1:8080"},
		"a dynamic one": {types.NetworkModeBridge, hostPort(0), local80},
		"the host's":    {types.NetworkModeHost, hostPort(80), local80},
		"its own":       {types.NetworkModeAwsvpc, hostPort(80), local80},
	} {
		t.Run(name, func(t *testing.T) {
			withLocalPorts(t, func(b *bench, q *hostporttest.Loopback) {
				first := b.runAt(b.instance(), c.mode, server("web", c.mapping))
				time.Sleep(time.Second)
				second := b.runAt(b.instance(), c.mode, server("web", c.mapping))
				b.expect("the first has", opened(b.agent.HostPorts(first, true)), []string{c.want})
				b.expect("it answers", b.get(q, c.want) != "", true)
				b.expect("the second has it", slices.Contains(opened(b.agent.HostPorts(second, true)), c.want), false)
				b.stopTask(first)
				b.expect("the second has it then", opened(b.agent.HostPorts(second, true))[0], c.want)
				b.expect("it answers then", b.get(q, c.want) != "", true)
			})
		})
	}
}

// Without the option a port of an interface has any number, and simulated ones are opened
// when a user asks.
func TestPortsHaveAnyNumberOtherwise(t *testing.T) {
	withAgent(t, func(b *bench) {
		q := hostporttest.New()
		b.agent.named[""].ports = hostport.New(hostport.Options{Log: b.agent.Log, Engine: b.agent.named[""].Engine, Listen: q.Listen})
		id := b.run(serving("web"))
		b.expect("ports that are open", len(q.Open()), 0)
		b.expect("ports when asked", opened(b.agent.HostPorts(id, true)), []string{"127.0.0.1:40001"})
		b.expect("it answers", b.get(q, "127.0.0.1:40001"), "web")
	})
}
