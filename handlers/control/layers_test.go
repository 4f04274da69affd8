package control_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

type layer struct{ *bytes.Reader }

func (layer) Close() error { return nil }

func TestLayersByURL(t *testing.T) {
	h := control.Handler(control.Options{Routes: control.LayerRoutes(func(id string) io.ReadSeekCloser {
		if id != "known" {
			return nil
		}
		return layer{bytes.NewReader([]byte("the layer"))}
	})})
	for _, test := range []struct {
		path, bytes, want string
		status            int
	}{
		{"known", "", "the layer", 200},
		{"known", "bytes=4-6", "lay", 206},
		{"other", "", "no such layer, or its URL has expired", 404},
	} {
		r := httptest.NewRequest(http.MethodGet, control.LayerPath+test.path, nil)
		if test.bytes != "" {
			r.Header.Set("Range", test.bytes)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Body.String(); w.Code != test.status || !strings.Contains(got, test.want) {
			t.Errorf("%s: %d %s", test.path, w.Code, got)
		}
	}
}
