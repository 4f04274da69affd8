package docker_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// networkBalancer is a network load balancer before targets that answer TCP at 8080 and UDP at 5353 with
// their name and the address of who asks.
type networkBalancer struct {
	*task
	session *control.Client
	targets map[string]*task
}

func newNetwork(t *testing.T, engine *docker.Engine, names ...string) *networkBalancer {
	t.Helper()
	n := &networkBalancer{task: newTask(t, engine, backend.SandboxSpec{Balances: true}), targets: map[string]*task{}}
	id, err := engine.CreateLoadBalancer(t.Context(), backend.LoadBalancerSpec{Name: dockertest.Owner(), Sandbox: n.sandbox})
	if err == nil {
		err = engine.Start(t.Context(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
	stream, err := engine.ConnectLoadBalancer(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if n.session, err = control.Connect(ctx, stream, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.session.Close)
	for _, name := range names {
		target := newTask(t, engine, backend.SandboxSpec{})
		target.says(target.run(backend.ContainerSpec{}, "serve", "8080", name+" {client}"), "listening")
		target.says(target.run(backend.ContainerSpec{}, "udp", "5353", name+" {client}"), "listening")
		n.targets[name] = target
		n.keep(target.ip)
	}
	return n
}

// keep has a target answer through the load balancer. Twice is harmless.
func (n *networkBalancer) keep(ip netip.Addr) {
	n.Helper()
	for range 2 {
		kept, err := n.engine.KeepClients(n.Context(), n.sandbox, []netip.Addr{ip})
		if err != nil || len(kept) != 1 || kept[0] != ip {
			n.Fatalf("KeepClients: %v, %v", kept, err)
		}
	}
}

// tell has ports 80 and 53 lead to targets: "a", "-a" for one that drains. The attributes are those
// of both groups.
func (n *networkBalancer) tell(attributes map[string]string, names ...string) {
	n.Helper()
	groups := map[string]uint16{"TCP": 8080, "UDP": 5353}
	var pieces []balancer.Piece
	for protocol, port := range groups {
		pieces = append(pieces, balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: protocol, Protocol: protocol, Attributes: attributes}})
		for _, name := range names {
			name, drains := strings.CutPrefix(name, "-")
			pieces = append(pieces, balancer.Piece{Target: &balancer.Target{
				Group: protocol, ID: name, Addr: netip.AddrPortFrom(n.targets[name].ip, port), Direct: true, Draining: drains,
			}})
		}
	}
	for protocol, port := range map[string]uint16{"TCP": 80, "UDP": 53} {
		forward := &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: protocol, Weight: 1}}}
		pieces = append(pieces, balancer.Piece{Listener: &balancer.Listener{
			ID: "listener-" + protocol, Port: port, Protocol: protocol, Rules: []balancer.Rule{{ID: "default", Action: balancer.Action{Forward: forward}}},
		}})
	}
	if err := n.session.Update(n.Context(), pieces); err != nil {
		n.Fatal(err)
	}
}

var keepsClients = map[string]string{"preserve_client_ip.enabled": "true"}

// stranger is this host, with a connection of each kind that it goes on with.
type stranger struct {
	*networkBalancer
	tcp net.Conn // nil if it has none, or the last one has failed
	udp net.Conn
	own string
}

func (n *networkBalancer) client() *stranger {
	n.Helper()
	udp, err := net.Dial("udp4", netip.AddrPortFrom(n.ip, 53).String())
	if err != nil {
		n.Fatal(err)
	}
	c := &stranger{networkBalancer: n, udp: udp, own: udp.LocalAddr().(*net.UDPAddr).IP.String()}
	n.Cleanup(func() { _ = udp.Close(); c.hangUp() })
	return c
}

func (c *stranger) hangUp() {
	if c.tcp != nil {
		_ = c.tcp.Close()
		c.tcp = nil
	}
}

// soon is for how long to wait for an answer that may not come, or that is asked for again.
const soon = 5 * time.Second

// asks is what a target answers over the connection within some time, or why none does. The next question
// after that has a new connection.
func (c *stranger) asks(within time.Duration) string {
	answer, err := c.exchange(within)
	if err != nil {
		c.hangUp()
	}
	return answer + errorText(err)
}

func (c *stranger) exchange(within time.Duration) (string, error) {
	if c.tcp == nil {
		conn, err := net.DialTimeout("tcp4", netip.AddrPortFrom(c.ip, 80).String(), within)
		if err != nil {
			return "", err
		}
		c.tcp = conn
	}
	_ = c.tcp.SetDeadline(time.Now().Add(within))
	if _, err := io.WriteString(c.tcp, "GET / HTTP/1.1\r\nHost: target\r\n\r\n"); err != nil {
		return "", err
	}
	answer, err := http.ReadResponse(bufio.NewReader(c.tcp), nil)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

// sends is the answer to a datagram, or why there is none.
func (c *stranger) sends() string {
	if _, err := c.udp.Write([]byte("hello\n")); err != nil {
		return err.Error()
	}
	_ = c.udp.SetReadDeadline(time.Now().Add(time.Second))
	buffer := make([]byte, 1500)
	k, err := c.udp.Read(buffer)
	return string(buffer[:k]) + errorText(err)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// answered waits until new clients get to a target, which sees them.
func (n *networkBalancer) answered(name string) (c *stranger) {
	n.Helper()
	eventually(n.T, "new flows go to "+name, func() bool {
		c = n.client()
		want := name + " " + c.own
		return c.asks(soon) == want && c.sends() == want
	})
	return c
}

// still expects that a client goes on with a target.
func (c *stranger) still(name string) {
	c.Helper()
	want := name + " " + c.own
	if got := c.asks(time.Minute); got != want {
		c.Errorf("the connection goes on with %q, want %q", got, want)
	}
	eventually(c.T, "datagrams go on to "+name, func() bool { return c.sends() == want })
}

func TestTargetsSeeTheAddressOfTheirClients(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, dockertest.Engine(t), "a")
	n.tell(keepsClients, "a")
	n.answered("a")
	neighbour := newTask(t, n.engine, backend.SandboxSpec{})
	neighbour.says(neighbour.run(backend.ContainerSpec{}, "get", "http://"+n.ip.String()+"/"), "200 a "+neighbour.ip.String())
	neighbour.says(neighbour.run(backend.ContainerSpec{}, "get", "udp://"+n.ip.String()+":53"), "a "+neighbour.ip.String())

	// Their filter sees it too, and what the target itself sends elsewhere takes the usual way.
	only := &backend.Filter{Strict: true, Out: everywhere(), In: []backend.FilterRule{{
		Protocol: backend.AnyProtocol, From: -1, To: -1, Peers: []backend.AddressRange{{First: neighbour.ip, Last: neighbour.ip}},
	}}}
	if err := n.engine.SetFilter(t.Context(), n.targets["a"].sandbox, only); err != nil {
		t.Fatal(err)
	}
	neighbour.says(neighbour.run(backend.ContainerSpec{}, "get", "http://"+n.ip.String()+"/"), "200 a "+neighbour.ip.String())
	if got := n.client().asks(soon); strings.HasPrefix(got, "a ") {
		t.Errorf("a client that the target's filter does not let in is answered %q", got)
	}

	// A rule for the load balancer is one for all its clients.
	only.In[0].Peers = []backend.AddressRange{{First: n.ip, Last: n.ip}}
	if err := n.engine.SetFilter(t.Context(), n.targets["a"].sandbox, only); err != nil {
		t.Fatal(err)
	}
	n.answered("a")
	open := &backend.Filter{Out: everywhere()}
	if err := n.engine.SetFilter(t.Context(), n.targets["a"].sandbox, open); err != nil {
		t.Fatal(err)
	}
	n.answered("a") // who asks from this host is let in, as without the load balancer
	neighbour.says(neighbour.run(backend.ContainerSpec{}, "serve", "80", "{client}"), "listening")
	a := n.targets["a"]
	a.says(a.run(backend.ContainerSpec{}, "get", "http://"+neighbour.ip.String()+"/"), "200 "+a.ip.String())
}

func everywhere() []backend.FilterRule {
	return []backend.FilterRule{{Protocol: backend.AnyProtocol, From: -1, To: -1, Peers: []backend.AddressRange{backend.Anywhere}}}
}

func TestTargetsSeeTheLoadBalancerUnlessTheyAreToSeeClients(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, dockertest.Engine(t), "a")
	n.tell(nil, "a")
	eventually(t, "the kernel leads flows", func() bool {
		c := n.client() // of datagrams the target sees who sends them
		return c.sends() == "a "+c.own && c.asks(soon) == "a "+n.ip.String()
	})
}

func TestOnlyNewFlowsFollowAChange(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, dockertest.Engine(t), "a", "b")
	n.tell(keepsClients, "a")
	first := n.answered("a")
	n.tell(keepsClients, "-a", "b")
	second := n.answered("b")
	first.still("a")
	second.still("b")

	// When the target is gone, its connections go on if nothing says otherwise. Datagrams go elsewhere.
	n.tell(keepsClients, "b")
	eventually(t, "datagrams go to b", func() bool { return first.sends() == "b "+first.own })
	if got := first.asks(time.Minute); got != "a "+first.own {
		t.Errorf("the connection with the target that is gone: %q", got)
	}
	second.still("b")
}

func TestConnectionsEndWithTheirTarget(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, dockertest.Engine(t), "a", "b")
	ends := map[string]string{"preserve_client_ip.enabled": "true", "deregistration_delay.connection_termination.enabled": "true"}
	n.tell(ends, "a")
	first := n.answered("a")
	n.tell(ends, "-a", "b")
	n.answered("b")
	first.still("a")
	n.tell(ends, "b")
	eventually(t, "the connection has ended", func() bool { return first.asks(soon) == "b "+first.own })
}

func TestWhoIsNoSandboxKeepsNoClients(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, dockertest.Engine(t), "a")
	outsider := netip.MustParseAddr("192.0.2.1")
	kept, err := n.engine.KeepClients(t.Context(), n.sandbox, []netip.Addr{outsider, n.targets["a"].ip})
	if err != nil || len(kept) != 1 || kept[0] != n.targets["a"].ip {
		t.Errorf("got %v, %v", kept, err)
	}
}
