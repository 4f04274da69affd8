// Package instancecause finds why a container instance takes no tasks: its agent is not connected, it is DRAINING, or it is
// gone.
package instancecause

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// AsWanted reports whether a container instance is as wanted: one that is DRAINING or INACTIVE is, as a user or AWS has
// asked for that.
func AsWanted(c *state.ContainerInstance) bool {
	return c.Status == state.InstanceInactive || overview.InstanceNotAsWanted(c) == ""
}

// Explain returns why a container instance takes no tasks; nothing of one that does.
func Explain(f *why.Facts, c *state.ContainerInstance) (answers []why.Answer) {
	i := ec2.FindInstance(f.Tx, c.Scope(), c.EC2InstanceID)
	switch {
	case c.Status == state.InstanceInactive:
		return []why.Answer{gone(f, c, i)}
	case c.Status == state.InstanceDraining:
		answers = append(answers, draining(f, c, i))
	case c.Status == state.InstanceRegistering:
		answers = append(answers, registering(f, c))
	case c.LacksDaemon:
		answers = append(answers, lacking(f, c))
	case c.Leaves:
		answers = append(answers, leaving(f, c))
	}
	if !c.AgentConnected {
		answers = append(answers, disconnected(f, c, i))
	}
	return answers
}

// userInitiated is the code of the reason of an instance that a caller ends, or its group. Source: EC2 API reference,
// StateReason.
const userInitiated = "Client.UserInitiatedShutdown"

// ended is why an EC2 instance is on its way out, as EC2 and its Auto Scaling group say it.
func ended(f *why.Facts, c *state.ContainerInstance, i *ec2.Instance) (answer why.Answer, ok bool) {
	kinds := []faults.Kind{faults.TerminateInstance, faults.ZoneDown, faults.SpotInterruption} // which end one for good
	byUser := i != nil && i.Reason.Code == userInitiated
	leaves := i == nil && !c.ByHand || i != nil && !byUser && (i.Wanted != types.InstanceStateNameRunning || !i.NoticeAt.IsZero())
	for _, hit := range []string{c.ARN, c.EC2InstanceID, arnOf(i)} {
		if !leaves { // a fault that is over is no cause of what has become of it since
			break
		}
		if act, found := phrase.LastFault(f.ActsOn(hit), kinds...); found && hit != "" {
			if act.Kind != faults.SpotInterruption {
				return phrase.Fault(f, act, phrase.Upper(phrase.Instance(c))+" is lost"), true
			}
			answer = phrase.Fault(f, act, "Spot Instance "+c.EC2InstanceID+" has notice of its interruption")
			answer.Cause = why.SpotInterruption
			return answer, true
		}
	}
	switch {
	case i == nil:
		return answer, false
	case !i.NoticeAt.IsZero() && !byUser:
		return why.Answer{
			Cause: why.SpotInterruption, At: i.NoticeAt,
			Sentence: fmt.Sprintf("Spot Instance %s was given notice of its interruption at %s.", i.ID, phrase.Time(f.Now, i.NoticeAt)),
			Evidence: []why.Evidence{{At: i.NoticeAt, Text: "EC2: " + ec2.SpotInterruption.Message}},
		}, true
	case i.Wanted == types.InstanceStateNameRunning:
		return answer, false
	}
	next := ""
	if i.Wanted == types.InstanceStateNameStopped {
		next = "Start the instance again, or deregister the container instance."
	}
	answer = why.Answer{
		Cause: why.InstanceLost, At: i.WantedAt, Next: next,
		Sentence: fmt.Sprintf("Instance %s is %s since %s: %s.", i.ID, i.State(), phrase.Time(f.Now, i.WantedAt), strings.TrimSuffix(cmp.Or(i.Reason.Message, i.Reason.Transition, "EC2 gives no reason"), ".")),
		Evidence: []why.Evidence{{At: i.WantedAt, Text: fmt.Sprintf("EC2: instance %s is %s: %s %s", i.ID, i.State(), i.Reason.Code, i.Reason.Message)}},
	}
	if byUser {
		answer.Cause = why.UserStopped
	}
	if a := activityOf(f, i); a != nil && !strings.Contains(a.Cause, "health check") { // else it only follows what has ended the instance
		answer.Cause = why.InstanceLost
		if strings.Contains(a.Cause, "shrinking the capacity") {
			answer.Cause = why.ScaledIn
		}
		answer.Sentence = fmt.Sprintf("Auto Scaling group %s terminates instance %s since %s: %s", i.Group, i.ID, phrase.Time(f.Now, a.StartTime), phrase.Stop(a.Cause))
		answer.At, answer.Evidence = a.StartTime, append(answer.Evidence, why.Evidence{At: a.StartTime, Text: a.Description + ": " + a.Cause})
	}
	return answer, true
}

func arnOf(i *ec2.Instance) string {
	if i == nil {
		return ""
	}
	return i.ARN()
}

// activityOf is the newest activity by which a group terminates an instance, or nil.
func activityOf(f *why.Facts, i *ec2.Instance) *autoscaling.Activity {
	if i.Group == "" {
		return nil
	}
	for _, a := range autoscaling.Activities(f.Tx, i.Scope, i.Group) {
		if strings.HasPrefix(a.Description, "Terminating EC2 instance: "+i.ID) {
			return a
		}
	}
	return nil
}

func gone(f *why.Facts, c *state.ContainerInstance, i *ec2.Instance) why.Answer {
	answer := why.Answer{
		Cause: why.InstanceLost, At: c.InactiveAt,
		Sentence: fmt.Sprintf("%s is INACTIVE since %s.", phrase.Upper(phrase.Instance(c)), phrase.Time(f.Now, c.InactiveAt)),
		Evidence: []why.Evidence{{At: c.InactiveAt, Text: "status INACTIVE, registered at " + phrase.Time(f.Now, c.RegisteredAt)}},
	}
	if end, ok := ended(f, c, i); ok {
		answer.Cause, answer.Because = end.Cause, []why.Answer{end}
		return answer
	}
	if i == nil && !c.ByHand { // its instance is forgotten an hour after its end
		answer.Cause = why.Unknown
		return answer
	}
	answer.Cause = why.UserStopped
	answer.Sentence = fmt.Sprintf("%s was deregistered at %s.", phrase.Upper(phrase.Instance(c)), phrase.Time(f.Now, c.InactiveAt))
	return answer
}

func draining(f *why.Facts, c *state.ContainerInstance, i *ec2.Instance) why.Answer {
	used := state.FindInstanceUsage(f.Tx, c.ARN)
	since := ""
	if !c.DrainedAt.IsZero() {
		since = " since " + phrase.Time(f.Now, c.DrainedAt)
	}
	by := ""
	if c.DrainedBy != "" {
		by = ", by " + c.DrainedBy
	}
	answer := why.Answer{
		Cause: why.Draining, At: c.DrainedAt,
		Sentence: fmt.Sprintf("%s is DRAINING%s%s: no task is placed there, and %s left.", phrase.Upper(phrase.Instance(c)), since, by,
			phrase.Count(used.Left, "task")+" "+phrase.Verb(used.Left, "is", "are")),
		Next:     "Set it to ACTIVE with UpdateContainerInstancesState to use it again.",
		Evidence: []why.Evidence{{At: c.DrainedAt, Text: strings.TrimSpace("status DRAINING " + c.DrainedBy)}},
	}
	if c.LaunchType == ecstypes.LaunchTypeManagedInstances {
		answer.Next = "Wait: ECS terminates the instance when its tasks have stopped."
	}
	for n, t := range state.InstanceTasks(f.Tx, c.ARN) {
		if n == 10 {
			break
		}
		answer.Evidence = append(answer.Evidence, why.Evidence{At: t.Spec.CreatedAt, Text: fmt.Sprintf("%s is %s, desiredStatus %s", phrase.TaskOf(t), t.Status.LastStatus, t.DesiredStatus())})
	}
	if end, ok := ended(f, c, i); ok {
		answer.Because, answer.Next = []why.Answer{end}, "Wait: the instance goes when its tasks have stopped."
	}
	return answer
}

func disconnected(f *why.Facts, c *state.ContainerInstance, i *ec2.Instance) why.Answer {
	name := phrase.Upper(phrase.Instance(c))
	kinds := []faults.Kind{faults.DisconnectAgent, faults.CutOffInstance}
	for _, hit := range []string{c.ARN, c.EC2InstanceID} {
		if act, found := phrase.LastFault(f.ActsOn(hit), kinds...); found && hit != "" && f.Lasts(act) {
			return phrase.Fault(f, act, name+" has its agent disconnected, so that no task is placed there")
		}
	}
	answer := why.Answer{
		Cause: why.AgentDisconnected, Sentence: name + " has its agent disconnected: no task is placed there.",
		Evidence: []why.Evidence{{At: f.Now, Text: "agentConnected false"}},
	}
	switch end, ok := ended(f, c, i); {
	case ok:
		answer.Because, answer.Next = []why.Answer{end}, end.Next
	case c.ByHand:
		answer.Sentence = name + " was registered by hand, and its agent is not connected: no task is placed there."
		answer.Next = "Have its agent connect, or deregister it."
	case i != nil && i.Rebooting():
		answer.Sentence = fmt.Sprintf("%s has its agent disconnected, as instance %s reboots since %s.", name, i.ID, phrase.Time(f.Now, i.RebootAt))
		answer.At, answer.Next = i.RebootAt, "Wait until it has booted."
	default:
		answer.Cause, answer.At = why.Unknown, time.Time{}
	}
	return answer
}
