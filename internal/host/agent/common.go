package agent

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/publication"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// common is what the hosts of an agent share.
type common struct {
	Options
	hosts      []*host // in the order in which they were given
	publisher  *publication.Publisher
	interfaces *vpc.Interfaces
	ports      *hostport.Ports                           // of all hosts; nil where one alone has them
	logs       []*awslogs.Readers                        // of each host
	proxyRuns  func(taskARN string)                      // see Proxies
	proxyEnds  func(ctx context.Context, taskARN string) // see Proxies
	dynamic    containerinstance.DynamicHostPorts
	watch      *store.Watch // of tasks
}

// pullers pull for the hosts, in their order.
func (c *common) pullers() (all []*imagepull.Puller) {
	for _, h := range c.hosts {
		all = append(all, &h.images)
	}
	return all
}
