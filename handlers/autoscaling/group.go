package autoscaling

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateAutoScalingGroup makes a group, whose controller launches its instances.
func (a *API) CreateAutoScalingGroup(ctx context.Context, in *sdk.CreateAutoScalingGroupInput) (*sdk.CreateAutoScalingGroupOutput, error) {
	settings := settingsOf(in)
	if err := checkCreate(in, settings); err != nil {
		return nil, err
	}
	if err := a.passTemplateRole(ctx, settings); err != nil {
		return nil, err
	}
	scope, now := awsapi.CallScope(ctx), a.now()
	missing := iam.MissingServiceLinkedRole(a.store.Read(), iam.AccountOf(scope), iam.AutoScaling)
	if err := awsapi.AllowLinkedRole(ctx, iam.AutoScaling, missing); err != nil {
		return nil, err
	}
	return &sdk.CreateAutoScalingGroupOutput{}, a.store.Update(func(tx *store.Tx) error {
		name := *in.AutoScalingGroupName
		if autoscaling.FindGroup(tx, scope, name) != nil {
			return alreadyExists("AutoScalingGroup by this name already exists - A group with the name %s already exists", name)
		}
		made := &autoscaling.Group{
			Scope: scope, Name: name, ID: arn.NewUUID(), CreatedAt: now, Desired: aws.ToInt32(in.MinSize),
			DefaultCooldown: 300, HealthCheckType: "EC2", TerminationPolicies: []string{"Default"},
			ServiceLinkedRole:   iam.EnsureAutoScalingRole(tx, iam.AccountOf(scope), now),
			ZoneDistribution:    types.CapacityDistributionStrategyBalancedBestEffort,
			CapacityReservation: types.CapacityReservationPreferenceDefault,
		}
		if err := a.apply(tx, made, settings); err != nil {
			return err
		}
		if err := setTags(ctx, made, in.Tags); err != nil {
			return err
		}
		made.Change = autoscaling.NewChange("a user request created an AutoScalingGroup", 0, made.Desired, now)
		autoscaling.PutGroup(tx, made)
		return putHooks(tx, made, in.LifecycleHookSpecificationList)
	})
}

// checkCreate refuses what can be refused without a look at the store.
func checkCreate(in *sdk.CreateAutoScalingGroupInput, settings *sdk.UpdateAutoScalingGroupInput) error {
	if err := refuseCreate(in); err != nil {
		return err
	}
	switch {
	case strings.Contains(*in.AutoScalingGroupName, ":"): // Source: EC2 Auto Scaling API reference; the text is the emulator's
		return invalid("The name of an AutoScalingGroup cannot contain a colon.")
	case sources(settings) != 1:
		return invalid(oneSource)
	case aws.ToString(in.VPCZoneIdentifier) == "" && len(in.AvailabilityZones) == 0:
		return invalid(noZone)
	}
	return nil
}

// settingsOf is what an update with the same members would have.
func settingsOf(in *sdk.CreateAutoScalingGroupInput) *sdk.UpdateAutoScalingGroupInput {
	return &sdk.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: in.AutoScalingGroupName, MinSize: in.MinSize, MaxSize: in.MaxSize, DesiredCapacity: in.DesiredCapacity,
		LaunchConfigurationName: in.LaunchConfigurationName, LaunchTemplate: in.LaunchTemplate, MixedInstancesPolicy: in.MixedInstancesPolicy,
		AvailabilityZones: in.AvailabilityZones, AvailabilityZoneIds: in.AvailabilityZoneIds, VPCZoneIdentifier: in.VPCZoneIdentifier,
		AvailabilityZoneDistribution: in.AvailabilityZoneDistribution, AvailabilityZoneImpairmentPolicy: in.AvailabilityZoneImpairmentPolicy,
		CapacityRebalance: in.CapacityRebalance, CapacityReservationSpecification: in.CapacityReservationSpecification,
		Context: in.Context, DefaultCooldown: in.DefaultCooldown, DefaultInstanceWarmup: in.DefaultInstanceWarmup,
		DeletionProtection: in.DeletionProtection, DesiredCapacityType: in.DesiredCapacityType,
		HealthCheckGracePeriod: in.HealthCheckGracePeriod, HealthCheckType: in.HealthCheckType,
		InstanceLifecyclePolicy: in.InstanceLifecyclePolicy, InstanceMaintenancePolicy: in.InstanceMaintenancePolicy,
		MaxInstanceLifetime: in.MaxInstanceLifetime, NewInstancesProtectedFromScaleIn: in.NewInstancesProtectedFromScaleIn,
		PlacementGroup: in.PlacementGroup, ServiceLinkedRoleARN: in.ServiceLinkedRoleARN, TerminationPolicies: in.TerminationPolicies,
		SkipZonalShiftValidation: in.SkipZonalShiftValidation,
	}
}

// UpdateAutoScalingGroup changes what it has members for. Instances that run stay as they
// are.
func (a *API) UpdateAutoScalingGroup(ctx context.Context, in *sdk.UpdateAutoScalingGroupInput) (*sdk.UpdateAutoScalingGroupOutput, error) {
	if err := refuseSettings(in); err != nil {
		return nil, err
	}
	if sources(in) > 1 {
		return nil, invalid(oneSource)
	}
	if err := a.passTemplateRole(ctx, in); err != nil {
		return nil, err
	}
	return &sdk.UpdateAutoScalingGroupOutput{}, a.change(ctx, in.AutoScalingGroupName, func(tx *store.Tx, g *autoscaling.Group) error {
		before := g.Desired
		if err := a.apply(tx, g, in); err != nil {
			return err
		}
		g.UpdatedAt = a.now()
		if g.Desired != before {
			constraints := fmt.Sprintf("a user request update of AutoScalingGroup constraints to min: %d, max: %d, desired: %d", g.Min, g.Max, g.Desired)
			g.Change = autoscaling.NewChange(constraints, before, g.Desired, a.now())
		}
		return nil
	})
}

// DeleteAutoScalingGroup removes a group that has no instances; with force, when its
// controller has terminated them.
func (a *API) DeleteAutoScalingGroup(ctx context.Context, in *sdk.DeleteAutoScalingGroupInput) (*sdk.DeleteAutoScalingGroupOutput, error) {
	scope := awsapi.CallScope(ctx)
	return &sdk.DeleteAutoScalingGroupOutput{}, a.store.Update(func(tx *store.Tx) error {
		found, err := group(tx, scope, in.AutoScalingGroupName)
		if err != nil {
			return err
		}
		instances := len(autoscaling.Members.List(tx, found)) > 0
		switch force := aws.ToBool(in.ForceDelete); {
		case !instances:
			autoscaling.DeleteGroup(tx, found, a.now())
		case !force:
			return inUse("You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.")
		default:
			gone := *found
			gone.ForceDeleted, gone.Min, gone.Max = true, 0, 0
			gone.Desire(0, "a user request force deleted the AutoScalingGroup", a.now()) // the words are the emulator's
			autoscaling.PutGroup(tx, &gone)
		}
		return nil
	})
}
