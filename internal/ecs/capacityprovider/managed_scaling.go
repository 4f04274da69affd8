package capacityprovider

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ManagedScalings are what managed scaling has done, by the ARN of the capacity provider.
var ManagedScalings = store.NewTable("managed-scaling", func(m *ManagedScaling) string { return m.CapacityProvider })

// ManagedScaling is what managed scaling of a capacity provider has measured and done, as long as
// a cluster has the provider. The managed scaling controller writes it.
type ManagedScaling struct {
	// CapacityProvider and Cluster are ARNs. With managed scaling, a provider belongs to one cluster.
	CapacityProvider, Cluster string
	Since                     time.Time // the association
	// Points are the data points of CapacityProviderReservation, one for each minute of the clock:
	// the latest ones, in order of their times.
	Points []DataPoint
	// ScaledOutAt is when managed scaling last wanted more instances; zero is never.
	ScaledOutAt time.Time
}

// DataPoint is the value of a metric at a time.
type DataPoint struct {
	At    time.Time
	Value float64
}

// mostDataPoints is how many data points are kept: an hour's. Scale-in looks at 15.
const mostDataPoints = 60

// WithPoint returns the row with one more data point, without those that are too many.
func (m ManagedScaling) WithPoint(p DataPoint) ManagedScaling {
	kept := m.Points[max(0, len(m.Points)+1-mostDataPoints):]
	m.Points = append(append(make([]DataPoint, 0, len(kept)+1), kept...), p)
	return m
}

// MeasuredAt is the time of the last data point, or before that the one of the association.
func (m ManagedScaling) MeasuredAt() time.Time {
	if len(m.Points) == 0 {
		return m.Since
	}
	return m.Points[len(m.Points)-1].At
}

// HasWork reports whether a container instance has other tasks than daemons' tasks.
// Managed scaling needs such an instance, and managed termination protection keeps it.
// Source: ECS developer guide, cluster auto scaling.
func HasWork(tx *store.Tx, containerInstanceARN string) bool {
	for _, t := range state.InstanceTasks(tx, containerInstanceARN) {
		if !state.OfDaemon(tx, t) {
			return true
		}
	}
	return false
}
