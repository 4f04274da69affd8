package agent

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

func TestPickPorts(t *testing.T) {
	all := func(uint16) bool { return true }
	except := func(taken ...uint16) func(uint16) bool {
		return func(port uint16) bool { return !slices.Contains(taken, port) }
	}
	for name, c := range map[string]struct {
		next            int
		container, more uint16
		usable          func(uint16) bool
		first           uint16 // 0 is none
		after           int
	}{
		"the first of all":              {0, 80, 0, all, 32768, 32769},
		"the next one":                  {32769, 80, 0, all, 32769, 32770},
		"not what is taken":             {32769, 80, 0, except(32769, 32770), 32771, 32772},
		"round again":                   {61000, 80, 0, all, 32768, 32769},
		"a range with the same bits":    {32769, 8003, 9, all, 32771, 32781},
		"a range beside what is taken":  {0, 8000, 9, except(32770, 32786), 32800, 32810},
		"a range round again":           {60990, 50, 9, all, 32770, 32780},
		"a range of any bits":           {0, 7, 9, func(p uint16) bool { return p >= 60990 && p <= 60999 }, 60990, 61000},
		"all of them":                   {40000, 1, 28231, all, 32768, 61000},
		"more than there are":           {0, 1, 28232, all, 0, 0},
		"no range without what's taken": {0, 80, 28231, except(40000), 0, 0},
	} {
		d := dynamicPorts{next: c.next}
		first, ok := d.pick(state.Binding{ContainerPort: c.container, More: c.more}, c.usable)
		if first != c.first || ok != (c.first != 0) || ok && d.next != c.after {
			t.Errorf("%s: %d, %v, then %d; want %d, then %d", name, first, ok, d.next, c.first, c.after)
		}
	}
}

// portRange maps a range.
func portRange(ports string) types.PortMapping {
	return types.PortMapping{ContainerPortRange: aws.String(ports)}
}

// A range has host ports that follow one another, beside single ones, for as long as its
// container has them.
func TestAPortRange(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		c := container("web", "serve", "8000-8004")
		udp := portRange("53-54")
		udp.Protocol = types.TransportProtocolUdp
		c.PortMappings = []types.PortMapping{portRange("8001-8003"), udp, {ContainerPort: aws.Int32(8004)}}
		c.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}
		id := b.runAt(instance, types.NetworkModeBridge, c)
		want := []state.Binding{
			{ContainerPort: 8004, HostPort: 32768, Protocol: types.TransportProtocolTcp},
			{ContainerPort: 8001, HostPort: 32769, More: 2, Protocol: types.TransportProtocolTcp},
			{ContainerPort: 53, HostPort: 32773, More: 1, Protocol: types.TransportProtocolUdp},
		}
		b.expect("bindings", b.task(id).Status.Containers[0].Bindings, want)
		reachable := func() (ports []int) {
			for port := 32766; port < 32776; port++ {
				if b.answers(instance, port) {
					ports = append(ports, port)
				}
			}
			return ports
		}
		b.expect("ports that answer", reachable(), []int{32768, 32769, 32770, 32771})
		b.expect("TCP ports in use", state.FindInstanceUsage(b.store.Read(), instance).Ports, []uint16{32768, 32769, 32770, 32771})
		b.expect("UDP ports in use", state.FindInstanceUsage(b.store.Read(), instance).PortsUDP, []uint16{32773, 32774})

		time.Sleep(2 * time.Minute)
		if err := b.engine.Crash(b.Context(), b.task(id).Status.Containers[0].EngineID); err != nil {
			b.Fatal(err)
		}
		synctest.Wait()
		b.expect("bindings after a restart", b.task(id).Status.Containers[0].Bindings, want)
		b.expect("ports that answer after a restart", reachable(), []int{32768, 32769, 32770, 32771})
		b.stopTask(id)
		b.expect("ports that answer after the end", reachable(), []int(nil))
		b.expect("ports in use after the end", len(state.FindInstanceUsage(b.store.Read(), instance).Ports), 0)
	})
}

// What cannot be had at once is refused in the words of ECS's agent.
func TestNoPortsAreLeft(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		c := container("web")
		// All before the ports of the agent itself, and all behind them.
		c.PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(80)}, portRange("1-18909"), portRange("20000-29319")}
		b.expect("it runs", b.task(b.runAt(instance, types.NetworkModeBridge, c)).Status.LastStatus, state.Running)
		for mapping, want := range map[types.PortMapping]string{
			portRange("80-81"):             "HostConfigError: error retrieving docker port map: 2 contiguous host ports are unavailable",
			{ContainerPort: aws.Int32(80)}: "HostConfigError: error retrieving docker port map: a host port is unavailable",
		} {
			c := container("web")
			c.PortMappings = []types.PortMapping{mapping}
			task := b.task(b.runAt(instance, types.NetworkModeBridge, c))
			b.expect("the task's reason", task.Stop.Reason, "Task failed to start")
			b.expect("the container's reason", task.Status.Containers[0].Reason, want)
		}
	})
}
