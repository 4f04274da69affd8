package bench_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const (
	patience = 3 * time.Minute
	// lookEvery is how often the emulator is asked whether something has happened.
	lookEvery = 2 * time.Millisecond
	port      = 8080 // of the container
)

// world is an emulator in this process and a client of it.
type world struct {
	*testing.B
	*emulator.Server
	ecs *ecs.Client
}

// start starts an emulator, on the simulated engine unless the options say otherwise. It ends with the benchmark.
func start(b *testing.B, o emulator.Options) *world {
	b.Helper()
	srv := emulator.Start(b, o)
	return &world{b, srv, ecs.NewFromConfig(srv.Config())}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// until asks again and again until done.
func (w *world) until(what string, done func() bool) {
	w.Helper()
	w.untilEvery(lookEvery, what, done)
}

// untilEvery asks as seldom as it is told.
func (w *world) untilEvery(interval time.Duration, what string, done func() bool) {
	w.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(interval) {
		if time.Now().After(end) {
			w.Fatalf("%s: not within %s", what, patience)
		}
	}
}

// register registers a definition of one container.
func (w *world) register(family string, change ...func(*ecs.RegisterTaskDefinitionInput)) {
	w.Helper()
	in := &ecs.RegisterTaskDefinitionInput{
		Family: &family, NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("shop/web:1.4.2")}},
	}
	for _, do := range change {
		do(in)
	}
	_, err := w.ecs.RegisterTaskDefinition(w.Context(), in)
	w.must(err)
}

// serving has the container have a port, which answers on the simulated engine.
func serving(in *ecs.RegisterTaskDefinitionInput) {
	in.ContainerDefinitions[0].PortMappings = []types.PortMapping{{
		Name: aws.String("http"), ContainerPort: aws.Int32(port), AppProtocol: types.ApplicationProtocolHttp,
	}}
}

func (w *world) network(groups ...string) *types.NetworkConfiguration {
	return &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: w.Subnets(), SecurityGroups: groups}}
}

// createService makes a service of the definition web on Fargate, with so many tasks.
func (w *world) createService(name string, tasks int, change ...func(*ecs.CreateServiceInput)) {
	w.Helper()
	in := &ecs.CreateServiceInput{
		ServiceName: &name, TaskDefinition: aws.String("web"), DesiredCount: aws.Int32(int32(tasks)), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: w.network(),
	}
	for _, do := range change {
		do(in)
	}
	_, err := w.ecs.CreateService(w.Context(), in)
	w.must(err)
}

// scale has a service have so many tasks.
func (w *world) scale(name string, tasks int) {
	w.Helper()
	_, err := w.ecs.UpdateService(w.Context(), &ecs.UpdateServiceInput{Service: &name, DesiredCount: aws.Int32(int32(tasks))})
	w.must(err)
}

func (w *world) service(name string) types.Service {
	w.Helper()
	out, err := w.ecs.DescribeServices(w.Context(), &ecs.DescribeServicesInput{Services: []string{name}})
	w.must(err)
	return out.Services[0]
}

// runTasks runs tasks of the definition web in the first subnet.
func (w *world) runTasks(n int) []types.Task {
	w.Helper()
	network := w.network()
	network.AwsvpcConfiguration.Subnets = network.AwsvpcConfiguration.Subnets[:1]
	out, err := w.ecs.RunTask(w.Context(), &ecs.RunTaskInput{
		TaskDefinition: aws.String("web"), Count: aws.Int32(int32(n)), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network,
	})
	w.must(err)
	if len(out.Tasks) != n {
		w.Fatalf("%d tasks are made, not %d: %+v", len(out.Tasks), n, out.Failures)
	}
	return out.Tasks
}

// awaitRunning waits until so many tasks of the default cluster run.
func (w *world) awaitRunning(n int) {
	w.Helper()
	w.until(fmt.Sprintf("%d tasks to run", n), func() bool {
		out, err := w.ecs.DescribeClusters(w.Context(), &ecs.DescribeClustersInput{})
		w.must(err)
		return len(out.Clusters) == 1 && int(out.Clusters[0].RunningTasksCount) >= n
	})
}

// post calls an operation with a body of JSON, as a client that does nothing else.
func (w *world) post(target, body string) []byte {
	w.Helper()
	request, err := http.NewRequest(http.MethodPost, w.URL(), strings.NewReader(body))
	w.must(err)
	request.Header.Set("X-Amz-Target", target)
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	answer, err := http.DefaultClient.Do(request)
	w.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	w.must(err)
	if answer.StatusCode != http.StatusOK {
		w.Fatalf("%s: %d: %s", target, answer.StatusCode, text)
	}
	return text
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// percentile is the least of the durations that p per cent of them do not exceed, in milliseconds. It sorts them.
func percentile(list []time.Duration, p int) float64 {
	slices.Sort(list)
	return milliseconds(list[max((len(list)*p+99)/100, 1)-1])
}

// live is what the heap holds that is in use, in bytes.
func live() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools keep goes with the second
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
