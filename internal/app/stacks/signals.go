package stacks

import (
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ready is whether an instance counts as its signal: it runs, and has joined the cluster that it was told. An ECS-optimized image
// without user data joins the cluster default only if there is one.
func (s *Stacks) ready(scope arn.Scope, instanceID string) bool {
	tx := s.Store.Read()
	i := ec2.FindInstance(tx, scope, instanceID)
	switch {
	case i == nil || i.State() != ec2types.InstanceStateNameRunning || len(i.Agent.Init) > 0: // cfn-init is still to say which
		return false
	case i.Agent.Cluster == "" || state.Registered(tx, scope, instanceID):
		return true
	}
	c := state.Clusters.Find(tx, scope, i.Agent.Cluster)
	return i.Agent.Cluster == "default" && (c == nil || c.Status != state.ClusterActive)
}

// tellReady has the log say once where signals come from that no program has sent.
func (s *Stacks) tellReady(stack, logicalID string, signalled []string) {
	if len(signalled) == 0 {
		return
	}
	s.once.Do(func() {
		s.Log.Info("no user data runs, so no instance sends a signal: one that runs, and has joined the cluster that it was told, counts as its signal",
			"stack", stack, "resource", logicalID, "instance", signalled[0])
	})
}
