package emulator_test

import (
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestMoto runs the commands of docs/start/from-moto.md. In place of those that have terminals of
// their own, it does the same:
//
//	moto_server -p 5000
//	bin/ecs-emulator serve --account 123456789012 --upstream http://127.0.0.1:5000
func TestMoto(t *testing.T) {
	t.Parallel()
	requireCLI(t)
	if _, err := exec.LookPath("moto_server"); err != nil {
		t.Skip("there is no moto_server: install moto[server]")
	}
	srv := emulator.Start(t, emulator.Options{Account: "123456789012", Upstream: startMoto(t)})
	const made, reset = `arn:aws:sns:us-east-1:123456789012:orders(?s:.*)cluster/shop(?s:.*)`, `{"status": "ok"}[^:]*clusterArns[^:]*:[^:]*arn:[^,]*cluster/default"\s*\]\s*}\s*{\s*"Topics": \[\]`
	walkThrough(t, srv, "", os.Getenv("PATH"), []string{"docs/start/from-moto.md"}, []string{made + reset})
}

// startMoto runs moto's server until the test ends, and returns its URL.
func startMoto(t *testing.T) string {
	t.Helper()
	port := freePort(t)
	server := exec.CommandContext(t.Context(), "moto_server", "-p", port)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- server.Wait() }()
	t.Cleanup(func() { _ = server.Process.Kill() })
	url := "http://127.0.0.1:" + port
	for deadline := time.After(time.Minute); ; {
		answer, err := http.Get(url + "/moto-api/")
		if err == nil {
			answer.Body.Close()
			return url
		}
		select {
		case err := <-exited:
			t.Fatalf("moto ends with %v", err)
		case <-deadline:
			t.Fatalf("moto does not answer: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
