package servicecause

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/placecause"
)

// setQuestion is a question about a service whose tasks come of task sets. It has no view: that is of deployments.
func setQuestion(f *why.Facts, s *state.Service) *question {
	return &question{
		Facts: f, service: s, events: state.FindServiceEvents(f.Tx, s.ARN), shown: overview.ReadService(f.Tx, s, overview.Options{KeptApart: f.KeptApart}),
	}
}

// ofSets are the causes of a service whose task sets are not all steady: why their tasks fail, or what they wait for.
func (q *question) ofSets() []why.Answer {
	left := 0
	for _, t := range state.ServiceTasks(q.Tx, q.service.ARN) {
		if !t.Ended() {
			left++
		}
	}
	switch {
	case q.service.Status() == state.ServiceDraining && left == 0:
		return nil
	case q.service.Status() == state.ServiceDraining:
		return []why.Answer{q.drains(left)}
	case q.shown.NotAsWanted == "":
		return nil
	}
	var answers []why.Answer
	for _, set := range q.shown.TaskSets {
		answers = append(answers, q.explain(q.stopped(set.ID, set.StabilityStatusAt, failed))...)
	}
	answers = append(answers, q.explain(q.underWay())...)
	if len(answers) == 0 && len(q.events) > 0 {
		if answer, ok := placecause.OfEvent(q.name(), &q.events[0]); ok {
			answers = append(answers, answer)
		}
	}
	if len(answers) == 0 {
		answers = append(answers, q.setsGoOn())
	}
	return distinct(answers)
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
		answer.Evidence = append(answer.Evidence, why.Evidence{At: set.StabilityStatusAt, Text: fmt.Sprintf("task set %s of %s is %s and %s: scale %s %%, computedDesiredCount %d, runningCount %d, pendingCount %d",
			set.ID, set.TaskDefinition, set.Status, set.StabilityStatus, strconv.FormatFloat(set.Scale, 'f', -1, 64), set.Desired, set.Running, set.Pending)})
	}
	if len(q.events) > 0 && !aws.ToTime(q.events[0].CreatedAt).Before(answer.At) {
		answer.Evidence = append(answer.Evidence, evidence(&q.events[0]))
	}
	return answer
}
