package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Instances are EC2 instances that join a cluster, for AddInstances and the file of --capacity; see package emulator.
type Instances struct {
	Cluster          string            `json:"cluster"`
	InstanceType     string            `json:"instanceType"`
	Count            int               `json:"count"`
	AvailabilityZone string            `json:"availabilityZone"`
	Attributes       map[string]string `json:"attributes"`
	Tags             map[string]string `json:"tags"`
	ImageID          string            `json:"imageId"`
}

// maxInstances bounds one request, so that a mistake is not taken for a wish.
const maxInstances = 20_000

// AddInstances launches EC2 instances and returns when they are container instances, in
// status ACTIVE. It returns their ARNs.
func (c *EC2) AddInstances(ctx context.Context, wanted Instances) (arns []string, err error) {
	watch := c.Store.Watch(0, ec2.OnInstances())
	defer watch.Close()
	ids, err := c.launch(ctx, wanted, "")
	if err != nil {
		return nil, fmt.Errorf("add instances: %w", err)
	}
	for _, id := range ids {
		for {
			if i := ec2.FindInstance(c.Store.Read(), c.Scope, id); i == nil || i.Wanted != types.InstanceStateNameRunning {
				return arns, fmt.Errorf("add instances: %s was stopped meanwhile", id)
			} else if i.ContainerInstance != "" {
				arns = append(arns, i.ContainerInstance)
				break
			}
			key, err := watch.Next(ctx)
			if err != nil {
				return arns, fmt.Errorf("add instances: wait for %s: %w", id, err)
			}
			watch.Done(key)
		}
	}
	return arns, nil
}

// launch launches instances and returns their ids. Those that an earlier run has launched
// with the same token count; an empty token is none.
func (c *EC2) launch(ctx context.Context, wanted Instances, token string) (ids []string, err error) {
	wanted.Cluster = cmp.Or(wanted.Cluster, "default")
	wanted.InstanceType = cmp.Or(wanted.InstanceType, "t3.medium")
	wanted.Count = cmp.Or(wanted.Count, 1)
	if wanted.Count < 0 || wanted.Count > maxInstances {
		return nil, fmt.Errorf("count %d is not between 1 and %d", wanted.Count, maxInstances)
	}
	subnets, err := c.subnetsOf(wanted.AvailabilityZone)
	if err != nil {
		return nil, err
	}
	if err := c.Client.Do(ctx, apiclient.Root(c.Scope), apiclient.ECS("CreateCluster"), &ecs.CreateClusterInput{ClusterName: &wanted.Cluster}, nil); err != nil {
		return nil, fmt.Errorf("make cluster %s: %w", wanted.Cluster, err)
	}
	err = c.Store.Update(func(tx *store.Tx) error {
		ids = nil
		t := ec2.FindInstanceType(tx, wanted.InstanceType)
		if t == nil {
			return fmt.Errorf("instance type %s is not known; a capacity file may add it", wanted.InstanceType)
		}
		there, joining := 0, 0
		for _, i := range ec2.Instances(tx, c.Scope) {
			if i.Wanted == types.InstanceStateNameTerminated {
				continue
			}
			if token != "" && i.ClientToken == token {
				there++
			}
			if i.Wanted == types.InstanceStateNameRunning && i.Agent.Cluster == wanted.Cluster && i.ContainerInstance == "" {
				joining++
			}
		}
		registered, more := state.FindClusterSummary(tx, c.Scope.Cluster(wanted.Cluster)).ContainerInstances, wanted.Count-there
		if more > 0 && !c.Quotas.Allows(quota.ContainerInstances, registered+joining+more) {
			return fmt.Errorf("the quota %s leaves no room for %d more in cluster %s", quota.ContainerInstances, more, wanted.Cluster)
		}
		room := ec2.RoomIn(tx, state.TaskInterfaces(tx)).Without(c.Outages.View()).On(c.EngineRoom.View())
		for n := there; n < wanted.Count; n++ {
			spec := wanted.spec(c.Scope, t)
			spec.PublicIP = new(bool) // they may be thousands, and public addresses are few
			spec.At, spec.Subnet, spec.ClientToken = c.Clock.Now(), subnets[n%len(subnets)], token
			launched, err := ec2.Launch(tx, room, spec)
			if err != nil {
				return err
			}
			ids = append(ids, launched[0].ID)
		}
		return nil
	})
	return ids, err
}

func (c *EC2) subnetsOf(zone string) (found []*ec2network.Subnet, err error) {
	all, _ := ec2network.DefaultNetwork(c.Scope)
	for _, subnet := range all {
		if zone == "" || subnet.Zone == zone {
			found = append(found, subnet)
		}
	}
	if found == nil {
		return nil, fmt.Errorf("availability zone %q is none of %v", zone, ec2network.Zones(c.Scope.Region))
	}
	return found, nil
}

func (i Instances) spec(scope arn.Scope, t *ec2.InstanceType) ec2.Spec {
	agent := &ec2.Agent{Cluster: i.Cluster}
	for _, name := range slices.Sorted(maps.Keys(i.Attributes)) {
		agent.Attributes = append(agent.Attributes, ecstypes.Attribute{Name: &name, Value: aws.String(i.Attributes[name])})
	}
	for _, key := range slices.Sorted(maps.Keys(i.Tags)) {
		agent.Tags = append(agent.Tags, ecstypes.Tag{Key: &key, Value: aws.String(i.Tags[key])})
	}
	spec := ec2.Spec{Scope: scope, Count: 1, Type: t.Name, Image: i.ImageID, Tags: maps.Clone(i.Tags), Agent: agent}
	if image := ec2.DefaultImage(scope.Region, t); spec.Image == "" && image != nil {
		spec.Image = image.ID
	}
	return spec
}
