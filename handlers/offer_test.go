package handlers

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// TestTasksAreOfferedWhatIsServed names what tasks have: one more is to be decided, and so is a path that is gone.
func TestTasksAreOfferedWhatIsServed(t *testing.T) {
	e := &endpoint{Parts: Parts{Control: control.Handler(control.Options{}), Metrics: http.NotFoundHandler()}}
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
	if got := strings.Join(slices.Sorted(slices.Values(OfferedToTasks)), " "); got != "/_emulator/health /_localstack/health /ws" {
		t.Errorf("tasks are offered %s", got)
	}
}
