package servicecause

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// ofSets are the causes of a service whose task sets are not all steady, or to which CodeDeploy deploys: what a deployment waits for,
// then what the sets lack and why their tasks fail.
func (q *question) ofSets() []why.Answer {
	answers := slices.Concat(q.lacks(), q.failing(), q.pending(), q.unhealthy(), q.targets())
	if len(answers) == 0 {
		answers = q.ofStopped()
	}
	if deployment, ok := q.ofCodeDeploy(answers); ok {
		if len(deployment.Because) > 0 {
			answers = nil
		}
		return append([]why.Answer{deployment}, answers...)
	}
	if len(answers) == 0 {
		answers = append(answers, q.setsGoOn())
	}
	return answers
}

// ofStopped are why tasks have failed of sets since these are not steady, and what keeps tasks that are to stop.
func (q *question) ofStopped() (answers []why.Answer) {
	for _, set := range q.shown.TaskSets {
		if set.StabilityStatus != string(types.StabilityStatusSteadyState) {
			answers = append(answers, q.explain(q.stopped(set.ID, set.StabilityStatusAt, failed))...)
		}
	}
	return append(answers, q.explain(q.underWay())...)
}

// setsGoOn is of a service of which nothing is known but that its task sets move.
func (q *question) setsGoOn() why.Answer {
	answer := why.Answer{
		Cause: why.InProgress, Sentence: fmt.Sprintf("%s goes on: %s.", phrase.Upper(q.name()), q.shown.NotAsWanted), Next: "Wait.",
	}
	for _, set := range q.shown.TaskSets {
		if set.StabilityStatusAt.After(answer.At) {
			answer.At = set.StabilityStatusAt
		}
		answer.Evidence = append(answer.Evidence, setCounts(set))
	}
	if len(q.events) > 0 && !aws.ToTime(q.events[0].CreatedAt).Before(answer.At) {
		answer.Evidence = append(answer.Evidence, evidence(&q.events[0]))
	}
	return answer
}

func setCounts(set overview.TaskSet) why.Evidence {
	return why.Evidence{At: set.StabilityStatusAt, Text: fmt.Sprintf("task set %s of %s is %s and %s: scale %s %%, computedDesiredCount %d, runningCount %d, pendingCount %d",
		set.ID, set.TaskDefinition, set.Status, set.StabilityStatus, strconv.FormatFloat(set.Scale, 'f', -1, 64), set.Desired, set.Running, set.Pending)}
}
