package ec2

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// instance can be tagged, and else not be changed: ModifyInstanceAttribute is not built.
func instance() *handler.Type {
	return &handler.Type{
		Name: "AWS::EC2::Instance",
		Refused: []string{
			"BlockDeviceMappings.NoDevice", "ElasticGpuSpecifications", "LicenseSpecifications", "NetworkInterfaces.EnaSrdSpecification",
			"PropagateTagsToVolumeOnCreation", "SourceDestCheck", "SsmAssociations", "Volumes",
		},
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			ask := append(ownTags(t), filter("instance-state-name", "pending", "running", "stopping", "stopped"))
			list, err := instances(t, sdk.DescribeInstancesInput{Filters: ask})
			return foundIDs(list, func(i types.Instance) *string { return i.InstanceId }), err
		},
		Create: runInstance,
		Read:   readInstance,
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("TerminateInstances"), &sdk.TerminateInstancesInput{InstanceIds: []string{t.ID}}, nil)
		},
		Gone: func(t *handler.Turn) (bool, error) {
			list, err := instances(t, sdk.DescribeInstancesInput{InstanceIds: []string{t.ID}})
			return err == nil && (len(list) == 0 || stateOf(list[0]) == types.InstanceStateNameTerminated), err
		},
		Tagging:  tagging(physicalID),
		Launches: true,
	}
}

func instances(t *handler.Turn, in sdk.DescribeInstancesInput) (list []types.Instance, err error) {
	for {
		var out sdk.DescribeInstancesOutput
		if err := t.Call(operation("DescribeInstances"), &in, &out); err != nil {
			return nil, err
		}
		for _, r := range out.Reservations {
			list = append(list, r.Instances...)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return list, nil
		}
	}
}

func stateOf(i types.Instance) types.InstanceStateName {
	if i.State == nil {
		return ""
	}
	return i.State.Name
}

// placed are properties that requests have in their Placement.
var placed = []string{"Affinity", "AvailabilityZone", "HostId", "HostResourceGroupArn", "PlacementGroupName", "Tenancy"}

func runInstance(t *handler.Turn) error {
	in := sdk.RunInstancesInput{
		ClientToken: t.Token(), MinCount: aws.Int32(1), MaxCount: aws.Int32(1), TagSpecifications: tagsFor(t, types.ResourceTypeInstance),
	}
	except := []input.Exception{input.Skipped("Tags"), input.Skipped("Monitoring"), input.Skipped("IamInstanceProfile"), input.Renamed("NetworkInterfaces.GroupSet", "Groups")}
	asked := false
	for _, name := range placed {
		except = append(except, input.Skipped(name))
		asked = asked || t.Text(name) != ""
	}
	if err := t.Fill(&in, except...); err != nil {
		return err
	}
	if name := t.Text("IamInstanceProfile"); name != "" {
		in.IamInstanceProfile = &types.IamInstanceProfileSpecification{Name: &name}
	}
	if on := t.Properties.Get("Monitoring"); on != nil {
		in.Monitoring = &types.RunInstancesMonitoringEnabled{Enabled: aws.Bool(on.IsTrue())}
	}
	if asked {
		in.Placement = &types.Placement{
			Affinity: wish(t.Text("Affinity")), AvailabilityZone: wish(t.Text("AvailabilityZone")), HostId: wish(t.Text("HostId")),
			HostResourceGroupArn: wish(t.Text("HostResourceGroupArn")), GroupName: wish(t.Text("PlacementGroupName")), Tenancy: types.Tenancy(t.Text("Tenancy")),
		}
	}
	var out sdk.RunInstancesOutput
	if err := t.Call(operation("RunInstances"), &in, &out); err != nil {
		return err
	}
	for _, i := range out.Instances {
		t.ID = aws.ToString(i.InstanceId)
	}
	return nil
}

func readInstance(t *handler.Turn) (stable bool, err error) {
	list, err := instances(t, sdk.DescribeInstancesInput{InstanceIds: []string{t.ID}})
	if err != nil || len(list) == 0 {
		return false, err
	}
	i := list[0]
	t.Instance(t.ID)
	t.Set("InstanceId", &t.ID)
	t.Set("PrivateIp", i.PrivateIpAddress)
	t.Set("PrivateDnsName", i.PrivateDnsName)
	t.Set("PublicIp", i.PublicIpAddress)
	t.Set("PublicDnsName", i.PublicDnsName)
	t.Set("VpcId", i.VpcId)
	if i.Placement != nil {
		t.Set("AvailabilityZone", i.Placement.AvailabilityZone)
	}
	switch state := stateOf(i); state {
	case types.InstanceStateNameShuttingDown, types.InstanceStateNameTerminated:
		reason := aws.ToString(i.StateTransitionReason)
		if i.StateReason != nil {
			reason = cmp.Or(aws.ToString(i.StateReason.Message), reason)
		}
		return false, handler.Failed(handler.NotStabilized, "Instance %s is %s: %s", t.ID, state, reason) // the text is a guess
	default: // one that was stopped by hand need not start for a change of its tags
		return state == types.InstanceStateNameRunning || t.Action == handler.Update && state != types.InstanceStateNamePending, nil
	}
}
