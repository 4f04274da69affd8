package docker_test

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// BenchmarkGoalTasksOnEngines starts tasks of one container on one engine, on two, and on each more that is named, and measures
// how long all take and how many sandboxes start in a second. More engines on one machine are faster only as long as its processors
// have time left, which one engine uses up that starts many at once. The goal is therefore for as many at once as there are
// processors for, if they do nothing else.
func BenchmarkGoalTasksOnEngines(b *testing.B) {
	hosts := swarmHosts(b)
	engines := openEmptied(b, dockertest.Owner(), hosts...)
	images := make([]string, len(hosts))
	for i, host := range hosts {
		images[i] = dockertest.ImageOn(b, host)
		if _, err := startSandbox(b, engines[i]); err != nil { // which keeps the network on its engine
			b.Fatal(err)
		}
	}
	for name, batch := range map[string]batch{"one at once": {tasks: 12, atOnce: 1}, "eight at once": {tasks: 50, atOnce: 8}} {
		ratio := "ratio"
		if runtime.NumCPU() >= 2*batch.atOnce {
			ratio = "ratio≤0.65"
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				// In turns, so that what else the machine does falls on all.
				sandboxes, whole := make([]time.Duration, len(engines)), make([]time.Duration, len(engines))
				for range 2 {
					for i := range engines {
						half, all := batch.start(b, engines[:i+1], images)
						sandboxes[i] += half
						whole[i] += all
					}
				}
				for i := range engines {
					b.ReportMetric(2*float64(batch.tasks)/sandboxes[i].Seconds(), fmt.Sprintf("sandboxes/s-%d", i+1))
					b.ReportMetric(whole[i].Seconds()/2, fmt.Sprintf("s-%d", i+1))
				}
				b.ReportMetric(whole[1].Seconds()/whole[0].Seconds(), ratio)
			}
		})
	}
}

// batch is so many tasks, of which each engine starts so many at once.
type batch struct{ tasks, atOnce int }

// start starts the tasks on engines and removes them: first all sandboxes, then a container in each. It returns how long
// the sandboxes take, and how long all takes.
func (t batch) start(b *testing.B, engines []*docker.Engine, images []string) (sandboxes, whole time.Duration) {
	b.Helper()
	ids := make([]struct{ sandbox, app string }, t.tasks)
	began := time.Now()
	t.each(b, len(engines), func(n int) (err error) {
		c, err := startSandbox(b, engines[n%len(engines)])
		ids[n].sandbox = c.ID
		return err
	})
	sandboxes = time.Since(began)
	t.each(b, len(engines), func(n int) (err error) {
		ids[n].app, err = startApp(b, engines[n%len(engines)], images[n%len(engines)], ids[n].sandbox, "sleep", "1h")
		return err
	})
	whole = time.Since(began)
	t.each(b, len(engines), func(n int) error {
		engine := engines[n%len(engines)]
		if err := engine.Remove(b.Context(), ids[n].app); err != nil {
			return err
		}
		return engine.Remove(b.Context(), ids[n].sandbox)
	})
	return sandboxes, whole
}

// each does something for each task, by its number. Those of an engine are as many apart as there are engines.
func (t batch) each(b *testing.B, engines int, do func(n int) error) {
	b.Helper()
	var group sync.WaitGroup
	failures := make(chan error, t.tasks)
	for engine := range engines {
		next := make(chan int, t.tasks)
		for n := engine; n < t.tasks; n += engines {
			next <- n
		}
		close(next)
		for range t.atOnce {
			group.Go(func() {
				for n := range next {
					if err := do(n); err != nil {
						failures <- err
					}
				}
			})
		}
	}
	group.Wait()
	close(failures)
	for err := range failures {
		b.Fatal(err)
	}
}

// BenchmarkGoalStreamAcross reads over one TCP connection from a task of another engine, beside containers that the Docker API
// makes on the same overlay. The fastest of each are compared, as they are for a machine that does nothing else.
func BenchmarkGoalStreamAcross(b *testing.B) {
	hosts := pairHosts(b)
	first, second := openPair(b, dockertest.Owner())
	images := [2]string{dockertest.ImageOn(b, hosts[0]), dockertest.ImageOn(b, hosts[1])}
	var tasks [2]backend.Container
	var apps [2]string
	for i, engine := range []*docker.Engine{first, second} {
		c, err := startSandbox(b, engine)
		if err != nil {
			b.Fatal(err)
		}
		anything := []backend.FilterRule{{Protocol: backend.AnyProtocol, From: -1, To: -1, Peers: []backend.AddressRange{backend.Anywhere}}}
		if err := engine.SetFilter(b.Context(), c.ID, &backend.Filter{In: anything, Out: anything}); err != nil {
			b.Fatal(err)
		}
		if apps[i], err = startApp(b, engine, images[i], c.ID, "serve", "80"); err != nil {
			b.Fatal(err)
		}
		tasks[i] = c
	}
	overlay, err := first.EnsureNetwork(b.Context(), backend.NetworkSpec{Name: "vpc"})
	if err != nil {
		b.Fatal(err)
	}
	bareClient, _ := serveBeside(b, hosts[0], images[0], overlay.ID)
	_, bareServer := serveBeside(b, hosts[1], images[1], overlay.ID)
	for b.Loop() {
		var ours, bare []float64
		for range 12 {
			ours = append(ours, readAcross(b, hosts[0], apps[0], tasks[1].IP))
			bare = append(bare, readAcross(b, hosts[0], bareClient, bareServer))
		}
		b.ReportMetric(slices.Min(bare)/slices.Min(ours), "ratio≥0.95")
		b.ReportMetric(streamGbit/slices.Min(ours), "Gbit/s")
		b.ReportMetric(streamGbit/slices.Min(bare), "Gbit/s-bare")
	}
}

const (
	streamMiB  = 256
	streamGbit = streamMiB * 8 * (1 << 20) / 1e9
)

// readAcross has a container read from an address, and returns for how many seconds.
func readAcross(b *testing.B, host, id string, from netip.Addr) float64 {
	b.Helper()
	docker := clientOn(b, host)
	made, err := docker.ExecCreate(b.Context(), id, client.ExecCreateOptions{
		AttachStdout: true, AttachStderr: true, TTY: true, Cmd: []string{dockertest.AppPath, "ask", "1", fmt.Sprintf("http://%s/zeros?mib=%d", from, streamMiB)},
	})
	if err != nil {
		b.Fatal(err)
	}
	stream, err := docker.ExecAttach(b.Context(), made.ID, client.ExecAttachOptions{TTY: true})
	if err != nil {
		b.Fatal(err)
	}
	defer stream.Close()
	text, _ := io.ReadAll(stream.Reader)
	var median, mean float64 // microseconds
	if _, err := fmt.Sscanf(string(text), "asked %g %g", &median, &mean); err != nil {
		b.Fatalf("the container says %q: %v", strings.TrimSpace(string(text)), err)
	}
	return median / 1e6
}

// serveBeside runs a server on a network alone by the Docker API, and returns its container and its address.
func serveBeside(b *testing.B, host, image, network string) (id string, ip netip.Addr) {
	b.Helper()
	docker := clientOn(b, host)
	made, err := docker.ContainerCreate(b.Context(), client.ContainerCreateOptions{
		Name: dockertest.Owner(), Config: &container.Config{Image: image, Cmd: []string{"serve", "80"}},
		HostConfig: &container.HostConfig{NetworkMode: container.NetworkMode(network)},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if _, err := docker.ContainerRemove(context.Background(), made.ID, client.ContainerRemoveOptions{Force: true}); err != nil {
			b.Error(err)
		}
	})
	if _, err := docker.ContainerStart(b.Context(), made.ID, client.ContainerStartOptions{}); err != nil {
		b.Fatal(err)
	}
	found, err := docker.ContainerInspect(b.Context(), made.ID, client.ContainerInspectOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for _, joined := range found.Container.NetworkSettings.Networks {
		ip = joined.IPAddress
	}
	return made.ID, ip
}

// clientOn is a client of an engine, to look at it from outside.
func clientOn(b *testing.B, host string) *client.Client {
	b.Helper()
	cli, err := client.New(client.WithHost(host))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cli.Close() })
	return cli
}

// startSandbox makes and starts a sandbox of a task in the VPC.
func startSandbox(b *testing.B, engine *docker.Engine) (backend.Container, error) {
	b.Helper()
	if _, err := engine.EnsureNetwork(b.Context(), backend.NetworkSpec{Name: "vpc"}); err != nil {
		return backend.Container{}, err
	}
	c, err := engine.CreateSandbox(b.Context(), backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc"})
	if err != nil {
		return backend.Container{}, err
	}
	return c, engine.Start(b.Context(), c.ID)
}

// startApp makes and starts a container in a sandbox.
func startApp(b *testing.B, engine *docker.Engine, image, sandbox string, command ...string) (id string, err error) {
	b.Helper()
	id, err = engine.Create(b.Context(), backend.ContainerSpec{Name: dockertest.Owner(), Image: image, Sandbox: sandbox, Command: command})
	if err != nil {
		return "", err
	}
	return id, engine.Start(b.Context(), id)
}
