package emulator_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// A test learns why a service is not as it should be, down to the cause of its tasks.
func TestWhy(t *testing.T) {
	inBubble(t, func(w stableWorld) {
		if r, err := w.srv.Why(""); err != nil || !r.AsWanted || len(r.Answers) > 0 {
			t.Errorf("of an emulator without anything: %+v, %v", r, err)
		}
		fault, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.StartFault, Error: "no space left on device"})
		if err != nil {
			t.Fatal(err)
		}
		arn := w.create(w.register("sleep", "300"), types.LaunchTypeFargate)
		if err := w.srv.WaitStable(w.Context(), "", "web"); err == nil {
			t.Fatal("a service is stable whose tasks do not start")
		}
		for _, ref := range []string{arn, "web", "default/web"} {
			r, err := w.srv.Why(ref)
			if err != nil || r.AsWanted || r.Of != arn || r.Kind != "service" || len(r.Answers) == 0 {
				t.Fatalf("%s: %+v, %v", ref, r, err)
			}
			a := r.Answers[0]
			if a.Cause != "breaker-rollback" || a.At.IsZero() || a.Next == "" || len(a.Evidence) == 0 || len(a.Because) == 0 {
				t.Errorf("%s: %+v", ref, a)
			}
			if root := a.Because[0]; root.Kind != "task" || !strings.Contains(root.Sentence, "fault "+fault) || !strings.Contains(root.Sentence, "stopped at ") {
				t.Errorf("%s is because of %+v", ref, root)
			}
		}
		if r, err := w.srv.Why(""); err != nil || r.AsWanted || len(r.Answers) == 0 || r.Answers[0].Of == "" {
			t.Errorf("of all: %+v, %v", r, err)
		}
		if _, err := w.srv.Why("wep"); err == nil || !strings.Contains(err.Error(), "there is no service, daemon, task or container instance wep; services: default/web") {
			t.Errorf("of nothing: %v", err)
		}
	})
}
