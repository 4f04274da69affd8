package instance

import (
	"cmp"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// runAccess is what RunInstances asks: for what it makes, with the tags of that alone, and for what it uses. Source: Service
// Authorization Reference, RunInstances, the scenarios in a VPC with EBS; in which order AWS asks has not been seen.
func (a *API) runAccess(call awsapi.Call, in *sdk.RunInstancesInput) (wants []awsapi.Access) {
	tx, scope := a.Store.Read(), call.Scope()
	data := a.launchData(tx, scope, in)
	_ = a.groupsByName(tx, scope, data) // the launch refuses a name that is not there
	tags := map[types.ResourceType][]types.Tag{}
	for _, s := range data.TagSpecifications {
		tags[s.ResourceType] = append(tags[s.ResourceType], s.Tags...)
	}
	for _, made := range madeByRun(data) {
		keys := runKeys(call, tags[made])
		if made == types.ResourceTypeInstance && data.InstanceType != "" {
			keys["ec2:instancetype"] = policy.Is(string(data.InstanceType))
		}
		wants = append(wants, awsapi.Access{Action: "ec2:RunInstances", Resource: all(call, made), Keys: keys})
	}
	for _, used := range usedByRun(scope, data, in.SubnetId) {
		wants = append(wants, awsapi.Access{Action: "ec2:RunInstances", Resource: used, Keys: runKeys(call, nil)})
	}
	if t := in.LaunchTemplate; t != nil {
		id := cmp.Or(launchTemplateOf(tx, scope, t), "*")
		wants = append(wants, awsapi.Access{Action: "ec2:RunInstances", Resource: *kit.ResourceARN(scope, "launch-template/"+id), Keys: runKeys(call, nil)})
	}
	for _, tagged := range slices.Sorted(maps.Keys(tags)) {
		keys := runKeys(call, tags[tagged])
		keys["ec2:createaction"] = policy.Is("RunInstances")
		wants = append(wants, awsapi.Access{Action: "ec2:CreateTags", Resource: all(call, tagged), Keys: keys})
	}
	return wants
}

// launchData is what a request says, over what its launch template says. What names nothing is refused later.
func (a *API) launchData(tx *store.Tx, scope arn.Scope, in *sdk.RunInstancesInput) *types.ResponseLaunchTemplateData {
	data := ec2.Convert[types.ResponseLaunchTemplateData](in)
	if in.LaunchTemplate != nil {
		if template, err := a.launchedFrom(tx, scope, in.LaunchTemplate); err == nil {
			data = ec2.Merge(template.Data, data)
		}
	}
	if data == nil {
		return &types.ResponseLaunchTemplateData{}
	}
	return data
}

// launchTemplateOf is the id of the launch template that a request names, or "" of a name that is not there.
func launchTemplateOf(tx *store.Tx, scope arn.Scope, named *types.LaunchTemplateSpecification) string {
	if id := aws.ToString(named.LaunchTemplateId); id != "" {
		return id
	}
	t, err := template(tx, scope, nil, named.LaunchTemplateName)
	if err != nil {
		return ""
	}
	return t.ID
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
func madeByRun(data *types.ResponseLaunchTemplateData) []types.ResourceType {
	made := []types.ResourceType{types.ResourceTypeInstance, types.ResourceTypeVolume, types.ResourceTypeNetworkInterface}
	own := func(i types.LaunchTemplateInstanceNetworkInterfaceSpecification) bool {
		return i.NetworkInterfaceId == nil
	}
	if len(data.NetworkInterfaces) > 0 && !slices.ContainsFunc(data.NetworkInterfaces, own) {
		return made[:2]
	}
	return made
}

// usedByRun is the ARNs of what a launch uses. Images and snapshots are of no account in them. Where
// neither the request nor its launch template names an image, security groups or a subnet, all are asked for: a choice.
func usedByRun(scope arn.Scope, data *types.ResponseLaunchTemplateData, subnet *string) (used []string) {
	use := func(kind string, ids ...string) {
		for _, id := range ids {
			used = append(used, *kit.ResourceARN(scope, kind+id))
		}
	}
	useOfAny := func(kind, id string) {
		used = append(used, "arn:"+scope.Partition()+":ec2:"+scope.Region+"::"+kind+id)
	}
	useOfAny("image/", cmp.Or(aws.ToString(data.ImageId), "*"))
	groups := slices.Clone(data.SecurityGroupIds)
	subnets := notEmpty(subnet)
	for _, i := range data.NetworkInterfaces {
		use("network-interface/", notEmpty(i.NetworkInterfaceId)...)
		subnets = append(subnets, notEmpty(i.SubnetId)...)
		groups = append(groups, i.Groups...)
	}
	if len(subnets) == 0 && slices.Contains(madeByRun(data), types.ResourceTypeNetworkInterface) {
		subnets = []string{"*"}
	}
	use("subnet/", subnets...)
	if len(groups) == 0 {
		groups = []string{"*"}
	}
	use("security-group/", groups...)
	for _, b := range data.BlockDeviceMappings {
		if b.Ebs != nil && b.Ebs.SnapshotId != nil {
			useOfAny("snapshot/", *b.Ebs.SnapshotId)
		}
	}
	use("key-pair/", notEmpty(data.KeyName)...)
	if p := data.Placement; p != nil {
		use("placement-group/", notEmpty(p.GroupName)...)
	}
	return used
}

func notEmpty(text *string) []string {
	if aws.ToString(text) == "" {
		return nil
	}
	return []string{*text}
}
