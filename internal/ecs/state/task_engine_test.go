package state_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"pgregory.net/rapid"
)

// TestCountsOfEnginesAgreeWithTheTasks lets tasks come, be placed, run and end by chance: what an engine is counted to have
// reserved is what its tasks reserve that have not STOPPED, and an engine without a name is not counted.
func TestCountsOfEnginesAgreeWithTheTasks(t *testing.T) {
	s, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope, now := arn.Scope{Region: "us-east-1", Account: "123456789012"}, time.Unix(1_800_000_000, 0)
	rapid.Check(t, func(t *rapid.T) {
		err := s.Update(func(tx *store.Tx) error {
			tx.Reset()
			var arns []string
			for range rapid.IntRange(1, 30).Draw(t, "changes") {
				if len(arns) == 0 || rapid.IntRange(0, 2).Draw(t, "new") == 0 {
					task := someTask(t, scope, len(arns))
					state.AddTask(tx, task)
					arns = append(arns, task.ARN)
				} else {
					changeTask(t, tx, rapid.SampledFrom(arns).Draw(t, "task"), now)
				}
				compareUsage(t, tx)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

var someHosts = []string{"", "a", "b"}

func someTask(t *rapid.T, scope arn.Scope, n int) *state.Task {
	cpu, memory := 256*rapid.IntRange(1, 4).Draw(t, "cpu"), 512*rapid.IntRange(1, 4).Draw(t, "memory")
	task := &state.Task{
		ARN:       scope.Task("shop", fmt.Sprint(n)),
		Spec:      &state.TaskSpec{ClusterARN: scope.Cluster("shop"), LaunchType: types.LaunchTypeFargate, CPU: fmt.Sprint(cpu), Memory: fmt.Sprint(memory)},
		Placement: &state.Placement{Host: rapid.SampledFrom(someHosts).Draw(t, "host")}, Status: state.TaskStatus{LastStatus: state.Provisioning},
	}
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		task.Spec.LaunchType, task.Spec.Reserved = types.LaunchTypeEc2, &state.Reservation{CPU: cpu, Memory: memory}
		task.Placement.ContainerInstance = scope.ContainerInstance("shop", "1")
	case 1:
		task.Placement = &state.Placement{Waiting: &state.Waiting{}}
	}
	return task
}

func changeTask(t *rapid.T, tx *store.Tx, taskARN string, now time.Time) {
	old := state.FindTask(tx, taskARN)
	switch {
	case old.Waits() && rapid.Bool().Draw(t, "is placed"):
		state.PlaceTask(tx, taskARN, state.Placement{Host: rapid.SampledFrom(someHosts).Draw(t, "host")}, now)
	case rapid.Bool().Draw(t, "shall stop"):
		state.StopTask(tx, taskARN, state.Stop{At: now})
		state.EndWaiting(tx, taskARN, now)
	case !old.Waits():
		status := old.Status.Clone()
		status.LastStatus = rapid.SampledFrom([]string{state.Running, state.Stopped}).Draw(t, "status")
		if status.LastStatus == state.Stopped {
			status.StoppedAt = now
		}
		_ = state.PutTaskStatus(tx, taskARN, state.TaskStep{Status: status, At: now}) // an ended one does not go back
	}
}

func compareUsage(t *rapid.T, tx *store.Tx) {
	placed := 0
	for _, task := range state.AllTasks(tx) {
		if !task.Ended() && !task.Waits() {
			placed++
		}
	}
	if got := state.PlacedTasks(tx); got != placed {
		t.Fatalf("%d tasks are counted that have a place, there are %d", got, placed)
	}
	for _, host := range someHosts {
		want := engineroom.Usage{Engine: host}
		for _, task := range state.AllTasks(tx) {
			if host == "" || task.Placement.Host != host || task.Ended() {
				continue
			}
			load, cpu, memory := &want.Fargate, 0, 0
			if r := task.Spec.Reserved; r != nil {
				load, cpu, memory = &want.OnInstances, r.CPU, r.Memory
			} else if _, err := fmt.Sscan(task.Spec.CPU, &cpu); err != nil {
				t.Fatal(err)
			} else if _, err := fmt.Sscan(task.Spec.Memory, &memory); err != nil {
				t.Fatal(err)
			}
			load.Tasks, load.CPU, load.Memory = load.Tasks+1, load.CPU+cpu, load.Memory+memory
		}
		if got := engineroom.Of(tx, host); got != want {
			t.Fatalf("engine %q is counted as %+v, its tasks are %+v", host, got, want)
		}
	}
}
