package serviceconnect

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Region: "us-east-1", Account: "1"}

// scene has tasks that know the endpoint of the API, each with a proxy that counts what the test says.
type scene struct {
	*testing.T
	store      *store.Store
	controller *Controller
	log        lockedLog
	proxies    map[string]*plane // by the task's ARN
	tasks      []string
}

// withTasks tells a story of a controller with so many tasks.
func withTasks(t *testing.T, number int, story func(s *scene)) {
	synctest.Test(t, func(t *testing.T) {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := &scene{T: t, store: rows, proxies: map[string]*plane{}}
		for i := range number {
			task := scope.Task("c", fmt.Sprintf("%032d", i))
			s.tasks, s.proxies[task] = append(s.tasks, task), newPlane()
			s.update(func(tx *store.Tx) { state.AddTask(tx, taskOf(task)) })
		}
		s.controller = New(Options{Store: rows, Clock: clock.New(clock.Options{}), Log: slog.New(slog.NewTextHandler(&s.log, nil)), Proxies: s})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = s.controller.Run(ctx)
		}()
		for _, task := range s.tasks {
			s.controller.Wake(task)
		}
		synctest.Wait()
		story(s)
		cancel()
		<-ended
	})
}

func taskOf(taskARN string) *state.Task {
	return &state.Task{
		ARN: taskARN, Placement: &state.Placement{},
		Spec: &state.TaskSpec{
			ClusterARN: scope.Cluster("c"), ServiceARN: scope.Service("c", "web"),
			Connect: &state.Connect{
				Services:  []state.ConnectService{{PortName: "http", DiscoveryName: "web", Container: "app", ContainerPort: 80, Protocol: "http"}},
				Endpoints: []state.ConnectEndpoint{{DiscoveryName: "api", DiscoveryARN: apiARN, DNSName: "api", Port: 80, Protocol: "http"}},
			},
		},
		Status: state.TaskStatus{LastStatus: state.Running, Containers: []state.Container{{Name: state.ProxyName(taskARN), Phase: state.ContainerRunning}}},
	}
}

func (s *scene) update(change func(tx *store.Tx)) {
	s.Helper()
	if err := s.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		s.Fatal(err)
	}
}

// Connect and Ready of an agent.
func (s *scene) Connect(_ context.Context, taskARN string) (io.ReadWriteCloser, error) {
	near, far := net.Pipe()
	p := s.proxies[taskARN]
	go p.server.Serve(context.Background(), p, far) //nolint:errcheck // it ends with the stream
	return near, nil
}

func (s *scene) Ready(context.Context, string) {}

// plane is a proxy's program.
type plane struct {
	server *control.Server

	mu     sync.Mutex
	counts balancer.Counts
	frozen chan struct{} // it answers no questions until this is closed
}

func newPlane() *plane { return &plane{server: control.NewServer(), counts: balancer.Counts{Run: "a"}} }

func (p *plane) Set(balancer.Piece) error { return nil }
func (p *plane) Remove(balancer.Key)      {}
func (p *plane) Settle()                  {}

func (p *plane) Counts() *balancer.Counts {
	p.mu.Lock()
	frozen := p.frozen
	p.mu.Unlock()
	if frozen != nil {
		<-frozen
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	counts := p.counts
	return &counts
}

// freeze has it answer no questions until the channel is closed; nil has it answer.
func (p *plane) freeze(until chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = until
}

// has sets how many connections it has counted.
func (p *plane) has(connections uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts.Connections = connections
}

// lockedLog is a log that goroutines write and the test reads.
type lockedLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// take returns what has been written since it was last called.
func (l *lockedLog) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.text.Reset()
	return l.text.String()
}
