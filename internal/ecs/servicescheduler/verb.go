package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Verb is one thing to do: StartTasks, StopTasks, AddEvent, TellOutage, PutService, PutServiceDeployment,
// ResolveTargetGroups, SetWeights, SetSplit, ShareAlike, ResolveImages, ForgetDeployment or RemoveService.
type Verb any

// StartTasks makes tasks of a deployment and announces them.
type StartTasks struct {
	DeploymentID string
	N            int
	Replacing    int // of them, those that stand in for unhealthy ones
	// Places has N on container instances; it is nil on Fargate, which has room for all.
	Places []state.Placement
	// Zone is where the tasks stand in for others, to rebalance; else it is empty.
	Zone string
	// TaskSet is the id of the deployment where the announcement names it; else it is empty.
	TaskSet string
}

// withStart adds a start to those of its zone.
func withStart(starts []StartTasks, deployment, zone string, place state.Placement) []StartTasks {
	at := slices.IndexFunc(starts, func(s StartTasks) bool { return s.Zone == zone })
	if at < 0 {
		at, starts = len(starts), append(starts, StartTasks{DeploymentID: deployment, Zone: zone})
	}
	if starts[at].N++; place.ContainerInstance != "" {
		starts[at].Places = append(starts[at].Places, place)
	}
	return starts
}

// StopTasks asks for the end of tasks.
type StopTasks struct {
	Tasks  []string // ARNs
	Reason string
}

// AddEvent adds an event to the service's.
type AddEvent struct{ Event event.Event }

// TellOutage tells of what has taken the capacity for the service's tasks.
type TellOutage struct{ Outage *outage.Outage }

// PutService writes the status that the scheduler keeps, and a deployment that it
// put in front; such a one has no id yet.
type PutService struct{ Service *state.Service }

// PutServiceDeployment writes what has become of a service deployment.
type PutServiceDeployment struct{ ServiceDeployment *state.ServiceDeployment }

// ResolveTargetGroups notes which target groups the tasks of a deployment go into, in its revision.
type ResolveTargetGroups struct {
	DeploymentID string
	Groups       []string // ARNs, one for each load balancer
}

// SetWeights has a rule, or a listener, forward to target groups by weights.
type SetWeights struct {
	Rule    string // ARN
	Weights map[string]int32
}

// SetSplit has proxies of Service Connect share the requests to the service among its deployments.
type SetSplit struct{ Split shift.Split }

// ShareAlike has them share the requests among all its tasks.
type ShareAlike struct{}

// ResolveImages notes which images the tasks of a deployment run.
type ResolveImages struct{ DeploymentID, RevisionARN string }

// ForgetDeployment forgets the counts of a deployment that has left the list.
type ForgetDeployment struct{ ID string }

// RemoveService ends the retention of a service that is INACTIVE.
type RemoveService struct{}
