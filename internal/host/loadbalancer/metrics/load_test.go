package metrics_test

import (
	"testing"
	"time"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// loads has requests come to the group in the minutes after noon.
func (s *scene) loads(byMinute ...uint64) {
	s.come = map[time.Time]map[string]uint64{}
	for minute, n := range byMinute {
		if n > 0 {
			s.come[noon.Add(time.Duration(minute)*time.Minute)] = map[string]uint64{s.group.ARN: n, "of another load balancer": 7}
		}
	}
}

// What loads bring is added to what data planes count, and no mark, restart or end of a load has any of it come twice or go.
func TestRequestsOfLoads(t *testing.T) {
	s := newScene(t, elb.LoadBalancerTypeEnumApplication, elb.ProtocolEnumHttp)
	s.target("10.0.0.1", "healthy")
	s.target("10.0.0.2", "healthy")
	s.counts = s.counted("a", 8)
	s.loads(60)
	s.read(30 * time.Second)
	s.loads(40)
	s.tick(time.Minute)
	s.restart()
	s.loads()
	s.tick(2 * time.Minute)
	s.counts = s.counted("a", 9)
	s.tick(3 * time.Minute)

	count, none := types.StandardUnitCount, types.StandardUnitNone
	for _, dimensions := range [][]string{s.load(), s.withGroup()} {
		s.has(0, "RequestCount", count, metric.Set{Count: 110, Sum: 108, Min: 0, Max: 1}, dimensions...)
		s.has(0, "HTTPCode_Target_2XX_Count", count, metric.Set{Count: 108, Sum: 108, Min: 1, Max: 1}, dimensions...)
		s.has(0, "TargetResponseTime", types.StandardUnitSeconds, metric.Set{Count: 8, Sum: 0.016, Min: 0.002, Max: 0.002}, dimensions...)
		s.has(1, "RequestCount", count, metric.Set{Count: 4}, dimensions...)
		s.has(2, "RequestCount", count, metric.Set{Count: 3, Sum: 1, Min: 0, Max: 1}, dimensions...)
	}
	s.has(0, "RequestCountPerTarget", none, metric.Set{Count: 110, Sum: 54}, s.withGroup()...)
	s.has(0, "RequestCountPerTarget", none, metric.Set{Count: 110, Sum: 54}, s.withGroup()[2:]...)
}

// A window of several minutes, as after an advance of the clock without alarms, has what came in each, and is idle in none.
func TestRequestsOfLoadsInALongWindow(t *testing.T) {
	s := newScene(t, elb.LoadBalancerTypeEnumApplication, elb.ProtocolEnumHttp)
	s.target("10.0.0.1", "healthy")
	s.counts = s.counted("a", 1)
	s.loads(60, 120, 180)
	s.tick(3 * time.Minute)
	for minute, want := range []metric.Set{
		{Count: 61, Sum: 61, Min: 1, Max: 1}, {Count: 120, Sum: 120, Min: 1, Max: 1}, {Count: 182, Sum: 180, Min: 0, Max: 1},
	} {
		s.has(minute, "RequestCount", types.StandardUnitCount, want, s.load()...)
	}
}

// Requests to targets none of which is healthy are counted without an answer, and those to a group without targets are the load
// balancer's, which has no target to choose.
func TestRequestsOfLoadsWithoutHealthyTargets(t *testing.T) {
	s := newScene(t, elb.LoadBalancerTypeEnumApplication, elb.ProtocolEnumHttp)
	count := types.StandardUnitCount
	s.loads(60)
	s.tick(time.Minute)
	s.has(0, "RequestCount", count, metric.Set{}, s.load()...)
	s.has(0, "HTTPCode_ELB_503_Count", count, metric.Set{Count: 60, Sum: 60, Min: 1, Max: 1}, s.load()...)
	s.target("10.0.0.1", "unhealthy")
	s.loads(0, 60)
	s.tick(2 * time.Minute)
	s.has(1, "HTTPCode_Target_2XX_Count", count, metric.Set{}, s.load()...)
	s.has(1, "HTTPCode_ELB_503_Count", count, metric.Set{}, s.load()...)
	s.has(1, "RequestCountPerTarget", types.StandardUnitNone, metric.Set{Count: 60, Sum: 60}, s.withGroup()...)
}
