package ecs_test

import (
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestManagedResources: a service revision shows what ECS has made for a service of Express mode, and what is on its way.
func TestManagedResources(t *testing.T) {
	s := newServer(t)
	made := s.managed(t)
	at := time.Unix(1_700_000_000, 0)
	row := &express.Service{
		ARN: *made.ServiceArn, Scope: testScope, Cluster: "default", Name: "web", Token: "0123456789abcdef0123456789abcdef", Set: "express-set/a",
		Network: express.Network{VPC: "vpc-1", Subnets: []string{"subnet-1"}, Public: true}, CreatedAt: at,
		Asked: express.Configuration{ContainerPort: 8080, HealthCheckPath: "/ping", MinTasks: 1, MaxTasks: 20, Percent: 60, Metric: "REQUEST_COUNT_PER_TARGET"},
	}
	has := func(owner string, kind express.Kind, id string, status ourtypes.ManagedResourceStatus, reason string) {
		t.Helper()
		r := &express.Resource{Owner: owner, Kind: kind, ID: id, Status: status, Reason: reason}
		if status != "PROVISIONING" {
			r.UpdatedAt = at.Add(time.Minute)
		}
		s.update(t, func(tx *store.Tx) { express.PutResource(tx, r) })
	}
	describe := func() *types.ECSManagedResources {
		t.Helper()
		out := must[*sdk.DescribeServiceRevisionsOutput](t)(s.DescribeServiceRevisions(ctx, &sdk.DescribeServiceRevisionsInput{
			ServiceRevisionArns: []string{*made.CurrentServiceRevisions[0].Arn},
		}))
		return out.ServiceRevisions[0].EcsManagedResources
	}
	if got := describe(); got != nil {
		t.Errorf("a service of which Express mode knows nothing has %+v", got)
	}

	later := *row
	later.CreatedAt = time.Now().Add(24 * time.Hour)
	s.update(t, func(tx *store.Tx) { express.Put(tx, &later) })
	if got := describe(); got != nil {
		t.Errorf("a service that had the name before has %+v", got)
	}
	s.update(t, func(tx *store.Tx) { express.Put(tx, row) })
	has(row.Set, express.LoadBalancer, "arn:balancer", "ACTIVE", "")
	has(row.Set, express.BalancerGroup, "sg-1", "ACTIVE", "")
	has(row.ARN, express.TargetGroup, "", "PROVISIONING", "")
	has(row.ARN, express.Alarm, "faulty", "ACTIVE", "")
	has(row.ARN, express.SecurityGroup, "sg-2", "FAILED", "It does not exist.")
	has(row.ARN, express.LogGroup, "/aws/ecs/default/web-01234567", "ACTIVE", "")
	has(row.ARN, express.ScalableTarget, "arn:target", "ACTIVE", "")
	has(row.ARN, express.Policy, "arn:policy", "ACTIVE", "")
	got := describe()
	path := got.IngressPaths[0]
	if *path.Endpoint != "web-0123456789abcdef0123456789abcdef.ecs.eu-west-1.on.aws" || path.AccessType != "PUBLIC" || path.Listener != nil || path.Rule != nil {
		t.Errorf("ingress path: %+v", path)
	}
	if b := path.LoadBalancer; *b.Arn != "arn:balancer" || *b.Scheme != "internet-facing" || b.SecurityGroupIds[0] != "sg-1" || b.SubnetIds[0] != "subnet-1" ||
		b.Status != "ACTIVE" || !b.UpdatedAt.Equal(at.Add(time.Minute)) || b.StatusReason != nil {
		t.Errorf("load balancer: %+v", b)
	}
	if g := path.TargetGroups; len(g) != 1 || g[0].Arn != nil || g[0].Status != "PROVISIONING" || g[0].Port != 8080 || *g[0].HealthCheckPath != "/ping" || !g[0].UpdatedAt.Equal(at) {
		t.Errorf("target groups: %+v", g)
	}
	if g := got.ServiceSecurityGroups; len(g) != 1 || *g[0].Arn != "arn:aws:ec2:eu-west-1:123456789012:security-group/sg-2" || *g[0].StatusReason != "It does not exist." {
		t.Errorf("security groups: %+v", g)
	}
	if a := got.MetricAlarms; len(a) != 1 || *a[0].Arn != "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:faulty" {
		t.Errorf("alarms: %+v", a)
	}
	if l := got.LogGroups; len(l) != 1 || *l[0].Arn != "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/ecs/default/web-01234567" {
		t.Errorf("log groups: %+v", l)
	}
	p := got.AutoScaling.ApplicationAutoScalingPolicies
	if target := got.AutoScaling.ScalableTarget; *target.Arn != "arn:target" || target.MaxCapacity != 20 || *p[0].Metric != "ALBRequestCountPerTarget" || p[0].TargetValue != 60 {
		t.Errorf("scaling: %+v, %+v", target, p)
	}

	s.update(t, func(tx *store.Tx) {
		of := state.FindService(tx, row.ARN).Clone()
		of.ResourceManagementType = ""
		state.PutService(tx, of)
	})
	if got := describe(); got != nil {
		t.Errorf("a service of a user that has the name now has %+v", got)
	}
}
