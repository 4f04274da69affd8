package metrics

import (
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// network are the data of a network load balancer, of which there are some at the end of each minute. Those of a
// protocol come with its first flow.
// Source: user guide, CloudWatch metrics for your Network Load Balancer: dimensions and reporting criteria.
func (p *points) network() {
	flows := maps.Clone(p.since.Flows)
	if p.since.Kernel != nil {
		for protocol, f := range p.since.Kernel.Flows {
			if flows == nil {
				flows = map[string]balancer.FlowCounts{}
			}
			flows[protocol] = plus(flows[protocol], f)
		}
	}
	var all balancer.FlowCounts
	for _, protocol := range slices.Sorted(maps.Keys(flows)) {
		all = plus(all, flows[protocol])
		p.flows("_"+strings.ToUpper(protocol), flows[protocol])
	}
	p.flows("", all)
}

func plus(f, g balancer.FlowCounts) balancer.FlowCounts {
	return balancer.FlowCounts{New: f.New + g.New, Bytes: f.Bytes + g.Bytes, Active: f.Active + g.Active}
}

// flows adds those of a protocol, or of all.
func (p *points) flows(suffix string, f balancer.FlowCounts) {
	if f.New > 0 || p.ended {
		p.values("NewFlowCount"+suffix, types.StandardUnitCount, p.minute, []float64{float64(f.New)}, nil, p.of(""))
	}
	if f.Bytes > 0 || p.ended {
		p.values("ProcessedBytes"+suffix, types.StandardUnitBytes, p.minute, []float64{float64(f.Bytes)}, nil, p.of(""))
	}
	if p.ended {
		p.values("ActiveFlowCount"+suffix, types.StandardUnitCount, p.began, []float64{float64(f.Active)}, nil, p.of(""))
	}
}
