package metadata_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// began is when all tasks of tests were made.
var began = time.Date(2026, 9, 16, 17, 47, 4, 151_521_000, time.UTC)

func after(seconds float64) time.Time {
	return began.Add(time.Duration(seconds * float64(time.Second)))
}

// bench is a metadata endpoint over a store of tasks.
type bench struct {
	*testing.T
	options metadata.Options
	handler http.Handler
	now     time.Time
	// ahead are tasks of which the store does not know all yet.
	ahead map[string]*state.Task
	// samples count how often each container was asked what it uses.
	samples map[string]int
	broken  map[string]bool
}

func newBench(t *testing.T) *bench {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rows.Close() })
	b := &bench{T: t, now: after(60), ahead: map[string]*state.Task{}, samples: map[string]int{}, broken: map[string]bool{}}
	b.options = metadata.Options{
		Store: rows, Now: func() time.Time { return b.now }, Wall: func() time.Time { return b.now.Add(-446 * time.Microsecond) },
		Log:        slog.New(slog.DiscardHandler),
		EndpointID: endpointID,
		TasksAt:    b.tasksAt, Task: b.task, Stats: b.stats, Inspect: b.inspect,
		EngineName: func(task *state.Task, container string) string {
			return "ecs-" + task.Spec.Family + "-1-" + strings.ReplaceAll(strings.ReplaceAll(container, "~", ""), "_", "") + "-cef1f4d3afb7eddd7900"
		},
	}
	b.open()
	return b
}

// open serves with the options as they are now.
func (b *bench) open() { b.handler = metadata.Handler(b.options) }

func (b *bench) task(id string) *state.Task {
	if t := b.ahead[id]; t != nil {
		return t
	}
	return state.FindTask(b.options.Store.Read(), id)
}

// tasksAt finds tasks by the address of their interface, or of the one container instance.
func (b *bench) tasksAt(_ context.Context, from netip.Addr) (found []string) {
	for _, t := range state.AllTasks(b.options.Store.Read()) {
		own := t.Spec.HasInterface() && t.Status.Attachment.PrivateIPv4 == from.String()
		shared := (t.Spec.NetworkMode == types.NetworkModeBridge || t.Spec.NetworkMode == types.NetworkModeHost) && from.String() == machineAddress
		if own || shared {
			found = append(found, t.ARN)
		}
	}
	return found
}

func (b *bench) inspect(context.Context, string, string) (backend.Container, error) {
	return backend.Container{IP: netip.MustParseAddr("198.18.0.2")}, nil
}

func (b *bench) stats(_ context.Context, taskARN, container string) (backend.Stats, error) {
	if b.broken[container] {
		return backend.Stats{}, backend.ErrUnavailable
	}
	b.samples[container]++
	n := uint64(b.samples[container])
	read := after(10 * float64(n))
	return backend.Stats{
		Read: read, NetworksRead: read, Name: "/" + container, ID: "engine", PidsStats: backend.PidsStats{Current: 3},
		CPUStats: backend.CPUStats{
			CPUUsage:       backend.CPUUsage{TotalUsage: n * 1_000_000, UsageInKernelmode: n * 400_000, UsageInUsermode: n * 600_000, PercpuUsage: []uint64{n * 500_000, n * 500_000}},
			SystemCPUUsage: n * 1_000_000_000, OnlineCPUs: 2,
		},
		MemoryStats: backend.MemoryStats{Usage: 6_537_216, MaxUsage: 8_667_136, Limit: 536_870_912, Stats: map[string]uint64{"rss": 1_638_400, "cache": 4_030_464, "pgfault": 4_000}},
		BlkioStats: backend.BlkioStats{
			IoServiceBytesRecursive: []backend.BlkioStatEntry{{Major: 259, Op: "Read", Value: 4_030_464}},
			IoServicedRecursive:     []backend.BlkioStatEntry{{Major: 259, Op: "Read", Value: 12}},
		},
		Networks: map[string]backend.NetworkStats{"eth0": {RxBytes: n * 1000, RxPackets: n * 10, TxBytes: n * 500, TxPackets: n * 5}},
	}, nil
}

// ask gets the answer for a caller at an address.
func (b *bench) ask(from, method, path, body string) (status int, answer string, header http.Header) {
	b.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(from), 45_628).String()
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Body)
	if err != nil {
		b.Fatal(err)
	}
	return w.Code, string(text), w.Header()
}

// expect gets an answer that is to be exactly so.
func (b *bench) expect(from, path string, status int, want string) {
	b.Helper()
	got, text, header := b.ask(from, http.MethodGet, path, "")
	if got != status || text != want {
		b.Errorf("GET %s from %s: %d %s\nwant %d %s", path, from, got, text, status, want)
	}
	if kind := header.Get("Content-Type"); kind != "application/json" {
		b.Errorf("GET %s is %q", path, kind)
	}
}

// Addresses of the tasks of tests.
const (
	fargateAddress = "172.31.0.20"
	awsvpcAddress  = "172.31.0.21"
	machineAddress = "172.31.0.30"
	strangeAddress = "172.31.0.99"
)

// put puts a task of two containers into the store that has run for half a minute: web, which
// runs, and init, which has ended.
func (b *bench) put(id string, mode types.NetworkMode, instance string, change func(d *types.TaskDefinition, t *state.Task)) *state.Task {
	b.Helper()
	d := &types.TaskDefinition{
		Family: aws.String(id), NetworkMode: mode, TaskRoleArn: aws.String("arn:aws:iam::123456789012:role/app"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String("shop/web:1"), Essential: aws.Bool(true),
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(8080), Protocol: types.TransportProtocolTcp}},
			LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
				"awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"}},
		}, {
			Name: aws.String("init"), Image: aws.String("shop/init:1"), Essential: aws.Bool(false), Cpu: 10, Memory: aws.Int32(64),
			DockerLabels: map[string]string{"team": "blue", "com.amazonaws.ecs.cluster": "mine"},
		}},
	}
	t := &state.Task{
		ARN: scope.Task("shop", strings.Repeat("0", 32-len(id))+id),
		Spec: &state.TaskSpec{
			ClusterARN: scope.Cluster("shop"), Family: id, Revision: 1, Group: "service:web", ServiceARN: scope.Service("shop", "web"), DeploymentID: "ecs-svc/1",
			LaunchType: types.LaunchTypeEc2, NetworkMode: mode, CreatedAt: began,
		},
		Placement: &state.Placement{ContainerInstance: instance, Zone: "us-east-1a"},
		Tags:      []types.Tag{{Key: aws.String("stage"), Value: aws.String("test")}},
		Status: state.TaskStatus{
			LastStatus: state.Running, SandboxID: strings.Repeat("5a", 32), ConnectivityAt: after(4),
			PullStartedAt: after(11.8), PullStoppedAt: after(24.9), StartedAt: after(27.3),
			Containers: []state.Container{{
				Name: "web", ID: "866c9a9b-a7e8-4f32-a500-901bf63938ad", Image: "shop/web:1", Phase: state.ContainerRunning, EngineID: strings.Repeat("c0", 32),
				ImageID: "sha256:ed0c", ImageDigest: "sha256:d1ce", CreatedAt: after(26), StartedAt: after(27.25), HealthStatus: types.HealthStatusUnknown,
			}, {
				Name: "init", ID: "0206b271-b33f-47ab-86c6-a0ba208a70a9", Image: "shop/init:1", Phase: state.ContainerStopped, EngineID: strings.Repeat("c1", 32),
				ImageID: "sha256:ed1c", CreatedAt: after(25), StartedAt: after(25.5), StoppedAt: after(26.5), ExitCode: aws.Int32(0), HealthStatus: types.HealthStatusUnknown,
			}},
		},
	}
	if change != nil {
		change(d, t)
	}
	err := b.options.Store.Update(func(tx *store.Tx) error {
		taskdefinition.Add(tx, scope, d, nil, scope.Root(), began)
		state.AddTask(tx, t)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return t
}

// onFargate gives a task what one has there.
func onFargate(d *types.TaskDefinition, t *state.Task) {
	d.Cpu, d.Memory = aws.String("256"), aws.String("512")
	t.Spec.LaunchType, t.Spec.NetworkMode, t.Spec.EphemeralStorageGiB = types.LaunchTypeFargate, "", 20
	t.Placement.CapacityProvider = "FARGATE"
	inVPC(t, fargateAddress)
}

func inVPC(t *state.Task, address string) {
	subnets, _ := ec2network.DefaultNetwork(scope)
	t.Placement.SubnetID = subnets[0].ID
	t.Status.Attachment = state.Attachment{
		Status: "ATTACHED", MAC: "0e:9e:32:c7:48:85", PrivateIPv4: address,
		PrivateDNSName: backend.HostName(netip.MustParseAddr(address), "ec2.internal"),
	}
}

// instance puts a container instance into the store.
func (b *bench) instance() string {
	b.Helper()
	row := &state.ContainerInstance{
		ARN: scope.ContainerInstance("shop", "1c4d5e6f"), Status: state.InstanceActive, AgentConnected: true, Zone: "us-east-1a", VPC: "vpc-1a2b3c4d",
		Tags: []types.Tag{{Key: aws.String("fleet"), Value: aws.String("green")}},
	}
	err := b.options.Store.Update(func(tx *store.Tx) error {
		state.PutContainerInstance(tx, row, began)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return row.ARN
}

// endpointID is the id by which a container asks.
func endpointID(t *state.Task, c *state.Container) string {
	if t.Placement.ContainerInstance == "" {
		return t.RuntimeID(c)
	}
	return t.Spec.Family + "-" + c.ID
}

// at is the path of a container of a task, of a version.
func at(version string, t *state.Task, container string) string {
	return "/" + version + "/" + endpointID(t, t.Status.Container(container))
}
