// Package capacityunit tells the capacity units of load balancers from the data points that CloudWatch keeps of them. Those are
// bounded in number and age, so units of what is no longer kept are not counted.
package capacityunit

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// Points are the data points of a metric; see [metric.Store.Points].
type Points func(metric.Query) []metric.Point

// dimension is what a capacity unit is measured by, of which the greatest counts: so much of it in an hour is a unit. What is
// active at once counts by its average over the hour.
type dimension struct {
	metric string
	unit   types.StandardUnit
	each   float64
}

const gb = 1e9

// Source: Elastic Load Balancing's page of prices: 25 new connections a second, 3,000 active ones a minute, and a GB an hour. Rule
// evaluations beyond ten rules are not counted.
var application = [][]dimension{{
	{"NewConnectionCount", types.StandardUnitCount, 25 * 3600},
	{"ActiveConnectionCount", types.StandardUnitCount, 3000 * 60},
	{"ProcessedBytes", types.StandardUnitBytes, gb},
}}

// network has the dimensions of TCP, UDP and TLS, which add up. Source: the same: 800, 400 and 50 new flows a second, 100,000, 50,000 and
// 3,000 active ones, and a GB an hour.
var network = [][]dimension{protocol("TCP", 800, 100_000), protocol("UDP", 400, 50_000), protocol("TLS", 50, 3000)}

func protocol(name string, flows, active float64) []dimension {
	return []dimension{
		{"NewFlowCount_" + name, types.StandardUnitCount, flows * 3600},
		{"ActiveFlowCount_" + name, types.StandardUnitCount, active * 60},
		{"ProcessedBytes_" + name, types.StandardUnitBytes, gb},
	}
}

// Hours are the hours of capacity units of a load balancer between two times. Of each hour of the clock the greatest dimension
// counts.
func Hours(points Points, loadBalancerARN string, from, to time.Time) (sum float64) {
	_, resource, _ := strings.Cut(loadBalancerARN, ":loadbalancer/")
	namespace, groups := "AWS/ApplicationELB", application
	if strings.HasPrefix(resource, "net/") {
		namespace, groups = "AWS/NetworkELB", network
	}
	for _, group := range groups {
		units := map[time.Time]float64{} // by hour
		for _, d := range group {
			of := metric.New(arn.ScopeOf(loadBalancerARN), namespace, d.metric, "LoadBalancer", resource)
			query := metric.Query{ID: of, Unit: d.unit, From: from.Truncate(time.Hour), To: to, Period: time.Hour}
			for _, p := range points(query) {
				units[p.At] = max(units[p.At], p.Sum/d.each)
			}
		}
		for _, n := range units {
			sum += n
		}
	}
	return sum
}
