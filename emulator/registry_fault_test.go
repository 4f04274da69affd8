package emulator_test

import (
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// What an engine asks the registry for counts as the calls of Amazon ECR that it stands for: for faults, and in the metrics.
func TestRequestsToTheRegistryAreCalls(t *testing.T) {
	w := startImages(t, emulator.Options{})
	image := w.image(1 << 10)
	id, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.APIThrottle, API: "ecr", Operation: "PutImage"})
	w.must(err)
	if err := crane.Push(image, w.ref("v1"), w.login()); err == nil || !strings.Contains(err.Error(), "TOOMANYREQUESTS: Rate exceeded") {
		t.Errorf("a push that is throttled: %v", err)
	}
	w.srv.Faults().Clear(id)
	w.must(crane.Push(image, w.ref("v1"), w.login()))
	for _, status := range []string{"429", "201"} {
		begins := `ecs_emulator_requests_total{operation="PutImage",service="ecr",status="` + status + `"}`
		if got := w.metric(begins); got != begins+" 1" {
			t.Errorf("of %s the metrics have %q", status, got)
		}
	}
}
