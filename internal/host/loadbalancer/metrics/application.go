package metrics

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// application are the data of an application load balancer. What is 0 has no data but for requests.
// Source: user guide, CloudWatch metrics for your Application Load Balancer: dimensions and reporting criteria; recorded answers.
func (p *points) application() {
	var requests uint64
	for _, id := range slices.Sorted(maps.Keys(p.since.Groups)) {
		g := p.since.Groups[id]
		requests += g.Requests
		for _, dimensions := range p.both(id) {
			p.times("RequestCount", g.Requests, dimensions)
			p.times("TargetConnectionErrorCount", g.ConnectionErrors, dimensions)
			for digit := 2; digit <= 5; digit++ {
				p.times(fmt.Sprintf("HTTPCode_Target_%dXX_Count", digit), g.Answers[digit], dimensions)
			}
			p.responseTimes(g.Times, dimensions)
		}
		p.perTarget(id, metric.Set{Count: float64(g.Requests), Sum: float64(g.Requests) / float64(p.view.group(id).targets())})
	}
	p.idle(requests)
	p.ownAnswers()
	p.times("NewConnectionCount", p.since.Connections, p.of(""))
	if p.since.Bytes > 0 {
		p.values("ProcessedBytes", types.StandardUnitBytes, p.minute, []float64{float64(p.since.Bytes)}, nil, p.of(""))
	}
	if n := p.since.ActiveConnections; p.ended && n > 0 {
		p.values("ActiveConnectionCount", types.StandardUnitCount, p.began, []float64{float64(n)}, nil, p.of(""))
	}
}

// responseTimes adds those of targets. Each bin stands for its average, so that the sum is exact.
func (p *points) responseTimes(times map[int]balancer.TimeCounts, dimensions []string) {
	var values, counts []float64
	for _, bin := range slices.Sorted(maps.Keys(times)) {
		if t := times[bin]; t.Count > 0 {
			values = append(values, float64(t.Nanoseconds)/float64(t.Count)/float64(time.Second))
			counts = append(counts, float64(t.Count))
		}
	}
	if len(values) > 0 {
		p.values("TargetResponseTime", types.StandardUnitSeconds, p.minute, values, counts, dimensions)
	}
}

// perTarget adds requests by target, of which only the sum says something: the minimum and maximum are 0. The user guide also
// has it by the target group alone.
// Source: ELB0020; the divisor is the targets that are healthy, or else those that there are.
func (p *points) perTarget(group string, set metric.Set) {
	p.perTargetAt(group, p.minute, set)
}

func (p *points) perTargetAt(group string, at time.Time, set metric.Set) {
	if set.Count == 0 {
		return
	}
	for _, dimensions := range [][]string{p.of(group), {targetGroup, resource(group)}} {
		id := metric.New(p.view.scope(), p.namespace(), "RequestCountPerTarget", dimensions...)
		p.data = append(p.data, metric.Datum{ID: id, At: at, Set: set})
	}
}

// How often a load balancer with targets says in a minute that there were no requests: 4 or 5 times if there were none, and 2
// or 3 times beside some.
// Source: ELB0020, where it was 4 or 5 times, and 2 or 3 times.
const (
	idleSamples = 4
	busySamples = 2
)

// idle adds, at the end of a minute, that groups with targets had no requests for a part of it.
func (p *points) idle(requests uint64) {
	zeros := func(arn string, requests uint64) float64 {
		if p.busy(arn, p.minute, requests); p.busy(arn, p.began, 0) {
			return busySamples
		}
		return idleSamples
	}
	of, registered := zeros(p.view.arn, requests), false
	for _, g := range p.view.groups {
		n := zeros(g.arn, p.since.Groups[g.arn].Requests)
		if !p.ended || g.registered == 0 {
			continue
		}
		registered = true
		p.values("RequestCount", types.StandardUnitCount, p.began, []float64{0}, []float64{n}, p.of(g.arn))
		p.perTargetAt(g.arn, p.began, metric.Set{Count: n})
	}
	if registered {
		p.values("RequestCount", types.StandardUnitCount, p.began, []float64{0}, []float64{of}, p.of(""))
	}
}

// ownAnswers adds those of the load balancer itself: pages of errors, redirects and fixed responses. No source tells whether
// AWS counts the last among them.
func (p *points) ownAnswers() {
	var byDigit [6]uint64
	for code, n := range p.since.Answers {
		if digit := code / 100; digit < len(byDigit) {
			byDigit[digit] += n
		}
	}
	for digit := 3; digit <= 5; digit++ {
		p.times(fmt.Sprintf("HTTPCode_ELB_%dXX_Count", digit), byDigit[digit], p.of(""))
	}
	for _, code := range []int{500, 502, 503, 504} {
		p.times(fmt.Sprintf("HTTPCode_ELB_%d_Count", code), p.since.Answers[code], p.of(""))
	}
}
