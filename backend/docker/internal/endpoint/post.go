package endpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/containerd/errdefs/pkg/errhttp"
	"github.com/moby/moby/client"
)

// Post sends what the client library has no words for any more, as older engines have it, and
// reads the answer. Errors are as those of the library.
func (c *Client) Post(ctx context.Context, path string, query url.Values, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write request: %w", err)
	}
	to := url.URL{Scheme: "http", Host: client.DummyHost, Path: "/v" + c.ClientVersion() + path, RawQuery: query.Encode()}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.posts.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	text, err = io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		var refusal struct{ Message string }
		if err := json.Unmarshal(text, &refusal); err != nil || refusal.Message == "" {
			refusal.Message = string(bytes.TrimSpace(text))
		}
		return &refused{"Error response from daemon: " + refusal.Message, errhttp.ToNative(response.StatusCode)}
	}
	return json.Unmarshal(text, answer)
}

// refused is an engine's answer with the meaning of its status.
type refused struct {
	text    string
	meaning error
}

func (r *refused) Error() string { return r.text }
func (r *refused) Unwrap() error { return r.meaning }

// poster makes the client of Post, on connections as the library's own.
func poster(dial func(context.Context) (net.Conn, error), most int) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext:     func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
		MaxConnsPerHost: most, IdleConnTimeout: idleSessionTime, DisableCompression: true,
	}}
}
