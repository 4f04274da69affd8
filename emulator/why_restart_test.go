package emulator_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// TestAnswersOutliveAKill: what ended tasks is told as before by the next run, but that a fault is over.
func TestAnswersOutliveAKill(t *testing.T) {
	t.Parallel()
	engine, dir := sim.New(sim.Options{}), t.TempDir()
	opts := emulator.Options{Backend: engine, DataDir: dir}
	w := start(t, opts)
	id, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.CrashFault, Family: "crash"})
	w.must(err)
	crashes := w.runTask(w.definition("crash", command("sleep", "3600")))
	w.untilStoppedTask(crashes)
	start, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.StartFault, Family: "start"})
	w.must(err)
	starts := w.runTask(w.definition("start", command("sleep", "3600")))
	w.untilStoppedTask(starts)
	stops := w.runTask(w.definition("cause", command("sleep", "3600")))
	w.untilRunning(stops)
	_, err = w.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: &stops, Reason: aws.String("enough")})
	w.must(err)
	w.untilStoppedTask(stops)
	missing := w.runTask(w.definition("cause", image("shop/app:missing")))
	w.untilStoppedTask(missing)
	w.expectCauses(crashes, wanted{why.Fault, []string{", by fault " + id + " (crash"}, "faults clear " + id + " ends it."})
	said := func() (text string) {
		for _, a := range append(w.causes(stops), w.causes(missing)...) {
			text += a.Sentence + " " + a.Next + "\n"
		}
		return text
	}
	before := said()

	w = w.crash(dir, opts)
	w.expectCauses(crashes, wanted{why.Fault, []string{", by fault " + id + " (crash"}, "is over"})
	w.expectCauses(starts, wanted{why.Fault, []string{"container app cannot start: ", ", by fault " + start + " (start"}, "is over"})
	if after := said(); after != before {
		t.Errorf("%sbefore: %s", after, before)
	}
}
