package handlers_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers"
)

func TestServicesOfTheUpstreamAreAskedFor(t *testing.T) {
	var text string
	asked := 0
	var again *http.Request
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if again = r; r.URL.Path == "/_localstack/health" {
			asked++
			_, _ = w.Write([]byte(text))
		}
	}))
	t.Cleanup(behind.Close)
	to, err := handlers.ParseUpstream(behind.URL)
	if err != nil {
		t.Fatal(err)
	}
	u, r := handlers.NewUpstream(to), httptest.NewRequestWithContext(t.Context(), "GET", "/_localstack/health", nil)
	t.Cleanup(u.Close)
	text = `{"services": {"s3": "available"}, "edition": "community"}`
	if got := u.ServiceStates(r); !maps.Equal(got, map[string]string{"s3": "available"}) {
		t.Errorf("got %v", got)
	}
	if got := u.ServiceStates(again); got != nil || asked != 1 {
		t.Errorf("emulators that are each other's upstream ask on: %v, %d requests", got, asked)
	}
	text = "<html>moto</html>"
	if got := u.ServiceStates(r); got != nil {
		t.Errorf("moto has %v", got)
	}
	if got := (*handlers.Upstream)(nil).ServiceStates(r); got != nil {
		t.Errorf("no upstream has %v", got)
	}
}
