package codedeploy_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/codedeploy"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// What `aws ecs deploy` reads is there: names as they were given, and both wait times (CD0021).
func TestADeploymentGroupOfECS(t *testing.T) {
	s := newScene(t)
	s.group()
	get := &sdk.GetDeploymentGroupInput{ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("web")}
	got := apitest.OK(t, s.GetDeploymentGroup, get).DeploymentGroupInfo
	waits := got.BlueGreenDeploymentConfiguration
	if got.ComputePlatform != types.ComputePlatformEcs || *got.EcsServices[0].ServiceName != "api" || *got.EcsServices[0].ClusterName != "c" ||
		*got.DeploymentConfigName != "CodeDeployDefault.ECSAllAtOnce" || waits.DeploymentReadyOption.ActionOnTimeout != types.DeploymentReadyActionContinueDeployment ||
		waits.DeploymentReadyOption.WaitTimeInMinutes != 0 || waits.TerminateBlueInstancesOnDeploymentSuccess.Action != types.InstanceActionTerminate {
		t.Errorf("%+v", got)
	}
	if all := apitest.OK(t, s.ListDeploymentGroups, &sdk.ListDeploymentGroupsInput{ApplicationName: get.ApplicationName}).DeploymentGroups; len(all) != 1 || all[0] != "web" {
		t.Errorf("%q", all)
	}
	batch := apitest.OK(t, s.BatchGetDeploymentGroups, &sdk.BatchGetDeploymentGroupsInput{ApplicationName: get.ApplicationName, DeploymentGroupNames: []string{"web", "no"}})
	if len(batch.DeploymentGroupsInfo) != 1 || !strings.Contains(*batch.ErrorMessage, "no") {
		t.Errorf("%+v", batch)
	}
	for range 2 {
		apitest.OK(t, s.DeleteDeploymentGroup, &sdk.DeleteDeploymentGroupInput{ApplicationName: get.ApplicationName, DeploymentGroupName: get.DeploymentGroupName})
	}
	apitest.Refused(t, s.GetDeploymentGroup, get, "DeploymentGroupDoesNotExistException", "No Deployment Group found for name: web")
}

// An update changes what it names, and the name.
func TestUpdateDeploymentGroup(t *testing.T) {
	s := newScene(t)
	s.group()
	arn := "arn:aws:ecs:us-east-1:123456789012:service/c/web2"
	s.service("web2", ecstypes.DeploymentControllerTypeCodeDeploy)
	apitest.OK(t, s.UpdateDeploymentGroup, &sdk.UpdateDeploymentGroupInput{
		ApplicationName: aws.String("shop"), CurrentDeploymentGroupName: aws.String("web"), NewDeploymentGroupName: aws.String("web2"),
		EcsServices: []types.ECSService{{ClusterName: aws.String("arn:aws:ecs:us-east-1:123456789012:cluster/c"), ServiceName: &arn}},
		BlueGreenDeploymentConfiguration: &types.BlueGreenDeploymentConfiguration{
			TerminateBlueInstancesOnDeploymentSuccess: &types.BlueInstanceTerminationOption{TerminationWaitTimeInMinutes: 5},
		},
	})
	got := apitest.OK(t, s.GetDeploymentGroup, &sdk.GetDeploymentGroupInput{ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("web2")}).DeploymentGroupInfo
	if *got.EcsServices[0].ServiceName != arn || *got.ServiceRoleArn != role || got.BlueGreenDeploymentConfiguration.TerminateBlueInstancesOnDeploymentSuccess.TerminationWaitTimeInMinutes != 5 ||
		len(got.LoadBalancerInfo.TargetGroupPairInfoList) != 1 {
		t.Errorf("%+v", got)
	}
	apitest.OK(t, s.CreateDeploymentGroup, groupOf("shop", "web")) // as its service has no group any more
	update := &sdk.UpdateDeploymentGroupInput{ApplicationName: aws.String("shop"), CurrentDeploymentGroupName: aws.String("web"), NewDeploymentGroupName: aws.String("web2")}
	refused(t, s.UpdateDeploymentGroup, update, "DeploymentGroupAlreadyExistsException", "web2")
	update.NewDeploymentGroupName, update.EcsServices = nil, got.EcsServices
	refused(t, s.UpdateDeploymentGroup, update, "ECSServiceMappingLimitExceededException", "web2")
}

// Each request is the one of groupOf but for a change.
func TestDeploymentGroupsAreChecked(t *testing.T) {
	s := newScene(t)
	s.group()
	s.service("rolling", ecstypes.DeploymentControllerTypeEcs)
	s.service("free", ecstypes.DeploymentControllerTypeCodeDeploy)
	apitest.OK(t, s.CreateDeploymentConfig, &sdk.CreateDeploymentConfigInput{
		DeploymentConfigName: aws.String("half"), MinimumHealthyHosts: &types.MinimumHealthyHosts{Type: types.MinimumHealthyHostsTypeFleetPercent, Value: 50},
	})
	first := func(in *sdk.CreateDeploymentGroupInput) *types.TargetGroupPairInfo {
		return &in.LoadBalancerInfo.TargetGroupPairInfoList[0]
	}
	for what, c := range map[string]struct {
		code   string
		change func(in *sdk.CreateDeploymentGroupInput)
	}{
		"no role":          {"RoleRequiredException", func(in *sdk.CreateDeploymentGroupInput) { in.ServiceRoleArn = aws.String("") }},
		"no ARN":           {"InvalidRoleException", func(in *sdk.CreateDeploymentGroupInput) { in.ServiceRoleArn = aws.String("deployer") }},
		"no configuration": {"DeploymentConfigDoesNotExistException", func(in *sdk.CreateDeploymentGroupInput) { in.DeploymentConfigName = aws.String("no") }},
		"of servers":       {"InvalidDeploymentConfigNameException", func(in *sdk.CreateDeploymentGroupInput) { in.DeploymentConfigName = aws.String("half") }},
		"in place": {"InvalidDeploymentStyleException", func(in *sdk.CreateDeploymentGroupInput) {
			in.DeploymentStyle = &types.DeploymentStyle{DeploymentType: types.DeploymentTypeInPlace}
		}},
		"a style of no name": {"InvalidDeploymentStyleException", func(in *sdk.CreateDeploymentGroupInput) { in.DeploymentStyle.DeploymentType = "GREEN_BLUE" }},
		"no pair":            {"InvalidLoadBalancerInfoException", func(in *sdk.CreateDeploymentGroupInput) { in.LoadBalancerInfo = nil }},
		"two pairs": {"InvalidLoadBalancerInfoException", func(in *sdk.CreateDeploymentGroupInput) {
			in.LoadBalancerInfo.TargetGroupPairInfoList = append(in.LoadBalancerInfo.TargetGroupPairInfoList, pair())
		}},
		"one group":   {"InvalidTargetGroupPairException", func(in *sdk.CreateDeploymentGroupInput) { first(in).TargetGroups = first(in).TargetGroups[:1] }},
		"twice":       {"InvalidTargetGroupPairException", func(in *sdk.CreateDeploymentGroupInput) { first(in).TargetGroups[1] = first(in).TargetGroups[0] }},
		"no listener": {"InvalidTargetGroupPairException", func(in *sdk.CreateDeploymentGroupInput) { first(in).ProdTrafficRoute = nil }},
		"1,001": {"InvalidTargetGroupPairException", func(in *sdk.CreateDeploymentGroupInput) {
			first(in).ProdTrafficRoute.ListenerArns = make([]string, 1001)
		}},
		"the same":     {"InvalidTargetGroupPairException", func(in *sdk.CreateDeploymentGroupInput) { first(in).TestTrafficRoute = first(in).ProdTrafficRoute }},
		"no ARN of it": {"InvalidTargetGroupPairException", func(in *sdk.CreateDeploymentGroupInput) { first(in).ProdTrafficRoute.ListenerArns[0] = "web" }},
		"NLB in steps": {"InvalidTrafficRoutingConfigurationException", func(in *sdk.CreateDeploymentGroupInput) {
			first(in).ProdTrafficRoute.ListenerArns[0] = strings.Replace(balancer, "/app/", "/net/", 1) + "1"
			in.DeploymentConfigName = aws.String("CodeDeployDefault.ECSCanary10Percent5Minutes")
		}},
		"no service":      {"InvalidECSServiceException", func(in *sdk.CreateDeploymentGroupInput) { in.EcsServices = nil }},
		"unknown service": {"InvalidECSServiceException", func(in *sdk.CreateDeploymentGroupInput) { in.EcsServices[0].ServiceName = aws.String("no") }},
		"of ECS":          {"InvalidECSServiceException", func(in *sdk.CreateDeploymentGroupInput) { in.EcsServices[0].ServiceName = aws.String("rolling") }},
		"taken service":   {"ECSServiceMappingLimitExceededException", func(in *sdk.CreateDeploymentGroupInput) { in.EcsServices[0].ServiceName = aws.String("api") }},
		"alarms without one": {"InvalidAlarmConfigException", func(in *sdk.CreateDeploymentGroupInput) {
			in.AlarmConfiguration = &types.AlarmConfiguration{Enabled: true}
		}},
		"rollback without event": {"InvalidAutoRollbackConfigException", func(in *sdk.CreateDeploymentGroupInput) {
			in.AutoRollbackConfiguration = &types.AutoRollbackConfiguration{Enabled: true}
		}},
		"waits": {"InvalidBlueGreenDeploymentConfigurationException", func(in *sdk.CreateDeploymentGroupInput) {
			in.BlueGreenDeploymentConfiguration = &types.BlueGreenDeploymentConfiguration{DeploymentReadyOption: &types.DeploymentReadyOption{WaitTimeInMinutes: 2881}}
		}},
		"kept alive": {"InvalidBlueGreenDeploymentConfigurationException", func(in *sdk.CreateDeploymentGroupInput) {
			in.BlueGreenDeploymentConfiguration = &types.BlueGreenDeploymentConfiguration{
				TerminateBlueInstancesOnDeploymentSuccess: &types.BlueInstanceTerminationOption{Action: types.InstanceActionKeepAlive},
			}
		}},
		"a trigger": {"InvalidTriggerConfigException", func(in *sdk.CreateDeploymentGroupInput) {
			in.TriggerConfigurations = []types.TriggerConfig{{TriggerName: aws.String("t")}}
		}},
		"servers": {"InvalidEC2TagException", func(in *sdk.CreateDeploymentGroupInput) {
			in.Ec2TagFilters = []types.EC2TagFilter{{Key: aws.String("k")}}
		}},
		"groups": {"InvalidAutoScalingGroupException", func(in *sdk.CreateDeploymentGroupInput) { in.AutoScalingGroups = []string{"g"} }},
		"on premises": {"InvalidTagException", func(in *sdk.CreateDeploymentGroupInput) {
			in.OnPremisesInstanceTagFilters = []types.TagFilter{{Key: aws.String("k")}}
		}},
	} {
		in := groupOf("shop", "other")
		in.EcsServices[0].ServiceName = aws.String("free")
		c.change(in)
		_, err := s.CreateDeploymentGroup(t.Context(), in)
		if err == nil || !strings.Contains(err.Error(), c.code+": ") {
			t.Errorf("%s: %v, want %s", what, err, c.code)
		}
	}
	refused(t, s.CreateDeploymentGroup, groupOf("shop", "web"), "DeploymentGroupAlreadyExistsException", "web")
	refused(t, s.CreateDeploymentGroup, groupOf("no", "web"), "ApplicationDoesNotExistException", "no")
	refused(t, s.CreateDeploymentGroup, groupOf("shop", "a b"), "InvalidDeploymentGroupNameException", "a b")
}

// Who forgets the platform of the application is told as AWS does (CD0010).
func TestAGroupOfECSNeedsAnApplicationOfECS(t *testing.T) {
	s := newScene(t)
	s.service("api", ecstypes.DeploymentControllerTypeCodeDeploy)
	s.application("servers", "")
	apitest.Refused(t, s.CreateDeploymentGroup, groupOf("servers", "web"), "InvalidLoadBalancerInfoException",
		"The specification for load balancing in the deployment group is invalid. The deploymentOption value is set to WITH_TRAFFIC_CONTROL, "+
			"but either no load balancer was specified in elbInfoList or no target group was specified in targetGroupInfoList.")
}

// Groups of the other platforms are kept.
func TestGroupsOfOtherPlatforms(t *testing.T) {
	s := newScene(t)
	s.application("network", types.ComputePlatformServer)
	network := groupOf("network", "g") // a pair of a Network Load Balancer means nothing there
	network.LoadBalancerInfo.TargetGroupPairInfoList[0].ProdTrafficRoute.ListenerArns[0] = strings.Replace(balancer, "/app/", "/net/", 1) + "1"
	refused(t, s.CreateDeploymentGroup, network, "InvalidLoadBalancerInfoException", "elbInfoList")
	for platform, want := range map[types.ComputePlatform]string{types.ComputePlatformServer: "CodeDeployDefault.OneAtATime", types.ComputePlatformLambda: "CodeDeployDefault.LambdaAllAtOnce"} {
		app := string(platform)
		s.application(app, platform)
		apitest.OK(t, s.CreateDeploymentGroup, &sdk.CreateDeploymentGroupInput{ApplicationName: &app, DeploymentGroupName: aws.String("g"), ServiceRoleArn: aws.String(role)})
		got := apitest.OK(t, s.GetDeploymentGroup, &sdk.GetDeploymentGroupInput{ApplicationName: &app, DeploymentGroupName: aws.String("g")}).DeploymentGroupInfo
		if *got.DeploymentConfigName != want || got.BlueGreenDeploymentConfiguration != nil {
			t.Errorf("%+v", got)
		}
	}
}

func TestRolesThatCannotBeAssumed(t *testing.T) {
	s := newScene(t, func(o *codedeploy.Options) { o.StrictRoles = true })
	s.service("api", ecstypes.DeploymentControllerTypeCodeDeploy)
	s.application("shop", types.ComputePlatformEcs)
	apitest.Refused(t, s.CreateDeploymentGroup, groupOf("shop", "web"), "InvalidRoleException",
		"AWS CodeDeploy does not have the permissions required to assume the role "+role+".")
}

func TestDeploymentConfigs(t *testing.T) {
	s := newScene(t)
	get := func(name string) *types.DeploymentConfigInfo {
		return apitest.OK(t, s.GetDeploymentConfig, &sdk.GetDeploymentConfigInput{DeploymentConfigName: &name}).DeploymentConfigInfo
	}
	if got := get("CodeDeployDefault.ECSLinear10PercentEvery3Minutes"); got.ComputePlatform != types.ComputePlatformEcs || *got.TrafficRoutingConfig.TimeBasedLinear != (types.TimeBasedLinear{LinearPercentage: 10, LinearInterval: 3}) {
		t.Errorf("%+v", got)
	}
	canary := &types.TrafficRoutingConfig{Type: types.TrafficRoutingTypeTimeBasedCanary, TimeBasedCanary: &types.TimeBasedCanary{CanaryPercentage: 5, CanaryInterval: 1}}
	make := func(name string, traffic *types.TrafficRoutingConfig) *sdk.CreateDeploymentConfigInput {
		return &sdk.CreateDeploymentConfigInput{DeploymentConfigName: &name, ComputePlatform: types.ComputePlatformEcs, TrafficRoutingConfig: traffic}
	}
	apitest.OK(t, s.CreateDeploymentConfig, make("five", canary))
	if got := get("five"); got.TrafficRoutingConfig.TimeBasedCanary.CanaryPercentage != 5 || !got.CreateTime.Equal(s.Now) {
		t.Errorf("%+v", got)
	}
	if all := apitest.OK(t, s.ListDeploymentConfigs, &sdk.ListDeploymentConfigsInput{}).DeploymentConfigsList; len(all) != 18 || all[17] != "five" {
		t.Errorf("%q", all)
	}
	refused(t, s.CreateDeploymentConfig, make("five", canary), "DeploymentConfigAlreadyExistsException", "five")
	refused(t, s.CreateDeploymentConfig, make("CodeDeployDefault.Mine", canary), "InvalidDeploymentConfigNameException", "own")
	for _, percentage := range []int32{-1, 0, 100} {
		wrong := &types.TrafficRoutingConfig{Type: types.TrafficRoutingTypeTimeBasedCanary, TimeBasedCanary: &types.TimeBasedCanary{CanaryPercentage: percentage, CanaryInterval: 1}}
		refused(t, s.CreateDeploymentConfig, make("x", wrong), "InvalidTrafficRoutingConfigurationException", "percentage")
	}
	refused(t, s.CreateDeploymentConfig, make("x", &types.TrafficRoutingConfig{Type: types.TrafficRoutingTypeTimeBasedLinear}), "InvalidTrafficRoutingConfigurationException", "needs")
	refused(t, s.CreateDeploymentConfig, make("x", &types.TrafficRoutingConfig{Type: types.TrafficRoutingTypeAllAtOnce, TimeBasedCanary: canary.TimeBasedCanary}), "InvalidTrafficRoutingConfigurationException", "")
	refused(t, s.CreateDeploymentConfig, &sdk.CreateDeploymentConfigInput{DeploymentConfigName: aws.String("x")}, "InvalidMinimumHealthyHostValueException", "")

	s.group()
	apitest.OK(t, s.UpdateDeploymentGroup, &sdk.UpdateDeploymentGroupInput{ApplicationName: aws.String("shop"), CurrentDeploymentGroupName: aws.String("web"), DeploymentConfigName: aws.String("five")})
	remove := &sdk.DeleteDeploymentConfigInput{DeploymentConfigName: aws.String("five")}
	refused(t, s.DeleteDeploymentConfig, remove, "DeploymentConfigInUseException", "web")
	apitest.OK(t, s.DeleteApplication, &sdk.DeleteApplicationInput{ApplicationName: aws.String("shop")})
	for range 2 {
		apitest.OK(t, s.DeleteDeploymentConfig, remove)
	}
	refused(t, s.GetDeploymentConfig, &sdk.GetDeploymentConfigInput{DeploymentConfigName: aws.String("five")}, "DeploymentConfigDoesNotExistException", "five")
	refused(t, s.DeleteDeploymentConfig, &sdk.DeleteDeploymentConfigInput{DeploymentConfigName: aws.String("CodeDeployDefault.ECSAllAtOnce")}, "InvalidOperationException", "own")
}
