package schema

import (
	"cmp"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Replaces reports whether an update from one set of known properties to another one makes a new resource: change sets say
// Conditional where this depends on values (CFN-41), and it is decided when the update comes to the resource. The UpdatePolicy
// may be nil.
func (t *Type) Replaces(before, after, updatePolicy *document.Value) bool {
	before, after = t.Convert(before), t.Convert(after)
	for _, c := range t.Changes(before, after) {
		if c.Recreation == Always || c.Recreation == Conditionally && conditions[t.Name+"."+c.Property](before, after) {
			return true
		}
		if c.Recreation == Conditionally && t.Name == autoScalingGroup && willReplace(updatePolicy) {
			return true
		}
	}
	return false
}

// conditions say when a change of a property that is conditional replaces the resource.
var conditions = map[string]func(before, after *document.Value) bool{
	// Source: user guide, AWS::EC2::VPC.
	"AWS::EC2::VPC.InstanceTenancy": func(before, after *document.Value) bool {
		return before.TextOf("InstanceTenancy") != "dedicated" || cmp.Or(after.TextOf("InstanceTenancy"), "default") != "default"
	},
	// A range can be given to a subnet, and not changed. Source: EC2 API reference, AssociateSubnetCidrBlock; a guess.
	"AWS::EC2::Subnet.Ipv6CidrBlock": func(before, _ *document.Value) bool { return before.Get("Ipv6CidrBlock") != nil },
	// UpdateService takes a strategy in the place of a launch type, and no launch type. Source: ECS API reference.
	"AWS::ECS::Service.LaunchType": func(before, after *document.Value) bool {
		return launchType(before) != launchType(after) && after.Get("CapacityProviderStrategy") == nil
	},
	"AWS::Events::Rule.EventBusName": func(before, after *document.Value) bool { return busOf(before) != busOf(after) },

	// See willReplace.
	autoScalingGroup + ".LaunchConfigurationName": never,
	autoScalingGroup + ".LaunchTemplate":          never,
	autoScalingGroup + ".MixedInstancesPolicy":    never,
	autoScalingGroup + ".VPCZoneIdentifier":       never,

	// Instances whose root is a volume are changed, and stopped for some of it. Source: user guide, AWS::EC2::Instance.
	"AWS::EC2::Instance.AdditionalInfo":        never,
	"AWS::EC2::Instance.Affinity":              never,
	"AWS::EC2::Instance.EbsOptimized":          never,
	"AWS::EC2::Instance.HostId":                never,
	"AWS::EC2::Instance.InstanceType":          never,
	"AWS::EC2::Instance.KernelId":              never,
	"AWS::EC2::Instance.PrivateDnsNameOptions": never,
	"AWS::EC2::Instance.RamdiskId":             never,
	"AWS::EC2::Instance.SecurityGroupIds":      never,
	"AWS::EC2::Instance.UserData":              never,
	"AWS::EC2::Instance.BlockDeviceMappings":   always, // but for DeleteOnTermination, which is left out here
	"AWS::EC2::Instance.Tenancy":               always, // but for host and dedicated, which are left out here

	"AWS::Lambda::Function.DurableConfig": always, // a guess
}

const autoScalingGroup = "AWS::AutoScaling::AutoScalingGroup"

// willReplace is whether an UpdatePolicy has a new group take the place of one whose instances would be other ones.
// Source: user guide, UpdatePolicy.
func willReplace(updatePolicy *document.Value) bool {
	return updatePolicy.Get("AutoScalingReplacingUpdate").TextOf("WillReplace") == "true"
}

func never(_, _ *document.Value) bool  { return false }
func always(_, _ *document.Value) bool { return true }

// launchType is EC2 where neither it nor a strategy is named. Source: ECS API reference, CreateService.
func launchType(properties *document.Value) string {
	if properties.Get("CapacityProviderStrategy") != nil {
		return ""
	}
	return cmp.Or(properties.TextOf("LaunchType"), "EC2")
}

// busOf is the name of a rule's event bus, which may be given by its ARN.
func busOf(properties *document.Value) string {
	given := cmp.Or(properties.TextOf("EventBusName"), "default")
	if _, name, found := strings.Cut(given, ":event-bus/"); found {
		return name
	}
	return given
}
