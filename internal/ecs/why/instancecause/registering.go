package instancecause

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// registering is of a managed instance that waits for its critical daemons.
func registering(f *why.Facts, c *state.ContainerInstance) why.Answer {
	answer := why.Answer{
		Cause: why.Starting, At: c.RegisteredAt,
		Sentence: fmt.Sprintf("%s is REGISTERING since %s: it takes no other task before its daemons have started.", phrase.Upper(phrase.Instance(c)), phrase.Time(f.Now, c.RegisteredAt)),
		Next:     "Wait until they run.",
	}
	missing(f, c, &answer, "ECS replaces an instance whose critical daemons do not start in 15 minutes.")
	return answer
}

// lacking is of an instance that was in use, and whose critical daemons do not all run any more.
func lacking(f *why.Facts, c *state.ContainerInstance) why.Answer {
	answer := why.Answer{
		Cause: why.DaemonNotStarted, At: f.Now, Next: "Wait until it runs, or another instance is there.",
		Sentence: fmt.Sprintf("%s takes no task, as a critical daemon does not run there.", phrase.Upper(phrase.Instance(c))),
	}
	missing(f, c, &answer, "Where auto repair is on, ECS replaces the instance.")
	return answer
}

// leaving is of an instance that is to drain.
func leaving(f *why.Facts, c *state.ContainerInstance) why.Answer {
	answer := why.Answer{
		Cause: why.Draining, At: f.Now, Next: "Wait.",
		Sentence: fmt.Sprintf("%s takes no task, as it is to drain once another instance is there in its place.", phrase.Upper(phrase.Instance(c))),
	}
	if i := managed.Find(f.Tx, c.Scope(), c.EC2InstanceID); i != nil {
		for _, d := range i.Drains {
			answer.At = d.At
			answer.Evidence = append(answer.Evidence, why.Evidence{At: d.At, Text: "it is to drain by " + d.Reason.Words()})
		}
	}
	return answer
}

// missing names the critical daemons that do not run, and why their last tasks ended.
func missing(f *why.Facts, c *state.ContainerInstance, answer *why.Answer, repair string) {
	for _, p := range daemon.On(f.Tx, c.ARN) {
		r := daemon.FindRevision(f.Tx, p.Revision)
		if p.Running || r == nil || !r.Critical {
			continue
		}
		said := fmt.Sprintf("critical daemon %s of %s does not run yet", arn.Name(p.Daemon), arn.Name(r.TaskDefinition))
		if p.Failures > 0 {
			said = fmt.Sprintf("critical daemon %s of %s has not started %s in a row", arn.Name(p.Daemon), arn.Name(r.TaskDefinition), phrase.Count(p.Failures, "time"))
			answer.Cause = why.DaemonNotStarted
			answer.Next = fmt.Sprintf("Look at a task of daemon %s with `ecs-emulator why`, and update the daemon. %s", arn.Name(p.Daemon), repair)
		}
		answer.Evidence = append(answer.Evidence, why.Evidence{At: p.Due, Text: said})
		if t := lastTask(f, c, p); t != nil {
			answer.Evidence = append(answer.Evidence, why.Evidence{At: t.Status.StoppedAt, Text: fmt.Sprintf("%s ended: %s", phrase.TaskOf(t), endOf(t))})
		}
	}
}

// endOf is why a task has ended: what its first container with a reason says, or else what the task does.
func endOf(t *state.Task) string {
	for _, c := range t.Status.Containers {
		if c.Reason != "" {
			return c.Reason
		}
	}
	switch {
	case t.Stop != nil:
		return t.Stop.Reason
	case t.Status.End != nil:
		return t.Status.End.Reason
	}
	return "ECS gives no reason"
}

// lastTask is the newest task of a daemon on an instance that has ended, or nil.
func lastTask(f *why.Facts, c *state.ContainerInstance, p *daemon.Presence) (last *state.Task) {
	cluster := state.Clusters.Get(f.Tx, c.ClusterARN())
	if cluster == nil {
		return nil
	}
	for _, t := range state.Tasks(f.Tx, cluster) {
		if t.Ended() && t.Spec.Daemon == p.Daemon && t.Placement.ContainerInstance == c.ARN && (last == nil || t.Spec.CreatedAt.After(last.Spec.CreatedAt)) {
			last = t
		}
	}
	return last
}
