package emulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Without the programs that run beside tasks, an emulator on Docker does not start, and says
// why at once; a simulated engine needs none.
func TestDockerNeedsPrograms(t *testing.T) {
	t.Setenv("PATH", "") // none can be built
	engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/_ping"):
			w.Header().Set("Api-Version", "1.41")
		case strings.HasSuffix(r.URL.Path, "/info"):
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"ID": "engine", "OSType": "linux", "Architecture": "vax", "ServerVersion": "20.10"}`)
		default:
			http.Error(w, `{"message": "page not found"}`, http.StatusNotFound)
		}
	}))
	defer engine.Close()
	srv, err := emulator.New(emulator.Options{Engine: "tcp://" + engine.Listener.Addr().String()})
	if err == nil {
		_ = srv.Close()
		t.Fatal("an emulator starts on an engine of an architecture that has no programs")
	}
	if text := err.Error(); !strings.Contains(text, "Docker on vax needs program sandbox, relay") || !strings.Contains(text, "--programs DIR") || strings.Contains(text, "\n") {
		t.Errorf("New: %v; want a line that says what is missing and what to do", err)
	}
	emulator.Start(t)
}

func TestTheFolderOfProgramsIsThere(t *testing.T) {
	t.Parallel()
	srv, err := emulator.New(emulator.Options{Programs: filepath.Join(t.TempDir(), "none")})
	if err == nil {
		_ = srv.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "is not a folder: give the one that has the programs") {
		t.Errorf("New: %v; want that there is no such folder", err)
	}
}
