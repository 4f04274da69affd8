package main

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

const trustsECS = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}`

// AWS's managed policy is all that the infrastructure role of a gateway needs: to connect, to change, to shift and to leave. A role
// that may nothing makes nothing, and its route has failed, which why explains.
func TestInfrastructureRoleOfAGateway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := startServe(t, "--engine", "sim", "--data-dir", dir, "--iam", "enforce", "--speed", "20")
	o := p.client.Options()
	o.Credentials = credentials.StaticCredentialsProvider{Value: rootKeys(t, dir)}
	p.client = ecs.New(o)
	g := gated{p}
	roles := iam.New(iam.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
	for _, role := range []string{"infra", "narrow"} {
		_, err := roles.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &role, AssumeRolePolicyDocument: aws.String(trustsECS)})
		p.must(err)
	}
	_, err := roles.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{
		RoleName: aws.String("infra"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AmazonECSInfrastructureRoleForGatewayHostSharedALB"),
	})
	p.must(err)
	nothing := g.counts()
	g.open()
	g.connect("default", "web", 1)
	revision := g.gatewayConnection("web")
	for _, in := range []*ecs.UpdateServiceInput{ // another health check, then a shift
		{GatewayConnectors: []types.GatewayConnector{{PortName: aws.String("http"), HealthCheck: &types.GatewayConnectorHealthCheck{HealthCheckPath: aws.String("/health")}}}},
		{ForceNewDeployment: true, DeploymentConfiguration: &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(0)}},
	} {
		in.Service = aws.String("web")
		p.update(*in)
		g.eventually("it is deployed", func() bool { p.advance("30s"); return p.lastDeployment("web").FinishedAt != nil })
		if d := p.lastDeployment("web"); d.Status != types.ServiceDeploymentStatusSuccessful {
			t.Errorf("the deployment is %s: %s", d.Status, aws.ToString(d.StatusReason))
		}
	}
	if after := g.gatewayConnection("web"); *after.TargetGroupArn != *revision.TargetGroupArn || *after.ListenerRuleArn != *revision.ListenerRuleArn {
		t.Errorf("the route has %+v, and had %+v", after, revision)
	}
	_, err = p.client.UpdateGateway(t.Context(), &ecs.UpdateGatewayInput{Gateway: aws.String("shop"), DeletionProtection: aws.Bool(false), Configuration: &types.UpdateGatewayConfigurationMemberHostSharedAlb{
		Value: types.UpdateGatewayAlbConfiguration{HttpDesync: types.GatewayAlbDesyncMitigationModeStrictest, TestTrafficRules: &types.GatewayAlbTestTrafficRules{
			Header: &types.GatewayTestTrafficHeader{Name: aws.String(testHeader), Values: []string{"2"}},
		}},
	}})
	p.must(err)
	g.eventually("the gateway is updated", func() bool {
		out, err := p.client.DescribeGateway(t.Context(), &ecs.DescribeGatewayInput{Gateway: aws.String("shop")})
		p.must(err)
		if out.Gateway.Status == types.GatewayStatusUpdateFailed {
			t.Fatalf("%s: %+v", aws.ToString(out.Gateway.StatusReason), out.Gateway.Failures)
		}
		return out.Gateway.Status == types.GatewayStatusUpdateComplete
	})
	g.leave("default", "web")
	g.eventually("nothing is left", func() bool { p.advance("1m"); return g.counts() == nothing })

	_, err = p.client.UpdateGateway(t.Context(), &ecs.UpdateGatewayInput{Gateway: aws.String("shop"), InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/narrow")})
	p.must(err)
	_, err = p.client.CreateService(t.Context(), connecting("default", "late", g.define("late", "late"), 1))
	p.must(err)
	g.untilCompleted("default", "late", 1)
	out, err := p.client.ListGatewayRoutes(t.Context(), &ecs.ListGatewayRoutesInput{Service: aws.String("late")})
	p.must(err)
	if len(out.GatewayRoutes) != 1 || out.GatewayRoutes[0].Status != types.GatewayRouteStatusCreateFailed || g.counts() != nothing {
		t.Errorf("%+v, and there are %s", out.GatewayRoutes, g.counts())
	}
	why, _ := command("why", "--endpoint", p.url(), "late").CombinedOutput()
	if text := string(why); !strings.Contains(text, "The route of gateway shop to service late is CREATE_FAILED: ") || !strings.Contains(text, "is not authorized to perform") {
		t.Errorf("why says %q", text)
	}
}
