package ecs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
)

const gatewayRole = "arn:aws:iam::123456789012:role/gateways"

func gatewayInput(name string, change ...func(in *types.HostSharedAlbConfiguration)) *sdk.CreateGatewayInput {
	shared := &types.GatewayConfigurationMemberHostSharedAlb{}
	for _, c := range change {
		c(&shared.Value)
	}
	return &sdk.CreateGatewayInput{Name: &name, InfrastructureRoleArn: aws.String(gatewayRole), Configuration: shared}
}

func (s *server) createGateway(t *testing.T, in *sdk.CreateGatewayInput) string {
	t.Helper()
	out, err := s.CreateGateway(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if out.Status != types.GatewayStatusActive || *out.Name != *in.Name {
		t.Errorf("%+v", out)
	}
	return *out.GatewayArn
}

func TestGatewayDefaults(t *testing.T) {
	s := newServer(t)
	id := s.createGateway(t, gatewayInput("shop"))
	if want := testScope.Prefix() + "gateway/shop"; id != want {
		t.Errorf("%s, want %s", id, want)
	}
	for _, ref := range []string{"shop", id} {
		out, err := s.DescribeGateway(ctx, &sdk.DescribeGatewayInput{Gateway: &ref})
		if err != nil {
			t.Fatal(err)
		}
		g := out.Gateway
		c := g.Configuration.(*types.DescribeGatewayConfigurationMemberHostSharedAlb).Value
		got := strings.TrimSpace(fmt.Sprintln(*g.DeletionProtection, g.PropagateTags, *c.MaxAlbCount, *c.CurrentAlbCount, c.Scheme, c.NetworkConfiguration.IpAddressType, c.HttpDesync, c.Protocol, *c.Port,
			len(c.NetworkConfiguration.Subnets) > 1, g.AccessType, g.Status, *g.InfrastructureRoleArn == gatewayRole, g.CreatedAt.Equal(*g.UpdatedAt), c.TestTrafficRules, c.AccessLogs))
		if want := "true GATEWAY 10 0 internet-facing dualstack defensive HTTPS 443 true PUBLIC ACTIVE true true <nil> <nil>"; got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	internal := s.createGateway(t, gatewayInput("inner", func(in *types.HostSharedAlbConfiguration) {
		in.Scheme, in.MaxAlbCount = types.GatewayElbSchemeInternal, aws.Int32(2)
		in.TestTrafficRules = &types.GatewayAlbTestTrafficRules{Header: &types.GatewayTestTrafficHeader{Name: aws.String("x-test"), Values: []string{"1"}}}
		in.AccessLogs = &types.GatewayElbAccessLogConfiguration{Destination: &types.GatewayElbAccessLogDestinationMemberS3{Value: types.GatewayElbAccessLogS3Destination{Bucket: aws.String("logs"), Prefix: aws.String("alb")}}}
	}))
	out, err := s.DescribeGateway(ctx, &sdk.DescribeGatewayInput{Gateway: &internal})
	if err != nil {
		t.Fatal(err)
	}
	c := out.Gateway.Configuration.(*types.DescribeGatewayConfigurationMemberHostSharedAlb).Value
	if logs := c.AccessLogs.Destination.(*types.GatewayElbAccessLogDestinationMemberS3).Value; out.Gateway.AccessType != types.AccessTypePrivate || *c.TestTrafficRules.Header.Name != "x-test" || *logs.Bucket != "logs" {
		t.Errorf("%+v", c)
	}
}

func TestGatewayIsMadeOnce(t *testing.T) {
	s := newServer(t)
	in := gatewayInput("shop")
	in.ClientToken = aws.String("once")
	first := s.createGateway(t, in)
	if again := s.createGateway(t, in); again != first {
		t.Error(again)
	}
	if again := s.createGateway(t, gatewayInput("shop")); again != first {
		t.Error(again)
	}
	other := gatewayInput("shop", func(in *types.HostSharedAlbConfiguration) { in.MaxAlbCount = aws.Int32(3) })
	if _, err := s.CreateGateway(ctx, other); err == nil || !strings.Contains(err.Error(), "already exists") {
		t.Error(err)
	}
}

func TestGatewayRefusals(t *testing.T) {
	s := newServer(t)
	s.createGateway(t, gatewayInput("there"))
	change := func(by func(in *types.HostSharedAlbConfiguration)) func() error {
		return func() error { _, err := s.CreateGateway(ctx, gatewayInput("shop", by)); return err }
	}
	header := func(name string, values ...string) func() error {
		return change(func(in *types.HostSharedAlbConfiguration) {
			in.TestTrafficRules = &types.GatewayAlbTestTrafficRules{Header: &types.GatewayTestTrafficHeader{Name: &name, Values: values}}
		})
	}
	describe := func(ref string) func() error {
		return func() error {
			_, err := s.DescribeGateway(ctx, &sdk.DescribeGatewayInput{Gateway: &ref})
			return err
		}
	}
	for what, c := range map[string]struct {
		call func() error
		want string
	}{
		"name":    {func() error { _, err := s.CreateGateway(ctx, gatewayInput(strings.Repeat("a", 256))); return err }, "Invalid gateway name."},
		"port":    {change(func(in *types.HostSharedAlbConfiguration) { in.Port = aws.Int32(80) }), "port should be 443"},
		"http":    {change(func(in *types.HostSharedAlbConfiguration) { in.Protocol = types.GatewayAlbProtocolHttp }), "protocol should be HTTPS"},
		"count":   {change(func(in *types.HostSharedAlbConfiguration) { in.MaxAlbCount = aws.Int32(0) }), "maxAlbCount should be between 1 and 50"},
		"scheme":  {change(func(in *types.HostSharedAlbConfiguration) { in.Scheme = "inside" }), "scheme should be one of [internet-facing,internal]"},
		"desync":  {change(func(in *types.HostSharedAlbConfiguration) { in.HttpDesync = "lax" }), "httpDesync should be one of"},
		"web ACL": {change(func(in *types.HostSharedAlbConfiguration) { in.WebACLArn = aws.String("arn:aws:wafv2:x") }), "ecs-emulator does not support configuration.hostSharedAlb.webACLArn" + unsupportedTail},
		"values":  {header("x-test", "1", "2", "3", "4", "5"), "The test traffic header must have between 1 and 4 values."},
		"host":    {header("Host", "1"), "You cannot specify 'Host' as an HTTP header name"},
		"space":   {header("x test", "1"), "The HTTP header name 'x test' is not valid"},
		"control": {header("x-test", "\x01"), "contains a character that is not valid"},
		"length":  {header("x-test", strings.Repeat("a", 129)), "cannot contain more than 128 characters"},
		"one zone": {change(func(in *types.HostSharedAlbConfiguration) {
			in.NetworkConfiguration = &types.GatewayElbNetworkConfiguration{Subnets: []string{"subnet-12345678"}}
		}), "subnets must be of at least two Availability Zones."},
		"unknown":         {describe("nothing"), "GatewayNotFoundException"},
		"another account": {describe("arn:aws:ecs:" + testScope.Region + ":999999999999:gateway/there"), "GatewayNotFoundException"},
		"another region":  {describe("arn:aws:ecs:ap-south-1:" + testScope.Account + ":gateway/there"), "Invalid Region in ARN"},
		"another type":    {describe(testScope.Cluster("there")), "The gateway ARN provided is invalid."},
		"protected": {func() error {
			_, err := s.DeleteGateway(ctx, &sdk.DeleteGatewayInput{Gateway: aws.String("there")})
			return err
		}, "deletion protection"},
		"eleven names": {func() error {
			_, err := s.ListGateways(ctx, &sdk.ListGatewaysInput{Names: strings.Split("a b c d e f g h i j k", " ")})
			return err
		}, "names can have at most 10 items."},
		"page of 101": {func() error {
			_, err := s.ListGateways(ctx, &sdk.ListGatewaysInput{MaxResults: aws.Int32(101)})
			return err
		}, "101 should be between 1 and 100"},
		"page of 21 resources": {func() error {
			_, err := s.DescribeGatewayResources(ctx, &sdk.DescribeGatewayResourcesInput{Gateway: aws.String("there"), MaxResults: aws.Int32(21)})
			return err
		}, "21 should be between 1 and 20"},
		"page of 0": {func() error {
			_, err := s.ListGatewayRoutes(ctx, &sdk.ListGatewayRoutesInput{MaxResults: aws.Int32(0)})
			return err
		}, "0 should be between 1 and 100"},
		"route": {func() error {
			_, err := s.DescribeGatewayRoute(ctx, &sdk.DescribeGatewayRouteInput{GatewayRouteArn: aws.String(testScope.Prefix() + "gateway-route/there/1")})
			return err
		}, "The specified gateway route was not found"},
		"token of another list": {func() error {
			_, err := s.ListGatewayClusterAssociations(ctx, &sdk.ListGatewayClusterAssociationsInput{NextToken: aws.String("abc")})
			return err
		}, "Invalid token."},
	} {
		if err := c.call(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", what, err, c.want)
		}
	}
}

func TestGatewayAssociations(t *testing.T) {
	s := newServer(t)
	cluster := aws.String("default")
	if _, err := s.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: cluster}); err != nil {
		t.Fatal(err)
	}
	for n := range 6 {
		name := fmt.Sprint("shop", n)
		in := gatewayInput(name)
		in.DeletionProtection = aws.Bool(false)
		s.createGateway(t, in)
		out, err := s.AssociateGatewayWithCluster(ctx, &sdk.AssociateGatewayWithClusterInput{Cluster: cluster, Gateway: &name})
		if n == 5 {
			if err == nil || !strings.Contains(err.Error(), "up to 5 gateways") {
				t.Error(err)
			}
			continue
		}
		if err != nil || out.Status != types.GatewayClusterAssociationStatusActive || *out.ClusterArn != testScope.Cluster("default") {
			t.Fatal(out, err)
		}
	}
	page, err := s.ListGatewayClusterAssociations(ctx, &sdk.ListGatewayClusterAssociationsInput{Cluster: cluster, MaxResults: aws.Int32(3)})
	if err != nil || len(page.GatewayClusterAssociations) != 3 || page.NextToken == nil {
		t.Fatal(page, err)
	}
	rest, err := s.ListGatewayClusterAssociations(ctx, &sdk.ListGatewayClusterAssociationsInput{Cluster: cluster, MaxResults: aws.Int32(3), NextToken: page.NextToken})
	if err != nil || len(rest.GatewayClusterAssociations) != 2 || rest.NextToken != nil {
		t.Fatal(rest, err)
	}
	if _, err := s.DeleteGateway(ctx, &sdk.DeleteGatewayInput{Gateway: aws.String("shop0")}); err == nil || !strings.Contains(err.Error(), "clusters are associated") {
		t.Error(err)
	}
	ends, err := s.DisassociateGatewayFromCluster(ctx, &sdk.DisassociateGatewayFromClusterInput{Cluster: cluster, Gateway: aws.String("shop0")})
	if err != nil || ends.Status != types.GatewayClusterAssociationStatusDisassociating {
		t.Fatal(ends, err)
	}
	if _, err := s.AssociateGatewayWithCluster(ctx, &sdk.AssociateGatewayWithClusterInput{Cluster: cluster, Gateway: aws.String("shop0")}); err == nil || !strings.Contains(err.Error(), "is being disassociated") {
		t.Error(err)
	}
	out, err := s.DeleteGateway(ctx, &sdk.DeleteGatewayInput{Gateway: aws.String("shop5")})
	if err != nil || out.Status != types.GatewayStatusDeleted {
		t.Fatal(out, err)
	}
	if list, err := s.ListGateways(ctx, &sdk.ListGatewaysInput{}); err != nil || len(list.Gateways) != 5 {
		t.Error(list, err)
	}
	if _, err := s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: cluster}); err != nil {
		t.Fatal(err)
	}
	left, err := s.ListGatewayClusterAssociations(ctx, &sdk.ListGatewayClusterAssociationsInput{Cluster: cluster})
	if err != nil || len(left.GatewayClusterAssociations) != 5 {
		t.Fatal(left, err)
	}
	for _, a := range left.GatewayClusterAssociations {
		if a.Status != types.GatewayClusterAssociationStatusDisassociating {
			t.Errorf("with a deleted cluster, %+v", a)
		}
	}
}

func TestGatewayUpdate(t *testing.T) {
	s := newServer(t)
	s.createGateway(t, gatewayInput("shop"))
	out, err := s.UpdateGateway(ctx, &sdk.UpdateGatewayInput{
		Gateway: aws.String("shop"), DeletionProtection: aws.Bool(false), PropagateTags: types.PropagateGatewayTagsNone,
		Configuration: &types.UpdateGatewayConfigurationMemberHostSharedAlb{Value: types.UpdateGatewayAlbConfiguration{
			HttpDesync: types.GatewayAlbDesyncMitigationModeStrictest, MaxAlbCount: aws.Int32(4), NetworkConfiguration: &types.UpdateGatewayNetworkConfiguration{InboundSecurityGroup: aws.String("sg-0123456789abcdef0")},
		}},
	})
	if err != nil || out.Status != types.GatewayStatusUpdateInProgress {
		t.Fatal(out, err)
	}
	got, err := s.DescribeGateway(ctx, &sdk.DescribeGatewayInput{Gateway: aws.String("shop")})
	if err != nil {
		t.Fatal(err)
	}
	c := got.Gateway.Configuration.(*types.DescribeGatewayConfigurationMemberHostSharedAlb).Value
	if g := got.Gateway; g.Status != types.GatewayStatusUpdateInProgress || *g.DeletionProtection || g.PropagateTags != "NONE" || c.HttpDesync != "strictest" || *c.MaxAlbCount != 4 || *c.NetworkConfiguration.InboundSecurityGroup != "sg-0123456789abcdef0" {
		t.Errorf("%+v %+v", g, c)
	}
}

func TestGatewayTags(t *testing.T) {
	s := newServer(t)
	in := gatewayInput("shop")
	in.Tags = []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}}
	id := s.createGateway(t, in)
	if _, err := s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: &id, Tags: []types.Tag{{Key: aws.String("cost"), Value: aws.String("1")}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: &id, TagKeys: []string{"team"}}); err != nil {
		t.Fatal(err)
	}
	out, err := s.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: &id})
	if err != nil || len(out.Tags) != 1 || *out.Tags[0].Key != "cost" {
		t.Error(out, err)
	}
}

func TestGatewayRoutesAreShown(t *testing.T) {
	s := newServer(t)
	s.createGateway(t, gatewayInput("shop"))
	id, service := gateway.RouteARN(testScope, "shop", "7"), testScope.Service("default", "web")
	err := s.store.Update(func(tx *store.Tx) error {
		g := gateway.Find(tx, gateway.ARN(testScope, "shop"))
		r := &gateway.Route{
			ARN: id, Scope: testScope, Token: arn.NewID(), GatewayARN: g.ARN, ServiceARN: service, ClusterARN: testScope.Cluster("default"), PortName: "http", ContainerPort: 80,
		}
		gateway.Assign(tx, g, r, 25)
		gateway.PutRoute(tx, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.DescribeGatewayRoute(ctx, &sdk.DescribeGatewayRouteInput{GatewayRouteArn: &id})
	if err != nil || *out.GatewayRoute.ServiceArn != service || !strings.HasPrefix(*out.GatewayRoute.ServiceUrl, "https://web-") {
		t.Fatal(out, err)
	}
	for _, ref := range []string{"web", service} {
		list, err := s.ListGatewayRoutes(ctx, &sdk.ListGatewayRoutesInput{Service: &ref, Gateway: aws.String("shop"), Cluster: aws.String("default"), ServiceContainerPortName: aws.String("http")})
		if err != nil || len(list.GatewayRoutes) != 1 || *list.GatewayRoutes[0].GatewayRouteArn != id {
			t.Error(list, err)
		}
	}
	made, err := s.DescribeGatewayResources(ctx, &sdk.DescribeGatewayResourcesInput{Gateway: aws.String("shop")})
	if err != nil {
		t.Fatal(err)
	}
	if r := made.GatewayResources.Resources.(*types.GatewayInfrastructureResourcesMemberHostSharedAlb).Value; len(r) != 1 || len(r[0].GatewayRouteArns) != 1 {
		t.Errorf("%+v", r)
	}
}

// connectable is a cluster with a gateway, and a service that connects to it.
func connectable(t *testing.T, s *server) *sdk.CreateServiceInput {
	t.Helper()
	if _, err := s.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: aws.String("default")}); err != nil {
		t.Fatal(err)
	}
	for family, ports := range map[string]types.PortMapping{
		"web": {Name: aws.String("http"), ContainerPort: aws.Int32(80)}, "nameless": {ContainerPort: aws.Int32(80)},
	} {
		_, err := s.RegisterTaskDefinition(ctx, &sdk.RegisterTaskDefinitionInput{
			Family: &family, NetworkMode: types.NetworkModeAwsvpc, RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate}, Cpu: aws.String("256"), Memory: aws.String("512"),
			ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("busybox"), PortMappings: []types.PortMapping{ports}}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return &sdk.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeFargate, DesiredCount: aws.Int32(1),
		GatewayConnectors:    []types.GatewayConnector{{PortName: aws.String("http")}},
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0ec5e3a1a70000001"}}},
	}
}

func TestConnectorRefusals(t *testing.T) {
	s := newServer(t)
	base := connectable(t, s)
	refused := func(what, want string, change func(in *sdk.CreateServiceInput)) {
		t.Helper()
		in := *base
		change(&in)
		if _, err := s.CreateService(ctx, &in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", what, err, want)
		}
	}
	filter := func(list ...types.AccessType) func(in *sdk.CreateServiceInput) {
		return func(in *sdk.CreateServiceInput) {
			in.GatewayConnectors = []types.GatewayConnector{{PortName: aws.String("http"), Filters: &types.GatewayConnectorFilters{AccessTypes: list}}}
		}
	}
	refused("none", "gatewayConnectors were specified but no gateways are associated with cluster", func(*sdk.CreateServiceInput) {})
	s.createGateway(t, gatewayInput("shop"))
	if _, err := s.AssociateGatewayWithCluster(ctx, &sdk.AssociateGatewayWithClusterInput{Cluster: aws.String("default"), Gateway: aws.String("shop")}); err != nil {
		t.Fatal(err)
	}
	refused("two", "gatewayConnectors can have at most 1 items.", func(in *sdk.CreateServiceInput) {
		in.GatewayConnectors = append(in.GatewayConnectors, in.GatewayConnectors...)
	})
	refused("no such port", "no port mapping with the name http", func(in *sdk.CreateServiceInput) { in.TaskDefinition = aws.String("nameless") })
	refused("access type", "none of the gateways associated with cluster match", filter(types.AccessTypePrivate))
	refused("unknown access type", "accessTypes should be one of [PUBLIC,PRIVATE]", filter("INNER"))
	checked := func(h types.GatewayConnectorHealthCheck) func(in *sdk.CreateServiceInput) {
		return func(in *sdk.CreateServiceInput) {
			in.GatewayConnectors = []types.GatewayConnector{{PortName: aws.String("http"), HealthCheck: &h}}
		}
	}
	refused("interval", "healthCheckIntervalSeconds should be between 5 and 300", checked(types.GatewayConnectorHealthCheck{HealthCheckIntervalSeconds: aws.Int32(1)}))
	refused("interval of the timeout", "Health check timeout '5' must be smaller than the interval '5'", checked(types.GatewayConnectorHealthCheck{HealthCheckIntervalSeconds: aws.Int32(5)}))
	refused("CodeDeploy", "gatewayConnectors is only supported with the ECS deployment controller.", func(in *sdk.CreateServiceInput) {
		in.DeploymentController = &types.DeploymentController{Type: types.DeploymentControllerTypeExternal}
		in.TaskDefinition, in.NetworkConfiguration, in.LaunchType = nil, nil, ""
	})
}

func TestConnectorMakesARoute(t *testing.T) {
	s := newServer(t)
	in := connectable(t, s)
	for _, name := range []string{"shop", "other"} {
		s.createGateway(t, gatewayInput(name))
		if _, err := s.AssociateGatewayWithCluster(ctx, &sdk.AssociateGatewayWithClusterInput{Cluster: aws.String("default"), Gateway: &name}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // it is made once
		if _, err := s.CreateService(ctx, in); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.ListGatewayRoutes(ctx, &sdk.ListGatewayRoutesInput{Status: []types.GatewayRouteStatus{types.GatewayRouteStatusCreateInProgress}})
	if err != nil || len(list.GatewayRoutes) != 2 {
		t.Fatal(list, err)
	}
	deployments, err := s.ListServiceDeployments(ctx, &sdk.ListServiceDeploymentsInput{Service: aws.String("web")})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := s.DescribeServiceRevisions(ctx, &sdk.DescribeServiceRevisionsInput{ServiceRevisionArns: []string{*deployments.ServiceDeployments[0].TargetServiceRevisionArn}})
	if err != nil {
		t.Fatal(err)
	}
	r := shown.ServiceRevisions[0]
	if len(r.GatewayConnectors) != 1 || len(r.EcsManagedResources.GatewayConnections) != 2 {
		t.Fatalf("%+v", r)
	}
	if c := r.EcsManagedResources.GatewayConnections[0]; c.Status != types.GatewayRouteStatusCreateInProgress || *c.PortName != "http" || c.AccessType != types.AccessTypePublic {
		t.Errorf("%+v", c)
	}
	if _, err := s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), GatewayConnectors: []types.GatewayConnector{}}); err != nil {
		t.Fatal(err)
	}
	if again, err := s.DescribeServices(ctx, &sdk.DescribeServicesInput{Services: []string{"web"}}); err != nil || len(again.Services[0].Deployments) != 2 {
		t.Error(again, err)
	}
}
