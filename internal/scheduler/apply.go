package scheduler

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/task"
	"github.com/ecs-emulator/ecs-emulator/internal/taskdef"
)

// read gathers what a decision needs from a snapshot; ok is false when there is no
// such service.
func read(tx *state.Tx, serviceARN string, now time.Time, chance placement.Chance) (in Input, ok bool) {
	s := state.FindService(tx, serviceARN)
	if s == nil {
		return Input{}, false
	}
	in = Input{
		Service: s, Summary: state.FindServiceSummary(tx, serviceARN), Events: state.FindServiceEvents(tx, serviceARN), Now: now,
		Definitions: map[string]*types.TaskDefinition{}, Networks: map[string]string{},
		Tasks: func(deploymentID string) []*state.Task {
			return state.DeploymentTasks(tx, serviceARN, deploymentID)
		},
		Instances: newInstances(tx, s, chance),
	}
	for _, d := range s.Deployments {
		if r := state.FindServiceDeployment(tx, d.ServiceDeploymentARN); r != nil && !r.Ended() && !slices.Contains(in.ServiceDeployments, r) {
			in.ServiceDeployments = append(in.ServiceDeployments, r)
		}
		if definition := definitionOf(tx, d.Revision); definition != nil {
			in.Definitions[d.ID] = definition.Definition()
		}
		if gone := task.NetworkGone(tx, arn.ScopeOf(serviceARN), vpcConfiguration(d.Revision)); gone != "" {
			in.Networks[d.ID] = gone
		}
	}
	return in, true
}

// definitionOf is the task definition of a revision, or nil when it is gone.
func definitionOf(tx *state.Tx, r *state.ServiceRevision) *state.TaskDefinition {
	ref, err := taskdef.ParseRef(r.TaskDefinition)
	if err != nil {
		return nil
	}
	return state.FindTaskDefinition(tx, arn.Scope{Region: ref.Region, Account: ref.Account}, ref.Family, int(ref.Revision))
}

// change is a plan on its way into a transaction.
type change struct {
	tx       *state.Tx
	service  *state.Service // as it was when the plan was made
	now      time.Time
	messages []string
	err      error
}

// apply carries out a plan that was made on the transaction's own view.
func apply(tx *state.Tx, s *state.Service, verbs []Verb, now time.Time) error {
	c := &change{tx: tx, service: s, now: now}
	for _, v := range verbs {
		if v.apply(c); c.err != nil {
			return c.err
		}
	}
	if len(c.messages) == 0 {
		return nil
	}
	state.AddServiceEvents(tx, s.ARN, c.events(state.FindServiceEvents(tx, s.ARN))...)
	return nil
}

// events are the messages as service events: 1 ms apart (ECS0093), and none older than one
// that is there before.
func (c *change) events(before []types.ServiceEvent) []types.ServiceEvent {
	at := c.now
	if len(before) > 0 && before[0].CreatedAt.After(at) {
		at = *before[0].CreatedAt
	}
	events := make([]types.ServiceEvent, len(c.messages))
	for i, m := range c.messages {
		events[i] = types.ServiceEvent{
			Id: aws.String(arn.NewUUID()), Message: aws.String(m),
			CreatedAt: aws.Time(at.Add(time.Duration(i) * time.Millisecond)),
		}
	}
	return events
}

func (c *change) say(message string) { c.messages = append(c.messages, message) }

func (v StopTasks) apply(c *change) {
	for _, task := range v.Tasks {
		state.StopTask(c.tx, task, state.Stop{
			Code: types.TaskStopCodeServiceSchedulerInitiated, Reason: v.Reason, At: c.now,
		})
	}
}

func (v AddEvent) apply(c *change) { c.say(v.Message) }

func (v PutService) apply(c *change) {
	for _, d := range v.Service.Deployments {
		if d.ID == "" {
			d.ID = arn.NewDeploymentID()
		}
	}
	state.Retire(c.tx, c.service, v.Service, c.now)
	state.PutService(c.tx, v.Service)
}

func (v PutServiceDeployment) apply(c *change) { state.PutServiceDeployment(c.tx, v.ServiceDeployment) }

// apply looks at one task: those of a deployment run the same images.
func (v ResolveImages) apply(c *change) {
	if tasks := state.DeploymentTasks(c.tx, c.service.ARN, v.DeploymentID); len(tasks) > 0 {
		state.ResolveImages(c.tx, v.RevisionARN, tasks[0].Status.Containers)
	}
}

func (v ForgetDeployment) apply(c *change) { state.ForgetDeployment(c.tx, c.service.ARN, v.ID) }

func (RemoveService) apply(c *change) { state.RemoveService(c.tx, c.service) }
