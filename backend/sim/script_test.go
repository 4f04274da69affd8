package sim_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

func TestLabelsScriptAContainer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		runFor := w.labelled("run-for", "5s", "exit-code", "3")
		seconds := w.labelled("run-for", "5")
		atOnce := w.labelled("exit-code", "1")
		memory := w.labelled("oom", "true", "run-for", "5s")
		logs := w.labelled("logs", `one\ntwo`+"\nthree")
		still := w.labelled("oom", "false", "ignore-term", "false")

		w.expectExited(atOnce, 1)
		w.expectOutput(logs, "one", "two", "three")
		time.Sleep(5*time.Second - 1)
		w.expectRunning(runFor)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		w.expectExited(runFor, 3)
		w.expectExited(seconds, 0)
		w.expectExited(memory, 137)
		w.expectRunning(logs)
		w.expectRunning(still)
		if !w.inspect(memory).OOMKilled || w.inspect(runFor).OOMKilled {
			t.Error("OOMKilled is not where it belongs")
		}
		c := w.inspect(runFor)
		if got := c.ExitedAt.Sub(c.StartedAt); got != 5*time.Second {
			t.Errorf("ran for %v, want 5s", got)
		}
	})
}

func TestStartLabels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		begin := time.Now()
		w.labelled("start-delay", "3s")
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("Start took %v, want 3s", took)
		}
		broken := w.create(backend.ContainerSpec{Labels: labels("start-error", "no space left on device")})
		if err := w.Start(t.Context(), broken); err == nil || err.Error() != "no space left on device" {
			t.Errorf("Start: %v", err)
		}
		if c := w.inspect(broken); c.State != backend.Created || c.Error != "no space left on device" {
			t.Errorf("after a failed start: %+v", c)
		}
	})
}

func TestStopDuringASlowStartWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		slow := w.create(backend.ContainerSpec{Labels: labels("start-delay", "10s")})
		gone := w.create(backend.ContainerSpec{Labels: labels("start-delay", "10s")})
		errs := make(chan error, 3)
		for _, id := range []string{slow, slow, gone} {
			go func() { errs <- w.Start(t.Context(), id) }()
		}
		synctest.Wait()
		if err := w.Remove(t.Context(), gone); err != nil {
			t.Error(err)
		}
		if err := w.Stop(t.Context(), slow, time.Second); err != nil {
			t.Error(err)
		}
		w.expectExited(slow, 0)
		failed := 0
		for range 3 {
			if err := <-errs; err != nil {
				failed++
			}
		}
		if failed != 1 {
			t.Errorf("%d starts failed, want that of the removed container only", failed)
		}
	})
}

func TestStopLabels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		for _, test := range []struct {
			labels []string
			took   time.Duration
			code   int
		}{
			{nil, 0, 0},
			{[]string{"stop-code", "143"}, 0, 143},
			{[]string{"stop-delay", "4s", "stop-code", "5"}, 4 * time.Second, 5},
			{[]string{"stop-delay", "1m"}, 10 * time.Second, 137},
			{[]string{"ignore-term", "true"}, 10 * time.Second, 137},
		} {
			id := w.labelled(test.labels...)
			begin := time.Now()
			if err := w.Stop(t.Context(), id, 10*time.Second); err != nil {
				t.Error(err)
			}
			if took := time.Since(begin); took != test.took {
				t.Errorf("%v: Stop took %v, want %v", test.labels, took, test.took)
			}
			w.expectExited(id, test.code)
		}
	})
}

func TestCreateRefusesLabelsThatMakeNoSense(t *testing.T) {
	w := newWorld(t, sim.Options{})
	for _, test := range [][2]string{
		{"run-for", "soon"}, {"run-for", "-1s"}, {"exit-code", "one"}, {"oom", "maybe"},
		{"http-port", "80"}, {"runs-for", "1s"},
	} {
		_, err := w.Create(t.Context(), backend.ContainerSpec{Image: "app", Sandbox: w.sandbox, Labels: labels(test[0], test[1])})
		if err == nil || !strings.Contains(err.Error(), sim.LabelPrefix+test[0]) {
			t.Errorf("Create with label %v: %v, want one that names it", test, err)
		}
	}
	_, err := w.Create(t.Context(), backend.ContainerSpec{Image: "app", Sandbox: w.sandbox, Labels: labels("http", "x", "http-port", "99999")})
	if err == nil {
		t.Error("Create with a port beyond 65535 succeeded")
	}
}

func TestScriptsOverrideLabelsOverrideCommandsOverrideImages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{Scripts: []sim.Rule{
			{Image: "*/team/*:v?", Script: sim.Script{StopCode: 9, Exit: &sim.Exit{After: -1}}},
		}})
		w.expectExited(w.run(backend.ContainerSpec{Image: "sim/exit:4"}), 4)
		w.expectExited(w.run(backend.ContainerSpec{Image: "sim/exit:4", Command: []string{"exit", "5"}}), 5)
		w.expectExited(w.run(backend.ContainerSpec{
			Image: "sim/exit:4", Command: []string{"exit", "5"}, Labels: labels("exit-code", "6")}), 6)
		w.Script("sim/exit", sim.Script{Exit: &sim.Exit{Code: 7}})
		all := w.run(backend.ContainerSpec{
			Image: "sim/exit:4", Command: []string{"exit", "5"}, Labels: labels("exit-code", "6")})
		w.expectExited(all, 7)
		w.Script("sim/*", sim.Script{Exit: &sim.Exit{Code: 8}})
		if err := w.Start(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		w.expectExited(all, 8)

		ruled := w.run(backend.ContainerSpec{Image: "example.com/team/api:v1", Command: []string{"sleep", "1"}})
		time.Sleep(time.Hour)
		w.expectRunning(ruled)
		if err := w.Stop(t.Context(), ruled, time.Second); err != nil {
			t.Fatal(err)
		}
		w.expectExited(ruled, 9)
	})
}

func TestTheDefaultScriptIsForWhatNothingElseSays(t *testing.T) {
	w := newWorld(t, sim.Options{Default: sim.Script{Serve: []sim.Server{{Body: "any"}}}})
	w.run(backend.ContainerSpec{Command: []string{"java", "-jar", "app.jar"}})
	if got := w.get(8443); got != "any" {
		t.Errorf("the default script answers %q", got)
	}
	w.sandbox = w.newSandbox()
	w.command("sleep", "60")
	if got := w.get(8443); !strings.Contains(got, "connection refused") {
		t.Errorf("a sleeping container answers %q", got)
	}
}

func TestAnUnknownImageServesThePortsThatItsDefinitionMaps(t *testing.T) {
	w := newWorld(t, sim.Options{})
	shop := backend.ContainerSpec{Image: "ghcr.io/acme/shop:1", Command: []string{"npm", "start"}, Ports: []int{8080, 9090}}
	w.run(shop)
	for _, port := range []int{8080, 9090} {
		if got := w.get(port); !strings.Contains(got, "ghcr.io/acme/shop:1") {
			t.Errorf("port %d answers %q", port, got)
		}
	}
	if got := w.get(80); !strings.Contains(got, "connection refused") {
		t.Errorf("a port that is not mapped answers %q", got)
	}
	// A label, a command that is known, or an image that is known says otherwise.
	silent := shop
	silent.Labels = labels("no-http", "true")
	known := shop
	known.Command = []string{"sleep", "60"}
	nginx := backend.ContainerSpec{Image: "nginx", Ports: []int{8080}}
	for _, spec := range []backend.ContainerSpec{silent, known, nginx} {
		w.sandbox = w.newSandbox()
		w.run(spec)
		if got := w.get(8080); !strings.Contains(got, "connection refused") {
			t.Errorf("%s %v %v answers %q", spec.Image, spec.Command, spec.Labels, got)
		}
	}
}

func TestARuleMatchesNamesAsWrittenAndInShort(t *testing.T) {
	w := newWorld(t, sim.Options{Scripts: []sim.Rule{{Image: "nginx", Script: sim.Script{Exit: &sim.Exit{Code: 42}}}}})
	for _, image := range []string{"nginx", "nginx:1.29", "docker.io/library/nginx:latest"} {
		w.expectExited(w.run(backend.ContainerSpec{Image: image}), 42)
	}
	w.expectRunning(w.run(backend.ContainerSpec{Image: "example.com/nginx"}))
}

func TestLogsOfAScriptComeAtTheirTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{Scripts: []sim.Rule{{Image: "app", Script: sim.Script{
			Logs: []sim.Line{{After: 2 * time.Second, Text: "later", Stderr: true}, {Text: "first"}, {After: time.Hour, Text: "never"}},
			Exit: &sim.Exit{After: 3 * time.Second},
		}}}})
		id := w.run(backend.ContainerSpec{})
		w.expectOutput(id, "first")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		w.expectOutput(id, "first", "! later")
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		w.expectOutput(id, "first", "! later")
		w.expectExited(id, 0)
	})
}
