package capacity

import (
	"slices"
	"time"

	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
)

// Stay is an instance that runs now and is to wait for the launch hooks of its group.
type Stay struct {
	Member *autoscaling.Member
	Hooks  []*autoscaling.LifecycleHook
}

// Expiry is an instance that goes on waiting, while the time of some of its actions is over.
type Expiry struct {
	Member  *autoscaling.Member
	Actions []autoscaling.LifecycleAction
}

func (v GroupView) hooks(transition string) (found []*autoscaling.LifecycleHook) {
	for _, h := range v.Hooks {
		if h.Transition == transition {
			found = append(found, h)
		}
	}
	return found
}

// arrive is for an instance that has started: it comes into service unless there are launch hooks.
func (v GroupView) arrive(p *GroupPlan, m GroupMember) {
	if hooks := v.hooks(autoscaling.Launching); len(hooks) > 0 {
		p.Wait = append(p.Wait, Stay{m.Member, hooks})
		return
	}
	p.InService = append(p.InService, m.Member)
}

// launchWait is for an instance in Pending:Wait. It reports whether the instance still counts: one that
// a hook has abandoned leaves, and the group launches another one. Its other hooks end with that.
//
// Source: EC2 Auto Scaling user guide, lifecycle hooks; field reports for the cause.
func (v GroupView) launchWait(p *GroupPlan, m GroupMember) bool {
	switch actions, over, abandoned := v.judge(p, m); {
	case abandoned != nil:
		exit := v.exit(m, v.at()+"an instance was taken out of service in response to a launch failure.")
		exit.Abandoned = whyAbandoned(*abandoned)
		p.Out = append(p.Out, exit)
		return false
	case over:
		p.Proceed = append(p.Proceed, m.Member)
	case actions != nil:
		p.Expired = append(p.Expired, Expiry{m.Member, actions})
	}
	return true
}

// launchProceed is for an instance in Pending:Proceed, which comes into service.
func (v GroupView) launchProceed(p *GroupPlan, m GroupMember) {
	if due := m.StateAt.Add(v.Delays.Proceed); v.Now.Before(due) {
		p.wake(due)
		return
	}
	p.InService = append(p.InService, m.Member)
}

// leave is for an instance on its way out: one in Terminating:Wait still runs, and goes on when its
// hooks are done, when one of them abandons it, or when its group is deleted with force.
//
// Source: EC2 Auto Scaling user guide, lifecycle hooks; API reference, DeleteAutoScalingGroup.
func (v GroupView) leave(p *GroupPlan, m GroupMember) {
	if m.State != astypes.LifecycleStateTerminatingWait {
		if m.terminated() {
			p.Gone = append(p.Gone, m.Member)
		}
		return
	}
	switch actions, over, _ := v.judge(p, m); {
	case over || v.Group.ForceDeleted:
		p.Leave = append(p.Leave, m.Member)
	case actions != nil:
		p.Expired = append(p.Expired, Expiry{m.Member, actions})
	}
}

// judge looks at what an instance waits for. Actions whose time is over have the default result of
// their hook. The wait is over when all have a result, or when one is abandoned. actions are the ones
// to write, nil if they are as before.
//
// Source: EC2 Auto Scaling user guide, lifecycle hooks; ECS developer guide, managed instance draining.
func (v GroupView) judge(p *GroupPlan, m GroupMember) (actions []autoscaling.LifecycleAction, over bool, abandoned *autoscaling.LifecycleAction) {
	over = true
	var next time.Time
	for n, a := range m.Actions {
		if due := deadline(a); a.Result == "" && !v.Now.Before(due) {
			a.Result, a.TimedOut = a.DefaultResult, true
			if actions == nil {
				actions = slices.Clone(m.Actions)
			}
			actions[n] = a
		} else if a.Result == "" {
			over = false
			if next.IsZero() || due.Before(next) {
				next = due
			}
		}
		if a.Result == autoscaling.Abandon && abandoned == nil {
			abandoned = &a
		}
	}
	if over = over || abandoned != nil; !over {
		p.wake(next)
	}
	return actions, over, abandoned
}

// deadline is when an action times out. That of managed draining does not before its last deadline: ECS sends
// its heartbeats, and on AWS it has no time in which it does not run, as the emulator has between two starts.
func deadline(a autoscaling.LifecycleAction) time.Time {
	if a.Hook == capacityprovider.DrainingHook {
		return a.LastDeadline()
	}
	return a.Deadline()
}

// exit takes an instance out. One that is in service waits for the termination hooks of its group
// first, unless that is deleted with force. One that has yet to come into service goes at once; that
// AWS does so as well is known for no case but an abandoned launch.
func (v GroupView) exit(m GroupMember, cause string) Exit {
	e := Exit{Member: m.Member, Cause: cause}
	if !m.Launches() && !v.Group.ForceDeleted {
		e.Hooks = v.hooks(autoscaling.Terminating)
	}
	return e
}

// whyAbandoned is what the activity of a launch ends with.
// Source: EC2 Auto Scaling user guide, troubleshooting.
func whyAbandoned(a autoscaling.LifecycleAction) string {
	why := "Lifecycle Action Completed with ABANDON Result"
	if a.TimedOut {
		why = "Heartbeat Timeout"
	}
	return "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token " + a.Token + " was abandoned: " + why
}

// settle leaves out of the other lists who goes out now.
func (p *GroupPlan) settle() {
	out := map[*autoscaling.Member]bool{}
	for _, e := range p.Out {
		out[e.Member] = true
	}
	goes := func(m *autoscaling.Member) bool { return out[m] }
	p.InService = slices.DeleteFunc(p.InService, goes)
	p.Proceed = slices.DeleteFunc(p.Proceed, goes)
	p.Wait = slices.DeleteFunc(p.Wait, func(s Stay) bool { return out[s.Member] })
	p.Expired = slices.DeleteFunc(p.Expired, func(e Expiry) bool { return out[e.Member] })
}
