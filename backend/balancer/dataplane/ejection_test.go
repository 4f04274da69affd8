package dataplane_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// endpoints are targets behind pipes, by their address. One that is broken is not connected to.
type endpoints struct {
	*bubble
	broken sync.Map // addresses, with what dialling does
	asked  sync.Map // *atomic.Int64 by address
	health chan balancer.Health
}

func newEndpoints(t *testing.T, connect balancer.Connect, serve func(address string) func(net.Conn), addresses ...string) *endpoints {
	t.Helper()
	e := &endpoints{bubble: &bubble{T: t, clients: make(chan net.Conn)}, health: make(chan balancer.Health, 100)}
	e.Balancer = dataplane.New(dataplane.Options{
		Listen: func(string, string) (net.Listener, error) {
			done := make(chan struct{})
			return clientListener{e.clients, done, sync.OnceFunc(func() { close(done) })}, nil
		},
		Dial: func(ctx context.Context, _, address string) (net.Conn, error) {
			e.count(address).Add(1)
			if dial, ok := e.broken.Load(address); ok {
				return dial.(func(context.Context) (net.Conn, error))(ctx)
			}
			near, far := net.Pipe()
			go serve(address)(far)
			return pipeEnd{near, "192.0.2.2:80"}, nil
		},
		Report: func(h balancer.Health) { e.health <- h },
	})
	e.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP", ProtocolVersion: "HTTP1"}})
	for _, address := range addresses {
		e.set(balancer.Piece{Target: &balancer.Target{Group: "group", ID: address, Addr: addrPort(address)}})
	}
	e.set(balancer.Piece{Listener: &balancer.Listener{ID: "out/api:80", Port: 80, Protocol: "HTTP", Rules: []balancer.Rule{toGroup("group")}, Connect: &connect}})
	return e
}

func (e *endpoints) count(address string) *atomic.Int64 {
	n, _ := e.asked.LoadOrStore(address, new(atomic.Int64))
	return n.(*atomic.Int64)
}

// ask sends a request on a connection of its own, and returns the answer's code and body.
func (e *endpoints) ask(head string) (int, string) {
	e.Helper()
	conn := e.dial()
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, head); err != nil {
		e.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		e.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		e.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

const aGet = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

// closing answers one request with a code, and closes the connection.
func closing(code string) func(net.Conn) {
	return func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 "+code+" x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}
	}
}

func refuses(context.Context) (net.Conn, error) { return nil, syscall.ECONNREFUSED }

// A container that is paused connects no more: it is ejected after five failures in a row, taken back after half a
// minute, and ejected for twice as long when it fails again.
func TestAnEndpointThatFailsIsEjected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const paused, well = "192.0.2.10:80", "192.0.2.11:80"
		e := newEndpoints(t, balancer.Connect{Protocol: "http", RequestSeconds: 15}, func(string) func(net.Conn) { return closing("200") }, paused, well)
		defer e.end()
		e.broken.Store(paused, func(ctx context.Context) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		requests := func(n int) {
			t.Helper()
			for range n {
				if code, body := e.ask(aGet); code != http.StatusOK {
					t.Fatalf("%d %s", code, body)
				}
			}
		}
		tried := func(want int64) {
			t.Helper()
			if n := e.count(paused).Swap(0); n != want {
				t.Errorf("it was tried %d times, want %d", n, want)
			}
		}
		for round := 1; round <= 12; round++ {
			requests(20)
			tried(5)
			h := <-e.health
			if h.Target != paused || h.State != "unhealthy" || h.Reason != "Target.FailedRequests" {
				t.Fatalf("%+v", h)
			}
			back := h.At.Add(time.Duration(min(round, 10)) * 30 * time.Second)
			time.Sleep(time.Until(back) - time.Millisecond)
			requests(4)
			tried(0)
			time.Sleep(time.Millisecond)
			synctest.Wait()
			if h := <-e.health; h.State != "healthy" || !h.At.Equal(back) {
				t.Fatalf("%+v, want it back at %v", h, back)
			}
			e.broken.Store(paused, refuses) // at once: each ten seconds of waiting would be forgiven
		}
		e.broken.Delete(paused)
		requests(20)
		tried(10)
	})
}

// Answers of gateways count as failures, those of applications do not, and half of the endpoints stay at most.
func TestNeverMoreThanHalfIsEjected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		codes := map[string]string{"192.0.2.10:80": "502", "192.0.2.11:80": "503", "192.0.2.12:80": "504", "192.0.2.13:80": "500"}
		e := newEndpoints(t, balancer.Connect{Protocol: "http"}, func(address string) func(net.Conn) { return closing(codes[address]) },
			"192.0.2.10:80", "192.0.2.11:80", "192.0.2.12:80", "192.0.2.13:80")
		defer e.end()
		for range 40 {
			e.ask(aGet)
		}
		synctest.Wait()
		if n := len(e.health); n != 2 {
			t.Errorf("%d are ejected, want 2 of 4", n)
		}
		for range len(e.health) {
			if h := <-e.health; h.Target == "192.0.2.13:80" {
				t.Errorf("the application's own answers count")
			}
		}
		if n := e.count("192.0.2.13:80").Load(); n < 15 {
			t.Errorf("what is left has got %d of 40 requests", n)
		}
	})
}

// An endpoint alone is never ejected, and gets requests again as soon as it takes them.
func TestTheOnlyEndpointIsNotEjected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoints(t, balancer.Connect{Protocol: "http"}, func(string) func(net.Conn) { return closing("200") }, "192.0.2.10:80")
		defer e.end()
		e.broken.Store("192.0.2.10:80", refuses)
		for range 10 {
			if code, _ := e.ask(aGet); code != http.StatusServiceUnavailable {
				t.Errorf("%d", code)
			}
		}
		if n := e.count("192.0.2.10:80").Load(); n != 30 {
			t.Errorf("10 requests were tried %d times, want two retries of each", n)
		}
		e.broken.Delete("192.0.2.10:80")
		if code, _ := e.ask(aGet); code != http.StatusOK {
			t.Errorf("%d", code)
		}
	})
}
