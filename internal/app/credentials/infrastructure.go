package credentials

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// forVolumes is the name of the session in which ECS makes volumes. Source: ECS developer guide, infrastructure IAM role.
const forVolumes = "ECSTaskVolumesForEBS"

// MayMakeVolume asks whether an infrastructure role may make the EBS volume of a task and attach it.
// Source: AWS's policy AmazonECSInfrastructureRolePolicyForVolumes has the actions, resources and keys.
func (i *Issuer) MayMakeVolume(t *state.Task, v *state.ManagedVolume) error {
	if i.Authorize == nil {
		return nil
	}
	instance := ""
	if on := state.FindContainerInstance(i.Store.Read(), t.Placement.ContainerInstance); on != nil {
		instance = on.EC2InstanceID
	}
	caller := i.infrastructure(t.Scope(), v.RoleARN(), forVolumes)
	for _, call := range volumeCalls(t, v, instance) {
		if err := i.allow(context.Background(), caller, call...); err != nil {
			return err
		}
	}
	return nil
}

// forLoadBalancers is the name of the session in which ECS shifts traffic: a choice, as AWS's is not published.
const forLoadBalancers = "ECSNetworkingWithELB"

// MayShift reports whether the infrastructure role of a load balancer may do what shifts the traffic of a service, and with strict
// roles, whether ECS can assume it.
// Source: AWS's policy AmazonECSInfrastructureRolePolicyForLoadBalancers has the actions and resources.
func (i *Issuer) MayShift(serviceARN string, b *types.LoadBalancer, strict bool) bool {
	return i.mayCall(serviceARN, aws.ToString(b.AdvancedConfiguration.RoleArn), strict, shiftCalls(b))
}

// MayLead is MayShift for the one call that changes a rule, or a listener.
func (i *Issuer) MayLead(serviceARN string, b *types.LoadBalancer, rule string, strict bool) bool {
	return i.mayCall(serviceARN, aws.ToString(b.AdvancedConfiguration.RoleArn), strict, []awsapi.Access{leadCall(rule)})
}

// mayCall reports whether the infrastructure role of a load balancer may make some calls.
func (i *Issuer) mayCall(serviceARN, role string, strict bool, calls []awsapi.Access) bool {
	if strict && !i.Assumes(serviceARN, role) {
		return false
	}
	if i.Authorize == nil {
		return true
	}
	caller := i.infrastructure(arn.ScopeOf(serviceARN), role, forLoadBalancers)
	for _, wants := range calls {
		if i.allow(context.Background(), caller, wants) != nil {
			return false
		}
	}
	return true
}

// shiftCalls are the calls by which ECS finds target groups, changes who is in them, and changes rules or listeners.
func shiftCalls(b *types.LoadBalancer) (calls []awsapi.Access) {
	add := func(resource *string, actions ...string) {
		for _, action := range actions {
			if aws.ToString(resource) != "" {
				calls = append(calls, awsapi.Access{Action: "elasticloadbalancing:" + action, Resource: *resource})
			}
		}
	}
	add(aws.String("*"), "DescribeListeners", "DescribeRules", "DescribeTargetGroups", "DescribeTargetHealth")
	for _, group := range []*string{b.TargetGroupArn, b.AdvancedConfiguration.AlternateTargetGroupArn} {
		add(group, "RegisterTargets", "DeregisterTargets")
	}
	for _, rule := range []*string{b.AdvancedConfiguration.ProductionListenerRule, b.AdvancedConfiguration.TestListenerRule} {
		if aws.ToString(rule) != "" {
			calls = append(calls, leadCall(*rule))
		}
	}
	return calls
}

// leadCall is the call that changes a rule, or a listener.
func leadCall(rule string) awsapi.Access {
	action := "elasticloadbalancing:ModifyListener"
	if strings.Contains(rule, ":listener-rule/") {
		action = "elasticloadbalancing:ModifyRule"
	}
	return awsapi.Access{Action: action, Resource: rule}
}

// forManagedInstances is the name of the session in which ECS launches managed instances: a choice, as AWS's is not published.
const forManagedInstances = "ECSManagedInstances"

// MayLaunch asks whether the infrastructure role of a capacity provider may hand the role of its instance profile over to EC2. It asks for
// nothing else that a launch takes.
// Source: ECS developer guide, Amazon ECS Managed Instances instance profile: without iam:PassRole no instance is launched.
func (i *Issuer) MayLaunch(p *capacityprovider.Provider) error {
	profile := aws.ToString(p.Managed.InstanceLaunchTemplate.Ec2InstanceProfileArn)
	if i.Authorize == nil || profile == "" {
		return nil
	}
	tx, account := i.Store.Read(), iam.AccountOf(p.Scope())
	found := iam.InstanceProfiles.Find(tx, account, arn.Name(profile))
	if found == nil || found.Role == "" {
		return nil // where roles have to exist, it was refused with the provider
	}
	role := iam.Roles.Find(tx, account, found.Role)
	if role == nil {
		return nil
	}
	caller := i.infrastructure(p.Scope(), aws.ToString(p.Managed.InfrastructureRoleArn), forManagedInstances)
	return i.allow(context.Background(), caller, awsapi.Access{
		Action: "iam:PassRole", Resource: role.ARN(), Keys: awsapi.Keys{"iam:passedtoservice": policy.Is("ec2.amazonaws.com")},
	})
}

// infrastructure is ECS in a session of an infrastructure role.
func (i *Issuer) infrastructure(scope arn.Scope, role, name string) awsapi.Caller {
	return callerOf(session.Session{Account: scope.Account, Region: scope.Region, RoleARN: role, RoleID: i.RoleID(role), Name: name})
}

// volumeCalls are what the calls want by which ECS makes a volume and attaches it to the container instance of the task, or else to
// its host on Fargate, which is no resource of the account.
func volumeCalls(t *state.Task, v *state.ManagedVolume, instance string) [][]awsapi.Access {
	scope := t.Scope()
	prefix := "arn:" + scope.Partition() + ":ec2:" + scope.Region + ":" + scope.Account + ":"
	wants := func(action, resource string, keys awsapi.Keys) awsapi.Access {
		keys = maps.Clone(keys)
		keys["ec2:region"] = policy.Is(scope.Region)
		return awsapi.Access{Action: action, Resource: resource, Keys: keys}
	}
	requested, tagged := awsapi.Keys{}, awsapi.Keys{}
	awsapi.TagKeys(requested, append(slices.Clip(v.Tags), types.Tag{Key: aws.String("AmazonECSCreated"), Value: &t.ARN}),
		func(t types.Tag) (string, string) { return aws.ToString(t.Key), aws.ToString(t.Value) })
	for name, value := range requested { // the volume has them, once it is made
		if tag, is := strings.CutPrefix(name, "aws:requesttag/"); is {
			tagged["aws:resourcetag/"+tag], tagged["ec2:resourcetag/"+tag] = value, value
		}
	}
	none := awsapi.Keys{}
	tag := wants("ec2:CreateTags", prefix+"volume/*", requested)
	tag.Keys["ec2:createaction"] = policy.Is("CreateVolume")
	calls := [][]awsapi.Access{{wants("ec2:CreateVolume", prefix+"volume/*", requested), tag}, {wants("ec2:DescribeVolumes", "*", none)}}
	attach := []awsapi.Access{wants("ec2:AttachVolume", prefix+"volume/"+t.Placement.VolumeID, tagged)}
	if instance != "" {
		calls = append(calls, []awsapi.Access{wants("ec2:DescribeInstances", "*", none)})
		attach = append(attach, wants("ec2:AttachVolume", prefix+"instance/"+instance, none))
	}
	return append(calls, attach)
}
