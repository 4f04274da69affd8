package servicecause

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// verdicts say which deployments have failed or were rolled back, and why.
func (q *question) verdicts() (answers []why.Answer) {
	var seen []string
	for _, d := range q.service.ListedDeployments() {
		part := state.FindServiceDeployment(q.Tx, d.ServiceDeploymentARN)
		if part == nil || slices.Contains(seen, part.ARN) {
			continue
		}
		seen = append(seen, part.ARN)
		if answer, ended := q.verdict(part); ended {
			answers = append(answers, answer)
		}
	}
	return answers
}

// verdict is the answer about a service deployment that has failed or goes back. It is false for one that goes on, has
// succeeded, or was superseded.
func (q *question) verdict(d *state.ServiceDeployment) (answer why.Answer, ended bool) {
	triggered := types.ServiceDeploymentRollbackMonitorsStatusTriggered
	reason, told := q.reasonOf(d)
	hook := failedHook(d, reason)
	switch {
	case d.Rollback == nil && !slices.Contains([]types.ServiceDeploymentStatus{
		types.ServiceDeploymentStatusStopped, types.ServiceDeploymentStatusRollbackFailed,
	}, d.Status):
		return answer, false
	case d.CircuitBreaker.Status == triggered && (d.Rollback == nil || d.Rollback.Reason == record.ReasonBreakerRollback): // else it has ended the way back
		answer = q.byBreaker(d)
	case d.Alarms.Status == triggered && (d.Rollback == nil || d.Rollback.Reason == record.ReasonAlarmRollback):
		answer = q.byAlarm(d)
	case hook != nil:
		answer = q.byHook(hook)
	case d.StopType != "":
		answer = why.Answer{
			Cause: why.UserStopped, Sentence: fmt.Sprintf("because StopServiceDeployment asked for it (%s)", d.StopType),
			Evidence: []why.Evidence{{At: d.UpdatedAt, Text: "stopType " + string(d.StopType)}},
		}
	case d.Rollback == nil && d.Status == types.ServiceDeploymentStatusStopped:
		return answer, false // another one, or the end of the service, has taken its place
	default:
		answer = why.Answer{
			Cause: why.Unknown, Sentence: "ECS's reason is: " + strings.TrimSuffix(reason, "."),
			Next: "Correct what the reason names, and deploy again.", Because: q.failures(d.Target.DeploymentID),
		}
	}
	if d.Status == types.ServiceDeploymentStatusRollbackFailed && d.StatusReason == record.ReasonRollbackFailed {
		answer.Because = append(answer.Because, q.restoring(d)...)
	}
	answer.Of, answer.Kind, answer.At = d.ARN, why.KindServiceDeployment, endOf(d)
	answer.Sentence = fmt.Sprintf("%s %s: %s.", q.deployment(d), q.outcome(d), answer.Sentence)
	answer.Evidence = append([]why.Evidence{{At: answer.At, Text: fmt.Sprintf("service deployment %s is %s: %s", arn.Name(d.ARN), d.Status, cmp.Or(d.StatusReason, reason))}}, answer.Evidence...)
	if told != nil {
		answer.Evidence = append(answer.Evidence, evidence(told))
	}
	return answer, true
}

// restoring are why the tasks have failed of the deployment by which the service was to go back.
func (q *question) restoring(d *state.ServiceDeployment) (answers []why.Answer) {
	for _, each := range q.service.Deployments {
		if each.RestoresID != "" && each.ServiceDeploymentARN == d.ARN {
			answers = append(answers, q.explain(q.stopped(each.ID, time.Time{}, failed))...)
		}
	}
	return answers
}

// unknownEnd is of a service deployment that has ended without a failure of its own.
func (q *question) unknownEnd(d *state.ServiceDeployment) why.Answer {
	return why.Answer{
		Cause: why.Replaced, At: endOf(d),
		Sentence: fmt.Sprintf("%s %s at %s: %s", q.deployment(d), d.Status, phrase.Time(q.Now, endOf(d)), phrase.Stop(cmp.Or(d.StatusReason, "another one began"))),
		Evidence: []why.Evidence{{At: endOf(d), Text: fmt.Sprintf("service deployment %s is %s: %s", arn.Name(d.ARN), d.Status, d.StatusReason)}},
	}
}

// deployment names a service deployment: The deployment of web:7 to service web.
func (q *question) deployment(d *state.ServiceDeployment) string {
	return "The deployment of " + q.definitionOf(d.Target.ARN) + " to " + q.name()
}

// definitionOf is the task definition of a revision.
func (q *question) definitionOf(revision string) string {
	if r := state.FindServiceRevision(q.Tx, revision); r != nil {
		return arn.Name(r.TaskDefinition)
	}
	return "revision " + arn.Name(revision)
}

// outcome is what has become of it, and when.
func (q *question) outcome(d *state.ServiceDeployment) string {
	at := phrase.Time(q.Now, endOf(d))
	switch {
	case d.Status == types.ServiceDeploymentStatusRollbackFailed:
		return fmt.Sprintf("has failed, and so has its rollback at %s (%s)", at, strings.TrimSuffix(d.StatusReason, "."))
	case d.Rollback != nil && d.Status == types.ServiceDeploymentStatusRollbackSuccessful:
		return fmt.Sprintf("was rolled back to %s at %s", q.definitionOf(d.Rollback.RevisionARN), phrase.Time(q.Now, d.Rollback.StartedAt))
	case d.Rollback != nil:
		return fmt.Sprintf("is being rolled back to %s since %s", q.definitionOf(d.Rollback.RevisionARN), phrase.Time(q.Now, d.Rollback.StartedAt))
	default:
		return "failed at " + at + " and was not rolled back"
	}
}

func endOf(d *state.ServiceDeployment) time.Time {
	switch {
	case d.Rollback != nil:
		return d.Rollback.StartedAt
	case !d.FinishedAt.IsZero():
		return d.FinishedAt
	}
	return d.UpdatedAt
}

// reasonOf is why a service deployment has failed. Where there is nothing to go back to, its own reason says that, and the
// event of the failure the other; told is that event.
func (q *question) reasonOf(d *state.ServiceDeployment) (reason string, told *types.ServiceEvent) {
	if d.Rollback != nil {
		return d.Rollback.Reason, nil
	}
	if d.StatusReason != record.ReasonNoCandidate {
		return d.StatusReason, nil
	}
	begin := "(deployment " + d.Target.DeploymentID + ") deployment failed: "
	if told = q.lastEvent(d.CreatedAt, begin); told == nil {
		return d.StatusReason, nil
	}
	_, reason, _ = strings.Cut(aws.ToString(told.Message), begin)
	return reason, told
}

func (q *question) byBreaker(d *state.ServiceDeployment) why.Answer {
	text, seen := phrase.Breaker(d.CircuitBreaker)
	answer := why.Answer{
		Cause: why.BreakerRollback, Because: q.failures(d.Target.DeploymentID), Sentence: text,
		Next: "Correct why its tasks failed, and deploy again.", Evidence: []why.Evidence{seen},
	}
	if len(answer.Because) > 0 && answer.Because[0].Next != "" {
		answer.Next = answer.Because[0].Next
	}
	if e := q.lastEvent(d.StartedAt, "(deployment "+d.Target.DeploymentID+") deployment failed: "); e != nil && d.StatusReason != record.ReasonNoCandidate {
		answer.Evidence = append(answer.Evidence, evidence(e))
	}
	return answer
}

func (q *question) byAlarm(d *state.ServiceDeployment) why.Answer {
	text, seen := phrase.Alarms(d.Alarms)
	answer := why.Answer{
		Cause: why.AlarmRollback, Sentence: text, Evidence: []why.Evidence{seen},
		Next: "See what the alarm measures, correct that, and deploy again.",
	}
	for _, name := range d.Alarms.Triggered {
		for _, h := range slices.Backward(cloudwatch.History(q.Tx, arn.ScopeOf(d.ServiceARN), name)) {
			if h.At.After(endOf(d)) || !strings.HasSuffix(h.Summary, " to ALARM") {
				continue
			}
			answer.Evidence = append(answer.Evidence, why.Evidence{At: h.At, Text: "alarm " + name + ": " + h.Summary})
			break
		}
	}
	return answer
}

// failedHook is the lifecycle hook that has ended a deployment, as the reason of that names its stage; nil: none has.
// Hooks that were still asked when it ended are FAILED as well.
func failedHook(d *state.ServiceDeployment, reason string) *state.LifecycleHook {
	if !strings.Contains(reason, "hook") {
		return nil
	}
	for i := range slices.Backward(d.Hooks) {
		h := &d.Hooks[i]
		over := h.Status == types.DeploymentLifecycleHookStatusFailed || h.Status == types.DeploymentLifecycleHookStatusTimedOut
		if over && strings.Contains(reason, string(h.Stage)+" ") && strings.Contains(reason, h.TargetARN) {
			return h
		}
	}
	for i := range slices.Backward(d.Hooks) { // its target has said a reason of its own
		h := &d.Hooks[i]
		if h.Status == types.DeploymentLifecycleHookStatusFailed && h.StatusReason != "" && strings.Contains(reason, h.StatusReason) {
			return h
		}
	}
	return nil
}

func (q *question) byHook(h *state.LifecycleHook) why.Answer {
	answer := why.Answer{
		Cause:    why.HookFailed,
		Evidence: []why.Evidence{{At: h.UpdatedAt, Text: fmt.Sprintf("%s of stage %s is %s %s", hookName(h), h.Stage, h.Status, h.StatusReason)}},
	}
	switch {
	case h.Status == types.DeploymentLifecycleHookStatusTimedOut:
		answer.Sentence = fmt.Sprintf("%s of stage %s had no answer until %s", hookName(h), h.Stage, phrase.Time(q.Now, h.ExpiresAt))
		answer.Next = "Have the hook answer in time, or give it more of it, and deploy again."
	case h.TargetType == types.DeploymentLifecycleHookTargetTypePause:
		answer.Sentence = fmt.Sprintf("%s of stage %s was continued with ROLLBACK", hookName(h), h.Stage)
	default:
		answer.Sentence = fmt.Sprintf("%s of stage %s answered FAILED", hookName(h), h.Stage)
		if h.StatusReason != "" {
			answer.Sentence += ": " + strings.TrimSuffix(h.StatusReason, ".")
		}
		answer.Next = "See why the hook answers FAILED, and deploy again."
	}
	return answer
}

func hookName(h *state.LifecycleHook) string {
	if h.TargetType == types.DeploymentLifecycleHookTargetTypePause {
		return "pause hook " + h.ID
	}
	return "hook " + h.TargetARN
}
