package usage

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

func insights(value string) func(*state.Service, *state.Cluster) {
	return func(_ *state.Service, c *state.Cluster) {
		c.Settings = []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: aws.String(value)}}
	}
}

func (w *world) insight(name, unit string, dimensions ...string) string {
	w.Helper()
	return w.points(NamespaceInsights, name, unit, Minute, dimensions...)
}

func TestContainerInsights(t *testing.T) {
	w := newWorld(t, insights("enabled"))
	w.run("one", func(t *state.Task) { t.Spec.EphemeralStorageGiB = 20 })
	w.run("job", func(t *state.Task) { t.Spec.ServiceARN, t.Spec.DeploymentID = "", "" })
	w.usage["one-app"], w.usage["one-side"] = simulated(0.125, 100), simulated(0.0625, 7)
	w.usage["job-app"], w.usage["job-side"] = simulated(0.25, 10), simulated(0, 5)
	w.tick(began)
	w.expect("CPU of the cluster", w.insight("CpuUtilized", "None", "ClusterName", "c"), "03:00 2 448 192 256")
	w.expect("CPU of the service", w.insight("CpuUtilized", "None", "ClusterName", "c", "ServiceName", "web"), "03:00 1 192 192 192")
	w.expect("CPU of the family", w.insight("CpuUtilized", "None", "ClusterName", "c", "TaskDefinitionFamily", "web"), "03:00 2 448 192 256")
	w.expect("CPU reserved", w.insight("CpuReserved", "None", "ClusterName", "c", "ServiceName", "web"), "03:00 1 256 256 256")
	w.expect("memory", w.insight("MemoryUtilized", "Megabytes", "ClusterName", "c", "ServiceName", "web"), "03:00 1 107 107 107")
	w.expect("storage", w.insight("EphemeralStorageReserved", "Gigabytes", "ClusterName", "c"), "03:00 1 21.47483648 21.47483648 21.47483648")
	w.expect("tasks", w.insight("TaskCount", "Count", "ClusterName", "c"), "03:00 1 2 2 2")
	w.expect("services", w.insight("ServiceCount", "Count", "ClusterName", "c"), "03:00 1 1 1 1")
	w.expect("wanted tasks", w.insight("DesiredTaskCount", "Count", "ClusterName", "c", "ServiceName", "web"), "03:00 1 2 2 2")
	w.expect("running tasks", w.insight("RunningTaskCount", "Count", "ClusterName", "c", "ServiceName", "web"), "03:00 1 1 1 1")
	w.expect("nothing enhanced", w.insight("TaskCpuUtilization", "Percent", "ClusterName", "c", "ServiceName", "web"), "")
	var kinds []string
	for _, e := range w.events {
		kinds = append(kinds, e.Type+" "+e.Stream())
	}
	slices.Sort(kinds)
	w.expect("events", strings.Join(kinds, ", "), "Cluster ClusterTelemetry, Container FargateTelemetry, Container FargateTelemetry, Container FargateTelemetry, "+
		"Container FargateTelemetry, Service ServiceTelemetry, Task FargateTelemetry, Task FargateTelemetry")
}

func TestPerformanceLogEvent(t *testing.T) {
	w := newWorld(t, insights("enabled"))
	w.run("one", nil)
	w.usage["one-app"], w.usage["one-side"] = simulated(0.125, 100), simulated(0.0625, 7)
	w.tick(began)
	for _, e := range w.events {
		said, err := e.Message()
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case e.Type == "Cluster":
			w.expect("of the cluster", said, `{"Version":"0","Type":"Cluster","ClusterName":"c","AccountID":"000000000000","Region":"us-east-1","Timestamp":1767323040000,`+
				`"CloudWatchMetrics":[{"Namespace":"ECS/ContainerInsights","Metrics":[{"Name":"TaskCount","Unit":"Count"},{"Name":"ServiceCount","Unit":"Count"},`+
				`{"Name":"ContainerInstanceCount","Unit":"Count"}],"Dimensions":[["ClusterName"]]}],"ContainerInstanceCount":0,"ServiceCount":1,"TaskCount":1}`)
		case e.Type == "Container" && e.ContainerName == "side":
			w.expect("of a container", said, `{"Version":"0","Type":"Container","ContainerName":"side","TaskId":"one","TaskDefinitionFamily":"web","TaskDefinitionRevision":"1",`+
				`"ServiceName":"web","ClusterName":"c","AccountID":"000000000000","Region":"us-east-1","AvailabilityZone":"us-east-1a","ContainerKnownStatus":"RUNNING","LaunchType":"FARGATE",`+
				`"Timestamp":1767323040000,"CpuReserved":2,"CpuUtilized":64,"MemoryReserved":100,"MemoryUtilized":7,"NetworkRxBytes":0,"NetworkTxBytes":0,"StorageReadBytes":0,"StorageWriteBytes":0}`)
		}
	}
}

func TestEnhancedContainerInsights(t *testing.T) {
	w := newWorld(t, insights("enhanced"))
	w.run("one", func(t *state.Task) { t.Status.Containers[0].HealthStatus = types.HealthStatusUnhealthy })
	w.usage["one-app"], w.usage["one-side"] = simulated(0.125, 100), simulated(0, 28)
	w.tick(began)
	ofTask := []string{"ClusterName", "c", "ServiceName", "web", "TaskDefinitionFamily", "web", "TaskId", "one"}
	w.expect("CPU of the task", w.insight("TaskCpuUtilization", "Percent", ofTask...), "03:00 1 50 50 50")
	w.expect("memory of the task", w.insight("TaskMemoryUtilization", "Percent", ofTask...), "03:00 1 25 25 25")
	app := append(ofTask, "ContainerName", "app")
	w.expect("CPU of a container", w.insight("ContainerCpuUtilization", "Percent", app...), "03:00 1 100 100 100")
	w.expect("health of a container", w.insight("UnHealthyContainerHealthStatus", "Count", app...), "03:00 1 1 1 1")
}

// Containers of a task with an interface of its own have one network, and others their own.
func TestNetworkOfATask(t *testing.T) {
	for mode, want := range map[types.NetworkMode]string{"": "03:00 1 0 0 0, 04:00 1 100 100 100", types.NetworkModeBridge: "03:00 1 0 0 0, 04:00 1 200 200 200"} {
		w := newWorld(t, insights("enabled"))
		w.run("one", func(t *state.Task) { t.Spec.NetworkMode = mode })
		for i := range 2 {
			for _, id := range []string{"one-app", "one-side"} {
				u := simulated(0, 1)
				u.Read = began.Add(time.Duration(i) * Minute)
				u.Networks, u.NetworksRead = map[string]backend.NetworkStats{"eth0": {RxBytes: uint64(6000 * i)}}, u.Read
				w.usage[id] = u
			}
			w.tick(began.Add(time.Duration(i) * Minute))
		}
		w.expect("received with "+string(mode), w.insight("NetworkRxBytes", "Bytes/Second", "ClusterName", "c"), want)
	}
}
