package agent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

var (
	onlyFriend = ec2network.SecurityGroupRule{Protocol: "-1", From: -1, To: -1, CIDR: "192.0.2.1/32"}
	onlyOther  = ec2network.SecurityGroupRule{Protocol: "-1", From: -1, To: -1, CIDR: "192.0.2.2/32"}
)

// machineSandbox is the sandbox of a container instance.
func (b *bench) instanceSandbox(instance string) string {
	return b.agent.named[""].instances.Of(instance).Place().Sandbox
}

// After all that the engine may say to the first task of a container instance, no later one is in there without a
// filter.
func TestNothingRunsInAContainerInstanceThatCouldNotBeFiltered(t *testing.T) {
	for _, refusal := range []error{errors.New("no memory"), backend.ErrUnavailable, backend.ErrNoSandbox} {
		t.Run(refusal.Error(), func(t *testing.T) {
			withAgent(t, func(b *bench) {
				g := b.withGate(vpc.GroupsFilter)
				b.changeRules(onlyFriend)
				instance := b.instance()
				g.refuseWith(refusal)
				b.runAt(instance, types.NetworkModeHost, container("web"))
				g.refuseWith(nil)
				task := b.runAt(instance, types.NetworkModeHost, container("web"))
				soon()
				b.expect("a task that comes later", b.task(task).Status.LastStatus, state.Running)
				b.expect("the container instance lets in", g.sandboxLetsIn(b.instanceSandbox(instance)), "192.0.2.1")
				b.expect("containers that started before their filter", len(g.early), 0)
			})
		})
	}
}

// A container instance whose sandbox a user kills is another namespace when it has been started again.
func TestAContainerInstanceThatIsStartedAgainIsFilteredBeforeAnythingRuns(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsFilter)
		b.changeRules(onlyFriend)
		instance := b.instance()
		first := b.runAt(instance, types.NetworkModeHost, container("web"))
		sandbox := b.instanceSandbox(instance)
		g.mu.Lock()
		clear(g.filters)
		g.mu.Unlock()
		if err := b.engine.Stop(b.Context(), sandbox, 0); err != nil {
			b.Fatal(err)
		}
		soon()
		b.expect("the task that was in it", b.task(first).Status.LastStatus, state.Stopped)
		second := b.runAt(instance, types.NetworkModeHost, container("web"))
		b.expect("the next one", b.task(second).Status.LastStatus, state.Running)
		b.expect("the container instance lets in", g.sandboxLetsIn(b.instanceSandbox(instance)), "192.0.2.1")
		b.expect("containers that started before their filter", len(g.early), 0)
	})
}

func TestWhatChangesWhileTheEngineIsLostHoldsAfterwards(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsFilter)
		b.changeRules(onlyFriend)
		instance := b.instance()
		b.runAt(instance, types.NetworkModeHost, container("web"))
		g.refuseWith(backend.ErrUnavailable)
		b.changeRules(onlyOther)
		g.refuseWith(nil)
		time.Sleep(10 * time.Second)
		soon()
		b.expect("the container instance lets in", g.sandboxLetsIn(b.instanceSandbox(instance)), "192.0.2.2")
	})
}

// A sandbox whose program does not answer, as when a user has paused it, keeps no other
// from its rules.
func TestASandboxThatHangsConcernsNoOther(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsFilter)
		hangs, other := b.run(container("web")), b.run(container("web"))
		soon()
		g.mu.Lock()
		g.hangs = b.task(hangs).Status.SandboxID
		g.mu.Unlock()
		for range 3 {
			for _, r := range []ec2network.SecurityGroupRule{onlyFriend, onlyOther} {
				b.changeRules(r)
				time.Sleep(4 * time.Second) // for longer than one delays others
				soon()
				b.expect("the other lets in", g.letsIn(b, other)+"/32", r.CIDR)
			}
		}
		g.mu.Lock()
		g.hangs = ""
		g.mu.Unlock()
		time.Sleep(2 * (time.Minute + enginecall.RetryPause))
		soon()
		b.expect("once it answers it lets in", g.letsIn(b, hangs), "192.0.2.2")
	})
}

// Until all members have been found again, those that have been would be told of these alone.
func TestNoTaskIsToldWhileMembersAreFound(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsFilter)
		var tasks []string
		for range 3 {
			tasks = append(tasks, b.run(container("web")))
		}
		all, before := b.agent.interfaces, g.told()
		all.Hold()
		for n := range byte(3) {
			all.Join(b.agent.named[""].networks, fmt.Sprint(n), scope, []string{ec2network.DefaultSecurityGroup}, netip.AddrFrom4([4]byte{192, 0, 2, n}))
			soon()
		}
		b.expect("calls meanwhile", g.told()-before, 0)
		all.Release()
		soon()
		b.expect("calls afterwards", g.told()-before, len(tasks))
	})
}

func TestAMemberIsOneNoMoreBeforeItsAddressIsAnothers(t *testing.T) {
	withAgent(t, func(b *bench) {
		g := b.withGate(vpc.GroupsFilter)
		task := b.run(container("web"))
		sandbox := b.task(task).Status.SandboxID
		address := netip.MustParseAddr(b.task(task).Status.Attachment.PrivateIPv4)
		var members, removals int
		g.remove = func(id string) {
			if id == sandbox {
				removals++
				members += len(b.agent.interfaces.OwnersOf(address))
			}
		}
		b.stopTask(task)
		synctest.Wait()
		b.expect("removals", removals, 1)
		b.expect("members when the address is given back", members, 0)
	})
}

func TestATaskWhoseFilterHangsSaysSo(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.withGate(vpc.GroupsFilter)
		b.stop()
		slow := &hangingFilter{Engine: b.engine}
		b.startOn(HostOptions{Engine: slow})
		task := b.run(container("web"))
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		b.expect("the task", b.task(task).Status.LastStatus, state.Stopped)
		b.expect("its reason", b.task(task).Stop.Reason,
			"ResourceInitializationError: unable to attach the network interface of the task: DockerTimeoutError: Could not transition to started; timed out after waiting 1m0s")
	})
}

// hangingFilter never answers about filters.
type hangingFilter struct{ backend.Engine }

func (*hangingFilter) SetFilter(ctx context.Context, _ string, _ *backend.Filter) error {
	<-ctx.Done()
	return ctx.Err()
}
