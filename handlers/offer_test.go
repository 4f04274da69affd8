package handlers

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// controlRoutes are all that capabilities bring.
func controlRoutes() []control.Route {
	return slices.Concat(
		control.LoadBalancerRoutes(nil, nil), control.DeliveryRoutes(control.DeliveryOptions{}), control.ScalingRoutes(nil, nil),
		control.DiscoveryRoutes(control.DiscoveryOptions{}), control.FaultRoutes(control.FaultOptions{}),
		control.LoadRoutes(control.LoadOptions{}), control.CertificateAuthorityRoutes(nil),
	)
}

// TestEachPathHasARowThatSaysWhoIsOfferedIt has the routers tell what there is. What a new path offers to tasks
// is to be decided when it is made.
func TestEachPathHasARowThatSaysWhoIsOfferedIt(t *testing.T) {
	e := &endpoint{Parts: Parts{Control: control.Handler(control.Options{Routes: controlRoutes()}), Metrics: http.NotFoundHandler()}}
	routed := map[string]bool{loadBalancerProxy: true}
	for _, router := range []*mux.Router{e.router(), e.Control.(*mux.Router)} {
		err := router.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
			path, err := route.GetPathTemplate()
			if path != control.Prefix { // it has routes of its own
				routed[path] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for path := range routed {
		if len(offers[path]) == 0 {
			t.Errorf("%s has no row in offers", path)
		}
	}
	for path := range offers {
		if !routed[path] {
			t.Errorf("offers has a row for %s, which is not served", path)
		}
	}
	tasks := Offers()
	maps.DeleteFunc(tasks, func(_ string, toTasks bool) bool { return !toTasks })
	if got := strings.Join(slices.Sorted(maps.Keys(tasks)), " "); got != "/_emulator/health /_localstack/health /ws" {
		t.Errorf("tasks are offered %s", got)
	}
}
