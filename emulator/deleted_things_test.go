package emulator_test

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	sdtypes "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"
)

// route is a way from two listeners to two target groups, of which the first one has the traffic.
type route struct {
	balancer         string
	listeners, rules [2]string // for production and for tests
	groups           [2]string
}

func (v *victim) elb() *elb.Client { return elb.NewFromConfig(v.srv.Config()) }

func (v *victim) newRoute(name string) (r route) {
	v.Helper()
	subnets, err := ec2.NewFromConfig(v.srv.Config()).DescribeSubnets(v.Context(), &ec2.DescribeSubnetsInput{})
	v.must(err)
	made, err := v.elb().CreateLoadBalancer(v.Context(), &elb.CreateLoadBalancerInput{
		Name: &name, Subnets: []string{*subnets.Subnets[0].SubnetId, *subnets.Subnets[1].SubnetId},
	})
	v.must(err)
	r.balancer = *made.LoadBalancers[0].LoadBalancerArn
	for i := range r.groups {
		group, err := v.elb().CreateTargetGroup(v.Context(), &elb.CreateTargetGroupInput{
			Name: aws.String(fmt.Sprintf("%s-%d", name, i)), TargetType: elbtypes.TargetTypeEnumIp, Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(8080),
			VpcId: made.LoadBalancers[0].VpcId, HealthCheckIntervalSeconds: aws.Int32(60), HealthyThresholdCount: aws.Int32(2),
		})
		v.must(err)
		r.groups[i] = *group.TargetGroups[0].TargetGroupArn
	}
	for i := range r.listeners {
		listener, err := v.elb().CreateListener(v.Context(), &elb.CreateListenerInput{
			LoadBalancerArn: &r.balancer, Port: aws.Int32(int32(80 + i)), Protocol: elbtypes.ProtocolEnumHttp,
			DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{
				TargetGroups: []elbtypes.TargetGroupTuple{{TargetGroupArn: &r.groups[0], Weight: aws.Int32(100)}, {TargetGroupArn: &r.groups[1], Weight: aws.Int32(0)}},
			}}},
		})
		v.must(err)
		r.listeners[i] = *listener.Listeners[0].ListenerArn
		rules, err := v.elb().DescribeRules(v.Context(), &elb.DescribeRulesInput{ListenerArn: &r.listeners[i]})
		v.must(err)
		r.rules[i] = *rules.Rules[0].RuleArn
	}
	return r
}

// balancers are the load balancers of the service. With rolling deployments it has the first group alone.
func (v *victim) balancers() []types.LoadBalancer {
	b := types.LoadBalancer{TargetGroupArn: &v.route.groups[0], ContainerName: aws.String("app"), ContainerPort: aws.Int32(8080)}
	if !v.rolls() {
		b.AdvancedConfiguration = &types.AdvancedConfiguration{
			AlternateTargetGroupArn: &v.route.groups[1], ProductionListenerRule: &v.route.rules[0], TestListenerRule: &v.route.rules[1], RoleArn: aws.String(hookRole),
		}
	}
	return []types.LoadBalancer{b}
}

func (v *victim) registerServingAs(family string) string {
	v.Helper()
	out, err := v.client.RegisterTaskDefinition(v.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: &family, NetworkMode: types.NetworkModeAwsvpc, RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("app"), PortMappings: []types.PortMapping{{Name: aws.String("http"), ContainerPort: aws.Int32(8080)}},
		}},
	})
	v.must(err)
	return *out.TaskDefinition.TaskDefinitionArn
}

// prepare makes what the service names besides.
func (v *victim) prepare(in *ecs.CreateServiceInput) {
	v.Helper()
	switch v.what {
	case "alarm":
		_, err := cloudwatch.NewFromConfig(v.srv.Config()).PutMetricAlarm(v.Context(), &cloudwatch.PutMetricAlarmInput{
			AlarmName: &v.name, Namespace: aws.String("web"), MetricName: aws.String("latency"), Statistic: cwtypes.StatisticAverage, Period: aws.Int32(60),
			EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold,
		})
		v.must(err)
	case "namespace":
		_, err := v.cloudMap().CreateHttpNamespace(v.Context(), &servicediscovery.CreateHttpNamespaceInput{Name: &v.name})
		v.must(err)
		in.ServiceConnectConfiguration = connect(v.name, "web", "web")
	case "capacity provider":
		in.LaunchType, in.CapacityProviderStrategy = "", []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE"), Weight: 1}}
	case "network":
		api := ec2.NewFromConfig(v.srv.Config())
		vpcs, err := api.DescribeVpcs(v.Context(), &ec2.DescribeVpcsInput{})
		v.must(err)
		group, err := api.CreateSecurityGroup(v.Context(), &ec2.CreateSecurityGroupInput{GroupName: &v.name, Description: &v.name, VpcId: vpcs.Vpcs[0].VpcId})
		v.must(err)
		_, err = api.AuthorizeSecurityGroupIngress(v.Context(), &ec2.AuthorizeSecurityGroupIngressInput{
			GroupId: group.GroupId, IpProtocol: aws.String("-1"), CidrIp: aws.String("0.0.0.0/0"),
		})
		v.must(err)
		v.network.SecurityGroups = []string{*group.GroupId}
	}
}

func (v *victim) cloudMap() *servicediscovery.Client {
	return servicediscovery.NewFromConfig(v.srv.Config())
}

// deleteThing deletes things as a user does. A thing stays if the API refuses to delete it.
var deleteThing = map[string]func(v *victim){
	"new group":     func(v *victim) { v.deleteGroup(0) },
	"old group":     func(v *victim) { v.deleteGroup(1) },
	"listener":      func(v *victim) { v.deleteListener(0) },
	"test listener": func(v *victim) { v.deleteListener(1) },
	"load balancer": func(v *victim) {
		_, err := v.elb().DeleteLoadBalancer(v.Context(), &elb.DeleteLoadBalancerInput{LoadBalancerArn: &v.route.balancer})
		v.must(err)
	},
	"function": func(v *victim) { v.srv.OnHook(v.hook(), nil) },
	"alarm": func(v *victim) {
		_, err := cloudwatch.NewFromConfig(v.srv.Config()).DeleteAlarms(v.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{v.name}})
		v.must(err)
	},
	"definition": func(v *victim) {
		_, err := v.client.DeregisterTaskDefinition(v.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &v.definition})
		v.must(err)
		_, err = v.client.DeleteTaskDefinitions(v.Context(), &ecs.DeleteTaskDefinitionsInput{TaskDefinitions: []string{v.definition}})
		v.must(err)
	},
	"capacity provider": func(v *victim) {
		_, err := v.client.PutClusterCapacityProviders(v.Context(), &ecs.PutClusterCapacityProvidersInput{
			Cluster: aws.String("default"), CapacityProviders: []string{}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
		})
		v.allow(err)
	},
	"network": func(v *victim) {
		_, err := ec2.NewFromConfig(v.srv.Config()).DeleteSecurityGroup(v.Context(), &ec2.DeleteSecurityGroupInput{GroupId: &v.network.SecurityGroups[0]})
		v.allow(err)
	},
	"namespace": (*victim).deleteNamespace,
}

// deleteGroup has the listeners lead to the other group alone first.
func (v *victim) deleteGroup(i int) {
	v.Helper()
	for _, l := range v.route.listeners {
		_, err := v.elb().ModifyListener(v.Context(), &elb.ModifyListenerInput{
			ListenerArn: &l, DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &v.route.groups[1-i]}},
		})
		v.must(err)
	}
	_, err := v.elb().DeleteTargetGroup(v.Context(), &elb.DeleteTargetGroupInput{TargetGroupArn: &v.route.groups[i]})
	v.must(err)
}

func (v *victim) deleteListener(i int) {
	v.Helper()
	_, err := v.elb().DeleteListener(v.Context(), &elb.DeleteListenerInput{ListenerArn: &v.route.listeners[i]})
	v.must(err)
}

// deleteNamespace deletes the namespace with the service of Cloud Map and its instances there.
func (v *victim) deleteNamespace() {
	v.Helper()
	found, err := v.cloudMap().ListNamespaces(v.Context(), &servicediscovery.ListNamespacesInput{})
	v.must(err)
	for _, n := range found.Namespaces {
		if *n.Name != v.name {
			continue
		}
		services, err := v.cloudMap().ListServices(v.Context(), &servicediscovery.ListServicesInput{
			Filters: []sdtypes.ServiceFilter{{Name: sdtypes.ServiceFilterNameNamespaceId, Values: []string{*n.Id}}},
		})
		v.must(err)
		for _, s := range services.Services {
			instances, err := v.cloudMap().ListInstances(v.Context(), &servicediscovery.ListInstancesInput{ServiceId: s.Id})
			v.must(err)
			for _, i := range instances.Instances {
				_, err = v.cloudMap().DeregisterInstance(v.Context(), &servicediscovery.DeregisterInstanceInput{ServiceId: s.Id, InstanceId: i.Id})
				v.allow(err)
			}
			_, err = v.cloudMap().DeleteService(v.Context(), &servicediscovery.DeleteServiceInput{Id: s.Id})
			v.allow(err)
		}
		_, err = v.cloudMap().DeleteNamespace(v.Context(), &servicediscovery.DeleteNamespaceInput{Id: n.Id})
		v.allow(err)
	}
}

// shown is a line about the deployments of a service.
func shown(s types.Service) string {
	var parts []string
	for _, d := range s.Deployments {
		parts = append(parts, fmt.Sprintf("%s %s %d/%d", *d.Status, d.RolloutState, d.RunningCount, d.DesiredCount))
	}
	return strings.Join(parts, ", ")
}
