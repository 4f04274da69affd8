package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// call has a function of Go answer. One that does not look at ctx is left alone when that ends.
func call(ctx context.Context, answer Func, payload []byte) (apiclient.Returned, error) {
	returned := make(chan apiclient.Returned, 1)
	go func() {
		got := failure(errors.New("the function has ended without an answer")) // as t.FailNow ends it
		defer func() { returned <- got }()
		body, err := answer(ctx, bytes.Clone(payload))
		if got = (apiclient.Returned{Payload: body}); err != nil {
			got = failure(err)
		}
	}()
	select {
	case got := <-returned:
		if got.FunctionError != "" && ctx.Err() != nil { // it has ended because its caller gives up
			return apiclient.Returned{}, ctx.Err()
		}
		return got, nil
	case <-ctx.Done():
		return apiclient.Returned{}, ctx.Err()
	}
}

// failure is what Lambda answers for a function that raises an error.
// Source: Lambda developer guide, function errors.
func failure(err error) apiclient.Returned {
	body, _ := json.Marshal(map[string]string{"errorMessage": err.Error()})
	return apiclient.Returned{Payload: body, FunctionError: "Unhandled"}
}

// newHTTPClient makes the client of URLs. It does not follow redirects, which would turn a POST into a GET.
func newHTTPClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// A server may close a connection that rests just as the next call is sent, and that would look as
	// if the server were gone.
	transport.DisableKeepAlives = true
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// post sends the payload to a URL.
func (f *Functions) post(ctx context.Context, to string, payload []byte) (apiclient.Returned, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(payload))
	if err != nil {
		return apiclient.Returned{}, fmt.Errorf("make a request: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := f.http.Do(r)
	if err != nil {
		return apiclient.Returned{}, err // which names the URL
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, MaxAnswer+1))
	switch {
	case err != nil:
		return apiclient.Returned{}, fmt.Errorf("read the answer of %s: %w", r.URL.Redacted(), err)
	case got.StatusCode < 200 || got.StatusCode > 299:
		return apiclient.Returned{}, &StatusError{URL: r.URL.Redacted(), Status: got.Status, Code: got.StatusCode}
	}
	return apiclient.Returned{Payload: body, FunctionError: got.Header.Get(apiclient.FunctionErrorHeader)}, nil
}
