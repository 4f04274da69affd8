package service

import (
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// loadBalancers are what leads requests to target groups of a service's tasks.
type loadBalancers struct{ unsaid }

func (loadBalancers) rows() []member.Row {
	return slices.Concat(
		member.Act(
			"loadBalancers[].advancedConfiguration.alternateTargetGroupArn", "loadBalancers[].advancedConfiguration.productionListenerRule",
		),
		member.ActInPart("loadBalancers[].advancedConfiguration.roleArn", "what its policies allow is not looked at"),
		member.Act("loadBalancers[].advancedConfiguration.testListenerRule"),
		member.Act("loadBalancers[].containerName", "loadBalancers[].containerPort"),
		member.Refuse("loadBalancers[].loadBalancerName", "needs Classic Load Balancers"),
		member.Act("loadBalancers[].targetGroupArn"),
	)
}

func (loadBalancers) names(r Request) (named Named) {
	for _, b := range r.LoadBalancers {
		named.Ports = append(named.Ports, Port{Container: aws.ToString(b.ContainerName), Number: b.ContainerPort})
		for _, group := range launch.BothGroups(b) {
			named.Resources = append(named.Resources, Resource{TargetGroup, group})
		}
		if b.AdvancedConfiguration != nil {
			named.Resources = append(named.Resources, Resource{Role, aws.ToString(b.AdvancedConfiguration.RoleArn)})
		}
	}
	return named
}

func (loadBalancers) check(r Request) error { return launch.CheckLoadBalancers(r.LoadBalancers) }

func (loadBalancers) checkController(r Request, controller types.DeploymentControllerType) error {
	if controller == types.DeploymentControllerTypeCodeDeploy {
		return launch.CheckSetLoadBalancers(r.LoadBalancers)
	}
	if len(r.LoadBalancers) > 0 {
		return kit.InvalidParameter("LoadBalancers must be empty or null.")
	}
	return nil
}

// resolve takes the load balancers asked for, or else the present ones. The ports of these are looked at again if the
// definition or the launch type changes: that all other updates go through is a choice.
func (loadBalancers) resolve(in *resolving) error {
	r := in.revision
	r.LoadBalancers = listed(in, in.LoadBalancers, in.before.OwnLoadBalancers())
	if in.LoadBalancers != nil {
		return launch.CheckTargetGroups(in.Tx, in.definition, in.launchType, r.LoadBalancers)
	}
	err := launch.CheckKeptTargetGroups(in.Tx, in.definition, in.launchType, r.LoadBalancers)
	if err == nil && (r.TaskDefinition != in.before.TaskDefinition || in.launchType != in.before.TasksLaunchType()) {
		err = launch.CheckTargetPorts(in.Tx, in.definition, in.launchType, r.LoadBalancers)
	}
	return err
}

// same reports whether tasks get into the same target groups, and traffic to them by the same rules.
func (loadBalancers) same(x, y *state.ServiceRevision) bool {
	return slices.EqualFunc(x.OwnLoadBalancers(), y.OwnLoadBalancers(), func(a, b types.LoadBalancer) bool {
		return aws.ToString(a.TargetGroupArn) == aws.ToString(b.TargetGroupArn) &&
			aws.ToString(a.ContainerName) == aws.ToString(b.ContainerName) && aws.ToInt32(a.ContainerPort) == aws.ToInt32(b.ContainerPort) &&
			reflect.DeepEqual(a.AdvancedConfiguration, b.AdvancedConfiguration)
	})
}

func (loadBalancers) showInService(s *types.Service, r *state.ServiceRevision) {
	s.LoadBalancers = kit.Listed(r.OwnLoadBalancers())
}

func (loadBalancers) showInRevision(shown *types.ServiceRevision, r *state.ServiceRevision) {
	shown.LoadBalancers = r.OwnLoadBalancers()
}

// roleARN is the ARN of a role which is named, or given by its ARN; empty is none.
// Source: ECS API reference, CreateService, role.
func roleARN(scope arn.Scope, role string) string {
	if role == "" || strings.HasPrefix(role, "arn:") {
		return role
	}
	return "arn:" + scope.Partition() + ":iam::" + scope.Account + ":role/" + role
}
