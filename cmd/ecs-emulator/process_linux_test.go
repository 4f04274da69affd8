package main

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sys/unix"
)

// health is what the emulator says of its data directory.
func (p *process) health() (code int, reason string) {
	p.Helper()
	answer, err := http.Get(*p.client.Options().BaseEndpoint + "/_emulator/health")
	p.must(err)
	defer answer.Body.Close()
	var body struct{ State struct{ Reason string } }
	p.must(json.NewDecoder(answer.Body).Decode(&body))
	return answer.StatusCode, body.State.Reason
}

// TestDiskIsFull lets no file of the emulator grow, which is what a full disk does.
func TestDiskIsFull(t *testing.T) {
	p := startServe(t, "--engine", "sim", "--data-dir", t.TempDir(), "--on-exit", "remove")
	limit := func(size uint64) {
		p.must(unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: math.MaxUint64}, nil))
	}
	before := p.run("app")
	limit(1)
	_, err := p.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family:               aws.String("lost"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Memory: aws.Int32(64)}},
	}, func(o *ecs.Options) { o.Retryer = aws.NopRetryer{} })
	var failed *types.ServerException
	if !errors.As(err, &failed) {
		t.Errorf("RegisterTaskDefinition: %v", err)
	}
	_, err = p.client.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("lost")})
	if err == nil {
		t.Error("what has failed is there")
	}
	if code, reason := p.health(); code != 503 || !strings.Contains(reason, "file too large") {
		t.Errorf("health: %d %q", code, reason)
	}
	p.until(*before.TaskArn, "RUNNING")
	limit(math.MaxUint64)
	if code, reason := p.health(); code != 200 || reason != "" {
		t.Errorf("health with room again: %d %q", code, reason)
	}
	p.run("app")
}
