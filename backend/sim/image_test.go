package sim_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

func TestPulledImagesHaveADigestOfTheirReference(t *testing.T) {
	digest := func(t *testing.T, e *sim.Engine, ref string) string {
		t.Helper()
		if err := e.Pull(t.Context(), backend.PullSpec{Ref: ref}); err != nil {
			t.Fatal(err)
		}
		image, err := e.Image(t.Context(), ref, "")
		if err != nil || len(image.Digests) != 1 {
			t.Fatalf("Image(%s): %+v, %v", ref, image, err)
		}
		return image.Digests[0]
	}
	one, two := sim.New(sim.Options{}), sim.New(sim.Options{})
	nginx := digest(t, one, "nginx")
	if !strings.HasPrefix(nginx, "nginx@sha256:") || len(nginx) != len("nginx@sha256:")+64 {
		t.Errorf("digest %q", nginx)
	}
	for _, same := range []string{"nginx", "nginx:latest", "docker.io/library/nginx:latest"} {
		if got := digest(t, two, same); got != nginx {
			t.Errorf("%s has digest %q, want %q", same, got, nginx)
		}
	}
	if got := digest(t, two, "nginx:1.29"); got == nginx {
		t.Error("two tags have one digest")
	}
	byDigest := "registry.example.com:5000/web:v2@sha256:" + strings.Repeat("ab", 32)
	if got, want := digest(t, one, byDigest), "registry.example.com:5000/web@sha256:"+strings.Repeat("ab", 32); got != want {
		t.Errorf("digest %q, want %q", got, want)
	}
}

func TestImagesOfOptionsAreLocalWithoutDigest(t *testing.T) {
	e := sim.New(sim.Options{Images: []string{"built/here:1"}})
	image, err := e.Image(t.Context(), "built/here:1", "")
	if err != nil || len(image.Digests) != 0 {
		t.Errorf("Image: %+v, %v", image, err)
	}
}

func TestPullOfAPlatform(t *testing.T) {
	e := sim.New(sim.Options{})
	if err := e.Pull(t.Context(), backend.PullSpec{Ref: "web", Platform: "linux/arm64/v8"}); err != nil {
		t.Fatal(err)
	}
	if image, err := e.Image(t.Context(), "web", ""); err != nil || image.OS != "linux" || image.Architecture != "arm64" {
		t.Errorf("Image: %+v, %v", image, err)
	}
}

func TestImagesAreForTheArchitectureOfTheEngine(t *testing.T) {
	e := sim.New(sim.Options{ID: "b", Architecture: "arm64", CPUs: 4, Memory: 8 << 30, Images: []string{"app"}})
	if info, err := e.Info(t.Context()); err != nil || info.ID != "b" || info.Architecture != "arm64" || info.CPUs != 4 || info.Memory != 8<<30 {
		t.Errorf("Info: %+v, %v", info, err)
	}
	if err := e.Pull(t.Context(), backend.PullSpec{Ref: "web"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"app", "web"} {
		if image, err := e.Image(t.Context(), name, ""); err != nil || image.Architecture != "arm64" {
			t.Errorf("Image: %+v, %v", image, err)
		}
	}
}

func TestPullErrorsAreInDockersWords(t *testing.T) {
	e := sim.New(sim.Options{Scripts: []sim.Rule{{Image: "limited/*", Script: sim.Script{PullError: "toomanyrequests"}}}})
	for ref, want := range map[string]string{
		"missing/app":       "Error response from daemon: pull access denied for missing/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
		"web:missing":       "Error response from daemon: manifest for web:missing not found: manifest unknown: manifest unknown",
		"limited/app":       "toomanyrequests",
		"Web":               "Error response from daemon: invalid reference format: repository name (Web) must be lowercase",
		"":                  "Error response from daemon: invalid reference format",
		"web:":              "Error response from daemon: invalid reference format",
		"web@md5:1":         "Error response from daemon: invalid reference format",
		"web 1":             "Error response from daemon: invalid reference format",
		"example.com/team/": "Error response from daemon: invalid reference format",
	} {
		if err := e.Pull(t.Context(), backend.PullSpec{Ref: ref}); err == nil || err.Error() != want {
			t.Errorf("Pull(%q): %v, want %s", ref, err, want)
		}
	}
	_, err := e.Image(t.Context(), "absent", "")
	if !errors.Is(err, backend.ErrNotFound) || err.Error() != "Error response from daemon: No such image: absent" {
		t.Errorf("Image: %v", err)
	}
}

func TestPullDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sim.New(sim.Options{})
		e.Script("big", sim.Script{PullDelay: time.Minute})
		begin := time.Now()
		if err := e.Pull(t.Context(), backend.PullSpec{Ref: "big"}); err != nil || time.Since(begin) != time.Minute {
			t.Errorf("Pull: %v after %v, want 1m", err, time.Since(begin))
		}
	})
}

func TestImageNamesScriptAContainer(t *testing.T) {
	w := newWorld(t, sim.Options{})
	w.run(backend.ContainerSpec{Image: "example.com/team/nginx:1.29"})
	if got := w.get(80); got != "Welcome to nginx!\n" {
		t.Errorf("nginx answers %q", got)
	}
	w.expectExited(w.run(backend.ContainerSpec{Image: "hello-world"}), 0)
	w.expectExited(w.run(backend.ContainerSpec{Image: "sim/true"}), 0)
	w.run(backend.ContainerSpec{Image: "sim/serve:8080"})
	if got := w.get(8080); got != "ok" {
		t.Errorf("sim/serve answers %q", got)
	}
	// A command says more than a name.
	w.sandbox = w.newSandbox()
	w.run(backend.ContainerSpec{Image: "nginx", Command: []string{"sleep", "60"}})
	if got := w.get(80); !strings.Contains(got, "connection refused") {
		t.Errorf("nginx that sleeps answers %q", got)
	}
}

// A digest beside a tag keeps no rule from an image.
func TestRulesHoldForATagWithADigest(t *testing.T) {
	e := sim.New(sim.Options{Scripts: []sim.Rule{{Image: "app:1", Script: sim.Script{PullError: "toomanyrequests"}}}})
	pull := func(ref string) error { return e.Pull(t.Context(), backend.PullSpec{Ref: ref}) }
	if err := pull("app:1@sha256:" + strings.Repeat("ab", 32)); err == nil || err.Error() != "toomanyrequests" {
		t.Errorf("pull by tag and digest: %v", err)
	}
	if err := pull("app@sha256:" + strings.Repeat("ab", 32)); err != nil {
		t.Errorf("pull by digest: %v", err)
	}
}
