package servicecause

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/placecause"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/taskcause"
)

// Bounds of what is looked at. Tasks that stopped are in order of their time, tasks of all services together.
const (
	mostLookedAt = 2000 // tasks that stopped
	mostStopped  = 10   // of a deployment
	mostCauses   = 3
	tasksAreKept = time.Hour // after they have stopped
)

// stopped are the newest tasks of a deployment that have stopped since a time, the newest first.
func (q *question) stopped(deploymentID string, since time.Time, wanted func(*state.Task) bool) (list []*state.Task) {
	looked := 0
	for t := range state.NewestStopped(q.Tx) {
		if looked++; looked > mostLookedAt || len(list) == mostStopped || t.Status.StoppedAt.Before(since) {
			break
		}
		if t.Spec.ServiceARN == q.service.ARN && t.Spec.DeploymentID == deploymentID && wanted(t) {
			list = append(list, t)
		}
	}
	return list
}

// failed reports whether a task counts as a failure of its deployment: it stopped before it was RUNNING, ended by itself, or
// failed health checks.
func failed(t *state.Task) bool {
	if t.Stop == nil {
		return false
	}
	switch t.Stop.Code {
	case types.TaskStopCodeTaskFailedToStart, types.TaskStopCodeEssentialContainerExited:
		return true
	}
	byScheduler := t.Stop.Code == types.TaskStopCodeServiceSchedulerInitiated // callers of StopTask may give its reasons, too
	return byScheduler && (t.Stop.Cause == state.StopUnhealthy || strings.Contains(t.Stop.Reason, "health checks"))
}

// failures are why the newest tasks of a deployment have failed, each cause once. Where none has, they are why none could be
// placed, as far as events tell.
func (q *question) failures(deploymentID string) []why.Answer {
	answers := q.explain(q.stopped(deploymentID, time.Time{}, failed))
	if len(answers) > 0 {
		return answers
	}
	for i := range q.events {
		if answer, ok := placecause.OfEvent(q.name(), &q.events[i]); ok && q.within(deploymentID, aws.ToTime(q.events[i].CreatedAt)) {
			if q.Now.Sub(answer.At) >= tasksAreKept { // tasks may have failed, too
				answer.Sentence = "Probably " + q.name() + strings.TrimPrefix(answer.Sentence, phrase.Upper(q.name()))
			}
			return []why.Answer{answer}
		}
	}
	return nil
}

// within reports whether a time is one of those in which a deployment was to have tasks.
func (q *question) within(deploymentID string, at time.Time) bool {
	for _, d := range q.service.Deployments {
		part := state.FindServiceDeployment(q.Tx, d.ServiceDeploymentARN)
		if part == nil || part.Target.DeploymentID != deploymentID {
			continue
		}
		end := endOf(part)
		return !at.Before(part.CreatedAt) && (part.Rollback == nil && !part.Ended() || !at.After(end))
	}
	return false
}

// explain are the causes of tasks, each cause once.
func (q *question) explain(tasks []*state.Task) (answers []why.Answer) {
	for _, t := range tasks {
		for _, a := range taskcause.Explain(q.Facts, t) {
			if len(answers) < mostCauses && !slices.ContainsFunc(answers, func(b why.Answer) bool { return a.Cause == b.Cause }) {
				a.Of, a.Kind = t.ARN, why.KindTask
				answers = append(answers, a)
			}
		}
	}
	return answers
}

// failing says why the tasks fail of a deployment or a task set that is to have more of them, and until when no other one starts.
func (q *question) failing() (answers []why.Answer) {
	for _, g := range q.view.Generations {
		d, most := g.Of, max(g.Of.DesiredCount, 1)
		if g.Set != nil {
			most = d.DesiredCount
		}
		if g.Failed() || d.Failures+d.Throttle.Failures == 0 || g.Counts.ActiveRunning >= most {
			continue
		}
		because := q.explain(q.stopped(d.ID, d.CreatedAt, failed))
		if answer, held := q.backingOff(g, because); held {
			answers = append(answers, answer)
			continue
		}
		answers = append(answers, because...)
	}
	return answers
}

// backingOff is of a deployment or a task set whose starts are held back.
func (q *question) backingOff(g *observe.Generation, because []why.Answer) (answer why.Answer, held bool) {
	d, another := g.Of, "deployment"
	if g.Set != nil {
		another = "task set"
	}
	until, failures := fulfil.HeldUntil(d)
	if !q.Now.Before(until) {
		return answer, false
	}
	return why.Answer{
		Cause: why.BackingOff, At: d.FailedAt, Because: because,
		Sentence: fmt.Sprintf("%s starts the next task of %s at %s, after %s in a row.",
			phrase.Upper(q.name()), brings(d), phrase.Time(q.Now, until), phrase.Count(failures, "failure")),
		Next:     "Correct why its tasks fail; a new " + another + " starts at once.",
		Evidence: []why.Evidence{{At: d.FailedAt, Text: fmt.Sprintf("%s: %s in a row, no start before %s", nameOf(g), phrase.Count(failures, "failure"), phrase.Time(q.Now, until))}},
	}, true
}
