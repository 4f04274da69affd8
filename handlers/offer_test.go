package handlers

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// TestTasksAreOfferedWhatIsServed names what tasks have: one more is to be decided, and so is a path that is gone.
func TestTasksAreOfferedWhatIsServed(t *testing.T) {
	e := &endpoint{Parts: Parts{Control: control.Handler(control.Options{Routes: append(control.LayerRoutes(nil), control.WaitConditionRoutes(nil)...)}), Metrics: http.NotFoundHandler()}}
	routed := map[string]bool{}
	for _, router := range []*mux.Router{e.router(), e.Control.(*mux.Router)} {
		err := router.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
			path, err := route.GetPathTemplate()
			routed[path] = true
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range OfferedToTasks {
		if !routed[path] {
			t.Errorf("tasks are offered %s, which is not served", path)
		}
	}
	if got := strings.Join(slices.Sorted(slices.Values(OfferedToTasks)), " "); got != "/_emulator/health /_emulator/layers/{id} /_emulator/wait-conditions/{region}/{account}/{stack}/{id}/{handle} /_localstack/health /ws" {
		t.Errorf("tasks are offered %s", got)
	}
}

// A login keeps the registry, and what an engine pushes is for tasks to pull.
func TestTasksAreOfferedTheRegistry(t *testing.T) {
	registry := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	e := New(Parts{Control: http.NotFoundHandler(), Metrics: registry, Registry: registry, Log: slog.New(slog.DiscardHandler)})
	for path, want := range map[string]int{"/v2/": http.StatusTeapot, "/v2/web/manifests/v1": http.StatusTeapot, "/metrics": http.StatusNotFound} {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequestWithContext(ForTasks(t.Context()), http.MethodGet, "http://ecs-emulator:4577"+path, nil))
		if w.Code != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
