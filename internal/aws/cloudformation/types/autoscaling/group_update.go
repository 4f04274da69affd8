package autoscaling

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
)

func updateGroup(t *handler.Turn) error {
	in := sdk.UpdateAutoScalingGroupInput{}
	if err := t.Fill(&in, append(slices.Clone(elsewhere), input.Skipped("LifecycleHookSpecificationList"))...); err != nil {
		return err
	}
	in.AutoScalingGroupName, in.VPCZoneIdentifier = &t.ID, subnets(t)
	if len(in.AvailabilityZones) == 0 { // subnets say where a group is that has no zones any more
		in.AvailabilityZones = nil
	}
	reset(t, &in)
	if err := ignoreSizes(t, &in); err != nil {
		return err
	}
	if err := t.Call(operation("UpdateAutoScalingGroup"), &in, nil); err != nil {
		return err
	}
	for _, step := range []func(*handler.Turn) error{putHooks, putMetrics, putTags} {
		if err := step(t); err != nil {
			return err
		}
	}
	return nil
}

// ignoreSizes leaves sizes as they are that the template has not changed, if the UpdatePolicy says so.
func ignoreSizes(t *handler.Turn, in *sdk.UpdateAutoScalingGroupInput) error {
	policy, err := readUpdatePolicy(t.UpdatePolicy)
	if err != nil {
		return handler.Failed(handler.InvalidRequest, "Invalid UpdatePolicy: %s", err)
	}
	for property, member := range map[string]**int32{"MinSize": &in.MinSize, "MaxSize": &in.MaxSize, "DesiredCapacity": &in.DesiredCapacity} {
		if policy.ignoresSizes && !t.Changed(property) {
			*member = nil
		}
	}
	if policy.rolling != nil && t.Restores { // or old instances might go before those that are to
		in.DesiredCapacity = nil
	}
	return nil
}

// reset gives what a template does not have any more its default: a request that leaves it out keeps it.
// Source: EC2 Auto Scaling API reference, CreateAutoScalingGroup.
func reset(t *handler.Turn, in *sdk.UpdateAutoScalingGroupInput) {
	gone := func(property string) bool {
		return t.Previous.Get(property) != nil && t.Properties.Get(property) == nil
	}
	if gone("Cooldown") {
		in.DefaultCooldown = aws.Int32(300)
	}
	if gone("HealthCheckType") {
		in.HealthCheckType = aws.String("EC2")
	}
	if gone("HealthCheckGracePeriod") {
		in.HealthCheckGracePeriod = aws.Int32(0)
	}
	if gone("DefaultInstanceWarmup") {
		in.DefaultInstanceWarmup = aws.Int32(-1)
	}
	if gone("NewInstancesProtectedFromScaleIn") {
		in.NewInstancesProtectedFromScaleIn = aws.Bool(false)
	}
	if gone("TerminationPolicies") { // AWS Query does not have an empty list
		in.TerminationPolicies = []string{"Default"}
	}
	if gone("CapacityRebalance") {
		in.CapacityRebalance = aws.Bool(false)
	}
}

// putHooks has the group have the lifecycle hooks of the property, and none that it had before.
func putHooks(t *handler.Turn) error {
	const property, name = "LifecycleHookSpecificationList", "LifecycleHookName"
	now := items(t.Properties, property)
	for _, old := range items(t.Previous, property) {
		if slices.ContainsFunc(now, func(v *document.Value) bool { return v.TextOf(name) == old.TextOf(name) }) {
			continue
		}
		if err := unlessGone(deleteHook(t, t.ID, old.TextOf(name))); err != nil {
			return err
		}
	}
	for _, hook := range now {
		if slices.ContainsFunc(items(t.Previous, property), hook.Equal) {
			continue
		}
		in := sdk.PutLifecycleHookInput{AutoScalingGroupName: &t.ID}
		if err := input.Fill(hook, &in); err != nil {
			return handler.Failed(handler.InvalidRequest, "Model validation failed: %s: %s", property, err)
		}
		if err := t.Call(operation("PutLifecycleHook"), &in, nil); err != nil {
			return err
		}
	}
	return nil
}

func items(properties *document.Value, name string) []*document.Value {
	if v := properties.Get(name); v != nil {
		return v.Items
	}
	return nil
}

// putMetrics has metrics be collected that the property names, and no others that it named before.
func putMetrics(t *handler.Turn) error {
	if !t.Changed("MetricsCollection") {
		return nil
	}
	if t.Action == handler.Update {
		if err := t.Call(operation("DisableMetricsCollection"), &sdk.DisableMetricsCollectionInput{AutoScalingGroupName: &t.ID}, nil); err != nil {
			return err
		}
	}
	for _, item := range items(t.Properties, "MetricsCollection") {
		in := sdk.EnableMetricsCollectionInput{AutoScalingGroupName: &t.ID}
		if err := input.Fill(item, &in); err != nil {
			return handler.Failed(handler.InvalidRequest, "Model validation failed: MetricsCollection: %s", err)
		}
		if err := t.Call(operation("EnableMetricsCollection"), &in, nil); err != nil {
			return err
		}
	}
	return nil
}

func putTags(t *handler.Turn) error {
	now := tagsOf(t, t.ID)
	var gone []types.Tag
	for _, old := range handler.TagsOf(t.Previous, t.PreviousTags) {
		if !slices.ContainsFunc(now, func(each types.Tag) bool { return *each.Key == old.Key }) {
			gone = append(gone, types.Tag{Key: &old.Key, ResourceId: &t.ID, ResourceType: aws.String("auto-scaling-group")})
		}
	}
	if len(gone) > 0 {
		if err := t.Call(operation("DeleteTags"), &sdk.DeleteTagsInput{Tags: gone}, nil); err != nil {
			return err
		}
	}
	return t.Call(operation("CreateOrUpdateTags"), &sdk.CreateOrUpdateTagsInput{Tags: now}, nil)
}
