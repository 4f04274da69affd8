package containerinstance

import (
	"context"
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// RegisterContainerInstance registers an instance by hand: ECS knows it, tasks are placed
// on it, and no agent of the emulator runs them. Its agent counts as connected from the
// start, which is the emulator's own: on AWS it is so as long as the agent polls.
//
// Source: ECS API reference (ECS0371); amazon-ecs-agent for what it sends and needs in the answer.
func (a *API) RegisterContainerInstance(ctx context.Context, in *sdk.RegisterContainerInstanceInput) (*sdk.RegisterContainerInstanceOutput, error) {
	wanted, err := newContainerInstance(ctx, in)
	if err != nil {
		return nil, err
	}
	var out types.ContainerInstance
	err = a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		now := a.Now()
		if in.ContainerInstanceArn != nil {
			if err := registerAgain(c, wanted, *in.ContainerInstanceArn); err != nil {
				return err
			}
		} else {
			if err := checkNotRun(c, wanted.EC2InstanceID); err != nil {
				return err
			}
			if registered := state.FindClusterSummary(c.Tx, c.Cluster.ARN).ContainerInstances; !a.Quotas.Allows(quota.ContainerInstances, registered+1) {
				return errTooManyInstances
			}
			wanted.ARN = c.Scope.ContainerInstance(c.Cluster.Name, arn.NewID())
			wanted.RegisteredAt = now
		}
		wanted.Registered.ENIs = networkInterfaces(c.Tx, wanted)
		wanted.CapacityProvider = capacityprovider.Of(c.Tx, c.Cluster, wanted)
		state.PutContainerInstance(c.Tx, wanted, now)
		out = describeContainerInstance(c.Tx, wanted, []types.ContainerInstanceField{types.ContainerInstanceFieldTags}, now)
		return nil
	})
	return &sdk.RegisterContainerInstanceOutput{ContainerInstance: &out}, kit.AgentsError(err)
}

// errTooManyInstances: how AWS says so is not published.
var errTooManyInstances = kit.ClientError("Container instance limit exceeded.")

// networkInterfaces is how many tasks can have one: as many as the instance type allows
// besides its own. A type that is not known has two, the fewest of any.
// Source: Amazon EC2 user guide, network interfaces of each instance type; ECS developer
// guide, external instances, which have none for tasks.
func networkInterfaces(tx *store.Tx, c *state.ContainerInstance) int {
	if c.LaunchType == types.LaunchTypeExternal {
		return 0
	}
	if name, ok := c.Attribute("ecs.instance-type"); ok {
		if t := ec2.FindInstanceType(tx, name); t != nil {
			return t.ENIs - 1
		}
	}
	return 1
}

// newContainerInstance is the container instance that a request describes. Attributes that
// ECS does not take are left out, which the agent finds out by itself (ECS0166).
func newContainerInstance(ctx context.Context, in *sdk.RegisterContainerInstanceInput) (*state.ContainerInstance, error) {
	resources, err := registeredResources(in.TotalResources, in.PlatformDevices)
	if err != nil {
		return nil, err
	}
	attributes := slices.DeleteFunc(slices.Clone(in.Attributes), malformedAttribute)
	if n := customAttributes(attributes); n > maxAttributes {
		return nil, kit.InvalidParameter(fmt.Sprintf("A container instance can have at most %d custom attributes.", maxAttributes))
	}
	if err := kit.CheckTags(ctx, in.Tags); err != nil {
		return nil, err
	}
	id := identityOf(in.InstanceIdentityDocument)
	c := &state.ContainerInstance{
		EC2InstanceID: id.InstanceID, ByHand: true, Status: state.InstanceActive, AgentConnected: true,
		Registered: resources, Tags: kit.OwnTags(in.Tags),
		Attributes: withAttributes(withAttributes(nil, id.attributes()), attributes),
	}
	if in.VersionInfo != nil {
		c.Version = *in.VersionInfo
	}
	c.Zone, _ = c.Attribute("ecs.availability-zone")
	c.Subnet, _ = c.Attribute("ecs.subnet-id")
	c.VPC, _ = c.Attribute("ecs.vpc-id")
	c.LaunchType = id.launchType(c)
	return c, nil
}

// registerAgain is for an agent that was registered before and has started anew: the
// container instance keeps its ARN, its status, its tags and the attributes that users put,
// and, without another identity document, its identity.
func registerAgain(c kit.InCluster, wanted *state.ContainerInstance, ref string) error {
	old, err := c.RegisteredInstance(ref)
	if err != nil {
		return err
	}
	if !old.ByHand {
		return kit.InvalidParameter("ecs-emulator runs the agent of container instance " + arn.Name(old.ARN) + " itself.")
	}
	if wanted.EC2InstanceID == "" {
		wanted.EC2InstanceID, wanted.LaunchType = old.EC2InstanceID, old.LaunchType
	}
	if err := checkSameType(old, wanted); err != nil {
		return err
	}
	wanted.ARN, wanted.Status, wanted.RegisteredAt, wanted.Tags = old.ARN, old.Status, old.RegisteredAt, old.Tags
	for _, a := range old.Attributes {
		if _, said := wanted.Attribute(*a.Name); !said && customAttribute(*a.Name) {
			wanted.Attributes = withAttributes(wanted.Attributes, []types.Attribute{a})
		}
	}
	return nil
}

// checkSameType refuses an instance that has become another. Source: field reports; that
// other CPU and memory are refused with the same words is remembered.
func checkSameType(old, wanted *state.ContainerInstance) error {
	was, _ := old.Attribute("ecs.instance-type")
	is, _ := wanted.Attribute("ecs.instance-type")
	if was == is && old.Registered.CPU == wanted.Registered.CPU && old.Registered.Memory == wanted.Registered.Memory {
		return nil
	}
	message := "Container instance type changes are not supported."
	if was != "" {
		message += " Container instance " + arn.Name(old.ARN) + " was previously registered as " + was + "."
	}
	return kit.ClientError(message)
}

// checkNotRun refuses the id of an EC2 instance whose agent the emulator runs.
func checkNotRun(c kit.InCluster, ec2InstanceID string) error {
	if ec2InstanceID == "" {
		return nil
	}
	if known := state.ContainerInstanceOf(c.Tx, c.Scope, ec2InstanceID); known != nil && !known.ByHand {
		return kit.InvalidParameter("ecs-emulator runs the agent of " + ec2InstanceID + " itself: it is container instance " + arn.Name(known.ARN) + ".")
	}
	return nil
}
