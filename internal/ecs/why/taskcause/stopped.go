package taskcause

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// Reasons of tasks that are parsed, where a row has nothing better: fulfil/reasons.go, capacity/decide.go and instancefault/zone.go
// make them. The cause of a task that the scheduler stops is in Stop.Cause; only rows of before lack it.
var (
	failedELB   = lazyregexp.New(`^Task failed ELB health checks in \(target-group (\S+)\)$`)
	hostEnded   = lazyregexp.New(`^Host EC2 \(instance (i-[0-9a-f]+)\) (terminated|stopped)\.$`)
	engineLost  = lazyregexp.New(`^ecs-emulator: the engine (\S+) has not answered for (\S+)\.$`)
	zoneIsDown  = lazyregexp.New(`^Availability Zone (\S+) is down \(fault (\S+) of ecs-emulator\)$`)
	scaling     = lazyregexp.New(`^Scaling activity initiated by \(deployment (ecs-svc/\d+)\)$`)
	rebalancing = lazyregexp.New(`^Availability-zone rebalancing initiated by \(deployment (ecs-svc/\d+)\)$`)
)

const (
	failedContainers = "Task failed container health checks"
	drainedInstance  = "Service task stopped because its container instance is in DRAINING state"
	forcedAway       = "Container instance deregistration forced by user"
)

// groupOf is the target group of a reason.
func groupOf(reason string) string {
	if found := failedELB.FindStringSubmatch(reason); found != nil {
		return found[1]
	}
	return ""
}

// stopped is of a task that stops, or has stopped.
func (q *question) stopped() {
	switch q.t.Stop.Code {
	case types.TaskStopCodeTaskFailedToStart:
		q.failedToStart()
	case types.TaskStopCodeEssentialContainerExited:
		q.exited()
	case types.TaskStopCodeServiceSchedulerInitiated:
		q.scheduled()
	case types.TaskStopCodeUserInitiated:
		q.userStopped()
	case types.TaskStopCodeSpotInterruption:
		a := q.say(why.SpotInterruption, "Spot capacity was taken back, which leaves it its stopTimeout", "Its service starts another one, as soon as there is capacity.", q.reason())
		q.because(a, q.t.Stop.At, "spot-interruption", q.t.ARN)
	case types.TaskStopCodeTerminationNotice:
		q.lost()
	}
	if len(q.answers) == 0 {
		q.unknown()
	}
	if q.t.Stop.Code != types.TaskStopCodeEssentialContainerExited {
		q.afterGrace()
	}
	if !q.t.Ended() && !q.engineAway() {
		q.unheard()
	}
}

func (q *question) failedToStart() {
	switch {
	case q.t.Unplaced() && q.t.Spec.LaunchType == types.LaunchTypeFargate:
		q.say(why.PlacementConstraint, "it had waited for a container engine, and none of this run can be the one: "+oneLine(q.t.Stop.Reason), phrase.NextEngine, q.reason())
		return
	case q.t.Unplaced():
		q.say(why.NoCapacity, fmt.Sprintf("it had waited for a container instance of capacity provider %s, and ECS gave it up: %s",
			q.t.Placement.CapacityProvider, oneLine(q.t.Stop.Reason)), "See to the instances of the capacity provider.", q.reason())
		return
	}
	q.troubles()
}

// exited is of a task whose essential container has ended.
func (q *question) exited() {
	if q.sandboxEnded() || q.exits() {
		return
	}
	if i := q.instance(); i != nil && i.RebootAt.After(q.t.Spec.CreatedAt) && !i.RebootAt.After(q.t.Stop.At) {
		q.say(why.InstanceLost, fmt.Sprintf("EC2 instance %s, on which it ran, rebooted at %s", i.ID, q.time(i.RebootAt)), "",
			q.reason(), noted(i.RebootAt, "reboot of instance %s", i.ID))
		return
	}
	q.troubles()
}

// sandboxEnded adds that the sandbox of the task has ended, and with it the containers.
func (q *question) sandboxEnded() (found bool) {
	for _, t := range q.t.Status.Troubles {
		if t.Kind == state.TroubleSandbox && !t.At.After(q.t.Stop.At) {
			q.trouble(t)
			found = true
		}
	}
	return found
}

// userStopped names the caller and its reason.
func (q *question) userStopped() {
	by := "a caller of StopTask"
	seen := []why.Evidence{q.reason()}
	if q.t.Stop.By != "" {
		by = q.t.Stop.By
		seen = append(seen, noted(q.t.Stop.At, "asked for by %s", by))
	}
	c := state.FindContainerInstance(q.Tx, q.t.Placement.ContainerInstance)
	if q.t.Stop.Reason == forcedAway && c != nil && c.InactiveAt.Equal(q.t.Stop.At) { // callers of StopTask may give that reason, too
		seen = append(seen, noted(c.InactiveAt, "container instance %s is %s", arn.Name(c.ARN), c.Status))
		q.say(why.UserStopped, by+" deregistered its container instance by force", "", seen...)
		return
	}
	q.say(why.UserStopped, fmt.Sprintf("%s stopped it, with the reason %s", by, quoted(q.t.Stop.Reason)), "", seen...)
}

// lost is of a task that ended with what ran it.
func (q *question) lost() {
	reason := q.t.Stop.Reason
	switch found := hostEnded.FindStringSubmatch(reason); {
	case reason == state.EngineGone:
		q.say(why.EngineAway, "the container engine that ran it is gone, and another one has taken its place", "", q.reason())
	case found != nil:
		q.lostInstance(found[1], found[2])
	case engineLost.MatchString(reason):
		found := engineLost.FindStringSubmatch(reason)
		q.say(why.EngineAway, fmt.Sprintf("the container engine %s, on which it ran, had not answered for %s: it was lost", found[1], found[2]),
			"Its service starts another one on an engine that answers.", q.reason())
	default:
		if found := zoneIsDown.FindStringSubmatch(reason); found != nil {
			q.say(why.Fault, fmt.Sprintf("fault %s (zone-down) has taken Availability Zone %s", found[2], found[1]),
				"ecs-emulator faults clear "+found[2]+" ends it, if it still lasts.", q.reason())
		}
	}
}

// lostInstance says how the EC2 instance of the task ended.
func (q *question) lostInstance(id, how string) {
	text, seen := fmt.Sprintf("EC2 instance %s, on which it ran, was %s", id, how), []why.Evidence{q.reason()}
	i := ec2.FindInstance(q.Tx, q.t.Scope(), id)
	cause := why.InstanceLost
	if i != nil && !i.WantedAt.After(q.t.Stop.At) && i.Reason.Code != "" {
		seen = append(seen, noted(i.WantedAt, "stateReason of %s: %s", id, i.Reason.Message))
		switch i.Reason.Code {
		case ec2.SpotInterruption.Code:
			cause, text = why.SpotInterruption, fmt.Sprintf("EC2 took back Spot Instance %s, on which it ran", id)
		case "Client.UserInitiatedShutdown":
			text += ", as a caller of EC2 or its Auto Scaling group asked for"
		}
	}
	a := q.say(cause, text, "Its service starts another one where there is room.", seen...)
	hits := []string{q.t.Placement.ContainerInstance, id, ec2ARN(q.t, id)}
	q.because(a, q.t.Stop.At, "terminate-instance", hits...)
	q.because(a, q.t.Stop.At, "zone-down", hits...)
	q.because(a, q.t.Stop.At, "spot-interruption", hits...)
}

func ec2ARN(t *state.Task, id string) string {
	s := t.Scope()
	return (&ec2.Instance{Scope: s, ID: id}).ARN()
}

// instance is the EC2 instance of the task's container instance, or nil.
func (q *question) instance() *ec2.Instance {
	c := state.FindContainerInstance(q.Tx, q.t.Placement.ContainerInstance)
	if c == nil {
		return nil
	}
	return ec2.FindInstance(q.Tx, q.t.Scope(), c.EC2InstanceID)
}

// drained is of a task whose container instance drains.
func (q *question) drained() {
	c := state.FindContainerInstance(q.Tx, q.t.Placement.ContainerInstance)
	text := "its container instance " + activity.ShortID(arn.Name(q.t.Placement.ContainerInstance)) + " drains"
	seen := []why.Evidence{q.reason()}
	if c != nil && c.DrainedBy != "" && !c.DrainedAt.After(q.t.Stop.At) {
		text = fmt.Sprintf("%s has drained its container instance %s since %s", c.DrainedBy, activity.ShortID(arn.Name(c.ARN)), q.time(c.DrainedAt))
		seen = append(seen, noted(c.DrainedAt, "container instance %s is DRAINING: %s", arn.Name(c.ARN), c.DrainedBy))
	}
	a := q.say(why.Draining, text, "", seen...)
	if c != nil {
		q.because(a, q.t.Stop.At, "spot-interruption", c.ARN, c.EC2InstanceID, ec2ARN(q.t, c.EC2InstanceID))
	}
}

// causeOf is what the scheduler stopped the task for. The reason of rows of before tells some causes apart.
func causeOf(s *state.Stop) state.StopCause {
	switch {
	case s.Cause != "":
		return s.Cause
	case s.Reason == failedContainers, groupOf(s.Reason) != "":
		return state.StopUnhealthy
	case s.Reason == drainedInstance:
		return state.StopDraining
	case rebalancing.MatchString(s.Reason):
		return state.StopRebalanced
	}
	return ""
}

// service is the name of the task's service.
func (q *question) service() string {
	return "service " + arn.Name(strings.TrimSpace(q.t.Spec.ServiceARN))
}
