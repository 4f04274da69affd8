package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// url is where a serve command answers.
func (p *process) url() string { return endpoint.FindStringSubmatch(p.ready)[1] }

// ps runs the command to its end.
func (p *process) ps(args ...string) (output string, code int) {
	p.Helper()
	text, err := command(append([]string{"ps", "--endpoint", p.url()}, args...)...).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(text), exit.ExitCode()
	}
	p.must(err)
	return string(text), 0
}

func TestPSShowsWhatRunsAndWhetherItIsAsWanted(t *testing.T) {
	p := startServe(t, "--engine", "sim", "--local-ports=false")
	p.runServer(8080)
	text, code := p.ps()
	want := regexp.MustCompile(`(?s)^All is as wanted\.\n.*\ndefault +0 +1 +0 +0\n.*\n[0-9a-f]{8}  family:web  RUNNING  172\.\S+  127\.0\.0\.1:\d+→8080 +\d+s  web:1\n$`)
	if code != 0 || !want.MatchString(text) {
		t.Errorf("exit code %d, and\n%s", code, text)
	}
	// Nothing can run the next one.
	_, err := p.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("api"), TaskDefinition: p.defineForEC2(), DesiredCount: aws.Int32(1),
	})
	p.must(err)
	for _, args := range [][]string{nil, {"default"}, {"--all"}} {
		if text, code = p.ps(args...); code != 3 || !strings.HasPrefix(text, "Not as wanted: 1 service.\n") {
			t.Errorf("ps %v: exit code %d, and\n%s", args, code, text)
		}
	}
	text, code = p.ps("--json")
	var view overview.Overview
	if err := json.Unmarshal([]byte(text), &view); err != nil || code != 3 || view.Services[0].Name != "api" || len(view.Tasks) != 1 {
		t.Errorf("%v, exit code %d, and\n%s", err, code, text)
	}
}

// defineForEC2 registers a task definition whose tasks need container instances.
func (p *process) defineForEC2() *string {
	p.Helper()
	definition, err := p.client.RegisterTaskDefinition(p.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("api"), ContainerDefinitions: containerOf("api"),
	})
	p.must(err)
	return definition.TaskDefinition.TaskDefinitionArn
}

func TestPSRefuses(t *testing.T) {
	older := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		w.Write([]byte(`{"error": "no such path: /_emulator/overview; there are health, clock"}`))
	}))
	defer older.Close()
	missing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		w.Write([]byte(`{"error": "there is no cluster \"shop\""}`))
	}))
	defer missing.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"--endpoint " + older.URL, 1, "is older than 'ecs-emulator ps'"},
		{"--endpoint " + missing.URL + " shop", 1, `there is no cluster "shop"`},
		{"--endpoint " + gone.URL, 1, "no emulator answers at " + gone.URL},
		{"--watch", 2, "--watch needs a terminal"},
		{"--watch --all", 2, "--watch shows one screen"},
		{"--watch --wait 2m", 2, "--watch shows each change"},
		{"--wait -2m", 2, "--wait -2m0s is negative"},
		{"one two", 2, `unexpected argument "two"`},
	} {
		var stdout, stderr strings.Builder
		if code := run(append([]string{"ps"}, strings.Fields(c.args)...), &stdout, &stderr); code != c.code || stdout.Len() > 0 || !strings.Contains(stderr.String(), c.want) {
			t.Errorf("ps %s ends with %d: %q, %q; want %q", c.args, code, &stdout, &stderr, c.want)
		}
	}
}

func containerOf(name string) []types.ContainerDefinition {
	return []types.ContainerDefinition{{Name: &name, Image: aws.String("app"), Memory: aws.Int32(64)}}
}
