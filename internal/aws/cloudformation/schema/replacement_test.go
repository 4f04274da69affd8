package schema

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// TestEachConditionIsDecided: each property that is conditional says when, and no other one does.
func TestEachConditionIsDecided(t *testing.T) {
	conditional := map[string]bool{}
	for name, of := range types() {
		for property, p := range of.Properties {
			if p.Recreation == Conditionally {
				conditional[name+"."+property] = true
			}
		}
	}
	for name := range conditional {
		if conditions[name] == nil {
			t.Errorf("%s does not say when it replaces the resource", name)
		}
	}
	for name := range conditions {
		if !conditional[name] {
			t.Errorf("%s is not conditional", name)
		}
	}
}

func TestReplaces(t *testing.T) {
	for _, test := range []struct {
		of, before, after string
		want              bool
	}{
		{"AWS::ECS::Service", "DesiredCount: 1", "DesiredCount: 2", false},
		{"AWS::ECS::Service", "Cluster: a", "Cluster: b", true},
		{"AWS::ECS::Service", "LaunchType: EC2", "LaunchType: FARGATE", true},
		{"AWS::ECS::Service", "LaunchType: EC2", "DesiredCount: 1", false},
		{"AWS::ECS::Service", "LaunchType: FARGATE", "DesiredCount: 1", true},
		{"AWS::ECS::Service", "LaunchType: FARGATE", "CapacityProviderStrategy: [{CapacityProvider: FARGATE_SPOT}]", false},
		{"AWS::ECS::Service", "CapacityProviderStrategy: [{CapacityProvider: FARGATE_SPOT}]", "LaunchType: FARGATE", true},
		{"AWS::EC2::VPC", "InstanceTenancy: dedicated", "CidrBlock: ~", true},
		{"AWS::EC2::VPC", "InstanceTenancy: dedicated", "InstanceTenancy: default", false},
		{"AWS::EC2::VPC", "InstanceTenancy: default", "InstanceTenancy: dedicated", true},
		{"AWS::EC2::Subnet", "VpcId: a", "{VpcId: a, Ipv6CidrBlock: 'fc00::/64'}", false},
		{"AWS::EC2::Subnet", "Ipv6CidrBlock: 'fc01::/64'", "Ipv6CidrBlock: 'fc00::/64'", true},
		{"AWS::Events::Rule", "State: ENABLED", "EventBusName: default", false},
		{"AWS::Events::Rule", "EventBusName: a", "EventBusName: arn:aws:events:eu-west-1:123456789012:event-bus/a", false},
		{"AWS::Events::Rule", "EventBusName: a", "State: ENABLED", true},
		{"AWS::EC2::Instance", "InstanceType: t3.micro", "InstanceType: t3.small", false},
		{"AWS::EC2::Instance", "Tenancy: host", "Tenancy: default", true},
	} {
		of, _ := Find(test.of)
		before, err := document.Read("P: " + inline(test.before))
		if err != nil {
			t.Fatal(err)
		}
		after, err := document.Read("P: " + inline(test.after))
		if err != nil {
			t.Fatal(err)
		}
		if got := of.Replaces(before.Get("P"), after.Get("P"), nil); got != test.want {
			t.Errorf("%s from %q to %q replaces: %v, want %v", test.of, test.before, test.after, got, test.want)
		}
	}
}

// inline is a property as YAML in one line.
func inline(text string) string {
	if text[0] == '{' {
		return text
	}
	return "{" + text + "}"
}

// TestWillReplace: an UpdatePolicy has a new group take the place of one whose instances would be other ones, and of no other one.
func TestWillReplace(t *testing.T) {
	of, _ := Find(autoScalingGroup)
	read := func(text string) *document.Value {
		root, err := document.Read("P: " + text)
		if err != nil {
			t.Fatal(err)
		}
		return root.Get("P")
	}
	before := read("{MinSize: '1', MaxSize: '1', LaunchConfigurationName: a}")
	for _, test := range []struct {
		after, policy string
		want          bool
	}{
		{"{MinSize: '1', MaxSize: '1', LaunchConfigurationName: b}", "{AutoScalingReplacingUpdate: {WillReplace: true}}", true},
		{"{MinSize: '1', MaxSize: '1', LaunchConfigurationName: b}", "{AutoScalingReplacingUpdate: {WillReplace: 'true'}, AutoScalingRollingUpdate: {MaxBatchSize: 2}}", true},
		{"{MinSize: '1', MaxSize: '1', LaunchConfigurationName: b}", "{AutoScalingReplacingUpdate: {WillReplace: false}}", false},
		{"{MinSize: '1', MaxSize: '1', LaunchConfigurationName: b}", "{AutoScalingRollingUpdate: {MaxBatchSize: 2}}", false},
		{"{MinSize: '1', MaxSize: '1', LaunchConfigurationName: b}", "~", false},
		{"{MinSize: '1', MaxSize: '2', LaunchConfigurationName: a}", "{AutoScalingReplacingUpdate: {WillReplace: true}}", false},
	} {
		if got := of.Replaces(before, read(test.after), read(test.policy)); got != test.want {
			t.Errorf("%s with %s: %t", test.after, test.policy, got)
		}
	}
}
