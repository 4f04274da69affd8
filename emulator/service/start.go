package service

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/placement"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/task"
	"github.com/ecs-emulator/ecs-emulator/emulator/taskdef"
)

func (v StartTasks) apply(c *change) {
	l, err := c.launch(v.DeploymentID)
	if err != nil {
		c.err = fmt.Errorf("start tasks of deployment %s: %w", v.DeploymentID, err)
		return
	}
	var ids []string
	for range v.N {
		t := l.next()
		c.tx.AddTask(t)
		ids = append(ids, arn.Name(t.ARN))
	}
	replacing := v.Replacing
	for batch := range slices.Chunk(ids, batchSize) {
		c.say(startedTasks(c.service.Name, batch, min(replacing, len(batch))))
		replacing -= min(replacing, len(batch))
	}
}

// launch makes tasks of one deployment, spread over the zones of its subnets and
// the capacity providers of its strategy.
type launch struct {
	request  task.Request
	strategy []types.CapacityProviderStrategyItem
	subnets  []*state.Subnet
	// Tasks of the deployment that are there.
	byProvider, bySubnet map[string]int
}

func (c *change) launch(deploymentID string) (*launch, error) {
	s := c.service
	at := slices.IndexFunc(s.Deployments, func(d *state.Deployment) bool { return d.ID == deploymentID })
	r := s.Deployments[at].Revision
	definition := definitionOf(c.tx, r)
	resolved, err := taskdef.ApplyOverrides(definition.Definition(), nil, types.LaunchTypeFargate)
	if err != nil {
		return nil, err
	}
	cluster, vpc := c.tx.Cluster(s.ClusterARN), vpcConfiguration(r)
	l := &launch{
		request: task.Request{
			Cluster: cluster, Definition: definition.Definition(), Resolved: resolved,
			LaunchType: types.LaunchTypeFargate, PlatformVersion: r.PlatformVersion,
			SecurityGroups: vpc.SecurityGroups, AssignPublicIP: vpc.AssignPublicIp == types.AssignPublicIpEnabled,
			Group: "service:" + s.Name, StartedBy: deploymentID, ServiceARN: s.ARN, DeploymentID: deploymentID,
			EnableExecuteCommand: s.EnableExecuteCommand, Tags: taskTags(s, cluster, definition), Now: c.now,
		},
		strategy: r.CapacityProviderStrategy, subnets: c.subnets(vpc.Subnets),
		byProvider: map[string]int{}, bySubnet: map[string]int{},
	}
	if len(l.request.SecurityGroups) == 0 {
		l.request.SecurityGroups = []string{state.DefaultSecurityGroup}
	}
	for _, p := range c.tx.ServiceSummary(s.ARN).Placed {
		if p.DeploymentID == deploymentID {
			l.byProvider[p.CapacityProvider] += p.Active
			l.bySubnet[p.SubnetID] += p.Active
		}
	}
	return l, nil
}

// next makes one more task.
func (l *launch) next() *state.Task {
	l.request.CapacityProvider = placement.NextProvider(l.strategy, l.byProvider)
	l.request.Subnet = placement.Subnet(l.subnets, l.bySubnet)
	l.byProvider[l.request.CapacityProvider]++
	l.bySubnet[l.request.Subnet.ID]++
	return task.New(l.request)
}

// subnets finds those of a network configuration; they existed when it was made.
// Should none be there, the default ones stand in.
func (c *change) subnets(ids []string) []*state.Subnet {
	scope := arn.ScopeOf(c.service.ARN)
	var subnets []*state.Subnet
	for _, id := range ids {
		if s := c.tx.Subnet(scope, id); s != nil {
			subnets = append(subnets, s)
		}
	}
	if len(subnets) == 0 {
		return c.tx.Subnets(scope)
	}
	return subnets
}

// taskTags are those that a service's tasks inherit, and those of ECS.
// Source: ECS developer guide, tagging resources.
func taskTags(s *state.Service, cluster *state.Cluster, definition *state.TaskDefinition) []types.Tag {
	var tags []types.Tag
	switch s.PropagateTags {
	case types.PropagateTagsTaskDefinition:
		tags = slices.Clone(definition.Tags)
	case types.PropagateTagsService:
		tags = slices.Clone(s.Tags)
	}
	if s.EnableECSManagedTags {
		tags = append(tags,
			types.Tag{Key: aws.String("aws:ecs:clusterName"), Value: aws.String(cluster.Name)},
			types.Tag{Key: aws.String("aws:ecs:serviceName"), Value: aws.String(s.Name)})
	}
	return tags
}
