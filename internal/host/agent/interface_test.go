package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// gate is an engine that notes what sandboxes let pass, and complains when a container
// starts in one that was not told.
type gate struct {
	backend.Engine
	mu        sync.Mutex
	filters   map[string]*backend.Filter // by sandbox
	calls     int
	sandboxes map[string]string // of containers
	early     []string          // containers that started too soon
	refuse    error
	hangs     string // a sandbox that answers nothing
	remove    func(id string)
}

// Info is that of a real engine, which has to be told of each change.
func (g *gate) Info(ctx context.Context) (backend.Info, error) {
	info, err := g.Engine.Info(ctx)
	info.Simulated = false
	return info, err
}

func (g *gate) SetFilter(ctx context.Context, sandboxID string, f *backend.Filter) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if sandboxID == g.hangs {
		g.mu.Unlock()
		<-ctx.Done()
		g.mu.Lock()
		return ctx.Err()
	}
	g.calls++
	if g.refuse != nil {
		return g.refuse
	}
	g.filters[sandboxID] = f
	return g.Engine.SetFilter(ctx, sandboxID, f)
}

func (g *gate) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	id, err := g.Engine.Create(ctx, spec)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sandboxes[id] = cmp.Or(spec.Joins, spec.Sandbox)
	return id, err
}

func (g *gate) Remove(ctx context.Context, id string) error {
	if g.remove != nil {
		g.remove(id)
	}
	return g.Engine.Remove(ctx, id)
}

func (g *gate) Start(ctx context.Context, id string) error {
	g.mu.Lock()
	if sandbox := g.sandboxes[id]; sandbox != "" && g.filters[sandbox] == nil {
		g.early = append(g.early, id)
	}
	g.mu.Unlock()
	return g.Engine.Start(ctx, id)
}

// letsIn is the addresses that a task's sandbox takes packets from.
func (g *gate) letsIn(b *bench, task string) string {
	return g.sandboxLetsIn(b.task(task).Status.SandboxID)
}

func (g *gate) sandboxLetsIn(id string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	f := g.filters[id]
	if f == nil {
		return "everybody"
	}
	var all []string
	for _, r := range f.In {
		for _, p := range r.Peers {
			for a := p.First; !p.Last.Less(a); a = a.Next() {
				all = append(all, a.String())
			}
		}
	}
	return strings.Join(all, " ")
}

func (g *gate) told() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls
}

func (g *gate) refuseWith(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refuse = err
}

// withGate has the agent go through one.
func (b *bench) withGate(mode vpc.SecurityGroups) *gate {
	g := &gate{Engine: b.engine, filters: map[string]*backend.Filter{}, sandboxes: map[string]string{}}
	b.stop()
	b.throughGate(g, mode)
	return g
}

func (b *bench) throughGate(g *gate, mode vpc.SecurityGroups) {
	b.runAgent(New(Options{
		Store: b.store, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Hosts: []HostOptions{{Engine: g}},
		SecurityGroups: mode, InstanceGroups: func(*state.ContainerInstance) []string { return []string{ec2network.DefaultSecurityGroup} },
	}))
}

// ips are the addresses of tasks, in order.
func (b *bench) ips(tasks ...string) string {
	var all []netip.Addr
	for _, id := range tasks {
		all = append(all, netip.MustParseAddr(b.task(id).Status.Attachment.PrivateIPv4))
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return strings.Trim(fmt.Sprint(all), "[]")
}

// soon waits for what follows a pause, of a second at most, in which engines are not told.
func soon() {
	time.Sleep(2 * time.Second)
	synctest.Wait()
}

// changeRules writes the default group with other rules.
func (b *bench) changeRules(rules ...ec2network.SecurityGroupRule) {
	b.Helper()
	err := b.store.Update(func(tx *store.Tx) error {
		g := *ec2network.FindSecurityGroup(tx, scope, ec2network.DefaultSecurityGroup)
		g.Scope, g.Rules = scope, rules
		ec2network.PutSecurityGroup(tx, &g)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	soon()
}

func TestMembersOfTheDefaultGroupLetEachOtherIn(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsFilter)
		first := b.run(container("web"))
		b.expect("the first one lets in", g.letsIn(b, first), b.ips(first))
		second := b.run(container("web"))
		soon()
		b.expect("the first one lets in", g.letsIn(b, first), b.ips(first, second))
		b.expect("the second one lets in", g.letsIn(b, second), b.ips(first, second))
		b.stopTask(second)
		soon()
		b.expect("in the end the first one lets in", g.letsIn(b, first), b.ips(first))
		b.expect("containers that started before their filter", len(g.early), 0)
	})
}

// A member of a group may ask another one as soon as it runs, which in a simulation takes no
// time.
func TestASimulatedMemberIsLetInAtOnce(t *testing.T) {
	withAgent(t, func(b *bench) {
		web := b.run(container("web", "serve", "8080"))
		for range 3 {
			asks := b.run(container("asks", "check", "http://"+b.ips(web)+":8080/"))
			b.expect("the exit code of who asks", *b.task(asks).Status.Containers[0].ExitCode, int32(0))
		}
		b.changeRules(ec2network.SecurityGroupRule{Egress: true, Protocol: "-1", From: -1, To: -1, CIDR: "0.0.0.0/0"})
		asks := b.run(container("asks", "check", "http://"+b.ips(web)+":8080/"))
		b.expect("the exit code without the rule", *b.task(asks).Status.Containers[0].ExitCode, int32(1))
	})
}

func TestAChangeOfRulesConcernsThoseThatHaveTheGroup(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsStrict)
		web := b.run(container("web"))
		b.changeRules(ec2network.SecurityGroupRule{Protocol: "tcp", From: 80, To: 80, CIDR: "192.0.2.1/32"})
		b.expect("it lets in", g.letsIn(b, web), "192.0.2.1")
		before := g.told()
		b.changeRules(ec2network.SecurityGroupRule{Protocol: "tcp", From: 80, To: 80, CIDR: "192.0.2.1/32", Description: "the same"})
		b.changeRules(ec2network.SecurityGroupRule{Protocol: "tcp", From: 80, To: 80, CIDR: "192.0.2.1/32"})
		b.expect("calls for what changes nothing", g.told()-before, 0)
		b.run(container("web"))
		soon()
		b.expect("calls for a member whose group no rule names", g.told()-before, 1)
		b.changeRules(
			ec2network.SecurityGroupRule{Protocol: "-1", From: -1, To: -1, CIDR: "0.0.0.0/0"},
			ec2network.SecurityGroupRule{Egress: true, Protocol: "-1", From: -1, To: -1, CIDR: "0.0.0.0/0"},
		)
		b.expect("in the end it lets in", g.letsIn(b, web), "everybody")
	})
}

func TestAChangeOfAPrefixListConcernsThoseWhoseRulesNameIt(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsStrict)
		web := b.run(container("web"))
		b.changeRules(ec2network.SecurityGroupRule{Protocol: "tcp", From: 80, To: 80, PrefixList: "pl-1"})
		b.expect("with a list that is not there it lets in", g.letsIn(b, web), "")
		change := func(id string, entries ...ec2network.PrefixListEntry) int {
			b.Helper()
			before := g.told()
			if err := b.store.Update(func(tx *store.Tx) error {
				ec2network.PrefixLists.Put(tx, &ec2network.PrefixList{Scope: scope, ID: id, MaxEntries: 9, Entries: entries})
				return nil
			}); err != nil {
				b.Fatal(err)
			}
			soon()
			return g.told() - before
		}
		b.expect("calls", change("pl-1", ec2network.PrefixListEntry{CIDR: "192.0.2.1/32"}), 1)
		b.expect("it lets in", g.letsIn(b, web), "192.0.2.1")
		b.expect("calls for the same ranges", change("pl-1", ec2network.PrefixListEntry{CIDR: "192.0.2.1/32", Description: "home"}), 0)
		b.expect("calls for a list that no rule names", change("pl-2", ec2network.PrefixListEntry{CIDR: "192.0.2.2/32"}), 0)
		b.expect("calls", change("pl-1", ec2network.PrefixListEntry{CIDR: "192.0.2.2/32"}, ec2network.PrefixListEntry{CIDR: "192.0.2.3/32"}), 1)
		b.expect("after a change it lets in", g.letsIn(b, web), "192.0.2.2 192.0.2.3")
		b.changeRules()
		b.expect("calls when no rule names it any more", change("pl-1"), 0)
	})
}

func TestFiltersAreSetAgainAfterARestart(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsFilter)
		var tasks []string
		for range 40 {
			tasks = append(tasks, b.run(container("web")))
		}
		soon()
		b.stop()
		clear(g.filters)
		before := g.told()
		b.throughGate(g, vpc.GroupsFilter)
		soon()
		for _, id := range tasks {
			b.expect("it is still there", b.task(id).Status.LastStatus, state.Running)
			b.expect("it lets in", g.letsIn(b, id), b.ips(tasks...))
		}
		b.expect("calls, none of which was too early", g.told()-before, len(tasks))
	})
}

func TestASandboxThatIsReplacedIsFilteredAgain(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsFilter)
		g.refuseWith(backend.ErrNoSandbox) // as if the first ones had ended at once
		id := b.run(container("web"))
		b.expect("without a sandbox that stays", b.task(id).Stop != nil || b.task(id).Status.LastStatus == state.Stopped, true)
		g.refuseWith(nil)
		id = b.run(container("web"))
		b.expect("it lets in", g.letsIn(b, id), b.ips(id))
		b.expect("containers that started before their filter", len(g.early), 0)
	})
}

func TestARefusedChangeIsTriedAgain(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsFilter)
		first := b.run(container("web"))
		g.refuseWith(errors.New("no memory"))
		b.changeRules(ec2network.SecurityGroupRule{Protocol: "-1", From: -1, To: -1, CIDR: "192.0.2.1/32"})
		b.expect("it lets in", g.letsIn(b, first), b.ips(first))
		g.refuseWith(nil)
		time.Sleep(2 * enginecall.RetryPause)
		soon()
		b.expect("later it lets in", g.letsIn(b, first), "192.0.2.1")
	})
}

func TestTasksRunWhereNothingCanBeFiltered(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsFilter)
		g.refuseWith(fmt.Errorf("%w: the kernel lacks nf_tables", backend.ErrNoFilter))
		for range 3 {
			b.expect("a task", b.task(b.run(container("web"))).Status.LastStatus, state.Running)
		}
		soon()
		b.expect("calls", g.told(), 1)
	})
}

func TestNothingIsFilteredWhenItIsOff(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsOff)
		b.run(container("web"))
		b.changeRules()
		b.expect("calls", g.told(), 0)
	})
}

func TestAContainerInstanceHasTheFilterOfItsGroups(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsFilter)
		instance := b.instance()
		task := b.runAt(instance, types.NetworkModeBridge, container("web"))
		b.expect("a task on it", b.task(task).Status.LastStatus, state.Running)
		on := b.agent.named[""].instances.Of(instance).Place()
		g.mu.Lock()
		f := g.filters[on.Sandbox]
		g.mu.Unlock()
		if f == nil || !backend.Pass(f.In, backend.Flow{Protocol: backend.TCP, Port: 8080, Peer: on.IP}) ||
			backend.Pass(f.In, backend.Flow{Protocol: backend.TCP, Port: 8080, Peer: on.IP.Next()}) {
			b.Errorf("the container instance lets in %+v", f)
		}
	})
}
