package apiclient

import (
	"errors"
	"net/http"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// GetObject answers in S3's words, and Object as a client that asks for an object's head first.
func TestRefusalsOfObjects(t *testing.T) {
	c := New(Options{Host: "127.0.0.1:4577", Endpoint: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/b/a b.json":
			_, _ = w.Write([]byte("text"))
		case "/b/old":
			_, _ = w.Write([]byte("version " + r.URL.Query().Get("versionId")))
		case "/b/none":
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte("<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"))
		default:
			w.WriteHeader(http.StatusForbidden)
		}
	})})
	root := Root(arn.Scope{Region: "us-east-1", Account: "000000000000"})
	if got, err := c.GetObject(t.Context(), root, "b", "a b.json", ""); err != nil || string(got) != "text" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := c.GetObject(t.Context(), root, "b", "old", "a+b"); err != nil || string(got) != "version a+b" {
		t.Errorf("got %q, %v", got, err)
	}
	for key, want := range map[string]string{"none": "NoSuchKey: The specified key does not exist.", "other": "Forbidden: Forbidden"} {
		_, err := c.GetObject(t.Context(), root, "b", key, "")
		var refusal *Error
		if !errors.As(err, &refusal) || refusal.Code+": "+refusal.Message != want || refusal.Operation != "GetObject" {
			t.Errorf("%s: %v", key, err)
		}
	}
	var head *Error
	if _, err := c.Object(t.Context(), root, "b", "none"); !errors.As(err, &head) || head.Code != "NotFound" || head.Operation != "HeadObject" {
		t.Errorf("%v", head)
	}
}
