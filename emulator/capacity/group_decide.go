package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/emulator/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// GroupDelays are how long EC2 Auto Scaling takes for what could be done at once. The zero
// value is none.
type GroupDelays struct {
	Launch    time.Duration // from a request for more instances to their launch
	Terminate time.Duration // from a request for fewer to the choice of those that go
}

// GroupView is what a decision about an Auto Scaling group needs.
type GroupView struct {
	Group   *autoscaling.Group
	Members []GroupMember
	Subnets []*state.Subnet // where it may launch
	Now     time.Time
	Delays  GroupDelays
}

// GroupMember is an instance of a group.
type GroupMember struct {
	*autoscaling.Member
	Instance types.InstanceStateName // empty if EC2 has forgotten it
	Age      Age
}

// GroupPlan is what shall be done with a group now.
type GroupPlan struct {
	InService []*autoscaling.Member // they run now
	Gone      []*autoscaling.Member // they are terminated
	Lost      []*autoscaling.Member // they do not run, which nobody has noticed yet
	Out       []Exit                // they are to be terminated
	Launch    []Start
	// Explained: activities tell of the last request.
	Explained bool
	Delete    bool      // the group has ended
	WakeAt    time.Time // when to decide again though nothing has changed; zero is never
}

// Exit is an instance that is taken out of service.
type Exit struct {
	Member *autoscaling.Member
	Cause  string // of a new activity; empty where Member.Termination has begun one
}

// Start is an instance that is launched.
type Start struct {
	Subnet *state.Subnet
	Cause  string
}

// empty reports whether there is nothing to write.
func (p GroupPlan) empty() bool {
	return len(p.InService)+len(p.Gone)+len(p.Lost)+len(p.Out)+len(p.Launch) == 0 && !p.Delete
}

// DecideGroup says what shall be done with a group.
func DecideGroup(v GroupView) (p GroupPlan) {
	active, unhealthy := v.classify(&p)
	if v.Group.ForceDeleted {
		for _, m := range active {
			p.Out = append(p.Out, Exit{Member: m.Member, Cause: v.change() + v.difference("taken out of service", "shrinking", len(active), 0)})
		}
		p.Delete = len(v.Members) == len(p.Gone)
		return p
	}
	switch missing := int(v.Group.Desired) - len(active); {
	case missing > 0:
		v.launch(&p, active, missing, unhealthy)
	case missing < 0:
		v.scaleIn(&p, active, -missing)
	}
	return p
}

// classify sees to what has become of instances, and returns those that count: the ones
// that are not on their way out. unhealthy is how many now leave for their health.
// Source: EC2 Auto Scaling user guide, instance lifecycle and health checks.
func (v GroupView) classify(p *GroupPlan) (active []GroupMember, unhealthy int) {
	for _, m := range v.Members {
		lost := m.lost() && !v.Group.Suspends("HealthCheck")
		replaced := !v.Group.Suspends("ReplaceUnhealthy") && !v.Group.Suspends("Terminate")
		switch {
		case m.State == astypes.LifecycleStateTerminating:
			if m.Instance == types.InstanceStateNameTerminated || m.Instance == "" {
				p.Gone = append(p.Gone, m.Member)
			}
			continue
		case m.Termination != "":
			p.Out = append(p.Out, Exit{Member: m.Member})
			continue
		case (lost || m.Lost) && replaced:
			p.Out = append(p.Out, Exit{m.Member, v.at() + "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped."})
			unhealthy++
			continue
		case m.Unhealthy && replaced:
			p.Out = append(p.Out, Exit{m.Member, v.at() + "an instance was taken out of service in response to a user health-check."})
			unhealthy++
			continue
		case lost && !m.Lost:
			p.Lost = append(p.Lost, m.Member)
		case m.State == astypes.LifecycleStatePending && m.Instance == types.InstanceStateNameRunning:
			p.InService = append(p.InService, m.Member)
		}
		active = append(active, m)
	}
	return active, unhealthy
}

// lost reports whether EC2 says that the instance does not run.
func (m GroupMember) lost() bool {
	return m.Instance != types.InstanceStateNamePending && m.Instance != types.InstanceStateNameRunning
}

// launch starts instances in the zones that have the fewest; the first ones in place of
// those that are unhealthy.
func (v GroupView) launch(p *GroupPlan, active []GroupMember, missing, unhealthy int) {
	if v.Group.Suspends("Launch") || len(v.Subnets) == 0 {
		return
	}
	if at := v.retryAt(); v.Now.Before(at) {
		p.WakeAt = at
		return
	}
	cause := v.change() + v.difference("started", "increasing", len(active)+min(unhealthy, missing), int(v.Group.Desired))
	if unhealthy < missing && v.early(p, v.Delays.Launch) {
		missing = unhealthy
	}
	zones, subnets := map[string]int{}, map[string]int{}
	for _, m := range active {
		zones[m.Zone]++
		subnets[m.Subnet]++
	}
	for n := range missing {
		subnet := slices.MinFunc(v.Subnets, func(a, b *state.Subnet) int {
			return cmp.Or(cmp.Compare(zones[a.Zone], zones[b.Zone]), strings.Compare(a.Zone, b.Zone),
				cmp.Compare(subnets[a.ID], subnets[b.ID]), strings.Compare(a.ID, b.ID))
		})
		zones[subnet.Zone]++
		subnets[subnet.ID]++
		start := Start{subnet, cause}
		if n < unhealthy {
			start.Cause = v.at() + "an instance was launched in response to an unhealthy instance needing to be replaced."
		} else {
			p.Explained = v.unexplained()
		}
		p.Launch = append(p.Launch, start)
	}
}

// longestCause is how long the cause of an activity can be. Source: EC2 Auto Scaling API
// reference, Activity.
const longestCause = 1023

// scaleIn takes out instances that are not protected. Each activity names all of them, as
// far as a cause is long enough.
func (v GroupView) scaleIn(p *GroupPlan, active []GroupMember, surplus int) {
	if v.Group.Suspends("Terminate") || v.early(p, v.Delays.Terminate) {
		return
	}
	selected := v.selectForTermination(active, surplus)
	cause := v.change() + v.difference("taken out of service", "shrinking", len(active), len(active)-len(selected))
	for _, m := range selected {
		one := "  " + v.at() + fmt.Sprintf("instance %s was selected for termination.", m.InstanceID)
		if len(cause)+len(one) > longestCause {
			break
		}
		cause += one
	}
	for _, m := range selected {
		p.Out = append(p.Out, Exit{m.Member, cause})
		p.Explained = v.unexplained()
	}
}

// early reports whether the time has not come to do what the last request asks for.
func (v GroupView) early(p *GroupPlan, delay time.Duration) bool {
	if delay == 0 || !v.unexplained() {
		return false
	}
	due := v.Group.Change.At.Add(delay)
	if v.Now.Before(due) {
		p.WakeAt = due
		return true
	}
	return false
}

// How long a group waits after a launch that failed: twice as long each time. AWS waits,
// too; how long is the emulator's own.
const (
	firstRelaunch = time.Minute
	lastRelaunch  = 15 * time.Minute
)

// retryAt is when a launch is tried after one that failed: at once if the group has been
// updated since, or somebody has asked for another capacity.
func (v GroupView) retryAt() time.Time {
	g := v.Group
	asked := g.Change != nil && g.Change.At.After(g.FailedAt)
	if g.Failures == 0 || g.UpdatedAt.After(g.FailedAt) || asked {
		return time.Time{}
	}
	return g.FailedAt.Add(min(firstRelaunch<<min(g.Failures-1, 4), lastRelaunch))
}

// unexplained reports whether no activity has told of the last request.
func (v GroupView) unexplained() bool {
	return v.Group.Change != nil && v.Group.Change.At.After(v.Group.Explained)
}

// Sentences of causes, two blanks between them. Source: recorded answers; field reports.

func (v GroupView) change() string {
	if !v.unexplained() {
		return ""
	}
	return "At " + v.Group.Change.At.UTC().Format(time.RFC3339) + " " + v.Group.Change.Text + ".  "
}

func (v GroupView) difference(what, how string, from, to int) string {
	return v.at() + fmt.Sprintf("an instance was %s in response to a difference between desired and actual capacity, %s the capacity from %d to %d.", what, how, from, to)
}

func (v GroupView) at() string { return "At " + v.Now.UTC().Format(time.RFC3339) + " " }
