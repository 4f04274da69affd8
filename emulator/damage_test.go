package emulator_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// answerTo is the answer of an emulator to a request of JSON.
func answerTo(srv *emulator.Server, target, body string) (code int, answer string) {
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	request.Header.Set("X-Amz-Target", target)
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	if strings.HasPrefix(target, "Granite") {
		request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	}
	recorded := httptest.NewRecorder()
	srv.Handler().ServeHTTP(recorded, request)
	return recorded.Code, recorded.Body.String()
}

// told is what an emulator says of its rows, metrics and log events.
func told(srv *emulator.Server) string {
	var all strings.Builder
	for _, c := range [][2]string{
		{"AmazonSSM.GetParametersByPath", `{"Path":"/","Recursive":true}`},
		{"AmazonEC2ContainerServiceV20141113.ListTaskDefinitions", `{}`},
		{"AmazonEC2ContainerServiceV20141113.DescribeClusters", `{"clusters":["c"]}`},
		{"Logs_20140328.FilterLogEvents", `{"logGroupName":"g"}`},
		{"GraniteServiceVersion20100801.ListMetrics", `{"Namespace":"Shop"}`},
	} {
		code, answer := answerTo(srv, c[0], c[1])
		fmt.Fprintln(&all, c[0], code, answer)
	}
	return all.String()
}

// A data directory with another byte than was written is refused, or says what the whole one says, or the log names the file
// of which something is lost.
func TestDamagedDataDirectoryIsNeverServedAsTruth(t *testing.T) {
	t.Parallel()
	engine := sim.New(sim.Options{})
	opts := emulator.Options{DataDir: t.TempDir(), Backend: engine, InProcess: true, Speed: emulator.Still}
	w := open(t, opts)
	do := func(target, body string) {
		t.Helper()
		if code, answer := answerTo(w.srv, target, body); code != http.StatusOK {
			t.Fatalf("%s: %d %s", target, code, answer)
		}
	}
	do("AmazonEC2ContainerServiceV20141113.CreateCluster", `{"clusterName":"c"}`)
	do("Logs_20140328.CreateLogGroup", `{"logGroupName":"g"}`)
	do("Logs_20140328.CreateLogStream", `{"logGroupName":"g","logStreamName":"s"}`)
	for i := range 20 {
		w.register(fmt.Sprint("web", i), "app")
		do("AmazonSSM.PutParameter", fmt.Sprintf(`{"Name":"/p%d","Value":"amount-%d-eur","Type":"String"}`, i, i*1000))
		do("Logs_20140328.PutLogEvents", fmt.Sprintf(`{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":%d,"message":"line %d"}]}`, w.srv.Clock().Now().UnixMilli(), i))
		do("GraniteServiceVersion20100801.PutMetricData", fmt.Sprintf(`{"Namespace":"Shop","MetricData":[{"MetricName":"m%d","Value":%d}]}`, i, i))
	}
	want := told(w.srv)
	w.close()
	whole := files(t, opts.DataDir)
	var paths []string
	for path := range whole {
		if filepath.Base(path) != "reserve" { // whose content is of no use
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	refused := 0
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		chosen := paths[random.IntN(len(paths))]
		for path, content := range whole {
			text := []byte(content)
			if path == chosen {
				text[random.IntN(len(text))] ^= byte(1 + random.IntN(255))
			}
			to := filepath.Join(dir, strings.TrimPrefix(path, opts.DataDir))
			w.must(os.MkdirAll(filepath.Dir(to), 0o700))
			w.must(os.WriteFile(to, text, 0o600))
		}
		var log bytes.Buffer
		damaged := opts
		damaged.DataDir, damaged.Log = dir, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
		srv, err := emulator.New(damaged)
		if err != nil {
			refused++
			continue
		}
		got := told(srv)
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		if got != want && !strings.Contains(log.String(), filepath.Base(chosen)) {
			t.Errorf("seed %d, %s: it says\n%s\nand the log says %q (-want +got)", seed, filepath.Base(chosen), cmp.Diff(want, got), log.String())
		}
	}
	if refused == 0 {
		t.Error("none was refused")
	}
}
