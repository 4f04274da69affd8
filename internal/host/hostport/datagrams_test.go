package hostport

import (
	"context"
	"crypto/rand"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// answerer answers each datagram with its name and what it was asked.
func answerer(t *testing.T, name string) Target {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		for buffer := make([]byte, 100); ; {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			conn.WriteTo([]byte(name+" "+string(buffer[:n])), from)
		}
	}()
	at := netip.MustParseAddrPort(conn.LocalAddr().String())
	return Target{Sandbox: at.Addr().String(), Port: at.Port()}
}

// carrying is an engine whose sandboxes are the addresses of this host.
type carrying struct{ backend.Engine }

func (carrying) Dial(ctx context.Context, network, sandbox string, port int) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort(sandbox, strconv.Itoa(port)))
}

// say sends a datagram and returns who answers it. It sends again what was lost, or is late:
// so there may be answers to what was asked before.
func say(t *testing.T, conn net.Conn) string {
	t.Helper()
	question, buffer := rand.Text(), make([]byte, 100)
	for range 50 {
		if _, err := conn.Write([]byte(question)); err != nil {
			continue
		}
		conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		for n, err := conn.Read(buffer); err == nil; n, err = conn.Read(buffer) {
			if name, asked, _ := strings.Cut(string(buffer[:n]), " "); asked == question {
				return name
			}
		}
	}
	t.Fatal("no answer")
	return ""
}

func TestDatagramsGoToTheTaskThatHasThePort(t *testing.T) {
	h := New(Options{Engine: enginecall.New(carrying{}, &enginecall.Tracker{}, discarded), Log: discarded})
	first, second := Owner{ID: "first", Service: "s", StartedAt: time.Unix(1, 0)}, Owner{ID: "second", Service: "s", StartedAt: time.Unix(2, 0)}
	ask, err := net.ListenPacket("udp4", "127.0.0.1:0") // for a number that is free
	if err != nil {
		t.Fatal(err)
	}
	number := netip.MustParseAddrPort(ask.LocalAddr().String()).Port()
	ask.Close()
	mapping := func(to Target) []Mapping {
		return []Mapping{{Container: "dns", ContainerPort: 53, Protocol: udp, Shared: number, Leads: to}}
	}
	ports := h.Open(first, mapping(answerer(t, "first")), true)
	h.Open(second, mapping(answerer(t, "second")), true)
	if len(ports) != 1 {
		t.Fatalf("ports of the first task: %+v", ports)
	}
	client, err := net.Dial("udp4", ports[0].Address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	other, err := net.Dial("udp4", ports[0].Address)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for _, c := range []net.Conn{client, other, client} {
		if got := say(t, c); got != "first" {
			t.Errorf("%q answers", got)
		}
	}
	h.Leave("first")
	if got := say(t, client); got != "second" {
		t.Errorf("when the first leaves, %q answers", got)
	}
	h.Close("first")
	if got := say(t, other); got != "second" {
		t.Errorf("after the end of the first, %q answers", got)
	}
	h.CloseAll()
	again, err := net.ListenPacket("udp4", ports[0].Address)
	if err != nil {
		t.Fatalf("the port is still there: %v", err)
	}
	again.Close()
}

// A task that takes nothing must not have the emulator keep all that is sent to it.
func TestWhatWaitsForATaskIsBounded(t *testing.T) {
	var to atomic.Pointer[Target]
	to.Store(&Target{Sandbox: "silent", Port: 53})
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	life, end := context.WithCancel(t.Context())
	d := newDatagrams(conn, &to, newListeners(Options{Engine: enginecall.New(deaf{life: life}, &enginecall.Tracker{}, discarded), Log: discarded}))
	datagram, passed := make([]byte, longestDatagram), 0
	for client := range mostFlows {
		for range mostWaiting + 1 {
			if d.pass(&net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1 + client}, datagram) {
				passed += len(datagram)
			}
		}
	}
	if passed == 0 || passed > 16<<20 {
		t.Errorf("%d bytes wait", passed)
	}
	d.end()
	end()
	for deadline := time.Now().Add(20 * time.Second); ; runtime.Gosched() {
		d.mu.Lock()
		waiting := d.waiting
		d.mu.Unlock()
		if waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes wait for flows that have ended", waiting)
		}
	}
}

// deaf is an engine that never connects.
type deaf struct {
	backend.Engine
	life context.Context
}

func (s deaf) Dial(ctx context.Context, _, _ string, _ int) (net.Conn, error) {
	<-s.life.Done()
	return nil, s.life.Err()
}
