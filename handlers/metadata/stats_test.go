package metadata_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// The engine is asked at most once a second about a container, however many callers want to know.
func TestSamplesAreTakenOncePerSecond(t *testing.T) {
	b := newBench(t)
	task := b.put("web", types.NetworkModeAwsvpc, "", onFargate)
	for range 3 {
		b.ask(fargateAddress, http.MethodGet, at("v4", task, "web")+"/stats", "")
		b.ask(fargateAddress, http.MethodGet, "/v2/stats", "")
	}
	if b.samples["web"] != 1 || b.samples["init"] != 0 {
		t.Fatalf("asked %v", b.samples)
	}
	b.now = b.now.Add(time.Second)
	_, body, _ := b.ask(fargateAddress, http.MethodGet, at("v4", task, "web")+"/stats", "")
	var stats struct {
		Read, PreRead time.Time
		Rates         *struct {
			Rx float64 `json:"rx_bytes_per_sec"`
			Tx float64 `json:"tx_bytes_per_sec"`
		} `json:"network_rate_stats"`
	}
	if err := json.Unmarshal([]byte(body), &stats); err != nil {
		t.Fatal(err)
	}
	if !stats.Read.Equal(after(20)) || !stats.PreRead.Equal(after(10)) {
		t.Errorf("read at %v, before that at %v", stats.Read, stats.PreRead)
	}
	if stats.Rates == nil || stats.Rates.Rx != 100 || stats.Rates.Tx != 50 {
		t.Errorf("rates %+v", stats.Rates)
	}
	_, body, _ = b.ask(fargateAddress, http.MethodGet, at("v3", task, "web")+"/stats", "")
	if strings.Contains(body, "network_rate_stats") {
		t.Error("version 3 has rates")
	}
}

// A container that is restarted, or another one of the name, begins anew.
func TestSamplesGoWithTheContainer(t *testing.T) {
	b := newBench(t)
	task := b.put("web", types.NetworkModeAwsvpc, "", onFargate)
	b.ask(fargateAddress, http.MethodGet, at("v4", task, "web")+"/stats", "")
	status := task.Status.Clone()
	status.Containers[0].EngineID = "another"
	b.ahead[task.ARN] = &state.Task{ARN: task.ARN, Spec: task.Spec, Placement: task.Placement, Status: status}
	_, body, _ := b.ask(fargateAddress, http.MethodGet, at("v4", task, "web")+"/stats", "")
	if b.samples["web"] != 2 || !strings.Contains(body, `"preread":"0001-01-01T00:00:00Z"`) {
		t.Errorf("asked %v, and is told %s", b.samples, body)
	}
}

func TestStatsOfUnknownContainers(t *testing.T) {
	b := newBench(t)
	task := b.put("web", types.NetworkModeAwsvpc, "", onFargate)
	b.broken["web"] = true
	id := endpointID(task, task.Status.Container("web"))
	b.expect(fargateAddress, "/v4/"+id+"/stats", http.StatusInternalServerError, `"Unable to get container stats for: `+id+`"`)
	b.expect(fargateAddress, "/v3/"+id+"/stats", http.StatusBadRequest, `"Unable to get container stats for: `+id+`"`)
	b.expect(fargateAddress, "/v4/"+id+"/task/stats", http.StatusOK, `{"`+id+`":null,"`+endpointID(task, task.Status.Container("init"))+`":null}`)
}
