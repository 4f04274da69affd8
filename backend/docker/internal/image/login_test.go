package image

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/registry"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest/userlogin"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// A pull has the login that `docker pull` would have.
func TestTheUsersOwnLogin(t *testing.T) {
	const (
		stored   = `{"auth":"bWU6aHVudGVyMg=="}`
		answers  = `[ "$1 $(cat)" = "get example.com" ] && echo '{"Username":"me","Secret":"hunter2"}'`
		token    = `echo '{"Username":"<token>","Secret":"hunter2"}'`
		identity = `{"serveraddress":"example.com","identitytoken":"hunter2"}`
		named    = `{"username":"me","serveraddress":"example.com","identitytoken":"hunter2"}`
		unknown  = `echo "credentials not found in native keychain"; exit 1`
		fails    = `echo "the key chain is locked"; exit 1`
	)
	const hub, url = `{"auths":{"https://index.docker.io/v1/":` + stored + `}}`, `{"auths":{"https://example.com/v2/":` + stored + `}}`
	from := func(host string) string {
		return `{"username":"me","password":"hunter2","serveraddress":"` + host + `"}`
	}
	for name, c := range map[string]struct{ config, helper, ref, want, warns string }{
		"none":                            {config: `{}`, want: `{}`},
		"in the file":                     {config: `{"auths":{"example.com":` + stored + `}}`, want: from("example.com")},
		"of another registry":             {config: `{"auths":{"example.org":` + stored + `}}`, want: `{}`},
		"by URL":                          {config: url, want: from("https://example.com/v2/")},
		"of Docker Hub":                   {config: hub, ref: "me/app", want: from(dockerHubKey)},
		"of the registry's helper":        {config: `{"credHelpers":{"example.com":"test"}}`, helper: answers, want: from("example.com")},
		"of the helper of all":            {config: `{"credsStore":"test"}`, helper: answers, want: from("example.com")},
		"a token of the helper":           {config: `{"credsStore":"test"}`, helper: token, want: identity},
		"a token in the file":             {config: `{"auths":{"example.com":{"auth":"bWU6","identitytoken":"hunter2"}}}`, want: named},
		"a helper that has none":          {config: `{"credsStore":"test"}`, helper: unknown, want: `{}`},
		"a helper that fails":             {config: `{"credsStore":"test"}`, helper: fails, want: `{}`, warns: "the key chain is locked"},
		"a file that is damaged":          {config: `{"auths":`, want: `{}`, warns: "config.json"},
		"a login in the file not encoded": {config: `{"auths":{"example.com":{"auth":"-"}}}`, want: `{"auth":"-"}`, warns: "config.json"},
	} {
		t.Run(name, func(t *testing.T) {
			userlogin.Config(t, c.config)
			userlogin.Helper(t, "test", c.helper)
			var log bytes.Buffer
			s := New(dockerapi.Client{}, slog.New(slog.NewTextHandler(&log, nil)))
			if c.ref == "" {
				c.ref = "example.com/app"
			}
			for range 2 {
				login, err := s.login(t.Context(), backend.PullSpec{Ref: c.ref}, time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				if got, _ := json.Marshal(login); string(got) != c.want {
					t.Errorf("the login is %s, want %s", got, c.want)
				}
			}
			said := log.String()
			if c.warns == "" && said != "" || strings.Count(said, "level=WARN") > 1 || !strings.Contains(said, c.warns) {
				t.Errorf("the log, which has to warn once of %q:\n%s", c.warns, said)
			}
		})
	}
}

// A helper may wait for its user for ever. Neither the end of a task nor a pull that needs no login waits for that.
func TestAHelperThatDoesNotAnswer(t *testing.T) {
	userlogin.Config(t, `{"credsStore":"test"}`)
	asked := filepath.Join(t.TempDir(), "asked")
	userlogin.Helper(t, "test", "echo >> "+asked+"; while [ -f "+asked+" ]; do sleep 0.1; done") // which is there until the test ends
	s := New(dockerapi.Client{}, slog.New(slog.DiscardHandler))
	ended, end := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, end)
	spec := backend.PullSpec{Ref: "example.com/app"}
	if _, err := s.login(ended, spec, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("when the task ends: %v", err)
	}
	if login, err := s.login(t.Context(), spec, 10*time.Millisecond); err != nil || login != (registry.AuthConfig{}) {
		t.Errorf("without progress: the login is %+v, %v", login, err)
	}
	if times, err := os.ReadFile(asked); len(times) > 1 {
		t.Errorf("it is asked %d times, %v", len(times), err)
	}
}

func TestWithoutLogin(t *testing.T) {
	basic := base64.StdEncoding.EncodeToString([]byte("me:hunter2"))
	login := registry.AuthConfig{Username: "me", Password: "hunter2", IdentityToken: "a-token"}
	missing := &backend.NotFoundError{Kind: backend.KindImage, Err: errors.New("me:hunter2, Basic " + basic + " and a-token may not pull")}
	err := withoutLogin(missing, login)
	if err.Error() != "me:***, Basic *** and *** may not pull" || !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("it says %v", err)
	}
	odd := `a"b\cé`
	body := fmt.Sprintf(`{"message":%q}`, odd)
	for _, text := range []string{odd, body, fmt.Sprintf("unexpected body %q", body), fmt.Sprintf("%q", odd)} {
		if err := withoutLogin(errors.New(text), registry.AuthConfig{Username: "me", Password: odd}); strings.Contains(err.Error(), "a\"b") || !strings.Contains(err.Error(), "***") {
			t.Errorf("%s says %v", text, err)
		}
	}
	if err := withoutLogin(errors.New("Og== is no login"), registry.AuthConfig{}); err.Error() != "Og== is no login" {
		t.Errorf("without a login it says %v", err)
	}
	if err := withoutLogin(missing, registry.AuthConfig{Username: "me", Password: "may"}); err.Error() != missing.Error() {
		t.Errorf("with a short password it says %v", err)
	}
}
