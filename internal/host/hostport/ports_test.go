package hostport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport/hostporttest"
)

var discarded = slog.New(slog.DiscardHandler)

const tcp, udp = types.TransportProtocolTcp, types.TransportProtocolUdp

// moody is a listener that at first cannot accept.
type moody struct {
	net.Listener
	failures int
}

func (m *moody) Accept() (net.Conn, error) {
	if m.failures > 0 {
		m.failures--
		return nil, errors.New("accept4: too many open files")
	}
	return m.Listener.Accept()
}

// answering is an engine whose tasks say one byte.
type answering struct{ backend.Engine }

func (answering) Dial(context.Context, string, string, int) (net.Conn, error) {
	near, far := net.Pipe()
	go func() {
		far.Write([]byte("!"))
		far.Close()
	}()
	return near, nil
}

func TestAHostPortOutlivesAFailedAccept(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := newListeners(Options{Engine: enginecall.New(answering{}, &enginecall.Tracker{}, discarded), Log: discarded})
	served := make(chan struct{})
	go func() {
		defer close(served)
		var to atomic.Pointer[Target]
		to.Store(&Target{Sandbox: "sandbox", Port: 80})
		h.serve(&moody{l, 2}, &to)
	}()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if n, err := conn.Read(make([]byte, 1)); n != 1 {
		t.Errorf("the task says nothing: %v", err)
	}
	l.Close()
	<-served // the end of the listener ends the loop
}

// opened are the addresses of ports.
func opened(ports []Port) (addresses []string) {
	for _, p := range ports {
		addresses = append(addresses, p.Address)
	}
	return addresses
}

// addresses are those that lead to a task.
func addresses(h *Ports, task string) []string {
	ports, _ := h.Of(task)
	return opened(ports)
}

func portsAt(q *hostporttest.Loopback) *Ports {
	return New(Options{Engine: enginecall.New(answering{}, &enginecall.Tracker{}, discarded), Log: discarded, Listen: q.Listen})
}

// at80 is one of a service that has a container port 80.
func at80(sandbox string) []Mapping {
	return []Mapping{{Container: "web", ContainerPort: 80, Protocol: tcp, Shared: 80, Leads: Target{Sandbox: sandbox, Port: 80}}}
}

func TestTasksOfOneServiceHaveAPortInTurn(t *testing.T) {
	q := hostporttest.New()
	h := portsAt(q)
	defer h.CloseAll()
	owners := map[string]Owner{}
	for i, name := range []string{"a", "b", "c"} {
		owners[name] = Owner{ID: name, Service: "web", StartedAt: time.Unix(int64(i), 0)}
	}
	expect := func(when string, want map[string][]string) {
		t.Helper()
		for name := range owners {
			if got := addresses(h, name); !slices.Equal(got, want[name]) {
				t.Errorf("%s %s has %q, want %q", when, name, got, want[name])
			}
		}
	}
	leads := func() string {
		return h.shared[sharedKey{portKey: portKey{tcp, 80}}].openPort.(*listener).to.Load().Sandbox
	}
	for _, name := range []string{"a", "c", "b"} {
		h.Open(owners[name], at80(name), true)
	}
	expect("at first", map[string][]string{"a": {"127.0.0.1:80"}, "c": {"127.0.0.1:40001"}, "b": {"127.0.0.1:40002"}})
	listener := q.Open()["127.0.0.1:80"]
	h.Leave("a")
	expect("when a leaves", map[string][]string{"b": {"127.0.0.1:80", "127.0.0.1:40002"}, "c": {"127.0.0.1:40001"}})
	if leads() != "b" || q.Open()["127.0.0.1:80"] != listener {
		t.Errorf("it leads to %s, on another listener: %v", leads(), q.Open()["127.0.0.1:80"] != listener)
	}
	h.Close("a")
	h.Close("b") // it was not told to stop
	expect("without b", map[string][]string{"c": {"127.0.0.1:80", "127.0.0.1:40001"}})
	if leads() != "c" || q.Open()["127.0.0.1:80"] != listener {
		t.Errorf("it leads to %s, on another listener: %v", leads(), q.Open()["127.0.0.1:80"] != listener)
	}
	h.Leave("c")
	expect("while c leaves", map[string][]string{"c": {"127.0.0.1:80", "127.0.0.1:40001"}})
	h.Close("c")
	if open := q.Open(); len(open) != 0 {
		t.Errorf("left open: %v", open)
	}
}

// The tasks of another service, and those of none, have a port when no task of the service is
// left that has it.
func TestAPortThatIsGivenBackIsTakenByWhoWantsIt(t *testing.T) {
	q := hostporttest.New()
	h := portsAt(q)
	defer h.CloseAll()
	h.Open(Owner{ID: "web", Service: "web", StartedAt: time.Unix(1, 0)}, at80("web"), true)
	alone, api := Owner{ID: "alone", StartedAt: time.Unix(3, 0)}, Owner{ID: "api", Service: "api", StartedAt: time.Unix(2, 0)}
	for i, other := range []Owner{alone, api} {
		if got := opened(h.Open(other, at80(other.ID), true)); !slices.Equal(got, []string{fmt.Sprint("127.0.0.1:", 40001+i)}) {
			t.Errorf("%s has %q", other.ID, got)
		}
	}
	listener := q.Open()["127.0.0.1:80"]
	h.Leave("web")
	if got := addresses(h, "web"); !slices.Equal(got, []string{"127.0.0.1:80"}) {
		t.Errorf("while it leaves, the last of a service has %q", got)
	}
	h.Close("web")
	if got := addresses(h, "api"); !slices.Equal(got, []string{"127.0.0.1:80", "127.0.0.1:40002"}) {
		t.Errorf("the one that has been running for the longest has %q", got)
	}
	h.Close("api")
	if got := addresses(h, "alone"); !slices.Equal(got, []string{"127.0.0.1:80", "127.0.0.1:40001"}) {
		t.Errorf("the task of no service has %q", got)
	}
	if q.Open()["127.0.0.1:80"] != listener {
		t.Error("the port was away in between")
	}
	h.Close("alone")
	if open := q.Open(); len(open) != 0 {
		t.Errorf("left open: %v", open)
	}
}

func TestAPortThatCannotBeHad(t *testing.T) {
	q := hostporttest.New("127.0.0.1:80")
	var log bytes.Buffer
	h := portsAt(q)
	h.Log = slog.New(slog.NewTextHandler(&log, nil))
	defer h.CloseAll()
	for i, name := range []string{"a", "b"} {
		want := fmt.Sprint("127.0.0.1:", 40001+i)
		if got := opened(h.Open(Owner{ID: name, Service: "web"}, at80(name), true)); !slices.Equal(got, []string{want}) {
			t.Errorf("%s has %q", name, got)
		}
	}
	if said := strings.Count(log.String(), "port=80"); said != 1 {
		t.Errorf("it is said %d times: %s", said, log.String())
	}
	if !strings.Contains(log.String(), "instead=127.0.0.1:40001 for=a ") {
		t.Errorf("it does not say which port takes its place: %s", log.String())
	}
	q.Free("127.0.0.1:80")
	if got := opened(h.Open(Owner{ID: "c", Service: "web"}, at80("c"), true)); !slices.Equal(got, []string{"127.0.0.1:80"}) {
		t.Errorf("when it is free, the next has %q", got)
	}
}

// Simulated tasks open their own ports when asked, but the one that the log names is open.
func TestThePortThatTheLogNamesIsOpen(t *testing.T) {
	q := hostporttest.New("127.0.0.1:80")
	var log bytes.Buffer
	h := portsAt(q)
	h.Log = slog.New(slog.NewTextHandler(&log, nil))
	defer h.CloseAll()
	for _, name := range []string{"a", "b"} {
		h.Open(Owner{ID: name, Service: "web"}, at80(name), false)
	}
	if open := q.Open(); len(open) != 1 || open["127.0.0.1:40001"] == nil || !strings.Contains(log.String(), "instead=127.0.0.1:40001 for=a ") {
		t.Errorf("open: %v; the log says %s", open, log.String())
	}
}

// That is said of listeners as well, whose port is their own.
func TestAPortOfOnesOwnThatCannotBeHad(t *testing.T) {
	q := hostporttest.New("127.0.0.1:80")
	var log bytes.Buffer
	h := portsAt(q)
	h.Log = slog.New(slog.NewTextHandler(&log, nil))
	defer h.CloseAll()
	for _, name := range []string{"a", "b"} {
		list := []Mapping{{ContainerPort: 80, Protocol: tcp, Own: 80, Leads: Target{Sandbox: name, Port: 80}}}
		if got := opened(h.Open(Owner{ID: name}, list, true)); len(got) != 1 || got[0] == "127.0.0.1:80" {
			t.Errorf("%s has %q", name, got)
		}
	}
	if said := strings.Count(log.String(), "port=80 "); said != 1 || !strings.Contains(log.String(), "address already in use") || !strings.Contains(log.String(), "instead=127.0.0.1:40001 for=a ") {
		t.Errorf("it is said %d times: %s", said, log.String())
	}
}

// Two containers of a task may have the same port on a container instance that picks its own.
func TestOneTaskHasAPortOnce(t *testing.T) {
	q := hostporttest.New()
	h := portsAt(q)
	list := []Mapping{
		{Container: "one", ContainerPort: 80, Protocol: tcp, Shared: 80, Own: 32768, Leads: Target{Sandbox: "m", Port: 32768}},
		{Container: "two", ContainerPort: 80, Protocol: tcp, Shared: 80, Own: 32769, Leads: Target{Sandbox: "m", Port: 32769}},
	}
	if got := opened(h.Open(Owner{ID: "a", Service: "web"}, list, true)); !slices.Equal(got, []string{"127.0.0.1:80", "127.0.0.1:32769"}) {
		t.Errorf("it has %q", got)
	}
	h.Close("a")
	if open := q.Open(); len(open) != 0 {
		t.Errorf("left open: %v", open)
	}
}

// Simulated tasks may be more than this process may have files.
func TestSimulatedTasksOpenWhatTheyShareAndTheRestWhenAsked(t *testing.T) {
	q := hostporttest.New()
	h := portsAt(q)
	for i := range 1000 {
		h.Open(Owner{ID: fmt.Sprint(i), Service: "web", StartedAt: time.Unix(int64(i), 0)}, at80(fmt.Sprint(i)), false)
	}
	if open := q.Open(); len(open) != 1 || open["127.0.0.1:80"] == nil {
		t.Errorf("open: %v", open)
	}
	if got := opened(h.Open(Owner{ID: "7", Service: "web"}, at80("7"), true)); !slices.Equal(got, []string{"127.0.0.1:40001"}) {
		t.Errorf("when asked, a task has %q", got)
	}
	h.CloseAll()
	if open := q.Open(); len(open) != 0 {
		t.Errorf("left open: %v", open)
	}
}
