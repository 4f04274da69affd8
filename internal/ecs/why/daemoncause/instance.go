package daemoncause

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/instancecause"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// instance is one that a deployment waits for, or may.
type instance struct {
	row *managed.Instance
	on  *state.ContainerInstance
}

// instances are the registered ones of the capacity providers of the deployment.
func (q *question) instances() (all []instance) {
	for _, provider := range q.deployment.Providers {
		for _, i := range managed.Instances(q.Tx, provider) {
			if on := state.ContainerInstanceOf(q.Tx, i.Scope, i.ID); on != nil {
				all = append(all, instance{i, on})
			}
		}
	}
	return all
}

// waitsFor says what an instance has that the deployment waits for: tasks that leave it not, or daemons that do not start.
func (q *question) waitsFor(i instance) (answer why.Answer, found bool) {
	switch {
	case i.on.Status == state.InstanceRegistering && daemon.FindPresence(q.Tx, i.on.ARN, q.daemon.ARN) != nil:
		for _, a := range instancecause.Explain(q.Facts, i.on) {
			if a.Cause == why.DaemonNotStarted {
				a.Of, a.Kind = i.on.ARN, why.KindContainerInstance
				return why.Answer{
					Cause: why.DaemonNotStarted, At: i.on.RegisteredAt, Next: a.Next, Evidence: []why.Evidence{q.evidence()}, Because: []why.Answer{a},
					Sentence: fmt.Sprintf("%s waits for %s, whose critical daemons do not start.", phrase.Upper(q.deploys()), phrase.Instance(i.on)),
				}, true
			}
		}
	case i.on.Status == state.InstanceDraining && q.awaits(i):
		return q.stays(i)
	}
	return answer, false
}

// awaits reports whether the deployment waits until an instance that drains is gone: it has another revision of the daemon, or none, or
// goes for this deployment. A rollback does not wait for one that has what it leads to.
func (q *question) awaits(i instance) bool {
	goal := q.deployment.Target
	if q.rollout.Back != nil {
		goal = q.rollout.Back.Revision
	}
	has := ""
	if p := daemon.FindPresence(q.Tx, i.on.ARN, q.daemon.ARN); p != nil {
		has = p.Revision
	}
	if has != goal {
		return true
	}
	for _, d := range i.row.Drains {
		if d.Reason == managed.DaemonDeployment && d.By == q.deployment.ARN && q.rollout.Back == nil {
			return true
		}
	}
	return false
}

// stays is of an instance that drains, and is kept by tasks: standalone ones end by themselves, and tasks of services when others run.
func (q *question) stays(i instance) (answer why.Answer, found bool) {
	var alone, others []string
	answer = why.Answer{At: i.on.DrainedAt, Evidence: []why.Evidence{q.evidence()}}
	for _, t := range state.InstanceTasks(q.Tx, i.on.ARN) {
		switch {
		case t.Spec.Daemon != "":
			continue
		case t.Spec.ServiceARN == "":
			alone = append(alone, phrase.TaskOf(t))
		default:
			others = append(others, phrase.TaskOf(t))
		}
		if len(answer.Evidence) <= mostNamed {
			answer.Evidence = append(answer.Evidence, why.Evidence{At: t.Spec.CreatedAt, Text: fmt.Sprintf("%s is %s, desiredStatus %s", phrase.TaskOf(t), t.Status.LastStatus, t.DesiredStatus())})
		}
	}
	waits := fmt.Sprintf("%s waits for %s, which drains since %s: ", phrase.Upper(q.deploys()), phrase.Instance(i.on), phrase.Time(q.Now, i.on.DrainedAt))
	switch {
	case len(alone) > 0:
		answer.Cause = why.StandaloneTask
		answer.Sentence = waits + strings.Join([]string{phrase.Some(mostNamed, alone), phrase.Verb(len(alone), "belongs", "belong"), "to no service, and", phrase.Verb(len(alone), "is", "are"), "not stopped."}, " ")
		answer.Next = "Wait until it ends, or stop it with StopTask. ECS terminates an instance that is 21 days old and has drained for a week, with all that is on it."
	case len(others) > 0:
		answer.Cause = why.Draining
		answer.Sentence = waits + phrase.Some(mostNamed, others) + " " + phrase.Verb(len(others), "has", "have") + " yet to be replaced."
		answer.Next = "Wait. Where that does not happen, ask `ecs-emulator why` of the service."
	default:
		return answer, false
	}
	return answer, true
}
