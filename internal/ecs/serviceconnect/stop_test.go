package serviceconnect

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// oneProxy is the proxy of a task that knows the endpoint api. It is the engine, and the data plane.
type oneProxy struct {
	*testing.T
	store   *store.Store
	log     lockedLog
	task    string
	server  *control.Server
	mute    atomic.Bool
	end     func() // of the stream
	removed bool
	drained chan struct{} // ends Drain of what was removed
}

func (p *oneProxy) Connect(ctx context.Context, _ string) (io.ReadWriteCloser, error) {
	near, far := net.Pipe()
	p.end = func() { _ = near.Close(); _ = far.Close() }
	if p.mute.Load() {
		go func() { _, _ = io.Copy(io.Discard, far) }()
	} else {
		go func() { _ = p.server.Serve(context.WithoutCancel(ctx), p, far) }()
	}
	return near, nil
}

func (p *oneProxy) Ready(context.Context, string) {}
func (p *oneProxy) Set(balancer.Piece) error      { return nil }
func (p *oneProxy) Remove(balancer.Key)           { p.removed = true }
func (p *oneProxy) Settle()                       {}
func (p *oneProxy) Counts() *balancer.Counts      { return nil }
func (p *oneProxy) heard(l servicediscovery.Listener) bool {
	s := servicediscovery.FindService(p.store.Read(), apiARN)
	return servicediscovery.Heard(p.store.Read(), apiARN, l, s.Revision)
}

func (p *oneProxy) Drain(ctx context.Context) {
	if !p.removed {
		return
	}
	select {
	case <-p.drained:
	case <-ctx.Done():
	}
}

// update writes, and returns when all has been done about it that takes no time.
func (p *oneProxy) update(change func(tx *store.Tx)) {
	p.Helper()
	if err := p.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		p.Fatal(err)
	}
	synctest.Wait()
}

func (p *oneProxy) becomes(phase state.ContainerPhase) {
	p.Helper()
	p.update(func(tx *store.Tx) {
		status := state.FindTask(tx, p.task).Status.Clone()
		status.Containers[0].Phase = phase
		if err := state.PutTaskStatus(tx, p.task, state.TaskStep{Status: status}); err != nil {
			p.Fatal(err)
		}
	})
}

func withProxy(t *testing.T, story func(p *oneProxy)) {
	synctest.Test(t, func(t *testing.T) {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		scope := arn.Scope{Region: "us-east-1", Account: "1"}
		p := &oneProxy{T: t, store: rows, task: scope.Task("c", arn.NewID()), server: control.NewServer(), drained: make(chan struct{})}
		p.update(func(tx *store.Tx) {
			servicediscovery.PutService(tx, &servicediscovery.Service{ARN: apiARN, NamespaceARN: "ns", Name: "api", ECSService: scope.Service("c", "api")})
			servicediscovery.Register(tx, instance("1", "10.0.0.1", "blue"))
			state.AddTask(tx, &state.Task{
				ARN: p.task, Placement: &state.Placement{},
				Spec: &state.TaskSpec{ClusterARN: scope.Cluster("c"), Connect: &state.Connect{
					NamespaceARN: "ns", Endpoints: []state.ConnectEndpoint{{DiscoveryName: "api", DiscoveryARN: apiARN, DNSName: "api", Port: 80, Protocol: "http"}},
				}},
				Status: state.TaskStatus{LastStatus: state.Running, Containers: []state.Container{{Name: state.ProxyName(p.task), Phase: state.ContainerRunning}}},
			})
		})
		ctx, cancel := context.WithCancel(t.Context())
		c := New(Options{Store: rows, Clock: clock.New(clock.Options{}), Log: slog.New(slog.NewTextHandler(&p.log, nil)), Proxies: p})
		ended := make(chan struct{})
		go func() { defer close(ended); _ = c.Run(ctx) }()
		synctest.Wait()
		story(p)
		cancel()
		<-ended
		p.end()
	})
}

// A task gets SIGTERM when the requests have been answered that were under way to it, or when that takes too long.
func TestWhatIsGoneHasDrained(t *testing.T) {
	for _, answered := range []bool{true, false} {
		withProxy(t, func(p *oneProxy) {
			p.update(func(tx *store.Tx) { servicediscovery.Deregister(tx, apiARN, "1") })
			if !p.heard(servicediscovery.Proxies) || p.heard(servicediscovery.DrainedProxies) {
				t.Errorf("heard %v, drained %v", p.heard(servicediscovery.Proxies), p.heard(servicediscovery.DrainedProxies))
			}
			if answered {
				close(p.drained)
			} else {
				time.Sleep(ackTimeout)
			}
			synctest.Wait()
			if !p.heard(servicediscovery.DrainedProxies) {
				t.Error("it has not drained")
			}
		})
	}
}

// A proxy that stops keeps no change waiting, although it does not answer who connects to it meanwhile.
func TestAProxyThatStopsIsNotWaitedFor(t *testing.T) {
	withProxy(t, func(p *oneProxy) {
		p.mute.Store(true)
		p.end()
		synctest.Wait()
		began := time.Now()
		p.becomes(state.ContainerStopped)
		p.update(func(tx *store.Tx) { servicediscovery.Deregister(tx, apiARN, "1") })
		if !p.heard(servicediscovery.DrainedProxies) || time.Since(began) > 0 {
			t.Errorf("it is waited for, for %v", time.Since(began))
		}
		if said := p.log.take(); strings.Contains(said, "ERROR") {
			t.Errorf("an error is logged:\n%s", said)
		}
	})
}

// On a busy engine proxies answer late, about which users need not do anything. The log tells once of one that goes on
// not to answer, and when it answers again.
func TestTheLogTellsOfAProxyThatDoesNotAnswer(t *testing.T) {
	withProxy(t, func(p *oneProxy) {
		says := func(when, want string) {
			t.Helper()
			synctest.Wait()
			said := p.log.take()
			if strings.Count(said, "\n") != min(len(want), 1) || !strings.Contains(said, want) {
				t.Errorf("%s the log says %q, want %q", when, said, want)
			}
		}
		p.mute.Store(true)
		p.end()
		p.update(func(tx *store.Tx) { servicediscovery.Register(tx, instance("2", "10.0.0.2", "blue")) })
		time.Sleep(silence - time.Second)
		says("at first", "")
		time.Sleep(time.Minute)
		says("after a while", `level=WARN msg="a Service Connect proxy does not answer`)
		p.mute.Store(false)
		time.Sleep(time.Minute)
		says("afterwards", `level=WARN msg="a Service Connect proxy answers again"`)
	})
}
