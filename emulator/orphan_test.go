package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
)

// ecsManaged is a tag of all that ECS makes for gateways and Express services.
const ecsManaged = "AmazonECSManaged"

// orphans are what ECS has made in EC2, Elastic Load Balancing and ACM for an owner that is gone, and what is in none of its rows.
// What users have kept from being removed is theirs.
func orphans(tx *store.Tx, s arn.Scope) (list []string) {
	add := func(what, id, why string) { list = append(list, fmt.Sprintf("%s %s: %s", what, id, why)) }
	for _, i := range ec2.AllInstances(tx) {
		if i.Operator != "" && i.State() != types.InstanceStateNameTerminated && managed.ByKey(tx, i.Key()) == nil {
			add("instance", i.ID, "ECS does not know it")
		}
	}
	for _, i := range managed.All(tx) {
		if !slices.ContainsFunc(capacityprovider.Providers.All(tx), func(p *capacityprovider.Provider) bool { return p.ARN == i.Provider && p.Active() }) {
			add("instance", i.ID, "its capacity provider is gone")
		}
	}
	made := func(what, id string) {
		switch rows := slices.Concat(gateway.Rows().Made(tx, id), express.Made(tx, id)); {
		case len(rows) == 0:
			add(what, id, "ECS does not know it")
		case !owns(tx, rows[0].Owner):
			add(what, id, "its owner "+rows[0].Owner+" is gone")
		}
	}
	tagged := func(tags elbv2.Tags) bool {
		return slices.ContainsFunc(tags, func(t elbv2.Tag) bool { return t.Key == ecsManaged })
	}
	for _, b := range elbv2.LoadBalancers(tx, s) {
		if tagged(b.Tags) {
			made("load balancer", b.ARN)
		}
	}
	for _, l := range elbv2.AllListeners(tx, s) {
		if tagged(l.Tags) {
			made("listener", l.ARN)
		}
		for _, r := range elbv2.ListenerRules(tx, l.ARN) {
			if tagged(r.Tags) {
				made("rule", r.ARN)
			}
		}
	}
	for _, g := range elbv2.TargetGroups(tx, s) {
		if tagged(g.Tags) {
			made("target group", g.ARN)
		}
	}
	for _, c := range acm.List(tx, s) {
		if slices.ContainsFunc(c.Tags, func(t acm.Tag) bool { return t.Key == ecsManaged }) {
			made("certificate", c.ARN)
		}
	}
	for _, g := range ec2network.SecurityGroups(tx, s) {
		if _, is := ec2network.FindTags(tx, s, g.ID)[ecsManaged]; is {
			made("security group", g.ID)
		}
	}
	return list
}

// owns is whether an owner of resources is there: a route, an Express service, or a load balancer that some of them use.
func owns(tx *store.Tx, owner string) bool {
	return gateway.FindRoute(tx, owner) != nil || len(gateway.RoutesOfBalancer(tx, owner)) > 0 ||
		express.Find(tx, owner) != nil || len(express.Users(tx, owner)) > 0
}

// leavesNoOrphan expects that ECS has made nothing which outlives its owner, once it has had the time to remove it.
func leavesNoOrphan(t *testing.T, srv *emulator.Server) {
	t.Helper()
	var left []string
	for range 20 {
		if left = orphans(srv.Rows().Read(), srv.Scope()); len(left) == 0 {
			return
		}
		if err := srv.Clock().Advance(time.Minute); err != nil { // the test has ended the emulator, and may have begun another one
			return
		}
	}
	t.Errorf("ECS has made for owners that are gone, or has forgotten: %q", left)
}

func TestOrphansAreFound(t *testing.T) {
	t.Parallel()
	w := start(t)
	api := elb.NewFromConfig(w.srv.Config())
	made, err := api.CreateTargetGroup(t.Context(), &elb.CreateTargetGroupInput{
		Name: aws.String("left"), TargetType: elbtypes.TargetTypeEnumIp, Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(80),
		VpcId: aws.String("vpc-0ec5e3a1a70000001"), Tags: []elbtypes.Tag{{Key: aws.String(ecsManaged), Value: aws.String("true")}},
	})
	w.must(err)
	group := made.TargetGroups[0].TargetGroupArn
	if got := orphans(w.srv.Rows().Read(), w.srv.Scope()); len(got) != 1 || !strings.Contains(got[0], *group) {
		t.Errorf("orphans are %q, want %s", got, *group)
	}
	_, err = api.DeleteTargetGroup(t.Context(), &elb.DeleteTargetGroupInput{TargetGroupArn: group})
	w.must(err)
}
