package agent

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestContainerInstancesOnAFlakyEngine is the same story as that of any flaky engine, on container
// instances: ports lead to their containers in the end, and nothing is left.
func TestContainerInstancesOnAFlakyEngine(t *testing.T) {
	first, last := 1, *seeds
	if *seed != 0 {
		first, last = *seed, *seed
	}
	for n := first; n <= last; n++ {
		withAgent(t, func(b *bench) {
			defer func() {
				if b.Failed() {
					b.Logf("with -seed %d", n)
				}
			}()
			f := &flakyMachines{flaky: flaky{bench: b, chance: rand.New(rand.NewPCG(uint64(n), 7))}, instances: []string{b.instance(), b.instance()}}
			f.story(uint64(n))
		})
	}
}

type flakyMachines struct {
	flaky
	instances []string
}

func (f *flakyMachines) story(seed uint64) {
	f.restartOn(fault.New(f.engine, fault.Options{Seed: seed}))
	f.unsettle()
	if f.chance.IntN(2) == 0 {
		f.faults.AddRule(fault.Rule{Call: fault.SetTraffic, Probability: 0.3, LoseAnswer: true, DelayAnswer: time.Second})
	}
	for range 2 + f.chance.IntN(6) {
		switch f.chance.IntN(5) {
		case 0:
			f.connect(f.instances[f.chance.IntN(2)], f.chance.IntN(2) == 0)
		case 1, 2:
			f.tasks = append(f.tasks, f.taskAt(f.instances[f.chance.IntN(2)]))
		default:
			before := len(f.tasks)
			f.act()
			f.tasks = f.tasks[:before] // those on Fargate have their own story
		}
		time.Sleep(time.Duration(f.chance.IntN(5000)) * time.Millisecond)
		synctest.Wait()
	}
	for _, instance := range f.instances {
		f.connect(instance, true)
	}
	f.calm()
	for _, id := range f.tasks {
		f.checkAt(f.task(id))
	}
	for _, t := range state.AllTasks(f.store.Read()) {
		if !t.Ended() {
			f.stopTask(t.ARN)
		}
	}
	for _, instance := range f.instances {
		f.deregister(instance)
	}
	time.Sleep(10 * time.Minute)
	synctest.Wait()
	f.expectNothingLeft()
}

func (f *flakyMachines) taskAt(instance string) string {
	switch f.chance.IntN(5) {
	case 0:
		return f.runAt(instance, types.NetworkModeBridge, container("job", "sh", "-c", "sleep 2; exit 7"))
	case 1:
		return f.runAt(instance, types.NetworkModeAwsvpc, container("web"))
	case 2:
		return f.runAt(instance, types.NetworkModeHost, container("web"))
	default:
		return f.runAt(instance, types.NetworkModeBridge, server("web", types.PortMapping{ContainerPort: aws.Int32(80)}))
	}
}

func (f *flakyMachines) checkAt(t *state.Task) {
	job := t.Status.Containers[0].Name == "job"
	switch {
	case t.Status.LastStatus != state.Running && t.Status.LastStatus != state.Stopped:
		f.Errorf("task %s stays %s: %+v", t.ARN, t.Status.LastStatus, t.Status)
	case t.Status.LastStatus == state.Running && job:
		f.Errorf("task %s has exited, and does not stop", t.ARN)
	case t.Status.LastStatus == state.Running:
		f.checkServes(t)
	case t.Stop.Code == types.TaskStopCodeUserInitiated:
	case !job || t.Stop.Code != types.TaskStopCodeEssentialContainerExited:
		f.Errorf("task %s in mode %s was given up: %s: %s %+v", t.ARN, t.Spec.NetworkMode, t.Stop.Code, t.Stop.Reason, t.Status.Containers)
	}
}

func (f *flakyMachines) checkServes(t *state.Task) {
	c := t.Status.Containers[0]
	if seen, err := f.engine.Inspect(f.Context(), c.EngineID); err != nil || seen.State != backend.Running {
		f.Errorf("task %s is RUNNING, its container %+v (%v)", t.ARN, seen, err)
	}
	for _, binding := range c.Bindings {
		if t.Spec.NetworkMode == types.NetworkModeBridge && !f.answers(t.Placement.ContainerInstance, int(binding.HostPort)) {
			f.Errorf("task %s does not answer at %v", t.ARN, c.Bindings)
		}
	}
	if t.Spec.NetworkMode == types.NetworkModeBridge && len(c.Bindings) != 1 {
		f.Errorf("task %s has bindings %v", t.ARN, c.Bindings)
	}
}
