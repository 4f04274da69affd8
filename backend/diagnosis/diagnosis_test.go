package diagnosis_test

import (
	"encoding/json"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

func TestTheWorstCheckIsTheStatus(t *testing.T) {
	ok, degraded, broken := diagnosis.Check{Name: "dns", Status: diagnosis.OK}, diagnosis.Check{Name: "cgroup", Status: diagnosis.Degraded}, diagnosis.Check{Name: "engine", Status: diagnosis.Broken}
	for _, c := range []struct {
		checks []diagnosis.Check
		want   diagnosis.Status
	}{
		{nil, diagnosis.OK},
		{[]diagnosis.Check{ok, ok}, diagnosis.OK},
		{[]diagnosis.Check{degraded, ok}, diagnosis.Degraded},
		{[]diagnosis.Check{ok, broken, degraded}, diagnosis.Broken},
	} {
		if got := diagnosis.Of(c.checks).Status; got != c.want {
			t.Errorf("of %v: %s, want %s", c.checks, got, c.want)
		}
	}
}

func TestAReportAsJSON(t *testing.T) {
	text, err := json.Marshal(diagnosis.Of([]diagnosis.Check{{Name: "disk", Status: diagnosis.Broken, Text: "full", Next: "make room"}}))
	if want := `{"status":"broken","checks":[{"name":"disk","status":"broken","text":"full","next":"make room"}]}`; err != nil || string(text) != want {
		t.Errorf("%s, %v; want %s", text, err, want)
	}
}
