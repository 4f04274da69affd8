package dataplane_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// kernel is what a balancer has had it know.
type kernel struct {
	*testing.T
	*dataplane.Balancer
	version int64

	mu     sync.Mutex
	shares []balancer.FlowShare
	forgot []string
	told   int
	err    error
	gate   chan struct{} // holds what it is told, unless it is nil
}

// withKernel has a balancer whose ports nothing reaches, whose flows a kernel leads.
func withKernel(t *testing.T, story func(k *kernel)) {
	synctest.Test(t, func(t *testing.T) {
		k := &kernel{T: t}
		k.Balancer = dataplane.New(dataplane.Options{
			Listen:       func(string, string) (net.Listener, error) { return newSilence(), nil },
			ListenPacket: func(string, string) (net.PacketConn, error) { return newSilence(), nil },
			Steer:        k.steer,
		})
		story(k)
		if err := k.Close(); err != nil && k.err == nil {
			t.Error(err)
		}
		if len(k.shares) > 0 && k.err == nil {
			t.Errorf("after its end the kernel has %v", k.shares)
		}
	})
}

func (k *kernel) steer(s balancer.Steering) error {
	if k.gate != nil {
		<-k.gate
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.told++
	if k.err != nil {
		return k.err
	}
	k.shares = s.Shares
	for _, f := range s.Forget {
		k.forgot = append(k.forgot, f.Protocol+" "+f.Target.String())
	}
	return nil
}

func (k *kernel) set(pieces ...balancer.Piece) {
	k.Helper()
	for _, p := range pieces {
		k.version++
		p.Version = k.version
		if err := k.Set(p); err != nil {
			k.Fatal(err)
		}
	}
}

// leads compares what the kernel leads, a line for each share.
func (k *kernel) leads(want ...string) {
	k.Helper()
	synctest.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	var got []string
	for _, s := range k.shares {
		text := fmt.Sprintf("%s/%d %d-%d %s", s.Protocol, s.Port, s.First, s.Last, s.To)
		if s.BySource {
			text += " by source"
		}
		if s.KeepClient {
			text += " keeps"
		}
		got = append(got, text)
	}
	if !slices.Equal(got, want) {
		k.Errorf("the kernel leads\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// silence is a port to which no client comes.
type silence struct {
	net.PacketConn
	once sync.Once
	over chan struct{}
}

func newSilence() *silence { return &silence{over: make(chan struct{})} }

func (s *silence) Close() error {
	s.once.Do(func() { close(s.over) })
	return nil
}

func (s *silence) Addr() net.Addr { return &net.TCPAddr{} }

func (s *silence) Accept() (net.Conn, error) {
	<-s.over
	return nil, net.ErrClosed
}

func (s *silence) ReadFrom([]byte) (int, net.Addr, error) {
	<-s.over
	return 0, nil, net.ErrClosed
}

func netGroup(id, protocol string, attributes ...string) balancer.Piece {
	g := &balancer.TargetGroup{ID: id, Protocol: protocol, Attributes: map[string]string{}}
	for _, each := range attributes {
		key, value, _ := strings.Cut(each, "=")
		g.Attributes[key] = value
	}
	return balancer.Piece{TargetGroup: g}
}

func netTarget(group, at string) balancer.Piece {
	return balancer.Piece{Target: &balancer.Target{Group: group, ID: at, Addr: netip.MustParseAddrPort(at)}}
}

func direct(p balancer.Piece) balancer.Piece {
	t := *p.Target
	t.Direct = true
	return balancer.Piece{Target: &t}
}

func draining(p balancer.Piece) balancer.Piece {
	t := *p.Target
	t.Draining = true
	return balancer.Piece{Target: &t}
}

func netListener(protocol string, port uint16, groups ...balancer.WeightedGroup) balancer.Piece {
	return balancer.Piece{Listener: &balancer.Listener{
		ID: fmt.Sprint(port), Port: port, Protocol: protocol,
		Rules: []balancer.Rule{{ID: "default", Action: balancer.Action{Forward: &balancer.Forward{Groups: groups}}}},
	}}
}

const keeps = "preserve_client_ip.enabled=true"

func TestTheKernelLeadsFlowsByWeight(t *testing.T) {
	withKernel(t, func(k *kernel) {
		k.set(netGroup("a", "TCP"), netTarget("a", "10.0.0.1:80"), netTarget("a", "10.0.0.2:80"), netGroup("b", "TCP", keeps), direct(netTarget("b", "10.0.0.3:80")))
		k.set(netListener("TCP", 80, balancer.WeightedGroup{Group: "a", Weight: 3}, balancer.WeightedGroup{Group: "b", Weight: 1}))
		k.leads("tcp/80 0-24575 10.0.0.1:80", "tcp/80 24576-49151 10.0.0.2:80", "tcp/80 49152-65535 10.0.0.3:80 keeps")
		k.set(netListener("TCP", 80, balancer.WeightedGroup{Group: "a", Weight: 0}, balancer.WeightedGroup{Group: "b", Weight: 1}))
		k.leads("tcp/80 0-65535 10.0.0.3:80 keeps")
		k.Remove(balancer.Key{Kind: balancer.KindListener, ID: "80"})
		k.leads()
	})
}

func TestTheKernelLeadsDatagramsWithTheClientsAddress(t *testing.T) {
	withKernel(t, func(k *kernel) {
		k.set(netGroup("a", "TCP_UDP"), netTarget("a", "10.0.0.1:53"), netListener("TCP_UDP", 53, balancer.WeightedGroup{Group: "a", Weight: 1}))
		k.leads() // what it answers would not come back
		k.set(direct(netTarget("a", "10.0.0.1:53")))
		k.leads("tcp/53 0-65535 10.0.0.1:53 keeps", "udp/53 0-65535 10.0.0.1:53 keeps")
	})
}

func TestTheKernelDoesNotLeadWhatIsToBeChanged(t *testing.T) {
	withKernel(t, func(k *kernel) {
		k.set(netTarget("proxy", "10.0.0.1:80"), netTarget("tls", "10.0.0.1:80"), netTarget("web", "10.0.0.1:80"))
		k.set(netGroup("proxy", "TCP", "proxy_protocol_v2.enabled=true"), netGroup("tls", "TLS"), netGroup("web", "HTTP"), netGroup("none", "TCP"))
		for i, group := range []string{"proxy", "tls", "none"} {
			k.set(netListener("TCP", uint16(80+i), balancer.WeightedGroup{Group: group, Weight: 1}))
		}
		k.set(netListener("HTTP", 90, balancer.WeightedGroup{Group: "web", Weight: 1}))
		k.leads()
	})
}

func TestTheKernelForgetsFlowsOfATargetThatIsGone(t *testing.T) {
	withKernel(t, func(k *kernel) {
		ends := "deregistration_delay.connection_termination.enabled=true"
		k.set(netGroup("a", "TCP_UDP"), netGroup("b", "TCP", ends), netTarget("b", "10.0.0.3:80"))
		k.set(direct(netTarget("a", "10.0.0.1:53")), direct(netTarget("a", "10.0.0.2:53")))
		k.set(netListener("UDP", 53, balancer.WeightedGroup{Group: "a", Weight: 1}))
		k.leads("udp/53 0-32767 10.0.0.1:53 keeps", "udp/53 32768-65535 10.0.0.2:53 keeps")

		// One that drains gets nothing new, and keeps what it has.
		k.set(draining(direct(netTarget("a", "10.0.0.1:53"))))
		k.leads("udp/53 0-65535 10.0.0.2:53 keeps")
		if len(k.forgot) > 0 {
			t.Errorf("the kernel has forgotten %q", k.forgot)
		}
		k.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "a", ID: "10.0.0.1:53"})
		k.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "b", ID: "10.0.0.3:80"})
		synctest.Wait()
		slices.Sort(k.forgot)
		if want := []string{"tcp 10.0.0.3:80", "udp 10.0.0.1:53", "udp 10.0.0.3:80"}; !slices.Equal(k.forgot, want) {
			t.Errorf("the kernel has forgotten %q, want %q", k.forgot, want)
		}
	})
}

func TestTheKernelKeepsClientsAtATarget(t *testing.T) {
	withKernel(t, func(k *kernel) {
		var pieces []balancer.Piece
		for i := range 4 {
			pieces = append(pieces, netTarget("a", fmt.Sprintf("10.0.0.%d:80", i+1)))
		}
		k.set(append(pieces, netGroup("a", "TCP", "stickiness.enabled=true", "stickiness.type=source_ip"))...)
		k.set(netListener("TCP", 80, balancer.WeightedGroup{Group: "a", Weight: 1}))
		before := k.byNumber()
		k.set(draining(pieces[0]))
		for n, at := range k.byNumber() {
			if before[n] != at && before[n] != "10.0.0.1:80" {
				t.Fatalf("clients of number %d go from %s to %s", n, before[n], at)
			}
		}
	})
}

// byNumber is where each number leads that a client can draw. Each target has some.
func (k *kernel) byNumber() (list []string) {
	k.Helper()
	synctest.Wait()
	some := map[string]int{}
	for _, s := range k.shares {
		if !s.BySource || int(s.First) != len(list) {
			k.Fatalf("%+v does not follow the share before", s)
		}
		for range int(s.Last) - int(s.First) + 1 {
			list = append(list, s.To.String())
		}
		some[s.To.String()] += int(s.Last) - int(s.First) + 1
	}
	if len(list) != 1<<16 {
		k.Fatalf("%d numbers lead somewhere", len(list))
	}
	for at, n := range some {
		if even := len(list) / len(some); n < even/2 || n > 2*even {
			k.Errorf("%s has %d of %d numbers", at, n, len(list))
		}
	}
	return list
}

func TestTheKernelIsToldAgainAfterAFailure(t *testing.T) {
	withKernel(t, func(k *kernel) {
		k.err = errors.New("nothing listens")
		k.set(netGroup("a", "TCP"), netTarget("a", "10.0.0.1:80"), netListener("TCP", 80, balancer.WeightedGroup{Group: "a", Weight: 1}))
		k.leads()
		k.mu.Lock()
		k.err = nil
		k.mu.Unlock()
		time.Sleep(time.Minute)
		k.leads("tcp/80 0-65535 10.0.0.1:80")
		told := k.told
		k.set(netGroup("a", "TCP"))
		k.leads("tcp/80 0-65535 10.0.0.1:80")
		if k.told != told {
			t.Error("the kernel is told what it knows")
		}
	})
}

// Who has to know that a target gets nothing new waits for the kernel.
func TestTheKernelIsWaitedFor(t *testing.T) {
	withKernel(t, func(k *kernel) {
		k.Settle() // there is nothing to wait for
		k.gate = make(chan struct{})
		k.set(balancer.Piece{Listener: &balancer.Listener{ID: "tcp", Port: 80, Protocol: "TCP"}})
		settled := make(chan struct{})
		go func() {
			defer close(settled)
			k.Settle()
		}()
		synctest.Wait()
		select {
		case <-settled:
			t.Error("it is not waited for")
		default:
		}
		close(k.gate)
		<-settled
	})
}
