package usage

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

const NamespaceInsights = "ECS/ContainerInsights"

// Values of the setting containerInsights that collect something.
const (
	insightsEnabled  = "enabled"
	insightsEnhanced = "enhanced"
)

type insightCluster struct {
	cluster  *state.Cluster
	enhanced bool
	restarts restarts // as told last
}

func insightClusters(tx *store.Tx) (all []*insightCluster) {
	for _, c := range state.Clusters.All(tx) {
		if !c.Active() {
			continue
		}
		for _, setting := range c.Settings {
			value := aws.ToString(setting.Value)
			if setting.Name == types.ClusterSettingNameContainerInsights && (value == insightsEnabled || value == insightsEnhanced) {
				all = append(all, &insightCluster{cluster: c, enhanced: value == insightsEnhanced})
			}
		}
	}
	return all
}

// insights are the data of a cluster, which are what its performance log events say.
func (s *Source) insights(ctx context.Context, tx *store.Tx, of *insightCluster, from samples, minute, now time.Time) []metric.Datum {
	events := of.events(tx, from, minute, now)
	if s.Events != nil {
		if err := s.Events(ctx, of.group(), events); err != nil && ctx.Err() == nil {
			s.Log.Warn("cannot write the performance log events of Container Insights", "cluster", of.cluster.Name, "error", err)
		}
	}
	return dataOf(of.cluster.Scope(), events, minute)
}

// events are the events of a minute: of the cluster, of its services, and of its tasks with their containers.
func (c *insightCluster) events(tx *store.Tx, from samples, minute, now time.Time) (events []PerformanceEvent) {
	summary := state.FindClusterSummary(tx, c.cluster.ARN)
	base := PerformanceEvent{Version: "0", ClusterName: c.cluster.Name, AccountID: c.cluster.Scope().Account, Region: c.cluster.Scope().Region, Timestamp: now.UnixMilli()}
	whole := base
	whole.Type, whole.stream = "Cluster", "ClusterTelemetry"
	whole.dimensions = [][]string{{"ClusterName"}}
	whole.set("TaskCount", float64(summary.Running()))
	whole.set("ServiceCount", float64(summary.ActiveServices()))
	if instances := busyInstances(tx, c.cluster); instances > 0 {
		whole.set("ContainerInstanceCount", float64(instances))
	}
	events = append(events, whole)
	for _, s := range state.Services(tx, c.cluster) {
		if s.InactiveAt.IsZero() {
			events = append(events, serviceEvent(base, tx, s))
		}
	}
	for _, t := range state.Tasks(tx, c.cluster) {
		if of, ok := from[t.ARN]; ok {
			events = append(events, c.taskEvents(base, tx, of, minute)...)
		}
	}
	return events
}

// busyInstances is how many container instances of a cluster have tasks that run. Of empty ones, AWS tells nothing.
// Source: CloudWatch user guide, Container Insights metrics of Amazon ECS.
func busyInstances(tx *store.Tx, c *state.Cluster) int {
	busy := map[string]bool{}
	for _, t := range state.Tasks(tx, c) {
		if t.Placement != nil && t.Placement.ContainerInstance != "" && t.Status.LastStatus == state.Running {
			busy[t.Placement.ContainerInstance] = true
		}
	}
	return len(busy)
}

func serviceEvent(e PerformanceEvent, tx *store.Tx, s *state.Service) PerformanceEvent {
	e.Type, e.ServiceName, e.stream = "Service", s.Name, "ServiceTelemetry"
	pending, running, generations := 0, 0, taskset.Generations(tx, s)
	for _, g := range generations {
		for _, t := range state.DeploymentTasks(tx, s.ARN, g.ID) {
			switch {
			case t.Status.LastStatus == state.Running:
				running++
			case state.Before(t.Status.LastStatus, state.Running):
				pending++
			}
		}
	}
	e.dimensions = [][]string{{"ClusterName", "ServiceName"}}
	e.set("DesiredTaskCount", float64(s.DesiredCount))
	e.set("PendingTaskCount", float64(pending))
	e.set("RunningTaskCount", float64(running))
	e.set("DeploymentCount", float64(len(s.Deployments)))
	e.set("TaskSetCount", float64(len(generations)-len(s.Deployments)))
	return e
}

// taskEvents are the events of a task and those of its containers.
func (c *insightCluster) taskEvents(e PerformanceEvent, tx *store.Tx, of sample, minute time.Time) (events []PerformanceEvent) {
	t := of.task
	has, containers := reservedOf(t, definitionOf(tx, t))
	e.Type, e.KnownStatus, e.TaskID, e.AvailabilityZone = "Task", t.Status.LastStatus, arn.Name(t.ARN), t.Placement.Zone
	e.TaskDefinitionFamily, e.TaskDefinitionRevision, e.LaunchType = t.Spec.FamilyName(), t.Spec.Revision, string(t.Spec.LaunchType)
	e.ServiceName, e.ContainerInstanceID = arn.Name(t.Spec.ServiceARN), arn.Name(t.Placement.ContainerInstance)
	e.CreatedAt, e.StartedAt = milliseconds(t.Spec.CreatedAt), milliseconds(t.Status.StartedAt)
	e.stream = "FargateTelemetry"
	if e.ContainerInstanceID != "" {
		e.stream = "AgentTelemetry-" + e.ContainerInstanceID
	}
	base := e
	base.network = t.Spec.NetworkMode != types.NetworkModeHost && t.Spec.NetworkMode != types.NetworkModeNone
	e.network = base.network
	restarts, restartable, since := 0.0, false, c.restarts.restartsOf(of, minute)
	for _, each := range of.containers {
		has := containers[each.container.Name]
		event := c.containerEvent(base, each, has)
		if n := since[each.container.Name]; has.restarts {
			if c.enhanced {
				event.dimensions = slices.Concat(e.each("ContainerName"), e.each("ContainerName", "TaskId"))
			}
			event.set("RestartCount", n)
			restarts, restartable = restarts+n, true
		}
		events = append(events, event)
	}
	e.dimensions = append([][]string{{"ClusterName"}}, e.each()...)
	if c.enhanced {
		e.dimensions = append(e.dimensions, e.each("TaskId")...)
	}
	e.use("", of.cpu, of.memory, has)
	e.traffic("", of.received, of.sent, of.read, of.written)
	if size := t.Spec.EphemeralStorageGiB; size > 0 {
		e.set("EphemeralStorageReserved", float64(size)*gibibyte/gigabyte)
	}
	if restartable {
		e.set("RestartCount", restarts)
	}
	if c.enhanced {
		e.percent("TaskCpuUtilization", of.cpu, has.cpu)
		e.percent("TaskMemoryUtilization", of.memory, has.memory)
	}
	return append([]PerformanceEvent{e}, events...)
}

// each are the dimensions of metrics by family, and by service where there is one, together with further ones.
// Source: CloudWatch user guide, Container Insights metrics of Amazon ECS, also with enhanced observability.
func (e *PerformanceEvent) each(further ...string) (all [][]string) {
	all = append(all, append([]string{"ClusterName", "TaskDefinitionFamily"}, further...))
	if e.ServiceName != "" {
		all = append(all, append([]string{"ClusterName", "ServiceName"}, further...))
	}
	return all
}

// A gigabyte is what the reserved storage is told in. Source: CloudWatch user guide, Container Insights metrics of Amazon
// ECS: Gigabytes.
const (
	gigabyte = 1e9
	gibibyte = 1 << 30
)

// containerEvent is the event of a container, which makes metrics of its own where they are enhanced.
func (c *insightCluster) containerEvent(e PerformanceEvent, of containerSample, has reserved) PerformanceEvent {
	e.Type, e.KnownStatus, e.ContainerName, e.Image = "Container", "", of.container.Name, of.container.Image
	e.ContainerKnownStatus = of.container.LastStatus()
	e.CreatedAt, e.StartedAt = milliseconds(of.container.CreatedAt), milliseconds(of.container.StartedAt)
	e.use("", of.cpu, of.memory, has)
	e.traffic("", of.received, of.sent, of.read, of.written)
	if !c.enhanced {
		return e
	}
	e.dimensions = slices.Concat([][]string{{"ClusterName"}}, e.each("ContainerName"), e.each("ContainerName", "TaskId"))
	e.use("Container", of.cpu, of.memory, has)
	e.traffic("Container", of.received, of.sent, of.read, of.written)
	e.percent("ContainerMemoryUtilization", of.memory, has.memory)
	switch of.container.HealthStatus {
	case types.HealthStatusUnhealthy:
		e.set("UnHealthyContainerHealthStatus", 1)
	case types.HealthStatusHealthy:
		e.set("UnHealthyContainerHealthStatus", 0)
	}
	named := e.dimensions // AWS's tables lack the names of containers here; the alarms that AWS recommends have them
	e.dimensions = slices.Concat(named, e.each(), e.each("TaskId"))
	e.percent("ContainerCpuUtilization", of.cpu, has.cpu)
	e.dimensions = named
	return e
}
