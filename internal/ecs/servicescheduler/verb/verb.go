// Package verb has what a plan of the service scheduler may ask for. A [Doer] carries it out.
package verb

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// Verb is one thing to do about a service. There are no others than those below, each with a method of Doer.
type Verb interface {
	Do(d Doer)
}

// Doer does what a plan asks for.
type Doer interface {
	StartTasks(StartTasks)
	StopTasks(StopTasks)
	AddEvent(AddEvent)
	TellOutage(TellOutage)
	PutService(PutService)
	PutServiceDeployment(PutServiceDeployment)
	ResolveTargetGroups(ResolveTargetGroups)
	ConnectGateway(ConnectGateway)
	SetWeights(SetWeights)
	SetSplit(SetSplit)
	ShareAlike(ShareAlike)
	ResolveImages(ResolveImages)
	ForgetDeployment(ForgetDeployment)
	RemoveService(RemoveService)
	PutTaskSet(PutTaskSet)
	RemoveTaskSet(RemoveTaskSet)
}

// StartTasks makes tasks of a generation and announces them.
type StartTasks struct {
	DeploymentID string // or the id of a task set
	N            int
	Replacing    int // of them, those that stand in for unhealthy ones
	// Places has N on container instances; it is nil on Fargate, which has room for all.
	Places []state.Placement
	// Zone is where the tasks stand in for others, to rebalance; else it is empty.
	Zone string
	// TaskSet is the id of the deployment or task set where the announcement names it; else it is empty.
	TaskSet string
}

// StopTasks asks for the end of tasks.
type StopTasks struct {
	Tasks  []string // ARNs
	Reason string
	// Cause and Detail go beyond the reason; see state.Stop.
	Cause  state.StopCause
	Detail string
}

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

// ConnectGateway notes what gateways bring to the tasks of a deployment, in its revision.
type ConnectGateway struct {
	DeploymentID  string
	LoadBalancers []types.LoadBalancer
	Brings        state.GatewayTraffic
}

// Connect has a revision have it.
func (v ConnectGateway) Connect(r *state.ServiceRevision) {
	r.LoadBalancers, r.Gateway = append(slices.Clone(r.OwnLoadBalancers()), v.LoadBalancers...), &v.Brings
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

// PutTaskSet writes the status that the scheduler keeps of a task set.
type PutTaskSet struct{ TaskSet *taskset.TaskSet }

// RemoveTaskSet ends a task set that is DRAINING, with what was counted of it.
type RemoveTaskSet struct{ ARN string }

func (v StartTasks) Do(d Doer)           { d.StartTasks(v) }
func (v StopTasks) Do(d Doer)            { d.StopTasks(v) }
func (v AddEvent) Do(d Doer)             { d.AddEvent(v) }
func (v TellOutage) Do(d Doer)           { d.TellOutage(v) }
func (v PutService) Do(d Doer)           { d.PutService(v) }
func (v PutServiceDeployment) Do(d Doer) { d.PutServiceDeployment(v) }
func (v ResolveTargetGroups) Do(d Doer)  { d.ResolveTargetGroups(v) }
func (v ConnectGateway) Do(d Doer)       { d.ConnectGateway(v) }
func (v SetWeights) Do(d Doer)           { d.SetWeights(v) }
func (v SetSplit) Do(d Doer)             { d.SetSplit(v) }
func (v ShareAlike) Do(d Doer)           { d.ShareAlike(v) }
func (v ResolveImages) Do(d Doer)        { d.ResolveImages(v) }
func (v ForgetDeployment) Do(d Doer)     { d.ForgetDeployment(v) }
func (v RemoveService) Do(d Doer)        { d.RemoveService(v) }
func (v PutTaskSet) Do(d Doer)           { d.PutTaskSet(v) }
func (v RemoveTaskSet) Do(d Doer)        { d.RemoveTaskSet(v) }
