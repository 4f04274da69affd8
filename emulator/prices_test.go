package emulator_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestPricesOfAFile: what the file has counts, and for all else the emulator's own. A file that is wrong ends the start, before
// anything is written.
func TestPricesOfAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "prices.json")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"source": "half", "asOf": "2026-10-01", "currency": "USD", "regions": {"us-east-1": {"FARGATE": {"X86_64": {"vCPUHour": 0.02024}}}}}`)
	w := start(t, emulator.Options{Speed: emulator.Still, Prices: file})
	id := w.runTask(w.register("job", "app"))
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	w.must(w.srv.Clock().Advance(time.Hour))
	costs := w.srv.Costs()
	if costs.Total != 0.0072825 || costs.Prices.File != file || costs.Prices.AsOf != "2026-10-01" { // 0.25 × 0.02024 + 0.5 × 0.004445
		t.Errorf("got %v, %+v", costs.Total, costs.Prices)
	}

	write(`{"currency": "EUR"}`)
	data := filepath.Join(dir, "data")
	srv, err := emulator.New(emulator.Options{Prices: file, DataDir: data})
	if err == nil {
		srv.Close()
	}
	if err == nil || !strings.HasPrefix(err.Error(), "prices "+file+`:1:14: currency "EUR" is not USD`) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("the data directory: %v", err)
	}
}
