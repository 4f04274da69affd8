package endpoint_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/cli/cli/config"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
)

// storedContext stores a context as `docker context create` does.
func storedContext(t *testing.T, name, host string) {
	t.Helper()
	before := config.Dir()
	t.Cleanup(func() { config.SetDir(before) })
	dir := t.TempDir()
	config.SetDir(dir)
	sum := sha256.Sum256([]byte(name))
	meta := filepath.Join(dir, "contexts", "meta", hex.EncodeToString(sum[:]))
	if err := os.MkdirAll(meta, 0o755); err != nil {
		t.Fatal(err)
	}
	text := `{"Name":"` + name + `","Endpoints":{"docker":{"Host":"` + host + `","SkipTLSVerify":false}}}`
	if err := os.WriteFile(filepath.Join(meta, "meta.json"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestResolve(t *testing.T) {
	storedContext(t, "colima", "unix:///home/user/.colima/docker.sock")
	for _, c := range []struct {
		name, option, dockerHost, dockerContext string
		want                                    string
	}{
		{name: "nothing set", want: client.DefaultDockerHost},
		{name: "environment", dockerHost: "tcp://10.0.0.1:2375", want: "tcp://10.0.0.1:2375"},
		{name: "option wins", option: "unix:///a", dockerHost: "unix:///b", want: "unix:///a"},
		{name: "context", dockerContext: "colima", want: "unix:///home/user/.colima/docker.sock"},
		{name: "host before context", dockerHost: "unix:///b", dockerContext: "colima", want: "unix:///b"},
		{name: "default context", dockerContext: "default", want: client.DefaultDockerHost},
		{name: "named context wins", option: "context:colima", dockerHost: "unix:///b", dockerContext: "default", want: "unix:///home/user/.colima/docker.sock"},
		{name: "named default context", option: "context:default", dockerContext: "colima", want: client.DefaultDockerHost},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("DOCKER_HOST", c.dockerHost)
			t.Setenv("DOCKER_CONTEXT", c.dockerContext)
			got, err := endpoint.Resolve(c.option)
			if err != nil || got.Host != c.want {
				t.Errorf("Resolve(%q) = %q, %v; want %q", c.option, got.Host, err, c.want)
			}
			if of := got.Context; (of == "colima") != strings.Contains(c.want, "colima") || of != "" && of != "colima" {
				t.Errorf("Resolve(%q) is of the context %q", c.option, of)
			}
		})
	}
	t.Run("context of the configuration file", func(t *testing.T) {
		t.Setenv("DOCKER_HOST", "")
		t.Setenv("DOCKER_CONTEXT", "")
		file := filepath.Join(config.Dir(), "config.json")
		if err := os.WriteFile(file, []byte(`{"currentContext":"colima"}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := endpoint.Resolve(""); err != nil || got.Host != "unix:///home/user/.colima/docker.sock" {
			t.Errorf("Resolve = %+v, %v; want the socket of colima", got, err)
		}
	})
	t.Run("unknown context", func(t *testing.T) {
		t.Setenv("DOCKER_HOST", "")
		t.Setenv("DOCKER_CONTEXT", "gone")
		if got, err := endpoint.Resolve(""); err == nil {
			t.Errorf("Resolve = %+v; want an error", got)
		}
		if got, err := endpoint.Resolve("context:missing"); err == nil || !strings.Contains(err.Error(), `"missing"`) {
			t.Errorf("Resolve = %+v, %v; want an error that names the context", got, err)
		}
	})
}

// What an address has of a user is for ssh alone, and errors and reports have addresses.
func TestNoPasswordIsTold(t *testing.T) {
	t.Setenv("DOCKER_HOST", "tcp://me:hunter2@10.0.0.1:2375")
	if got, err := endpoint.Resolve(""); err != nil || got.Host != "tcp://10.0.0.1:2375" {
		t.Errorf("of TCP it is %q, %v", got.Host, err)
	}
	for _, host := range []string{"ssh://me@10.0.0.1", "unix:///home/me@corp/docker.sock"} {
		if got, err := endpoint.Resolve(host); err != nil || got.Host != host {
			t.Errorf("%s became %q, %v", host, got.Host, err)
		}
	}
	for _, host := range []string{"tcp://me:hunter2@%zz", "ssh://me:hunter2@%zz", "me:hunter2@10.0.0.1:2375", "ftp://me:hunter2@10.0.0.1", "ssh://me:hunter2@10.0.0.1"} {
		at, err := endpoint.Resolve(host)
		if err == nil {
			_, err = at.Client()
		}
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestClientRefusesOtherSchemes(t *testing.T) {
	for _, host := range []string{"ftp://host", "/var/run/docker.sock", "ssh://host/a?b=c"} {
		if _, err := (endpoint.Endpoint{Host: host}).Client(); err == nil {
			t.Errorf("Client of %q: want an error", host)
		}
	}
	for host, local := range map[string]bool{"unix:///a": true, "tcp://127.0.0.1:2375": false, "ssh://me@there": false} {
		e := endpoint.Endpoint{Host: host}
		if _, err := e.Client(); err != nil || e.Local() != local {
			t.Errorf("Client of %q: %v, local %v; want local %v", host, err, e.Local(), local)
		}
	}
}
