package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

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
	h := newListeners(answering{}, slog.New(slog.DiscardHandler))
	served := make(chan struct{})
	go func() {
		defer close(served)
		var to atomic.Pointer[target]
		to.Store(&target{sandbox: "sandbox", port: 80})
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
func opened(ports []HostPort) (addresses []string) {
	for _, p := range ports {
		addresses = append(addresses, p.Address)
	}
	return addresses
}

// addresses are those that lead to a task.
func addresses(h *hostPorts, task string) []string {
	ports, _ := h.of(task)
	return opened(ports)
}

func quietPorts(q *quiet) *hostPorts {
	return newHostPorts(q.listeners(answering{}), slog.New(slog.DiscardHandler))
}

// at80 is one of a service that has a container port 80.
func at80(sandbox string) []opening {
	return []opening{{container: "web", containerPort: 80, protocol: tcp, shared: 80, leads: target{sandbox: sandbox, port: 80}}}
}

func TestTasksOfOneServiceHaveAPortInTurn(t *testing.T) {
	q := newQuiet()
	h := quietPorts(q)
	defer h.closeAll()
	tenants := map[string]tenant{}
	for i, name := range []string{"a", "b", "c"} {
		tenants[name] = tenant{task: name, service: "web", startedAt: time.Unix(int64(i), 0)}
	}
	expect := func(when string, want map[string][]string) {
		t.Helper()
		for name := range tenants {
			if got := addresses(h, name); !slices.Equal(got, want[name]) {
				t.Errorf("%s %s has %q, want %q", when, name, got, want[name])
			}
		}
	}
	leads := func() string {
		return h.shared[sharedKey{portKey: portKey{tcp, 80}}].port.(*listener).to.Load().sandbox
	}
	for _, name := range []string{"a", "c", "b"} {
		h.open(tenants[name], at80(name), true)
	}
	expect("at first", map[string][]string{"a": {"127.0.0.1:80"}, "c": {"127.0.0.1:40001"}, "b": {"127.0.0.1:40002"}})
	listener := q.opened["127.0.0.1:80"]
	h.leave("a")
	expect("when a leaves", map[string][]string{"b": {"127.0.0.1:80", "127.0.0.1:40002"}, "c": {"127.0.0.1:40001"}})
	if leads() != "b" || q.opened["127.0.0.1:80"] != listener {
		t.Errorf("it leads to %s, on another listener: %v", leads(), q.opened["127.0.0.1:80"] != listener)
	}
	h.close("a")
	h.close("b") // nobody has told it to stop
	expect("without b", map[string][]string{"c": {"127.0.0.1:80", "127.0.0.1:40001"}})
	if leads() != "c" || q.opened["127.0.0.1:80"] != listener {
		t.Errorf("it leads to %s, on another listener: %v", leads(), q.opened["127.0.0.1:80"] != listener)
	}
	h.leave("c")
	expect("while c leaves", map[string][]string{"c": {"127.0.0.1:80", "127.0.0.1:40001"}})
	h.close("c")
	if open := q.open(); len(open) != 0 {
		t.Errorf("left open: %v", open)
	}
}

// The tasks of another service, and those of none, have a port when nobody of the service is
// left that has it.
func TestAPortThatIsGivenBackIsTakenByWhoWantsIt(t *testing.T) {
	q := newQuiet()
	h := quietPorts(q)
	defer h.closeAll()
	h.open(tenant{task: "web", service: "web", startedAt: time.Unix(1, 0)}, at80("web"), true)
	alone, api := tenant{task: "alone", startedAt: time.Unix(3, 0)}, tenant{task: "api", service: "api", startedAt: time.Unix(2, 0)}
	for i, other := range []tenant{alone, api} {
		if got := opened(h.open(other, at80(other.task), true)); !slices.Equal(got, []string{fmt.Sprint("127.0.0.1:", 40001+i)}) {
			t.Errorf("%s has %q", other.task, got)
		}
	}
	listener := q.opened["127.0.0.1:80"]
	h.leave("web")
	if got := addresses(h, "web"); !slices.Equal(got, []string{"127.0.0.1:80"}) {
		t.Errorf("while it leaves, the last of a service has %q", got)
	}
	h.close("web")
	if got := addresses(h, "api"); !slices.Equal(got, []string{"127.0.0.1:80", "127.0.0.1:40002"}) {
		t.Errorf("the one that has been running for the longest has %q", got)
	}
	h.close("api")
	if got := addresses(h, "alone"); !slices.Equal(got, []string{"127.0.0.1:80", "127.0.0.1:40001"}) {
		t.Errorf("the task of no service has %q", got)
	}
	if q.opened["127.0.0.1:80"] != listener {
		t.Error("the port was away in between")
	}
	h.close("alone")
	if open := q.open(); len(open) != 0 {
		t.Errorf("left open: %v", open)
	}
}

func TestAPortThatCannotBeHad(t *testing.T) {
	q := newQuiet("127.0.0.1:80")
	var log bytes.Buffer
	h := quietPorts(q)
	h.log = slog.New(slog.NewTextHandler(&log, nil))
	defer h.closeAll()
	for i, name := range []string{"a", "b"} {
		want := fmt.Sprint("127.0.0.1:", 40001+i)
		if got := opened(h.open(tenant{task: name, service: "web"}, at80(name), true)); !slices.Equal(got, []string{want}) {
			t.Errorf("%s has %q", name, got)
		}
	}
	if said := strings.Count(log.String(), "port=80"); said != 1 {
		t.Errorf("it is said %d times: %s", said, log.String())
	}
	delete(q.taken, "127.0.0.1:80")
	if got := opened(h.open(tenant{task: "c", service: "web"}, at80("c"), true)); !slices.Equal(got, []string{"127.0.0.1:80"}) {
		t.Errorf("when it is free, the next has %q", got)
	}
}

// That is said of listeners as well, whose port is their own.
func TestAPortOfOnesOwnThatCannotBeHad(t *testing.T) {
	q := newQuiet("127.0.0.1:80")
	var log bytes.Buffer
	h := quietPorts(q)
	h.log = slog.New(slog.NewTextHandler(&log, nil))
	defer h.closeAll()
	for _, name := range []string{"a", "b"} {
		list := []opening{{containerPort: 80, protocol: tcp, own: 80, leads: target{sandbox: name, port: 80}}}
		if got := opened(h.open(tenant{task: name}, list, true)); len(got) != 1 || got[0] == "127.0.0.1:80" {
			t.Errorf("%s has %q", name, got)
		}
	}
	if said := strings.Count(log.String(), "port=80 "); said != 1 || !strings.Contains(log.String(), "address already in use") {
		t.Errorf("it is said %d times: %s", said, log.String())
	}
}

// Two containers of a task may have the same port on a container instance that picks its own.
func TestOneTaskHasAPortOnce(t *testing.T) {
	q := newQuiet()
	h := quietPorts(q)
	list := []opening{
		{container: "one", containerPort: 80, protocol: tcp, shared: 80, own: 32768, leads: target{sandbox: "m", ip: netip.Addr{}, port: 32768}},
		{container: "two", containerPort: 80, protocol: tcp, shared: 80, own: 32769, leads: target{sandbox: "m", ip: netip.Addr{}, port: 32769}},
	}
	if got := opened(h.open(tenant{task: "a", service: "web"}, list, true)); !slices.Equal(got, []string{"127.0.0.1:80", "127.0.0.1:32769"}) {
		t.Errorf("it has %q", got)
	}
	h.close("a")
	if open := q.open(); len(open) != 0 {
		t.Errorf("left open: %v", open)
	}
}

// Simulated tasks may be more than this process may have files.
func TestSimulatedTasksOpenWhatTheyShareAndTheRestWhenAsked(t *testing.T) {
	q := newQuiet()
	h := quietPorts(q)
	for i := range 1000 {
		h.open(tenant{task: fmt.Sprint(i), service: "web", startedAt: time.Unix(int64(i), 0)}, at80(fmt.Sprint(i)), false)
	}
	if open := q.open(); len(open) != 1 || !open["127.0.0.1:80"] {
		t.Errorf("open: %v", open)
	}
	if got := opened(h.open(tenant{task: "7", service: "web"}, at80("7"), true)); !slices.Equal(got, []string{"127.0.0.1:40001"}) {
		t.Errorf("when asked, a task has %q", got)
	}
	h.closeAll()
	if open := q.open(); len(open) != 0 {
		t.Errorf("left open: %v", open)
	}
}
