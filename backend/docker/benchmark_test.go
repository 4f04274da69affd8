package docker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// BenchmarkTask starts and removes a task of one container: what the engine
// interface costs over the same calls to the Docker API in BenchmarkBareTask.
func BenchmarkTask(b *testing.B) {
	engine, app, ctx := dockertest.Engine(b), dockertest.Image(b), context.Background()
	if _, err := engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		b.Fatal(err)
	}
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		sandbox, err := engine.CreateSandbox(ctx, backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc", Memory: 64 << 20, CPU: 256})
		must(err)
		must(engine.Start(ctx, sandbox.ID))
		id, err := engine.Create(ctx, backend.ContainerSpec{Name: dockertest.Owner(), Image: app, Sandbox: sandbox.ID, Command: []string{"ignore-term"}})
		must(err)
		must(engine.Start(ctx, id))
		b.StopTimer()
		must(engine.Remove(ctx, id))
		must(engine.Remove(ctx, sandbox.ID))
		b.StartTimer()
	}
}

// BenchmarkBareTask is BenchmarkTask without this package.
func BenchmarkBareTask(b *testing.B) {
	cli, app, ctx := dockertest.Client(b), dockertest.Image(b), context.Background()
	start := func(command string, host *container.HostConfig) string {
		b.Helper()
		made, err := cli.ContainerCreate(ctx, client.ContainerCreateOptions{
			Config:     &container.Config{Image: app, Cmd: []string{command}},
			HostConfig: host,
			Name:       dockertest.Owner(),
		})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := cli.ContainerStart(ctx, made.ID, client.ContainerStartOptions{}); err != nil {
			b.Fatal(err)
		}
		return made.ID
	}
	for b.Loop() {
		first := start("ignore-term", &container.HostConfig{Resources: container.Resources{Memory: 64 << 20, CPUPeriod: 100000, CPUQuota: 25000}})
		second := start("ignore-term", &container.HostConfig{NetworkMode: container.NetworkMode("container:" + first)})
		b.StopTimer()
		for _, id := range []string{second, first} {
			if _, err := cli.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true}); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
	}
}

// BenchmarkMachine makes and removes a machine: a network and the sandbox that routes it.
func BenchmarkMachine(b *testing.B) {
	engine, ctx := dockertest.Engine(b), context.Background()
	if _, err := engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		b.Fatal(err)
	}
	var network, sandbox time.Duration
	for b.Loop() {
		name, begin := dockertest.Owner(), time.Now()
		if err := ensureBridge(ctx, engine, name); err != nil {
			b.Fatal(err)
		}
		network += time.Since(begin)
		begin = time.Now()
		machine, err := engine.CreateSandbox(ctx, backend.SandboxSpec{Name: name, Network: "vpc", Routes: name, Memory: 64 << 20, CPU: 256})
		if err != nil {
			b.Fatal(err)
		}
		if err := engine.Start(ctx, machine.ID); err != nil {
			b.Fatal(err)
		}
		sandbox += time.Since(begin)
		b.StopTimer()
		if err := engine.Remove(ctx, machine.ID); err != nil {
			b.Fatal(err)
		}
		if err := engine.RemoveNetwork(ctx, name); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(network.Milliseconds())/float64(b.N), "ms/network")
	b.ReportMetric(float64(sandbox.Milliseconds())/float64(b.N), "ms/sandbox")
}

// BenchmarkGoalPort reads through a port of a machine from a container behind it, beside one at an address of its own. Both
// at the machine's address: where that is out of reach from here, Dial goes both ways through the relay, which hides the port.
func BenchmarkGoalPort(b *testing.B) {
	engine, app, ctx := dockertest.Engine(b), dockertest.Image(b), context.Background()
	machine, task, behind, err := makeMachine(ctx, engine, dockertest.Owner(), app, backend.SandboxSpec{}, "serve", "8080")
	if err != nil {
		b.Fatal(err)
	}
	c, err := engine.Inspect(ctx, behind)
	if err != nil {
		b.Fatal(err)
	}
	err = engine.SetTraffic(ctx, machine.ID, backend.Traffic{Ports: []backend.PortForward{{Protocol: "tcp", Port: 80, To: netip.AddrPortFrom(c.IP, 8080)}}})
	if err != nil {
		b.Fatal(err)
	}
	direct, err := engine.Create(ctx, backend.ContainerSpec{Name: dockertest.Owner(), Image: app, Sandbox: task, Joins: machine.ID, Command: []string{"serve", "81"}})
	if err != nil {
		b.Fatal(err)
	}
	if err := engine.Start(ctx, direct); err != nil {
		b.Fatal(err)
	}
	for _, id := range []string{behind, direct} {
		followed := engine.Logs(ctx, id, backend.LogOptions{Follow: true, Write: func(time.Time, bool, string) error { return io.EOF }})
		if !errors.Is(followed, io.EOF) {
			b.Fatal(followed)
		}
	}
	dialer := net.Dialer{Timeout: 10 * time.Second}
	through := func(port uint16) *http.Client {
		return clientOf(b, func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "tcp4", netip.AddrPortFrom(machine.IP, port).String())
		})
	}
	if conn, err := dialer.Dial("tcp4", netip.AddrPortFrom(machine.IP, 81).String()); err == nil {
		_ = conn.Close()
	} else if _, err := engine.Dial(ctx, "tcp", machine.ID, 81); err == nil {
		b.Skip("the engine's addresses are not reached from here")
	} else {
		b.Fatal("no container answers: ", err)
	}
	for b.Loop() {
		own, bridge := through(81), through(80)
		var took [2]time.Duration
		for range 6 {
			took[0] += reads(b, own, "zeros?mib=128", 128<<20)
			took[1] += reads(b, bridge, "zeros?mib=128", 128<<20)
		}
		b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "ratio≥0.7")
	}
}

// clientOf is a client whose connections go a way.
func clientOf(b *testing.B, dial func(ctx context.Context, _, _ string) (net.Conn, error)) *http.Client {
	client := &http.Client{Transport: &http.Transport{DialContext: dial}}
	b.Cleanup(client.CloseIdleConnections)
	return client
}

// reads is how long an answer of a size takes.
func reads(b *testing.B, client *http.Client, path string, size int64) time.Duration {
	b.Helper()
	began := time.Now()
	answer, err := client.Get("http://task/" + path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if n, err := io.Copy(io.Discard, answer.Body); err != nil || n != size {
		b.Fatal(n, err)
	}
	return time.Since(began)
}

// BenchmarkGoalRelay reads from a task over the relay, beside its own address; and asks it for little, over a connection
// that is there. What the relay publishes is a third way.
func BenchmarkGoalRelay(b *testing.B) {
	engine, ctx := published(b, 1), context.Background()
	if _, err := engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		b.Fatal(err)
	}
	sandbox, err := engine.CreateSandbox(ctx, backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc"})
	if err != nil {
		b.Fatal(err)
	}
	if err := engine.Start(ctx, sandbox.ID); err != nil {
		b.Fatal(err)
	}
	server, err := engine.Create(ctx, backend.ContainerSpec{Name: dockertest.Owner(), Image: dockertest.Image(b), Sandbox: sandbox.ID, Command: []string{"serve", "80"}})
	if err != nil {
		b.Fatal(err)
	}
	if err := engine.Start(ctx, server); err != nil {
		b.Fatal(err)
	}
	tcp, _, err := engine.PublishedPorts(ctx)
	if err != nil || len(tcp) != 1 {
		b.Fatal(tcp, err)
	}
	if err := engine.SetPublished(ctx, []backend.PortForward{{Protocol: "tcp", Port: tcp[0], To: netip.AddrPortFrom(sandbox.IP, 80)}}); err != nil {
		b.Fatal(err)
	}
	engine.DialInside()
	var dialer net.Dialer
	at := func(address string) *http.Client {
		return clientOf(b, func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "tcp4", address)
		})
	}
	ways := []*http.Client{
		at(netip.AddrPortFrom(sandbox.IP, 80).String()),
		clientOf(b, func(ctx context.Context, _, _ string) (net.Conn, error) {
			return engine.Dial(ctx, "tcp", sandbox.ID, 80)
		}),
		at(fmt.Sprintf("127.0.0.1:%d", tcp[0])),
	}
	for b.Loop() {
		var much, little [3][]float64 // seconds
		for range 6 {
			for i, client := range ways {
				much[i] = append(much[i], reads(b, client, "zeros?mib=128", 128<<20).Seconds())
				for range 200 {
					little[i] = append(little[i], reads(b, client, "", 2).Seconds())
				}
			}
		}
		for i := range ways {
			slices.Sort(much[i])
			slices.Sort(little[i])
		}
		middle := func(list []float64) float64 { return list[len(list)/2] }
		b.ReportMetric(middle(much[0])/middle(much[1]), "ratio≥0.6")
		b.ReportMetric(1000*(middle(little[1])-middle(little[0])), "ms-more≤1")
		b.ReportMetric(middle(much[0])/middle(much[2]), "ratio-published")
	}
}
