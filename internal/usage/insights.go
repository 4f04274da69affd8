package usage

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// NamespaceInsights is that of Container Insights.
const NamespaceInsights = "ECS/ContainerInsights"

// Values of the setting containerInsights that collect something.
const (
	insightsEnabled  = "enabled"
	insightsEnhanced = "enhanced"
)

// insightCluster is a cluster with Container Insights.
type insightCluster struct {
	cluster  *state.Cluster
	enhanced bool
}

func insightClusters(tx *state.Tx) (all []*insightCluster) {
	for _, c := range state.AllClusters(tx) {
		if !c.Active() {
			continue
		}
		for _, setting := range c.Settings {
			value := aws.ToString(setting.Value)
			if setting.Name == types.ClusterSettingNameContainerInsights && (value == insightsEnabled || value == insightsEnhanced) {
				all = append(all, &insightCluster{c, value == insightsEnhanced})
			}
		}
	}
	return all
}

// insights are the data of a cluster, which are what its performance log events say.
func (s *Source) insights(ctx context.Context, tx *state.Tx, of *insightCluster, from samples, minute, now time.Time) []metric.Datum {
	events := of.events(tx, from, now)
	if s.Events != nil {
		if err := s.Events(ctx, of.group(), events); err != nil && ctx.Err() == nil {
			s.Log.Warn("cannot write the performance log events of Container Insights", "cluster", of.cluster.Name, "error", err)
		}
	}
	return dataOf(of.cluster.Scope(), events, minute)
}

// events are those of a minute: of the cluster, of its services, and of its tasks with their containers.
func (c *insightCluster) events(tx *state.Tx, from samples, now time.Time) (events []PerformanceEvent) {
	summary := state.FindClusterSummary(tx, c.cluster.ARN)
	base := PerformanceEvent{Version: "0", ClusterName: c.cluster.Name, AccountID: c.cluster.Scope().Account, Region: c.cluster.Scope().Region, Timestamp: now.UnixMilli()}
	whole := base
	whole.Type, whole.stream = "Cluster", "ClusterTelemetry"
	whole.set("TaskCount", float64(summary.Running()))
	whole.set("ServiceCount", float64(summary.ActiveServices()))
	whole.set("ContainerInstanceCount", float64(summary.ContainerInstances))
	whole.dimensions = [][]string{{"ClusterName"}}
	events = append(events, whole)
	for _, s := range state.Services(tx, c.cluster) {
		if s.InactiveAt.IsZero() && len(s.Deployments) > 0 {
			events = append(events, serviceEvent(base, tx, s))
		}
	}
	for _, t := range state.Tasks(tx, c.cluster) {
		if of, ok := from[t.ARN]; ok {
			events = append(events, c.taskEvents(base, tx, of)...)
		}
	}
	return events
}

func serviceEvent(e PerformanceEvent, tx *state.Tx, s *state.Service) PerformanceEvent {
	e.Type, e.ServiceName, e.stream = "Service", s.Name, "ServiceTelemetry"
	pending, running := 0, 0
	for _, d := range s.Deployments {
		for _, t := range state.DeploymentTasks(tx, s.ARN, d.ID) {
			switch {
			case t.Status.LastStatus == state.Running:
				running++
			case state.Before(t.Status.LastStatus, state.Running):
				pending++
			}
		}
	}
	e.set("DesiredTaskCount", float64(s.DesiredCount))
	e.set("PendingTaskCount", float64(pending))
	e.set("RunningTaskCount", float64(running))
	e.set("DeploymentCount", float64(len(s.Deployments)))
	e.set("TaskSetCount", 0)
	e.dimensions = [][]string{{"ClusterName", "ServiceName"}}
	return e
}

// taskEvents are that of a task and those of its containers.
func (c *insightCluster) taskEvents(e PerformanceEvent, tx *state.Tx, of sample) (events []PerformanceEvent) {
	t := of.task
	has, containers := reservedOf(t, definitionOf(tx, t))
	e.Type, e.KnownStatus, e.TaskID, e.AvailabilityZone = "Task", t.Status.LastStatus, arn.Name(t.ARN), t.Placement.Zone
	e.TaskDefinitionFamily, e.TaskDefinitionRevision, e.LaunchType = t.Spec.Family, t.Spec.Revision, string(t.Spec.LaunchType)
	e.ServiceName, e.ContainerInstanceID = arn.Name(t.Spec.ServiceARN), arn.Name(t.Placement.ContainerInstance)
	e.CreatedAt, e.StartedAt = milliseconds(t.Spec.CreatedAt), milliseconds(t.Status.StartedAt)
	e.stream = "FargateTelemetry"
	if e.ContainerInstanceID != "" {
		e.stream = "AgentTelemetry-" + e.ContainerInstanceID
	}
	base := e
	restarts := 0
	for _, each := range of.containers {
		events = append(events, c.containerEvent(base, each, containers[each.container.Name]))
		restarts += each.container.Restarts
	}
	e.use(of.cpu, of.memory, has)
	e.traffic(of.received, of.sent, of.read, of.written)
	if size := t.Spec.EphemeralStorageGiB; size > 0 {
		e.set("EphemeralStorageReserved", float64(size)*gibibyte/gigabyte)
	}
	e.dimensions = [][]string{{"ClusterName"}, {"ClusterName", "TaskDefinitionFamily"}}
	if e.ServiceName != "" {
		e.dimensions = append(e.dimensions, []string{"ClusterName", "ServiceName"})
	}
	if c.enhanced {
		e.set("RestartCount", float64(restarts))
		e.percent("TaskCpuUtilization", of.cpu, has.cpu)
		e.percent("TaskMemoryUtilization", of.memory, has.memory)
		e.dimensions = append(e.dimensions, e.own("TaskDefinitionFamily", "TaskId"))
	}
	return append([]PerformanceEvent{e}, events...)
}

// own are the dimensions of enhanced metrics.
func (e *PerformanceEvent) own(further ...string) []string {
	names := []string{"ClusterName"}
	if e.ServiceName != "" {
		names = append(names, "ServiceName")
	}
	return append(names, further...)
}

// A gigabyte is what the reserved storage is told in. Source: CloudWatch user guide, Container Insights metrics of Amazon
// ECS: Gigabytes.
const (
	gigabyte = 1e9
	gibibyte = 1 << 30
)

// containerEvent is that of a container, which makes metrics of its own where they are enhanced.
func (c *insightCluster) containerEvent(e PerformanceEvent, of containerSample, has reserved) PerformanceEvent {
	e.Type, e.KnownStatus, e.ContainerName, e.Image = "Container", "", of.container.Name, of.container.Image
	e.ContainerKnownStatus = of.container.LastStatus()
	e.CreatedAt, e.StartedAt = milliseconds(of.container.CreatedAt), milliseconds(of.container.StartedAt)
	e.use(of.cpu, of.memory, has)
	e.traffic(of.received, of.sent, of.read, of.written)
	if !c.enhanced {
		return e
	}
	e.percent("ContainerCpuUtilization", of.cpu, has.cpu)
	e.percent("ContainerMemoryUtilization", of.memory, has.memory)
	if health := of.container.HealthStatus; health != "" {
		unhealthy := 0.0
		if health == types.HealthStatusUnhealthy {
			unhealthy = 1
		}
		e.set("UnHealthyContainerHealthStatus", unhealthy)
	}
	e.dimensions = [][]string{e.own("ContainerName", "TaskDefinitionFamily"), e.own("ContainerName", "TaskDefinitionFamily", "TaskId")}
	return e
}
