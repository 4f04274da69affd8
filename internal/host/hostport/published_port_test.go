package hostport

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// publishing is an engine that publishes ports, and notes where they lead.
type publishing struct {
	backend.Engine
	slow time.Duration // of SetPublished

	mu    sync.Mutex
	leads map[uint16]string // 14600: "10.0.0.9:80"
	told  int
}

func (r *publishing) Listen() net.Listener { panic("no endpoint") }

func (r *publishing) PublishedPorts(context.Context) (tcp, udp []uint16, err error) {
	return nil, nil, nil
}

func (r *publishing) SetPublished(_ context.Context, forwards []backend.PortForward) error {
	time.Sleep(r.slow)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told++
	r.leads = map[uint16]string{}
	for _, f := range forwards {
		r.leads[f.Port] = f.To.String()
	}
	return nil
}

func (r *publishing) lead() map[uint16]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.leads
}

// A task that waits for a port of the one protocol does not delay those that wait for the
// other, and one that has ended waits no more.
func TestATaskThatLacksAPortOfTheOtherProtocolIsNotInTheWay(t *testing.T) {
	h := New(Options{Log: discarded, Engine: enginecall.New(&publishing{}, &enginecall.Tracker{}, discarded)})
	h.settle(newPublished(h.Engine.Relay(), discarded, []uint16{14600}, []uint16{14600}))
	open := func(task string, protocol types.TransportProtocol) []string {
		return opened(h.Open(Owner{ID: task}, []Mapping{{Container: "app", ContainerPort: 80, Protocol: protocol, Leads: Target{Sandbox: task, Port: 80}}}, true))
	}
	open("udp", types.TransportProtocolUdp)
	open("tcp", types.TransportProtocolTcp)
	for task, protocol := range map[string]types.TransportProtocol{"ended": types.TransportProtocolTcp, "waits": types.TransportProtocolUdp} {
		if got := open(task, protocol); got != nil {
			t.Errorf("%s finds %v", task, got)
		}
	}
	h.Close("ended")
	if got := h.lacking[types.TransportProtocolTcp]; len(got) != 0 {
		t.Errorf("%d tasks that have ended wait for a port", len(got))
	}
	open("next", types.TransportProtocolTcp)
	h.Close("tcp")
	if got := addresses(h, "next"); !slices.Equal(got, []string{"127.0.0.1:14600"}) {
		t.Errorf("when a TCP port is given back, the task that waits for one has %v", got)
	}
}

// Tasks that began at once have the same ports after each restart.
func TestTasksThatBeganAtOnceGetTheirPortsInOrder(t *testing.T) {
	h := New(Options{Log: discarded, Engine: enginecall.New(&publishing{}, &enginecall.Tracker{}, discarded)})
	var tcp []uint16
	for i := range uint16(20) {
		h.Open(Owner{ID: fmt.Sprintf("task%02d", i)}, []Mapping{{Container: "app", ContainerPort: 80, Protocol: types.TransportProtocolTcp}}, true)
		tcp = append(tcp, 14600+i)
	}
	h.settle(newPublished(h.Engine.Relay(), discarded, tcp, nil))
	for i := range 20 {
		if got, want := addresses(h, fmt.Sprintf("task%02d", i)), fmt.Sprint("127.0.0.1:", 14600+i); !slices.Equal(got, []string{want}) {
			t.Errorf("task %d has %v, want %s", i, got, want)
		}
	}
}

// What changes while the engine is told is told at once after that.
func TestChangesOfPublishedPortsAreToldTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &publishing{slow: time.Second}
		var published []uint16
		for i := range uint16(100) {
			published = append(published, 14600+i)
		}
		p := newPublished(r, discarded, published, nil)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { p.run(ctx) })
		synctest.Wait() // it is told of none
		var ports []openPort
		for i := range 100 {
			one, err := p.open(portKey{types.TransportProtocolTcp, 80}, Target{Sandbox: "s", IP: netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), Port: 80})
			if err != nil {
				t.Fatal(err)
			}
			ports = append(ports, one)
		}
		if _, err := p.open(portKey{types.TransportProtocolTcp, 80}, Target{}); err == nil {
			t.Error("there are more ports than are published")
		}
		p.await(ctx)
		synctest.Wait()
		if leads := r.lead(); len(leads) != 100 || r.told != 2 {
			t.Errorf("%d ports lead somewhere, told %d times", len(leads), r.told)
		}
		ports[99].lead(Target{Sandbox: "s", IP: netip.MustParseAddr("10.1.1.1"), Port: 81})
		for _, one := range ports[:99] {
			one.close()
			one.close()
		}
		p.await(ctx)
		if leads := r.lead(); leads[14699] != "10.1.1.1:81" || len(leads) != 1 { // it may be told once more
			t.Errorf("at last they lead %v", leads)
		}
		cancel()
		running.Wait()
	})
}
