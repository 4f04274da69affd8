package docker_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest/userlogin"
)

// registries are the kinds of registries, by how their clients log in.
var registries = map[string]func(t *testing.T, username, password string) *dockertest.Registry{
	"Basic": dockertest.NewRegistry, "tokens": dockertest.NewTokenRegistry,
}

func TestPullWithLogin(t *testing.T) {
	engine := dockertest.Engine(t)
	userlogin.Config(t, "{}")
	for name, open := range registries {
		t.Run(name, func(t *testing.T) {
			r := open(t, "me", "secret")
			err := engine.Pull(t.Context(), backend.PullSpec{Ref: r.Image(t)})
			if err == nil {
				t.Error("pull without a login: want a refusal")
			}
			given, login := r.Image(t), &backend.RegistryAuth{Username: "me", Password: "secret"}
			if err := engine.Pull(t.Context(), backend.PullSpec{Ref: given, Auth: login}); err != nil {
				t.Errorf("pull with the login given: %v", err)
			}
			found, err := engine.Image(t.Context(), given, "")
			if err != nil || len(found.Digests) != 1 || !strings.HasSuffix(found.Digests[0], r.Digest()) {
				t.Errorf("Image = %+v, %v; want the digest %s", found, err, r.Digest())
			} else if !slices.Contains(found.Env, "AWS_REGION=mars") {
				t.Errorf("the image has the environment %q", found.Env)
			}
			login.Password = "other"
			if err := engine.Pull(t.Context(), backend.PullSpec{Ref: given, Auth: login}); err == nil {
				t.Error("pull with another password: want a refusal")
			}
		})
	}
}

func TestPullWithTheUsersOwnLogin(t *testing.T) {
	engine := dockertest.Engine(t)
	for kind, open := range registries {
		r := open(t, "me", "secret")
		for name, c := range map[string]struct{ config, username string }{
			"in the file":                   {`{"auths":{"HOST":{"auth":"bWU6c2VjcmV0"}}}`, ""},
			"of the registry's helper":      {`{"credHelpers":{"HOST":"test"},"credsStore":"not-installed"}`, "me"},
			"of the helper of all":          {`{"credsStore":"test","auths":{"HOST":{}}}`, "me"},
			"an identity token of a helper": {`{"credsStore":"test"}`, "<token>"},
			"an identity token in the file": {`{"auths":{"HOST":{"auth":"bWU6","identitytoken":"secret"}}}`, ""},
		} {
			if kind == "Basic" && strings.Contains(name, "identity token") {
				continue
			}
			t.Run(kind+", "+name, func(t *testing.T) {
				userlogin.Config(t, strings.ReplaceAll(c.config, "HOST", r.Host))
				userlogin.HelperWith(t, "test", r.Host, c.username, "secret")
				if err := engine.Pull(t.Context(), backend.PullSpec{Ref: r.Image(t)}); err != nil {
					t.Error(err)
				}
				r.SetPassword("another")
				defer r.SetPassword("secret")
				if err := engine.Pull(t.Context(), backend.PullSpec{Ref: r.Image(t)}); err == nil || strings.Contains(err.Error(), "secret") {
					t.Errorf("when the password was changed: %v", err)
				}
			})
		}
	}
}

func TestPullWithoutCredentialHelperIsAnonymous(t *testing.T) {
	userlogin.Config(t, `{"credsStore":"not-installed"}`)
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
	var broken *backend.BrokenPullError
	if err == nil || err.Error() != "no progress for 100ms" || !errors.As(err, &broken) || !broken.Silent || !broken.Begun {
		t.Errorf("Pull = %#v; want that it makes no progress", err)
	}
}

func TestPullsThatBreakOff(t *testing.T) {
	begins := `{"status":"Pulling from app"}`
	for answer, want := range map[string]bool{
		`{"errorDetail":{"message":"denied"}}`:                                           false,
		begins + `{"errorDetail":{"message":"unexpected EOF"}}`:                          true,
		begins + `{"errorDetail":{"message":"no matching manifest for linux/arm64 in"}}`: false,
	} {
		engine := fakeEngine{"POST /images/create": says(http.StatusOK, answer)}.open(t, docker.Options{})
		err := engine.Pull(t.Context(), backend.PullSpec{Ref: "app"})
		var broken *backend.BrokenPullError
		if got := errors.As(err, &broken); err == nil || got != want || got && (!broken.Begun || broken.Silent) {
			t.Errorf("%s: %#v; breaks off: %v", answer, err, want)
		}
	}
}

// The engine tells of each layer by itself, and of what it does with layers that have come.
func TestAPullTellsHowFarItIs(t *testing.T) {
	goOn, done := make(chan struct{}), make(chan error)
	engine := fakeEngine{"POST /images/create": func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"status":"Pulling fs layer","progressDetail":{},"id":"a"}{"status":"Already exists","progressDetail":{},"id":"c"}
			{"status":"Downloading","progressDetail":{"current":10,"total":30},"id":"a"}
			{"status":"Downloading","progressDetail":{"current":20,"total":30},"id":"a"}
			{"status":"Download complete","progressDetail":{},"id":"a"}
			{"status":"Extracting","progressDetail":{"current":5,"total":900},"id":"a"}
			{"status":"Downloading","progressDetail":{"current":7,"total":50},"id":"b"}`))
		w.(http.Flusher).Flush()
		<-goOn
	}}.open(t, docker.Options{})
	told := make(chan func() (done, total int64), 1)
	go func() {
		done <- engine.Pull(t.Context(), backend.PullSpec{Ref: "app", Progress: func(read func() (done, total int64)) { told <- read }})
	}()
	read, late := <-told, time.After(time.Minute)
	for bytes, of := read(); bytes != 37 || of != 80; bytes, of = read() {
		select {
		case err := <-done:
			t.Fatalf("it ends with %v, and has told of %d of %d", err, bytes, of)
		case <-time.After(time.Millisecond):
		case <-late:
			close(goOn)
			t.Fatalf("it has told of %d of %d", bytes, of)
		}
	}
	close(goOn)
	if err := <-done; err != nil {
		t.Error(err)
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
