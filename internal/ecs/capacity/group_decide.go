package capacity

import (
	"time"

	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
)

// GroupDelays are how long EC2 Auto Scaling takes for what could be done at once. The zero
// value is none.
type GroupDelays struct {
	Launch    time.Duration // from a request for more instances to their launch
	Terminate time.Duration // from a request for fewer to the choice of those that go
	Proceed   time.Duration // from the end of the launch hooks to service
}

// GroupView is what a decision about an Auto Scaling group needs.
type GroupView struct {
	Group   *autoscaling.Group
	Members []GroupMember
	Hooks   []*autoscaling.LifecycleHook // in order of their names
	Subnets []*ec2network.Subnet         // where it may launch
	Free    func(*ec2network.Subnet) int // addresses, when the view was taken
	Outages *outage.View                 // for which Free accounts
	Engines *engineroom.View             // what instances are launched on
	Again   time.Time                    // when an outage ended last
	Now     time.Time
	Delays  GroupDelays
}

type GroupMember struct {
	*autoscaling.Member
	Instance types.InstanceStateName // empty if EC2 has forgotten it
	Age      Age
	Spot     bool
	Work     bool // it has tasks, and managed termination protection keeps it
}

// GroupPlan is what shall be done with a group now.
type GroupPlan struct {
	Wait      []Stay                // they run now, and wait for launch hooks
	Expired   []Expiry              // they wait on
	Proceed   []*autoscaling.Member // launch hooks are done with them
	InService []*autoscaling.Member // they run now
	Leave     []*autoscaling.Member // termination hooks are done with them
	Gone      []*autoscaling.Member // they are terminated
	Lost      []*autoscaling.Member // they do not run, which is not recorded yet
	Out       []Exit                // they are to be terminated
	Launch    []Start
	Refused   []Start // their subnets are full
	Short     bool    // fewer are launched than are missing
	// Explained: activities tell of the last request.
	Explained bool
	Kept      string    // the cause of an activity: protection keeps instances that are too many
	Delete    bool      // the group has ended
	WakeAt    time.Time // when to decide again though nothing has changed; zero is never
}

// Exit is an instance that is taken out of service.
type Exit struct {
	Member *autoscaling.Member
	Cause  string // of a new activity; empty where Member.Termination has begun one
	// Hooks are those that it waits for first.
	Hooks []*autoscaling.LifecycleHook
	// Abandoned is why a launch hook does not let it come into service; or empty.
	Abandoned string
}

// Start is an instance that is launched.
type Start struct {
	Subnet *ec2network.Subnet
	Cause  string
	Spot   bool // a mixed instances policy wants a Spot Instance
}

// empty reports whether there is nothing to write.
func (p GroupPlan) empty() bool {
	return len(p.Wait)+len(p.Expired)+len(p.Proceed)+len(p.InService)+len(p.Leave) == 0 &&
		len(p.Gone)+len(p.Lost)+len(p.Out)+len(p.Launch)+len(p.Refused) == 0 && p.Kept == "" && !p.Delete
}

// wake has the group decided about at a time at the latest.
func (p *GroupPlan) wake(at time.Time) {
	if p.WakeAt.IsZero() || at.Before(p.WakeAt) {
		p.WakeAt = at
	}
}

// DecideGroup says what shall be done with a group.
func DecideGroup(v GroupView) (p GroupPlan) {
	v.decide(&p)
	p.settle()
	return p
}

func (v GroupView) decide(p *GroupPlan) {
	active, unhealthy := v.classify(p)
	if v.Group.ForceDeleted {
		for _, m := range active {
			p.Out = append(p.Out, v.exit(m, v.change()+v.difference("taken out of service", "shrinking", len(active), 0)))
		}
		p.Delete = len(v.Members) == len(p.Gone)
		return
	}
	switch missing := int(v.Group.Desired) - len(active); {
	case missing > 0:
		v.launch(p, active, missing, unhealthy)
	case missing < 0:
		v.scaleIn(p, active, -missing)
	}
}

// classify sees to what has become of instances, and returns those that count: the ones
// that are not on their way out. unhealthy is how many now leave for their health.
// Source: EC2 Auto Scaling user guide, instance lifecycle and health checks.
func (v GroupView) classify(p *GroupPlan) (active []GroupMember, unhealthy int) {
	for _, m := range v.Members {
		lost := m.lost() && !v.Group.Suspends("HealthCheck")
		replaced := !v.Group.Suspends("ReplaceUnhealthy") && !v.Group.Suspends("Terminate")
		switch {
		case m.Leaves():
			v.leave(p, m)
			continue
		case m.Termination != "":
			p.Out = append(p.Out, v.exit(m, ""))
			continue
		case (lost || m.Lost) && replaced:
			p.Out = append(p.Out, v.exit(m, v.at()+"an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped."))
			unhealthy++
			continue
		case m.Unhealthy && replaced:
			p.Out = append(p.Out, v.exit(m, v.at()+"an instance was taken out of service in response to a user health-check."))
			unhealthy++
			continue
		case lost && !m.Lost:
			p.Lost = append(p.Lost, m.Member)
		case m.State == astypes.LifecycleStatePending && m.Instance == types.InstanceStateNameRunning:
			v.arrive(p, m)
		case m.State == astypes.LifecycleStatePendingWait:
			if !v.launchWait(p, m) {
				continue
			}
		case m.State == astypes.LifecycleStatePendingProceed:
			v.launchProceed(p, m)
		}
		active = append(active, m)
	}
	return active, unhealthy
}

// lost reports whether EC2 says that the instance does not run.
func (m GroupMember) lost() bool {
	return m.Instance != types.InstanceStateNamePending && m.Instance != types.InstanceStateNameRunning
}

// terminated reports whether EC2 says that it is, or has forgotten it.
func (m GroupMember) terminated() bool {
	return m.Instance == types.InstanceStateNameTerminated || m.Instance == ""
}

// early reports whether the time has not come to do what the last request asks for.
func (v GroupView) early(p *GroupPlan, delay time.Duration) bool {
	if delay == 0 || !v.unexplained() {
		return false
	}
	due := v.Group.Change.At.Add(delay)
	if v.Now.Before(due) {
		p.wake(due)
		return true
	}
	return false
}
