package usage

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// highResolution reports whether the service as a whole wants samples at 20 s.
func highResolution(s *state.Service) bool {
	wants := func(d *state.Deployment) bool { return d.Revision.HasHighResolution() }
	return s.InactiveAt.IsZero() && slices.ContainsFunc(s.Deployments, wants)
}

// OnClusterDemand wakes a key when a cluster gets Container Insights, or has it no more.
func OnClusterDemand(key string) store.Source {
	wants := func(c *state.Cluster) bool { return c.Active() && c.HasContainerInsights() }
	return state.OnClusters(func(before, after *state.Cluster) []string { return wakesIf(key, wants(before) != wants(after)) })
}

// OnServiceDemand wakes a key when a service gets a metric at 20 s, or has none any more.
func OnServiceDemand(key string) store.Source {
	wants := func(s *state.Service) bool { return s != nil && highResolution(s) }
	return state.OnServices(func(before, after *state.Service) []string { return wakesIf(key, wants(before) != wants(after)) })
}

func wakesIf(key string, changed bool) []string {
	if changed {
		return []string{key}
	}
	return nil
}

// ClusterDemand is a minute if Container Insights watches a cluster, else 0.
func ClusterDemand(tx *store.Tx) time.Duration {
	for c := range state.Clusters.Forward(tx, "") {
		if c.Active() && c.HasContainerInsights() {
			return time.Minute
		}
	}
	return 0
}

// ServiceDemand is 20 s if a service has a metric with that resolution, else 0.
func ServiceDemand(tx *store.Tx) time.Duration {
	for s := range state.EachService(tx) {
		if highResolution(s) {
			return 20 * time.Second
		}
	}
	return 0
}
