package resolver_test

import (
	"context"
	"io"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/resolver"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"

	backendresolver "github.com/ecs-emulator/ecs-emulator/backend/resolver"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

// engine is the simulated one with the default VPC's network; deaf resolvers do not answer.
type engine struct {
	*sim.Engine
	mu      sync.Mutex
	deaf    bool
	hangs   bool // an engine that does not answer: calls end with their time
	streams []io.Closer
}

func (e *engine) Resolver(id string) vpc.Resolver {
	if id == ec2network.DefaultVPC || id == ownVPC {
		return vpc.HasResolver
	}
	return vpc.NoResolver
}

func (e *engine) RunResolver(ctx context.Context, id string) (netip.Addr, io.ReadWriteCloser, error) {
	e.mu.Lock()
	hangs := e.hangs && id == ec2network.DefaultVPC
	e.mu.Unlock()
	if hangs {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		<-ctx.Done()
		return netip.Addr{}, nil, ctx.Err()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.deaf {
		return netip.Addr{}, nil, backend.ErrUnavailable
	}
	address, stream, err := e.Engine.RunResolver(ctx, id)
	e.streams = append(e.streams, stream)
	return address, stream, err
}

// lose has the resolver fall silent, or answer again.
func (e *engine) lose(deaf bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.deaf = deaf
	for _, s := range e.streams {
		_ = s.Close()
	}
	e.streams = nil
}

type bench struct {
	*testing.T
	store  *store.Store
	engine *engine
	other  *engine // of another host, or nil
	log    strings.Builder
	*resolver.Controller
	owners map[netip.Addr][]string // of network interfaces
}

// inBubble runs a test with a controller and a service api.shop.local.
func inBubble(t *testing.T, test func(b *bench)) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{T: t, engine: &engine{Engine: sim.New(sim.Options{})}}
		b.tell([]resolver.Engine{{Networks: b.engine}}, test)
	})
}

// inBubbleOfTwo does the same with the engines of two hosts.
func inBubbleOfTwo(t *testing.T, test func(b *bench)) {
	synctest.Test(t, func(t *testing.T) {
		vpcs := sim.NewVPCs()
		b := &bench{T: t, engine: &engine{Engine: sim.New(sim.Options{VPCs: vpcs})}, other: &engine{Engine: sim.New(sim.Options{VPCs: vpcs})}}
		b.tell([]resolver.Engine{{Host: "a", Networks: b.engine}, {Host: "b", Networks: b.other}}, test)
	})
}

func (b *bench) tell(engines []resolver.Engine, test func(b *bench)) {
	t := b.T
	var err error
	if b.store, err = state.Open(store.Options{}); err != nil {
		t.Fatal(err)
	}
	defer b.store.Close()
	if _, err := b.engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: ec2network.DefaultVPC, Resolver: true}); err != nil {
		t.Fatal(err)
	}
	defer b.engine.RemoveAll(context.Background()) //nolint:errcheck // ends streams
	b.Controller = resolver.New(resolver.Options{
		Store: b.store, Clock: clock.New(clock.Options{}), Log: slog.New(slog.NewTextHandler(&b.log, &slog.HandlerOptions{Level: slog.LevelWarn})), Engines: engines,
		Owners: func(a netip.Addr) []string { return b.owners[a] },
	})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = b.Controller.Run(ctx) })
	defer running.Wait()
	defer cancel()
	b.Wake(ec2network.DefaultVPC)
	b.update(func(tx *store.Tx) {
		servicediscovery.PutNamespace(tx, &servicediscovery.Namespace{ARN: namespace, Name: "shop.local", Type: types.NamespaceTypeDnsPrivate, VPC: ec2network.DefaultVPC})
		ttl := int64(10)
		servicediscovery.PutService(tx, &servicediscovery.Service{ARN: service, NamespaceARN: namespace, Name: "api", DNSRecords: []types.DnsRecord{{Type: types.RecordTypeA, TTL: &ttl}}})
	})
	synctest.Wait()
	test(b)
}

// ownVPC is one of the user's own.
const ownVPC = "vpc-0123456789abcdef0"

var (
	namespace = servicediscovery.NamespaceARN(scope, "ns-1")
	service   = servicediscovery.ServiceARN(scope, "srv-1")
)

func (b *bench) update(change func(*store.Tx)) {
	b.Helper()
	if err := b.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) register(id, address string) (revision int64) {
	b.Helper()
	b.update(func(tx *store.Tx) {
		revision = servicediscovery.Register(tx, &servicediscovery.Instance{ServiceARN: service, ID: id, Attributes: map[string]string{"AWS_INSTANCE_IPV4": address}})
	})
	return revision
}

func (b *bench) deregister(id string) (revision int64) {
	b.Helper()
	b.update(func(tx *store.Tx) { revision, _ = servicediscovery.Deregister(tx, service, id) })
	return revision
}

func (b *bench) acknowledged(revision int64) bool {
	return servicediscovery.Heard(b.store.Read(), service, servicediscovery.Resolvers, revision)
}

// has is what the resolver on the engine was told last, as package push sees it.
func (b *bench) has() (kinds []string) {
	b.Helper()
	return b.hasIn(ec2network.DefaultVPC)
}

func (b *bench) hasIn(vpc string) (kinds []string) {
	b.Helper()
	_, stream, err := b.engine.Engine.RunResolver(b.Context(), vpc)
	if err != nil {
		b.Fatal(err)
	}
	client, err := backendresolver.Connect(b.Context(), stream)
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	for _, p := range client.Has() {
		kinds = append(kinds, string(p.Key.Kind))
	}
	slices.Sort(kinds)
	return kinds
}

func (b *bench) leadsTo(what, want string) {
	b.Helper()
	all, _ := backendresolver.Addresses(b, "api.shop.local", func(int) int { return 0 })
	var text []string
	for _, a := range all {
		text = append(text, a.String())
	}
	if slices.Sort(text); strings.Join(text, " ") != want {
		b.Errorf("%s: the name leads to %q, want %q", what, text, want)
	}
}

func TestChangesReachResolversAndAreAcknowledged(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.register("1", "10.0.0.1")
		second := b.register("2", "10.0.0.2")
		synctest.Wait()
		b.leadsTo("registered", "10.0.0.1 10.0.0.2")
		if !b.acknowledged(second) || !slices.Equal(b.has(), []string{"name", "zone"}) {
			t.Errorf("acknowledged: %v; the resolver has %q", b.acknowledged(second), b.has())
		}
		gone := b.deregister("1")
		synctest.Wait()
		b.leadsTo("deregistered", "10.0.0.2")
		if !b.acknowledged(gone) {
			t.Error("a deregistration is not acknowledged")
		}
		b.deregister("2")
		b.update(func(tx *store.Tx) { servicediscovery.DeleteService(tx, servicediscovery.FindService(tx, service)) })
		synctest.Wait()
		if has := b.has(); !slices.Equal(has, []string{"zone"}) {
			t.Errorf("without the service the resolver has %q", has)
		}
		b.update(func(tx *store.Tx) {
			servicediscovery.DeleteNamespace(tx, servicediscovery.FindNamespace(tx, namespace))
		})
		synctest.Wait()
		if has := b.has(); len(has) > 0 {
			t.Errorf("without the namespace the resolver has %q", has)
		}
	})
}

// Without DNS support the resolver of a VPC falls silent, and knows its names all the same.
func TestAVPCWithoutDNSSupport(t *testing.T) {
	inBubble(t, func(b *bench) {
		if _, err := b.engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: ownVPC, Resolver: true}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			support bool
			want    []string
		}{{true, []string{"zone"}}, {false, []string{"silent", "zone"}}, {true, []string{"zone"}}} {
			b.update(func(tx *store.Tx) {
				ec2network.PutVPC(tx, &ec2network.VPC{Scope: scope, ID: ownVPC, DNSSupport: c.support})
				servicediscovery.PutNamespace(tx, &servicediscovery.Namespace{ARN: servicediscovery.NamespaceARN(scope, "ns-2"), Name: "own.local", Type: types.NamespaceTypeDnsPrivate, VPC: ownVPC})
			})
			synctest.Wait()
			if has := b.hasIn(ownVPC); !slices.Equal(has, c.want) {
				t.Errorf("with DNS support %v the resolver has %q", c.support, has)
			}
			if has := b.has(); !slices.Equal(has, []string{"name", "zone"}) {
				t.Errorf("that of the default VPC has %q", has)
			}
		}
	})
}

// A task that stops waits five seconds for a resolver that does not answer, and the next one not at all.
func TestAResolverThatDoesNotAnswer(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.register("1", "10.0.0.1")
		b.register("2", "10.0.0.2")
		synctest.Wait()
		b.engine.lose(true)
		synctest.Wait()
		first := b.deregister("1")
		time.Sleep(4 * time.Second)
		if synctest.Wait(); b.acknowledged(first) {
			t.Error("it is acknowledged by none")
		}
		time.Sleep(6 * time.Second)
		if synctest.Wait(); !b.acknowledged(first) {
			t.Error("it is still waited for")
		}
		second := b.deregister("2")
		if synctest.Wait(); !b.acknowledged(second) {
			t.Error("what was given up on is waited for again")
		}
		if n := strings.Count(b.log.String(), "level=WARN"); n != 1 {
			t.Errorf("%d warnings: %s", n, b.log.String())
		}
		b.register("3", "10.0.0.3")
		b.engine.lose(false)
		time.Sleep(time.Minute)
		synctest.Wait()
		b.engine.lose(true)
		third := b.deregister("3")
		if synctest.Wait(); b.acknowledged(third) {
			t.Error("it has answered since, and does not count")
		}
	})
}

// A call of the engine for the resolver of a VPC may hang: tasks that stop wait no longer than for one that does not
// answer.
func TestAnEngineThatHangs(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.register("1", "10.0.0.1")
		synctest.Wait()
		b.engine.mu.Lock()
		b.engine.hangs = true
		b.engine.mu.Unlock()
		b.engine.lose(false)
		synctest.Wait()
		gone := b.deregister("1")
		time.Sleep(10 * time.Second)
		if synctest.Wait(); !b.acknowledged(gone) {
			t.Error("what the engine does is waited for")
		}
	})
}

// Each engine has a DNS server for a VPC: a task that stops waits for those that answer.
func TestTheResolversOfTwoEngines(t *testing.T) {
	inBubbleOfTwo(t, func(b *bench) {
		b.register("1", "10.0.0.1")
		second := b.register("2", "10.0.0.2")
		synctest.Wait()
		if all := b.Answering(); !b.acknowledged(second) || len(all) != 2 || !all[0].Connected || !all[1].Connected || all[0].Host == all[1].Host {
			t.Errorf("acknowledged: %v, by %+v", b.acknowledged(second), all)
		}
		b.other.lose(true)
		synctest.Wait()
		first := b.deregister("1")
		time.Sleep(10 * time.Second)
		if synctest.Wait(); !b.acknowledged(first) || !slices.Equal(b.has(), []string{"name", "zone"}) {
			t.Errorf("without b it is acknowledged: %v; a has %q", b.acknowledged(first), b.has())
		}
		next := b.deregister("2")
		if synctest.Wait(); !b.acknowledged(next) {
			t.Error("what was given up on is waited for again")
		}
		if log := b.log.String(); strings.Count(log, "level=WARN") != 1 || !strings.Contains(log, "engine=b") {
			t.Errorf("the log has: %s", log)
		}
		third := b.register("3", "10.0.0.3")
		b.other.lose(false)
		time.Sleep(time.Minute)
		synctest.Wait()
		if all := b.Answering(); !b.acknowledged(third) || len(all) != 2 || !all[0].Connected || !all[1].Connected {
			t.Errorf("with both again: %+v", all)
		}
	})
}
