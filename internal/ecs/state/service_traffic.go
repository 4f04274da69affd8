package state

import "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"

// ServiceTraffic is what leads requests to the tasks of a service. Its revisions have it, and its tasks as it was when they
// were made. A revision that UpdateService made shows the lists even if they are empty (ECS0101).
type ServiceTraffic struct {
	LoadBalancers     []types.LoadBalancer
	ServiceRegistries []types.ServiceRegistry
}

// Leads reports whether anything leads requests to the tasks.
func (t *ServiceTraffic) Leads() bool { return len(t.LoadBalancers)+len(t.ServiceRegistries) > 0 }
