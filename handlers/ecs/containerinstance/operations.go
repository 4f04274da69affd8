// Package containerinstance answers the ECS operations about container instances and their
// attributes, and tells agents where to call.
package containerinstance

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
)

// API answers these operations.
type API struct {
	kit.Base
}

func New(b kit.Base) *API { return &API{Base: b} }

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("DeregisterContainerInstance", "with force, containers that an agent of the emulator runs are stopped; INACTIVE ones are kept for an hour", a.DeregisterContainerInstance),
		awsapi.Works("DescribeContainerInstances", "registered and remaining resources; tags and health where asked for", a.DescribeContainerInstances),
		awsapi.Works("ListContainerInstances", "by status and filter, in pages", a.ListContainerInstances),
		awsapi.Partial("RegisterContainerInstance", "by hand, with no agent behind it: connected from the start, and its tasks move by Submit*StateChange alone; resources CPU, MEMORY, PORTS, PORTS_UDP and GPU only; the identity document is read, not verified; tags of one that registers again are dropped", a.RegisterContainerInstance),
		awsapi.Works("UpdateContainerAgent", "from an older agent to the newest that the emulator knows, in steps on its clock", a.UpdateContainerAgent),
		awsapi.Works("UpdateContainerInstancesState", "ACTIVE and DRAINING", a.UpdateContainerInstancesState),
		awsapi.Partial("DiscoverPollEndpoint", "the emulator itself, where the websockets of container agents answer 501", a.DiscoverPollEndpoint),
		awsapi.Works("DeleteAttributes", "custom ones, by name, and by value where one is given", a.DeleteAttributes),
		awsapi.Works("ListAttributes", "by name and value, built-in ones included, in pages; container instances are the only targets", a.ListAttributes),
		awsapi.Works("PutAttributes", "ten custom ones for each container instance", a.PutAttributes),
	}
}
