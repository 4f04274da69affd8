package autoscaling

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
)

// group is stable when as many instances as it wants are in service. Source: public reports of groups that "did not stabilize".
func group() *handler.Type {
	return &handler.Type{
		Name: "AWS::AutoScaling::AutoScalingGroup",
		Refused: []string{
			"InstanceId", "LoadBalancerNames", "MaxInstanceLifetime", "MixedInstancesPolicy.LaunchTemplate.Overrides.InstanceRequirements",
			"NotificationConfiguration", "NotificationConfigurations", "TargetGroupARNs", "TrafficSources",
		},
		Naming: handler.Naming{Property: "AutoScalingGroupName"},
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			g, err := groupNow(t, t.Name)
			if g == nil || err != nil {
				return nil, err
			}
			tags := handler.ReadTags(g.Tags, func(v types.TagDescription) (key, value *string) { return v.Key, v.Value })
			return []handler.Found{{ID: t.Name, Tags: tags}}, nil
		},
		Create:    createGroup,
		Configure: putMetrics,
		Read:      readGroup,
		Update:    updateGroup,
		Proceed:   rollGroup,
		Delete: func(t *handler.Turn) error {
			in := sdk.DeleteAutoScalingGroupInput{AutoScalingGroupName: &t.ID, ForceDelete: aws.Bool(true)}
			return unlessGone(t.Call(operation("DeleteAutoScalingGroup"), &in, nil))
		},
		Gone: func(t *handler.Turn) (bool, error) {
			g, err := groupNow(t, t.ID)
			return g == nil && err == nil, err
		},
		Launches:     true,
		Judge:        signal.Policy.JudgeGroup,
		UpdatePolicy: checkUpdatePolicy,
	}
}

// groupNow is the group of a name, nil if there is none.
func groupNow(t *handler.Turn, name string) (*types.AutoScalingGroup, error) {
	var out sdk.DescribeAutoScalingGroupsOutput
	err := t.Call(operation("DescribeAutoScalingGroups"), &sdk.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{name}}, &out)
	if err != nil || len(out.AutoScalingGroups) == 0 {
		return nil, err
	}
	return &out.AutoScalingGroups[0], nil
}

// elsewhere are properties that go to other members, or other calls.
var elsewhere = []input.Exception{
	input.Renamed("Cooldown", "DefaultCooldown"), input.Skipped("VPCZoneIdentifier"), input.Skipped("MetricsCollection"), input.Skipped("Tags"),
}

func createGroup(t *handler.Turn) error {
	var in sdk.CreateAutoScalingGroupInput
	if err := t.Fill(&in, elsewhere...); err != nil {
		return err
	}
	in.AutoScalingGroupName, in.VPCZoneIdentifier, in.Tags = &t.Name, subnets(t), tagsOf(t, t.Name)
	if err := t.Call(operation("CreateAutoScalingGroup"), &in, nil); err != nil {
		return err
	}
	t.ID = t.Name
	return nil
}

func subnets(t *handler.Turn) *string {
	v := t.Properties.Get("VPCZoneIdentifier")
	if v == nil {
		return nil
	}
	list, _ := v.Texts()
	return aws.String(strings.Join(list, ","))
}

// tagsOf are the tags of the resource, the stack and the system, which instances get as well: that they do is a guess.
func tagsOf(t *handler.Turn, name string) (list []types.Tag) {
	propagates := map[string]bool{}
	if own := t.Properties.Get("Tags"); own != nil {
		for _, item := range own.Items {
			propagates[item.TextOf("Key")] = item.TextOf("PropagateAtLaunch") == "true"
		}
	}
	for _, each := range t.AllTags() {
		at, own := propagates[each.Key]
		list = append(list, types.Tag{
			Key: &each.Key, Value: &each.Value, PropagateAtLaunch: aws.Bool(at || !own), ResourceId: &name, ResourceType: aws.String("auto-scaling-group"),
		})
	}
	return list
}

func readGroup(t *handler.Turn) (stable bool, err error) {
	g, err := groupNow(t, t.ID)
	if err != nil || g == nil {
		return false, err
	}
	t.Set("AutoScalingGroupARN", g.AutoScalingGroupARN)
	running := int32(0)
	for _, i := range g.Instances {
		t.Instance(aws.ToString(i.InstanceId))
		if inService(i) {
			running++
		}
	}
	return running >= aws.ToInt32(g.DesiredCapacity), nil
}
