package bill_test

import (
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

// A day becomes two days old, and another one ninety, at midnight. The report is the same whether the ledger has put sums
// together or not.
func TestAReportDoesNotDependOnWhenSumsAreCompacted(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	midnight := now.Truncate(24 * time.Hour)
	update := func(change func(tx *store.Tx)) {
		if err := s.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx *store.Tx) {
		for hour := range 20 {
			begun := midnight.Add(time.Duration(hour-70) * time.Hour)
			one := ledger.Task{
				Of:  ledger.Of{Kind: ledger.KindTask, Region: scope.Region, ClusterARN: scope.Cluster("shop"), Family: "job", Capacity: "FARGATE", Architecture: "X86_64"},
				CPU: 256, Memory: 512, FargateCPU: 256, FargateMemory: 512, PullStartedAt: begun, RunningAt: begun, End: begun.Add(time.Minute),
			}
			one.Bill(one.End, ledger.Into(tx))
			b := ledger.LoadBalancer{
				Region: scope.Region, ARN: fmt.Sprint("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/web/", hour), From: begun.Add(-time.Duration(hour) * 150 * time.Hour),
				To: begun,
			}
			b.Bill(one.End, ledger.Into(tx))
			one.Family, one.ServiceARN, one.Deployment, one.TaskDefinition = "", web, fmt.Sprint("d", hour), fmt.Sprint("web:", hour)
			one.PullStartedAt = b.From
			one.Bill(one.End, ledger.Into(tx))
		}
	})
	report := func() costs.Report {
		in := bill.Read(s.Read(), midnight)
		in.Prices, in.Types = price.Default(), ec2.KnownInstanceType
		return bill.Report(in)
	}
	before := report()
	update(func(tx *store.Tx) { ledger.Compact(tx, midnight.Add(time.Millisecond)) })
	after := report()
	if !reflect.DeepEqual(before, after) || !after.From.Equal(midnight.Add(-121*24*time.Hour)) {
		t.Errorf("before:\n%+v\nafter:\n%+v", before, after)
	}
	for _, d := range after.Services[0].Deployments {
		if d.ServiceDeploymentARN == "" {
			t.Errorf("deployment %+v", d)
		}
	}
	if b := after.LoadBalancers; len(b) != 1 || b[0].LoadBalancerName != "web" || b[0].Hours != 190*150+1 || math.Abs(*b[0].Cost-28501*0.0225) > 1e-9 {
		t.Errorf("load balancers %+v", b)
	}
}
