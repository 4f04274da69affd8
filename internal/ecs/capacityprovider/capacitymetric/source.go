// Package capacitymetric tells the metrics of Auto Scaling groups, and those by which ECS scales the groups of capacity
// providers.
package capacitymetric

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
)

// Groups is the namespace of the metrics of groups.
const Groups = "AWS/AutoScaling"

// Source is the source of the metrics. All exported fields are required.
type Source struct {
	Store *store.Store
	// Began is when the emulator has begun, by its clock: data points of managed scaling from before were told then.
	Began time.Time

	told map[string]time.Time // the newest data point of a capacity provider that was told
}

var _ collection.Source = (*Source)(nil)

func (s *Source) Collect(_ context.Context, w collection.Window) (data []metric.Datum) {
	tx := s.Store.Read()
	data = s.managedScaling(tx)
	began, ended := w.Ended(time.Minute)
	if !ended {
		return data
	}
	for _, g := range autoscaling.AllGroups(tx) {
		data = append(data, sample(g, autoscaling.Members.List(tx, g), began)...)
	}
	return data
}

// managedScaling tells the data points that managed scaling has measured, each at the minute that it ends, as other samples
// are.
func (s *Source) managedScaling(tx *store.Tx) (data []metric.Datum) {
	told := map[string]time.Time{}
	for _, row := range capacityprovider.ManagedScalings.All(tx) {
		last, known := s.told[row.CapacityProvider]
		if !known {
			last = s.Began
		}
		for _, p := range row.Points {
			if !p.At.After(last) {
				continue
			}
			last = p.At
			data = append(data, metric.Datum{
				ID: metric.New(arn.ScopeOf(row.Cluster), autoscaling.ManagedScalingNamespace, autoscaling.ManagedScalingMetric,
					"ClusterName", arn.Name(row.Cluster), "CapacityProviderName", arn.Name(row.CapacityProvider)),
				Unit: types.StandardUnitPercent, At: p.At.Add(-time.Minute), Values: []float64{p.Value},
			})
		}
		told[row.CapacityProvider] = last
	}
	s.told = told
	return data
}

// sample are the metrics that a group has enabled. Those of warm pools are left out, which groups do not have here.
// Source: EC2 Auto Scaling user guide, CloudWatch metrics, which names no unit; capacities count instances, as there are
// no weights here.
func sample(g *autoscaling.Group, members []*autoscaling.Member, at time.Time) (data []metric.Datum) {
	if len(g.Metrics) == 0 {
		return nil
	}
	in := map[string]float64{}
	for _, m := range members {
		in[phase(m)]++
	}
	total := float64(len(members))
	values := map[string]float64{
		"GroupMinSize": float64(g.Min), "GroupMaxSize": float64(g.Max), "GroupDesiredCapacity": float64(g.Desired),
		"GroupTotalInstances": total, "GroupTotalCapacity": total,
	}
	for _, name := range []string{inService, pending, standby, terminating} {
		values["Group"+name+"Instances"], values["Group"+name+"Capacity"] = in[name], in[name]
	}
	for _, enabled := range g.Metrics {
		name := aws.ToString(enabled.Metric)
		if v, known := values[name]; known {
			data = append(data, metric.Datum{
				ID: metric.New(g.Scope, Groups, name, "AutoScalingGroupName", g.Name), Unit: types.StandardUnitNone, At: at, Values: []float64{v},
			})
		}
	}
	return data
}

// The phases of the life of an instance that groups count.
const (
	inService   = "InService"
	pending     = "Pending"
	standby     = "Standby"
	terminating = "Terminating"
)

// phase is that of a state, such as Pending:Wait; those between two phases, such as Detaching, count as in service.
func phase(m *autoscaling.Member) string {
	switch first, _, _ := strings.Cut(string(m.State), ":"); first {
	case pending, terminating, standby:
		return first
	case "EnteringStandby":
		return standby
	}
	return inService
}
