package sim_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// router is a log router with a socket.
func router(filters ...backend.LogFilter) backend.ContainerSpec {
	return backend.ContainerSpec{Router: &backend.LogRouter{
		Socket: "/volumes/v/fluent.sock", Filters: filters, Fields: map[string]string{"ecs_cluster": "shop"},
	}}
}

// sending writes lines to the router.
func sending(tag string, lines ...string) backend.ContainerSpec {
	return backend.ContainerSpec{
		Labels: labels("logs", strings.Join(lines, `\n`)),
		Log:    backend.Log{Driver: "fluentd", Options: map[string]string{"tag": tag, "fluentd-address": "unix:///volumes/v/fluent.sock", "fluentd-buffer-limit": "3b"}},
	}
}

// records are what a router has printed.
func (w *world) records(id string) (all []map[string]string) {
	w.Helper()
	for _, line := range w.output(id) {
		var record map[string]string
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			w.Fatalf("%s: %v", line, err)
		}
		all = append(all, record)
	}
	return all
}

func TestALogRouterPrintsRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		to := w.run(router())
		app := w.run(sending("app-firelens-1", "hello <you>"))
		want := []map[string]string{{
			"container_id": app, "container_name": "/" + w.inspect(app).Name, "source": "stdout", "log": "hello <you>",
			"tag": "app-firelens-1", "ecs_cluster": "shop",
		}}
		if diff := cmp.Diff(want, w.records(to)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		w.expectOutput(app, "hello <you>")
	})
}

func TestALogRouterFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		to := w.run(router(backend.LogFilter{TagPrefix: "app-firelens", Pattern: "^[a-z]"}, backend.LogFilter{TagPrefix: "app-firelens", Pattern: "health", Drops: true}))
		w.run(sending("app-firelens-1", "one", "Two", "healthy"))
		w.run(sending("other-firelens-1", "Three"))
		var got []string
		for _, r := range w.records(to) {
			got = append(got, r["log"])
		}
		if strings.Join(got, " ") != "one Three" {
			t.Errorf("it prints %q", got)
		}
		bad := router(backend.LogFilter{Pattern: "/health"})
		bad.Image, bad.Sandbox, bad.Router.Fluentd = "app", w.sandbox, true
		if _, err := w.Create(t.Context(), bad); err == nil || !strings.Contains(err.Error(), `does not understand the expression "/health"`) {
			t.Errorf("a filter that Fluentd refuses: %v", err)
		}
	})
}

// Docker's library has room for 8,192 records where it is told of none.
func TestABufferLimitOfNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		early := sending("early", strings.Split(strings.Repeat("x", 9000), "")...)
		early.Log.Options["fluentd-buffer-limit"] = "0"
		w.run(early)
		to := w.run(router())
		if got := len(w.records(to)); got != 8192 {
			t.Errorf("it prints %d records", got)
		}
	})
}

// What is written before the router runs waits, as far as there is room.
func TestLinesWaitForTheirLogRouter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		w.run(sending("early", "1", "2", "3", "4"))
		gone := w.run(sending("gone", "1"))
		if err := w.Stop(t.Context(), gone, 0); err != nil {
			t.Fatal(err)
		}
		to := w.run(router())
		if got := w.records(to); len(got) != 3 || got[0]["tag"] != "early" || got[2]["log"] != "3" {
			t.Errorf("it prints %v", got)
		}
	})
}

func TestALongLineComesInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		to := w.run(router())
		w.run(sending("app", strings.Repeat("x", 20_000)))
		got := w.records(to)
		if len(got) != 2 {
			t.Fatalf("%d records", len(got))
		}
		for i, want := range []struct {
			length        int
			ordinal, last string
		}{{16 << 10, "1", "false"}, {20_000 - 16<<10, "2", "true"}} {
			r := got[i]
			if len(r["log"]) != want.length || r["partial_message"] != "true" || r["partial_ordinal"] != want.ordinal || r["partial_last"] != want.last || len(r["partial_id"]) != 64 || r["partial_id"] != got[0]["partial_id"] {
				t.Errorf("record %d has %d bytes: %s %s %s", i, len(r["log"]), r["partial_ordinal"], r["partial_last"], r["partial_id"])
			}
		}
	})
}
