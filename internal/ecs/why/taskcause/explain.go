// Package taskcause finds why a task has stopped, waits, or runs and is not as wanted:
//
//	Task 3f2a91c0 of service:web stopped at 12:03:11: image shop/web:2 of container app does not exist.
//
// What it says follows from the rows: from what the agent and the scheduler have kept beside ECS's reasons (state.Trouble,
// state.Ending, state.Stop). Rows of before lack that; then it says probably, or that the cause is unknown.
package taskcause

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// Explain returns the causes of a task that is not as wanted or has stopped; none of one that is as wanted.
func Explain(f *why.Facts, t *state.Task) []why.Answer {
	q := &question{Facts: f, t: t, definitions: definitions(f, t)}
	switch {
	case t.Stop != nil:
		q.stopped()
	case t.Ended():
		q.unknown()
	case t.Waits():
		q.waits()
	case t.Status.LastStatus == state.Running:
		q.unhealthy()
	default:
		q.starting()
	}
	return q.settled()
}

// question is what is asked, and the answers so far.
type question struct {
	*why.Facts
	t           *state.Task
	definitions []types.ContainerDefinition // with the overrides of the task; none if the task definition is gone
	answers     []why.Answer
}

func definitions(f *why.Facts, t *state.Task) []types.ContainerDefinition {
	d := taskdefinition.Find(f.Tx, t.Scope(), t.Spec.Family, t.Spec.Revision)
	if d == nil {
		return nil
	}
	r, err := taskdef.ReapplyOverrides(d.Definition(), t.Spec.Overrides, t.Spec.LaunchType)
	if err != nil { // they were accepted with the task
		return d.Definition().ContainerDefinitions
	}
	return r.Containers
}

// definition is the definition of a container, or nil.
func (q *question) definition(container string) *types.ContainerDefinition {
	at := slices.IndexFunc(q.definitions, func(c types.ContainerDefinition) bool { return aws.ToString(c.Name) == container })
	if at < 0 {
		return nil
	}
	return &q.definitions[at]
}

// say adds an answer. text goes on after what has become of the task.
func (q *question) say(cause why.Cause, text, next string, evidence ...why.Evidence) *why.Answer {
	q.answers = append(q.answers, why.Answer{
		Cause: cause, At: q.at(), Sentence: q.what() + ": " + ended(text), Next: next, Evidence: evidence,
	})
	return &q.answers[len(q.answers)-1]
}

// unknown is the answer where the rows tell no cause.
func (q *question) unknown() {
	if q.t.Stop == nil {
		q.say(why.Unknown, "ECS gives no reason", "")
		return
	}
	q.say(why.Unknown, "ECS's reason is "+quoted(q.t.Stop.Reason), "", q.reason())
}

// reason is the evidence that each task has that stops.
func (q *question) reason() why.Evidence {
	return why.Evidence{At: q.t.Stop.At, Text: "stopCode " + string(q.t.Stop.Code) + ", stoppedReason " + quoted(q.t.Stop.Reason)}
}

// at is when what happened that is asked about.
func (q *question) at() time.Time {
	switch {
	case q.t.Ended():
		return q.t.Status.StoppedAt
	case q.t.Stop != nil:
		return q.t.Stop.At
	case q.t.Status.LastStatus == state.Running:
		return q.t.Status.StartedAt
	}
	return q.t.Spec.CreatedAt
}

// settled are the answers as JSON shows them: a list that is empty is no null.
func (q *question) settled() []why.Answer {
	for i := range q.answers {
		settle(&q.answers[i])
	}
	return q.answers
}

func settle(a *why.Answer) {
	if a.Evidence == nil {
		a.Evidence = []why.Evidence{}
	}
	if a.Because == nil {
		a.Because = []why.Answer{}
	}
	for i := range a.Because {
		settle(&a.Because[i])
	}
}
