package autoscaling

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DescribeAutoScalingGroups answers groups in order of their names; unknown names are left
// out.
func (a *API) DescribeAutoScalingGroups(ctx context.Context, in *sdk.DescribeAutoScalingGroupsInput) (*sdk.DescribeAutoScalingGroupsOutput, error) {
	if err := knownFilters(in.Filters, "tag-key", "tag-value", "tag:"); err != nil {
		return nil, err
	}
	tx := a.store.Read()
	var found []*autoscaling.Group
	for _, g := range autoscaling.Groups(tx, awsapi.CallScope(ctx)) {
		named := len(in.AutoScalingGroupNames) == 0 || slices.Contains(in.AutoScalingGroupNames, g.Name)
		if named && hasTags(g, in.Filters) {
			found = append(found, g)
		}
	}
	found, next, err := pageOf(found, func(g *autoscaling.Group) string { return g.Name }, in.NextToken, in.MaxRecords, defaultPage)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeAutoScalingGroupsOutput{AutoScalingGroups: []types.AutoScalingGroup{}, NextToken: next}
	for _, g := range found {
		described := describe(g)
		if in.IncludeInstances == nil || *in.IncludeInstances {
			described.Instances = instances(tx, g)
		}
		out.AutoScalingGroups = append(out.AutoScalingGroups, described)
	}
	return out, nil
}

// hasTags reports whether a group passes all filters.
// Source: EC2 Auto Scaling API reference, DescribeAutoScalingGroups.
func hasTags(g *autoscaling.Group, filters []types.Filter) bool {
	for _, f := range filters {
		key, ofKey := strings.CutPrefix(*f.Name, "tag:")
		passes := slices.ContainsFunc(g.Tags, func(t autoscaling.Tag) bool {
			if *f.Name == "tag-key" {
				return slices.Contains(f.Values, t.Key)
			}
			return (!ofKey || t.Key == key) && slices.Contains(f.Values, t.Value)
		})
		if !passes {
			return false
		}
	}
	return true
}

// describe is the answer's group, without instances (ASG0001). Source: recorded answers.
func describe(g *autoscaling.Group) types.AutoScalingGroup {
	described := types.AutoScalingGroup{
		AutoScalingGroupName: &g.Name, AutoScalingGroupARN: aws.String(g.ARN()), CreatedTime: &g.CreatedAt,
		MinSize: &g.Min, MaxSize: &g.Max, DesiredCapacity: &g.Desired, DefaultCooldown: &g.DefaultCooldown,
		LaunchConfigurationName: awsapi.Optional(g.Source.LaunchConfiguration), LaunchTemplate: g.Source.LaunchTemplate, MixedInstancesPolicy: g.Source.Mixed,
		AvailabilityZones: g.Zones, AvailabilityZoneIds: []string{}, VPCZoneIdentifier: aws.String(strings.Join(g.Subnets, ",")),
		HealthCheckType: &g.HealthCheckType, HealthCheckGracePeriod: &g.HealthCheckGracePeriod, DefaultInstanceWarmup: g.DefaultWarmup,
		Instances: []types.Instance{}, LoadBalancerNames: []string{}, TargetGroupARNs: []string{}, TrafficSources: []types.TrafficSourceIdentifier{},
		SuspendedProcesses: append([]types.SuspendedProcess{}, g.Suspended...), EnabledMetrics: append([]types.EnabledMetric{}, g.Metrics...),
		TerminationPolicies: g.TerminationPolicies, NewInstancesProtectedFromScaleIn: &g.Protected,
		ServiceLinkedRoleARN: &g.ServiceLinkedRole, Context: awsapi.Optional(g.Context), Tags: []types.TagDescription{},
		AvailabilityZoneDistribution:     &types.AvailabilityZoneDistribution{CapacityDistributionStrategy: g.ZoneDistribution},
		CapacityReservationSpecification: &types.CapacityReservationSpecification{CapacityReservationPreference: g.CapacityReservation},
		InstanceLifecyclePolicy: &types.InstanceLifecyclePolicy{
			RetentionTriggers: &types.RetentionTriggers{TerminateHookAbandon: types.RetentionActionTerminate},
		},
	}
	for _, zone := range g.Zones {
		described.AvailabilityZoneIds = append(described.AvailabilityZoneIds, ec2network.ZoneID(zone))
	}
	for _, t := range g.Tags {
		described.Tags = append(described.Tags, describeTag(g, t))
	}
	if g.ForceDeleted {
		described.Status = aws.String("Delete in progress") // Source: EC2 Auto Scaling API reference, Status
	}
	return described
}

// instances describes those of a group.
func instances(tx *store.Tx, g *autoscaling.Group) []types.Instance {
	list := []types.Instance{}
	for _, m := range autoscaling.Members.List(tx, g) {
		health := "Healthy"
		if !m.Healthy() {
			health = "Unhealthy"
		}
		list = append(list, types.Instance{
			InstanceId: &m.InstanceID, InstanceType: &m.Type, AvailabilityZone: &m.Zone, AvailabilityZoneId: aws.String(ec2network.ZoneID(m.Zone)),
			LifecycleState: m.State, HealthStatus: &health, ProtectedFromScaleIn: &m.Protected,
			LaunchTemplate: m.LaunchTemplate, LaunchConfigurationName: awsapi.Optional(m.LaunchConfiguration),
		})
	}
	return list
}
