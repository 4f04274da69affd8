package autoscaling

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// oneSource is the text for requests that name several of what instances are launched
// from, or a new group none. Source: field reports.
const oneSource = "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter."

// sources counts what a request names.
func sources(in *sdk.UpdateAutoScalingGroupInput) (n int) {
	for _, given := range []bool{in.LaunchConfigurationName != nil, in.LaunchTemplate != nil, in.MixedInstancesPolicy != nil} {
		if given {
			n++
		}
	}
	return n
}

// refuseMixed names what a mixed instances policy cannot have here: types that are chosen by anything but their order.
func refuseMixed(p *types.MixedInstancesPolicy) error {
	if p == nil {
		return nil
	}
	if d := p.InstancesDistribution; d != nil && len(d.DistributionSegments) > 0 {
		return notBuilt("DistributionSegments")
	}
	if p.LaunchTemplate == nil {
		return nil
	}
	if d := p.InstancesDistribution; d != nil && aws.ToString(d.OnDemandAllocationStrategy) == "lowest-price" && len(p.LaunchTemplate.Overrides) > 1 {
		return notBuilt("the OnDemandAllocationStrategy lowest-price of several types")
	}
	for _, o := range p.LaunchTemplate.Overrides {
		switch {
		case o.InstanceRequirements != nil:
			return notBuilt("InstanceRequirements")
		case o.LaunchTemplateSpecification != nil:
			return notBuilt("overrides with a launch template of their own")
		case o.ImageId != nil:
			return notBuilt("overrides with an image of their own")
		case o.WeightedCapacity != nil:
			return notBuilt("WeightedCapacity")
		}
	}
	return nil
}

// launchFrom takes what instances are launched from.
func launchFrom(tx *store.Tx, g *autoscaling.Group, in *sdk.UpdateAutoScalingGroupInput) error {
	switch {
	case in.LaunchConfigurationName != nil:
		if autoscaling.LaunchConfigurations.Find(tx, g.Scope, *in.LaunchConfigurationName) == nil {
			return noLaunchConfiguration(*in.LaunchConfigurationName)
		}
		g.Source = autoscaling.Source{LaunchConfiguration: *in.LaunchConfigurationName}
	case in.LaunchTemplate != nil:
		found, err := launchTemplate(tx, g.Scope, in.LaunchTemplate)
		if err != nil {
			return err
		}
		g.Source = autoscaling.Source{LaunchTemplate: found}
	case in.MixedInstancesPolicy != nil:
		return launchMixed(tx, g, in.MixedInstancesPolicy)
	}
	return nil
}

// mostOverrides is how many overrides a mixed instances policy has. The text says fewer, but 40 are taken (ASG0004.4).
const mostOverrides = 40

// checkMixed refuses what does not go together in a mixed instances policy (ASG0004.4).
func checkMixed(p *types.MixedInstancesPolicy) error {
	if d := p.InstancesDistribution; d != nil && d.SpotInstancePools != nil && aws.ToString(d.SpotAllocationStrategy) != "" && *d.SpotAllocationStrategy != "lowest-price" {
		return invalid("SpotInstancePools option is only available with the lowest-price allocation strategy.")
	}
	if p.LaunchTemplate == nil {
		return nil
	}
	if len(p.LaunchTemplate.Overrides) > mostOverrides {
		return invalid("The number of LaunchTemplateOverrides must be fewer than %d.", mostOverrides)
	}
	seen, twice := map[string]bool{}, []string{}
	for _, o := range p.LaunchTemplate.Overrides {
		name := aws.ToString(o.InstanceType)
		if seen[name] && !slices.Contains(twice, name) {
			twice = append(twice, name)
		}
		seen[name] = true
	}
	if len(twice) > 0 {
		return invalid("Cannot add same instance type override more than once. Remove these duplicates from the request and try again: [%s]", strings.Join(twice, ", "))
	}
	return nil
}

// launchMixed fills in what a mixed instances policy leaves out: what the group has, or
// else defaults.
// Source: EC2 Auto Scaling API reference, UpdateAutoScalingGroup and InstancesDistribution.
func launchMixed(tx *store.Tx, g *autoscaling.Group, p *types.MixedInstancesPolicy) error {
	if err := checkMixed(p); err != nil {
		return err
	}
	old := g.Source.Mixed
	kept := types.MixedInstancesPolicy{LaunchTemplate: p.LaunchTemplate, InstancesDistribution: p.InstancesDistribution}
	if kept.LaunchTemplate == nil && old != nil {
		kept.LaunchTemplate = old.LaunchTemplate
	}
	if kept.InstancesDistribution == nil && old != nil {
		kept.InstancesDistribution = old.InstancesDistribution
	}
	if kept.LaunchTemplate == nil || kept.LaunchTemplate.LaunchTemplateSpecification == nil {
		return invalid("A launch template must be specified in the MixedInstancesPolicy.") // the text is the emulator's
	}
	if p.LaunchTemplate != nil { // the group's is resolved
		found, err := launchTemplate(tx, g.Scope, p.LaunchTemplate.LaunchTemplateSpecification)
		if err != nil {
			return err
		}
		if version := ec2.Version(tx, ec2.FindLaunchTemplate(tx, g.Scope, *found.LaunchTemplateId), *found.Version); version.Data.InstanceMarketOptions != nil {
			return invalid("Incompatible launch template: You cannot use a launch template that is set to request Spot Instances (InstanceMarketOptions) when you configure an " +
				"Auto Scaling group with a mixed instances policy. Add a different launch template to the group and try again.") // Source: field reports
		}
		kept.LaunchTemplate = &types.LaunchTemplate{LaunchTemplateSpecification: found, Overrides: p.LaunchTemplate.Overrides}
	}
	for _, o := range kept.LaunchTemplate.Overrides {
		if name := aws.ToString(o.InstanceType); ec2.FindInstanceType(tx, name) == nil {
			return invalid("The specified instance type %s is not valid", name) // the text is the emulator's
		}
	}
	if err := checkSpotMaxPrice(kept.InstancesDistribution); err != nil {
		return err
	}
	d := types.InstancesDistribution{
		OnDemandAllocationStrategy: aws.String("prioritized"), OnDemandBaseCapacity: aws.Int32(0),
		OnDemandPercentageAboveBaseCapacity: aws.Int32(100), SpotAllocationStrategy: aws.String("lowest-price"),
	}
	if given := kept.InstancesDistribution; given != nil {
		set(&d.OnDemandAllocationStrategy, notNil(given.OnDemandAllocationStrategy))
		set(&d.OnDemandBaseCapacity, notNil(given.OnDemandBaseCapacity))
		set(&d.OnDemandPercentageAboveBaseCapacity, notNil(given.OnDemandPercentageAboveBaseCapacity))
		set(&d.SpotAllocationStrategy, notNil(given.SpotAllocationStrategy))
		d.SpotInstancePools, d.SpotMaxPrice = given.SpotInstancePools, given.SpotMaxPrice
	}
	kept.InstancesDistribution = &d
	g.Source = autoscaling.Source{Mixed: &kept}
	return nil
}

// checkSpotMaxPrice refuses what is no price. The text is the emulator's.
func checkSpotMaxPrice(d *types.InstancesDistribution) error {
	if d != nil && ec2.CheckSpotPrice(aws.ToString(d.SpotMaxPrice)) != nil {
		return invalid("Invalid Spot max price: %s", *d.SpotMaxPrice)
	}
	return nil
}

// notNil is a pointer to a pointer that is not nil, for set.
func notNil[T any](p *T) **T {
	if p == nil {
		return nil
	}
	return &p
}

// broken is how the refusals of launch templates begin.
const broken = "You must use a valid fully-formed launch template. "

// launchTemplate resolves the names of a launch template; the version stays as it was said,
// $Default if nothing was. Source: recorded answers; field reports for the texts.
func launchTemplate(tx *store.Tx, s arn.Scope, t *types.LaunchTemplateSpecification) (*types.LaunchTemplateSpecification, error) {
	var found *ec2.LaunchTemplate
	switch {
	case (t.LaunchTemplateId == nil) == (t.LaunchTemplateName == nil):
		return nil, invalid("Valid requests must contain either launchTemplateId or LaunchTemplateName")
	case t.LaunchTemplateId != nil:
		if found = ec2.FindLaunchTemplate(tx, s, *t.LaunchTemplateId); found == nil {
			return nil, invalid(broken+"The specified launch template, with template ID %s, does not exist.", *t.LaunchTemplateId)
		}
	default:
		if found = ec2.LaunchTemplateByName(tx, s, *t.LaunchTemplateName); found == nil {
			return nil, invalid(broken+"The specified launch template, with template name %s, does not exist.", *t.LaunchTemplateName)
		}
	}
	version := aws.ToString(t.Version)
	if version == "" {
		version = "$Default"
	}
	if ec2.Version(tx, found, version) == nil {
		return nil, invalid(broken+"Could not find the specified version %s for the launch template with ID %s.", version, found.ID)
	}
	return &types.LaunchTemplateSpecification{LaunchTemplateId: &found.ID, LaunchTemplateName: &found.Name, Version: &version}, nil
}
