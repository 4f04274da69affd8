package agent

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

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
