package sim_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// course is the health a container goes through, with the time of each change.
type course []struct {
	at     time.Duration
	health backend.Health
}

func TestHealthTakesItsCourse(t *testing.T) {
	const second = time.Second
	check := func(test ...string) backend.HealthCheck {
		return backend.HealthCheck{Test: test, Interval: 10 * second, Retries: 2}
	}
	slow := check("CMD", "false")
	slow.StartPeriod = 25 * second
	closedSlow := check("CMD", "/app", "check", "http://localhost:1/")
	closedSlow.StartPeriod = 25 * second
	for _, test := range []struct {
		name   string
		check  backend.HealthCheck
		labels []string
		want   course
	}{
		{"passes", check("CMD-SHELL", "curl -f http://localhost/ || exit 1"), nil,
			course{{0, backend.Starting}, {10 * second, backend.Healthy}}},
		{"with Docker's defaults", backend.HealthCheck{Test: []string{"CMD", "true"}}, nil,
			course{{0, backend.Starting}, {30 * second, backend.Healthy}}},
		{"fails with Docker's defaults", backend.HealthCheck{Test: []string{"CMD", "false"}}, nil,
			course{{0, backend.Starting}, {90 * second, backend.Unhealthy}}},
		{"fails", check("CMD-SHELL", "exit 1"), nil,
			course{{0, backend.Starting}, {20 * second, backend.Unhealthy}}},
		{"fails after its start period", slow, nil,
			course{{0, backend.Starting}, {40 * second, backend.Unhealthy}}},
		{"asks a closed port", closedSlow, nil,
			course{{0, backend.Starting}, {40 * second, backend.Unhealthy}}},
		{"asks an open port from a shell", check("CMD-SHELL", "/app check http://localhost || exit 1"), []string{"http", "x", "http-port", "80"},
			course{{0, backend.Starting}, {10 * second, backend.Healthy}}},
		{"is labelled healthy", check("CMD", "false"), []string{"healthy-after", "3s"},
			course{{0, backend.Starting}, {3 * second, backend.Healthy}}},
		{"is labelled unhealthy", check("CMD", "true"), []string{"unhealthy-after", "1m"},
			course{{0, backend.Starting}, {10 * second, backend.Healthy}, {60 * second, backend.Unhealthy}}},
		{"is labelled unhealthy early", check("CMD", "true"), []string{"unhealthy-after", "5s"},
			course{{0, backend.Starting}, {5 * second, backend.Unhealthy}}},
		{"is labelled to recover", check("CMD", "true"), []string{"unhealthy-after", "5s", "healthy-after", "1m"},
			course{{0, backend.Starting}, {5 * second, backend.Unhealthy}, {60 * second, backend.Healthy}}},
		{"is off", backend.HealthCheck{Test: []string{"NONE"}}, nil, course{{0, ""}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, sim.Options{})
				id := w.run(backend.ContainerSpec{Health: &test.check, Labels: labels(test.labels...)})
				begin := time.Now()
				for i, step := range test.want {
					if step.at > 0 {
						time.Sleep(step.at - time.Since(begin) - 1)
						synctest.Wait()
						w.expectHealth(id, test.want[i-1].health)
						time.Sleep(time.Nanosecond)
						synctest.Wait()
					}
					w.expectHealth(id, step.health)
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				w.expectHealth(id, test.want[len(test.want)-1].health)
			})
		})
	}
}

func TestHealthOfAPortFollowsItsServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		id := w.run(backend.ContainerSpec{Health: &backend.HealthCheck{
			Test: []string{"CMD", "/app", "check", "http://localhost:80/"}, Interval: time.Second, Retries: 3}})
		after := func(d time.Duration, want backend.Health) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			w.expectHealth(id, want)
		}
		server := w.command("serve", "80")
		after(time.Second, backend.Healthy)
		if err := w.Stop(t.Context(), server, 0); err != nil {
			t.Fatal(err)
		}
		after(2500*time.Millisecond, backend.Healthy)
		after(500*time.Millisecond, backend.Unhealthy)
		w.command("serve", "80")
		after(time.Second, backend.Healthy)
	})
}

func TestHealthStartsAnewWithTheContainer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		id := w.run(backend.ContainerSpec{Health: &backend.HealthCheck{Test: []string{"CMD", "true"}, Interval: 10 * time.Second}})
		time.Sleep(6 * time.Second)
		for range 2 { // each run ends before it is healthy
			if err := w.Stop(t.Context(), id, 0); err != nil {
				t.Fatal(err)
			}
			if err := w.Start(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			w.expectHealth(id, backend.Starting)
			time.Sleep(6 * time.Second)
			synctest.Wait()
			w.expectHealth(id, backend.Starting)
		}
	})
}

func TestSetHealth(t *testing.T) {
	w := newWorld(t, sim.Options{})
	checked := w.run(backend.ContainerSpec{Health: &backend.HealthCheck{Test: []string{"CMD", "true"}}})
	if err := w.SetHealth(checked, backend.Unhealthy); err != nil {
		t.Error(err)
	}
	w.expectHealth(checked, backend.Unhealthy)
	if err := w.SetHealth(w.command("serve", "80"), backend.Unhealthy); err == nil {
		t.Error("SetHealth of a container without health check succeeded")
	}
	if err := w.SetHealth("none", backend.Unhealthy); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("SetHealth of an unknown container: %v", err)
	}
}
