// Package dockertest gives tests a real Docker engine and an image to run on it,
// built from testdata/app and imported without a registry.
//
//	func TestTask(t *testing.T) {
//		engine := dockertest.Engine(t)
//		image := dockertest.Image(t)
package dockertest

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/scratchimage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

const (
	// AppPath is where the application lies in the image; it is the entry point.
	AppPath = "/testapp"
	// RequireEnv set to 1 makes tests fail for want of what they need; see Lack.
	RequireEnv = "ECS_EMULATOR_REQUIRE_DOCKER"

	appPackage = "github.com/ecs-emulator/ecs-emulator/testdata/app"
	answerTime = 20 * time.Second
	buildTime  = 10 * time.Minute
	removeTime = 3 * time.Minute
)

// Require is for tests that need a Docker engine: without one that answers, they Lack.
func Require(tb testing.TB) {
	tb.Helper()
	if _, err := engineClient(); err != nil {
		Lack(tb, "no Docker engine answers: %v", err)
	}
}

// Lack skips a test for want of what it needs, or fails it where RequireEnv says that
// all of that has to be there.
func Lack(tb testing.TB, format string, args ...any) {
	tb.Helper()
	why := fmt.Sprintf(format, args...)
	if os.Getenv(RequireEnv) == "1" {
		tb.Fatalf("%s=1, but %s", RequireEnv, why)
	}
	tb.Skip(why)
}

// Client is a client of the engine under test, to look at it from outside.
func Client(tb testing.TB) *client.Client {
	tb.Helper()
	Require(tb)
	cli, _ := engineClient() // Require has seen the error
	return cli
}

// Host is the address of the engine under test, as the docker command takes it. A client of one behind ssh has another.
func Host(tb testing.TB) string {
	tb.Helper()
	at, err := endpoint.Resolve("")
	if err != nil {
		tb.Fatal(err)
	}
	return at.Host
}

// Kill kills a container of the engine under test, as from outside.
func Kill(tb testing.TB, id string) {
	tb.Helper()
	if _, err := Client(tb).ContainerKill(tb.Context(), id, client.ContainerKillOptions{Signal: "KILL"}); err != nil {
		tb.Fatal(err)
	}
}

// Image builds and imports the application once per process and returns the
// image's name. The image stays, so that the next process finds it.
func Image(tb testing.TB) string {
	tb.Helper()
	Require(tb)
	ref, err := appImage()
	if err != nil {
		tb.Fatal(err)
	}
	return ref
}

// ImageWith imports an image of the application and other static programs, which goes when the test ends: no other test has
// one of its name, so none takes it away.
func ImageWith(tb testing.TB, repository string, programs ...Program) string {
	tb.Helper()
	cli := Client(tb)
	app, err := appBinary()
	if err != nil {
		tb.Fatal(err)
	}
	spec := scratchimage.Spec{
		Repository: repository + "-" + strings.ToLower(rand.Text()[:8]), Programs: []scratchimage.Program{{Path: AppPath, Binary: app}},
		Labels: map[string]string{"ecs-emulator.kind": "image"},
	}
	for _, p := range programs {
		binary, err := os.ReadFile(p.File)
		if err != nil {
			tb.Fatal(err)
		}
		spec.Programs = append(spec.Programs, scratchimage.Program{Path: p.Path, Binary: binary})
	}
	ref, err := scratchimage.Ensure(tb.Context(), cli, spec)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { // but for one that another process uses
		_, _ = cli.ImageRemove(context.Background(), ref, client.ImageRemoveOptions{})
	})
	return ref
}

// Program is a file of this host, and where an image has it.
type Program struct{ Path, File string }

// Owner is a name that no other test uses.
func Owner() string { return "test-" + rand.Text()[:12] }

// Engine opens the engine for an owner of the test's own and removes everything of
// that owner when the test ends. Such a test is left to `make test-all`: on Docker `make
// test` runs the suite of engines.
func Engine(tb testing.TB) *docker.Engine {
	tb.Helper()
	testall.Only(tb, "the other tests on Docker")
	Require(tb)
	engine, err := docker.Open(tb.Context(), docker.Options{Owner: Owner()})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), removeTime)
		defer cancel()
		if err := engine.RemoveAll(ctx); err != nil {
			tb.Errorf("remove what the test made: %v", err)
		}
		if left, err := engine.List(ctx, nil); err != nil || len(left) != 0 {
			tb.Errorf("the test left %d containers behind (%v)", len(left), err)
		}
		_ = engine.Close()
	})
	return engine
}

var engineClient = sync.OnceValues(func() (*client.Client, error) {
	at, err := endpoint.Resolve("")
	if err != nil {
		return nil, err
	}
	cli, err := at.Client()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	_, err = cli.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true})
	return cli.Client, err
})

// ImageOn is Image on another engine of the same architecture.
func ImageOn(tb testing.TB, host string) string {
	tb.Helper()
	cli, err := endpoint.Endpoint{Host: host}.Client()
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = cli.Close() }()
	binary, err := appBinary()
	if err != nil {
		tb.Fatal(err)
	}
	ref, err := scratchimage.Ensure(tb.Context(), cli.Client, appSpec(binary))
	if err != nil {
		tb.Fatal(err)
	}
	return ref
}

var appImage = sync.OnceValues(func() (string, error) {
	cli, err := engineClient()
	if err != nil {
		return "", err
	}
	binary, err := appBinary()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), buildTime)
	defer cancel()
	return scratchimage.Ensure(ctx, cli, appSpec(binary))
})

func appSpec(binary []byte) scratchimage.Spec {
	return scratchimage.Spec{
		Repository: "ecs-emulator/test-app", Programs: []scratchimage.Program{{Path: AppPath, Binary: binary}},
		Labels: map[string]string{"ecs-emulator.kind": "image"},
	}
}

// appBinary is the application, for the engine's architecture.
var appBinary = sync.OnceValues(func() ([]byte, error) {
	cli, err := engineClient()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), buildTime)
	defer cancel()
	version, err := cli.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return nil, err
	}
	return buildApp(ctx, version.Arch)
})

func buildApp(ctx context.Context, architecture string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "ecs-emulator-app")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "app")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", file, appPackage)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+architecture, "GOFLAGS=")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build test application: %w: %s", err, text)
	}
	return os.ReadFile(file)
}
