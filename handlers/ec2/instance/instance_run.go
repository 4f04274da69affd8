package instance

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// maxLaunched bounds one request. AWS bounds what an account has; the number is the
// emulator's own.
const maxLaunched = 1000

// RunInstances launches instances, which begin as pending.
func (a *API) RunInstances(ctx context.Context, in *sdk.RunInstancesInput) (*sdk.RunInstancesOutput, error) {
	if err := checkRun(ctx, in); err != nil {
		return nil, err
	}
	if err := a.passRole(ctx, in); err != nil {
		return nil, err
	}
	scope := kit.Scope(ctx)
	again, err := kit.NewOnce(ctx, in.ClientToken, kit.LongestToken, in,
		"Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
	if err != nil {
		return nil, err
	}
	var launched []*ec2.Instance
	err = a.Store.Update(func(tx *store.Tx) (err error) {
		launched, err = a.launch(ctx, tx, scope, in, again)
		return err
	})
	if err != nil {
		var lack lacking
		if errors.As(err, &lack) && lack.outage != nil {
			lack.outage.Acted(lack.subnet)
		}
		return nil, kit.Answered(err)
	}
	return a.describeLaunch(ctx, scope, launched), nil
}

// lacking is why there is no room for instances, and the outage that has taken it, if one has.
type lacking struct {
	error
	outage *outage.Outage
	subnet string
}

func (l lacking) Unwrap() error { return l.error }

func (a *API) launch(ctx context.Context, tx *store.Tx, scope arn.Scope, in *sdk.RunInstancesInput, again kit.Once) (launched []*ec2.Instance, err error) {
	made, err := again.Made(tx)
	if err != nil {
		return nil, err
	}
	for _, id := range made {
		if i := ec2.FindInstance(tx, scope, id); i != nil {
			launched = append(launched, i)
		}
	}
	if made != nil {
		return launched, nil
	}
	spec, err := a.spec(ctx, tx, scope, in)
	if err != nil {
		return nil, err
	}
	if aws.ToBool(in.DryRun) {
		return nil, kit.ErrDryRun
	}
	room := ec2.RoomIn(tx, state.TaskInterfaces(tx)).Without(a.Outages.View()).On(a.Engines.View())
	if launched, err = ec2.Launch(tx, room, spec); err != nil {
		return nil, lacking{err, room.Lack(spec.Subnet), spec.Subnet.ID}
	}
	again.Remember(tx, a.Now(), idsOf(launched)...)
	return launched, nil
}

// addressPatience is how long an answer waits for addresses, for an engine that hangs.
const addressPatience = 5 * time.Second

// describeLaunch answers instances as they were launched, with their addresses. Which are
// free only the engine knows, so the transaction cannot take them: the capacity controller
// does, at once, and the answer waits for it. What cannot be had now comes later.
func (a *API) describeLaunch(ctx context.Context, scope arn.Scope, launched []*ec2.Instance) *sdk.RunInstancesOutput {
	if slices.ContainsFunc(launched, func(i *ec2.Instance) bool { return i.PrivateIP == "" }) {
		patient, cancel := context.WithTimeout(ctx, addressPatience)
		defer cancel()
		_ = a.settle(patient) // out of patience: the answer has the addresses that there are
	}
	tx := a.Store.Read()
	out := &sdk.RunInstancesOutput{OwnerId: &scope.Account, Groups: []types.GroupIdentifier{}, Instances: []types.Instance{}}
	for _, i := range launched {
		begun := *i
		if now := ec2.FindInstance(tx, scope, i.ID); now != nil {
			begun.PrivateIP = now.PrivateIP
		}
		out.ReservationId = &begun.ReservationID
		out.Instances = append(out.Instances, describeInstance(tx, &begun))
	}
	return out
}

func idsOf(instances []*ec2.Instance) (ids []string) {
	for _, i := range instances {
		ids = append(ids, i.ID)
	}
	return ids
}

// spec is what a request launches: what it says, over what its launch template says.
func (a *API) spec(ctx context.Context, tx *store.Tx, scope arn.Scope, in *sdk.RunInstancesInput) (ec2.Spec, error) {
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
	if err := checkData(ctx, data); err != nil {
		return ec2.Spec{}, err
	}
	if err := a.groupsByName(tx, scope, data); err != nil {
		return ec2.Spec{}, err
	}
	if len(data.NetworkInterfaces) > 0 && len(data.SecurityGroupIds) > 0 { // those named are among them; Source: field reports
		return ec2.Spec{}, kit.Refuse("InvalidParameterCombination", "Network interfaces and an instance-level security groups may not be specified on the same request")
	}
	if in.SubnetId != nil {
		if len(data.NetworkInterfaces) > 0 { // Source: recorded answers
			return ec2.Spec{}, kit.Refuse("InvalidParameterCombination", "Network interfaces and an instance-level subnet ID may not be specified on the same request")
		}
		data.NetworkInterfaces = []types.LaunchTemplateInstanceNetworkInterfaceSpecification{{SubnetId: in.SubnetId}}
	}
	spec, err := ec2.SpecFrom(tx, scope, data)
	if err != nil {
		return spec, err
	}
	if a.Strict && (spec.Subnet.MadeUp || a.Exists(tx, scope, spec.Subnet.ID) != nil) {
		return spec, kit.Missing("subnet-")(spec.Subnet.ID)
	}
	spec.Count, spec.Least, spec.At, spec.ClientToken = int(*in.MaxCount), int(*in.MinCount), a.Now(), aws.ToString(in.ClientToken)
	if template != nil {
		spec.Tags["aws:ec2launchtemplate:id"] = template.TemplateID
		spec.Tags["aws:ec2launchtemplate:version"] = versionText(template.Number)
	}
	if kit.OwnTags(spec.Tags) > kit.MaxTags {
		return spec, kit.ErrTooManyTags
	}
	return spec, nil
}

// groupsByName adds the security groups that are named, of which there is one.
func (a *API) groupsByName(tx *store.Tx, scope arn.Scope, data *types.ResponseLaunchTemplateData) error {
	for _, name := range data.SecurityGroups {
		found := false
		for _, g := range ec2network.SecurityGroups(tx, scope) {
			if g.Name == name && g.VPC == ec2network.DefaultVPC {
				data.SecurityGroupIds, found = append(slices.Clip(data.SecurityGroupIds), g.ID), true
			}
		}
		if !found {
			return kit.Refuse("InvalidGroup.NotFound", "The security group '%s' does not exist in default VPC '%s'", name, ec2network.DefaultVPC)
		}
	}
	return nil
}

// checkRun refuses what a request says wrong by itself. Source of the texts: field reports.
func checkRun(ctx context.Context, in *sdk.RunInstancesInput) error {
	switch {
	case in.MinCount == nil:
		return kit.Refuse("MissingParameter", "The request must contain the parameter MinCount")
	case in.MaxCount == nil:
		return kit.Refuse("MissingParameter", "The request must contain the parameter MaxCount")
	case *in.MinCount < 1:
		return kit.Refuse("InvalidParameterValue", "Value (%d) for parameter minCount is invalid. Expecting a value greater than 0.", *in.MinCount)
	case *in.MaxCount < *in.MinCount:
		return kit.Refuse("InvalidParameterValue", "Value (%d) for parameter maxCount is invalid. Expecting a value greater than or equal to minCount.", *in.MaxCount)
	case *in.MaxCount > maxLaunched:
		return kit.Refuse("InstanceLimitExceeded", "ecs-emulator launches at most %d instances in a request", maxLaunched)
	}
	if err := refuseRun(in); err != nil {
		return err
	}
	return kit.CheckTagSpecifications(ctx, in.TagSpecifications, taggedByRun...)
}

// taggedByRun is what RunInstances can tag. Source: EC2 API reference, RunInstances.
var taggedByRun = []types.ResourceType{
	types.ResourceTypeInstance, types.ResourceTypeVolume, types.ResourceTypeNetworkInterface,
	types.ResourceTypeSpotInstancesRequest, types.ResourceTypeElasticGpu,
}

// passRole asks whether the caller may hand the role of the instance profile to instances (AC73): of the one that the request
// names, or else its launch template.
func (a *API) passRole(ctx context.Context, in *sdk.RunInstancesInput) error {
	if awsapi.FromContext(ctx).Authorize == nil {
		return nil
	}
	tx, scope := a.Store.Read(), kit.Scope(ctx)
	return kit.PassInstanceRole(ctx, ec2.ProfileRole(tx, scope, a.launchData(tx, scope, in).IamInstanceProfile))
}
