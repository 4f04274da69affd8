package autoscaling

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// refuseCreate names what only a new group can be told and has no effect here.
func refuseCreate(in *sdk.CreateAutoScalingGroupInput) error {
	switch {
	case in.InstanceId != nil:
		return notBuilt("InstanceId")
	case len(in.LoadBalancerNames) > 0:
		return notBuilt("LoadBalancerNames")
	case len(in.TargetGroupARNs) > 0:
		return notBuilt("TargetGroupARNs")
	case len(in.TrafficSources) > 0:
		return notBuilt("TrafficSources")
	case in.Operator != nil:
		return notBuilt("Operator")
	}
	return refuseSettings(settingsOf(in))
}

// refuseSettings names what would have an effect on AWS and has none here.
func refuseSettings(in *sdk.UpdateAutoScalingGroupInput) error {
	if r := in.CapacityReservationSpecification; r != nil &&
		(r.CapacityReservationTarget != nil || r.CapacityReservationPreference != "" && r.CapacityReservationPreference != types.CapacityReservationPreferenceDefault) {
		return notBuilt("CapacityReservationSpecification")
	}
	if p := in.AvailabilityZoneImpairmentPolicy; p != nil && aws.ToBool(p.ZonalShiftEnabled) {
		return notBuilt("AvailabilityZoneImpairmentPolicy")
	}
	if p := in.InstanceLifecyclePolicy; p != nil && p.RetentionTriggers != nil && p.RetentionTriggers.TerminateHookAbandon == types.RetentionActionRetain {
		return notBuilt("InstanceLifecyclePolicy")
	}
	switch {
	case len(in.AvailabilityZoneIds) > 0:
		return notBuilt("AvailabilityZoneIds")
	case aws.ToBool(in.CapacityRebalance):
		return notBuilt("CapacityRebalance")
	case in.DeletionProtection != "" && in.DeletionProtection != types.DeletionProtectionNone:
		return notBuilt("DeletionProtection")
	case in.DesiredCapacityType != nil && *in.DesiredCapacityType != "units":
		return notBuilt("DesiredCapacityType " + *in.DesiredCapacityType)
	case in.InstanceMaintenancePolicy != nil:
		return notBuilt("InstanceMaintenancePolicy")
	case aws.ToInt32(in.MaxInstanceLifetime) != 0:
		return notBuilt("MaxInstanceLifetime")
	case aws.ToString(in.PlacementGroup) != "":
		return notBuilt("PlacementGroup")
	}
	return refuseMixed(in.MixedInstancesPolicy)
}

// apply changes a copy of a group.
func (a *API) apply(tx *store.Tx, g *autoscaling.Group, in *sdk.UpdateAutoScalingGroupInput) error {
	if err := checkHealth(in); err != nil {
		return err
	}
	if err := resize(g, in); err != nil {
		return err
	}
	if err := a.locate(tx, g, in); err != nil {
		return err
	}
	if err := launchFrom(tx, g, in); err != nil {
		return err
	}
	if in.TerminationPolicies != nil {
		if err := checkPolicies(in.TerminationPolicies); err != nil {
			return err
		}
		if g.TerminationPolicies = in.TerminationPolicies; len(in.TerminationPolicies) == 0 {
			g.TerminationPolicies = []string{"Default"}
		}
	}
	if d := in.AvailabilityZoneDistribution; d != nil && d.CapacityDistributionStrategy != "" {
		g.ZoneDistribution = d.CapacityDistributionStrategy
	}
	if in.DefaultInstanceWarmup != nil {
		g.DefaultWarmup = in.DefaultInstanceWarmup
		if *in.DefaultInstanceWarmup == -1 { // removes it; Source: EC2 Auto Scaling API reference
			g.DefaultWarmup = nil
		}
	}
	set(&g.DefaultCooldown, in.DefaultCooldown)
	set(&g.HealthCheckGracePeriod, in.HealthCheckGracePeriod)
	set(&g.HealthCheckType, in.HealthCheckType)
	set(&g.Protected, in.NewInstancesProtectedFromScaleIn)
	set(&g.ServiceLinkedRole, in.ServiceLinkedRoleARN)
	set(&g.Context, in.Context)
	return nil
}

// checkHealth knows the types of health checks, and which times there cannot be.
// Source: EC2 Auto Scaling API reference, CreateAutoScalingGroup; ASG0004.3 for the texts, but for those about
// unknown types and the warmup, which are the emulator's.
func checkHealth(in *sdk.UpdateAutoScalingGroupInput) error {
	if in.HealthCheckType != nil {
		kinds := strings.Split(*in.HealthCheckType, ",")
		for i := range kinds {
			if kinds[i] = strings.TrimSpace(kinds[i]); !slices.Contains([]string{"EC2", "EBS", "ELB", "VPC_LATTICE"}, kinds[i]) {
				return invalid("Invalid health check type: %s", kinds[i])
			}
		}
		if len(kinds) > 1 && slices.Contains(kinds, "EC2") {
			return invalid("Specifying EC2 in addition to other health check types is not supported. Remove EC2 from HealthCheckType and try again.")
		}
	}
	switch {
	case aws.ToInt32(in.DefaultCooldown) < 0:
		return invalid("1 validation error detected: Value '%d' at 'defaultCooldown' failed to satisfy constraint: "+
			"Member must have value greater than or equal to 0", *in.DefaultCooldown)
	case aws.ToInt32(in.HealthCheckGracePeriod) < 0:
		return invalid("Grace period must be a positive integer.")
	case aws.ToInt32(in.DefaultInstanceWarmup) < -1:
		return invalid("The default instance warmup must not be negative.")
	}
	return nil
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// checkPolicies knows the termination policies without a Lambda function.
// Source: EC2 Auto Scaling user guide, termination policies; ASG0004.3 for the text.
func checkPolicies(policies []string) error {
	for _, policy := range policies {
		switch {
		case slices.Contains(autoscaling.TerminationPolicies, policy):
		case strings.HasPrefix(policy, "arn:"):
			return notBuilt("TerminationPolicies with a Lambda function")
		case policy == "AllocationStrategy":
			return notBuilt("the termination policy AllocationStrategy")
		default:
			return invalid("[%s] is not a valid termination policy. Valid termination policies are: [AllocationStrategy, ClosestToNextInstanceHour, "+
				"Default, Lambda, NewestInstance, OldestInstance, OldestLaunchConfiguration, OldestLaunchTemplate].", policy)
		}
	}
	return nil
}
