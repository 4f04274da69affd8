package agent

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/elbv2"
	"github.com/ecs-emulator/ecs-emulator/internal/loadbalancer/node"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/vpc"
)

// newsBench is an agent that tells of load balancers.
type newsBench struct {
	*bench
	mu   sync.Mutex
	news []string
}

func withLoadBalancers(t *testing.T, story func(b *newsBench)) {
	withAgent(t, func(b *bench) {
		b.stop()
		n := &newsBench{bench: b}
		n.restart()
		story(n)
	})
}

func (b *newsBench) restart() { b.restartOn(b.engine) }

func (b *newsBench) restartOn(engine backend.Engine) {
	a := New(Options{Store: b.store, Clock: b.clock, Log: slog.New(slog.DiscardHandler), SecurityGroups: vpc.GroupsStrict, Hosts: []HostOptions{{Engine: engine}}})
	a.LoadBalancers("").OnNews(func(arn string) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.news = append(b.news, arn)
	})
	b.runAgent(a)
}

// told takes what has been told.
func (b *newsBench) told() []string {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	defer func() { b.news = nil }()
	return b.news
}

// loadBalancer writes the row of one.
func (b *newsBench) loadBalancer(groups ...string) *elbv2.LoadBalancer {
	b.Helper()
	subnets, _ := state.DefaultNetwork(scope)
	row := &elbv2.LoadBalancer{
		Scope: scope, ARN: "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/web/0123456789abcdef",
		DNSName: "Web-1.us-east-1.elb.amazonaws.com", SecurityGroups: groups,
		Zones: []elbv2.Zone{{Name: subnets[1].Zone, Subnet: subnets[1].ID}},
	}
	err := b.store.Update(func(tx *state.Tx) error {
		elbv2.PutLoadBalancer(tx, row)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return row
}

func (b *newsBench) up(row *elbv2.LoadBalancer) netip.Addr {
	b.Helper()
	address, subnet, err := b.agent.LoadBalancers("").Run(b.Context(), row)
	if err != nil {
		b.Fatal(err)
	}
	if subnet != row.Zones[0].Subnet {
		b.Errorf("it is in subnet %q", subnet)
	}
	return address
}

// parts are its sandbox and its container.
func (b *newsBench) parts(row *elbv2.LoadBalancer) (sandbox, container backend.Container) {
	b.Helper()
	list, err := b.engine.List(b.Context(), map[string]string{node.Label: row.ARN})
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range list {
		if c.Sandbox {
			sandbox = c
		} else {
			container = c
		}
	}
	return sandbox, container
}

func TestALoadBalancerIsASandboxWithAContainer(t *testing.T) {
	withLoadBalancers(t, func(b *newsBench) {
		row := b.loadBalancer()
		address := b.up(row)
		sandbox, container := b.parts(row)
		subnets, _ := state.DefaultNetwork(scope)
		if part := subnets[1].CIDR(state.NetworkCIDR(b.store.Read())); !part.Contains(address) || sandbox.IP != address {
			t.Errorf("its address is %s, and that of its sandbox %s, in %s", address, sandbox.IP, part)
		}
		if sandbox.State != backend.Running || container.State != backend.Running || container.SandboxID != sandbox.ID {
			t.Errorf("its parts are %+v and %+v", sandbox, container)
		}
		if again := b.up(row); again != address {
			t.Errorf("again it has the address %s", again)
		}
		if stream, err := b.agent.LoadBalancers("").Connect(b.Context(), row.ARN); err != nil {
			t.Error(err)
		} else {
			_ = stream.Close()
		}
		if err := b.agent.LoadBalancers("").Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
		if sandbox, container := b.parts(row); sandbox.ID+container.ID != "" {
			t.Errorf("left are %+v and %+v", sandbox, container)
		}
		if told := b.told(); len(told) > 0 {
			t.Errorf("somebody is told of %v", told)
		}
	})
}

// Its sandbox stays where its container alone has ended: flows that the kernel leads in there go
// on. A sandbox that somebody has started again is another one.
func TestALoadBalancerThatEndsIsStartedAgain(t *testing.T) {
	withLoadBalancers(t, func(b *newsBench) {
		row := b.loadBalancer()
		b.up(row)
		for _, part := range []string{"container", "sandbox", "sandbox and started"} {
			time.Sleep(time.Second)
			before, container := b.parts(row)
			id := container.ID
			if part != "container" {
				id = before.ID
			}
			if err := b.engine.Crash(b.Context(), id); err != nil {
				t.Fatal(err)
			}
			if told := b.told(); !slices.Equal(told, []string{row.ARN}) {
				t.Errorf("%s: told of %v", part, told)
			}
			if part == "sandbox and started" {
				if err := b.engine.Start(b.Context(), id); err != nil {
					t.Fatal(err)
				}
			}
			b.up(row)
			after, container := b.parts(row)
			if after.State != backend.Running || container.State != backend.Running || container.SandboxID != after.ID {
				t.Errorf("%s: its parts are %+v and %+v", part, after, container)
			}
			if same := after.ID == before.ID; same != (part == "container") {
				t.Errorf("%s: that it has the same sandbox is %v", part, same)
			}
		}
		if err := b.agent.LoadBalancers("").Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
	})
}

// silent is an engine whose load balancers say nothing.
type silent struct{ *sim.Engine }

func (silent) ConnectLoadBalancer(context.Context, string) (io.ReadWriteCloser, error) {
	near, _ := net.Pipe()
	return near, nil
}

// A stream to one that has ended may neither end nor say anything by itself.
func TestNobodyWaitsForALoadBalancerThatHasEnded(t *testing.T) {
	withLoadBalancers(t, func(b *newsBench) {
		b.stop()
		b.restartOn(silent{b.engine})
		row := b.loadBalancer()
		b.up(row)
		stream, err := b.agent.LoadBalancers("").Connect(b.Context(), row.ARN)
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = stream.Read(make([]byte, 1))
		}()
		_, container := b.parts(row)
		if err := b.engine.Crash(b.Context(), container.ID); err != nil {
			t.Fatal(err)
		}
		<-ended
		if _, err := b.agent.LoadBalancers("").Connect(b.Context(), row.ARN); !errors.Is(err, node.ErrEnded) {
			t.Errorf("who comes then gets %v", err)
		}
		if err := b.agent.LoadBalancers("").Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
	})
}

func TestALoadBalancerOutlivesTheEmulator(t *testing.T) {
	withLoadBalancers(t, func(b *newsBench) {
		row := b.loadBalancer()
		address := b.up(row)
		sandbox, container := b.parts(row)
		b.stop()
		b.restart()
		if told := b.told(); !slices.Equal(told, []string{row.ARN}) {
			t.Errorf("told of %v", told)
		}
		if again := b.up(row); again != address {
			t.Errorf("it has the address %s, and had %s", again, address)
		}
		if s, c := b.parts(row); s.ID != sandbox.ID || c.ID != container.ID || c.StartedAt != container.StartedAt {
			t.Errorf("its parts are others: %+v and %+v", s, c)
		}
		b.stop()
		err := b.store.Update(func(tx *state.Tx) error {
			elbv2.DeleteLoadBalancer(tx, row)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b.restart()
		if told := b.told(); !slices.Equal(told, []string{row.ARN}) {
			t.Errorf("told of %v", told)
		}
		if err := b.agent.LoadBalancers("").Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
		if sandbox, container := b.parts(row); sandbox.ID+container.ID != "" {
			t.Errorf("left are %+v and %+v", sandbox, container)
		}
	})
}

// Its security groups are those of its row, also when they have changed since it was made.
func TestALoadBalancerHasSecurityGroups(t *testing.T) {
	withLoadBalancers(t, func(b *newsBench) {
		err := b.store.Update(func(tx *state.Tx) error {
			closed := *state.FindSecurityGroup(tx, scope, state.DefaultSecurityGroup)
			closed.Scope, closed.ID, closed.Rules = scope, "sg-00000000000000001", nil
			state.PutSecurityGroup(tx, &closed)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b.up(b.loadBalancer("sg-00000000000000001"))
		row := b.loadBalancer() // the same without groups
		sandbox, _ := b.parts(row)
		lets := func(what string, want error) {
			t.Helper()
			synctest.Wait()
			_, err := b.engine.Dial(b.Context(), "tcp", sandbox.ID, 80)
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		lets("a group without rules", syscall.ETIMEDOUT)
		open := b.loadBalancer(state.DefaultSecurityGroup)
		err = b.store.Update(func(tx *state.Tx) error {
			g := *state.FindSecurityGroup(tx, scope, state.DefaultSecurityGroup)
			g.Scope = scope
			g.Rules = []state.SecurityGroupRule{{ID: "sgr-1", Protocol: "-1", CIDR: "0.0.0.0/0"}}
			state.PutSecurityGroup(tx, &g)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b.up(open)
		lets("the group that it has now", syscall.ECONNREFUSED)
		if err := b.agent.LoadBalancers("").Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
	})
}

func TestPortsLeadToALoadBalancer(t *testing.T) {
	withLoadBalancers(t, func(b *newsBench) {
		row := b.loadBalancer()
		b.up(row)
		open := func() []string {
			return b.agent.LoadBalancers("").OpenPort(b.Context(), &elbv2.Listener{ARN: "listener", LoadBalancer: row.ARN, Protocol: elb.ProtocolEnumHttp})
		}
		if at := open(); len(at) != 1 || !slices.Equal(open(), at) {
			t.Errorf("it is reached at %v", at)
		}
		b.agent.LoadBalancers("").ClosePorts(row.ARN, nil)
		if left, _ := b.agent.hosts[""].ports.Of("listener"); len(left) > 0 {
			t.Errorf("still open are %v", left)
		}
		if err := b.agent.LoadBalancers("").Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
	})
}
