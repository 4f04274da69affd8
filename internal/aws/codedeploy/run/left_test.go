package run_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
)

// A task set that a deployment has left without rollback goes before the next one makes its own, and gives its traffic back before.
func TestWhatADeploymentHasLeft(t *testing.T) {
	for name, has := range map[string]int32{"a tenth of the traffic": 10, "all traffic": 100} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			first := w.deploy(all(canary, testListener))
			w.advance(map[int32]time.Duration{10: time.Minute, 100: 6 * time.Minute}[has])
			first.Stop = &codedeploy.Stop{At: w.now}
			w.settle()
			wantWeights(t, w, live, "", map[string]int32{greenGroup: has, blueGroup: 100 - has})
			if len(w.sets) != 2 {
				t.Fatalf("%s leaves %d task sets", ended(w, first), len(w.sets))
			}

			second := w.deploy(canary)
			for w.set(w.runs[first.ID].Green.ID).status == "ACTIVE" {
				w.rest()
				w.decide(second)
			}
			wantWeights(t, w, live, "", map[string]int32{greenGroup: 0, blueGroup: 100})
			w.settle()
			if got := w.runs[second.ID]; ended(w, second) != "Succeeded" || len(w.sets) != 1 || w.sets[0].id != got.Green.ID {
				t.Errorf("it ends as %s with %d task sets", ended(w, second), len(w.sets))
			}
		})
	}
}

// Traffic is not given back to a task set without tasks: the next deployment waits for them.
func TestWhatIsLeftServesMeanwhile(t *testing.T) {
	w := newWorld(t)
	first := w.deploy(canary)
	w.advance(time.Minute)
	first.Stop = &codedeploy.Stop{At: w.now}
	w.settle()
	second := w.deploy(canary)
	w.set(originalSet).running = 0
	w.pass()
	wantWeights(t, w, live, "", map[string]int32{greenGroup: 10, blueGroup: 90})
	w.advance(time.Second)
	if w.settle(); ended(w, second) != "Succeeded" {
		t.Errorf("it ends as %s", ended(w, second))
	}
}
