package observe

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// Input is all that a decision about a service is made from.
type Input struct {
	Service *state.Service
	Summary *state.ServiceSummary
	// Sets are the task sets of a service that has those in place of deployments, newest first.
	Sets []*taskset.TaskSet
	// Definitions are the task definitions by the id of a generation; one that is gone is
	// missing.
	Definitions map[string]*types.TaskDefinition
	// Roles are the roles of task definitions that ECS cannot assume, likewise.
	Roles map[string]string
	// Networks say what a generation's network configuration names and is not there any more,
	// likewise.
	Networks map[string]string
	// ServiceDeployments are the deployments of the service that have not ended.
	ServiceDeployments []*state.ServiceDeployment
	// Events are the service's, newest first.
	Events []types.ServiceEvent
	// Rules are what load balancers do that the deployments' revisions name; only of revisions with two
	// target groups.
	Rules shift.Rules
	// Endpoints are how proxies of Service Connect share what is for the service.
	Endpoints []shift.Endpoint
	// Gateway is what gateways bring to the PRIMARY deployment, which waits for it; nil: it does not, or it is not there yet.
	Gateway *verb.ConnectGateway
	// Alarms are those that the PRIMARY deployment watches, by name.
	Alarms map[string]Alarm
	// Stands is the service deployment of the PRIMARY deployment, where that shifted traffic and has ended while
	// both revisions have tasks. Nil: it is not so.
	Stands *state.ServiceDeployment
	// Tasks lists the tasks of a generation that have not ended. It is called only
	// when the counts call for action on single tasks.
	Tasks func(deploymentID string) []*state.Task
	// Instances are nil where all tasks run on Fargate.
	Instances *Instances
	// Zones are the Availability Zones that have a place for tasks of a generation: of its subnets on
	// Fargate, or of any ACTIVE container instance. It is called only if a zone has several tasks.
	Zones func(*state.Generation) []string
	// OnFargate finds places for up to n tasks of a generation, and says why the others have none. It is
	// nil while there is room for all.
	OnFargate func(g *state.Generation, n int) ([]state.Placement, *placement.Lack)
	Quotas    quota.Quotas
	// Probe: the plan is only to tell whether there is something to do. Placing one task is
	// enough for that.
	Probe  bool
	Delays Delays
	Now    time.Time
}

// Delays are how long the scheduler of ECS takes for what could be done at once. The zero
// value is none.
type Delays struct {
	// PickUp is from a request to the scheduler's first look at it, PickUpLess that where
	// it asks for fewer tasks.
	PickUp, PickUpLess time.Duration
	// Empty is from the creation of a deployment that wants no tasks to its completion.
	Empty time.Duration
	// Steady is from the last stop of a task to the steady state.
	Steady time.Duration
	// Inactive is from DeleteService to INACTIVE, unless tasks take longer.
	Inactive time.Duration
	// NetworkShift is how much longer a shift of traffic takes on a network load balancer.
	NetworkShift time.Duration
}
