package handlers

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/waitcondition"
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

// A signal for a wait condition comes from a task as from all who have its URL.
func TestTasksSignalWaitConditions(t *testing.T) {
	var got waitcondition.Sent
	routes := control.WaitConditionRoutes(func(sent waitcondition.Sent) (int, string) {
		got = sent
		return http.StatusOK, ""
	})
	e := New(Parts{Control: control.Handler(control.Options{Routes: routes}), Metrics: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler)})
	u := waitcondition.URL("http://ecs-emulator:4577", "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1", "Handle", "one", time.Now())
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequestWithContext(ForTasks(t.Context()), http.MethodPut, u, strings.NewReader("done")))
	if w.Code != http.StatusOK || got.Region != "eu-west-1" || got.Account != "123456789012" || got.Stack != "shop" || got.ID != "1" || got.Handle != "Handle" ||
		got.Query.Get("Signature") == "" || string(got.Body) != "done" {
		t.Errorf("%d %s: %+v", w.Code, w.Body, got)
	}
}
