package servicecause

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// lastEvent is the newest event since a time that has one of the texts, or nil.
func (q *question) lastEvent(since time.Time, texts ...string) *types.ServiceEvent {
	for i := range q.events {
		e := &q.events[i]
		if aws.ToTime(e.CreatedAt).Before(since) {
			return nil
		}
		if slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(aws.ToString(e.Message), text) }) {
			return e
		}
	}
	return nil
}

// standing is the newest event with one of the texts, unless the service has started or stopped tasks, or was steady, after
// it. Events of others do not end what it tells.
func (q *question) standing(since time.Time, texts ...string) *types.ServiceEvent {
	told := q.lastEvent(since, texts...)
	if told == nil {
		return nil
	}
	moved := q.lastEvent(since, "has started ", "has stopped ", "has reached a steady state", "deployment completed")
	if moved != nil && aws.ToTime(moved.CreatedAt).After(aws.ToTime(told.CreatedAt)) {
		return nil
	}
	return told
}

func evidence(e *types.ServiceEvent) why.Evidence {
	return why.Evidence{At: aws.ToTime(e.CreatedAt), Text: "event: " + activity.ShortMessage(aws.ToString(e.Message))}
}
