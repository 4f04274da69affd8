package control

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// DoctorOptions are what DoctorRoutes show.
type DoctorOptions struct {
	// Examine makes the checks of these names, or all. It may take a minute.
	Examine func(ctx context.Context, names []string) diagnosis.Report
	Closing context.Context
	Log     *slog.Logger
}

// DoctorRoutes tell how the machine and its container engine are.
func DoctorRoutes(o DoctorOptions) []Route {
	all := &doctorRoute{DoctorOptions: o, running: map[string]*examination{}}
	return []Route{{"doctor", []string{http.MethodGet}, all.serve}}
}

type doctorRoute struct {
	DoctorOptions
	mu      sync.Mutex
	running map[string]*examination // by the names of its checks
}

// examination is one under way, for all who ask meanwhile.
type examination struct {
	done   chan struct{}
	report diagnosis.Report
}

// serve serves GET /_emulator/doctor: the checks that doctor makes, or with ?check=NAME that one. An examination makes a sandbox on
// the engine, so a page of another origin cannot begin one.
func (o *doctorRoute) serve(w http.ResponseWriter, r *http.Request) {
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
	found := o.join(names)
	select {
	case <-found.done:
		w.Header().Set("Cache-Control", "no-store")
		answer(w, http.StatusOK, found.report, o.Log)
	case <-r.Context().Done():
	}
}

// join returns the examination that is under way, or begins one. It goes on when the client that began it has gone: others may wait.
func (o *doctorRoute) join(names []string) *examination {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := strings.Join(names, ",")
	if under := o.running[key]; under != nil {
		return under
	}
	begun := &examination{done: make(chan struct{})}
	o.running[key] = begun
	go func() {
		begun.report = o.Examine(o.Closing, names)
		o.mu.Lock()
		delete(o.running, key)
		o.mu.Unlock()
		close(begun.done)
	}()
	return begun
}
