package node

import (
	"context"
	"errors"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
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
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// bench has load balancers on a simulated engine, of which it follows the events.
type bench struct {
	*testing.T
	store  *store.Store
	clock  *clock.Clock
	engine *sim.Engine
	nodes  *Nodes
	stop   func()

	mu   sync.Mutex
	news []string
}

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

func withLoadBalancers(t *testing.T, story func(b *bench)) {
	synctest.Test(t, func(t *testing.T) {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c := clock.New(clock.Options{})
		b := &bench{T: t, store: rows, clock: c, engine: sim.New(sim.Options{Clock: sim.ClockOf(c)})}
		b.restart()
		defer func() { b.stop() }()
		story(b)
	})
}

func (b *bench) restart() { b.restartOn(b.engine) }

// restartOn takes over what is on an engine.
func (b *bench) restartOn(on backend.Engine) {
	b.Helper()
	log, calls := slog.New(slog.DiscardHandler), &enginecall.Tracker{}
	engine := enginecall.New(on, calls, log)
	interfaces := vpc.NewInterfaces(vpc.InterfaceOptions{Store: b.store, Mode: vpc.GroupsStrict})
	labels := map[string]string{"owner": "test"}
	b.nodes = New(Options{
		Store: b.store, Log: log, Engine: engine, Interfaces: interfaces, Labels: labels,
		Networks: vpc.NewNetworks(vpc.Options{Store: b.store, Clock: b.clock, Log: log, Engine: engine}),
		Ports:    hostport.New(hostport.Options{Log: log, Engine: engine}),
	})
	b.nodes.OnNews(func(arn string) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.news = append(b.news, arn)
	})
	info, err := engine.Info(b.Context())
	list, failed := engine.List(b.Context(), labels)
	if err = errors.Join(err, failed); err != nil {
		b.Fatal(err)
	}
	engine.SetInfo(info)
	byName := map[string]backend.Container{}
	for _, c := range list {
		byName[c.Name] = c
	}
	b.nodes.Adopt(byName)
	engine.Found(engine.Losses())
	b.nodes.TellAll()
	b.follow(interfaces, labels)
	synctest.Wait()
}

// follow tells of changes until the bench is stopped.
func (b *bench) follow(interfaces *vpc.Interfaces, labels map[string]string) {
	ctx, cancel := context.WithCancel(context.Background())
	nodes, groups := b.nodes, ec2network.WatchSecurityGroups(b.store)
	var running sync.WaitGroup
	running.Go(func() { interfaces.Run(ctx, nodes.Networks) })
	running.Go(func() {
		_ = nodes.Engine.Watch(ctx, labels, func(e backend.Event) {
			if e.Kind == backend.ContainerDied {
				nodes.Ended(e.ContainerID)
			}
		})
	})
	running.Go(func() {
		for {
			key, err := groups.Next(ctx)
			if err != nil {
				return
			}
			interfaces.RulesChanged(key)
			groups.Done(key)
		}
	})
	b.stop = func() {
		cancel()
		running.Wait()
		groups.Close()
		nodes.Engine.End()
		nodes.Ports.CloseAll()
	}
}

// soon waits for what follows a pause, of a second at most, in which engines are not told.
func soon() {
	time.Sleep(2 * time.Second)
	synctest.Wait()
}

// told takes what has been told.
func (b *bench) told() []string {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	defer func() { b.news = nil }()
	return b.news
}

// loadBalancer writes the row of one.
func (b *bench) loadBalancer(groups ...string) *elbv2.LoadBalancer {
	b.Helper()
	subnets, _ := ec2network.DefaultNetwork(scope)
	row := &elbv2.LoadBalancer{
		Scope: scope, ARN: "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/web/0123456789abcdef",
		DNSName: "Web-1.us-east-1.elb.amazonaws.com", SecurityGroups: groups,
		Zones: []elbv2.Zone{{Name: subnets[1].Zone, Subnet: subnets[1].ID}},
	}
	err := b.store.Update(func(tx *store.Tx) error {
		elbv2.PutLoadBalancer(tx, row)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return row
}

func (b *bench) up(row *elbv2.LoadBalancer) netip.Addr {
	b.Helper()
	address, subnet, err := b.nodes.Run(b.Context(), row)
	if err != nil {
		b.Fatal(err)
	}
	if subnet != row.Zones[0].Subnet {
		b.Errorf("it is in subnet %q", subnet)
	}
	return address
}

// parts are its sandbox and its container.
func (b *bench) parts(row *elbv2.LoadBalancer) (sandbox, container backend.Container) {
	b.Helper()
	list, err := b.engine.List(b.Context(), map[string]string{Label: row.ARN})
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
	withLoadBalancers(t, func(b *bench) {
		row := b.loadBalancer()
		address := b.up(row)
		sandbox, container := b.parts(row)
		subnets, _ := ec2network.DefaultNetwork(scope)
		if part := subnets[1].CIDR(ec2network.NetworkCIDR(b.store.Read())); !part.Contains(address) || sandbox.IP != address {
			t.Errorf("its address is %s, and that of its sandbox %s, in %s", address, sandbox.IP, part)
		}
		if sandbox.State != backend.Running || container.State != backend.Running || container.SandboxID != sandbox.ID {
			t.Errorf("its parts are %+v and %+v", sandbox, container)
		}
		if again := b.up(row); again != address {
			t.Errorf("again it has the address %s", again)
		}
		if stream, err := b.nodes.Connect(b.Context(), row.ARN); err != nil {
			t.Error(err)
		} else {
			_ = stream.Close()
		}
		if err := b.nodes.Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
		if sandbox, container := b.parts(row); sandbox.ID+container.ID != "" {
			t.Errorf("left are %+v and %+v", sandbox, container)
		}
		if told := b.told(); len(told) > 0 {
			t.Errorf("the controller is told of %v", told)
		}
	})
}

// Its sandbox stays where its container alone has ended: flows that the kernel leads in there go
// on. A sandbox that was started again on the engine is another one.
func TestALoadBalancerThatEndsIsStartedAgain(t *testing.T) {
	withLoadBalancers(t, func(b *bench) {
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
		if err := b.nodes.Remove(b.Context(), row.ARN); err != nil {
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
func TestNoCallerWaitsForALoadBalancerThatHasEnded(t *testing.T) {
	withLoadBalancers(t, func(b *bench) {
		b.stop()
		b.restartOn(silent{b.engine})
		row := b.loadBalancer()
		b.up(row)
		stream, err := b.nodes.Connect(b.Context(), row.ARN)
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
		if _, err := b.nodes.Connect(b.Context(), row.ARN); !errors.Is(err, ErrEnded) {
			t.Errorf("who comes then gets %v", err)
		}
		if err := b.nodes.Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
	})
}

func TestALoadBalancerOutlivesTheEmulator(t *testing.T) {
	withLoadBalancers(t, func(b *bench) {
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
		err := b.store.Update(func(tx *store.Tx) error {
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
		if err := b.nodes.Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
		if sandbox, container := b.parts(row); sandbox.ID+container.ID != "" {
			t.Errorf("left are %+v and %+v", sandbox, container)
		}
	})
}

// Its security groups are those of its row, also when they have changed since it was made.
func TestALoadBalancerHasSecurityGroups(t *testing.T) {
	withLoadBalancers(t, func(b *bench) {
		err := b.store.Update(func(tx *store.Tx) error {
			closed := *ec2network.FindSecurityGroup(tx, scope, ec2network.DefaultSecurityGroup)
			closed.Scope, closed.ID, closed.Rules = scope, "sg-00000000000000001", nil
			ec2network.PutSecurityGroup(tx, &closed)
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
		open := b.loadBalancer(ec2network.DefaultSecurityGroup)
		err = b.store.Update(func(tx *store.Tx) error {
			g := *ec2network.FindSecurityGroup(tx, scope, ec2network.DefaultSecurityGroup)
			g.Scope = scope
			g.Rules = []ec2network.SecurityGroupRule{{ID: "sgr-1", Protocol: "-1", CIDR: "0.0.0.0/0"}}
			ec2network.PutSecurityGroup(tx, &g)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b.up(open)
		lets("the group that it has now", syscall.ECONNREFUSED)
		if err := b.nodes.Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
	})
}

func TestPortsLeadToALoadBalancer(t *testing.T) {
	withLoadBalancers(t, func(b *bench) {
		row := b.loadBalancer()
		b.up(row)
		open := func() []string {
			return b.nodes.OpenPort(b.Context(), &elbv2.Listener{ARN: "listener", LoadBalancer: row.ARN, Protocol: elb.ProtocolEnumHttp})
		}
		if at := open(); len(at) != 1 || !slices.Equal(open(), at) {
			t.Errorf("it is reached at %v", at)
		}
		b.nodes.ClosePorts(row.ARN, nil)
		if left, _ := b.nodes.Ports.Of("listener"); len(left) > 0 {
			t.Errorf("still open are %v", left)
		}
		if err := b.nodes.Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
	})
}
