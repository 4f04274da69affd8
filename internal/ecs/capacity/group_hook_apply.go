package capacity

import (
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// How far an activity has come while its instance waits. Source: recorded answers.
const (
	launchWaits      = 40
	terminationWaits = 60
)

// applyHooks writes what a plan says about instances that begin to wait, wait on, or wait no longer.
func applyHooks(tx *store.Tx, v GroupView, p GroupPlan) {
	for _, stay := range p.Wait {
		m := *stay.Member
		hold(tx, v, &m, stay.Hooks, astypes.LifecycleStatePendingWait)
		autoscaling.ProgressActivity(tx, m.Scope, m.Activity, astypes.ScalingActivityStatusCodeMidLifecycleAction, launchWaits)
		autoscaling.Members.Put(tx, &m)
	}
	for _, expiry := range p.Expired {
		m := *expiry.Member
		m.Actions = expiry.Actions
		autoscaling.Members.Put(tx, &m)
	}
	for _, member := range p.Proceed {
		m := *member
		m.Come(astypes.LifecycleStatePendingProceed, v.Now)
		autoscaling.ProgressActivity(tx, m.Scope, m.Activity, astypes.ScalingActivityStatusCodeInProgress, launchWaits)
		autoscaling.Members.Put(tx, &m)
	}
	for _, member := range p.Leave {
		m := *member
		autoscaling.ProgressActivity(tx, m.Scope, m.Activity, astypes.ScalingActivityStatusCodeInProgress, terminationWaits)
		terminate(tx, v, &m, astypes.LifecycleStateTerminatingProceed)
	}
}

// hold brings a member to a state in which it waits for hooks, and tells each of them.
func hold(tx *store.Tx, v GroupView, m *autoscaling.Member, hooks []*autoscaling.LifecycleHook, in astypes.LifecycleState) {
	var actions []autoscaling.LifecycleAction
	for _, h := range hooks {
		a := autoscaling.NewLifecycleAction(h, v.Now)
		actions = append(actions, a)
		autoscaling.AnnounceLifecycle(tx, autoscaling.LifecycleChange{
			GroupARN: v.Group.ARN(), Group: v.Group.Name, InstanceID: m.InstanceID, Token: a.Token, Hook: h.Name,
			Launches: in == astypes.LifecycleStatePendingWait, Metadata: h.Metadata,
		}, v.Now)
	}
	m.Come(in, v.Now, actions...)
}

// terminate has EC2 terminate the instance of a member, and writes the state that the member has then.
func terminate(tx *store.Tx, v GroupView, m *autoscaling.Member, in astypes.LifecycleState) {
	i := ec2.FindInstance(tx, m.Scope, m.InstanceID)
	m.Come(in, v.Now)
	m.Lost = m.Lost || i == nil || i.Wanted != types.InstanceStateNameRunning
	autoscaling.Members.Put(tx, m)
	if i != nil {
		ec2.PutInstance(tx, i.Want(types.InstanceStateNameTerminated, groupTerminates, v.Now))
	}
}
