package registry_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/registry"
)

// The engine's host gets at nothing else over the relay, such as an API that is named by a signature.
func TestOverTheRelay(t *testing.T) {
	over := registry.OverRelay(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	for name, c := range map[string]struct {
		path, authorization string
		status              int
	}{
		"the registry":        {"/v2/", "", http.StatusTeapot},
		"without a slash":     {"/v2", "", http.StatusTeapot},
		"with a login":        {"/v2/web/tags/list", "Basic QVdTOng=", http.StatusTeapot},
		"the API":             {"/", "", http.StatusNotFound},
		"control":             {"/_emulator/reset", "", http.StatusNotFound},
		"a path beside":       {"/v2x/", "", http.StatusNotFound},
		"a signed request":    {"/v2/apis", "AWS4-HMAC-SHA256 Credential=test/20261101/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=0", http.StatusNotFound},
		"a presigned one":     {"/v2/apis?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20261101%2Fus-east-1%2Fapigateway%2Faws4_request", "", http.StatusNotFound},
		"half of a presigned": {"/v2/apis?X-Amz-Credential=test", "", http.StatusNotFound},
	} {
		req, w := httptest.NewRequest(http.MethodGet, c.path, nil), httptest.NewRecorder()
		if c.authorization != "" {
			req.Header.Set("Authorization", c.authorization)
		}
		over.ServeHTTP(w, req)
		if w.Code != c.status {
			t.Errorf("%s is answered with %d, want %d", name, w.Code, c.status)
		}
	}
}
