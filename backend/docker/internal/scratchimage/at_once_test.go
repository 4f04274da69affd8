package scratchimage_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/scratchimage"
)

// With containerd's image store an engine refuses one of two imports that end at once.
func TestAnImportThatAnotherProcessMakesMeanwhile(t *testing.T) {
	for imported, want := range map[bool]bool{true: true, false: false} {
		there := false
		engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/images/create"):
				there = imported
				_, _ = w.Write([]byte(`{"errorDetail":{"message":"AlreadyExists: image \"r/app\": already exists"}}`))
			case strings.HasSuffix(r.URL.Path, "/images/json"):
				_, _ = w.Write([]byte("[]"))
			case !there:
				w.WriteHeader(http.StatusNotFound)
			default:
				_, _ = w.Write([]byte(`{"Id":"sha256:1"}`))
			}
		}))
		defer engine.Close()
		cli, err := client.New(client.WithHost("tcp://"+strings.TrimPrefix(engine.URL, "http://")), client.WithAPIVersion("1.51"))
		if err != nil {
			t.Fatal(err)
		}
		spec := scratchimage.Spec{Repository: "r/app", Programs: []scratchimage.Program{{Path: "/app"}}}
		if ref, err := scratchimage.Ensure(t.Context(), cli, spec); (err == nil && ref == spec.Ref()) != want {
			t.Errorf("imported by another process: %v; Ensure = %q, %v", imported, ref, err)
		}
	}
}
