package servicescheduler

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"pgregory.net/rapid"
)

// connectFixture is a service without load balancers that others find by Service Connect.
type connectFixture struct {
	*shiftFixture
	away bool // proxies tell nothing
}

func newConnectFixture(t fatal, c types.DeploymentConfiguration) *connectFixture {
	t.Helper()
	f := &connectFixture{}
	var namespace string
	f.shiftFixture = newShiftFixture(t, c, func(s *state.Service) { s.Deployments[0].Revision.LoadBalancers = nil })
	f.update(func(tx *store.Tx) {
		namespace = endpoint.MakeNamespace(tx, scope, "shop", f.now).ARN
	})
	f.change(func(s *state.Service) { s.Deployments[0].Revision = offers(s.Deployments[0].Revision, namespace) })
	f.update(func(tx *store.Tx) { endpoint.Provide(tx, serviceARN, f.service().Primary().Revision, f.now) })
	return f
}

func offers(r *state.ServiceRevision, namespace string) *state.ServiceRevision {
	made := *r
	made.ConnectNamespace = namespace
	made.ServiceConnectConfiguration = &types.ServiceConnectConfiguration{Enabled: true, Services: []types.ServiceConnectService{{
		PortName: aws.String("http"), ClientAliases: []types.ServiceConnectClientAlias{{Port: aws.Int32(80)}},
	}}}
	return &made
}

// release updates the service to another revision with the same endpoint.
func (f *connectFixture) release() {
	f.t.Helper()
	f.now = f.now.Add(time.Second)
	f.update(func(tx *store.Tx) {
		s := state.FindService(tx, serviceARN).Clone()
		d := f.newDeployment(f.register(tx, false))
		d.Revision = offers(d.Revision, s.Primary().Revision.ConnectNamespace)
		s.SetPrimary(d)
		state.PutService(tx, s)
	})
}

// acknowledge has proxies go by the weights, and reports whether they had not.
func (f *connectFixture) acknowledge() (news bool) {
	f.t.Helper()
	if f.away {
		return false
	}
	f.update(func(tx *store.Tx) {
		for _, s := range servicediscovery.ECSServices(tx, serviceARN) {
			news = news || !servicediscovery.Heard(tx, s.ARN, servicediscovery.Proxies, s.Revision)
			servicediscovery.Acknowledge(tx, s.ARN, servicediscovery.Proxies, s.Revision)
		}
	})
	return news
}

func (f *connectFixture) goOn() {
	f.t.Helper()
	for range 200 {
		f.schedule()
		if busy := f.work(); !f.acknowledge() && !busy {
			f.schedule()
			return
		}
	}
	f.t.Fatalf("nothing settles: %s", f.split())
}

func (f *connectFixture) pass(d time.Duration) {
	f.t.Helper()
	end := f.now.Add(d)
	for f.goOn(); !f.wakeAt.IsZero() && !f.wakeAt.After(end); f.goOn() {
		f.now = f.wakeAt
	}
	f.now = end
	f.goOn()
}

// split is the stage, and what the newest deployment has of production and test traffic; the other one has the rest.
func (f *connectFixture) split() string {
	f.t.Helper()
	services := servicediscovery.ECSServices(f.store.Read(), serviceARN)
	if len(services) != 1 {
		f.t.Fatalf("there are %d services in Cloud Map", len(services))
	}
	r := f.record()
	line := fmt.Sprintf("%s %s", r.Shift.Stage, r.Status)
	w := servicediscovery.FindWeights(f.store.Read(), services[0].ARN)
	if w == nil {
		return line + " alike"
	}
	for _, s := range w.Shares {
		who := "blue"
		if s.Deployment == r.Target.DeploymentID {
			who = "green"
		}
		line += fmt.Sprintf(" %s %d", who, s.Weight)
	}
	if w.Test == r.Target.DeploymentID {
		line += " test"
	}
	return line
}

func (f *connectFixture) expectSplit(want string) {
	f.t.Helper()
	if got := f.split(); got != want {
		f.t.Fatalf("it is\n  %s\nwant\n  %s", got, want)
	}
}

// Proxies share requests by weights while a canary is watched, and give green those with the test header.
func TestCanaryByServiceConnect(t *testing.T) {
	f := newConnectFixture(t, types.DeploymentConfiguration{
		Strategy: types.DeploymentStrategyCanary, BakeTimeInMinutes: aws.Int32(5),
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(100.0 / 10), CanaryBakeTimeInMinutes: aws.Int32(10)},
	})
	f.pass(time.Hour)
	f.expectSplit("CLEAN_UP SUCCESSFUL alike")
	f.release()
	f.goOn()
	f.expectSplit("SCALE_UP IN_PROGRESS blue 1000")
	f.pass(41 * time.Second)
	if got := f.split(); got != "PRODUCTION_TRAFFIC_SHIFT IN_PROGRESS blue 900 green 100 test" && got != "PRODUCTION_TRAFFIC_SHIFT IN_PROGRESS green 100 blue 900 test" {
		t.Fatal(got)
	}
	f.expectWeights("10 100, 90 0")
	f.pass(10 * time.Minute)
	f.expectSplit("BAKE_TIME IN_PROGRESS green 1000 test")
	f.pass(5 * time.Minute)
	f.expectSplit("CLEAN_UP SUCCESSFUL alike")
}

// A deployment that is stopped gives blue all requests back.
func TestRollbackByServiceConnect(t *testing.T) {
	f := newConnectFixture(t, blueGreen())
	f.pass(time.Hour)
	f.release()
	f.pass(50 * time.Second)
	f.expectSplit("BAKE_TIME IN_PROGRESS green 1000 test")
	f.stop(types.StopServiceDeploymentStopTypeRollback)
	f.pass(time.Second)
	f.expectSplit("CLEAN_UP ROLLBACK_SUCCESSFUL alike")
	if n := len(f.tasksOf(f.service().Primary())); n != 2 || f.service().Primary().ID == f.record().Target.DeploymentID {
		t.Errorf("blue has %d tasks", n)
	}
}

// Old tasks that stay when a deployment is complete have no requests any more.
func TestOldTasksThatStayHaveNoRequestsByServiceConnect(t *testing.T) {
	f := newConnectFixture(t, blueGreen())
	f.pass(time.Hour)
	f.release()
	f.pass(50 * time.Second)
	old := f.tasksOf(f.service().Deployments[1])[0]
	f.update(func(tx *store.Tx) { state.ProtectTask(tx, old.ARN, f.now.Add(48*time.Hour)) })
	f.pass(25 * time.Hour)
	f.expectSplit("CLEAN_UP SUCCESSFUL green 1000")
	f.pass(24 * time.Hour)
	f.expectSplit("CLEAN_UP SUCCESSFUL alike")
}

// Proxies that tell nothing hold up a shift for five seconds.
func TestSilentProxiesAreWaitedForFiveSeconds(t *testing.T) {
	f := newConnectFixture(t, blueGreen())
	f.pass(time.Hour)
	f.away = true
	f.release()
	f.goOn()
	f.expectSplit("PRE_SCALE_UP IN_PROGRESS blue 1000")
	f.pass(5*time.Second - 1)
	f.expectSplit("PRE_SCALE_UP IN_PROGRESS blue 1000")
	f.pass(1)
	f.expectSplit("SCALE_UP IN_PROGRESS blue 1000")
}

// Once a deployment has completed, requests never go to deployments without a task that runs alone while another one has
// some, at any time that users release or stop and that proxies tell; at last all tasks have alike.
func TestServiceConnectServesOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawShift(t)
		c.LifecycleHooks, c.Alarms = nil, nil
		f := newConnectFixture(t, c)
		f.pass(time.Hour)
		check := func() {
			serving := map[string]bool{}
			for _, task := range f.tasks() {
				if task.Stop == nil && running(task) {
					serving[task.Spec.DeploymentID] = true
				}
			}
			w := servicediscovery.FindWeights(f.store.Read(), servicediscovery.ECSServices(f.store.Read(), serviceARN)[0].ARN)
			if w == nil || len(serving) == 0 || f.service().Completed == nil {
				return
			}
			for _, s := range w.Shares {
				if s.Weight > 0 && serving[s.Deployment] {
					return
				}
			}
			t.Fatalf("tasks run, and have no requests: %+v, %v: %s", w.Shares, serving, f.state())
		}
		actions := map[string]func(*rapid.T){
			"schedule":    func(*rapid.T) { f.schedule() },
			"work":        func(*rapid.T) { f.work() },
			"acknowledge": func(*rapid.T) { f.acknowledge() },
			"release":     func(*rapid.T) { f.release() },
			"stop":        func(*rapid.T) { f.stop(types.StopServiceDeploymentStopTypeRollback) },
			"wait": func(t *rapid.T) {
				f.now = f.now.Add(time.Duration(rapid.SampledFrom([]int{1, 5, 41, 600}).Draw(t, "seconds")) * time.Second)
			},
		}
		for name, do := range actions {
			actions[name] = func(t *rapid.T) { do(t); check() }
		}
		t.Repeat(actions)
		f.release()
		f.pass(30 * time.Hour)
		if r := f.record(); r.Status != types.ServiceDeploymentStatusSuccessful {
			t.Fatalf("at last: %s, %s", f.split(), f.state())
		}
		if w := servicediscovery.FindWeights(f.store.Read(), servicediscovery.ECSServices(f.store.Read(), serviceARN)[0].ARN); w != nil {
			t.Fatalf("at last weights are left: %+v", w)
		}
	})
}
