package servicecause

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// replacing says what keeps a service from replacing or stopping tasks: their protection, the bounds of its deployments, and
// container instances that drain.
func (q *question) replacing() (answers []why.Answer) {
	if a, ok := q.protected(); ok {
		return []why.Answer{a}
	}
	if a, ok := q.deadlocked(); ok {
		answers = append(answers, a)
	}
	if a, ok := q.onDraining(); ok {
		answers = append(answers, a)
	}
	return answers
}

// moving reports whether tasks are on their way in or out.
func (q *question) moving() bool {
	return q.view.Starting() > 0 || q.view.Present() != q.view.Active()
}

// atBounds reports whether no further task may be present, and each healthy one has to stay: both may have changed since ECS said so,
// with the desired count.
func (q *question) atBounds() bool {
	part := state.FindServiceDeployment(q.Tx, q.service.Primary().ServiceDeploymentARN)
	return (part == nil || part.Shift == nil || part.Ended()) && len(q.service.Deployments) > 1 &&
		q.view.Present() >= q.view.Upper() && q.view.Healthy() <= q.view.Lower()
}

// protected is of tasks that are more than wanted, and protected.
func (q *question) protected() (answer why.Answer, ok bool) {
	for _, g := range q.view.Generations {
		d := g.Deployment
		surplus := g.Counts.Active - d.DesiredCount
		if surplus <= 0 || g.Counts.Protected == 0 {
			continue
		}
		n, last := 0, answer.At
		for _, t := range state.DeploymentTasks(q.Tx, q.service.ARN, d.ID) {
			if t.Stop == nil && t.Protected(q.Now) {
				n++
				answer.Evidence = append(answer.Evidence, why.Evidence{Text: phrase.Task(t.ARN) + " is protected until " + phrase.Time(q.Now, t.ProtectedUntil)})
				if t.ProtectedUntil.After(last) {
					last = t.ProtectedUntil
				}
			}
		}
		if n == 0 || g.Counts.Active-n >= surplus && q.moving() { // others go first
			answer.Evidence = nil
			continue
		}
		answer.Cause = why.Protected
		answer.Sentence = fmt.Sprintf("%s has %s of %s and wants %d: %s protected from scale-in, until %s at the latest.", phrase.Upper(q.name()),
			phrase.Count(g.Counts.Active, "task"), brings(g.Of), d.DesiredCount, phrase.Verb(n, "1 is", fmt.Sprintf("%d are", n)), phrase.Time(q.Now, last))
		answer.Next = "End the protection with UpdateTaskProtection, or wait for its end."
		if told := q.lastEvent(d.CreatedAt, "tasks under protection"); told != nil {
			answer.At = *told.CreatedAt
			answer.Evidence = append(answer.Evidence, evidence(told))
		}
		return answer, true
	}
	return answer, false
}

// deadlocked is of a deployment whose bounds leave no task to stop or start, as ECS has said.
func (q *question) deadlocked() (answer why.Answer, ok bool) {
	told := q.standing(q.service.Primary().CreatedAt, "was unable to stop or start tasks during a deployment")
	if told == nil || q.moving() || !q.atBounds() {
		return answer, false
	}
	maximum, minimum := bounds.Percentages(q.service.DeploymentConfiguration, q.service.SchedulingStrategy)
	return why.Answer{
		Cause: why.DeploymentPercent, At: *told.CreatedAt,
		Sentence: fmt.Sprintf("%s can neither start nor stop a task: it has %s and may have %d at most (maximumPercent %d), and must keep %d healthy (minimumHealthyPercent %d).",
			phrase.Upper(q.name()), phrase.Count(q.view.Present(), "task"), q.view.Upper(), maximum, q.view.Lower(), minimum),
		Next:     "Raise maximumPercent, or lower minimumHealthyPercent, with UpdateService.",
		Evidence: []why.Evidence{evidence(told), {At: q.Now, Text: fmt.Sprintf("desiredCount %d, tasks that have not STOPPED %d, healthy %d", q.service.DesiredCount, q.view.Present(), q.view.Healthy())}},
	}, true
}

// onDraining is of tasks whose container instances are DRAINING.
func (q *question) onDraining() (answer why.Answer, ok bool) {
	if len(q.view.Draining) == 0 {
		return answer, false
	}
	var names []string
	for _, c := range state.DrainingInstances(q.Tx, q.service.ClusterARN) {
		n := 0
		for _, t := range state.InstanceTasks(q.Tx, c.ARN) {
			if t.Spec.ServiceARN == q.service.ARN {
				n++
			}
		}
		if n > 0 {
			names = append(names, phrase.Instance(c))
			answer.Evidence = append(answer.Evidence, why.Evidence{Text: fmt.Sprintf("%s is DRAINING with %s of the service", phrase.Instance(c), phrase.Count(n, "task"))})
		}
	}
	n := len(q.view.Draining)
	answer.Cause = why.Draining
	answer.Sentence = fmt.Sprintf("%s has %s on %s, which %s DRAINING: %s once others are healthy that stand in for %s.", phrase.Upper(q.name()), phrase.Count(n, "task"),
		phrase.Some(3, names), phrase.Verb(len(names), "is", "are"), phrase.Verb(n, "it stops", "they stop"), phrase.Verb(n, "it", "them"))
	answer.Next = "Wait, or see why others are not healthy."
	return answer, true
}

// draining is of a service that has been deleted, and still has tasks.
func (q *question) draining() []why.Answer {
	left := q.view.Present()
	if left == 0 {
		return nil
	}
	answer := q.drains(left)
	answer.Evidence = q.leaving()
	return []why.Answer{answer}
}

// drains is of a service that was deleted and has tasks left.
func (q *question) drains(left int) why.Answer {
	return why.Answer{
		Cause: why.InProgress, At: q.service.DeletedAt,
		Sentence: fmt.Sprintf("%s was deleted at %s and is DRAINING: %s not STOPPED yet.", phrase.Upper(q.name()), phrase.Time(q.Now, q.service.DeletedAt),
			phrase.Count(left, "task")+" "+phrase.Verb(left, "is", "are")),
		Next: "Wait until they have stopped.",
	}
}

// leaving are the tasks that are on their way to STOPPED, at most ten.
func (q *question) leaving() (list []why.Evidence) {
	for _, g := range q.view.Generations {
		if g.Counts.Left == g.Counts.Active {
			continue
		}
		for _, t := range state.DeploymentTasks(q.Tx, q.service.ARN, g.Of.ID) {
			if t.Stop != nil && len(list) < mostStopped {
				list = append(list, why.Evidence{At: t.Stop.At, Text: fmt.Sprintf("%s is %s, and shall stop: %s", phrase.Task(t.ARN), t.Status.LastStatus, t.Stop.Reason)})
			}
		}
	}
	return list
}

// counted is a deployment in numbers.
func (q *question) counted(g *observe.Generation) why.Evidence {
	d := g.Deployment
	state := string(d.RolloutState)
	if d.RolloutState == "" {
		state = string(types.DeploymentRolloutStateCompleted)
	}
	return why.Evidence{At: d.UpdatedAt, Text: fmt.Sprintf("deployment %s of %s is %s (%s): desired %d, running %d, pending %d, failed %d",
		d.ID, brings(g.Of), q.service.DeploymentStatus(q.row(d)), state, d.DesiredCount, g.Counts.ActiveRunning, g.Counts.ActivePending(), d.FailedTasks)}
}

// row is a deployment of the view as the service has it.
func (q *question) row(d *state.Deployment) *state.Deployment {
	for _, each := range q.service.Deployments {
		if each.ID == d.ID {
			return each
		}
	}
	return d
}
