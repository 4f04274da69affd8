package docker_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// kernelCounts are what the kernel has counted of flows that it leads.
func (n *networkBalancer) kernelCounts() (tcp, udp balancer.FlowCounts) {
	n.Helper()
	c, err := n.session.Count(n.Context())
	if err != nil || c.Kernel == nil {
		n.Fatalf("it has counted %+v, %v", c, err)
	}
	return c.Kernel.Flows["tcp"], c.Kernel.Flows["udp"]
}

// Each flow counts once, however many packets it has, and counts stay when the rules change that lead flows.
func TestTheKernelCountsTheFlowsThatItLeads(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, dockertest.Engine(t), "a", "b")
	n.tell(keepsClients, "a")
	first := n.answered("a")
	tcp, udp := n.kernelCounts()
	if tcp.New == 0 || udp.New == 0 || tcp.Active == 0 || udp.Active == 0 || tcp.Bytes < 100 || udp.Bytes < 56 {
		t.Errorf("after the first flows: TCP %+v, UDP %+v", tcp, udp)
	}
	for range 3 {
		first.still("a") // with what has begun
	}
	if againTCP, againUDP := n.kernelCounts(); againTCP.New != tcp.New || againUDP.New != udp.New || againTCP.Bytes < tcp.Bytes+200 || againUDP.Bytes < udp.Bytes+3*2*28 {
		t.Errorf("after more packets of the same: TCP %+v, UDP %+v; before %+v, %+v", againTCP, againUDP, tcp, udp)
	}
	for range 5 {
		c := n.client()
		c.asks(time.Minute)
		if got, want := c.sends(), "a "+c.own; got != want {
			t.Errorf("it answers %q, want %q", got, want)
		}
		c.hangUp()
	}
	nowTCP, nowUDP := n.kernelCounts()
	if nowTCP.New != tcp.New+5 || nowUDP.New != udp.New+5 {
		t.Errorf("after five more: TCP %+v, UDP %+v; before %+v, %+v", nowTCP, nowUDP, tcp, udp)
	}
	eventually(t, "those that have ended are active no longer", func() bool {
		now, _ := n.kernelCounts()
		return now.Active <= tcp.Active
	})
	n.tell(keepsClients, "-a", "b")
	n.answered("b")
	if changedTCP, changedUDP := n.kernelCounts(); changedTCP.New <= nowTCP.New || changedUDP.New <= nowUDP.New || changedTCP.Bytes <= nowTCP.Bytes {
		t.Errorf("after a change: TCP %+v, UDP %+v; before %+v, %+v", changedTCP, changedUDP, nowTCP, nowUDP)
	}
}
