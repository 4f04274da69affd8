package codedeploy

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// checkServers refuses by name what is about servers, of which the emulator has none, and triggers, whose messages would go nowhere.
func checkServers(s *settings) error {
	green := s.BlueGreenDeploymentConfiguration
	switch {
	case len(s.Ec2TagFilters) > 0:
		return missing("InvalidEC2TagException", "ec2TagFilters")
	case s.Ec2TagSet != nil && len(s.Ec2TagSet.Ec2TagSetList) > 0:
		return missing("InvalidEC2TagCombinationException", "ec2TagSet")
	case len(s.OnPremisesInstanceTagFilters) > 0:
		return missing("InvalidTagException", "onPremisesInstanceTagFilters")
	case s.OnPremisesTagSet != nil && len(s.OnPremisesTagSet.OnPremisesTagSetList) > 0:
		return missing("InvalidOnPremisesTagCombinationException", "onPremisesTagSet")
	case len(s.AutoScalingGroups) > 0:
		return missing("InvalidAutoScalingGroupException", "autoScalingGroups")
	case aws.ToBool(s.TerminationHookEnabled):
		return missing("InvalidAutoScalingGroupException", "terminationHookEnabled")
	case len(s.TriggerConfigurations) > 0:
		return missing("InvalidTriggerConfigException", "triggerConfigurations")
	case green != nil && green.GreenFleetProvisioningOption != nil &&
		green.GreenFleetProvisioningOption.Action == types.GreenFleetProvisioningActionCopyAutoScalingGroup:
		return missing("InvalidAutoScalingGroupException", "blueGreenDeploymentConfiguration.greenFleetProvisioningOption.action "+
			string(types.GreenFleetProvisioningActionCopyAutoScalingGroup))
	}
	return nil
}

// checkGroup refuses what no platform has. The texts are the emulator's.
func (a *API) checkGroup(tx *store.Tx, g *codedeploy.DeploymentGroup) error {
	role := aws.ToString(g.Info.ServiceRoleArn)
	switch {
	case role == "":
		return refuseMember("serviceRoleArn", "Member must not be null")
	case !strings.HasPrefix(role, "arn:") || !strings.Contains(role, ":role/"):
		return refuse("InvalidRoleException", "'%s' is not the ARN of a role.", role)
	case a.StrictRoles && !assumes(tx, g, role):
		return refuse("InvalidRoleException", "AWS CodeDeploy does not have the permissions required to assume the role %s.", role)
	}
	if err := checkConfigurationOf(tx, g); err != nil {
		return err
	}
	if err := checkAlarms(g.Info.AlarmConfiguration); err != nil {
		return err
	}
	return checkRollback(g.Info.AutoRollbackConfiguration)
}

func assumes(tx *store.Tx, g *codedeploy.DeploymentGroup, roleARN string) bool {
	role := iam.RoleByARN(tx, iam.AccountOf(g.Scope), roleARN)
	return role != nil && role.Trusts(iam.Asking{Service: principal, Source: g.ARN(), Account: g.Scope.Account})
}

// checkConfigurationOf wants the configuration of a group to be one of its platform.
func checkConfigurationOf(tx *store.Tx, g *codedeploy.DeploymentGroup) error {
	if err := checkName("deploymentConfigName", g.Info.DeploymentConfigName); err != nil {
		return err
	}
	c := codedeploy.FindConfiguration(tx, g.Scope, *g.Info.DeploymentConfigName)
	switch {
	case c == nil:
		return noConfiguration(*g.Info.DeploymentConfigName)
	case c.Platform != g.Info.ComputePlatform:
		return refuse("InvalidDeploymentConfigNameException", "The deployment configuration '%s' is of the compute platform %s, and the application of %s.",
			c.Name, c.Platform, g.Info.ComputePlatform)
	case c.Traffic != nil && overNetworkLoadBalancer(&g.Info) && c.Traffic.Type != types.TrafficRoutingTypeAllAtOnce:
		return refuse("InvalidTrafficRoutingConfigurationException", "Traffic behind a Network Load Balancer shifts all at once: the deployment configuration must be %s.",
			codedeploy.ECSAllAtOnce) // CD0013
	}
	return nil
}

// overNetworkLoadBalancer reports whether the production listener is one of a Network Load Balancer.
func overNetworkLoadBalancer(info *types.DeploymentGroupInfo) bool {
	if info.LoadBalancerInfo == nil || len(info.LoadBalancerInfo.TargetGroupPairInfoList) == 0 {
		return false
	}
	route := info.LoadBalancerInfo.TargetGroupPairInfoList[0].ProdTrafficRoute
	return route != nil && len(route.ListenerArns) > 0 && strings.Contains(route.ListenerArns[0], ":listener/net/")
}

// mostAlarms is how many a group can have. Source: CodeDeploy user guide, quotas.
const mostAlarms = 50

func checkAlarms(c *types.AlarmConfiguration) error {
	switch {
	case c == nil:
		return nil
	case len(c.Alarms) > mostAlarms:
		return refuse("AlarmsLimitExceededException", "A deployment group has at most %d alarms.", mostAlarms)
	case c.Enabled && len(c.Alarms) == 0:
		return refuse("InvalidAlarmConfigException", "An alarm configuration that is enabled needs an alarm.")
	}
	names := map[string]bool{}
	for _, alarm := range c.Alarms {
		name := aws.ToString(alarm.Name)
		if name == "" || names[name] {
			return refuse("InvalidAlarmConfigException", "Each alarm of an alarm configuration needs a name of its own.")
		}
		names[name] = true
	}
	return nil
}

func checkRollback(c *types.AutoRollbackConfiguration) error {
	if c != nil && c.Enabled && len(c.Events) == 0 {
		return refuse("InvalidAutoRollbackConfigException", "An auto rollback configuration that is enabled needs an event.")
	}
	return nil
}

// checkOther is the check of groups of the other platforms: with traffic control they need a load balancer. The text is AWS's, which
// it has also for groups of Amazon ECS whose application is one of servers (CD0010).
func checkOther(g *codedeploy.DeploymentGroup) error {
	style, balancer := g.Info.DeploymentStyle, g.Info.LoadBalancerInfo
	if len(g.Info.EcsServices) > 0 && style == nil {
		return refuse("InvalidECSServiceException", "ecsServices is of the compute platform ECS only.")
	}
	controlled := style != nil && style.DeploymentOption == types.DeploymentOptionWithTrafficControl
	if g.Info.ComputePlatform == types.ComputePlatformServer && controlled &&
		(balancer == nil || len(balancer.ElbInfoList)+len(balancer.TargetGroupInfoList) == 0) {
		return refuse("InvalidLoadBalancerInfoException", "The specification for load balancing in the deployment group is invalid. The deploymentOption value is set to "+
			"WITH_TRAFFIC_CONTROL, but either no load balancer was specified in elbInfoList or no target group was specified in targetGroupInfoList.")
	}
	return checkWaits(g.Info.BlueGreenDeploymentConfiguration)
}

// setECS checks a group of Amazon ECS (CD0010), fills in what the request leaves out, and finds its service.
func setECS(tx *store.Tx, g *codedeploy.DeploymentGroup) error {
	i := &g.Info
	if i.DeploymentStyle == nil {
		i.DeploymentStyle = &types.DeploymentStyle{}
	}
	if kind := i.DeploymentStyle.DeploymentType; kind != "" && kind != types.DeploymentTypeBlueGreen ||
		i.DeploymentStyle.DeploymentOption == types.DeploymentOptionWithoutTrafficControl {
		return refuse("InvalidDeploymentStyleException", "A deployment group of the compute platform ECS deploys by %s %s.",
			types.DeploymentTypeBlueGreen, types.DeploymentOptionWithTrafficControl)
	}
	i.DeploymentStyle = &types.DeploymentStyle{DeploymentType: types.DeploymentTypeBlueGreen, DeploymentOption: types.DeploymentOptionWithTrafficControl}
	if err := checkPair(i.LoadBalancerInfo); err != nil {
		return err
	}
	if err := setWaits(i); err != nil {
		return err
	}
	return setService(tx, g)
}

// errPair begins as AWS's text does (CD0010).
var errPair = refuse("InvalidLoadBalancerInfoException", "A deployment group associated with an application that uses the ECS compute platform must contain a valid pair of "+
	"target groups that identify a load balancer. The target groups must be specified in targetGroupPairInfoList.")

func checkPair(balancer *types.LoadBalancerInfo) error {
	if balancer == nil || len(balancer.TargetGroupPairInfoList) != 1 || len(balancer.ElbInfoList)+len(balancer.TargetGroupInfoList) > 0 {
		return errPair
	}
	invalid := func(format string, args ...any) error {
		return refuse("InvalidTargetGroupPairException", format, args...)
	}
	pair := balancer.TargetGroupPairInfoList[0]
	if len(pair.TargetGroups) != 2 {
		return invalid("A target group pair has two target groups, and not %d.", len(pair.TargetGroups))
	}
	one, other := aws.ToString(pair.TargetGroups[0].Name), aws.ToString(pair.TargetGroups[1].Name)
	if one == "" || other == "" || one == other {
		return invalid("A target group pair has two different names of target groups.")
	}
	if pair.ProdTrafficRoute == nil || len(pair.ProdTrafficRoute.ListenerArns) == 0 {
		return invalid("A target group pair needs a prodTrafficRoute with a listener.")
	}
	for _, route := range []*types.TrafficRoute{pair.ProdTrafficRoute, pair.TestTrafficRoute} {
		switch {
		case route == nil || len(route.ListenerArns) == 0:
		case len(route.ListenerArns) > 1:
			return invalid("A traffic route has one listener, and not %d.", len(route.ListenerArns))
		case !strings.Contains(route.ListenerArns[0], ":listener/"):
			return invalid("'%s' is not the ARN of a listener.", route.ListenerArns[0])
		}
	}
	if test := pair.TestTrafficRoute; test != nil && len(test.ListenerArns) == 1 && test.ListenerArns[0] == pair.ProdTrafficRoute.ListenerArns[0] {
		return invalid("The test listener must be another one than that for production.")
	}
	return nil
}

// checkWaits refuses waits that are negative or longer than two days.
func checkWaits(c *types.BlueGreenDeploymentConfiguration) error {
	if c == nil {
		return nil
	}
	var ready, end int32
	if c.DeploymentReadyOption != nil {
		ready = c.DeploymentReadyOption.WaitTimeInMinutes
	}
	if c.TerminateBlueInstancesOnDeploymentSuccess != nil {
		end = c.TerminateBlueInstancesOnDeploymentSuccess.TerminationWaitTimeInMinutes
	}
	if ready < 0 || ready > mostMinutes || end < 0 || end > mostMinutes {
		return refuse("InvalidBlueGreenDeploymentConfigurationException", "A wait time is from 0 to %d minutes.", mostMinutes)
	}
	return nil
}

// setWaits has both wait times there always, which `aws ecs deploy` and GitHub's action read without a default (CD0021, CD0023).
func setWaits(i *types.DeploymentGroupInfo) error {
	ready := types.DeploymentReadyOption{ActionOnTimeout: types.DeploymentReadyActionContinueDeployment}
	end := types.BlueInstanceTerminationOption{Action: types.InstanceActionTerminate}
	if c := i.BlueGreenDeploymentConfiguration; c != nil {
		if c.DeploymentReadyOption != nil {
			given := *c.DeploymentReadyOption
			if given.ActionOnTimeout == "" {
				given.ActionOnTimeout = ready.ActionOnTimeout
			}
			ready = given
		}
		if c.TerminateBlueInstancesOnDeploymentSuccess != nil {
			given := *c.TerminateBlueInstancesOnDeploymentSuccess
			if given.Action == "" {
				given.Action = end.Action
			}
			end = given
		}
	}
	if end.Action == types.InstanceActionKeepAlive {
		return refuse("InvalidBlueGreenDeploymentConfigurationException", "The original task set of a deployment of the compute platform ECS is terminated: %s is of instances.",
			types.InstanceActionKeepAlive)
	}
	i.BlueGreenDeploymentConfiguration = &types.BlueGreenDeploymentConfiguration{DeploymentReadyOption: &ready, TerminateBlueInstancesOnDeploymentSuccess: &end}
	return checkWaits(i.BlueGreenDeploymentConfiguration)
}

// setService finds the service of a group, which stays as the request names it (CD0021).
func setService(tx *store.Tx, g *codedeploy.DeploymentGroup) error {
	if len(g.Info.EcsServices) != 1 {
		return refuse("InvalidECSServiceException", "A deployment group has one Amazon ECS service, and not %d.", len(g.Info.EcsServices))
	}
	g.ServiceARN = serviceARN(g.Scope, g.Info.EcsServices[0])
	s := state.FindService(tx, g.ServiceARN)
	switch {
	case s == nil || !s.InactiveAt.IsZero():
		return refuse("InvalidECSServiceException", "The Amazon ECS service %s does not exist.", g.ServiceARN)
	case s.DeploymentController != ecstypes.DeploymentControllerTypeCodeDeploy:
		return refuse("InvalidECSServiceException", "Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller.") // field reports
	}
	if other := codedeploy.GroupOf(tx, g.ServiceARN); other != nil && other.ID != g.ID {
		return refuse("ECSServiceMappingLimitExceededException", "The Amazon ECS service %s is already associated with the deployment group '%s' of the application '%s'.",
			g.ServiceARN, other.Name, other.Application)
	}
	return nil
}

// serviceARN is the service that a request names by names or ARNs.
func serviceARN(scope arn.Scope, s types.ECSService) string {
	cluster, service := aws.ToString(s.ClusterName), aws.ToString(s.ServiceName)
	if cluster == "" {
		cluster = "default"
	}
	if arn.Is(cluster) {
		scope = arn.ScopeOf(cluster)
	}
	return scope.Service(arn.Name(cluster), arn.Name(service))
}
