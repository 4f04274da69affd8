package docker_test

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/cli/cli/config"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

func TestPullWithLogin(t *testing.T) {
	engine := dockertest.Engine(t)
	r := dockertest.NewRegistry(t, "me", "secret")
	before := config.Dir()
	t.Cleanup(func() { config.SetDir(before) })
	config.SetDir(t.TempDir())

	err := engine.Pull(t.Context(), backend.PullSpec{Ref: r.Image(t)})
	if err == nil {
		t.Error("pull without a login: want a refusal")
	}
	given := r.Image(t)
	if err := engine.Pull(t.Context(), backend.PullSpec{Ref: given, Auth: &backend.RegistryAuth{Username: "me", Password: "secret"}}); err != nil {
		t.Errorf("pull with the login given: %v", err)
	}
	if found, err := engine.Image(t.Context(), given, ""); err != nil || len(found.Digests) != 1 || !strings.HasSuffix(found.Digests[0], r.Digest()) {
		t.Errorf("Image = %+v, %v; want the digest %s", found, err, r.Digest())
	} else if !slices.Contains(found.Env, "AWS_REGION=mars") {
		t.Errorf("the image has the environment %q", found.Env)
	}

	login := []byte(`{"auths":{"` + r.Host + `":{"auth":"bWU6c2VjcmV0"}}}`)
	if err := os.WriteFile(filepath.Join(config.Dir(), "config.json"), login, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := engine.Pull(t.Context(), backend.PullSpec{Ref: r.Image(t)}); err != nil {
		t.Errorf("pull with the user's own login: %v", err)
	}
}

func TestPullWithoutCredentialHelperIsAnonymous(t *testing.T) {
	before := config.Dir()
	t.Cleanup(func() { config.SetDir(before) })
	config.SetDir(t.TempDir())
	if err := os.WriteFile(filepath.Join(config.Dir(), "config.json"), []byte(`{"credsStore":"not-installed"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	engine := fakeEngine{"POST /images/create": func(w http.ResponseWriter, r *http.Request) {
		if auth, err := base64.URLEncoding.DecodeString(r.Header.Get("X-Registry-Auth")); err != nil || string(auth) != "{}" {
			http.Error(w, "login "+string(auth), http.StatusUnauthorized)
		}
	}}.open(t, docker.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	for range 2 {
		if err := engine.Pull(t.Context(), backend.PullSpec{Ref: "example.com/app"}); err != nil {
			t.Error(err)
		}
	}
	if said := strings.Count(log.String(), "docker-credential-not-installed"); said != 1 {
		t.Errorf("it says so %d times: %s", said, &log)
	}
}

func TestPullThatMakesNoProgressEnds(t *testing.T) {
	engine := fakeEngine{"POST /images/create": func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"status":"Downloading"}`))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}}.open(t, docker.Options{})
	err := engine.PullWithin(t.Context(), backend.PullSpec{Ref: "app"}, 100*time.Millisecond)
	if err == nil || err.Error() != "no progress for 100ms" {
		t.Errorf("Pull = %v; want that it makes no progress", err)
	}
}

// From API 1.49 on the engine tells of one platform of a name; the id stays that of the name.
func TestImageForAPlatform(t *testing.T) {
	for version, want := range map[string]string{"1.41": "amd64", "1.48": "amd64", "1.49": "arm64"} {
		engine := fakeEngine{
			"HEAD /_ping": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Api-Version", version) },
			"GET /images/app/json": func(w http.ResponseWriter, r *http.Request) {
				switch asked := r.URL.Query().Get("platform"); {
				case asked == "":
					says(http.StatusOK, `{"Id":"sha256:name","Os":"linux","Architecture":"amd64"}`)(w, r)
				case strings.Contains(asked, "arm64"):
					says(http.StatusOK, `{"Id":"sha256:one","Os":"linux","Architecture":"arm64"}`)(w, r)
				default:
					says(http.StatusNotFound, `{"message":"image with reference app was found but does not provide the specified platform"}`)(w, r)
				}
			},
		}.open(t, docker.Options{})
		for platform, want := range map[string]string{"": "amd64", "linux/amd64": "amd64", "linux/s390x": "amd64", "linux/arm64": want} {
			if found, err := engine.Image(t.Context(), "app", platform); err != nil || found.Architecture != want || found.ID != "sha256:name" {
				t.Errorf("API %s, for %q: %+v, %v; want %s", version, platform, found, err, want)
			}
		}
	}
}
