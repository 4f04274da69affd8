// Package servicecause finds why a service, or one of its deployments, is not as wanted.
//
//	answers := servicecause.Explain(facts, service) // touches nothing
package servicecause

import (
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// question is what answers about a service follow from.
type question struct {
	*why.Facts
	service *state.Service
	shown   overview.Service
	in      observe.Input
	view    *observe.View
	events  []types.ServiceEvent // newest first
}

// newQuestion is false where a start has left out the damaged row of the cluster.
func newQuestion(f *why.Facts, s *state.Service) (q *question, ok bool) {
	in, ok := observe.Read(f.Tx, s.ARN, f.Now, placement.NewChance(1)) // nothing is placed, so chance decides nothing
	if !ok {
		return nil, false
	}
	return &question{
		Facts: f, service: s, in: in, view: observe.NewView(in), events: in.Events,
		shown: overview.ReadService(f.Tx, s, overview.Options{KeptApart: f.KeptApart}),
	}, true
}

// primary is the generation of the PRIMARY deployment, of a service that deploys.
func (q *question) primary() *observe.Generation { return q.view.Generations[0] }

// AsWanted reports whether a service is as wanted, as an overview has it.
func AsWanted(f *why.Facts, s *state.Service) bool {
	return s.Status() != state.ServiceActive || overview.ReadService(f.Tx, s, overview.Options{}).NotAsWanted == ""
}

// Explain returns the causes of a service that is not as wanted: first what has become of its deployment, then what it
// lacks, then what it waits for. One that is DRAINING has answers about the tasks that are left, one that is INACTIVE when it was
// deleted.
func Explain(f *why.Facts, s *state.Service) []why.Answer {
	if s.Status() == state.ServiceInactive {
		return []why.Answer{{
			Cause: why.ServiceDeleted, At: s.DeletedAt,
			Sentence: fmt.Sprintf("%s is INACTIVE: it was deleted at %s.", phrase.Upper(phrase.Service(s.ARN)), phrase.Time(f.Now, s.DeletedAt)),
			Evidence: []why.Evidence{{At: s.DeletedAt, Text: "status INACTIVE"}},
		}}
	}
	q, ok := newQuestion(f, s)
	if !ok {
		return nil
	}
	if s.Status() == state.ServiceDraining {
		return q.draining()
	}
	if q.shown.NotAsWanted == "" {
		return nil
	}
	if !s.Deploys() {
		return distinct(q.ofSets())
	}
	answers := slices.Concat(q.verdicts(), q.stage(), q.lacks(), q.failing(), q.pending(), q.unhealthy(), q.targets(), q.replacing(), q.routes())
	if len(answers) == 0 {
		answers = q.progress()
	}
	return distinct(answers)
}

// ExplainDeployment returns what has become of a service deployment and why, and if it goes on what it waits for.
func ExplainDeployment(f *why.Facts, d *state.ServiceDeployment) []why.Answer {
	s := state.FindService(f.Tx, d.ServiceARN)
	if s == nil || DeploymentAsWanted(d) {
		return nil
	}
	q, ok := newQuestion(f, s)
	if !ok {
		return nil
	}
	if verdict, ended := q.verdict(d); ended {
		return []why.Answer{verdict}
	}
	if !s.Deploys() { // the deployment is of before the service had another controller
		return []why.Answer{q.unknownEnd(d)}
	}
	if s.Primary().ServiceDeploymentARN == d.ARN {
		return Explain(f, s)
	}
	if d.Ended() {
		return []why.Answer{q.unknownEnd(d)}
	}
	return q.progress()
}

// DeploymentAsWanted reports whether a service deployment has come to what it was asked for.
func DeploymentAsWanted(d *state.ServiceDeployment) bool {
	return d.Status == types.ServiceDeploymentStatusSuccessful
}

// distinct leaves out answers that have been given.
func distinct(answers []why.Answer) (list []why.Answer) {
	for _, a := range answers {
		if !slices.ContainsFunc(list, func(b why.Answer) bool { return a.Sentence == b.Sentence }) {
			list = append(list, a)
		}
	}
	return list
}

// name is service web, with its cluster if that is not the default one.
func (q *question) name() string { return phrase.Service(q.service.ARN) }

// brings is the task definition of a deployment or a task set: web:7.
func brings(g *state.Generation) string { return arn.Name(g.Revision.TaskDefinition) }

// nameOf is deployment ecs-svc/1, or task set ecs-svc/1.
func nameOf(g *observe.Generation) string {
	if g.Set != nil {
		return "task set " + g.Of.ID
	}
	return "deployment " + g.Of.ID
}
