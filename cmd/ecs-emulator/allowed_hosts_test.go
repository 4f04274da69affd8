package main

import (
	"net/http"
	"testing"
)

// status is the status of the emulator's health for one who reaches it as host.
func (p *process) status(host string) int {
	p.Helper()
	r, err := http.NewRequestWithContext(p.Context(), http.MethodGet, endpoint.FindStringSubmatch(p.ready)[1]+"/_emulator/health", nil)
	p.must(err)
	r.Host = host
	response, err := http.DefaultClient.Do(r)
	p.must(err)
	response.Body.Close()
	return response.StatusCode
}

func (p *process) expectStatus(want map[string]int) {
	p.Helper()
	for host, status := range want {
		if got := p.status(host); got != status {
			p.Errorf("%s: got %d, want %d", host, got, status)
		}
	}
}

func TestAllowedHosts(t *testing.T) {
	t.Setenv("ECS_EMULATOR_ALLOWED_HOSTS", "env.example")
	startServe(t, "--engine", "sim").expectStatus(map[string]int{"localhost": 200, "env.example:1": 200, "a.example": 403, "b.example": 403})
	p := startServe(t, "--engine", "sim", "--allowed-hosts", "a.example, B.example,")
	p.expectStatus(map[string]int{"localhost": 200, "env.example": 403, "a.example": 200, "b.example.:80": 200})
}
