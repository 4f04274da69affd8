package state

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// HasContainerInsights reports whether Container Insights watches the cluster: enabled or enhanced.
func (c *Cluster) HasContainerInsights() bool {
	return slices.ContainsFunc(c.Settings, func(s types.ClusterSetting) bool {
		return s.Name == types.ClusterSettingNameContainerInsights && aws.ToString(s.Value) != "" && aws.ToString(s.Value) != "disabled"
	})
}

// HasHighResolution reports whether the service has a metric at 20 s (monitoring).
func (r *ServiceRevision) HasHighResolution() bool {
	return r.Monitoring != nil && slices.ContainsFunc(r.Monitoring.MetricConfigurations, func(c types.MetricConfiguration) bool {
		return aws.ToInt32(c.ResolutionSeconds) == 20
	})
}

// highResolution reports whether the service as a whole wants samples at 20 s.
func (s *Service) highResolution() bool {
	return s.InactiveAt.IsZero() && slices.ContainsFunc(s.Deployments, func(d *Deployment) bool { return d.Revision.HasHighResolution() })
}

// OnClusterMetricDemand wakes a key when a cluster gets Container Insights, or has it no more.
func OnClusterMetricDemand(key string) store.Source {
	wants := func(c *Cluster) bool { return c.Active() && c.HasContainerInsights() }
	return store.On(clusters, func(before, after *Cluster) []string { return wakesIf(key, wants(before) != wants(after)) })
}

// OnServiceMetricDemand wakes a key when a service gets a metric at 20 s, or has none any more.
func OnServiceMetricDemand(key string) store.Source {
	wants := func(s *Service) bool { return s != nil && s.highResolution() }
	return store.On(services, func(before, after *Service) []string { return wakesIf(key, wants(before) != wants(after)) })
}

func wakesIf(key string, changed bool) []string {
	if changed {
		return []string{key}
	}
	return nil
}

// ClusterMetricDemand is a minute if Container Insights watches a cluster, else 0.
func ClusterMetricDemand(tx *store.Tx) time.Duration {
	for c := range clusters.Forward(tx, "") {
		if c.Active() && c.HasContainerInsights() {
			return time.Minute
		}
	}
	return 0
}

// ServiceMetricDemand is 20 s if a service has a metric with that resolution, else 0.
func ServiceMetricDemand(tx *store.Tx) time.Duration {
	for s := range services.Forward(tx, "") {
		if s.highResolution() {
			return 20 * time.Second
		}
	}
	return 0
}
