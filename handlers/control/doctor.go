package control

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// DoctorOptions are what DoctorRoutes show.
type DoctorOptions struct {
	// Examine makes the checks of these names, or all. It may take a minute, and fails with ctx alone.
	Examine func(ctx context.Context, names []string) (diagnosis.Report, error)
	Log     *slog.Logger
}

// DoctorRoutes tell how the machine and its container engine are.
func DoctorRoutes(o DoctorOptions) []Route {
	return []Route{{"doctor", []string{http.MethodGet}, doctorRoute{o}.serve}}
}

type doctorRoute struct{ DoctorOptions }

// serve serves GET /_emulator/doctor: the checks that doctor makes, or with ?check=NAME that one. An examination makes a sandbox on
// the engine, so a page of another origin cannot begin one.
func (o doctorRoute) serve(w http.ResponseWriter, r *http.Request) {
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		Refuse(w, http.StatusForbidden, "a page of another origin cannot have the machine examined")
		return
	}
	names := r.URL.Query()["check"]
	for _, name := range names {
		if !slices.Contains(diagnosis.Names, name) {
			Refuse(w, http.StatusBadRequest, fmt.Sprintf("there is no check %s; there are %s", name, strings.Join(diagnosis.Names, ", ")))
			return
		}
	}
	report, err := o.Examine(r.Context(), names)
	if err != nil {
		return // the client has gone
	}
	w.Header().Set("Cache-Control", "no-store")
	answer(w, http.StatusOK, report, o.Log)
}
