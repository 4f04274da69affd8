package capacityunit_test

import (
	"math"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/capacityunit"
)

// Of each hour the greatest dimension counts; the protocols of a network load balancer add up.
func TestCapacityUnits(t *testing.T) {
	start := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	c := clock.New(clock.Options{Start: start.Add(3 * time.Hour), Speed: 1})
	defer c.Close()
	store, err := metric.Open(metric.Options{Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	scope := arn.Scope{Region: "us-east-1", Account: "123456789012"}
	const prefix = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/"
	put := func(namespace, balancer, name string, unit types.StandardUnit, minute int, value float64) {
		id := metric.New(scope, namespace, name, "LoadBalancer", balancer)
		store.Put(metric.Datum{ID: id, Unit: unit, At: start.Add(time.Duration(minute) * time.Minute), Values: []float64{value}})
	}
	const count, bytes = types.StandardUnitCount, types.StandardUnitBytes
	put("AWS/ApplicationELB", "app/web/1", "NewConnectionCount", count, 1, 25*3600) // one unit
	put("AWS/ApplicationELB", "app/web/1", "ProcessedBytes", bytes, 59, 1.5e9)      // one and a half
	put("AWS/ApplicationELB", "app/web/1", "NewConnectionCount", count, 60, 25*1800)
	for minute := 60; minute < 120; minute++ {
		put("AWS/ApplicationELB", "app/web/1", "ActiveConnectionCount", count, minute, 6000) // two
	}
	put("AWS/ApplicationELB", "app/api/2", "ProcessedBytes", bytes, 1, 9e9)
	put("AWS/NetworkELB", "net/tcp/3", "NewFlowCount_TCP", count, 1, 800*3600)
	put("AWS/NetworkELB", "net/tcp/3", "ProcessedBytes_UDP", bytes, 1, 2e9)
	for name, test := range map[string]struct {
		balancer string
		from     time.Time
		want     float64
	}{
		"two hours":          {"app/web/1", start, 3.5},
		"the second hour":    {"app/web/1", start.Add(time.Hour), 2},
		"another":            {"app/api/2", start, 9},
		"protocols":          {"net/tcp/3", start, 3},
		"one without points": {"app/none/4", start, 0},
	} {
		if got := capacityunit.Hours(store.Points, prefix+test.balancer, test.from, start.Add(3*time.Hour)); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}
