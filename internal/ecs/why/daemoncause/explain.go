// Package daemoncause finds what the deployment of a managed daemon waits for, why it failed or went back, and why instances are
// without the daemon.
package daemoncause

import (
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon/deployment"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/taskcause"
)

// AsWanted reports whether a daemon is as wanted: one that is deleted is, as a user has asked for that.
func AsWanted(f *why.Facts, d *daemon.Daemon) bool {
	return overview.ReadDaemon(f.Tx, d).NotAsWanted == ""
}

// Explain returns what a daemon waits for, or why it is not what was asked; nothing of one that is, and of one whose newest
// deployment is unknown.
func Explain(f *why.Facts, d *daemon.Daemon) []why.Answer {
	newest := daemon.FindDeployment(f.Tx, d.Deployment)
	if newest == nil {
		return nil
	}
	q := question{f, d, newest, newest.RolloutOf(f.Tx)}
	switch {
	case !daemon.Ended(q.rollout.Status):
		return q.underWay()
	case q.rollout.Status != types.DaemonDeploymentStatusSuccessful:
		return []why.Answer{q.failed()}
	}
	return q.without()
}

type question struct {
	*why.Facts
	daemon     *daemon.Daemon
	deployment *daemon.Deployment
	rollout    *daemon.Rollout
}

// deploys names the deployment: the deployment of logs:2 to daemon logs.
func (q *question) deploys() string {
	if r := daemon.FindRevision(q.Tx, q.deployment.Target); r != nil {
		return "the deployment of " + arn.Name(r.TaskDefinition) + " to " + phrase.Daemon(q.daemon.ARN)
	}
	return "the deletion of " + phrase.Daemon(q.daemon.ARN)
}

func (q *question) evidence() why.Evidence {
	text := fmt.Sprintf("daemon deployment %s is %s", arn.Name(q.deployment.ARN), q.rollout.Status)
	if q.rollout.Reason != "" {
		text += ": " + q.rollout.Reason
	}
	return why.Evidence{At: q.deployment.CreatedAt, Text: text}
}

// failed is of a deployment that has ended otherwise than was asked.
func (q *question) failed() why.Answer {
	r := q.rollout
	answer := why.Answer{Cause: why.BreakerRollback, At: r.FinishedAt, Evidence: []why.Evidence{q.evidence()}}
	became := "failed"
	if r.Status == types.DaemonDeploymentStatusRollbackSuccessful && r.Back != nil {
		became = "was rolled back"
		if back := daemon.FindRevision(q.Tx, r.Back.Revision); back != nil {
			became += " to " + arn.Name(back.TaskDefinition)
		}
	}
	switch {
	case len(r.Triggered) > 0:
		answer.Cause = why.AlarmRollback
		answer.Sentence = fmt.Sprintf("%s %s at %s: %s in ALARM.", phrase.Upper(q.deploys()), became, phrase.Time(q.Now, r.FinishedAt),
			phrase.List(r.Triggered)+" "+phrase.Verb(len(r.Triggered), "is", "are"))
		answer.Next = "See why the alarm has gone off, then update the daemon again."
	default:
		answer.Sentence = fmt.Sprintf("%s %s at %s: %s failed, and its circuit breaker ends it at %d.", phrase.Upper(q.deploys()), became,
			phrase.Time(q.Now, r.FinishedAt), phrase.Count(r.Failures, "task"), r.Threshold)
		answer.Next = "Correct the daemon task definition, and update the daemon."
		answer.Because = q.lastFailure()
	}
	return answer
}

// lastFailure is why the newest task of the deployment's revision ended, as far as that is known.
func (q *question) lastFailure() []why.Answer {
	var last *state.Task
	for _, t := range q.tasks() {
		if t.Ended() && t.Spec.DaemonRevision == q.deployment.Target && (last == nil || t.Spec.CreatedAt.After(last.Spec.CreatedAt)) {
			last = t
		}
	}
	return q.of(last)
}

func (q *question) of(t *state.Task) []why.Answer {
	if t == nil {
		return nil
	}
	answers := taskcause.Explain(q.Facts, t)
	for i := range answers {
		answers[i].Of, answers[i].Kind = t.ARN, why.KindTask
	}
	return answers
}

// tasks are the known ones of the daemon.
func (q *question) tasks() (tasks []*state.Task) {
	cluster := state.Clusters.Get(q.Tx, q.daemon.ClusterARN())
	if cluster == nil {
		return nil
	}
	for _, t := range state.Tasks(q.Tx, cluster) {
		if t.Spec.Daemon == q.daemon.ARN {
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// without are the instances that are used without the daemon, as its last task there failed, or take no tasks until it runs again.
func (q *question) without() (answers []why.Answer) {
	critical := false
	var on []string
	var due time.Time
	for _, p := range daemon.Presences(q.Tx, q.daemon.ARN) {
		c := state.FindContainerInstance(q.Tx, p.Instance)
		if c == nil || p.Running || p.Draining || !p.Without && !p.Down() {
			continue
		}
		critical = critical || p.Down()
		on = append(on, fmt.Sprintf("%s, where %s failed in a row", phrase.Instance(c), phrase.Count(p.Failures, "task")))
		if p.Due.After(q.Now) && (due.IsZero() || p.Due.Before(due)) {
			due = p.Due
		}
	}
	if len(on) == 0 {
		return nil
	}
	answer := why.Answer{
		Cause: why.DaemonNotStarted, At: due, Evidence: []why.Evidence{q.evidence()}, Because: q.lastFailure(),
		Sentence: fmt.Sprintf("%s is not critical, and does not run on %s.", phrase.Upper(phrase.Daemon(q.daemon.ARN)), phrase.Some(mostNamed, on)),
		Next:     "Correct the daemon task definition, and update the daemon.",
	}
	if critical {
		answer.Sentence = fmt.Sprintf("%s is critical, and does not run any more on %s: no task is placed there.", phrase.Upper(phrase.Daemon(q.daemon.ARN)), phrase.Some(mostNamed, on))
	}
	if !due.IsZero() {
		answer.Sentence = strings.TrimSuffix(answer.Sentence, ".") + fmt.Sprintf("; the next attempt is at %s.", phrase.Time(q.Now, due))
	}
	return []why.Answer{answer}
}

// mostNamed is how many things a sentence names.
const mostNamed = 3

// underWay is what a deployment waits for: a time, or instances.
func (q *question) underWay() (answers []why.Answer) {
	for _, i := range q.instances() {
		if a, found := q.waitsFor(i); found {
			answers = append(answers, a)
		}
	}
	if len(answers) > 0 {
		return answers
	}
	answer := why.Answer{
		Cause: why.InProgress, At: q.rollout.StartedAt, Evidence: []why.Evidence{q.evidence()}, Next: "Wait.",
		Sentence: fmt.Sprintf("%s goes on since %s.", phrase.Upper(q.deploys()), phrase.Time(q.Now, q.deployment.CreatedAt)),
	}
	if r := q.rollout; r.Failures > 0 && r.Back == nil {
		answer.Evidence = append(answer.Evidence, why.Evidence{At: q.Now, Text: fmt.Sprintf("circuit breaker: failureCount %d, threshold %d", r.Failures, r.Threshold)})
		answer.Because = q.lastFailure()
	}
	if from := q.rollout.BakesFrom; !from.IsZero() && q.rollout.Back == nil {
		until := from.Add(time.Duration(q.deployment.Configuration.BakeTimeInMinutes) * time.Minute)
		answer.Cause, answer.At = why.BakeTime, until
		answer.Sentence = fmt.Sprintf("%s has all instances, and its bake time lasts until %s.", phrase.Upper(q.deploys()), phrase.Time(q.Now, until))
	}
	if b := q.rollout.Back; b != nil {
		answer.Cause = why.BreakerRollback
		if b.Reason == deployment.AlarmRollback {
			answer.Cause = why.AlarmRollback
		}
		answer.Sentence = fmt.Sprintf("%s is rolled back since %s: %s", phrase.Upper(q.deploys()), phrase.Time(q.Now, b.At), phrase.Stop(b.Reason))
		answer.Because = q.lastFailure()
	}
	return []why.Answer{answer}
}
