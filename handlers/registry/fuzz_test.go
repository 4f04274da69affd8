package registry_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
)

// FuzzRequest sends any request, in place of %s with an upload that is there: it is never the registry's fault.
func FuzzRequest(f *testing.F) {
	for _, c := range [][5]string{
		{"GET", "/v2/web/blobs/" + digestOf("layer"), "bytes=1-2", "", ""},
		{"GET", "/v2/web/blobs/" + digestOf("layer"), "bytes=-1", "", ""},
		{"PATCH", "%s", "", "0-1", "xy"},
		{"PUT", "%s?digest=" + digestOf("xy"), "", "", "xy"},
		{"DELETE", "%s", "", "", ""},
		{"POST", "/v2/web/blobs/uploads/?mount=" + digestOf("layer") + "&from=web", "", "", ""},
		{"POST", "/v2/web/blobs/uploads/?digest=" + digestOf("x"), "", "", "x"},
		{"PUT", "/v2/web/manifests/v2", ociManifest, "", manifestOf("config", "layer")},
		{"PUT", "/v2/web/manifests/v2", "", "", `{"schemaVersion":2,"mediaType":"` + ociIndex + `","manifests":[],"subject":{}}`},
		{"GET", "/v2/web/tags/list?n=1&last=v1", "", "", ""},
		{"GET", "/v2/web/referrers/" + digestOf("x") + "?artifactType=a", "", "", ""},
		{"GET", "/v2/_catalog?n=0", "", "", ""},
		{"HEAD", "/v2/123456789012/eu-west-1/web/manifests/v1", "", "", ""},
	} {
		f.Add(c[0], c[1], c[2], c[3], c[4])
	}
	f.Fuzz(func(t *testing.T, method, target, first, contentRange, content string) {
		w := start(t, 1<<20, "web")
		w.push("web", "v1", "config", "layer")
		target = strings.Replace(target, "%s", w.begin("web"), 1)
		at, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(at.Path, "/v2/") {
			return
		}
		req := httptest.NewRequest(http.MethodGet, "http://registry/", strings.NewReader(content))
		req.Method, req.URL, req.ContentLength = method, at, int64(len(content))
		req.SetBasicAuth(ecr.LoginUser, w.password)
		for _, name := range []string{"Range", "Content-Type"} {
			req.Header.Set(name, first)
		}
		req.Header.Set("Content-Range", contentRange)
		answer := httptest.NewRecorder()
		w.Config.Handler.ServeHTTP(answer, req)
		if answer.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s: %d %s", method, target, answer.Code, answer.Body)
		}
	})
}
