package servicescheduler

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// change is a plan on its way into a transaction.
type change struct {
	tx      *store.Tx
	service *state.Service // as it was when the plan was made
	engines *engineroom.View
	now     time.Time
	events  []event.Event
	refused error
}

var _ verb.Doer = (*change)(nil)

// apply carries out a plan that was made on the transaction's own view. What users change is a fact of the
// decision, so no verb should be refused; one that is does not keep the others from being carried out.
func apply(tx *store.Tx, s *state.Service, engines *engineroom.View, verbs []verb.Verb, now time.Time) error {
	c := &change{tx: tx, service: s, engines: engines, now: now}
	for _, v := range verbs {
		v.Do(c)
	}
	if len(c.events) == 0 {
		return c.refused
	}
	var shown []types.ServiceEvent
	for i, told := range c.told(state.FindServiceEvents(tx, s.ARN)) {
		c.announce(c.events[i], *told.CreatedAt)
		if *told.Message != "" {
			shown = append(shown, told)
		}
	}
	if len(shown) > 0 {
		state.AddServiceEvents(tx, s.ARN, shown...)
	}
	return c.refused
}

// told are the events as DescribeServices shows them: 1 ms apart (ECS0093), and none older than one
// that is there before.
func (c *change) told(before []types.ServiceEvent) []types.ServiceEvent {
	at := c.now
	if len(before) > 0 && before[0].CreatedAt.After(at) {
		at = *before[0].CreatedAt
	}
	events := make([]types.ServiceEvent, len(c.events))
	for i, e := range c.events {
		events[i] = types.ServiceEvent{
			Id: aws.String(arn.NewUUID()), Message: aws.String(e.Message(c.service.Name)),
			CreatedAt: aws.Time(at.Add(time.Duration(i) * time.Millisecond)),
		}
	}
	return events
}

func (c *change) say(e event.Event) { c.events = append(c.events, e) }

func (c *change) StopTasks(v verb.StopTasks) {
	for _, task := range v.Tasks {
		state.StopTask(c.tx, task, state.Stop{
			Code: types.TaskStopCodeServiceSchedulerInitiated, Reason: v.Reason, At: c.now, Cause: v.Cause, Detail: v.Detail,
		})
	}
}

func (c *change) AddEvent(v verb.AddEvent)     { c.say(v.Event) }
func (c *change) TellOutage(v verb.TellOutage) { v.Outage.ActedIn(c.tx, c.service.ARN) }

func (c *change) PutServiceDeployment(v verb.PutServiceDeployment) {
	nameHooks(v.ServiceDeployment)
	state.PutServiceDeployment(c.tx, v.ServiceDeployment)
}

func (c *change) SetWeights(v verb.SetWeights) {
	c.refused = errors.Join(c.refused, elbv2.SetWeights(c.tx, v.Rule, v.Weights))
}

// SetSplit implements verb.Doer: it has proxies share the requests to a service.
func (c *change) SetSplit(v verb.SetSplit) {
	split := v.Split
	var shares []servicediscovery.Share
	for _, id := range slices.Sorted(maps.Keys(split.Production)) {
		shares = append(shares, servicediscovery.Share{Deployment: id, Weight: split.Production[id]})
	}
	for _, discovered := range servicediscovery.ECSServices(c.tx, c.service.ARN) {
		servicediscovery.SetWeights(c.tx, &servicediscovery.Weights{ServiceARN: discovered.ARN, Shares: shares, Test: split.Test, At: c.now})
	}
}

func (c *change) ShareAlike(verb.ShareAlike) {
	for _, discovered := range servicediscovery.ECSServices(c.tx, c.service.ARN) {
		servicediscovery.DeleteWeights(c.tx, discovered.ARN)
	}
}

// ResolveImages implements verb.Doer: of one task, as the tasks of a deployment run the same images.
func (c *change) ResolveImages(v verb.ResolveImages) {
	if tasks := state.DeploymentTasks(c.tx, c.service.ARN, v.DeploymentID); len(tasks) > 0 {
		state.ResolveImages(c.tx, v.RevisionARN, tasks[0].Status.Containers)
	}
}

func (c *change) ForgetDeployment(v verb.ForgetDeployment) {
	state.ForgetDeployment(c.tx, c.service.ARN, v.ID)
}

func (c *change) RemoveService(verb.RemoveService) { state.RemoveService(c.tx, c.service) }

func (c *change) PutTaskSet(v verb.PutTaskSet) { taskset.Put(c.tx, v.TaskSet) }

func (c *change) RemoveTaskSet(v verb.RemoveTaskSet) {
	taskset.Remove(c.tx, taskset.Find(c.tx, v.ARN), c.now)
}

func (c *change) PutService(v verb.PutService) {
	s := v.Service
	for _, d := range s.Deployments {
		if d.ID == "" {
			d.ID = arn.NewDeploymentID()
			c.connect(s, d)
		}
	}
	c.goBack(s)
	state.Retire(c.tx, c.service, s, c.now)
	state.PutService(c.tx, s)
	endpoint.Withdraw(c.tx, s)
}

// connect gives a deployment that brings back a revision the endpoints that its namespace has now.
func (c *change) connect(s *state.Service, d *state.Deployment) {
	endpoint.Provide(c.tx, s.ARN, d.Revision, c.now)
	if definition := observe.DefinitionOf(c.tx, d.Revision); definition != nil {
		d.Connect = endpoint.Connect(c.tx, s.ARN, d.Revision, definition.Definition())
	}
}

// goBack has the routes of gateways be as a revision asks that is PRIMARY again: a route is of all revisions.
func (c *change) goBack(s *state.Service) {
	d, before := s.Primary(), c.service.Primary()
	if d == nil || before == nil || d.Revision.ARN == before.Revision.ARN {
		return
	}
	if definition := observe.DefinitionOf(c.tx, d.Revision); definition != nil {
		gateway.GoBack(c.tx, d.Revision, definition.Definition(), c.now)
	}
}

// nameHooks gives hooks that are asked for the first time their ids.
func nameHooks(r *state.ServiceDeployment) {
	for i := range r.Hooks {
		h := &r.Hooks[i]
		if h.ID != "" {
			continue
		}
		if h.TargetType == types.DeploymentLifecycleHookTargetTypePause {
			h.ID = arn.NewLifecycleHookID("pause")
			continue
		}
		h.ID, h.ExecutionID = arn.NewLifecycleHookID("lambda"), arn.NewUUID()
	}
}

// ResolveTargetGroups implements verb.Doer: it writes the target groups of a revision. The tasks that the plan starts are made of
// it.
func (c *change) ResolveTargetGroups(v verb.ResolveTargetGroups) {
	c.service = c.service.Clone()
	at := slices.IndexFunc(c.service.Deployments, func(d *state.Deployment) bool { return d.ID == v.DeploymentID })
	revision := *c.service.Deployments[at].Revision
	revision.TargetGroups = v.Groups
	c.service.Deployments[at].Revision = &revision
	state.ResolveTargetGroups(c.tx, revision.ARN, v.Groups)
}

// ConnectGateway implements verb.Doer: it writes what gateways bring to a revision.
func (c *change) ConnectGateway(v verb.ConnectGateway) {
	c.service = c.service.Clone()
	at := slices.IndexFunc(c.service.Deployments, func(d *state.Deployment) bool { return d.ID == v.DeploymentID })
	revision := *c.service.Deployments[at].Revision
	v.Connect(&revision)
	c.service.Deployments[at].Revision = &revision
	state.ConnectGateway(c.tx, revision.ARN, v.Connect)
}
