package servicecause

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/course"
	cdtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// How long a deployment by CodeDeploy waits for the answer of a function (CD14), for its task set to be steady (CD12), and for one
// that is not steady any more while traffic shifts (CD12).
const (
	answerWithin  = time.Hour
	installWithin = time.Hour
	settleWithin  = 5 * time.Minute
)

// codeDeployment is the last deployment by CodeDeploy to a service, with what has become of it.
type codeDeployment struct {
	*question
	shown *overview.CodeDeployment
	asked *codedeploy.Deployment
	run   *codedeploy.Run // one without anything before it has begun
}

// ofCodeDeploy is what the last deployment by CodeDeploy waits for, or why it has failed. tasks are why tasks of the service's sets
// are not as they are to be: the deployment waits for them where it waits for a task set.
func (q *question) ofCodeDeploy(tasks []why.Answer) (answer why.Answer, ok bool) {
	if q.shown.CodeDeploy == nil {
		return answer, false
	}
	d := &codeDeployment{question: q, shown: q.shown.CodeDeploy, run: &codedeploy.Run{}}
	d.asked = codedeploy.LastOf(q.Tx, q.service.ARN, q.service.CreatedAt)
	if r := codedeploy.FindRun(q.Tx, d.asked.ID); r != nil {
		d.run = r
	}
	if answer = d.waits(tasks); d.run.Ended() {
		answer = d.failed()
	}
	answer.Evidence = append(answer.Evidence, d.evidence()...)
	return answer, true
}

// name is how answers begin: Deployment d-ABC by CodeDeploy to service web.
func (d *codeDeployment) name() string {
	return "Deployment " + d.asked.ID + " by CodeDeploy to " + d.question.name()
}

// waits is of a deployment that is under way.
func (d *codeDeployment) waits(tasks []why.Answer) why.Answer {
	event := d.event()
	switch ready, end := d.options(); {
	case d.run.Failure != nil:
		return d.forTask("ends, as it has failed (%s): its task set %s goes", d.run.UpdatedAt, tasks, message(d.run), d.run.Green.ID)
	case d.run.Green.ID != "" && d.service.Sets.Primary == d.run.Green.ID:
		return d.forTask("waits for the end of the original task set %s: that is DRAINING", d.run.UpdatedAt, tasks, d.run.Blue.ID)
	case d.asked.RollbackOf != "":
		return d.forTask("takes %s back (%s) and leads the requests to task set %s", d.run.StartedAt, tasks, d.asked.RollbackOf, strings.TrimSuffix(d.shown.Error, "."), d.run.Blue.ID)
	case d.run.Status == cdtypes.DeploymentStatusReady:
		return d.forUser(cdtypes.DeploymentWaitTypeReadyWait, "is Ready since %s: it waits for ContinueDeployment until %s, and then stops.", d.run.ReadyAt, ready.WaitTimeInMinutes)
	case event == nil && !d.run.WaitsAt.IsZero():
		return d.forUser(cdtypes.DeploymentWaitTypeTerminationWait, "has shifted all traffic, and waits since %s: the original task set goes at %s.", d.run.WaitsAt, end.TerminationWaitTimeInMinutes)
	case event == nil || event.StartedAt.IsZero():
		return d.forTask("goes on", d.asked.CreatedAt, tasks)
	case event.Function != "" && !event.CalledAt.IsZero():
		return d.forFunction(event)
	case event.Name == "Install" && d.run.Green.ID == "" && d.left() != "":
		return d.forTask("waits in Install until task set %s is gone, which an earlier deployment has left", event.StartedAt, tasks, d.left())
	case event.Name == "Install" && d.run.Green.ID == "":
		return d.forTask("waits in Install for room for another task set until %s", event.StartedAt, tasks, phrase.Time(d.Now, event.StartedAt.Add(installWithin)))
	case event.Name == "Install":
		return d.forTask("waits in Install for its task set %s to reach a steady state until %s", event.StartedAt, tasks, d.run.Green.ID, phrase.Time(d.Now, event.StartedAt.Add(installWithin)))
	case !d.run.ScaledAt.IsZero():
		return d.forTask("waits in %s for its task set %s to be steady again until %s", d.run.ScaledAt, tasks, event.Name, d.run.Green.ID, phrase.Time(d.Now, d.run.ScaledAt.Add(settleWithin)))
	default:
		return d.forTraffic(event, tasks)
	}
}

// forTask is of a deployment that waits for what ECS or a load balancer does.
func (d *codeDeployment) forTask(does string, since time.Time, because []why.Answer, args ...any) why.Answer {
	return why.Answer{
		Cause: why.InProgress, At: since, Because: because, Next: "Wait.",
		Sentence: fmt.Sprintf("%s %s, since %s.", d.name(), fmt.Sprintf(does, args...), phrase.Time(d.Now, since)),
	}
}

// forUser is of a deployment that waits for some minutes, or until a user has it go on.
func (d *codeDeployment) forUser(wait cdtypes.DeploymentWaitType, does string, since time.Time, minutes int32) why.Answer {
	cause := why.BakeTime
	if wait == cdtypes.DeploymentWaitTypeReadyWait {
		cause = why.HookWaits
	}
	return why.Answer{
		Cause: cause, At: since, Next: fmt.Sprintf("aws deploy continue-deployment --deployment-id %s --deployment-wait-type %s", d.asked.ID, wait),
		Sentence: d.name() + " " + fmt.Sprintf(does, phrase.Time(d.Now, since), phrase.Time(d.Now, since.Add(time.Duration(minutes)*time.Minute))),
	}
}

func (d *codeDeployment) forFunction(e *codedeploy.Event) why.Answer {
	return why.Answer{
		Cause: why.HookWaits, At: e.CalledAt,
		Sentence: fmt.Sprintf("%s waits in %s for its function %s, called at %s, to answer by PutLifecycleEventHookExecutionStatus until %s.",
			d.name(), e.Name, e.Function, phrase.Time(d.Now, e.CalledAt), phrase.Time(d.Now, e.CalledAt.Add(answerWithin))),
		Next: fmt.Sprintf("aws deploy put-lifecycle-event-hook-execution-status --deployment-id %s --lifecycle-event-hook-execution-id %s --status Succeeded", d.asked.ID, e.ExecutionID),
	}
}

// forTraffic is of a step of the traffic that is in effect, or on its way to the load balancer.
func (d *codeDeployment) forTraffic(e *codedeploy.Event, tasks []why.Answer) why.Answer {
	way := course.Of(d.asked.Traffic)
	until := d.run.ShiftedAt.Add(way.Wait)
	if e.Name != "AllowTraffic" || d.run.Step == 0 || d.run.Step >= len(way.Steps) || !d.Now.Before(until) {
		return d.forTask("is in %s", e.StartedAt, tasks, e.Name)
	}
	percent := strconv.FormatFloat(way.Steps[d.run.Step-1], 'f', -1, 64)
	return why.Answer{
		Cause: why.BakeTime, At: d.run.ShiftedAt, Next: "Wait, or advance the clock.",
		Sentence: fmt.Sprintf("%s is in AllowTraffic: %s %% of the requests go to its task set %s since %s, and more at %s.",
			d.name(), percent, d.run.Green.ID, phrase.Time(d.Now, d.run.ShiftedAt), phrase.Time(d.Now, until)),
	}
}

// failed is of a deployment that has failed, or has taken back one that has.
func (d *codeDeployment) failed() why.Answer {
	run, text := d.run, fmt.Sprintf("is %s since %s", d.run.Status, phrase.Time(d.Now, d.run.FinishedAt))
	answer := why.Answer{Cause: why.Unknown, At: d.run.FinishedAt, Next: "Correct what the reason names, and deploy again."}
	if r := codedeploy.FindRun(d.Tx, d.asked.RollbackOf); r != nil && run.Failure == nil {
		run, text = r, fmt.Sprintf("has taken %s back at %s", d.asked.RollbackOf, phrase.Time(d.Now, d.run.FinishedAt))
	}
	if run.Failure == nil {
		return answer
	}
	switch run.Failure.Code {
	case cdtypes.ErrorCodeHookExecutionFailure:
		answer.Cause = why.HookFailed
	case cdtypes.ErrorCodeAlarmActive:
		answer.Cause = why.AlarmRollback
	case cdtypes.ErrorCodeTimeout:
		answer.Because = d.explain(d.stopped(run.Green.ID, run.StartedAt, failed))
	}
	answer.Sentence = fmt.Sprintf("%s %s: %s.", d.name(), text, message(run))
	answer.Evidence = []why.Evidence{{At: run.FinishedAt, Text: fmt.Sprintf("deployment %s is %s: %s", run.ID, run.Status, run.Failure.Code)}}
	return answer
}

// evidence is how far the deployment is, and what watches it.
func (d *codeDeployment) evidence() []why.Evidence {
	var list []why.Evidence
	for _, e := range d.run.Events {
		if e.Status == cdtypes.LifecycleEventStatusInProgress || e.Status == cdtypes.LifecycleEventStatusFailed {
			list = append(list, why.Evidence{At: e.StartedAt, Text: fmt.Sprintf("lifecycle event %s of deployment %s is %s", e.Name, d.asked.ID, e.Status)})
		}
	}
	if names := d.alarms(); len(names) > 0 && !d.run.Ended() {
		list = append(list, why.Evidence{At: d.asked.CreatedAt, Text: "it stops if an alarm is in ALARM: " + phrase.List(names)})
	}
	for _, set := range d.question.shown.TaskSets {
		if set.StabilityStatus != "STEADY_STATE" || set.Status == taskset.Draining {
			list = append(list, setCounts(set))
		}
	}
	return list
}

// left is a task set beside the PRIMARY one that an earlier deployment has made, and neither made PRIMARY nor deleted; empty: there is none.
func (d *codeDeployment) left() string {
	for _, set := range d.question.shown.TaskSets {
		if set.Status == taskset.Active && set.ExternalID != d.asked.ID {
			return set.ID
		}
	}
	return ""
}

func (d *codeDeployment) event() *codedeploy.Event {
	for i := range d.run.Events {
		if e := &d.run.Events[i]; e.EndedAt.IsZero() {
			return e
		}
	}
	return nil
}

func (d *codeDeployment) options() (ready cdtypes.DeploymentReadyOption, end cdtypes.BlueInstanceTerminationOption) {
	if c := d.asked.Settings.BlueGreenDeploymentConfiguration; c != nil {
		if c.DeploymentReadyOption != nil {
			ready = *c.DeploymentReadyOption
		}
		if c.TerminateBlueInstancesOnDeploymentSuccess != nil {
			end = *c.TerminateBlueInstancesOnDeploymentSuccess
		}
	}
	return ready, end
}

// alarms are the names of those that stop the deployment.
func (d *codeDeployment) alarms() (names []string) {
	c := d.asked.Alarms
	if c == nil {
		c = d.asked.Settings.AlarmConfiguration
	}
	if c == nil || !c.Enabled || d.asked.RollbackOf != "" {
		return nil
	}
	for _, a := range c.Alarms {
		names = append(names, aws.ToString(a.Name))
	}
	return names
}

func message(r *codedeploy.Run) string {
	return strings.TrimSuffix(aws.ToString(r.Failure.Message), ".")
}
