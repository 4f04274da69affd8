package emulator_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// meddling is what may happen to the services web and api of a gateway. What is refused, as it would be of a user, is no failure.
var meddling = []struct {
	name   string
	weight int
	do     func(g *gated, r *rand.Rand)
}{
	{"connect", 5, func(g *gated, r *rand.Rand) {
		name := pick(r, "web", "api")
		if s := g.describe(name); s == nil || *s.Status == "INACTIVE" {
			_, _ = g.client.CreateService(g.Context(), connecting(name, aws.String("web")))
			return
		}
		_, _ = g.client.UpdateService(g.Context(), &ecs.UpdateServiceInput{Service: &name, GatewayConnectors: connecting(name, nil).GatewayConnectors})
	}},
	{"leave", 2, func(g *gated, r *rand.Rand) {
		_, _ = g.client.UpdateService(g.Context(), &ecs.UpdateServiceInput{Service: aws.String(pick(r, "web", "api")), GatewayConnectors: []types.GatewayConnector{}})
	}},
	{"deploy", 4, func(g *gated, r *rand.Rand) {
		strategy := types.DeploymentStrategy(pick(r, "ROLLING", "BLUE_GREEN", "ROLLING"))
		_, _ = g.client.UpdateService(g.Context(), &ecs.UpdateServiceInput{
			Service: aws.String(pick(r, "web", "api")), ForceNewDeployment: true, DeploymentConfiguration: &types.DeploymentConfiguration{Strategy: strategy},
		})
	}},
	{"delete", 2, func(g *gated, r *rand.Rand) {
		_, _ = g.client.DeleteService(g.Context(), &ecs.DeleteServiceInput{Service: aws.String(pick(r, "web", "api")), Force: aws.Bool(true)})
	}},
	{"header", 1, func(g *gated, r *rand.Rand) {
		_, _ = g.client.UpdateGateway(g.Context(), &ecs.UpdateGatewayInput{Gateway: aws.String("shop"), Configuration: &types.UpdateGatewayConfigurationMemberHostSharedAlb{
			Value: types.UpdateGatewayAlbConfiguration{TestTrafficRules: &types.GatewayAlbTestTrafficRules{
				Header: &types.GatewayTestTrafficHeader{Name: aws.String("X-Test"), Values: []string{fmt.Sprint(r.IntN(9))}},
			}},
		}})
	}},
	{"piece", 4, (*gated).removePiece},
	{"away", 1, func(g *gated, r *rand.Rand) {
		_, _ = g.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineAway, For: time.Duration(10+r.IntN(200)) * time.Second}) // it may be away already
	}},
	{"die", 1, func(g *gated, _ *rand.Rand) { g.again() }},
}

// removePiece deletes something that ECS has made, as a user may.
func (g *gated) removePiece(r *rand.Rand) {
	g.Helper()
	balancing, network := elb.NewFromConfig(g.srv.Config()), ec2.NewFromConfig(g.srv.Config())
	balancers, err := balancing.DescribeLoadBalancers(g.Context(), &elb.DescribeLoadBalancersInput{})
	g.must(err)
	var remove []func()
	for _, b := range balancers.LoadBalancers {
		remove = append(remove, func() {
			_, _ = balancing.DeleteLoadBalancer(g.Context(), &elb.DeleteLoadBalancerInput{LoadBalancerArn: b.LoadBalancerArn})
		})
		listeners, err := balancing.DescribeListeners(g.Context(), &elb.DescribeListenersInput{LoadBalancerArn: b.LoadBalancerArn})
		g.must(err)
		for _, l := range listeners.Listeners {
			remove = append(remove, func() {
				_, _ = balancing.DeleteListener(g.Context(), &elb.DeleteListenerInput{ListenerArn: l.ListenerArn})
			})
			rules, err := balancing.DescribeRules(g.Context(), &elb.DescribeRulesInput{ListenerArn: l.ListenerArn})
			g.must(err)
			for _, one := range rules.Rules {
				remove = append(remove, func() { _, _ = balancing.DeleteRule(g.Context(), &elb.DeleteRuleInput{RuleArn: one.RuleArn}) })
			}
		}
	}
	groups, err := balancing.DescribeTargetGroups(g.Context(), &elb.DescribeTargetGroupsInput{})
	g.must(err)
	for _, one := range groups.TargetGroups {
		remove = append(remove, func() {
			_, _ = balancing.DeleteTargetGroup(g.Context(), &elb.DeleteTargetGroupInput{TargetGroupArn: one.TargetGroupArn})
		})
	}
	certificates := acm.NewFromConfig(g.srv.Config())
	list, err := certificates.ListCertificates(g.Context(), &acm.ListCertificatesInput{})
	g.must(err)
	for _, one := range list.CertificateSummaryList {
		remove = append(remove, func() {
			_, _ = certificates.DeleteCertificate(g.Context(), &acm.DeleteCertificateInput{CertificateArn: one.CertificateArn})
		})
	}
	security, err := network.DescribeSecurityGroups(g.Context(), &ec2.DescribeSecurityGroupsInput{})
	g.must(err)
	for _, one := range security.SecurityGroups {
		if *one.GroupName == "default" {
			continue
		}
		remove = append(remove, func() {
			_, _ = network.DeleteSecurityGroup(g.Context(), &ec2.DeleteSecurityGroupInput{GroupId: one.GroupId})
		}, func() {
			_, _ = network.RevokeSecurityGroupIngress(g.Context(), &ec2.RevokeSecurityGroupIngressInput{GroupId: one.GroupId, IpPermissions: one.IpPermissions})
		})
	}
	if len(remove) > 0 {
		remove[r.IntN(len(remove))]()
	}
}

// TestGatewaysInAnyOrder: services connect, shift, leave and are deleted, users remove pieces behind ECS's back, the engine is away and the
// emulator dies. In the end nothing is left of what is deleted; before that services are steady, unless users have removed something.
func TestGatewaysInAnyOrder(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 51))
			opts := emulator.Options{Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), OnExit: emulator.Keep, Speed: emulator.Still}
			g := open(t, opts).openGateway()
			g.opts = opts
			g.define("web", "app", "serve", "8080", "web")
			var story []string
			defer func() {
				if t.Failed() {
					t.Logf("story: %s\nleft: %s\n%s", strings.Join(story, " "), g.left(), g.last("web")+g.last("api"))
				}
			}()
			for range 40 {
				story = append(story, g.meddle(r, seed%2 == 0))
				g.must(g.srv.Clock().Advance(time.Duration(r.IntN(100)) * time.Second))
			}
			for _, each := range g.srv.Faults().List() {
				g.srv.Faults().Clear(each.ID)
			}
			var there []string
			for _, name := range []string{"web", "api"} {
				if s := g.describe(name); s != nil && *s.Status == "ACTIVE" {
					there = append(there, name)
				}
			}
			if seed%2 != 0 { // a user may have removed what lets health checks pass
				g.untilSteady(there...)
			}
			g.remove(there...)
			g.close()
		})
	}
}

// last are the last events of a service.
func (g *gated) last(service string) string {
	g.Helper()
	var text strings.Builder
	if s := g.describe(service); s != nil {
		for _, e := range s.Events[:min(5, len(s.Events))] {
			text.WriteString(*e.Message + "\n")
		}
	}
	return text.String()
}

// meddle has something happen by chance. Pieces are removed only where that is asked for.
func (g *gated) meddle(r *rand.Rand, pieces bool) string {
	g.Helper()
	all := 0
	for _, each := range meddling {
		all += each.weight
	}
	for at, i := r.IntN(all), 0; ; i++ {
		if at -= meddling[i].weight; at < 0 {
			if pieces || meddling[i].name != "piece" {
				meddling[i].do(g, r)
			}
			return meddling[i].name
		}
	}
}

// again has the emulator die, and another one go on with what it has written.
func (g *gated) again() {
	g.Helper()
	g.srv.Die()
	g.world = open(g.T, g.opts)
}
