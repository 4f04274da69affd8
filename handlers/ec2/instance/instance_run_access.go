package instance

import (
	"cmp"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// runAccess is what RunInstances asks: for what it makes, with the tags of that alone, and for what it uses. Source: Service
// Authorization Reference, RunInstances, the scenarios in a VPC with EBS; in which order AWS asks has not been seen.
func runAccess(call awsapi.Call, in *sdk.RunInstancesInput) (wants []awsapi.Access) {
	tags := map[types.ResourceType][]types.Tag{}
	for _, s := range in.TagSpecifications {
		tags[s.ResourceType] = append(tags[s.ResourceType], s.Tags...)
	}
	for _, made := range madeByRun(in) {
		keys := runKeys(call, tags[made])
		if made == types.ResourceTypeInstance && in.InstanceType != "" {
			keys["ec2:instancetype"] = policy.Is(string(in.InstanceType))
		}
		wants = append(wants, awsapi.Access{Action: "ec2:RunInstances", Resource: all(call, made), Keys: keys})
	}
	for _, used := range usedByRun(call.Scope(), in) {
		wants = append(wants, awsapi.Access{Action: "ec2:RunInstances", Resource: used, Keys: runKeys(call, nil)})
	}
	for _, tagged := range slices.Sorted(maps.Keys(tags)) {
		keys := runKeys(call, tags[tagged])
		keys["ec2:createaction"] = policy.Is("RunInstances")
		wants = append(wants, awsapi.Access{Action: "ec2:CreateTags", Resource: all(call, tagged), Keys: keys})
	}
	return wants
}

func all(call awsapi.Call, of types.ResourceType) string {
	return *kit.ResourceARN(call.Scope(), string(of)+"/*")
}

func runKeys(call awsapi.Call, tags []types.Tag) awsapi.Keys {
	keys := awsapi.Keys{"ec2:region": policy.Is(call.Region)}
	awsapi.TagKeys(keys, tags, func(t types.Tag) (string, string) { return aws.ToString(t.Key), aws.ToString(t.Value) })
	return keys
}

// madeByRun is what a launch makes beside an instance: always a volume, and a network interface unless the request has one.
func madeByRun(in *sdk.RunInstancesInput) []types.ResourceType {
	made := []types.ResourceType{types.ResourceTypeInstance, types.ResourceTypeVolume, types.ResourceTypeNetworkInterface}
	own := func(i types.InstanceNetworkInterfaceSpecification) bool { return i.NetworkInterfaceId == nil }
	if len(in.NetworkInterfaces) > 0 && !slices.ContainsFunc(in.NetworkInterfaces, own) {
		return made[:2]
	}
	return made
}

// usedByRun is the ARNs of what a launch uses. Images and snapshots are of no account in them. Which image and security groups
// a launch template or the default VPC have is not looked up: all are asked for then, a choice.
func usedByRun(scope arn.Scope, in *sdk.RunInstancesInput) (used []string) {
	use := func(kind string, ids ...string) {
		for _, id := range ids {
			used = append(used, *kit.ResourceARN(scope, kind+id))
		}
	}
	useOfAny := func(kind, id string) {
		used = append(used, "arn:"+scope.Partition()+":ec2:"+scope.Region+"::"+kind+id)
	}
	useOfAny("image/", cmp.Or(aws.ToString(in.ImageId), "*"))
	groups := slices.Clone(in.SecurityGroupIds)
	use("subnet/", notEmpty(in.SubnetId)...)
	for _, i := range in.NetworkInterfaces {
		use("network-interface/", notEmpty(i.NetworkInterfaceId)...)
		use("subnet/", notEmpty(i.SubnetId)...)
		groups = append(groups, i.Groups...)
	}
	if len(groups) == 0 {
		groups = []string{"*"}
	}
	use("security-group/", groups...)
	for _, b := range in.BlockDeviceMappings {
		if b.Ebs != nil && b.Ebs.SnapshotId != nil {
			useOfAny("snapshot/", *b.Ebs.SnapshotId)
		}
	}
	use("key-pair/", notEmpty(in.KeyName)...)
	if p := in.Placement; p != nil {
		use("placement-group/", notEmpty(p.GroupName)...)
	}
	if t := in.LaunchTemplate; t != nil {
		use("launch-template/", cmp.Or(aws.ToString(t.LaunchTemplateId), "*"))
	}
	return used
}

func notEmpty(text *string) []string {
	if aws.ToString(text) == "" {
		return nil
	}
	return []string{*text}
}
