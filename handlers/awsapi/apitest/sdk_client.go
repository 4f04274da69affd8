package apitest

import (
	"bytes"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Retryer has the SDK's clients of tests try nothing again: an error of the service is seen as
// it came, and what a test asks for once is done once. It needs [HTTPClient].
func Retryer() aws.Retryer { return aws.NopRetryer{} }

// HTTPClient sends what an SDK's client of a test asks for. The SDK closes the body of its request
// as soon as the answer begins; if net/http has not looked by then whether there is more of that
// body, it takes the end for a failure, and closes the connection before the answer is read. So
// this one sends a copy, which stays open.
func HTTPClient() aws.HTTPClient { return &http.Client{Transport: copyingTransport{}} }

type copyingTransport struct{}

func (copyingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return http.DefaultTransport.RoundTrip(r)
}
