package bench_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const namespace = "shop.local"

// createNamespace makes the private namespace of the default VPC, and returns its id.
func (w *world) createNamespace() string {
	w.Helper()
	client := servicediscovery.NewFromConfig(w.Config())
	made, err := client.CreatePrivateDnsNamespace(w.Context(), &servicediscovery.CreatePrivateDnsNamespaceInput{
		Name: aws.String(namespace), Vpc: aws.String("vpc-0ec5e3a1a70000001"),
	})
	w.must(err)
	operation, err := client.GetOperation(w.Context(), &servicediscovery.GetOperationInput{OperationId: made.OperationId})
	w.must(err)
	return operation.Operation.Targets["NAMESPACE"]
}

// calls has a service be a client of Service Connect.
func calls(in *ecs.CreateServiceInput) {
	in.ServiceConnectConfiguration = &types.ServiceConnectConfiguration{Enabled: true, Namespace: aws.String(namespace)}
}

// isCalled has a service be called by others, as api.
func isCalled(in *ecs.CreateServiceInput) {
	calls(in)
	in.ServiceConnectConfiguration.Services = []types.ServiceConnectService{{
		PortName: aws.String("http"), DiscoveryName: in.ServiceName,
		ClientAliases: []types.ServiceConnectClientAlias{{Port: aws.Int32(80), DnsName: aws.String("api")}},
	}}
}

// BenchmarkGoalEndpointChanges has a thousand proxies know an endpoint of two tasks, of which one stops, and measures from
// the change until it may be sent SIGTERM: when all proxies have acknowledged that they send it nothing.
func BenchmarkGoalEndpointChanges(b *testing.B) {
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim"})
		b.ReportMetric(w.changed(1000, 6), "ms≤1000")
	}
}

// awaitTasks waits until a service has so many tasks that run, and no others.
func (w *world) awaitTasks(service string, n int) {
	w.Helper()
	w.until("the tasks of "+service+" to run", func() bool {
		s := w.service(service)
		return int(s.RunningCount) == n && s.PendingCount == 0
	})
}

// changed has so many proxies know an endpoint of two tasks, of which one stops, so many times. It returns the median of
// the milliseconds from the change until one of the tasks is deregistered everywhere.
func (w *world) changed(proxies, times int, change ...func(*ecs.RegisterTaskDefinitionInput)) float64 {
	w.Helper()
	w.register("web", append(change, serving)...)
	w.createNamespace()
	w.createService("changes", 2, isCalled)
	w.awaitTasks("changes", 2)
	w.createService("knows", proxies, calls)
	w.awaitTasks("knows", proxies)
	var took []time.Duration
	for range times {
		listed, err := w.ecs.ListTasks(w.Context(), &ecs.ListTasksInput{ServiceName: aws.String("changes")})
		w.must(err)
		began := time.Now()
		w.scale("changes", 1)
		w.until("a task to stop", func() bool {
			found, err := w.ecs.DescribeTasks(w.Context(), &ecs.DescribeTasksInput{Tasks: listed.TaskArns})
			w.must(err)
			for _, t := range found.Tasks {
				switch *t.LastStatus {
				case "STOPPING", "DEPROVISIONING", "STOPPED":
					return true
				}
			}
			return false
		})
		took = append(took, time.Since(began))
		w.scale("changes", 2)
		w.awaitTasks("changes", 2)
	}
	return percentile(took, 50)
}
