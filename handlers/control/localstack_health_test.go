package control_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

func TestScriptsWaitAtLocalStacksHealth(t *testing.T) {
	ready := control.Engine{Status: control.EngineReady}
	engine, logs := ready, control.State{Status: control.StateReady}
	s := start(t, control.Options{
		Services:  []string{"ecs", "elasticloadbalancing", "logs"},
		Elsewhere: func(*http.Request) map[string]string { return map[string]string{"s3": "available", "ecs": "disabled"} },
		Engine:    asked(&engine), LogEvents: func() control.State { return logs },
	})
	for _, c := range []struct {
		name   string
		engine control.Engine
		logs   control.StateStatus
		status int
		want   []string // as scripts look for it with grep
	}{
		{"ready", ready, control.StateReady, 200, []string{`"ecs": "running"`, `"elbv2": "running"`, `"logs": "running"`, `"s3": "available"`, `"edition": "ecs-emulator"`, `"version": "1.2.3"`}},
		{"no engine", control.Engine{Status: control.EngineUnavailable}, control.StateReady, 503, []string{`"ecs": "error"`, `"elbv2": "running"`}},
		{"no network", control.Engine{Status: control.EngineReady, NetworkError: "no free /16"}, control.StateReady, 503, []string{`"ecs": "error"`, `"elbv2": "running"`}},
		{"no log events", ready, control.StateUnwritable, 503, []string{`"ecs": "running"`, `"logs": "error"`}},
	} {
		engine, logs.Status = c.engine, c.logs
		answer, err := s.Client().Get(s.URL + control.LocalStackHealth)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != c.status {
			t.Errorf("%s: got %d %v", c.name, answer.StatusCode, err)
		}
		for _, want := range c.want {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: %s has no %s", c.name, text, want)
			}
		}
	}
	answer, err := s.Client().Post(s.URL+control.LocalStackHealth, "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a restart: got %d", answer.StatusCode)
	}
}
