package control_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// askDoctor asks with a header of a browser, unless it is empty.
func askDoctor(handler http.Handler, ctx context.Context, query, site string) *httptest.ResponseRecorder {
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, control.Prefix+"doctor"+query, nil)
	if site != "" {
		request.Header.Set("Sec-Fetch-Site", site)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

func TestDoctorAnswersItsChecks(t *testing.T) {
	var asked []string
	handler := control.Handler(control.Options{Routes: control.DoctorRoutes(control.DoctorOptions{
		Examine: func(_ context.Context, names []string) (diagnosis.Report, error) {
			asked = names
			return diagnosis.Of([]diagnosis.Check{{Name: "disk", Status: diagnosis.Degraded, Text: "nearly full", Next: "make room"}}), nil
		},
	})})
	answer := askDoctor(handler, t.Context(), "?check=disk&check=dns", "same-origin")
	const want = `{
  "status": "degraded",
  "checks": [
    {
      "name": "disk",
      "status": "degraded",
      "text": "nearly full",
      "next": "make room"
    }
  ]
}
`
	if answer.Code != http.StatusOK || answer.Body.String() != want || answer.Header().Get("Cache-Control") != "no-store" || !slices.Equal(asked, []string{"disk", "dns"}) {
		t.Errorf("%d of %v: %s", answer.Code, asked, answer.Body)
	}
}

func TestDoctorRefuses(t *testing.T) {
	handler := control.Handler(control.Options{Routes: control.DoctorRoutes(control.DoctorOptions{
		Examine: func(context.Context, []string) (diagnosis.Report, error) {
			t.Error("it is examined")
			return diagnosis.Report{}, nil
		},
	})})
	for _, c := range []struct {
		query, site string
		code        int
		text        string
	}{
		{"?check=heart", "", http.StatusBadRequest, "there is no check heart; there are engine, cgroup, sandbox,"},
		{"", "cross-site", http.StatusForbidden, "a page of another origin"},
		{"", "same-site", http.StatusForbidden, "a page of another origin"},
	} {
		if answer := askDoctor(handler, t.Context(), c.query, c.site); answer.Code != c.code || !strings.Contains(answer.Body.String(), c.text) {
			t.Errorf("%+v: %d %s", c, answer.Code, answer.Body)
		}
	}
}
