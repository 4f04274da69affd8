package backendtest

import (
	"fmt"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var healthCases = []testCase{
	{"HealthGoesFromStartingToHealthy", testHealthy},
	{"HealthGoesToUnhealthyAfterItsRetries", testUnhealthy},
	{"WithoutHealthCheckThereIsNoHealth", testNoHealth},
}

func (s *env) check(url string) *backend.HealthCheck {
	return &backend.HealthCheck{
		Test:     []string{"CMD", s.AppPath, "check", url},
		Interval: 300 * time.Millisecond,
		Timeout:  scene.Grace,
		Retries:  2,
	}
}

func healthOf(events []backend.Event) []backend.Health {
	var health []backend.Health
	for _, event := range events {
		if event.Kind == backend.HealthChanged {
			health = append(health, event.Health)
		}
	}
	return health
}

// awaitHealth waits until the health is as wanted, to the event and to Inspect.
func (s *env) awaitHealth(id string, want backend.Health) []backend.Health {
	s.Helper()
	events := s.Recorder.AwaitOf(s.T, id, "health "+string(want), func(events []backend.Event) bool {
		return slices.Contains(healthOf(events), want)
	})
	s.AwaitInspect(id, string(want), func(c backend.Container) bool { return c.Health == want })
	return slices.DeleteFunc(healthOf(events), func(h backend.Health) bool { return h == backend.Starting })
}

func testHealthy(s *env) {
	sandbox, port := s.SharedSandbox(), fmt.Sprint(s.Port())
	spec := s.Spec(sandbox, "sleep", "300")
	spec.Health = s.check("http://127.0.0.1:" + port + "/")
	spec.Health.StartPeriod = time.Hour // it is starting until there is a server
	id := s.CreateFrom(spec)
	s.Start(id)
	if c := s.Inspect(id); c.Health != backend.Starting {
		s.Errorf("after Start the health is %q, want %q", c.Health, backend.Starting)
	}
	s.Serve(sandbox, port)
	if got := s.awaitHealth(id, backend.Healthy); !slices.Equal(got, []backend.Health{backend.Healthy}) {
		s.Errorf("health events %v, want healthy alone", got)
	}
}

func testUnhealthy(s *env) {
	sandbox, port := s.SharedSandbox(), fmt.Sprint(s.Port())
	server := s.Serve(sandbox, port)
	spec := s.Spec(sandbox, "sleep", "300")
	spec.Health = s.check("http://127.0.0.1:" + port + "/")
	id := s.CreateFrom(spec)
	s.Start(id)
	s.awaitHealth(id, backend.Healthy)
	s.Stop(server, scene.Grace)
	if got := s.awaitHealth(id, backend.Unhealthy); !slices.Equal(got, []backend.Health{backend.Healthy, backend.Unhealthy}) {
		s.Errorf("health events %v, want healthy, unhealthy", got)
	}
	if c := s.Inspect(id); c.State != backend.Running {
		s.Errorf("the engine stopped an unhealthy container: %+v", c)
	}
	s.Serve(sandbox, port)
	s.Recorder.AwaitOf(s.T, id, "recovery", func(events []backend.Event) bool {
		health := healthOf(events)
		return len(health) > 0 && health[len(health)-1] == backend.Healthy
	})

	never := s.Spec(sandbox, "sleep", "300")
	never.Health = s.check("http://127.0.0.1:8081/")
	id = s.CreateFrom(never)
	s.Start(id)
	if got := s.awaitHealth(id, backend.Unhealthy); !slices.Equal(got, []backend.Health{backend.Unhealthy}) {
		s.Errorf("health events %v, want unhealthy alone", got)
	}
}

func testNoHealth(s *env) {
	id := s.Launch(s.SharedSandbox(), "sleep", "300")
	if c := s.Inspect(id); c.Health != "" {
		s.Errorf("health %q without a health check", c.Health)
	}
}
