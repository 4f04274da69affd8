package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/moby/moby/client"
)

func TestFilesThatNoImageHasGo(t *testing.T) {
	named := map[string]bool{"a": true}
	for _, c := range []struct{ before, after, want string }{
		{"a b", "a", ""},
		{"a b c", "a b", "the file b is left"},
		{"a", "a", "no file went"},
		{"a b", "a b", "no file went"},
	} {
		got := fmt.Sprint(checkRemoval(strings.Fields(c.before), strings.Fields(c.after), named))
		if !strings.Contains(got, c.want) || c.want == "" && got != "<nil>" {
			t.Errorf("from %s to %s: %s, want %q", c.before, c.after, got, c.want)
		}
	}
}

func TestTooFewPushesAreRefused(t *testing.T) {
	if err := run(t.Context(), settings{only: "none", pushes: 1}); err == nil || !strings.Contains(err.Error(), "-pushes 1") {
		t.Error(err)
	}
}

// A push that is whole when it is cut shows nothing of cut ones.
func TestAPushThatIsWholeIsNotHalfOfOne(t *testing.T) {
	for images, want := range map[string]string{`{"imageTag": "large"}`: "it was whole before it was cut", "": "<nil>"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := fmt.Sprintf(`{"imageIds": [%s]}`, images)
			if strings.HasSuffix(r.URL.Path, "/push") {
				answer = `{"status": "Pushing", "progressDetail": {"current": 5, "total": 10}}`
			}
			_, _ = io.WriteString(w, answer)
		}))
		defer server.Close()
		docker, err := client.New(client.WithHost("tcp://" + server.Listener.Addr().String()))
		if err != nil {
			t.Fatal(err)
		}
		l := largeImage{
			settings: settings{size: 10}, docker: docker, names: []string{"registry.test/soak/one:large"},
			emulator: &emulator{registry: ecr.New(ecr.Options{
				Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
			})},
		}
		if got := fmt.Sprint(l.pushHalf(t.Context())); !strings.HasPrefix(got, want) {
			t.Errorf("with images %q: %s, want %s", images, got, want)
		}
	}
}
