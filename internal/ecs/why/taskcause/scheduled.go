package taskcause

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// scheduled is of a task that the service scheduler has stopped.
func (q *question) scheduled() {
	switch causeOf(q.t.Stop) {
	case state.StopScaledIn:
		q.scaledIn()
	case state.StopReplaced:
		q.replaced()
	case state.StopDraining:
		q.drained()
	case state.StopUnhealthy:
		q.stoppedUnhealthy()
	case state.StopRebalanced:
		q.say(why.Rebalanced, q.service()+" has another task in its place in an Availability Zone with fewer of them", "", q.reason())
	case state.StopStray:
		q.strayed()
	case state.StopServiceDeleted:
		q.say(why.ServiceDeleted, q.service()+" was deleted", "", q.reason())
	default:
		if scaling.MatchString(q.t.Stop.Reason) { // a row of before
			q.say(why.ScaledIn, "probably "+q.service()+" was to have fewer tasks", "", q.reason())
			q.say(why.Replaced, "probably a deployment of "+q.service()+" replaced it", "", q.reason())
		}
	}
}

// scaledIn names who asked for fewer tasks, if that was the last change of the desired count before the end of the task.
func (q *question) scaledIn() {
	s := state.FindService(q.Tx, q.t.Spec.ServiceARN)
	if s == nil || s.Resized == nil || s.Resized.At.After(q.t.Stop.At) || s.Resized.To >= s.Resized.From || q.steadySince(s.Resized.At) {
		q.say(why.ScaledIn, q.service()+" had more tasks than it was to have", "", q.reason())
		return
	}
	r := s.Resized
	seen := []why.Evidence{q.reason(), noted(r.At, "desiredCount of %s from %d to %d, by %s", q.service(), r.From, r.To, r.By)}
	text := fmt.Sprintf("%s set the desired count of %s from %d to %d at %s", r.By, q.service(), r.From, r.To, q.time(r.At))
	if a := scalingActivity(q, r); a != nil {
		text = fmt.Sprintf("Application Auto Scaling set the desired count of %s from %d to %d at %s", q.service(), r.From, r.To, q.time(r.At))
		if a.Change.Policy != "" {
			text += ", by policy " + a.Change.Policy
		}
		seen = append(seen, noted(a.StartedAt, "scaling activity: %s", oneLine(a.Cause)))
	}
	q.say(why.ScaledIn, text, "", seen...)
}

// steadySince reports whether the service had its tasks between a time and the end of this one.
func (q *question) steadySince(at time.Time) bool {
	return slices.ContainsFunc(state.FindServiceEvents(q.Tx, q.t.Spec.ServiceARN), func(e types.ServiceEvent) bool {
		when := aws.ToTime(e.CreatedAt)
		return when.After(at) && when.Before(q.t.Stop.At) && strings.Contains(aws.ToString(e.Message), "has reached a steady state")
	})
}

// scalingActivity is the one that made a change of the desired count, or nil: it was under way then.
func scalingActivity(q *question, r *state.Resize) *applicationautoscaling.Activity {
	for a := range applicationautoscaling.NewestActivities(q.Tx, applicationautoscaling.ResourceOfService(q.t.Spec.ServiceARN)) {
		switch {
		case a.StartedAt.After(r.At) || a.Change == nil:
		case int(a.Change.To) == r.To && int(a.Change.From) == r.From && (a.EndedAt == nil || !a.EndedAt.Before(r.At)) && isService(r.By):
			return a
		default:
			return nil
		}
	}
	return nil
}

// isService reports whether a caller is a service of AWS or a session of a service's role, and not one that a user signs for.
func isService(by string) bool {
	return !strings.HasPrefix(by, "arn:") || strings.Contains(by, "AWSServiceRole") || strings.Contains(by, "AutoScaling")
}
