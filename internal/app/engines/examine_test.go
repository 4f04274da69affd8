package engines

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor/examination"
)

// examined are the checks of engines, none of which is there, as they were told.
func examined(t *testing.T, only []string, all ...Choice) (told []diagnosis.Check) {
	t.Helper()
	report := Examine(t.Context(), examination.Options{
		Only: only, Listen: "127.0.0.1:0", Endpoint: "http://127.0.0.1:1", Answer: func(context.Context) doctor.Answer { return doctor.Answer{} },
		Tell: func(c diagnosis.Check) { told = append(told, c) },
	}, all, "")
	if !slices.Equal(told, report.Checks) {
		t.Errorf("told %v, reported %v", told, report.Checks)
	}
	return told
}

func away(name string) Choice {
	return Choice{Place: Place{Name: name, Kind: Docker, Host: "unix:///" + name + ".sock"}}
}

func TestEachOfSeveralEnginesIsExamined(t *testing.T) {
	texts := map[string]string{}
	for _, c := range examined(t, []string{"engine", "clock", "environment"}, away("a"), away("b")) {
		texts[c.Name] = c.Text
	}
	for _, name := range []string{"a", "b"} {
		if text := texts["engine of "+name]; !strings.Contains(text, "/"+name+".sock") {
			t.Errorf("engine of %s: %q, of %v", name, text, texts)
		}
		if _, has := texts["clock of "+name]; !has {
			t.Errorf("the clock of %s is not checked: %v", name, texts)
		}
	}
	if _, has := texts["environment"]; !has || len(texts) != 5 {
		t.Errorf("checks %v", texts)
	}
	if got := examined(t, []string{"environment"}, away("a"), away("b")); len(got) != 1 || got[0].Name != "environment" {
		t.Errorf("checks %v", got)
	}
}

func TestTheChecksOfOneEngineHaveNoName(t *testing.T) {
	if got := examined(t, []string{"engine"}, away("a")); len(got) != 1 || got[0].Name != "engine" {
		t.Errorf("checks %v", got)
	}
	sim := Choice{Place: Place{Name: "a", Kind: Sim}}
	if got := examined(t, []string{"engine"}, sim, sim); len(got) != 1 || got[0].Name != "engine" {
		t.Errorf("checks %v", got)
	}
}
