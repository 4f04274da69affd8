package usage

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// NamespaceECS has the metrics of services and clusters.
const NamespaceECS = "AWS/ECS"

// The metrics of NamespaceECS. Source: ECS developer guide, CloudWatch metrics; LiveTaskCount: recorded answers.
const (
	CPUUtilization    = "CPUUtilization"
	MemoryUtilization = "MemoryUtilization"
	LiveTaskCount     = "LiveTaskCount"
	CPUReservation    = "CPUReservation"
	MemoryReservation = "MemoryReservation"
	GPUReservation    = "GPUReservation"
)

// service is a service of which metrics are made.
type service struct {
	*state.Service
	fast []string // the metrics with high resolution
}

// servicesOf are the services that may have tasks.
func servicesOf(tx *store.Tx) (all []*service) {
	for _, s := range state.AllServices(tx) {
		if s.InactiveAt.IsZero() {
			all = append(all, &service{s, fastMetrics(s)})
		}
	}
	return all
}

// fastMetrics are those that the monitoring of a service has every 20 seconds. All its tasks follow the PRIMARY deployment,
// which is the emulator's choice.
func fastMetrics(s *state.Service) (names []string) {
	monitoring := s.Revision().Monitoring
	if monitoring == nil {
		return nil
	}
	for _, c := range monitoring.MetricConfigurations {
		if time.Duration(aws.ToInt32(c.ResolutionSeconds))*time.Second == HighResolution {
			names = append(names, c.MetricNames...)
		}
	}
	return names
}

func (s *service) tasks(tx *store.Tx) (running []*state.Task) {
	for _, g := range taskset.Generations(tx, s.Service) {
		for _, t := range state.DeploymentTasks(tx, s.ARN, g.ID) {
			if t.Status.LastStatus == state.Running {
				running = append(running, t)
			}
		}
	}
	return running
}

// watched are the tasks to be sampled of some services.
func watched(tx *store.Tx, services []*service, is func(*service) bool) (tasks []*state.Task) {
	for _, s := range services {
		if is(s) {
			tasks = append(tasks, slices.DeleteFunc(s.tasks(tx), func(t *state.Task) bool { return !runs(t) })...)
		}
	}
	return tasks
}

// highResolution are the data of the 20 seconds that began at a time.
func (s *service) highResolution(tx *store.Tx, from samples, at time.Time) []metric.Datum {
	if len(s.fast) == 0 {
		return nil
	}
	return s.utilization(tx, s.tasks(tx), from, at, true)
}

// minute has one sample for each task, and how many run.
func (s *service) minute(tx *store.Tx, from samples, at time.Time) []metric.Datum {
	running := s.tasks(tx)
	data := s.utilization(tx, running, from, at, false)
	if n := len(running); n > 0 {
		data = append(data, metric.Datum{
			ID: s.metric(LiveTaskCount), Unit: types.StandardUnitCount, At: at, Values: []float64{float64(n)},
		})
	}
	return data
}

// utilization makes the metrics with one resolution: percents of what each task has. There is nothing while no task
// runs (ECS0280).
func (s *service) utilization(tx *store.Tx, running []*state.Task, from samples, at time.Time, fast bool) (data []metric.Datum) {
	var cpu, memory []float64
	for _, t := range running {
		of, ok := from[t.ARN]
		if !ok {
			continue
		}
		has := sizeOf(tx, t)
		if has.cpu > 0 {
			cpu = append(cpu, 100*of.cpu/has.cpu)
		}
		if has.memory > 0 {
			memory = append(memory, 100*of.memory/has.memory)
		}
	}
	for _, of := range []struct {
		name   string
		values []float64
	}{{CPUUtilization, cpu}, {MemoryUtilization, memory}} {
		if len(of.values) > 0 && slices.Contains(s.fast, of.name) == fast {
			data = append(data, metric.Datum{
				ID: s.metric(of.name), Unit: types.StandardUnitPercent, At: at, HighResolution: fast, Values: of.values,
			})
		}
	}
	return data
}

func (s *service) metric(name string) metric.ID {
	return metric.New(arn.ScopeOf(s.ARN), NamespaceECS, name, "ClusterName", arn.ClusterName(s.ARN), "ServiceName", s.Name)
}
