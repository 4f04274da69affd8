package emulator_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	acmtypes "github.com/aws/aws-sdk-go-v2/service/acm/types"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secrettypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	sdtypes "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// TestTaggedResourcesOfAllServices makes a resource of each type with a tag, and finds them all by it.
func TestTaggedResourcesOfAllServices(t *testing.T) {
	t.Parallel()
	w := start(t)
	key, value := aws.String("team"), aws.String("shop")
	w.tagECS(key, value)
	w.tagCapacityProvider(key, value)
	w.tagLoadBalancing(key, value)
	w.tagEvents(key, value)
	w.tagOthers(key, value)

	want := []string{
		"acm:certificate", "application-autoscaling:scalable-target", "cloudwatch:alarm", "cloudwatch:alarm", "ec2:vpc",
		"ecs:capacity-provider", "ecs:cluster", "ecs:container-instance", "ecs:service", "ecs:task", "ecs:task-definition",
		"elasticloadbalancing:listener", "elasticloadbalancing:listener-rule", "elasticloadbalancing:loadbalancer", "elasticloadbalancing:targetgroup",
		"events:event-bus", "events:rule", "events:rule", "logs:log-group", "scheduler:schedule-group", "secretsmanager:secret",
		"servicediscovery:namespace", "servicediscovery:service", "ssm:parameter",
	}
	if got := w.tagged(); !slices.Equal(got, want) {
		t.Errorf("found\n%q, want\n%q", got, want)
	}

	w.removeTagged()
	w.eventually("what is gone is found no more", func() bool {
		return slices.Equal(w.tagged("ecs", "application-autoscaling", "secretsmanager"), []string{"ecs:task-definition"})
	})
}

// tagged are the types of the resources with tags, each as often as there are such, of some types or of all.
func (w *world) tagged(types ...string) (found []string) {
	w.Helper()
	api := tagging.NewFromConfig(w.srv.Config())
	pages := tagging.NewGetResourcesPaginator(api, &tagging.GetResourcesInput{ResourceTypeFilters: types, ResourcesPerPage: aws.Int32(3)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(w.Context())
		w.must(err)
		for _, r := range page.ResourceTagMappingList {
			if len(r.Tags) != 1 || *r.Tags[0].Key != "team" || *r.Tags[0].Value != "shop" {
				w.Errorf("%s has the tags %v", *r.ResourceARN, r.Tags)
			}
			parts := strings.SplitN(*r.ResourceARN, ":", 6)
			found = append(found, parts[2]+":"+parts[5][:strings.IndexAny(parts[5], ":/")])
		}
	}
	slices.Sort(found)
	return found
}

// removeTagged removes what there is of ECS with tags, and the secret.
func (w *world) removeTagged() {
	w.Helper()
	shop := aws.String("shop")
	apitest.OK(w.T, w.client.DeleteService, &ecs.DeleteServiceInput{Cluster: shop, Service: aws.String("api")})
	for _, task := range apitest.OK(w.T, w.client.ListTasks, &ecs.ListTasksInput{Cluster: shop}).TaskArns {
		apitest.OK(w.T, w.client.StopTask, &ecs.StopTaskInput{Cluster: shop, Task: &task})
	}
	for _, instance := range apitest.OK(w.T, w.client.ListContainerInstances, &ecs.ListContainerInstancesInput{Cluster: shop}).ContainerInstanceArns {
		apitest.OK(w.T, w.client.DeregisterContainerInstance, &ecs.DeregisterContainerInstanceInput{Cluster: shop, ContainerInstance: &instance, Force: aws.Bool(true)})
	}
	w.eventually("the cluster is empty", func() bool {
		_, err := w.client.DeleteCluster(w.Context(), &ecs.DeleteClusterInput{Cluster: shop})
		return err == nil
	})
	apitest.OK(w.T, w.client.DeleteCapacityProvider, &ecs.DeleteCapacityProviderInput{CapacityProvider: aws.String("machines")})
	apitest.OK(w.T, secretsmanager.NewFromConfig(w.srv.Config()).DeleteSecret, &secretsmanager.DeleteSecretInput{SecretId: aws.String("key")})
}

func (w *world) tagECS(key, value *string) {
	w.Helper()
	tags := []types.Tag{{Key: key, Value: value}}
	apitest.OK(w.T, w.client.CreateCluster, &ecs.CreateClusterInput{ClusterName: aws.String("shop"), Tags: tags})
	apitest.OK(w.T, w.client.RegisterContainerInstance, &ecs.RegisterContainerInstanceInput{Cluster: aws.String("shop"), Tags: tags})
	apitest.OK(w.T, w.client.RegisterTaskDefinition, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("api"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"), Tags: tags,
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app")}},
	})
	network := &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0ec5e3a1a70000001"}}}
	apitest.OK(w.T, w.client.CreateService, &ecs.CreateServiceInput{
		Cluster: aws.String("shop"), ServiceName: aws.String("api"), TaskDefinition: aws.String("api"), DesiredCount: aws.Int32(0), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: network, Tags: tags,
	})
	apitest.OK(w.T, w.client.RunTask, &ecs.RunTaskInput{
		Cluster: aws.String("shop"), TaskDefinition: aws.String("api"), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network, Tags: tags,
	})
	apitest.OK(w.T, scaling.NewFromConfig(w.srv.Config()).RegisterScalableTarget, &scaling.RegisterScalableTargetInput{
		ServiceNamespace: scalingtypes.ServiceNamespaceEcs, ScalableDimension: scalingtypes.ScalableDimensionECSServiceDesiredCount,
		ResourceId: aws.String("service/shop/api"), MinCapacity: aws.Int32(0), MaxCapacity: aws.Int32(1), Tags: map[string]string{*key: *value},
	})
}

// tagCapacityProvider tags one over an Auto Scaling group, whose own tag is not found, as on AWS.
func (w *world) tagCapacityProvider(key, value *string) {
	w.Helper()
	template := apitest.OK(w.T, ec2.NewFromConfig(w.srv.Config()).CreateLaunchTemplate, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("machine"), LaunchTemplateData: &ec2types.RequestLaunchTemplateData{InstanceType: ec2types.InstanceTypeT3Small},
	}).LaunchTemplate
	name, groups := aws.String("machines"), autoscaling.NewFromConfig(w.srv.Config())
	apitest.OK(w.T, groups.CreateAutoScalingGroup, &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: name, MinSize: aws.Int32(0), MaxSize: aws.Int32(0), VPCZoneIdentifier: aws.String("subnet-0ec5e3a1a70000001"),
		LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateId: template.LaunchTemplateId}, Tags: []astypes.Tag{{Key: key, Value: value}},
	})
	group := apitest.OK(w.T, groups.DescribeAutoScalingGroups, &autoscaling.DescribeAutoScalingGroupsInput{}).AutoScalingGroups[0]
	apitest.OK(w.T, w.client.CreateCapacityProvider, &ecs.CreateCapacityProviderInput{
		Name: name, AutoScalingGroupProvider: &types.AutoScalingGroupProvider{AutoScalingGroupArn: group.AutoScalingGroupARN}, Tags: []types.Tag{{Key: key, Value: value}},
	})
}

func (w *world) tagLoadBalancing(key, value *string) {
	w.Helper()
	tags, api := []elbtypes.Tag{{Key: key, Value: value}}, elb.NewFromConfig(w.srv.Config())
	balancer := apitest.OK(w.T, api.CreateLoadBalancer, &elb.CreateLoadBalancerInput{
		Name: aws.String("front"), Subnets: []string{"subnet-0ec5e3a1a70000001", "subnet-0ec5e3a1a70000002"}, Tags: tags,
	}).LoadBalancers[0]
	group := apitest.OK(w.T, api.CreateTargetGroup, &elb.CreateTargetGroupInput{
		Name: aws.String("api"), Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(80), TargetType: elbtypes.TargetTypeEnumIp, VpcId: balancer.VpcId, Tags: tags,
	}).TargetGroups[0].TargetGroupArn
	listener := apitest.OK(w.T, api.CreateListener, &elb.CreateListenerInput{
		LoadBalancerArn: balancer.LoadBalancerArn, Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(80), Tags: tags,
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: group}},
	}).Listeners[0].ListenerArn
	rules := apitest.OK(w.T, api.DescribeRules, &elb.DescribeRulesInput{ListenerArn: listener}).Rules
	apitest.OK(w.T, api.AddTags, &elb.AddTagsInput{ResourceArns: []string{*rules[0].RuleArn}, Tags: tags})
}

func (w *world) tagEvents(key, value *string) {
	w.Helper()
	tags, api := []ebtypes.Tag{{Key: key, Value: value}}, eventbridge.NewFromConfig(w.srv.Config())
	apitest.OK(w.T, api.CreateEventBus, &eventbridge.CreateEventBusInput{Name: aws.String("orders"), Tags: tags})
	for _, bus := range []string{"default", "orders"} {
		apitest.OK(w.T, api.PutRule, &eventbridge.PutRuleInput{Name: aws.String("r"), EventBusName: &bus, EventPattern: aws.String(`{"source":["shop"]}`), Tags: tags})
	}
	apitest.OK(w.T, scheduler.NewFromConfig(w.srv.Config()).CreateScheduleGroup, &scheduler.CreateScheduleGroupInput{
		Name: aws.String("nightly"), Tags: []schedulertypes.Tag{{Key: key, Value: value}},
	})
}

func (w *world) tagOthers(key, value *string) {
	w.Helper()
	settings := w.srv.Config()
	apitest.OK(w.T, ec2.NewFromConfig(settings).CreateTags, &ec2.CreateTagsInput{Resources: []string{"vpc-0ec5e3a1a70000001"}, Tags: []ec2types.Tag{{Key: key, Value: value}}})
	apitest.OK(w.T, acm.NewFromConfig(settings).RequestCertificate, &acm.RequestCertificateInput{DomainName: aws.String("shop.example"), Tags: []acmtypes.Tag{{Key: key, Value: value}}})
	watch := cloudwatch.NewFromConfig(settings)
	apitest.OK(w.T, watch.PutMetricAlarm, &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("busy"), Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"), Statistic: cwtypes.StatisticAverage, Period: aws.Int32(60),
		EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(80), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold, Tags: []cwtypes.Tag{{Key: key, Value: value}},
	})
	apitest.OK(w.T, watch.PutCompositeAlarm, &cloudwatch.PutCompositeAlarmInput{
		AlarmName: aws.String("any"), AlarmRule: aws.String("ALARM(busy)"), Tags: []cwtypes.Tag{{Key: key, Value: value}},
	})
	apitest.OK(w.T, cloudwatchlogs.NewFromConfig(settings).CreateLogGroup, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/shop"), Tags: map[string]string{*key: *value}})
	apitest.OK(w.T, secretsmanager.NewFromConfig(settings).CreateSecret, &secretsmanager.CreateSecretInput{
		Name: aws.String("key"), SecretString: aws.String("x"), Tags: []secrettypes.Tag{{Key: key, Value: value}},
	})
	apitest.OK(w.T, ssm.NewFromConfig(settings).PutParameter, &ssm.PutParameterInput{
		Name: aws.String("/shop/key"), Type: ssmtypes.ParameterTypeString, Value: aws.String("x"), Tags: []ssmtypes.Tag{{Key: key, Value: value}},
	})
	names, tags := servicediscovery.NewFromConfig(settings), []sdtypes.Tag{{Key: key, Value: value}}
	apitest.OK(w.T, names.CreateHttpNamespace, &servicediscovery.CreateHttpNamespaceInput{Name: aws.String("shop"), Tags: tags})
	namespace := apitest.OK(w.T, names.ListNamespaces, &servicediscovery.ListNamespacesInput{}).Namespaces[0].Id
	apitest.OK(w.T, names.CreateService, &servicediscovery.CreateServiceInput{Name: aws.String("api"), NamespaceId: namespace, Tags: tags})
}
