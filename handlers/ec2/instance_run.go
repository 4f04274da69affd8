package ec2

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/ec2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// maxLaunched bounds one request. AWS bounds what an account has; the number is the
// emulator's own.
const maxLaunched = 1000

// RunInstances launches instances, which begin as pending and have no address yet.
func (a *API) RunInstances(ctx context.Context, in *sdk.RunInstancesInput) (*sdk.RunInstancesOutput, error) {
	if err := checkRun(in); err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	again := newOnce(scope, "RunInstances", in.ClientToken, in,
		"Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
	out := &sdk.RunInstancesOutput{}
	err := a.store.Update(func(tx *state.Tx) error {
		made, err := again.made(tx)
		if err != nil {
			return err
		}
		var launched []*ec2.Instance
		for _, id := range made {
			if i := ec2.FindInstance(tx, scope, id); i != nil {
				launched = append(launched, i)
			}
		}
		if made == nil {
			spec, err := a.spec(tx, scope, in)
			if err != nil {
				return err
			}
			if aws.ToBool(in.DryRun) {
				return errDryRun
			}
			launched = ec2.Launch(tx, spec)
			again.make(tx, a.now(), idsOf(launched)...)
		}
		*out = sdk.RunInstancesOutput{OwnerId: &scope.Account, Groups: []types.GroupIdentifier{}, Instances: []types.Instance{}}
		for _, i := range launched {
			out.ReservationId = &i.ReservationID
			out.Instances = append(out.Instances, describeInstance(tx, i))
		}
		return nil
	})
	return out, answered(err)
}

func idsOf(instances []*ec2.Instance) (ids []string) {
	for _, i := range instances {
		ids = append(ids, i.ID)
	}
	return ids
}

// spec is what a request launches: what it says, over what its launch template says.
func (a *API) spec(tx *state.Tx, scope arn.Scope, in *sdk.RunInstancesInput) (ec2.Spec, error) {
	said := ec2.Convert[types.ResponseLaunchTemplateData](in)
	var template *ec2.LaunchTemplateVersion
	data := said
	if in.LaunchTemplate != nil {
		var err error
		if template, err = a.launchedFrom(tx, scope, in.LaunchTemplate); err != nil {
			return ec2.Spec{}, err
		}
		data = ec2.Merge(template.Data, said)
	}
	if data == nil {
		data = &types.ResponseLaunchTemplateData{}
	}
	if err := refuseData(data); err != nil {
		return ec2.Spec{}, err
	}
	if err := a.groupsByName(tx, scope, data); err != nil {
		return ec2.Spec{}, err
	}
	if len(in.NetworkInterfaces) > 0 && len(in.SecurityGroupIds)+len(in.SecurityGroups) > 0 { // Source: field reports
		return ec2.Spec{}, refuse("InvalidParameterCombination", "Network interfaces and an instance-level security groups may not be specified on the same request")
	}
	if in.SubnetId != nil {
		if len(data.NetworkInterfaces) > 0 { // Source: recorded answers
			return ec2.Spec{}, refuse("InvalidParameterCombination", "Network interfaces and an instance-level subnet ID may not be specified on the same request")
		}
		data.NetworkInterfaces = []types.LaunchTemplateInstanceNetworkInterfaceSpecification{{SubnetId: in.SubnetId}}
	}
	spec, err := ec2.SpecFrom(tx, scope, data)
	if err != nil {
		return spec, err
	}
	if a.strict && (spec.Subnet.MadeUp || a.exists(tx, scope, spec.Subnet.ID) != nil) {
		return spec, missing("subnet-")(spec.Subnet.ID)
	}
	spec.Count, spec.At, spec.ClientToken = int(*in.MaxCount), a.now(), aws.ToString(in.ClientToken)
	if template != nil {
		spec.Tags["aws:ec2launchtemplate:id"] = template.TemplateID
		spec.Tags["aws:ec2launchtemplate:version"] = versionText(template.Number)
	}
	return spec, nil
}

// groupsByName adds the security groups that are named, of which there is one.
func (a *API) groupsByName(tx *state.Tx, scope arn.Scope, data *types.ResponseLaunchTemplateData) error {
	for _, name := range data.SecurityGroups {
		found := false
		for _, g := range tx.SecurityGroups(scope) {
			if g.Name == name {
				data.SecurityGroupIds, found = append(slices.Clip(data.SecurityGroupIds), g.ID), true
			}
		}
		if !found {
			return refuse("InvalidGroup.NotFound", "The security group '%s' does not exist in default VPC '%s'", name, state.DefaultVPC)
		}
	}
	return nil
}

// checkRun refuses what a request says wrong by itself. Source of the texts: field reports.
func checkRun(in *sdk.RunInstancesInput) error {
	switch {
	case in.MinCount == nil:
		return refuse("MissingParameter", "The request must contain the parameter MinCount")
	case in.MaxCount == nil:
		return refuse("MissingParameter", "The request must contain the parameter MaxCount")
	case *in.MinCount < 1:
		return refuse("InvalidParameterValue", "Value (%d) for parameter minCount is invalid. Expecting a value greater than 0.", *in.MinCount)
	case *in.MaxCount < *in.MinCount:
		return refuse("InvalidParameterValue", "Value (%d) for parameter maxCount is invalid. Expecting a value greater than or equal to minCount.", *in.MaxCount)
	case *in.MaxCount > maxLaunched:
		return refuse("InstanceLimitExceeded", "ecs-emulator launches at most %d instances in a request", maxLaunched)
	}
	if err := refuseRun(in); err != nil {
		return err
	}
	if b := in.InstanceInitiatedShutdownBehavior; b != "" && !slices.Contains(b.Values(), b) { // the text is the emulator's
		return refuse("InvalidParameterValue", "Value (%s) for parameter instanceInitiatedShutdownBehavior is invalid.", b)
	}
	return checkTagSpecifications(in.TagSpecifications, taggedByRun...)
}

// taggedByRun is what RunInstances can tag. Source: EC2 API reference, RunInstances.
var taggedByRun = []types.ResourceType{
	types.ResourceTypeInstance, types.ResourceTypeVolume, types.ResourceTypeNetworkInterface,
	types.ResourceTypeSpotInstancesRequest, types.ResourceTypeElasticGpu,
}

// checkTagSpecifications refuses tags of what an operation does not make. Source of the
// texts: field reports.
func checkTagSpecifications(specifications []types.TagSpecification, kinds ...types.ResourceType) error {
	for _, s := range specifications {
		if !slices.Contains(kinds, s.ResourceType) {
			return refuse("InvalidParameterValue", "'%s' is not a valid taggable resource type for this operation.", s.ResourceType)
		}
		if len(s.Tags) == 0 {
			return refuse("InvalidParameterValue", "Tag specification must have at least one tag")
		}
		if err := checkTags(s.Tags); err != nil {
			return err
		}
	}
	return nil
}

func checkTags(tags []types.Tag) error {
	keys := map[string]bool{}
	for _, tag := range tags {
		key := aws.ToString(tag.Key)
		if keys[key] { // Source: field reports
			return refuse("InvalidParameterValue", "Duplicate tag key '%s' specified.", key)
		}
		keys[key] = true
		if why := wrongTag(aws.ToString(tag.Key), aws.ToString(tag.Value)); why != "" {
			return refuse("InvalidParameterValue", "%s", why)
		}
	}
	if len(tags) > maxTags {
		return refuse("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
	}
	return nil
}
