package metadata

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/gorilla/mux"
)

// Stats is Docker's JSON of what a container uses, with members in its order.
type Stats struct {
	Read         time.Time                       `json:"read"`
	PreRead      time.Time                       `json:"preread"`
	PidsStats    backend.PidsStats               `json:"pids_stats"`
	BlkioStats   backend.BlkioStats              `json:"blkio_stats"`
	NumProcs     uint32                          `json:"num_procs"`
	StorageStats backend.StorageStats            `json:"storage_stats"`
	CPUStats     backend.CPUStats                `json:"cpu_stats"`
	PreCPUStats  backend.CPUStats                `json:"precpu_stats"`
	MemoryStats  backend.MemoryStats             `json:"memory_stats"`
	Name         string                          `json:"name,omitempty"`
	ID           string                          `json:"id,omitempty"`
	Networks     map[string]backend.NetworkStats `json:"networks,omitempty"`
	NetworkRates *NetworkRates                   `json:"network_rate_stats,omitempty"`
}

// NetworkRates are over all interfaces, and in version 4 alone.
type NetworkRates struct {
	RxBytesPerSecond float64 `json:"rx_bytes_per_sec"`
	TxBytesPerSecond float64 `json:"tx_bytes_per_sec"`
}

// routeStats has the paths of what containers use.
func (a *api) routeStats(r *mux.Router) {
	r.HandleFunc("/v2/stats", a.ofAddress(a.taskStatsV2))
	r.HandleFunc("/v2/stats/", a.ofAddress(a.taskStatsV2))
	r.HandleFunc("/v2/stats/{id:.+}", a.ofAddress(a.containerStatsV2))
	for version, unknown := range map[string]int{"3": http.StatusBadRequest, "4": http.StatusNotFound} {
		r.HandleFunc("/v"+version+"/"+idInPath+"/stats", a.containerStats(version, unknown))
		r.HandleFunc("/v"+version+"/"+idInPath+"/task/stats", a.taskStats(version, unknown))
	}
}

func (a *api) taskStatsV2(w http.ResponseWriter, r *http.Request, c *caller) {
	a.answer(w, http.StatusOK, a.ofTask(r.Context(), c, false))
}

func (a *api) containerStatsV2(w http.ResponseWriter, r *http.Request, c *caller) {
	id := mux.Vars(r)["id"]
	for i := range c.task.Status.Containers {
		if of := &c.task.Status.Containers[i]; c.dockerID(of) == id {
			a.answerStats(w, r, c, of, false, http.StatusBadRequest)
			return
		}
	}
	a.answer(w, http.StatusBadRequest, noStats(id))
}

func (a *api) containerStats(version string, unknown int) http.HandlerFunc {
	return a.ofID(unknown, "V"+version+" container stats"+noTask, func(w http.ResponseWriter, r *http.Request, c *caller) {
		failed := http.StatusBadRequest
		if version == "4" {
			failed = http.StatusInternalServerError
		}
		a.answerStats(w, r, c, c.task.Status.Container(c.container), version == "4", failed)
	})
}

func (a *api) taskStats(version string, unknown int) http.HandlerFunc {
	return a.ofID(unknown, "V"+version+" task stats"+noTask, func(w http.ResponseWriter, r *http.Request, c *caller) {
		a.answer(w, http.StatusOK, a.ofTask(r.Context(), c, version == "4"))
	})
}

// answerStats shows what one container uses. failed is the status when the engine cannot tell.
func (a *api) answerStats(w http.ResponseWriter, r *http.Request, c *caller, of *state.Container, rates bool, failed int) {
	shown := a.ofContainer(r.Context(), c, of, rates)
	if shown == nil {
		a.answer(w, failed, noStats(c.dockerID(of)))
		return
	}
	a.answer(w, http.StatusOK, shown)
}

func noStats(id string) string { return "Unable to get container stats for: " + id }

// ofTask is what each container of a task uses, by its id. It is null for one that does not
// run. The engine is asked about all of them at a time.
func (a *api) ofTask(ctx context.Context, c *caller, rates bool) map[string]*Stats {
	var (
		asking sync.WaitGroup
		mu     sync.Mutex
		all    = map[string]*Stats{}
	)
	for i := range c.task.Status.Containers {
		of := &c.task.Status.Containers[i]
		if of.EngineID == "" {
			continue
		}
		asking.Go(func() {
			shown := a.ofContainer(ctx, c, of, rates)
			mu.Lock()
			defer mu.Unlock()
			all[c.dockerID(of)] = shown
		})
	}
	asking.Wait()
	return all
}

// ofContainer is what a container uses; nil if the engine cannot tell.
func (a *api) ofContainer(ctx context.Context, c *caller, of *state.Container, rates bool) *Stats {
	if a.Stats == nil || of.Phase != state.ContainerRunning {
		return nil
	}
	found, err := a.samples.take(ctx, sampleKey{c.task.ARN, of.Name, of.EngineID}, func(ctx context.Context) (backend.Stats, error) {
		return a.Stats(ctx, c.task.ARN, of.Name)
	})
	if err != nil {
		a.Log.Warn("cannot read the stats of a container", "task", c.task.ARN, "container", of.Name, "error", err)
		return nil
	}
	shown := newStats(found)
	if !rates {
		shown.NetworkRates = nil
	}
	if c.fargate() { // Source: ECS developer guide, the example for Fargate
		shown.ID, shown.Name = c.dockerID(of), of.Name
	}
	return shown
}

// newStats is a sample with the one before it, if there is one.
func newStats(of measured) *Stats {
	now := of.last
	shown := &Stats{
		Read: now.Read, PidsStats: now.PidsStats, BlkioStats: now.BlkioStats, NumProcs: now.NumProcs, StorageStats: now.StorageStats,
		CPUStats: now.CPUStats, MemoryStats: now.MemoryStats, Name: now.Name, ID: now.ID, Networks: now.Networks,
	}
	if of.previous != nil {
		shown.PreRead, shown.PreCPUStats = of.previous.Read, of.previous.CPUStats
	}
	shown.NetworkRates = networkRates(now, of.networkBefore)
	return shown
}

// networkRates are bytes per second between two samples; nil where no time has passed or
// there is no network. Counters that have begun anew count from there.
func networkRates(now, before backend.Stats) *NetworkRates {
	seconds := now.NetworksRead.Sub(before.NetworksRead).Seconds()
	if seconds <= 0 || now.Networks == nil || before.Networks == nil {
		return nil
	}
	rates := &NetworkRates{}
	for name, n := range now.Networks {
		b := before.Networks[name]
		rates.RxBytesPerSecond += grown(n.RxBytes, b.RxBytes) / seconds
		rates.TxBytesPerSecond += grown(n.TxBytes, b.TxBytes) / seconds
	}
	return rates
}

func grown(now, before uint64) float64 {
	if now < before {
		return float64(now)
	}
	return float64(now - before)
}
