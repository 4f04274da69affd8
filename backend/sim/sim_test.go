package sim_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// world is an engine with one running sandbox. Its methods are assertions.
type world struct {
	*testing.T
	*sim.Engine
	sandbox string
}

func newWorld(t *testing.T, opts sim.Options) *world {
	t.Helper()
	opts.Images = append(opts.Images, "app")
	w := &world{T: t, Engine: sim.New(opts)}
	if _, err := w.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"}); err != nil {
		t.Fatal(err)
	}
	w.sandbox = w.newSandbox()
	return w
}

func (w *world) newSandbox() string {
	w.Helper()
	c, err := w.CreateSandbox(w.Context(), backend.SandboxSpec{Network: "vpc", Domain: "ec2.internal"})
	if err != nil {
		w.Fatal(err)
	}
	if err := w.Start(w.Context(), c.ID); err != nil {
		w.Fatal(err)
	}
	return c.ID
}

func (w *world) create(spec backend.ContainerSpec) string {
	w.Helper()
	if spec.Sandbox == "" {
		spec.Sandbox = w.sandbox
	}
	if spec.Image == "" {
		spec.Image = "app"
	}
	if err := w.Pull(w.Context(), backend.PullSpec{Ref: spec.Image}); err != nil {
		w.Fatal(err)
	}
	id, err := w.Create(w.Context(), spec)
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) run(spec backend.ContainerSpec) string {
	w.Helper()
	id := w.create(spec)
	if err := w.Start(w.Context(), id); err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) command(words ...string) string {
	w.Helper()
	return w.run(backend.ContainerSpec{Command: words})
}

// labelled runs a container with labels in pairs, of which each key lacks the prefix.
func (w *world) labelled(pairs ...string) string {
	w.Helper()
	return w.run(backend.ContainerSpec{Labels: labels(pairs...)})
}

func labels(pairs ...string) map[string]string {
	labels := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		labels[sim.LabelPrefix+pairs[i]] = pairs[i+1]
	}
	return labels
}

func (w *world) inspect(id string) backend.Container {
	w.Helper()
	c, err := w.Inspect(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

func (w *world) expectRunning(id string) {
	w.Helper()
	if c := w.inspect(id); c.State != backend.Running {
		w.Errorf("container is %s with code %d, want running", c.State, c.ExitCode)
	}
}

func (w *world) expectExited(id string, code int) {
	w.Helper()
	if c := w.inspect(id); c.State != backend.Exited || c.ExitCode != code {
		w.Errorf("container is %s with code %d, want exited with %d", c.State, c.ExitCode, code)
	}
}

func (w *world) expectHealth(id string, want backend.Health) {
	w.Helper()
	if c := w.inspect(id); c.Health != want {
		w.Errorf("health is %q, want %q", c.Health, want)
	}
}

// output is the log; lines of stderr begin with "! ".
func (w *world) output(id string) []string {
	w.Helper()
	var lines []string
	err := w.Logs(w.Context(), id, backend.LogOptions{Write: func(_ time.Time, stderr bool, line string) error {
		if stderr {
			line = "! " + line
		}
		lines = append(lines, line)
		return nil
	}})
	if err != nil {
		w.Fatal(err)
	}
	return lines
}

func (w *world) expectOutput(id string, want ...string) {
	w.Helper()
	if got := w.output(id); !slices.Equal(got, want) {
		w.Errorf("output %q, want %q", got, want)
	}
}

// client talks to a port of a sandbox.
func (w *world) client(sandbox string, port int) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return w.Dial(ctx, "tcp", sandbox, port) },
	}}
}

func (w *world) get(port int) string {
	w.Helper()
	client := w.client(w.sandbox, port)
	defer client.CloseIdleConnections()
	response, err := client.Get("http://task/")
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		w.Fatal(err)
	}
	return string(body)
}
