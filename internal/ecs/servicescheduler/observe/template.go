package observe

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// NewTemplate is what the tasks of a generation are made of; its task definition exists.
func NewTemplate(tx *store.Tx, s *state.Service, g *state.Generation, now time.Time) *task.Template {
	r, definition := g.Revision, DefinitionOf(tx, g.Revision)
	cluster, vpc := state.Clusters.Get(tx, s.ClusterARN), VPCConfiguration(r)
	if vpc == nil {
		vpc = &types.AwsVpcConfiguration{}
	}
	return task.NewTemplate(task.Request{
		Cluster: cluster, Definition: definition.Definition(), Resolved: taskdef.Unchanged(definition.Definition()),
		LaunchType: r.TasksLaunchType(), PlatformVersion: r.PlatformVersion,
		SecurityGroups: securityGroups(tx, s, r, vpc), AssignPublicIP: vpc.AssignPublicIp == types.AssignPublicIpEnabled,
		Group: groupOf(s), StartedBy: g.ID, ServiceARN: s.ARN, DeploymentID: g.ID, ServiceTraffic: r.ResolvedTraffic(),
		Connect:              g.Connect,
		EnableExecuteCommand: s.EnableExecuteCommand, Tags: taskTags(s, cluster, definition), Now: now,
		Volume: task.NewVolume(task.VolumeConfigurations(r.VolumeConfigurations), task.TagSources{
			Definition: definition.Tags, Service: s.Tags, Managed: s.EnableECSManagedTags, Cluster: cluster.Name, ServiceName: s.Name,
		}),
	})
}

// securityGroups are the groups of a network configuration, and the groups by which gateways reach the tasks.
func securityGroups(tx *store.Tx, s *state.Service, r *state.ServiceRevision, vpc *types.AwsVpcConfiguration) []string {
	groups := task.SecurityGroups(tx, arn.ScopeOf(s.ARN), vpc.SecurityGroups, vpc.Subnets)
	if r.Gateway == nil {
		return groups
	}
	return append(slices.Clone(groups), r.Gateway.SecurityGroups...)
}

// Subnets finds the subnets of a network configuration. No task starts while one is gone.
func Subnets(tx *store.Tx, scope arn.Scope, ids []string) []*ec2network.Subnet {
	var found []*ec2network.Subnet
	for _, id := range ids {
		if s := ec2network.FindSubnet(tx, scope, id); s != nil {
			found = append(found, s)
		}
	}
	return found
}

func taskTags(s *state.Service, cluster *state.Cluster, definition *taskdefinition.TaskDefinition) []types.Tag {
	var handedDown []types.Tag
	switch s.PropagateTags {
	case types.PropagateTagsTaskDefinition:
		handedDown = definition.Tags
	case types.PropagateTagsService:
		handedDown = s.Tags
	}
	return task.Tags(handedDown, nil, s.EnableECSManagedTags, cluster.Name, s.Name)
}

// DefinitionOf is the task definition of a revision, or nil when it is gone.
func DefinitionOf(tx *store.Tx, r *state.ServiceRevision) *taskdefinition.TaskDefinition {
	ref, err := taskdef.ParseRef(r.TaskDefinition)
	if err != nil {
		return nil
	}
	return taskdefinition.Find(tx, arn.Scope{Region: ref.Region, Account: ref.Account}, ref.Family, int(ref.Revision))
}

// VPCConfiguration is the network configuration of a revision whose tasks have network interfaces of their own; nil: of another.
func VPCConfiguration(r *state.ServiceRevision) *types.AwsVpcConfiguration {
	if r.NetworkConfiguration == nil || r.NetworkConfiguration.AwsvpcConfiguration == nil ||
		len(r.NetworkConfiguration.AwsvpcConfiguration.Subnets) == 0 {
		return nil
	}
	return r.NetworkConfiguration.AwsvpcConfiguration
}

// OnInstances reports whether tasks of a generation run on container instances. An older one's may
// where those of the PRIMARY one do not.
func OnInstances(g *state.Generation) bool {
	return g.Revision.TasksLaunchType() != types.LaunchTypeFargate
}

// groupOf is the group of a service's tasks. Source: ECS developer guide, task groups.
func groupOf(s *state.Service) string { return "service:" + s.Name }
