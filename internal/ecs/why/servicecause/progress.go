package servicecause

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/placecause"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/targetcause"
)

// pending says why tasks are not RUNNING yet: each cause once.
func (q *question) pending() (answers []why.Answer) {
	var tasks []*state.Task
	waits := map[string]bool{} // by what for
	for _, g := range q.view.Generations {
		if g.Counts.ActivePending() == 0 {
			continue
		}
		for _, t := range state.DeploymentTasks(q.Tx, q.service.ARN, g.Of.ID) {
			switch {
			case t.Stop != nil || t.Status.LastStatus == state.Running:
			case t.Waits() && !waits[waitsFor(t)]:
				waits[waitsFor(t)] = true
				answers = append(answers, of(t, placecause.Waiting(q.Facts, t))...)
			case !t.Waits() && len(tasks) < mostStopped:
				tasks = append(tasks, t)
			}
		}
	}
	return append(answers, q.explain(tasks)...)
}

// waitsFor is a capacity provider, or why there is no engine for the task.
func waitsFor(t *state.Task) string {
	if t.WaitsForEngine() {
		return t.Placement.Waiting.Reason
	}
	return t.Placement.CapacityProvider
}

// unhealthy says why running tasks fail the health checks of their containers: each cause once.
func (q *question) unhealthy() []why.Answer {
	var tasks []*state.Task
	for _, g := range q.view.Generations {
		if g.Counts.Unhealthy == 0 {
			continue
		}
		for _, t := range state.DeploymentTasks(q.Tx, q.service.ARN, g.Of.ID) {
			if t.Stop == nil && t.Status.HealthStatus == types.HealthStatusUnhealthy && len(tasks) < mostStopped {
				tasks = append(tasks, t)
			}
		}
	}
	return q.explain(tasks)
}

// targets says why targets of the service are not healthy.
func (q *question) targets() (answers []why.Answer) {
	for _, shown := range q.shown.TargetGroups {
		if shown.Targets[state.TargetUnhealthy]+shown.Targets[state.TargetUnused] > 0 {
			answers = append(answers, targetcause.Explain(q.Facts, shown.ARN)...)
		}
	}
	return append(answers, q.unregistered()...)
}

// unregistered is of tasks that a target group has not taken, or that have lost it.
func (q *question) unregistered() (answers []why.Answer) {
	for _, g := range q.view.Generations {
		if g.Unused+g.Counts.Lost == 0 {
			continue
		}
		for _, t := range state.DeploymentTasks(q.Tx, q.service.ARN, g.Of.ID) {
			if a, ok := targetcause.OfTask(t); ok && t.Stop == nil {
				return append(answers, a)
			}
		}
	}
	return answers
}

func of(t *state.Task, answers []why.Answer) []why.Answer {
	for i := range answers {
		answers[i].Of, answers[i].Kind = t.ARN, why.KindTask
	}
	return answers
}

// underWay are the tasks of the service that are not where they are to be.
func (q *question) underWay() (tasks []*state.Task) {
	for _, t := range state.ServiceTasks(q.Tx, q.service.ARN) {
		if !t.Ended() && t.Status.LastStatus != t.DesiredStatus() {
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// progress is of a service of which nothing is known but that it moves, or what ECS says of it.
func (q *question) progress() []why.Answer {
	var counts []why.Evidence
	for _, g := range q.view.Generations {
		counts = append(counts, q.counted(g))
	}
	answer := why.Answer{
		Cause: why.InProgress, At: q.service.Primary().UpdatedAt, Evidence: append(counts, q.leaving()...), Because: q.lost(),
		Sentence: fmt.Sprintf("%s goes on: %s.", phrase.Upper(q.name()), q.shown.NotAsWanted), Next: "Wait.",
	}
	starting, leaving := q.view.Starting(), q.view.Present()-q.view.Active()
	silence, silent := q.SilentAmong(q.underWay())
	switch {
	case silent && starting+leaving > 0:
		answer.Cause, answer.At = why.EngineAway, silence.Since
		answer.Sentence = fmt.Sprintf("%s waits for %s, which has not answered since %s: %s.", phrase.Upper(q.name()), silence, phrase.Time(q.Now, silence.Since), silence.Error)
		answer.Next = "Have the container engine answer again."
	case starting > 0:
		answer.Sentence = fmt.Sprintf("%s goes on: %s; %s.", phrase.Upper(q.name()), q.shown.NotAsWanted, q.startingText(starting))
	case leaving > 0:
		answer.Sentence = fmt.Sprintf("%s goes on: %s; %s on the way to STOPPED.", phrase.Upper(q.name()), q.shown.NotAsWanted,
			phrase.Count(leaving, "task")+" "+phrase.Verb(leaving, "is", "are"))
	case q.service.Primary().RolloutState == types.DeploymentRolloutStateInProgress:
	case q.wanted() != q.service.Primary().DesiredCount && q.view.Kept() == q.primary():
		answer.Sentence = fmt.Sprintf("%s goes on: %s; the service scheduler is yet to act on desiredCount %d.", phrase.Upper(q.name()), q.shown.NotAsWanted, q.wanted())
	default:
		answer.Cause, answer.Next = why.Unknown, ""
		answer.Sentence = fmt.Sprintf("%s is not as wanted: %s.", phrase.Upper(q.name()), q.shown.NotAsWanted)
		if len(q.events) > 0 && !aws.ToTime(q.events[0].CreatedAt).Before(q.service.Primary().UpdatedAt) {
			answer.Sentence += " ECS says: " + phrase.Stop(aws.ToString(q.events[0].Message))
		}
	}
	if len(q.events) > 0 {
		answer.Evidence = append(answer.Evidence, evidence(&q.events[0]))
	}
	return []why.Answer{answer}
}

// wanted is how many tasks the service is to have.
func (q *question) wanted() int { return q.view.DesiredCount() }

// startingText says what becomes of the tasks that do not count as healthy yet.
func (q *question) startingText(n int) string {
	for _, g := range q.view.Generations {
		if g.Checked || g.StartingRunning < n {
			continue
		}
		var last time.Time
		for _, t := range state.DeploymentTasks(q.Tx, q.service.ARN, g.Of.ID) {
			if from := observe.HealthyFrom(t.Status.StartedAt); t.Stop == nil && from.After(last) {
				last = from
			}
		}
		return fmt.Sprintf("%s healthy at %s, when %s run for %s", phrase.Count(n, "task")+" "+phrase.Verb(n, "counts as", "count as"),
			phrase.Time(q.Now, last), phrase.Verb(n, "it has", "they have"), observe.HealthyAfter)
	}
	return fmt.Sprintf("%s yet to be healthy", phrase.Count(n, "task")+" "+phrase.Verb(n, "has", "have"))
}

// lost are why the tasks have stopped that the deployment to be kept lacks, since the service was steady last.
func (q *question) lost() []why.Answer {
	kept := observe.KeptDeployment(q.service)
	if kept == nil || q.shown.Running >= q.shown.Desired {
		return nil
	}
	since := kept.CreatedAt
	if steady := q.lastEvent(since, "has reached a steady state"); steady != nil {
		since = aws.ToTime(steady.CreatedAt)
	}
	return q.explain(q.stopped(kept.ID, since, func(t *state.Task) bool { return t.Stop != nil }))
}

// Tasks returns why tasks of a service have failed between two times, each cause once, also of one that is INACTIVE.
func Tasks(f *why.Facts, serviceARN string, from, to time.Time) (answers []why.Answer) {
	var tasks []*state.Task
	looked := 0
	for t := range state.NewestStopped(f.Tx) {
		if looked++; looked > mostLookedAt || len(tasks) == mostStopped || t.Status.StoppedAt.Before(from) {
			break
		}
		if t.Spec.ServiceARN == serviceARN && failed(t) && !t.Spec.CreatedAt.Before(from) && !t.Spec.CreatedAt.After(to) {
			tasks = append(tasks, t)
		}
	}
	return (&question{Facts: f}).explain(tasks)
}
