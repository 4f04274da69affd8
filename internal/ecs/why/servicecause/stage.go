package servicecause

import (
	"fmt"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// stage says what the PRIMARY deployment waits for at its stage: lifecycle hooks, or the end of a bake time.
func (q *question) stage() []why.Answer {
	part := state.FindServiceDeployment(q.Tx, q.service.Primary().ServiceDeploymentARN)
	switch {
	case part == nil || part.Ended():
		return nil
	case part.Shift == nil:
		return q.alarmsBake(part)
	}
	if waits := q.hooksWait(part); len(waits) > 0 {
		return waits
	}
	return q.bakes(part)
}

func (q *question) hooksWait(part *state.ServiceDeployment) (answers []why.Answer) {
	for i := range part.Hooks {
		h := &part.Hooks[i]
		if h.Ended() {
			continue
		}
		answer := why.Answer{
			Cause: why.HookWaits, At: h.UpdatedAt,
			Evidence: []why.Evidence{{At: h.UpdatedAt, Text: fmt.Sprintf("%s of stage %s is %s", hookName(h), h.Stage, h.Status)}},
		}
		until := fmt.Sprintf("until %s, then %s", phrase.Time(q.Now, h.ExpiresAt), h.TimeoutAction)
		if h.TargetType == types.DeploymentLifecycleHookTargetTypePause {
			answer.Sentence = fmt.Sprintf("%s waits at stage %s for ContinueServiceDeployment: %s has been AWAITING_ACTION since %s, %s.",
				q.deployment(part), h.Stage, hookName(h), phrase.Time(q.Now, h.UpdatedAt), until)
			answer.Next = fmt.Sprintf("aws ecs continue-service-deployment --service-deployment-arn %s --hook-id %s --action CONTINUE", part.ARN, h.ID)
		} else {
			answer.Sentence = fmt.Sprintf("%s waits at stage %s for %s, which is IN_PROGRESS since %s, %s.",
				q.deployment(part), h.Stage, hookName(h), phrase.Time(q.Now, h.UpdatedAt), until)
			answer.Next = "Have the function answer SUCCEEDED or FAILED."
			if h.CallAt.After(q.Now) {
				answer.Evidence = append(answer.Evidence, why.Evidence{At: h.UpdatedAt, Text: "it is called again at " + phrase.Time(q.Now, h.CallAt)})
			}
		}
		answers = append(answers, answer)
	}
	return answers
}

// bakes is of a deployment that watches what its traffic does. Source: see package shift.
func (q *question) bakes(part *state.ServiceDeployment) []why.Answer {
	s, course := part.Shift, shift.NewCourse(part.DeploymentConfiguration, part.Shift.Source == "")
	var until time.Time
	what := "both revisions run"
	switch {
	case s.Back:
	case s.Stage == types.ServiceDeploymentLifecycleStageBakeTime:
		until = s.Since.Add(course.Bake)
	case s.Stage == types.ServiceDeploymentLifecycleStageProductionTrafficShift && !s.Shifted.IsZero() && s.Step+1 < len(course.Steps):
		until = s.Shifted.Add(course.StepBake)
		what = strconv.FormatFloat(course.Steps[s.Step], 'f', -1, 64) + " % of the requests go to " + q.definitionOf(part.Target.ARN)
	}
	if !q.Now.Before(until) {
		return nil
	}
	return []why.Answer{{
		Cause: why.BakeTime, At: s.Since,
		Sentence: fmt.Sprintf("%s is at %s since %s: %s until %s.", q.deployment(part), s.Stage, phrase.Time(q.Now, s.Since), what, phrase.Time(q.Now, until)),
		Next:     "Wait, or advance the clock.",
		Evidence: []why.Evidence{{At: s.Since, Text: fmt.Sprintf("service deployment %s: lifecycleStage %s since then", arn.Name(part.ARN), s.Stage)}},
	}}
}

// alarmsBake is of a rolling update that has its tasks, and watches its alarms.
func (q *question) alarmsBake(part *state.ServiceDeployment) []why.Answer {
	a := part.Alarms
	if a.BakesSince.IsZero() || a.Status != types.ServiceDeploymentRollbackMonitorsStatusMonitoring {
		return nil
	}
	until := a.BakesSince.Add(observe.AlarmBake(part, q.in.Alarms))
	if !q.Now.Before(until) {
		return nil
	}
	return []why.Answer{{
		Cause: why.BakeTime, At: a.BakesSince,
		Sentence: fmt.Sprintf("%s has its tasks since %s, and watches %s %s until %s.", q.deployment(part), phrase.Time(q.Now, a.BakesSince),
			phrase.Verb(len(a.Names), "alarm", "alarms"), phrase.List(a.Names), phrase.Time(q.Now, until)),
		Next:     "Wait, or advance the clock.",
		Evidence: []why.Evidence{{At: a.BakesSince, Text: "alarms " + string(a.Status) + ": " + phrase.List(a.Names)}},
	}}
}
