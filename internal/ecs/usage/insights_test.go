package usage

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
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
				`"CloudWatchMetrics":[{"Namespace":"ECS/ContainerInsights","Metrics":[{"Name":"TaskCount","Unit":"Count"},{"Name":"ServiceCount","Unit":"Count"}],`+
				`"Dimensions":[["ClusterName"]]}],"ServiceCount":1,"TaskCount":1}`)
		case e.Type == "Container" && e.ContainerName == "side":
			w.expect("of a container", said, `{"Version":"0","Type":"Container","ContainerName":"side","TaskId":"one","TaskDefinitionFamily":"web","TaskDefinitionRevision":"1",`+
				`"ServiceName":"web","ClusterName":"c","AccountID":"000000000000","Region":"us-east-1","AvailabilityZone":"us-east-1a","ContainerKnownStatus":"RUNNING","LaunchType":"FARGATE",`+
				`"Timestamp":1767323040000,"CpuReserved":256,"CpuUtilized":64,"MemoryReserved":100,"MemoryUtilized":7,"NetworkRxBytes":0,"NetworkTxBytes":0,"StorageReadBytes":0,"StorageWriteBytes":0}`)
		}
	}
}

func TestEnhancedContainerInsights(t *testing.T) {
	w := newWorld(t, insights("enhanced"))
	w.run("one", func(t *state.Task) { t.Status.Containers[0].HealthStatus = types.HealthStatusUnhealthy })
	w.usage["one-app"], w.usage["one-side"] = simulated(0.125, 100), simulated(0, 28)
	w.tick(began)
	for _, of := range [][]string{{"ServiceName", "web"}, {"TaskDefinitionFamily", "web"}} {
		for _, task := range [][]string{nil, {"TaskId", "one"}} {
			whole := slices.Concat([]string{"ClusterName", "c"}, of, task)
			w.expect("CPU of the task", w.insight("TaskCpuUtilization", "Percent", whole...), "03:00 1 50 50 50")
			w.expect("memory of the task", w.insight("TaskMemoryUtilization", "Percent", whole...), "03:00 1 25 25 25")
			w.expect("memory", w.insight("MemoryUtilized", "Megabytes", whole...), "03:00 1 128 128 128")
			app := append(whole, "ContainerName", "app")
			w.expect("CPU of a container", w.insight("ContainerCpuUtilization", "Percent", app...), "03:00 1 100 100 100")
			w.expect("memory of a container", w.insight("ContainerMemoryUtilized", "Megabytes", app...), "03:00 1 100 100 100")
			w.expect("health of a container", w.insight("UnHealthyContainerHealthStatus", "Count", app...), "03:00 1 1 1 1")
			w.expect("memory under the name of a task's", w.insight("MemoryUtilized", "Megabytes", app...), "")
		}
	}
	w.expect("CPU of all containers", w.insight("ContainerCpuUtilized", "None", "ClusterName", "c"), "03:00 2 128 0 128")
	w.expect("CPU of all tasks", w.insight("CpuUtilized", "None", "ClusterName", "c"), "03:00 1 128 128 128")
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

// Containers with a restart policy tell how often they have been restarted since they told it last.
func TestRestartCount(t *testing.T) {
	w := newWorld(t, insights("enhanced"))
	w.update(func(tx *store.Tx) {
		taskdefinition.Add(tx, scope, &types.TaskDefinition{Family: aws.String("web"), ContainerDefinitions: []types.ContainerDefinition{
			{Name: aws.String("app"), Cpu: 128, RestartPolicy: &types.ContainerRestartPolicy{Enabled: aws.Bool(true)}},
			{Name: aws.String("side"), RestartPolicy: &types.ContainerRestartPolicy{Enabled: aws.Bool(false)}},
		}}, nil, scope.Root(), began)
	})
	w.run("one", func(t *state.Task) { t.Spec.Revision = 2 })
	w.usage["one-app"], w.usage["one-side"] = simulated(0.125, 100), simulated(0, 28)
	for i, restarts := range []int{2, 2, 5} {
		w.update(func(tx *store.Tx) {
			status := state.FindTask(tx, scope.Task("c", "one")).Status.Clone()
			status.Containers[0].Restarts, status.Containers[1].Restarts = restarts, 1
			if err := state.PutTaskStatus(tx, scope.Task("c", "one"), state.TaskStep{Status: status}); err != nil {
				t.Fatal(err)
			}
		})
		w.tick(began.Add(time.Duration(i) * Minute))
	}
	service := []string{"ClusterName", "c", "ServiceName", "web"}
	const want = "03:00 1 2 2 2, 04:00 1 0 0 0, 05:00 1 3 3 3"
	for _, of := range [][]string{{"ClusterName", "c"}, service, append(service, "TaskId", "one"), append(service, "ContainerName", "app"), append(service, "ContainerName", "app", "TaskId", "one")} {
		w.expect(strings.Join(of, " "), w.insight("RestartCount", "Count", of...), want)
	}
	w.expect("without a restart policy", w.insight("RestartCount", "Count", append(service, "ContainerName", "side")...), "")
}

// What a container has read and written is told as its counters are.
func TestStorage(t *testing.T) {
	w := newWorld(t, insights("enabled"))
	w.run("one", nil)
	for i := range 2 {
		for _, id := range []string{"one-app", "one-side"} {
			u := simulated(0, 1)
			u.Read = began.Add(time.Duration(i) * Minute)
			u.BlkioStats.IoServiceBytesRecursive = []backend.BlkioStatEntry{{Op: "Read", Value: uint64(100 * (i + 1))}}
			w.usage[id] = u
		}
		w.tick(began.Add(time.Duration(i) * Minute))
	}
	w.expect("read", w.insight("StorageReadBytes", "Bytes", "ClusterName", "c"), "03:00 1 200 200 200, 04:00 1 400 400 400")
}

// Container instances count while they have tasks, and health while it is known.
func TestWhatInsightsLeaveOut(t *testing.T) {
	w := newWorld(t, insights("enhanced"))
	w.run("one", func(t *state.Task) {
		t.Placement.ContainerInstance, t.Spec.NetworkMode = scope.ContainerInstance("c", "i"), types.NetworkModeHost
		t.Status.Containers[0].HealthStatus, t.Status.Containers[1].HealthStatus = types.HealthStatusUnknown, types.HealthStatusHealthy
	})
	w.usage["one-app"], w.usage["one-side"] = simulated(0.125, 100), simulated(0.0625, 28)
	w.tick(began)
	w.expect("container instances", w.insight("ContainerInstanceCount", "Count", "ClusterName", "c"), "03:00 1 1 1 1")
	w.expect("health", w.insight("UnHealthyContainerHealthStatus", "Count", "ClusterName", "c"), "03:00 1 0 0 0")
	w.expect("network of the host", w.insight("NetworkRxBytes", "Bytes/Second", "ClusterName", "c"), "")
	w.expect("CPU of a container without units of its own", w.insight("ContainerCpuUtilization", "Percent", "ClusterName", "c", "ServiceName", "web", "ContainerName", "side"), "03:00 1 25 25 25")
	w.expect("CPU of the containers of a service", w.insight("ContainerCpuUtilization", "Percent", "ClusterName", "c", "ServiceName", "web"), "03:00 2 125 25 100")
}

// TestServiceOfTaskSets has two, of which each runs a task.
func TestServiceOfTaskSets(t *testing.T) {
	w := newWorld(t, func(s *state.Service, c *state.Cluster) {
		insights("enabled")(s, c)
		s.DeploymentController, s.Deployments = types.DeploymentControllerTypeExternal, nil
		s.Sets = &state.SetService{Revision: &state.ServiceRevision{}}
	})
	for _, id := range []string{"1", "2"} {
		set := &taskset.TaskSet{
			Generation: state.Generation{ID: "ecs-svc/" + id, Revision: &state.ServiceRevision{}}, ARN: scope.TaskSet("c", "web", "ecs-svc/"+id), ServiceARN: serviceARN,
		}
		w.update(func(tx *store.Tx) { taskset.Put(tx, set) })
		w.run(id, func(t *state.Task) { t.Spec.DeploymentID = set.ID })
		w.usage[id+"-app"], w.usage[id+"-side"] = simulated(0.125, 128), simulated(0, 0)
	}
	w.tick(began)
	w.expect("CPU", w.points(NamespaceECS, CPUUtilization, "Percent", Minute, "ClusterName", "c", "ServiceName", "web"), "03:00 2 100 50 50")
	w.expect("running tasks", w.insight("RunningTaskCount", "Count", "ClusterName", "c", "ServiceName", "web"), "03:00 1 2 2 2")
	w.expect("task sets", w.insight("TaskSetCount", "Count", "ClusterName", "c", "ServiceName", "web"), "03:00 1 2 2 2")
	w.expect("deployments", w.insight("DeploymentCount", "Count", "ClusterName", "c", "ServiceName", "web"), "03:00 1 0 0 0")
}
