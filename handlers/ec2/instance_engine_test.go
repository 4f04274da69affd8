package ec2_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
)

// TestInstancesAreOnEngines each on one: that which its tag names, of the request or the launch template, or the one with most to spare.
func TestInstancesAreOnEngines(t *testing.T) {
	s := newServer(t)
	s.engines.Engines = func() []engineroom.Engine {
		return []engineroom.Engine{
			{Name: "a", Ready: true, Architecture: "x86_64", CPU: 4096, Memory: 8192}, {Name: "b", Ready: true, Architecture: "x86_64", CPU: 4096, Memory: 8192},
		}
	}
	host := func(id *string) string { return ec2.FindInstance(s.store.Read(), scope, *id).Host }
	count := map[string]int{}
	for _, i := range s.run(t, run(4)).Instances {
		count[host(i.InstanceId)]++
	}
	if count["a"] != 2 || count["b"] != 2 {
		t.Errorf("of four instances %v are on the engines", count)
	}
	tags := func(engine string) []types.TagSpecification {
		return []types.TagSpecification{{ResourceType: "instance", Tags: []types.Tag{{Key: aws.String("ecs-emulator:engine"), Value: &engine}}}}
	}
	pinned := func(engine string) *sdk.RunInstancesInput {
		in := run(3)
		in.TagSpecifications = tags(engine)
		return in
	}
	for _, i := range s.run(t, pinned("b")).Instances {
		if got := host(i.InstanceId); got != "b" {
			t.Errorf("an instance whose tag names b is on %s", got)
		}
	}
	if got := host(s.run(t, run(1)).Instances[0].InstanceId); got != "a" {
		t.Errorf("the next instance is on %s, where more are", got)
	}
	s.template(t, "pinned", &types.RequestLaunchTemplateData{TagSpecifications: []types.LaunchTemplateTagSpecificationRequest{
		{ResourceType: "instance", Tags: tags("b")[0].Tags},
	}})
	fromTemplate := run(1)
	fromTemplate.LaunchTemplate = &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("pinned")}
	if got := host(s.run(t, fromTemplate).Instances[0].InstanceId); got != "b" {
		t.Errorf("an instance whose launch template names b is on %s", got)
	}

	_, err := s.RunInstances(ctx, pinned("x"))
	refused(t, err, "InvalidParameterValue", "ecs-emulator: there is no engine x among a and b.")
	arm := run(1)
	arm.InstanceType, arm.ImageId = "t4g.micro", &ec2.DefaultImage(scope.Region, ec2.KnownInstanceType("t4g.micro")).ID
	_, err = s.RunInstances(ctx, arm)
	refused(t, err, "InsufficientInstanceCapacity", "ecs-emulator: no engine has the architecture arm64.")
	s.engines.Engines = nil
	if got := host(s.run(t, pinned("x")).Instances[0].InstanceId); got != "" {
		t.Errorf("with one engine without a name, an instance is on %q", got)
	}
}
