package metadata_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Source: runtime answers of amazon-ecs-agent, and its source for the bound and the exit code.
func TestWhatAHealthCheckSaidLast(t *testing.T) {
	long := strings.Repeat("x", 1025)
	for name, c := range map[string]struct {
		status types.HealthStatus
		last   backend.CheckResult
		lost   error
		want   map[string]any
	}{
		"healthy":        {types.HealthStatusHealthy, backend.CheckResult{Output: "ok\n"}, nil, map[string]any{"status": "HEALTHY", "output": "ok\n"}},
		"unhealthy":      {types.HealthStatusUnhealthy, backend.CheckResult{ExitCode: 7, Output: long}, nil, map[string]any{"status": "UNHEALTHY", "exitCode": 7.0, "output": long[:1024]}},
		"failed once":    {types.HealthStatusHealthy, backend.CheckResult{ExitCode: 1, Output: "no"}, nil, map[string]any{"status": "HEALTHY", "output": "no"}},
		"starting":       {types.HealthStatusUnknown, backend.CheckResult{}, nil, map[string]any{}},
		"no engine":      {types.HealthStatusHealthy, backend.CheckResult{}, errors.New("away"), map[string]any{"status": "HEALTHY"}},
		"without output": {types.HealthStatusHealthy, backend.CheckResult{}, nil, map[string]any{"status": "HEALTHY"}},
	} {
		b := newBench(t)
		task := b.put("web", types.NetworkModeAwsvpc, "", func(d *types.TaskDefinition, t *state.Task) {
			onFargate(d, t)
			d.ContainerDefinitions[0].HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}}
			t.Status.Containers[0].HealthStatus = c.status
		})
		b.options.Inspect = func(context.Context, string, string) (backend.Container, error) {
			return backend.Container{LastCheck: c.last}, c.lost
		}
		b.open()
		_, body, _ := b.ask(fargateAddress, http.MethodGet, at("v4", task, "web"), "")
		var got struct{ Health map[string]any }
		if err := json.Unmarshal([]byte(body), &got); err != nil || !reflect.DeepEqual(got.Health, c.want) {
			t.Errorf("%s: %v, %v; want %v", name, got.Health, err, c.want)
		}
	}
}
