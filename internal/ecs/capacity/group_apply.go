package capacity

import (
	"errors"
	"slices"
	"time"

	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// read gathers what a decision needs; ok is false when there is no such group.
func (c *GroupController) read(tx *store.Tx, key string) (v GroupView, ok bool) {
	g := autoscaling.GroupAt(tx, key)
	if g == nil {
		return v, false
	}
	outages := c.Outages.View()
	v = GroupView{Group: g, Outages: outages, Engines: c.Engines.View(), Free: ec2.RoomIn(tx, state.TaskInterfaces(tx)).Without(outages).Free, Now: c.Clock.Now(), Delays: c.Delays}
	if again := c.again.Load(); again != nil {
		v.Again = *again
	}
	v.Hooks = autoscaling.LifecycleHooks(tx, g)
	works := work(tx, g)
	for _, m := range autoscaling.Members.List(tx, g) {
		member := GroupMember{Member: m, Age: ageOf(tx, g, m), Work: works(m)}
		if i := ec2.FindInstance(tx, g.Scope, m.InstanceID); i != nil {
			member.Instance, member.Spot = i.State(), i.Spot != nil
		}
		v.Members = append(v.Members, member)
	}
	for _, id := range g.Subnets {
		if subnet := ec2network.FindSubnet(tx, g.Scope, id); subnet != nil {
			v.Subnets = append(v.Subnets, subnet)
		}
	}
	if len(g.Subnets) == 0 {
		v.Subnets = slices.DeleteFunc(ec2network.DefaultSubnets(tx, g.Scope), func(s *ec2network.Subnet) bool { return !slices.Contains(g.Zones, s.Zone) })
	}
	return v, true
}

// applyGroup writes a plan. Instances, what they are to their group and the activities that
// tell of them begin and end together, so that nothing is launched twice.
func applyGroup(tx *store.Tx, v GroupView, p GroupPlan) {
	applyHooks(tx, v, p)
	for _, m := range p.InService {
		autoscaling.FinishActivity(tx, m.Scope, m.Activity, v.Now)
		announceActivity(tx, m, true)
		running := *m
		running.Come(astypes.LifecycleStateInService, v.Now)
		running.Activity = ""
		autoscaling.Members.Put(tx, &running)
	}
	for _, m := range p.Lost {
		lost := *m
		lost.Lost = true
		autoscaling.Members.Put(tx, &lost)
	}
	for _, m := range p.Gone {
		autoscaling.FinishActivity(tx, m.Scope, m.Activity, v.Now)
		announceActivity(tx, m, false)
		autoscaling.Members.Delete(tx, m)
	}
	for _, exit := range p.Out {
		takeOut(tx, v, exit)
	}
	if p.Kept != "" {
		tellKept(tx, v, p.Kept)
	}
	g := *v.Group
	if p.Explained {
		g.Explained = g.Change.At
	}
	if p.Delete {
		autoscaling.DeleteGroup(tx, &g, v.Now)
		return
	}
	launches := len(p.Launch)+len(p.Refused) > 0
	if launches {
		launchAll(tx, v, &g, p)
	}
	if p.Explained || launches {
		autoscaling.PutGroup(tx, &g)
	}
}

// takeOut asks for the end of an instance, or has it wait for termination hooks.
func takeOut(tx *store.Tx, v GroupView, exit Exit) {
	m := *exit.Member
	switch { // was it still to come into service?
	case m.Activity == "":
	case exit.Abandoned != "":
		autoscaling.CancelActivity(tx, m.Scope, m.Activity, exit.Abandoned, v.Now)
	default:
		autoscaling.FinishActivity(tx, m.Scope, m.Activity, v.Now)
	}
	if m.Activity = m.Termination; exit.Cause != "" {
		begun := autoscaling.NewActivity(v.Group, v.Now)
		begun.Description, begun.Cause, begun.Zone, begun.Subnet = "Terminating EC2 instance: "+m.InstanceID, exit.Cause, m.Zone, m.Subnet
		autoscaling.PutActivity(tx, begun)
		m.Activity = begun.ID
	}
	if len(exit.Hooks) == 0 {
		terminate(tx, v, &m, astypes.LifecycleStateTerminating)
		return
	}
	hold(tx, v, &m, exit.Hooks, astypes.LifecycleStateTerminatingWait)
	autoscaling.ProgressActivity(tx, m.Scope, m.Activity, autoscaling.MidTerminating, terminationWaits)
	autoscaling.Members.Put(tx, &m)
}

// groupTerminates is the reason of instances that their group terminates. Source: field
// reports.
var groupTerminates = ec2.Reason{
	Code: "Client.UserInitiatedShutdown", Message: "Client.UserInitiatedShutdown: User initiated shutdown", Transition: "User initiated",
}

// launchAll launches instances, and says in activities why some cannot be.
func launchAll(tx *store.Tx, v GroupView, g *autoscaling.Group, p GroupPlan) {
	room, failed := ec2.RoomIn(tx, state.TaskInterfaces(tx)).Without(v.Outages).On(v.Engines), p.Short
	for _, start := range p.Refused {
		fail(tx, begin(v, start), room.Refusal(start.Subnet), v.Now)
		if o := room.Lack(start.Subnet); o != nil {
			o.ActedIn(tx, g.ARN())
		}
	}
	for n, start := range p.Launch {
		begun := begin(v, start)
		if err := launch(tx, room, v, start, begun); err != nil {
			fail(tx, begun, err, v.Now)
			if failed = true; n == 0 {
				g.Explained = v.Group.Explained
			}
			break
		}
		g.Failures = 0
	}
	if failed {
		g.FailedAt = v.Now
		g.Failures++
	}
}

// begin is the activity of a launch.
func begin(v GroupView, start Start) *autoscaling.Activity {
	begun := autoscaling.NewActivity(v.Group, v.Now)
	begun.Cause, begun.Zone, begun.Subnet = start.Cause, start.Subnet.Zone, start.Subnet.ID
	return begun
}

func launch(tx *store.Tx, room *ec2.Room, v GroupView, start Start, begun *autoscaling.Activity) error {
	g := v.Group
	spec, template, err := launchSpec(tx, g, start)
	if err != nil {
		return err
	}
	spec.Count, spec.At = 1, v.Now
	launched, err := ec2.Launch(tx, room, spec)
	if err != nil {
		return err
	}
	i := launched[0]
	begun.Description, begun.Progress = "Launching a new EC2 instance: "+i.ID, 30
	autoscaling.PutActivity(tx, begun)
	autoscaling.Members.Put(tx, &autoscaling.Member{
		Scope: g.Scope, Group: g.Name, InstanceID: i.ID, Zone: i.Zone, Subnet: i.Subnet, Type: i.Type, LaunchedAt: v.Now,
		LaunchTemplate: template, LaunchConfiguration: g.Source.LaunchConfiguration, State: astypes.LifecycleStatePending, StateAt: v.Now,
		Activity: begun.ID, Protected: g.Protected,
	})
	return nil
}

// fail ends an activity without an instance. Source: EC2 Auto Scaling user guide,
// troubleshooting.
func fail(tx *store.Tx, a *autoscaling.Activity, why error, now time.Time) {
	text := why.Error()
	var refused *ec2.Error
	if errors.As(why, &refused) {
		text = refused.Message
	}
	a.StatusMessage = text + " Launching EC2 instance failed."
	a.Description = "Launching a new EC2 instance.  Status Reason: " + a.StatusMessage
	a.Status, a.Progress, a.EndTime = astypes.ScalingActivityStatusCodeFailed, 100, now
	autoscaling.PutActivity(tx, a)
	autoscaling.AnnounceActivity(tx, activityEvent(a, nil, true), now)
}

// announceActivity tells EventBridge that the activity has ended by which a member came into service or went.
func announceActivity(tx *store.Tx, m *autoscaling.Member, launches bool) {
	if a := autoscaling.FindActivity(tx, m.Scope, m.Activity); a != nil {
		autoscaling.AnnounceActivity(tx, activityEvent(a, m, launches), a.EndTime)
	}
}

// activityEvent is what EventBridge is told of an activity; m is nil if it has no instance.
func activityEvent(a *autoscaling.Activity, m *autoscaling.Member, launches bool) autoscaling.ActivityChange {
	told := autoscaling.ActivityChange{
		ActivityID: a.ID, GroupARN: a.GroupARN, Group: a.Group, Launches: launches, Failed: a.Status == astypes.ScalingActivityStatusCodeFailed,
		Description: a.Description, Cause: a.Cause, Status: string(a.Status), StatusMessage: a.StatusMessage, Zone: a.Zone, Subnet: a.Subnet,
		StartTime: a.StartTime, EndTime: a.EndTime,
	}
	if m != nil {
		told.InstanceID, told.InstanceARN = m.InstanceID, (&ec2.Instance{Scope: m.Scope, ID: m.InstanceID}).ARN()
	}
	return told
}
