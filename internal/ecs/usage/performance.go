package usage

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// PerformanceGroup is the log group of the performance log events of a cluster.
type PerformanceGroup struct {
	Scope arn.Scope
	Name  string
}

// group of the cluster. Source: CloudWatch user guide, Container Insights performance log reference.
func (c *insightCluster) group() PerformanceGroup {
	return PerformanceGroup{c.cluster.Scope(), "/aws/ecs/containerinsights/" + c.cluster.Name + "/performance"}
}

// PerformanceEvent is one of them, with the members that AWS documents.
// Source: CloudWatch user guide, Container Insights performance log events for Amazon ECS.
type PerformanceEvent struct {
	Version                string
	Type                   string // Cluster, Service, Task or Container
	ContainerName          string `json:",omitempty"`
	TaskID                 string `json:"TaskId,omitempty"`
	TaskDefinitionFamily   string `json:",omitempty"`
	TaskDefinitionRevision int    `json:",omitempty,string"`
	ServiceName            string `json:",omitempty"`
	ClusterName            string
	AccountID              string
	Region                 string
	AvailabilityZone       string `json:",omitempty"`
	ContainerInstanceID    string `json:"ContainerInstanceId,omitempty"`
	Image                  string `json:",omitempty"`
	KnownStatus            string `json:",omitempty"`
	ContainerKnownStatus   string `json:",omitempty"`
	LaunchType             string `json:",omitempty"`
	CreatedAt              int64  `json:",omitempty"`
	StartedAt              int64  `json:",omitempty"`
	Timestamp              int64  // milliseconds, as the others

	stream     string
	network    bool // is told: AWS does so of awsvpc and bridge
	values     []value
	dimensions [][]string // of the metrics that the numbers make which are set from now on; nil: they make none
}

// milliseconds of a time; 0 of the zero time, which events leave out.
func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// value is a number of an event, and the dimensions of the metrics that it makes.
type value struct {
	name       string
	number     float64
	dimensions [][]string
}

// set adds a number. Events are copied before they get others, so the list is cut.
func (e *PerformanceEvent) set(name string, number float64) {
	e.values = append(slices.Clip(e.values), value{name, number, e.dimensions})
}

// use sets what a task uses; or a container, whose metrics have a prefix.
func (e *PerformanceEvent) use(prefix string, cpu, memory float64, has reserved) {
	e.set(prefix+"CpuUtilized", cpu)
	e.set(prefix+"CpuReserved", has.cpu)
	e.set(prefix+"MemoryUtilized", memory)
	e.set(prefix+"MemoryReserved", has.memory)
}

func (e *PerformanceEvent) traffic(prefix string, received, sent, read, written float64) {
	if e.network {
		e.set(prefix+"NetworkRxBytes", received)
		e.set(prefix+"NetworkTxBytes", sent)
	}
	e.set(prefix+"StorageReadBytes", read)
	e.set(prefix+"StorageWriteBytes", written)
}

func (e *PerformanceEvent) percent(name string, part, whole float64) {
	if whole > 0 {
		e.set(name, 100*part/whole)
	}
}

// units are the units of the metrics; of others it is Count.
// Source: CloudWatch user guide, Container Insights metrics of Amazon ECS.
var units = map[string]types.StandardUnit{
	"CpuUtilized": types.StandardUnitNone, "CpuReserved": types.StandardUnitNone,
	"MemoryUtilized": types.StandardUnitMegabytes, "MemoryReserved": types.StandardUnitMegabytes,
	"NetworkRxBytes": types.StandardUnitBytesSecond, "NetworkTxBytes": types.StandardUnitBytesSecond,
	"StorageReadBytes": types.StandardUnitBytes, "StorageWriteBytes": types.StandardUnitBytes,
	"EphemeralStorageReserved": types.StandardUnitGigabytes,
	"TaskCpuUtilization":       types.StandardUnitPercent, "TaskMemoryUtilization": types.StandardUnitPercent,
	"ContainerCpuUtilization": types.StandardUnitPercent, "ContainerMemoryUtilization": types.StandardUnitPercent,
}

func unitOf(name string) types.StandardUnit {
	if unit, known := units[name]; known {
		return unit
	}
	if unit, known := units[strings.TrimPrefix(name, "Container")]; known {
		return unit
	}
	return types.StandardUnitCount
}

func (e *PerformanceEvent) dimension(name string) string {
	switch name {
	case "ClusterName":
		return e.ClusterName
	case "ServiceName":
		return e.ServiceName
	case "TaskDefinitionFamily":
		return e.TaskDefinitionFamily
	case "TaskId":
		return e.TaskID
	default:
		return e.ContainerName
	}
}

// dataOf are the metrics that events make.
func dataOf(scope arn.Scope, events []PerformanceEvent, minute time.Time) (data []metric.Datum) {
	for i := range events {
		e := &events[i]
		for _, v := range e.values {
			for _, names := range v.dimensions {
				var pairs []string
				for _, name := range names {
					pairs = append(pairs, name, e.dimension(name))
				}
				data = append(data, metric.Datum{
					ID: metric.New(scope, NamespaceInsights, v.name, pairs...), Unit: unitOf(v.name), At: minute, Values: []float64{v.number},
				})
			}
		}
	}
	return data
}

// Stream is the name of the log stream of the event, which is the emulator's choice.
func (e *PerformanceEvent) Stream() string { return e.stream }

// madeMetrics tells readers of an event what CloudWatch makes of it.
type madeMetrics struct {
	Namespace  string
	Metrics    []madeMetric
	Dimensions [][]string
}

type madeMetric struct {
	Name string
	Unit types.StandardUnit
}

// Message is the text of the event: an object of JSON.
func (e *PerformanceEvent) Message() (string, error) {
	body, err := json.Marshal(*e)
	if err != nil {
		return "", err
	}
	numbers := make(map[string]any, len(e.values)+1)
	made := madeMetrics{Namespace: NamespaceInsights, Dimensions: e.dimensions}
	for _, v := range e.values {
		numbers[v.name] = v.number
		if v.dimensions != nil {
			made.Metrics = append(made.Metrics, madeMetric{v.name, unitOf(v.name)})
		}
	}
	if len(made.Metrics) > 0 {
		numbers["CloudWatchMetrics"] = []madeMetrics{made}
	}
	more, err := json.Marshal(numbers)
	if err != nil {
		return "", err
	}
	return string(body[:len(body)-1]) + "," + string(more[1:]), nil
}
