package ps_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/ps"
)

// TestWatchJSONSaysWhatEndsIt has an emulator that goes on when the cluster is deleted, and one that closes.
func TestWatchJSONSaysWhatEndsIt(t *testing.T) {
	for _, c := range []struct {
		then int // the status of the next request
		want string
	}{{http.StatusNotFound, `there is no cluster "shop"`}, {http.StatusOK, "the emulator has closed"}} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("follow") != "true" {
				w.WriteHeader(c.then)
				w.Write([]byte(`{"error": "there is no cluster \"shop\""}`))
			}
		}))
		defer server.Close()
		command := &ps.Command{
			Cluster: "shop",
			Send: func(ctx context.Context, query url.Values) (*http.Response, error) {
				request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"?"+query.Encode(), nil)
				if err != nil {
					return nil, err
				}
				return http.DefaultClient.Do(request)
			},
			Refusal: func(response *http.Response) error {
				var body struct{ Error string }
				return errors.Join(json.NewDecoder(response.Body).Decode(&body), errors.New(body.Error))
			},
		}
		err := command.WatchJSON(t.Context(), io.Discard)
		if err == nil || err.Error() != c.want {
			t.Errorf("ps --watch --json ends with %v, want %s", err, c.want)
		}
	}
}
