package sim_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

func TestALabelServesAnyPortOrOne(t *testing.T) {
	w := newWorld(t, sim.Options{})
	w.labelled("http", "any")
	w.labelled("http", "one", "http-port", "81")
	for port, want := range map[int]string{80: "any", 65535: "any", 81: "one"} {
		if got := w.get(port); got != want {
			t.Errorf("port %d answers %q, want %q", port, got, want)
		}
	}
}

func TestTheNextCatchAllTakesOver(t *testing.T) {
	w := newWorld(t, sim.Options{})
	first := w.labelled("http", "first")
	w.labelled("http", "second")
	if got := w.get(80); got != "first" {
		t.Errorf("%q answers, want the first", got)
	}
	if err := w.Exit(first, 0); err != nil {
		t.Fatal(err)
	}
	if got := w.get(80); got != "second" {
		t.Errorf("%q answers, want the second", got)
	}
}

func TestAHandlerServesAPort(t *testing.T) {
	w := newWorld(t, sim.Options{Scripts: []sim.Rule{{Image: "app", Script: sim.Script{Serve: []sim.Server{
		{Port: 80, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s from %s", r.Host, r.RemoteAddr)
		})},
		{Port: 81, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("crash") })},
		{Body: "any"},
	}}}}})
	id := w.run(backend.ContainerSpec{})
	if got := w.get(80); got != "task from 172.31.0.1:0" {
		t.Errorf("the handler answers %q", got)
	}
	if got := w.get(81); !strings.Contains(got, "EOF") {
		t.Errorf("a handler that panics answers %q", got)
	}
	if got := w.get(82); got != "any" {
		t.Errorf("another port answers %q", got)
	}
	w.expectOutput(id, "GET /", "GET /", "GET /")
	w.expectRunning(id)
}

func TestDialErrorsAreThoseOfTheSystem(t *testing.T) {
	w := newWorld(t, sim.Options{})
	_, err := w.Dial(t.Context(), "tcp", w.sandbox, 80)
	if !errors.Is(err, syscall.ECONNREFUSED) || !strings.Contains(err.Error(), "dial tcp 172.31.0.4:80: connect") {
		t.Errorf("Dial: %v", err)
	}
	id := w.command("serve", "80")
	if _, err := w.Dial(t.Context(), "tcp", id, 80); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("Dial of a container that is no sandbox: %v", err)
	}
	if err := w.Stop(t.Context(), w.sandbox, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Dial(t.Context(), "tcp", w.sandbox, 80); !errors.Is(err, syscall.EHOSTUNREACH) {
		t.Errorf("Dial of a sandbox that has stopped: %v", err)
	}
}

func TestConnectionsEndWithTheirContainer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		open := func() net.Conn {
			t.Helper()
			conn, err := w.Dial(t.Context(), "tcp", w.sandbox, 80)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: task\r\n\r\n")
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, response.Body)
			return conn
		}
		expectEOF := func(conn net.Conn) {
			t.Helper()
			if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("read returns %v, want EOF", err)
			}
		}
		id := w.command("serve", "80")
		conn := open()
		if err := w.Exit(id, 1); err != nil {
			t.Fatal(err)
		}
		expectEOF(conn)
		if err := w.Start(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		conn = open()
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		expectEOF(conn)
		w.expectRunning(id)
		open().Close() // the engine goes on
	})
}

func TestServersUnderLoad(t *testing.T) {
	w := newWorld(t, sim.Options{})
	id := w.command("serve", "80", "text")
	client := w.client(w.sandbox, 80)
	defer client.CloseIdleConnections()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				response, err := client.Get("http://task/path?q=1")
				if err != nil {
					t.Error(err)
					return
				}
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		})
	}
	wg.Wait()
	if lines := w.output(id); len(lines) != 401 || lines[400] != "GET /path?q=1" {
		t.Errorf("%d lines of output, the last %q; want 401", len(lines), lines[len(lines)-1])
	}
}

func TestIdleContainersCostNoGoroutine(t *testing.T) {
	w := newWorld(t, sim.Options{})
	before := runtime.NumGoroutine()
	for range 1000 {
		w.run(backend.ContainerSpec{
			Command: []string{"serve", "80"}, Sandbox: w.newSandbox(),
			Health: &backend.HealthCheck{Test: []string{"CMD", "true"}, Interval: time.Hour},
		})
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("1,000 containers cost %d goroutines", after-before)
	}
}

// A container that ends takes the ways to it with it; where no program listens, there is none.
func TestDatagramsEndWithTheirContainer(t *testing.T) {
	w := newWorld(t, sim.Options{})
	if _, err := w.Dial(t.Context(), "udp", w.sandbox, 53); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("Dial of a UDP port where no program listens: %v", err)
	}
	id := w.run(backend.ContainerSpec{Command: []string{"udp", "53", "pong"}})
	conn, err := w.Dial(t.Context(), "udp", w.sandbox, 53)
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan error)
	go func() {
		_, err := conn.Read(make([]byte, 10))
		read <- err
	}()
	if err := w.Stop(t.Context(), id, time.Second); err != nil {
		t.Fatal(err)
	}
	if err := <-read; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Read when the container has ended: %v", err)
	}
	if _, err := conn.Write([]byte("ping")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Write when the container has ended: %v", err)
	}
}
