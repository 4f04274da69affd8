package servicescheduler

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"pgregory.net/rapid"
)

// TestTasksWithoutLoadBalancersServeOn releases a service without load balancers at any time, also before the
// tasks of a deployment have run for long enough, and stops deployments: as many tasks as are desired go on to
// run, if so many did.
func TestTasksWithoutLoadBalancersServeOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newShiftFixture(t, blueGreen(), func(s *state.Service) { s.Deployments[0].Revision.LoadBalancers = nil })
		serving := func() (n int) {
			for _, task := range f.tasks() {
				if task.Stop == nil && running(task) {
					n++
				}
			}
			return n
		}
		t.Repeat(map[string]func(*rapid.T){
			"schedule": func(t *rapid.T) {
				before := serving()
				f.schedule()
				if after := serving(); after < min(before, f.service().DesiredCount) {
					t.Fatalf("%d tasks run, %d did: %s", after, before, f.state())
				}
			},
			"work":    func(*rapid.T) { f.work() },
			"release": func(*rapid.T) { f.now = f.now.Add(time.Second); f.deploy(false) },
			"stop":    func(*rapid.T) { f.stop(types.StopServiceDeploymentStopTypeRollback) },
			"wait": func(t *rapid.T) {
				f.now = f.now.Add(time.Duration(rapid.SampledFrom([]int{1, 20, 41, 600}).Draw(t, "seconds")) * time.Second)
			},
		})
		f.now = f.now.Add(time.Second)
		f.deploy(false)
		f.pass(time.Hour)
		if r := f.record(); r.Status != types.ServiceDeploymentStatusSuccessful {
			t.Fatalf("at last: %s", f.state())
		}
	})
}
