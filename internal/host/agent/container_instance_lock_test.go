package agent

import (
	"net/netip"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
)

// While one task of a container instance gets its ports, others arrive there.
func TestTasksArriveWhileOthersGetTheirPorts(t *testing.T) {
	var h *host
	var m *containerinstance.Instance
	var id string
	withAgent(t, func(b *bench) {
		instance := b.instance()
		b.connect(instance, false) // its task waits
		id = b.runAt(instance, types.NetworkModeBridge, server("web", types.PortMapping{ContainerPort: aws.Int32(80)}))
		h, m = b.agent.named[""], b.agent.named[""].instances.Of(instance)
	})
	const times = 20_000
	done := make(chan string, 2)
	go func() {
		for range times {
			m.Bind("task", "web", []types.PortMapping{{ContainerPort: aws.Int32(80)}}, nil, netip.MustParseAddr("198.18.0.2"))
		}
		done <- "ports"
	}()
	go func() {
		for range times {
			h.findTask(id)
			h.mu.Lock()
			clear(h.runners)
			h.mu.Unlock()
		}
		done <- "arrivals"
	}()
	for range 2 {
		select {
		case <-done:
		case <-time.After(2 * time.Minute):
			t.Fatal("neither goes on")
		}
	}
}
