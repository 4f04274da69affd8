package autoscaling

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DescribeAutoScalingInstances answers instances of all groups in order of their ids;
// unknown ids are left out.
func (a *API) DescribeAutoScalingInstances(ctx context.Context, in *sdk.DescribeAutoScalingInstancesInput) (*sdk.DescribeAutoScalingInstancesOutput, error) {
	var found []*autoscaling.Member
	for _, m := range autoscaling.AllMembers(a.store.Read(), awsapi.CallScope(ctx)) {
		if len(in.InstanceIds) == 0 || slices.Contains(in.InstanceIds, m.InstanceID) {
			found = append(found, m)
		}
	}
	id := func(m *autoscaling.Member) string { return m.InstanceID }
	sorting.By(found, func(a, b *autoscaling.Member) int { return strings.Compare(id(a), id(b)) })
	found, next, err := pageOf(found, id, in.NextToken, in.MaxRecords, defaultPage)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeAutoScalingInstancesOutput{AutoScalingInstances: []types.AutoScalingInstanceDetails{}, NextToken: next}
	for _, m := range found {
		health := "HEALTHY" // in capitals, other than in a group, as recorded
		if !m.Healthy() {
			health = "UNHEALTHY"
		}
		out.AutoScalingInstances = append(out.AutoScalingInstances, types.AutoScalingInstanceDetails{
			InstanceId: &m.InstanceID, InstanceType: &m.Type, AutoScalingGroupName: &m.Group,
			AvailabilityZone: &m.Zone, AvailabilityZoneId: aws.String(ec2network.ZoneID(m.Zone)),
			LifecycleState: aws.String(string(m.State)), HealthStatus: &health, ProtectedFromScaleIn: &m.Protected,
			LaunchTemplate: m.LaunchTemplate, LaunchConfigurationName: awsapi.Optional(m.LaunchConfiguration),
		})
	}
	return out, nil
}

// SetInstanceProtection protects instances of a group from scale in, or ends that.
func (a *API) SetInstanceProtection(ctx context.Context, in *sdk.SetInstanceProtectionInput) (*sdk.SetInstanceProtectionOutput, error) {
	scope := awsapi.CallScope(ctx)
	return &sdk.SetInstanceProtectionOutput{}, a.store.Update(func(tx *store.Tx) error {
		g, err := group(tx, scope, in.AutoScalingGroupName)
		if err != nil {
			return err
		}
		for _, id := range in.InstanceIds {
			m := autoscaling.FindMember(tx, scope, id)
			if m == nil || m.Group != g.Name {
				return invalid("The instance %s is not part of Auto Scaling group %s.", id, g.Name)
			}
			autoscaling.Protect(tx, m, *in.ProtectedFromScaleIn)
		}
		return nil
	})
}

// SetInstanceHealth says how an instance is; its group replaces one that is not healthy.
func (a *API) SetInstanceHealth(ctx context.Context, in *sdk.SetInstanceHealthInput) (*sdk.SetInstanceHealthOutput, error) {
	if err := a.allowOn(ctx, "SetInstanceHealth", *in.InstanceId); err != nil {
		return nil, err
	}
	if *in.HealthStatus != "Healthy" && *in.HealthStatus != "Unhealthy" {
		return nil, invalid("Valid instance health states are: [Healthy, Unhealthy].") // the text is the emulator's
	}
	scope, now := awsapi.CallScope(ctx), a.now()
	return &sdk.SetInstanceHealthOutput{}, a.store.Update(func(tx *store.Tx) error {
		m := autoscaling.FindMember(tx, scope, *in.InstanceId)
		if m == nil {
			return noInstance(*in.InstanceId)
		}
		changed := *m
		changed.Unhealthy = *in.HealthStatus == "Unhealthy"
		if g := autoscaling.FindGroup(tx, scope, m.Group); g != nil && (in.ShouldRespectGracePeriod == nil || *in.ShouldRespectGracePeriod) {
			changed.Unhealthy = changed.Unhealthy && !inGrace(g, m, now)
		}
		autoscaling.Members.Put(tx, &changed)
		return nil
	})
}

// inGrace reports whether what a health check says of an instance does not count yet. The time for that
// begins when the instance comes into service, after its launch hooks.
// Source: EC2 Auto Scaling user guide, how lifecycle hooks work.
func inGrace(g *autoscaling.Group, m *autoscaling.Member, now time.Time) bool {
	since := m.StateAt
	if since.IsZero() { // a row from before there were hooks
		since = m.LaunchedAt
	}
	grace := time.Duration(g.HealthCheckGracePeriod) * time.Second
	return grace > 0 && m.Launches() || now.Before(since.Add(grace))
}

// TerminateInstanceInAutoScalingGroup asks for the end of an instance. Its group starts
// another one in its place, unless it shall have one less.
func (a *API) TerminateInstanceInAutoScalingGroup(ctx context.Context, in *sdk.TerminateInstanceInAutoScalingGroupInput) (*sdk.TerminateInstanceInAutoScalingGroupOutput, error) {
	if err := a.allowOn(ctx, "TerminateInstanceInAutoScalingGroup", *in.InstanceId); err != nil {
		return nil, err
	}
	scope, now := awsapi.CallScope(ctx), a.now()
	var begun *autoscaling.Activity
	err := a.store.Update(func(tx *store.Tx) error {
		m := autoscaling.FindMember(tx, scope, *in.InstanceId)
		if m == nil {
			return noInstance(*in.InstanceId)
		}
		g, err := group(tx, scope, &m.Group)
		if err != nil {
			return noInstance(*in.InstanceId)
		}
		if m.Leaves() || m.Termination != "" {
			if begun = autoscaling.FindActivity(tx, scope, cmp.Or(m.Termination, m.Activity)); begun != nil {
				return nil
			}
			return noInstance(*in.InstanceId)
		}
		begun, err = terminate(tx, g, m, *in.ShouldDecrementDesiredCapacity, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	activity := describeActivity(a.store.Read(), begun)
	return &sdk.TerminateInstanceInAutoScalingGroupOutput{Activity: &activity}, nil
}

// terminate begins the activity, and writes what is wanted. Source: EC2 Auto Scaling API
// reference for the cause; field reports for the refusal.
func terminate(tx *store.Tx, g *autoscaling.Group, m *autoscaling.Member, decrement bool, now time.Time) (*autoscaling.Activity, error) {
	cause := fmt.Sprintf("At %s instance %s was taken out of service in response to a user request", now.Format(time.RFC3339), m.InstanceID)
	if decrement {
		if g.Desired <= g.Min {
			return nil, invalid("Currently, desiredSize equals minSize (%d). Terminating instance without replacement will violate group's min size constraint. "+
				"Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.", g.Min)
		}
		fewer := *g
		fewer.Desired--
		autoscaling.PutGroup(tx, &fewer)
		cause += fmt.Sprintf(", shrinking the capacity from %d to %d", g.Desired, fewer.Desired)
	}
	begun := autoscaling.NewActivity(g, now)
	begun.Description, begun.Cause, begun.Zone, begun.Subnet = "Terminating EC2 instance: "+m.InstanceID, cause+".", m.Zone, m.Subnet
	autoscaling.PutActivity(tx, begun)
	changed := *m
	changed.Termination = begun.ID
	autoscaling.Members.Put(tx, &changed)
	return begun, nil
}
