package servicecause

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/placecause"
)

// lacks says why tasks that a deployment is to have are not started: ECS launches none of them, or there is no place. Where
// the deployment's bounds hold them back, see replacing.
func (q *question) lacks() (answers []why.Answer) {
	for _, g := range q.view.Generations {
		d := g.Of
		if g.Counts.Active >= d.DesiredCount && !q.vacant(g) {
			continue
		}
		if refused, ok := q.refused(g); ok {
			answers = append(answers, refused)
			continue
		}
		switch {
		case !observe.OnInstances(g.Of):
			answers = append(answers, q.onFargate(g)...)
		case g.Set == nil && g == q.primary() && q.atBounds() && q.lastEvent(d.CreatedAt, "unable to place ") == nil:
		default:
			answers = append(answers, q.onInstances(g)...)
		}
	}
	return answers
}

// vacant reports whether a container instance lacks a task of a DAEMON service.
func (q *question) vacant(g *observe.Generation) bool {
	return q.service.SchedulingStrategy == types.SchedulingStrategyDaemon && g == q.primary() && g.Counts.Active < q.service.Daemons
}

// refused is why ECS launches no task of a deployment: what the launch needs is gone, or a role cannot be assumed. The
// latter no row says, so that an event has to.
func (q *question) refused(g *observe.Generation) (answer why.Answer, ok bool) {
	d, reason := g.Of, ""
	answer = why.Answer{Cause: why.LaunchRefused, Next: "Correct what it names, and deploy again."}
	told := q.standing(d.CreatedAt, "failed to launch a task with (error ")
	switch {
	case g.Definition == nil:
		reason = "task definition " + brings(d) + " does not exist any more"
		answer.Next = "Register it again, and deploy the new revision."
	case q.in.Networks[d.ID] != "":
		reason = strings.TrimSuffix(q.in.Networks[d.ID], ".")
	case told != nil:
		_, reason, _ = strings.Cut(aws.ToString(told.Message), "(error ")
		reason = strings.TrimSuffix(strings.TrimSuffix(reason, ")."), ".")
		if strings.Contains(reason, "unable to assume the role") {
			answer.Cause, answer.Next = why.RoleRefused, "Create the role, or let ecs-tasks.amazonaws.com assume it."
		}
	default:
		return answer, false
	}
	answer.Sentence = fmt.Sprintf("%s cannot launch tasks of %s: %s.", phrase.Upper(q.name()), brings(d), reason)
	answer.Evidence = []why.Evidence{{At: d.CreatedAt, Text: fmt.Sprintf("%s of %s wants %d tasks and has %d", nameOf(g), brings(d), d.DesiredCount, g.Counts.Active)}}
	if told != nil {
		answer.At = aws.ToTime(told.CreatedAt)
		answer.Evidence = append(answer.Evidence, evidence(told))
	}
	return answer, true
}

// onInstances are the reasons of container instances.
func (q *question) onInstances(g *observe.Generation) (answers []why.Answer) {
	d := g.Of
	subject := fmt.Sprintf("%s finds no place for a task of %s", q.name(), brings(d))
	for _, search := range placecause.OfGeneration(&q.in, q.Tx, g.Of) {
		answers = append(answers, search.Explain(q.Facts, subject)...)
	}
	if told := q.standing(d.CreatedAt, "unable to place "); told != nil {
		if limit, known := placecause.OfEvent(q.name(), told); known && limit.Cause == why.Quota { // so that no further task may wait
			limit.Because = answers
			return []why.Answer{limit}
		}
		for i := range answers {
			answers[i].At = aws.ToTime(told.CreatedAt)
			answers[i].Evidence = append(answers[i].Evidence, evidence(told))
		}
	}
	return answers
}

// onFargate is why Fargate starts no task, which an event tells. A fault that has taken the capacity is named.
func (q *question) onFargate(g *observe.Generation) []why.Answer {
	d := g.Of
	told := q.standing(d.CreatedAt, "unable to place ")
	if told == nil {
		return nil
	}
	answer, known := placecause.OfEvent(q.name(), told)
	if !known {
		return nil // what a task refers to: its own answers say that
	}
	if answer.Cause == why.NoCapacity && strings.Contains(aws.ToString(told.Message), state.NoCapacity) {
		if act, found := phrase.LastFault(q.ActsOn(q.service.ARN), faults.FargateCapacity, faults.ZoneDown); found && !act.At.Before(d.CreatedAt) {
			answer.Because = []why.Answer{phrase.Fault(q.Facts, act, "Fargate has no capacity for "+q.name())}
			answer.Next = answer.Because[0].Next
		}
	}
	if answer.Next == "" {
		answer.Next = "Wait: ECS tries again by itself."
	}
	return []why.Answer{answer}
}
