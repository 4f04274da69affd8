package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

const (
	relayRates  = "MiB/s of Dial over the relay"
	relayTrips  = "a request of Dial over the relay"
	relayPort   = 8080
	relayTripsN = 200
)

// measureRelay reads from a task through the relay, as a process does from which the addresses
// of tasks are out of reach, and beside it from the task's own address. The engine is
// behind a proxy of TCP, as a remote one is, so it counts as out of reach.
func measureRelay(ctx context.Context, b *bench) error {
	if !b.wanted("relay/"+relayRates) && !b.wanted("relay/"+relayTrips) {
		return nil
	}
	return b.withApp(ctx, func(cli *client.Client, image string) error { return b.compareRelay(ctx, cli.DaemonHost(), image) })
}

func (b *bench) compareRelay(ctx context.Context, host, image string) (err error) {
	path, local := strings.CutPrefix(host, "unix://")
	if !local {
		b.report.note("left out: the engine is not on this machine")
		return nil
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	go serveProxy(listener, path)
	engine, err := docker.Open(ctx, docker.Options{Host: "tcp://" + listener.Addr().String(), Owner: "bench-" + rand.Text()[:8]})
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, engine.RemoveAll(context.WithoutCancel(ctx)), engine.Close())
	}()
	sandbox, err := startServed(ctx, engine, image, "serve", fmt.Sprint(relayPort))
	if err != nil {
		return err
	}
	over := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return engine.Dial(ctx, "tcp", sandbox.ID, relayPort)
	}
	at := fmt.Sprintf("http://%s:%d/", sandbox.IP, relayPort)
	relayed, direct := &http.Client{Transport: &http.Transport{DialContext: over}, Timeout: patience}, &http.Client{Transport: new(http.Transport), Timeout: patience}
	defer relayed.CloseIdleConnections()
	defer direct.CloseIdleConnections()
	rates, trips := map[*http.Client][]float64{}, map[*http.Client][]float64{}
	for range 2 * b.rounds {
		for _, c := range []*http.Client{relayed, direct} {
			rate, trip, err := askThrough(ctx, c, at)
			if err != nil {
				return err
			}
			rates[c], trips[c] = append(rates[c], rate), append(trips[c], trip)
		}
	}
	own, theirs := median(rates[relayed]), median(rates[direct])
	b.report.add(row{
		name: relayRates, figure: fmt.Sprintf("%.0f", own), reference: fmt.Sprintf("%.0f", theirs), ratio: own / theirs, goal: atLeast(0.6),
	})
	own, theirs = median(trips[relayed]), median(trips[direct])
	b.report.add(row{
		name: relayTrips, figure: fmt.Sprintf("%.2f ms", own), reference: fmt.Sprintf("%.2f ms", theirs), ratio: own / theirs,
		held: own - theirs, goal: atMost(1, " ms more"),
	})
	return nil
}

// serveProxy passes TCP connections on to a socket.
func serveProxy(listener net.Listener, path string) {
	for {
		near, err := listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("unix", path)
		if err != nil {
			_ = near.Close()
			return
		}
		pass := func(to, from net.Conn) {
			_, _ = io.Copy(to, from)
			_ = to.(interface{ CloseWrite() error }).CloseWrite()
		}
		go pass(near, far)
		go pass(far, near)
	}
}

// startServed starts a server, which listens at relayPort, in a sandbox and returns the sandbox.
func startServed(ctx context.Context, engine *docker.Engine, image string, command ...string) (sandbox backend.Container, err error) {
	if _, err := engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		return sandbox, err
	}
	if sandbox, err = engine.CreateSandbox(ctx, backend.SandboxSpec{Name: "bench-" + rand.Text()[:8], Network: "vpc"}); err != nil {
		return sandbox, err
	}
	if err := engine.Start(ctx, sandbox.ID); err != nil {
		return sandbox, err
	}
	id, err := engine.Create(ctx, backend.ContainerSpec{
		Name: "bench-" + rand.Text()[:8], Image: image, Sandbox: sandbox.ID, Command: command,
	})
	if err != nil {
		return sandbox, err
	}
	if err := engine.Start(ctx, id); err != nil {
		return sandbox, err
	}
	return sandbox, until(ctx, "the server to listen", func() (bool, error) {
		conn, err := engine.Dial(ctx, "tcp", sandbox.ID, relayPort)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil, nil
	})
}

// askThrough is how many MiB come per second, and how many milliseconds a small request
// takes over a connection that is there.
func askThrough(ctx context.Context, c *http.Client, at string) (rate, trip float64, err error) {
	const mib = 256
	get := func(path string, size int64) (time.Duration, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, at+path, nil)
		if err != nil {
			return 0, err
		}
		began := time.Now()
		answer, err := c.Do(request)
		if err != nil {
			return 0, err
		}
		defer func() { _ = answer.Body.Close() }()
		if n, err := io.Copy(io.Discard, answer.Body); err != nil || n < size {
			return 0, fmt.Errorf("read %d bytes: %w", n, errors.Join(err, os.ErrInvalid))
		}
		return time.Since(began), nil
	}
	took, err := get(fmt.Sprintf("zeros?mib=%d", mib), mib<<20)
	if err != nil {
		return 0, 0, err
	}
	var trips []float64
	for range relayTripsN {
		one, err := get("", 1)
		if err != nil {
			return 0, 0, err
		}
		trips = append(trips, milliseconds(one))
	}
	return mib / took.Seconds(), median(trips), nil
}
