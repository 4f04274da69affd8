package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// found is all that there is of what killedStack makes, by each API, without ids and generated names.
func (k *killedStacks) found() (list []string) {
	k.Helper()
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	k.network(add)
	k.balancers(add)
	k.ecs(add)
	o := k.client.Options()
	roles, err := iam.New(iam.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials}).
		ListRoles(k.Context(), &iam.ListRolesInput{PathPrefix: aws.String("/")})
	k.must(err)
	for _, r := range roles.Roles {
		if strings.HasPrefix(*r.RoleName, "shop-") {
			add("role")
		}
	}
	buses, err := eventbridge.New(eventbridge.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials}).
		ListEventBuses(k.Context(), &eventbridge.ListEventBusesInput{})
	k.must(err)
	add("%d event buses", len(buses.EventBuses))
	client := ssm.New(ssm.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
	parameters, err := client.DescribeParameters(k.Context(), &ssm.DescribeParametersInput{})
	k.must(err)
	for _, p := range parameters.Parameters {
		name, _, _ := strings.Cut(*p.Name, "-Parameter-")
		value, err := client.GetParameter(k.Context(), &ssm.GetParameterInput{Name: p.Name})
		k.must(err)
		text, _, _ := strings.Cut(*value.Parameter.Value, "-Service-")
		add("parameter %s %s", name, text)
	}
	groups, err := k.logs().DescribeLogGroups(k.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	k.must(err)
	for _, g := range groups.LogGroups {
		add("log group for %d days", aws.ToInt32(g.RetentionInDays))
	}
	slices.Sort(list)
	return list
}

func (k *killedStacks) network(add func(string, ...any)) {
	k.Helper()
	client := k.ec2()
	vpcs, err := client.DescribeVpcs(k.Context(), &ec2.DescribeVpcsInput{})
	k.must(err)
	subnets, err := client.DescribeSubnets(k.Context(), &ec2.DescribeSubnetsInput{})
	k.must(err)
	gateways, err := client.DescribeInternetGateways(k.Context(), &ec2.DescribeInternetGatewaysInput{})
	k.must(err)
	add("%d vpcs, %d subnets, %d internet gateways", len(vpcs.Vpcs), len(subnets.Subnets), len(gateways.InternetGateways))
	tables, err := client.DescribeRouteTables(k.Context(), &ec2.DescribeRouteTablesInput{})
	k.must(err)
	for _, r := range tables.RouteTables {
		add("route table with %d routes for %d subnets", len(r.Routes), len(r.Associations))
	}
	groups, err := client.DescribeSecurityGroups(k.Context(), &ec2.DescribeSecurityGroupsInput{})
	k.must(err)
	for _, g := range groups.SecurityGroups {
		var from []string
		for _, p := range g.IpPermissions {
			for _, r := range p.IpRanges {
				from = append(from, *r.CidrIp)
			}
		}
		add("security group %q from %s", *g.Description, from)
	}
	interfaces, err := client.DescribeNetworkInterfaces(k.Context(), &ec2.DescribeNetworkInterfacesInput{})
	k.must(err)
	add("%d network interfaces", len(interfaces.NetworkInterfaces))
}

func (k *killedStacks) balancers(add func(string, ...any)) {
	k.Helper()
	client := k.elb()
	all, err := client.DescribeLoadBalancers(k.Context(), &elb.DescribeLoadBalancersInput{})
	k.must(err)
	for _, b := range all.LoadBalancers {
		listeners, err := client.DescribeListeners(k.Context(), &elb.DescribeListenersInput{LoadBalancerArn: b.LoadBalancerArn})
		k.must(err)
		add("load balancer, %s, with %d listeners", b.State.Code, len(listeners.Listeners))
	}
	groups, err := client.DescribeTargetGroups(k.Context(), &elb.DescribeTargetGroupsInput{})
	k.must(err)
	for _, g := range groups.TargetGroups {
		targets, err := client.DescribeTargetHealth(k.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: g.TargetGroupArn})
		k.must(err)
		add("target group of %d load balancers with %d targets", len(g.LoadBalancerArns), len(targets.TargetHealthDescriptions))
	}
}

func (k *killedStacks) ecs(add func(string, ...any)) {
	k.Helper()
	definitions, err := k.client.ListTaskDefinitions(k.Context(), &ecs.ListTaskDefinitionsInput{Status: types.TaskDefinitionStatusActive})
	k.must(err)
	add("%d task definitions", len(definitions.TaskDefinitionArns))
	clusters, err := k.client.ListClusters(k.Context(), &ecs.ListClustersInput{})
	k.must(err)
	for _, cluster := range clusters.ClusterArns {
		add("cluster")
		services, err := k.client.ListServices(k.Context(), &ecs.ListServicesInput{Cluster: &cluster})
		k.must(err)
		if len(services.ServiceArns) == 0 {
			continue
		}
		described, err := k.client.DescribeServices(k.Context(), &ecs.DescribeServicesInput{Cluster: &cluster, Services: services.ServiceArns})
		k.must(err)
		for _, s := range described.Services {
			definition, err := k.client.DescribeTaskDefinition(k.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: s.TaskDefinition})
			k.must(err)
			add("service of %s tasks, %d of %d run, %d deployments, definition %s", *definition.TaskDefinition.ContainerDefinitions[0].Environment[0].Value,
				s.RunningCount, s.DesiredCount, len(s.Deployments), definition.TaskDefinition.Status)
		}
	}
}
