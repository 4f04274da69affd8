package control_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"
)

// allRoutes are the routes of every capability.
func allRoutes() []control.Route {
	return slices.Concat(
		control.LoadBalancerRoutes(nil, nil), control.DeliveryRoutes(control.DeliveryOptions{}), control.ScalingRoutes(nil, nil),
		control.DiscoveryRoutes(control.DiscoveryOptions{}), control.FaultRoutes(control.FaultOptions{}),
		control.LoadRoutes(control.LoadOptions{}), control.CertificateAuthorityRoutes(nil),
	)
}

// A path that is not there is told which are, each once: paths of capabilities before the reset.
func TestUnknownPathNamesTheRoutes(t *testing.T) {
	for _, c := range []struct {
		routes []control.Route
		want   string
	}{
		{nil, "health, clock, overview, tasks, logs, exec, events, activity and reset"},
		{allRoutes(), "health, clock, overview, tasks, logs, exec, events, activity, loadbalancers, deliveries, scaling, discovery, faults, load, ca.pem and reset"},
	} {
		var r refusal
		code := do(t, start(t, control.Options{Routes: c.routes}), "GET", "nowhere", "", &r)
		if want := "no such path: /_emulator/nowhere; there are " + c.want; code != 404 || r.Error != want {
			t.Errorf("got  %d %s\nwant %s", code, r.Error, want)
		}
	}
}

// Streams have no HEAD.
func TestMethodsOfEachPath(t *testing.T) {
	all := []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}
	for path, methods := range map[string]string{
		"overview": "GET", "logs": "GET", "exec": "GET", "events": "GET", "activity": "GET", "reset": "POST",
		"health": "GET HEAD", "tasks": "GET HEAD", "clock": "GET HEAD POST",
		"loadbalancers": "GET HEAD", "deliveries": "GET HEAD", "scaling": "GET HEAD", "discovery": "GET HEAD", "ca.pem": "GET HEAD",
		"faults": "GET HEAD POST DELETE", "load": "GET HEAD POST DELETE",
	} {
		handler := control.Handler(control.Options{Routes: allRoutes()})
		for _, method := range all {
			if slices.Contains(strings.Fields(methods), method) {
				continue
			}
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, httptest.NewRequest(method, control.Prefix+path, nil))
			if want := control.Prefix + path + " is not for " + method; answer.Code != http.StatusMethodNotAllowed || !strings.Contains(answer.Body.String(), want) {
				t.Errorf("%s %s: got %d %s", method, path, answer.Code, answer.Body)
			}
		}
	}
}

// noFaults lets each fault be added.
type noFaults struct{ control.Faults }

func (noFaults) List() []faults.Fault { return []faults.Fault{} }
func (noFaults) ClearAll()            {}
func (noFaults) Add(wanted faults.Fault) (faults.Fault, error) {
	wanted.ID = "f-1"
	return wanted, nil
}

// What routes of capabilities write into the journal is in the activity.
func TestActivityHasWhatCapabilitiesTell(t *testing.T) {
	rows, now, journal, log := newStore(t), clock.New(clock.Options{}), &activity.Journal{}, slog.New(slog.DiscardHandler)
	s := start(t, control.Options{Store: rows, Clock: now, Journal: journal, Routes: slices.Concat(
		control.FaultRoutes(control.FaultOptions{Faults: noFaults{}, Store: rows, Journal: journal, Now: now.Now, Log: log}),
		control.LoadRoutes(control.LoadOptions{Loads: &serviceload.Board{Store: rows, Now: now.Now}, Journal: journal, Now: now.Now, Log: log}),
	)})
	for _, c := range []struct {
		method, path, body string
		code               int
	}{
		{"POST", "faults", `{"kind": "pull", "image": "shop/*", "error": "toomanyrequests"}`, 201},
		{"DELETE", "faults", "", 200},
		{"DELETE", "load", "", 200},
	} {
		var answer any
		if code := do(t, s, c.method, c.path, c.body, &answer); code != c.code {
			t.Errorf("%s %s: got %d %v", c.method, c.path, code, answer)
		}
	}
	response, err := s.Client().Get(s.URL + control.Prefix + "activity")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := texts(t, string(body))
	if len(got) != 3 || !strings.HasPrefix(got[0], "fault f-1 pull is added: ") || got[1] != "all faults are cleared" || got[2] != "all loads are cleared" {
		t.Errorf("got %q", got)
	}
}
